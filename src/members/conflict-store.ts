import type { Tx } from "../store/index.ts";

/** How many identity conflicts wait for a person. */
export async function openConflicts(tx: Tx): Promise<number> {
  const row = await tx.one<{ count: number }>("select count(*)::int as count from members.conflict where state = 'open'");
  return row?.count ?? 0;
}
