import type { Tx } from "../store/index.ts";
import type { FiledRelation } from "./layout.ts";
import { dirtyDays } from "./manifest-store.ts";

/** Counting stops here: beyond it the page says "at least". */
export const PENDING_ROWS_MAX = 100_000;

export async function serverVersion(tx: Tx): Promise<string> {
  const row = await tx.one<{ version: string }>("select current_setting('server_version') as version");
  return row?.version ?? "";
}

/** Rows of all tables of the domains, as PostgreSQL estimates them. */
export async function recordRows(tx: Tx): Promise<number> {
  const row = await tx.one<{ rows: number }>(
    `select coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint as rows from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')`,
  );
  return row?.rows ?? 0;
}

/** Days that changed since the last refresh, and the rows on them (at most PENDING_ROWS_MAX are counted). */
export async function pendingRows(
  tx: Tx,
  relations: readonly FiledRelation[],
): Promise<Map<string, { days: number; rows: number }>> {
  const byRelation = Map.groupBy(await dirtyDays(tx), (day) => day.relation);
  const pending = new Map<string, { days: number; rows: number }>();
  for (const { name, lake } of relations) {
    const days = (byRelation.get(name) ?? []).map((day) => day.business_day);
    if (days.length === 0 || lake.partition === null) continue;
    const row = await tx.one<{ rows: number }>(
      `select count(*) as rows from (select from catalogue.${name} where ${lake.partition} = any($1::date[]) limit ${PENDING_ROWS_MAX}) counted`,
      [days],
    );
    pending.set(name, { days: days.length, rows: row?.rows ?? 0 });
  }
  return pending;
}
