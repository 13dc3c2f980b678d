import type { Tx } from "../store/index.ts";

export interface HandOverRow {
  readonly hand_over_id: number;
  readonly from_associate: number;
  readonly to_associates: readonly number[];
  readonly leaves: boolean;
  readonly reason: string;
  readonly members: number;
  readonly tasks: number;
  readonly made_by: number | null;
  readonly made_at: Date;
  readonly undone_by: number | null;
  readonly undone_at: Date | null;
}

const ROW =
  "hand_over_id, from_associate, to_associates, leaves, reason, members, tasks, made_by, made_at, undone_by, undone_at";

export async function insertHandOver(
  tx: Tx,
  one: Pick<HandOverRow, "from_associate" | "to_associates" | "leaves" | "reason" | "made_by" | "made_at">,
): Promise<number> {
  const row = await tx.one<{ hand_over_id: number }>(
    `insert into tasks.hand_over (from_associate, to_associates, leaves, reason, made_by, made_at)
     values ($1, $2, $3, $4, $5, $6) returning hand_over_id`,
    [one.from_associate, one.to_associates, one.leaves, one.reason, one.made_by, one.made_at],
  );
  return row?.hand_over_id ?? 0;
}

export async function countHandOver(tx: Tx, hand_over_id: number, members: number, tasks: number): Promise<void> {
  await tx.execute("update tasks.hand_over set members = $2, tasks = $3 where hand_over_id = $1", [
    hand_over_id,
    members,
    tasks,
  ]);
}

export function handOverById(tx: Tx, hand_over_id: number, lock = false): Promise<HandOverRow | undefined> {
  return tx.one(`select ${ROW} from tasks.hand_over where hand_over_id = $1${lock ? " for update" : ""}`, [
    hand_over_id,
  ]);
}

export function handOversOf(tx: Tx, associate_id: number, limit: number): Promise<HandOverRow[]> {
  return tx.query(
    `select ${ROW} from tasks.hand_over where from_associate = $1 or $1 = any (to_associates) order by hand_over_id desc limit $2`,
    [associate_id, limit],
  );
}

/**
 * Open tasks of an associate go to others: with their member where the member goes with them, else in turn. A task stands in
 * the store of whoever has it.
 */
export async function moveTasks(
  tx: Tx,
  {
    from,
    hand_over_id,
    to,
    of_member,
  }: {
    readonly from: number;
    readonly hand_over_id: number;
    readonly to: readonly number[];
    readonly of_member: ReadonlyMap<number, number>;
  },
): Promise<number> {
  return tx.execute(
    `with locked as (
       select task_id, member_id as number, due_day from tasks.task where associate_id = $1 and state = 'open' for update
     ), open as (
       select t.task_id, p.member_id, row_number() over (order by t.due_day, t.task_id) as place
       from locked t left join catalogue.parties p on p.party_id = t.number
     ), moved as (
       select o.task_id, coalesce(m.associate_id, ($3::bigint[])[1 + (o.place - 1) % cardinality($3::bigint[])]) as associate_id
       from open o left join unnest($4::bigint[], $5::bigint[]) m (member_id, associate_id) using (member_id)
     )
     update tasks.task t set associate_id = m.associate_id, store_code = coalesce(s.store_code, t.store_code), handed_from = $1,
       hand_over_id = $2
     from moved m join tasks.associate s using (associate_id) where t.task_id = m.task_id`,
    [from, hand_over_id, to, [...of_member.keys()], [...of_member.values()]],
  );
}

/** Members who are still with whoever took them over, and with whom. */
export async function stillHanded(tx: Tx, hand_over_id: number): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    "select member_id from tasks.assignment where hand_over_id = $1 and until is null order by member_id for update",
    [hand_over_id],
  );
  return rows.map((row) => row.member_id);
}

/** Open tasks that nobody moved since go back. */
export function returnTasks(tx: Tx, hand_over_id: number, to: number): Promise<number> {
  return tx.execute(
    `update tasks.task t set associate_id = $2, store_code = coalesce(s.store_code, t.store_code), handed_from = null, hand_over_id = null
     from tasks.associate s where t.hand_over_id = $1 and t.state = 'open' and s.associate_id = $2`,
    [hand_over_id, to],
  );
}

export async function setUndone(tx: Tx, hand_over_id: number, by: number | null, at: Date): Promise<void> {
  await tx.execute("update tasks.hand_over set undone_by = $2, undone_at = $3 where hand_over_id = $1", [
    hand_over_id,
    by,
    at,
  ]);
}
