import type { Tx } from "../../store/index.ts";
import type { JourneyDefinition } from "../definition.ts";

/** Members whom a version showed a variant first. */
export interface ExposedCount {
  readonly experiment: string;
  readonly version_id: number;
  readonly variant: string;
  readonly members: number;
  readonly first_at: Date;
  readonly last_at: Date;
}

export function exposedCounts(tx: Tx): Promise<ExposedCount[]> {
  return tx.query(
    `select experiment, version_id, variant, count(*)::int as members, min(at) as first_at, max(at) as last_at
     from journeys.exposure group by 1, 2, 3 order by 1, 2, 3`,
  );
}

export interface PublishedVersion {
  readonly version_id: number;
  readonly journey: string;
  readonly version: number;
  readonly definition: JourneyDefinition;
}

export function publishedVersions(tx: Tx): Promise<PublishedVersion[]> {
  return tx.query(
    `select version_id, journey, version, definition from journeys.version where published_at is not null order by journey, version desc`,
  );
}
