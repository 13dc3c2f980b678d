import type { Tx } from "../../store/index.ts";

/** What ties the inbox rows of a run to its import. */
export function originOf(import_id: number, run: number): string {
  return `import:${import_id}.${run}`;
}

export async function waitingBatches(tx: Tx, origin: string): Promise<number> {
  const row = await tx.one<{ waiting: number }>(
    "select count(*)::int as waiting from ingest.inbox where origin = $1 and state = 'received'",
    [origin],
  );
  return row?.waiting ?? 0;
}

/** Records of a run that a stage of the pipeline refused, with the lines they hold. */
export async function stageRejects(
  tx: Tx,
  origin: string,
): Promise<{ code: string; kind: string; records: number; lines: number }[]> {
  return tx.query(
    `select j.code, r.kind, count(*)::int as records,
       sum(greatest(1, coalesce(jsonb_array_length(r.body -> 'lines'), 1)))::int as lines
     from ingest.inbox i join ingest.reject j using (inbox_id) join ingest.record r on r.record_id = j.record_id
     where i.origin = $1 group by j.code, r.kind`,
    [origin],
  );
}

/** Inbox rows of a run that have not been taken back yet, oldest last, up to about so many records. */
export async function batchesToRetract(
  tx: Tx,
  origin: string,
  records_max: number,
): Promise<{ inbox_id: number; state: string }[]> {
  return tx.query(
    `with batches as (
       select inbox_id, state, sum(accepted) over (order by inbox_id desc) - accepted as before
       from (select inbox_id, state, accepted from ingest.inbox where origin = $1 and state <> 'retracted'
             order by inbox_id desc for update) locked
     ) select inbox_id, state from batches where before < $2 order by inbox_id desc`,
    [origin, records_max],
  );
}

/** Removes the records of batches and their rejects, and marks the batches: the same records may come again. */
export async function forgetBatches(tx: Tx, inbox_ids: readonly number[]): Promise<void> {
  await tx.query("delete from ingest.record where inbox_id = any($1::bigint[])", [inbox_ids]);
  await tx.query(
    `update ingest.reject set state = 'dismissed', original_sealed = null where inbox_id = any($1::bigint[]) and state = 'open'`,
    [inbox_ids],
  );
  await tx.query("update ingest.inbox set state = 'retracted', sealed = null where inbox_id = any($1::bigint[])", [
    inbox_ids,
  ]);
}

export async function recordsOf(tx: Tx, origin: string): Promise<{ records: number; left: number }> {
  const row = await tx.one<{ records: number; left: number }>(
    `select coalesce(sum(accepted), 0)::int as records,
       coalesce(sum(accepted) filter (where state <> 'retracted'), 0)::int as left
     from ingest.inbox where origin = $1`,
    [origin],
  );
  return row ?? { records: 0, left: 0 };
}
