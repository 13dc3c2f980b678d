import type { Tx } from "../store/index.ts";
import { numbers } from "./run-store.ts";

/** What could not be done for runs at nodes, and in which second. */
export function troubleAt(
  tx: Tx,
  run_ids: readonly number[],
  nodes: readonly number[],
): Promise<{ run_id: number; node: number; seconds: number }[]> {
  return tx.query(
    `select run_id, node, floor(extract(epoch from at))::bigint as seconds from journeys.trouble
     where run_id = any($1::bigint[]) and node = any($2::smallint[])`,
    [numbers(run_ids), numbers(nodes)],
  );
}
