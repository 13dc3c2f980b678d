import { activeStaff, type StaffMember } from "../access/index.ts";
import { businessDay, daysBetween, problem } from "../platform/index.ts";
import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";

export interface RosterRule {
  readonly rotation_days: number;
  readonly starts_on: string;
}

export interface Roster extends RosterRule {
  /** In the order in which they are named; whose turn it is comes first in `on_call`. */
  readonly members: readonly StaffMember[];
  /** Who is called first, and who after them. Owners, where nobody is named. */
  readonly on_call: readonly StaffMember[];
}

const WEEK: RosterRule = { rotation_days: 7, starts_on: "2026-01-05" };

export async function roster(tx: Tx, ground: Ground): Promise<Roster> {
  const rule = (await tx.one<RosterRule>("select rotation_days, starts_on::text from trust.roster_rule")) ?? WEEK;
  const named = await tx.query<{ person_id: number }>("select person_id from trust.roster order by position");
  const staff = await activeStaff(tx);
  const byId = new Map(staff.map((one) => [one.person_id, one]));
  const members = named.flatMap(({ person_id }) => byId.get(person_id) ?? []);
  const today = businessDay(ground.wall.now(), ground.config.timezone);
  return { ...rule, members, on_call: turnOf(members, rule, today, staff) };
}

/** Whose turn it is on a day, and the others behind them. */
export function turnOf(
  members: readonly StaffMember[],
  rule: RosterRule,
  today: string,
  staff: readonly StaffMember[],
): readonly StaffMember[] {
  if (members.length === 0) return staff.filter(({ role }) => role === "owner");
  const turns = Math.floor(Math.max(0, daysBetween(rule.starts_on, today)) / rule.rotation_days);
  const first = turns % members.length;
  return [...members.slice(first), ...members.slice(0, first)];
}

/** Who is called at an escalation: the first at 0, and round again at the end. */
export function calledAt(on_call: readonly StaffMember[], escalations: number): StaffMember | undefined {
  return on_call[escalations % Math.max(1, on_call.length)];
}

const MEMBERS_MAX = 30;

/** @throws trust.roster_person for somebody whose account is not open, or who is named twice. */
export async function saveRoster(
  tx: Tx,
  wanted: RosterRule & { readonly person_ids: readonly number[] },
): Promise<void> {
  const open = new Set((await activeStaff(tx)).map(({ person_id }) => person_id));
  const twice = new Set(wanted.person_ids).size !== wanted.person_ids.length;
  const unknown = wanted.person_ids.find((id) => !open.has(id));
  if (twice || unknown !== undefined || wanted.person_ids.length > MEMBERS_MAX)
    throw problem("trust.roster_person", { person_id: unknown ?? 0, limit: MEMBERS_MAX });
  await tx.query("delete from trust.roster");
  await tx.query(
    "insert into trust.roster (position, person_id) select n, id from unnest($1::bigint[]) with ordinality r (id, n)",
    [wanted.person_ids],
  );
  await tx.query(
    `insert into trust.roster_rule (rotation_days, starts_on) values ($1, $2)
     on conflict (one) do update set rotation_days = excluded.rotation_days, starts_on = excluded.starts_on`,
    [wanted.rotation_days, wanted.starts_on],
  );
}
