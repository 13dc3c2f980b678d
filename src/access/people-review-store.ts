import type { Tx } from "../store/index.ts";

export const VERDICTS = ["keep", "change", "remove"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a line says of an account or a program: as it was when the review was begun. */
export interface Facts {
  readonly role: string;
  /** Of a program: its permissions; of a person: none, the role says it. */
  readonly permissions: readonly string[];
  readonly stores: readonly string[] | null;
  readonly disabled: boolean;
  readonly last_seen_at: string | null;
  /** 90 days without a sign-in or a call, or never one since so long. */
  readonly idle: boolean;
  readonly has_factor: boolean | null;
  /** The role is another than in the review before, or the account was not there. */
  readonly changed: boolean;
  readonly expires_at: string | null;
}

export interface ReviewRow {
  readonly review_id: number;
  readonly made_by: string;
  readonly made_at: Date;
  readonly signed_by: string | null;
  readonly signed_at: Date | null;
  readonly lines: number;
  readonly judged: number;
  /** Lines whose access is to be changed or taken away, and how many of these still are as they were. */
  readonly to_do: number;
  readonly undone: number;
}

export interface LineRow {
  readonly line: number;
  readonly person_id: number | null;
  readonly client_id: number | null;
  readonly name: string;
  readonly facts: Facts;
  readonly verdict: Verdict | null;
  readonly reason: string | null;
  readonly judge: string | null;
  readonly judged_at: Date | null;
  /** Who answers for a program. */
  readonly owner_id: number | null;
  readonly owner: string | null;
  /** Whether what was decided has been done by now; null where nothing is to be done. */
  readonly done: boolean | null;
}

const REVIEWS_KEPT = 100;

const LINE = `access.review_line l left join access.person p on p.person_id = l.person_id
  left join access.client c on c.client_id = l.client_id`;
/** An account is ended, or at least is not what it was: judged by what it is now, whoever did it. */
const DONE = `case when l.verdict in ('change', 'remove') then coalesce(p.disabled_at, c.revoked_at) is not null
  or (l.verdict = 'change' and case when p.person_id is not null
    then p.role is distinct from l.facts->>'role' or to_jsonb(p.scope_stores) is distinct from nullif(l.facts->'stores', 'null')
    else to_jsonb(c.permissions) is distinct from l.facts->'permissions' or to_jsonb(c.stores) is distinct from nullif(l.facts->'stores', 'null') end)
  end`;

export function listReviews(tx: Tx): Promise<ReviewRow[]> {
  return tx.query<ReviewRow>(
    `select r.review_id, m.name as made_by, r.made_at, s.name as signed_by, r.signed_at, of_it.*
     from access.review r join access.person m on m.person_id = r.made_by left join access.person s on s.person_id = r.signed_by
       cross join lateral (
         select count(*)::int as lines, count(l.verdict)::int as judged, count(done)::int as to_do,
           (count(*) filter (where not done))::int as undone
         from ${LINE} cross join lateral (select ${DONE} as done) d where l.review_id = r.review_id) of_it
     order by r.review_id desc limit ${REVIEWS_KEPT}`,
  );
}

/** Since when somebody has had an account: the first review is due some time after that. */
export async function firstAccountAt(tx: Tx): Promise<Date | null> {
  return (await tx.one<{ at: Date | null }>("select min(created_at) as at from access.person"))?.at ?? null;
}

export function linesOf(tx: Tx, review_id: number): Promise<LineRow[]> {
  return tx.query<LineRow>(
    `select l.line, l.person_id, l.client_id, coalesce(p.name, c.name) as name, l.facts, l.verdict, l.reason, j.name as judge, l.judged_at,
       c.owner_id, o.name as owner, ${DONE} as done
     from ${LINE} left join access.person j on j.person_id = l.judged_by left join access.person o on o.person_id = c.owner_id
     where l.review_id = $1 order by l.line`,
    [review_id],
  );
}

/** @returns undefined while another one is open */
export async function insertReview(tx: Tx, made_by: number, now: Date): Promise<number | undefined> {
  const row = await tx.one<{ review_id: number }>(
    `insert into access.review (made_by, made_at) values ($1, $2)
     on conflict ((true)) where signed_at is null do nothing returning review_id`,
    [made_by, now],
  );
  return row?.review_id;
}

/** Everybody and every program in use, with what stands out: one statement, so that all of it is of one moment. */
export async function insertLines(tx: Tx, review_id: number, now: Date, idle_before: Date): Promise<void> {
  await tx.query(
    `with before as (
       select l.person_id, l.facts->>'role' as role from access.review_line l
       where l.review_id = (select max(review_id) from access.review where signed_at is not null)),
     seen as (
       select p.person_id, greatest(max(s.last_seen_at),
         (select max(a.at) from access.audit a where a.person_id = p.person_id)) as at
       from access.person p left join access.session s using (person_id) group by p.person_id),
     everybody as (
       select p.person_id, null::bigint as client_id, jsonb_build_object('role', p.role, 'permissions', '[]'::jsonb,
           'stores', p.scope_stores, 'disabled', false, 'last_seen_at', seen.at,
           'idle', coalesce(seen.at, p.created_at) < $3,
           'has_factor', exists (select 1 from access.factor f where f.person_id = p.person_id and f.confirmed_at is not null),
           'changed', (select max(review_id) from access.review where signed_at is not null) is not null and b.role is distinct from p.role,
           'expires_at', p.leaves_at) as facts, 1 as kind, p.person_id as id
       from access.person p join seen using (person_id) left join before b using (person_id) where p.disabled_at is null
       union all
       select null, c.client_id, jsonb_build_object('role', o.role, 'permissions', to_jsonb(c.permissions), 'stores', c.stores,
           'disabled', o.disabled_at is not null, 'last_seen_at', c.last_used_at,
           'idle', coalesce(c.last_used_at, c.made_at) < $3, 'has_factor', null, 'changed', false,
           'expires_at', (select max(k.expires_at) from access.client_key k where k.client_id = c.client_id and k.revoked_at is null)),
         2, c.client_id
       from access.client c join access.person o on o.person_id = c.owner_id where c.revoked_at is null and c.made_at <= $2)
     insert into access.review_line (review_id, line, person_id, client_id, facts)
     select $1, row_number() over (order by kind, id), person_id, client_id, facts from everybody`,
    [review_id, now, idle_before],
  );
}

/** Locked until the transaction ends. */
export function reviewForChange(tx: Tx, review_id: number): Promise<{ signed_at: Date | null } | undefined> {
  return tx.one("select signed_at from access.review where review_id = $1 for update", [review_id]);
}

export async function judgeLine(
  tx: Tx,
  at: { readonly review_id: number; readonly line: number },
  judged: { readonly verdict: Verdict; readonly reason: string | null; readonly by: number; readonly now: Date },
): Promise<boolean> {
  const touched = await tx.execute(
    `update access.review_line set verdict = $3, reason = $4, judged_by = $5, judged_at = $6 where review_id = $1 and line = $2`,
    [at.review_id, at.line, judged.verdict, judged.reason, judged.by, judged.now],
  );
  return touched > 0;
}

/** Whose own line it is nobody judges. */
export function lineAt(
  tx: Tx,
  review_id: number,
  line: number,
): Promise<{ person_id: number | null; owner_id: number | null } | undefined> {
  return tx.one(
    `select l.person_id, c.owner_id from access.review_line l left join access.client c using (client_id)
     where l.review_id = $1 and l.line = $2`,
    [review_id, line],
  );
}

export async function countUnjudged(tx: Tx, review_id: number): Promise<number> {
  const row = await tx.one<{ count: number }>(
    "select count(*)::int as count from access.review_line where review_id = $1 and verdict is null",
    [review_id],
  );
  return row?.count ?? 0;
}

export async function signReview(tx: Tx, review_id: number, by: number, now: Date): Promise<void> {
  await tx.query("update access.review set signed_by = $2, signed_at = $3 where review_id = $1", [review_id, by, now]);
}
