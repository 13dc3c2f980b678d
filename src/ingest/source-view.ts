import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import type { Source } from "./source.ts";
import {
  type FieldFill,
  type Freshness,
  freshnessOf,
  sourceCompleteness,
  type SourceFigures,
  sourceFigures,
} from "./source-figures.ts";
import { listSources, type SourceKeyRow, sourceKeys } from "./source-store.ts";

/** A source as the console sees it. */
export interface SourceView extends Source, SourceFigures {
  readonly freshness: Freshness;
  readonly completeness: readonly FieldFill[];
  /** Keys that are in force, by their first characters. */
  readonly keys: readonly Pick<SourceKeyRow, "prefix" | "created_at" | "expires_at">[];
}

/** All sources with their volume, freshness and completeness. */
export async function sourceViews(ground: Ground): Promise<SourceView[]> {
  const now = ground.clock.now();
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const figures = new Map((await sourceFigures(tx, now)).map((figure) => [figure.source_id, figure]));
    const keys = (await sourceKeys(tx)).filter((key) => key.expires_at === null || key.expires_at > ground.wall.now());
    const views: SourceView[] = [];
    for (const source of await listSources(tx)) {
      const completeness = await sourceCompleteness(tx, source.source_id);
      const own = keys.filter((key) => key.source_id === source.source_id);
      views.push({
        ...bareView(source, now, figures.get(source.source_id)),
        completeness,
        keys: own.map(({ prefix, created_at, expires_at }) => ({ prefix, created_at, expires_at })),
      });
    }
    return views;
  });
}

/** A source without completeness and keys; without figures when it is new. */
export function bareView(
  source: Source,
  now: Date,
  figures: SourceFigures = {
    source_id: source.source_id,
    last_received_at: null,
    received_24h: 0,
    duplicates_24h: 0,
    rejected_24h: 0,
    rejects_open: 0,
    pending: 0,
  },
): Omit<SourceView, "completeness" | "keys"> {
  const freshness = freshnessOf(figures.last_received_at, source.expected_every_seconds, now);
  return { ...source, ...figures, freshness };
}
