import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import {
  associateById,
  type AssociateRow,
  endAssignments,
  insertAssignments,
  membersOf,
  setLeft,
} from "./associate-store.ts";
import "./errors.ts";
import {
  countHandOver,
  handOverById,
  type HandOverRow,
  insertHandOver,
  moveTasks,
  returnTasks,
  setUndone,
  stillHanded,
} from "./hand-over-store.ts";

export interface HandingOver {
  /** One takes all, or several share: members in turn, tasks with their member. */
  readonly to: readonly number[];
  /** Takes no more members or tasks from now on. */
  readonly leaves: boolean;
  readonly reason: string;
}

interface By {
  readonly person_id: number | null;
  /** Whose associates may give and take; null: all. */
  readonly stores: readonly string[] | null;
}

export const isOf = ({ store_code }: Pick<AssociateRow, "store_code">, stores: readonly string[] | null): boolean =>
  stores === null || (store_code !== null && stores.includes(store_code));

/** @throws tasks.associate_unknown */
export async function associateWithin(
  tx: Tx,
  associate_id: number,
  stores: By["stores"],
  lock = false,
): Promise<AssociateRow> {
  const row = await associateById(tx, associate_id, lock);
  if (row === undefined || !isOf(row, stores)) throw problem("tasks.associate_unknown", { associate_id });
  return row;
}

/**
 * All members and open tasks of an associate go to others, in one act that can be undone.
 * @throws tasks.associate_unknown, tasks.receiver, tasks.nothing_to_hand_over
 */
export async function handOver(
  tx: Tx,
  ground: Ground,
  from: number,
  { to, leaves, reason }: HandingOver,
  { person_id, stores }: By,
): Promise<HandOverRow> {
  const now = ground.clock.now();
  // rows are locked in the order of their numbers: two acts at once do not wait for each other in a circle
  const locked = new Map<number, AssociateRow | undefined>();
  for (const id of [...new Set([from, ...to])].sort((a, b) => a - b)) locked.set(id, await associateById(tx, id, true));
  const giver = locked.get(from);
  if (giver === undefined || !isOf(giver, stores)) throw problem("tasks.associate_unknown", { associate_id: from });
  const receivers = [...new Set(to)];
  for (const associate_id of receivers) {
    const one = locked.get(associate_id);
    if (one === undefined || one.left_at !== null || associate_id === from || !isOf(one, stores))
      throw problem("tasks.receiver", { associate_id });
  }
  const members = await membersOf(tx, from);
  const made = { from_associate: from, to_associates: receivers, leaves, reason, made_by: person_id, made_at: now };
  const hand_over_id = await insertHandOver(tx, made);
  const of_member = new Map(members.map((member, at) => [member, receivers[at % receivers.length] ?? from]));
  await endAssignments(tx, members, now);
  await insertAssignments(
    tx,
    [...of_member].map(([member_id, associate_id]) => {
      return { member_id, associate_id, since: now, cause: "hand_over", hand_over_id, made_by: person_id };
    }),
  );
  const tasks = await moveTasks(tx, { from, hand_over_id, to: receivers, of_member });
  if (members.length === 0 && tasks === 0 && !leaves) throw problem("tasks.nothing_to_hand_over", { code: giver.code });
  await countHandOver(tx, hand_over_id, members.length, tasks);
  if (leaves) await setLeft(tx, from, now);
  return { ...made, hand_over_id, members: members.length, tasks, undone_by: null, undone_at: null };
}

/**
 * Members and open tasks that nobody moved since go back; whoever left is there again.
 * @throws tasks.hand_over_unknown, tasks.hand_over_undone
 */
export async function undoHandOver(
  tx: Tx,
  ground: Ground,
  hand_over_id: number,
  { person_id, stores }: By,
): Promise<{ readonly members: number; readonly tasks: number }> {
  const now = ground.clock.now();
  const row = await handOverById(tx, hand_over_id, true);
  const giver = row === undefined ? undefined : await associateById(tx, row.from_associate, true);
  if (row === undefined || giver === undefined || !isOf(giver, stores))
    throw problem("tasks.hand_over_unknown", { hand_over_id });
  if (row.undone_at !== null) throw problem("tasks.hand_over_undone", { hand_over_id });
  if (row.leaves) await setLeft(tx, row.from_associate, null);
  const members = await stillHanded(tx, hand_over_id);
  await endAssignments(tx, members, now);
  await insertAssignments(
    tx,
    members.map((member_id) => {
      return {
        member_id,
        associate_id: row.from_associate,
        since: now,
        cause: "undone",
        hand_over_id,
        made_by: person_id,
      };
    }),
  );
  const tasks = await returnTasks(tx, hand_over_id, row.from_associate);
  await setUndone(tx, hand_over_id, person_id, now);
  return { members: members.length, tasks };
}
