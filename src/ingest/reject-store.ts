import type { Params } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";

export type RejectState = "open" | "replayed" | "dismissed" | "expired";

export interface RejectRow {
  readonly reject_id: number;
  readonly inbox_id: number;
  readonly source_id: number;
  readonly received_at: Date;
  readonly place: string;
  readonly kind: string | null;
  readonly code: string;
  readonly params: Params;
  readonly record_id: string | null;
  readonly original_sealed: Buffer | null;
  readonly sealed_key: string | null;
  readonly state: RejectState;
}

const COLUMNS =
  "reject_id, inbox_id, source_id, received_at, place, kind, code, params, record_id, original_sealed, sealed_key, state";

export interface RejectFilter {
  readonly source_id?: number | undefined;
  readonly code?: string | undefined;
  readonly state?: string | undefined;
  readonly reject_ids?: readonly number[] | undefined;
}

const WHERE = `($1::int is null or source_id = $1) and ($2::text is null or code = $2) and ($3::text is null or state = $3)
  and ($4::bigint[] is null or reject_id = any($4::bigint[]))`;

const valuesOf = (filter: RejectFilter) => [
  filter.source_id ?? null,
  filter.code ?? null,
  filter.state ?? null,
  filter.reject_ids ?? null,
];

/** Newest first, below `before`. */
export async function listRejects(
  tx: Tx,
  filter: RejectFilter,
  before: number | null,
  limit: number,
): Promise<RejectRow[]> {
  return tx.query<RejectRow>(
    `select ${COLUMNS} from ingest.reject where ${WHERE} and ($5::bigint is null or reject_id < $5) order by reject_id desc limit $6`,
    [...valuesOf(filter), before, limit],
  );
}

/** Oldest first, above `after`: for the replay, which goes through all of them once. */
export async function nextRejects(
  tx: Tx,
  filter: RejectFilter,
  after: number,
  until: number,
  limit: number,
): Promise<RejectRow[]> {
  return tx.query<RejectRow>(
    `select ${COLUMNS} from ingest.reject where ${WHERE} and reject_id > $5 and reject_id <= $6 order by reject_id limit $7`,
    [...valuesOf(filter), after, until, limit],
  );
}

export async function countRejects(tx: Tx, filter: RejectFilter): Promise<{ count: number; newest: number }> {
  const row = await tx.one<{ count: number; newest: number }>(
    `select count(*)::int as count, coalesce(max(reject_id), 0) as newest from ingest.reject where ${WHERE}`,
    valuesOf(filter),
  );
  return row ?? { count: 0, newest: 0 };
}

export interface RejectGroup {
  readonly source_id: number;
  readonly code: string;
  readonly count: number;
  readonly oldest_at: Date;
  readonly newest_at: Date;
  readonly params: Params;
}

/** Open rejects by source and code, with the words of the newest one as an example. */
export async function rejectSummary(tx: Tx): Promise<RejectGroup[]> {
  return tx.query<RejectGroup>(
    `select source_id, code, count(*)::int as count, min(received_at) as oldest_at, max(received_at) as newest_at,
       (array_agg(params order by reject_id desc))[1] as params
     from ingest.reject where state = 'open' group by source_id, code order by count desc, source_id, code limit 200`,
  );
}

/** Settles rejects; only open ones change. @returns those that changed */
export async function settleRejects(
  tx: Tx,
  reject_ids: readonly number[],
  state: RejectState,
  now: Date,
  person_id: number | null,
): Promise<number[]> {
  const rows = await tx.query<{ reject_id: number }>(
    `update ingest.reject set state = $2, settled_at = $3, settled_by = $4,
       original_sealed = case when $2 in ('replayed', 'expired') then null else original_sealed end
     where reject_id = any($1::bigint[]) and state = 'open' returning reject_id`,
    [reject_ids, state, now, person_id],
  );
  return rows.map((row) => row.reject_id);
}

/** Puts records that a stage refused back before the pipeline, with the envelope they came in. */
export async function requeueRecords(tx: Tx, record_ids: readonly string[], now: Date): Promise<void> {
  await tx.query(
    `with old as (
       select distinct i.* from ingest.record r join ingest.inbox i using (inbox_id) where r.record_id = any($1::uuid[])
     ), fresh as (
       insert into ingest.inbox (source_id, protocol, origin, received_at, accepted, duplicates, rejected, bytes, sealed, sealed_key, state)
       select source_id, 'replay', origin, $2, 0, 0, 0, 0, sealed, sealed_key, 'received' from old order by inbox_id
       returning inbox_id
     ), pairs as (
       select o.inbox_id as old_id, f.inbox_id as new_id
       from (select inbox_id, row_number() over (order by inbox_id) as n from old) o
       join (select inbox_id, row_number() over (order by inbox_id) as n from fresh) f using (n)
     )
     update ingest.record r set inbox_id = p.new_id from pairs p
     where r.inbox_id = p.old_id and r.record_id = any($1::uuid[])`,
    [record_ids, now],
  );
  await tx.query("select pg_notify('ingest_received', '')");
}

/** Rejects whose time is over lose their originals. @returns how many */
export async function expireRejects(tx: Tx, before: Date, now: Date): Promise<number> {
  return tx.execute(
    `update ingest.reject set state = case when state = 'open' then 'expired' else state end, settled_at = coalesce(settled_at, $2), original_sealed = null
     where received_at < $1 and original_sealed is not null`,
    [before, now],
  );
}

/** How many rejects wait for a person. */
export async function openRejects(tx: Tx): Promise<number> {
  return (await countRejects(tx, { state: "open" })).count;
}
