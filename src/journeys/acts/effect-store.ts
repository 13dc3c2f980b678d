import type { Tx } from "../../store/index.ts";
import { numbers } from "../run-store.ts";
import type { Ask } from "./act.ts";

/** Takes effects that nobody has taken before. @returns those */
export async function claimEffects(tx: Tx, version_id: number, asks: readonly Ask[]): Promise<Ask[]> {
  const rows = await tx.query<{ run_id: number; step: number }>(
    `insert into journeys.effect (version_id, run_id, node, step, kind, at)
     select $1, u.* from unnest($2::bigint[], $3::smallint[], $4::int[], $5::text[], $6::timestamptz[]) u
     on conflict do nothing returning run_id, step`,
    [
      version_id,
      numbers(asks.map((one) => one.run_id)),
      numbers(asks.map((one) => one.place)),
      numbers(asks.map((one) => one.step)),
      asks.map((one) => one.node.kind),
      asks.map((one) => one.at.toISOString()),
    ],
  );
  const taken = new Set(rows.map(({ run_id, step }) => `${run_id} ${step}`));
  return asks.filter(({ run_id, step }) => taken.has(`${run_id} ${step}`));
}
