import type { Ground } from "../ground.ts";
import { stopStatement, type Tx } from "../store/index.ts";
import { PREVIEW_VALUES_MAX } from "./custom-limits.ts";

/** Members to compute: all, or a random sample that is the same for the same seed. */
export async function previewMembers(
  tx: Tx,
  stores: readonly string[] | null,
  most: number,
): Promise<{ total: number; ids: number[] | null }> {
  const row = await tx.one<{ total: number }>(
    "select count(*) as total from catalogue.members where $1::text[] is null or home_store_code = any($1)",
    [stores],
  );
  const total = row?.total ?? 0;
  if (total <= most && stores === null) return { total, ids: null };
  const rows = await tx.query<{ member_id: number }>(
    `select member_id from catalogue.members where $1::text[] is null or home_store_code = any($1)
     order by md5(member_id::text) limit $2`,
    [stores, most],
  );
  return { total, ids: rows.map(({ member_id }) => member_id) };
}

export interface PreviewSpread {
  readonly members: number;
  readonly with_value: number;
  readonly spread: readonly { value: string; members: number }[];
  /** Smallest, quartiles and largest of numbers. */
  readonly quantiles: readonly string[] | null;
  readonly sample: readonly { member_id: number; value: string }[];
}

/**
 * Runs a select of member_id and value (as text) once and counts it.
 * @param ids the value of $1 where the statement has one
 */
export async function previewSpread(
  tx: Tx,
  statement: string,
  ids: readonly number[] | null,
  number: boolean,
  sample: number,
): Promise<PreviewSpread> {
  const numeric = number
    ? `(select percentile_disc(array[0, 0.25, 0.5, 0.75, 1]) within group (order by value::numeric)::text[] from x where value is not null)`
    : "null::text[]";
  const row = await tx.one<PreviewSpread>(
    `with x as materialized (select member_id, value from (${statement}) computed)
     select (select count(*) from x) as members, (select count(value) from x) as with_value, ${numeric} as quantiles,
       coalesce((select json_agg(s) from (
         select value, count(*) as members from x where value is not null
         group by value order by 2 desc, value collate "C" limit ${PREVIEW_VALUES_MAX}) s), '[]') as spread,
       coalesce((select json_agg(m) from (
         select member_id, value from (
           select member_id, value, row_number() over (partition by value order by md5(member_id::text)) as place from x
           where value is not null) ranked
         order by place, md5(member_id::text) limit ${sample}) m), '[]') as sample`,
    ids === null ? [] : [ids],
  );
  if (row === undefined) throw new Error("a statement without from gave no row");
  return row;
}

/** Ends every statement of the transaction after so many seconds, and the running one when the signal aborts. */
export async function stoppable<T>(
  ground: Ground,
  tx: Tx,
  seconds: number,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  await tx.query(`set local statement_timeout = ${seconds * 1000}`);
  await tx.query("set local jit = off");
  const stop = () =>
    void stopStatement(ground.store, tx).catch((error: unknown) =>
      ground.log.warn({ error: String(error) }, "a preview could not be stopped"),
    );
  signal.addEventListener("abort", stop);
  try {
    signal.throwIfAborted();
    return await work();
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
