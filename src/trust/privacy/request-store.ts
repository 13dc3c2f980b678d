import { problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { RefusalGround, RequestKind, RequestState } from "./request-kind.ts";

/** What is asked for beyond the kind: codes only, a personal value is sealed beside it. */
export interface Wish {
  /** To correct. */
  readonly field?: string;
  /** To withdraw. */
  readonly consents?: readonly { readonly purpose: string; readonly medium: string }[];
  /** To explain: which rule. */
  readonly about?: string;
}

export interface RequestRow {
  readonly request_id: number;
  readonly kind: RequestKind;
  readonly member_id: number;
  readonly via: "counter" | "phone" | "letter" | "app";
  readonly state: RequestState;
  readonly received_at: Date;
  readonly received_day: string;
  readonly due_day: string;
  readonly filed_by: number | null;
  readonly wish: Wish;
  readonly value_sealed: Buffer | null;
  readonly verified_at: Date | null;
  readonly verified_by: number | null;
  readonly verified_how: "two_details" | "subject_token" | "document" | null;
  readonly verified_details: readonly string[];
  readonly handled_by: number | null;
  readonly job_id: string | null;
  readonly closed_at: Date | null;
  readonly closed_by: number | null;
  readonly refusal_ground: RefusalGround | null;
  readonly refusal_reason: string | null;
  readonly answer: string | null;
  readonly outcome: Readonly<Record<string, unknown>> | null;
  readonly proof: Readonly<Record<string, unknown>> | null;
}

export interface StepRow {
  readonly at: Date;
  readonly step: string;
  readonly person_id: number | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

const COLUMNS = `r.request_id, r.kind, r.member_id, r.via, r.state, r.received_at, r.received_day, r.due_day, r.filed_by, r.wish, r.value_sealed,
  r.verified_at, r.verified_by, r.verified_how, r.verified_details, r.handled_by, r.job_id, r.closed_at, r.closed_by, r.refusal_ground,
  r.refusal_reason, r.answer, r.outcome, r.proof`;

/** Rows whose member the person may see: by home store, as members are; whoever is gone has none and is for the whole brand. */
const SEEN = `($1::text[] is null or exists (
  select from catalogue.parties p join catalogue.members m using (member_id) where p.party_id = r.member_id and m.home_store_code = any($1)))`;

export type NewRequest = Pick<
  RequestRow,
  "kind" | "member_id" | "via" | "received_at" | "received_day" | "due_day" | "filed_by" | "wish"
>;

/** @throws privacy.request_open when the same wish of the member waits already. */
export async function insertRequest(tx: Tx, made: NewRequest): Promise<number> {
  const row = await tx.one<{ request_id: number }>(
    `insert into trust.rights_request (kind, member_id, via, state, received_at, received_day, due_day, filed_by, wish)
     values ($1, $2, $3, 'received', $4, $5, $6, $7, $8)
     on conflict do nothing returning request_id`,
    [
      made.kind,
      made.member_id,
      made.via,
      made.received_at,
      made.received_day,
      made.due_day,
      made.filed_by,
      JSON.stringify(made.wish),
    ],
  );
  if (row !== undefined) return row.request_id;
  const open = await tx.one<{ request_id: number }>(
    `select request_id from trust.rights_request where member_id = $1 and kind = $2 and closed_at is null
       and (kind <> 'correct' or wish ->> 'field' = $3) order by request_id desc limit 1`,
    [made.member_id, made.kind, made.wish.field ?? null],
  );
  throw problem("privacy.request_open", { request_id: open?.request_id ?? null });
}

export async function keepSealedValue(tx: Tx, request_id: number, sealed: Buffer | null): Promise<void> {
  await tx.query("update trust.rights_request set value_sealed = $2 where request_id = $1", [request_id, sealed]);
}

/** The request, locked so that two people do not act on it at once. @throws privacy.request_not_found */
export async function lockRequest(tx: Tx, request_id: number, stores: readonly string[] | null): Promise<RequestRow> {
  const row = await tx.one<RequestRow>(
    `select ${COLUMNS} from trust.rights_request r where ${SEEN} and r.request_id = $2 for update of r`,
    [stores, request_id],
  );
  if (row === undefined) throw problem("privacy.request_not_found", { request_id });
  return row;
}

/** @throws privacy.request_not_found, as for one that does not exist, when its member is of another store. */
export async function requestById(tx: Tx, request_id: number, stores: readonly string[] | null): Promise<RequestRow> {
  const row = await tx.one<RequestRow>(
    `select ${COLUMNS} from trust.rights_request r where ${SEEN} and r.request_id = $2`,
    [stores, request_id],
  );
  if (row === undefined) throw problem("privacy.request_not_found", { request_id });
  return row;
}

export interface ListWish {
  readonly state: "open" | "overdue" | "closed" | "all";
  readonly kind: string | null;
  readonly member_id: number | null;
  readonly before: number | null;
  readonly limit: number;
}

/** Open ones by their due day, closed ones by the newest. */
export async function listRequests(
  tx: Tx,
  stores: readonly string[] | null,
  today: string,
  wish: ListWish,
): Promise<RequestRow[]> {
  const order = wish.state === "open" || wish.state === "overdue" ? "r.due_day, r.request_id" : "r.request_id desc";
  return tx.query<RequestRow>(
    `select ${COLUMNS} from trust.rights_request r
     where ${SEEN} and ($2::text is null or r.kind = $2) and ($3::bigint is null or r.member_id = $3)
       and ($4::bigint is null or r.request_id < $4)
       and case $5 when 'open' then r.closed_at is null when 'overdue' then r.closed_at is null and r.due_day < $6::date
         when 'closed' then r.closed_at is not null else true end
     order by ${order} limit $7`,
    [stores, wish.kind, wish.member_id, wish.before, wish.state, today, wish.limit],
  );
}

export interface QueueCounts {
  readonly open: number;
  readonly overdue: number;
  readonly due_soon: number;
  readonly closed: number;
  readonly late: number;
}

/** @param soon the last day that counts as soon */
export async function queueCounts(
  tx: Tx,
  stores: readonly string[] | null,
  today: string,
  soon: string,
): Promise<QueueCounts> {
  const row = await tx.one<QueueCounts>(
    `select count(*) filter (where r.closed_at is null) as open,
       count(*) filter (where r.closed_at is null and r.due_day < $2::date) as overdue,
       count(*) filter (where r.closed_at is null and r.due_day between $2::date and $3::date) as due_soon,
       count(*) filter (where r.closed_at is not null) as closed,
       count(*) filter (where (r.closed_at at time zone 'Asia/Shanghai')::date > r.due_day) as late
     from trust.rights_request r where ${SEEN}`,
    [stores, today, soon],
  );
  return row ?? { open: 0, overdue: 0, due_soon: 0, closed: 0, late: 0 };
}

export async function addStep(
  tx: Tx,
  request_id: number,
  step: { at: Date; step: string; person_id: number | null; detail?: Readonly<Record<string, unknown>> },
): Promise<void> {
  await tx.query(
    "insert into trust.rights_step (request_id, at, step, person_id, detail) values ($1, $2, $3, $4, $5)",
    [request_id, step.at, step.step, step.person_id, JSON.stringify(step.detail ?? {})],
  );
}

export async function stepsOf(tx: Tx, request_id: number): Promise<StepRow[]> {
  return tx.query<StepRow>(
    "select at, step, person_id, detail from trust.rights_step where request_id = $1 order by step_id",
    [request_id],
  );
}

export async function markVerified(
  tx: Tx,
  request_id: number,
  check: Pick<RequestRow, "verified_by" | "verified_how" | "verified_details"> & { at: Date },
): Promise<void> {
  await tx.query(
    `update trust.rights_request set state = 'verified', verified_at = $2, verified_by = $3, verified_how = $4, verified_details = $5
     where request_id = $1`,
    [request_id, check.at, check.verified_by, check.verified_how, check.verified_details],
  );
}

export async function markRunning(
  tx: Tx,
  request_id: number,
  handled_by: number | null,
  job_id: string,
): Promise<void> {
  await tx.query(
    "update trust.rights_request set state = 'running', handled_by = $2, job_id = $3 where request_id = $1",
    [request_id, handled_by, job_id],
  );
}

export type Closing = Pick<
  RequestRow,
  "state" | "closed_at" | "closed_by" | "refusal_ground" | "refusal_reason" | "answer" | "outcome" | "proof"
>;

/** Closes it; what was asked for in clear goes with it. */
export async function closeRequest(tx: Tx, request_id: number, closing: Closing): Promise<void> {
  await tx.query(
    `update trust.rights_request set state = $2, closed_at = $3, closed_by = $4, refusal_ground = $5, refusal_reason = $6,
       answer = $7, outcome = $8, proof = $9, value_sealed = null where request_id = $1`,
    [
      request_id,
      closing.state,
      closing.closed_at,
      closing.closed_by,
      closing.refusal_ground,
      closing.refusal_reason,
      closing.answer,
      closing.outcome === null ? null : JSON.stringify(closing.outcome),
      closing.proof === null ? null : JSON.stringify(closing.proof),
    ],
  );
}

export async function failedAttempts(tx: Tx, member_id: number, since: Date): Promise<number> {
  const row = await tx.one<{ count: number }>(
    "select count(*) as count from trust.identity_attempt where member_id = $1 and at > $2",
    [member_id, since],
  );
  return row?.count ?? 0;
}

export async function keepAttempt(tx: Tx, member_id: number, person_id: number | null, at: Date): Promise<void> {
  await tx.query("insert into trust.identity_attempt (member_id, person_id, at) values ($1, $2, $3)", [
    member_id,
    person_id,
    at,
  ]);
}

/** How many requests are open, and how many of them are past their day. */
export async function requestDelays(tx: Tx, today: string): Promise<{ open: number; overdue: number }> {
  const row = await tx.one<{ open: number; overdue: number }>(
    `select count(*)::int as open, (count(*) filter (where due_day < $1::date))::int as overdue from trust.rights_request
     where closed_at is null`,
    [today],
  );
  return row ?? { open: 0, overdue: 0 };
}

/** Kinds of requests that were done, with their proof, since an instant. */
export async function provedRequests(tx: Tx, since: Date): Promise<string[]> {
  const rows = await tx.query<{ kind: string }>(
    "select distinct kind from trust.rights_request where state = 'done' and proof is not null and closed_at > $1 order by kind",
    [since],
  );
  return rows.map(({ kind }) => kind);
}
