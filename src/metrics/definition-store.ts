import type { Tx } from "../store/index.ts";
import type { MetricDefinition } from "./definition.ts";

export interface DefinitionVersion {
  readonly metric: string;
  readonly version: number;
  readonly definition: MetricDefinition;
  readonly created_at: Date;
}

/** A shipped definition becomes a version where there is none or it reads otherwise. */
export async function ensureDefinition(tx: Tx, definition: MetricDefinition, now: Date): Promise<void> {
  await tx.query(
    `insert into metrics.definition (metric, version, definition, created_at)
     select $1, coalesce(max(version), 0) + 1, $2::jsonb, $3 from metrics.definition where metric = $1
     having not exists (select from metrics.definition d where d.metric = $1 and d.definition = $2::jsonb
       and d.version = (select max(version) from metrics.definition where metric = $1))`,
    [definition.key, JSON.stringify(definition), now],
  );
}

/** The newest version of each metric, by key. */
export async function currentVersions(tx: Tx): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.query<{ metric: string; version: number }>(
    "select metric, max(version) as version from metrics.definition group by metric",
  );
  return new Map(rows.map((row) => [row.metric, row.version]));
}

export async function definitionVersions(tx: Tx, metric: string): Promise<DefinitionVersion[]> {
  return tx.query<DefinitionVersion>(
    "select metric, version, definition, created_at from metrics.definition where metric = $1 order by version desc",
    [metric],
  );
}
