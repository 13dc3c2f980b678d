import type { Tx } from "../../store/index.ts";

/** Codes of the associates who look after members; by them WeCom knows its users. */
export async function sendersOf(tx: Tx, member_ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const rows = await tx.query<{ member_id: number; code: string }>(
    "select member_id, code from catalogue.member_associates where member_id = any($1::bigint[])",
    [member_ids],
  );
  return new Map(rows.map(({ member_id, code }) => [member_id, code]));
}
