import type { Tx } from "../store/index.ts";
import type { LiveVersion } from "./journey-store.ts";
import { numbers } from "./run-store.ts";

/** A member was shown a variant of an experiment. */
export interface Exposure {
  readonly experiment: string;
  readonly member_id: number;
  readonly variant: string;
  readonly at: Date;
}

/** Keeps what a member was shown first; whoever reads an experiment counts from there. */
export async function addExposures(
  tx: Tx,
  { version_id, journey }: Pick<LiveVersion, "version_id" | "journey">,
  exposures: readonly Exposure[],
): Promise<void> {
  if (exposures.length === 0) return;
  await tx.execute(
    `insert into journeys.exposure (experiment, member_id, variant, at, journey, version_id)
     select u.*, $5, $6 from unnest($1::text[], $2::bigint[], $3::text[], $4::timestamptz[]) u on conflict do nothing`,
    [
      exposures.map((one) => one.experiment),
      numbers(exposures.map((one) => one.member_id)),
      exposures.map((one) => one.variant),
      exposures.map((one) => one.at.toISOString()),
      journey,
      version_id,
    ],
  );
}
