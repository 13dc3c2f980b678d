import { to as copyTo } from "pg-copy-streams";
import type { Tx } from "../store/index.ts";

/** The newest change of anybody's values; 0 before the first. */
export async function newestVersion(tx: Tx): Promise<number> {
  const row = await tx.one<{ version: number }>(
    `select greatest((select max(version) from tags.current), (select max(version) from tags.gone), 0) as version`,
  );
  return row?.version ?? 0;
}

/** About how many members have values, without counting them. */
export async function aboutStored(tx: Tx): Promise<number> {
  const row = await tx.one<{ rows: number }>(
    "select greatest(reltuples, 0)::bigint as rows from pg_class where oid = 'tags.current'::regclass",
  );
  return row?.rows ?? 0;
}

/** Members whose values changed after a version, a line each: id, tab, values as JSON. */
export function changedValues(tx: Tx, after: number): AsyncIterable<Buffer> {
  const since = after === 0 ? "" : ` where version > ${Math.trunc(after)}`;
  return tx.client.query(copyTo(`copy (select member_id, value from tags.current${since}) to stdout`));
}

/** Members whose values were taken away after a version; some of them may be back. */
export async function goneAfter(tx: Tx, after: number): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>("select member_id from tags.gone where version > $1", [after]);
  return rows.map((row) => row.member_id);
}
