import type { Tx } from "../store/index.ts";

export interface AssociateRow {
  readonly associate_id: number;
  readonly code: string;
  readonly name: string | null;
  readonly store_code: string | null;
  readonly person_id: number | null;
  readonly left_at: Date | null;
}

const ASSOCIATE = "s.associate_id, s.code, s.name, s.store_code, s.person_id, s.left_at";
/** The open assignments that count: after a join a member may have two, of which the newest does. */
const CURRENT = `from tasks.assignment a join catalogue.parties p on p.party_id = a.member_id
  where a.until is null and p.member_id is not null and not exists (select from tasks.assignment o
    join catalogue.parties q on q.party_id = o.member_id join tasks.associate x on x.associate_id = o.associate_id
    where q.member_id = p.member_id and o.until is null and x.left_at is null and o.assignment_id <> a.assignment_id
      and (o.since, o.assignment_id) > (a.since, a.assignment_id))`;

export function associateById(tx: Tx, associate_id: number, lock = false): Promise<AssociateRow | undefined> {
  return tx.one(`select ${ASSOCIATE} from tasks.associate s where associate_id = $1${lock ? " for update" : ""}`, [
    associate_id,
  ]);
}

export function associateOfPerson(tx: Tx, person_id: number): Promise<AssociateRow | undefined> {
  return tx.one(`select ${ASSOCIATE} from tasks.associate s where person_id = $1 and left_at is null`, [person_id]);
}

/** Whoever has an account, those who have left as well. */
export function holderOfAccount(tx: Tx, person_id: number): Promise<AssociateRow | undefined> {
  return tx.one(`select ${ASSOCIATE} from tasks.associate s where person_id = $1`, [person_id]);
}

export function associateByCode(tx: Tx, code: string): Promise<AssociateRow | undefined> {
  return tx.one(`select ${ASSOCIATE} from tasks.associate s where code = $1`, [code]);
}

export interface ListedAssociate extends AssociateRow {
  readonly store: string | null;
  readonly members: number;
  readonly open_tasks: number;
  readonly overdue: number;
}

/** Associates of some stores (null: of all), who have left last, with what they look after. */
export function listAssociates(
  tx: Tx,
  stores: readonly string[] | null,
  { today, associate_id }: { readonly today: string; readonly associate_id?: number },
): Promise<ListedAssociate[]> {
  return tx.query(
    `with kept as (select a.associate_id, count(*)::int as members ${CURRENT} group by 1),
       open as (select associate_id, count(*)::int as open_tasks, count(*) filter (where due_day < $2::date)::int as overdue
         from tasks.task where state = 'open' and associate_id is not null group by 1)
     select ${ASSOCIATE}, t.name as store, coalesce(k.members, 0) as members, coalesce(o.open_tasks, 0) as open_tasks,
       coalesce(o.overdue, 0) as overdue
     from tasks.associate s left join kept k using (associate_id) left join open o using (associate_id)
       left join catalogue.stores t on t.store_code = s.store_code
     where ($1::text[] is null or s.store_code = any($1)) and ($3::bigint is null or s.associate_id = $3)
     order by s.left_at is not null, s.store_code, s.code limit 1000`,
    [stores, today, associate_id ?? null],
  );
}

export async function takenAccounts(tx: Tx): Promise<ReadonlySet<number>> {
  const rows = await tx.query<{ person_id: number }>(
    "select person_id from tasks.associate where person_id is not null",
  );
  return new Set(rows.map((row) => row.person_id));
}

export function storesToChoose(
  tx: Tx,
  stores: readonly string[] | null,
  limit: number,
): Promise<{ store_code: string; name: string }[]> {
  return tx.query(
    `select store_code, coalesce(name, store_code) as name from catalogue.stores
     where $1::text[] is null or store_code = any($1) order by 2, 1 limit $2`,
    [stores, limit],
  );
}

export interface NewAssociate {
  readonly code: string;
  readonly name: string | null;
  readonly store_code: string | null;
  readonly person_id: number | null;
}

/** @returns undefined: the code or the account is taken */
export async function insertAssociate(tx: Tx, one: NewAssociate, at: Date): Promise<number | undefined> {
  const row = await tx.one<{ associate_id: number }>(
    `insert into tasks.associate (code, name, store_code, person_id, made_at) values ($1, $2, $3, $4, $5)
     on conflict do nothing returning associate_id`,
    [one.code, one.name, one.store_code, one.person_id, at],
  );
  return row?.associate_id;
}

/** Whoever is changed without a day of leaving is there (again). */
export async function changeAssociate(
  tx: Tx,
  associate_id: number,
  { name, store_code, person_id }: Omit<NewAssociate, "code">,
): Promise<void> {
  await tx.execute(
    "update tasks.associate set name = $2, store_code = $3, person_id = $4, left_at = null where associate_id = $1",
    [associate_id, name, store_code, person_id],
  );
}

export async function setLeft(tx: Tx, associate_id: number, at: Date | null): Promise<void> {
  await tx.execute("update tasks.associate set left_at = $2 where associate_id = $1", [associate_id, at]);
}

export interface Assigning {
  readonly member_id: number;
  readonly associate_id: number;
  readonly since: Date;
  readonly cause: "record" | "person" | "hand_over" | "undone";
  readonly record_id?: string;
  readonly hand_over_id?: number;
  readonly made_by?: number | null;
}

/** Ends what the numbers of members have open, in one statement. */
export async function endAssignments(tx: Tx, member_ids: readonly number[], at: Date): Promise<void> {
  await tx.execute(
    `update tasks.assignment set until = greatest($2, since) where until is null and member_id in (
       select q.party_id from catalogue.parties p join catalogue.parties q on q.member_id = p.member_id
       where p.party_id = any($1::bigint[]))`,
    [member_ids, at],
  );
}

/** Of two at once the later holds. */
export async function insertAssignments(tx: Tx, rows: readonly Assigning[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(
    `insert into tasks.assignment (member_id, associate_id, since, cause, record_id, hand_over_id, made_by)
     select * from unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[], $5::uuid[], $6::bigint[], $7::bigint[])
     on conflict (member_id) where until is null do update set associate_id = excluded.associate_id, since = excluded.since,
       cause = excluded.cause, record_id = excluded.record_id, hand_over_id = excluded.hand_over_id, made_by = excluded.made_by`,
    [
      rows.map((one) => one.member_id),
      rows.map((one) => one.associate_id),
      rows.map((one) => one.since.toISOString()),
      rows.map((one) => one.cause),
      rows.map((one) => one.record_id ?? null),
      rows.map((one) => one.hand_over_id ?? null),
      rows.map((one) => one.made_by ?? null),
    ],
  );
}

/** Members whom an associate looks after now, in the order of their numbers. */
export async function membersOf(tx: Tx, associate_id: number): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    `select distinct p.member_id ${CURRENT} and a.associate_id = $1 order by 1`,
    [associate_id],
  );
  return rows.map((row) => row.member_id);
}

export interface KeptMember {
  readonly member_id: number;
  readonly since: Date;
  readonly tier: string | null;
  readonly tier_rank: number | null;
  readonly next_due: string | null;
  readonly open_tasks: number;
}

/** The next members of an associate, those with something due first. */
export function keptMembers(
  tx: Tx,
  associate_id: number,
  { after, limit }: { readonly after: readonly [day: string, member_id: number] | null; readonly limit: number },
): Promise<KeptMember[]> {
  return tx.query(
    `with kept as (select p.member_id, max(a.since) as since ${CURRENT} and a.associate_id = $1 group by 1),
       due as (select k.member_id, min(t.due_day) as next_due, count(*)::int as open_tasks
         from kept k join catalogue.parties p on p.member_id = k.member_id join tasks.task t on t.member_id = p.party_id
         where t.state = 'open' group by 1)
     select k.member_id, k.since, r.tier, r.tier_rank, d.next_due, coalesce(d.open_tasks, 0) as open_tasks
     from kept k left join due d using (member_id) left join catalogue.member_tier r using (member_id)
     where $2::date is null or (coalesce(d.next_due, '9999-12-31'::date), k.member_id) > ($2::date, $3::bigint)
     order by coalesce(d.next_due, '9999-12-31'::date), k.member_id limit $4`,
    [associate_id, after?.[0] ?? null, after?.[1] ?? null, limit],
  );
}

export interface AssignmentRow {
  readonly associate_id: number;
  readonly code: string;
  readonly name: string | null;
  readonly since: Date;
  readonly until: Date | null;
  readonly cause: string;
  readonly made_by: number | null;
}

/** Who looked after a member, newest first. */
export function assignmentsOf(tx: Tx, member_id: number, limit: number): Promise<AssignmentRow[]> {
  return tx.query(
    `select a.associate_id, s.code, s.name, a.since, a.until, a.cause, a.made_by
     from tasks.assignment a join tasks.associate s using (associate_id) join catalogue.parties p on p.party_id = a.member_id
     where p.member_id = $1 order by a.until is not null, a.since desc, a.assignment_id desc limit $2`,
    [member_id, limit],
  );
}

/** An erased member is looked after by nobody. */
export async function forgetAssigned(tx: Tx, numbers: readonly number[]): Promise<void> {
  await tx.execute("delete from tasks.assignment where member_id = any($1::bigint[])", [numbers]);
  await tx.execute("delete from tasks.said where member_id = any($1::bigint[])", [numbers]);
}
