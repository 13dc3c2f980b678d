import type { Tx } from "../store/index.ts";
import { TRADE_KINDS } from "./vocabulary/kinds.ts";

export interface FoundRecord {
  readonly record_id: string;
  readonly inbox_id: number;
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether it is of the person, and not of somebody else who names them. */
  readonly own: boolean;
}

/** What a record says about an erased person goes; of sales the sale stays. */
export const SALE_KINDS: ReadonlySet<string> = new Set(TRADE_KINDS.map(({ kind }) => kind));

/** A portion of all records in the order of their ids: how far it reached, and those that name one of the tokens. */
export async function recordsNaming(
  tx: Tx,
  after: string | null,
  limit: number,
  tokens: readonly string[],
): Promise<{ readonly last: string | null; readonly found: readonly FoundRecord[] }> {
  const found = await tx.query<FoundRecord>(
    `with portion as (
       select record_id, inbox_id, kind, identities, body from ingest.record
       where $1::uuid is null or record_id > $1 order by record_id limit $2
     )
     select record_id, inbox_id, kind, body, own from portion cross join lateral (
       select exists (select from jsonb_path_query(identities, 'lax $[*].token') t where t #>> '{}' = any($3)) as own) o
     where own or exists (select from jsonb_path_query(body, 'lax $.**.sealed') s where s #>> '{}' = any($3))
       or exists (select from jsonb_path_query(body, 'lax $.**.token') c where c #>> '{}' = any($3))`,
    [after, limit, tokens],
  );
  const row = await tx.one<{ last: string | null }>(
    `select record_id as last from (select record_id from ingest.record where $1::uuid is null or record_id > $1 order by record_id limit $2) p
     order by record_id desc limit 1`,
    [after, limit],
  );
  return { last: row?.last ?? null, found };
}

/** @param records their new bodies; those of the person lose their identities as well */
export async function blankRecords(
  tx: Tx,
  records: readonly { readonly record_id: string; readonly body: unknown; readonly own: boolean }[],
): Promise<void> {
  await tx.query(
    `update ingest.record r set identities = case when b.own then '[]' else r.identities end, body = b.body,
       times = case when b.own then null else r.times end
     from (select * from unnest($1::uuid[], $2::jsonb[], $3::boolean[]) as u (record_id, body, own)) b where b.record_id = r.record_id`,
    [
      records.map((record) => record.record_id),
      records.map((record) => JSON.stringify(record.body)),
      records.map((record) => record.own),
    ],
  );
}

/** Imports by which these batches came. */
export async function importsOf(tx: Tx, inbox_ids: readonly number[]): Promise<number[]> {
  const rows = await tx.query<{ import_id: number }>(
    "select distinct import_id from ingest.import_batch where inbox_id = any($1::bigint[])",
    [inbox_ids],
  );
  return rows.map((row) => row.import_id);
}

export interface SealedReject {
  readonly reject_id: number;
  readonly source_id: number;
  readonly original_sealed: Buffer;
  readonly sealed_key: string;
}

/** Rejects that still have their original, in portions. */
export async function sealedRejects(tx: Tx, after: number, limit: number): Promise<SealedReject[]> {
  return tx.query<SealedReject>(
    `select reject_id, source_id, original_sealed, sealed_key from ingest.reject
     where original_sealed is not null and sealed_key is not null and reject_id > $1 order by reject_id limit $2`,
    [after, limit],
  );
}

/** Rejects lose their original and whatever they quote of it; that there was one stays. */
export async function emptyRejects(tx: Tx, reject_ids: readonly number[], now: Date): Promise<void> {
  await tx.query(
    `update ingest.reject set original_sealed = null, content = null, params = '{}', settled_at = coalesce(settled_at, $2),
       state = case when state = 'open' then 'expired' else state end
     where reject_id = any($1::bigint[])`,
    [reject_ids, now],
  );
}
