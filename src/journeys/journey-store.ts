import { problem } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import type { JourneyDefinition } from "./definition.ts";
import "./errors.ts";

export type JourneyState = "draft" | "live" | "paused" | "ended";

export interface JourneyRow {
  readonly journey: string;
  readonly state: JourneyState;
  /** The draft, or the newest version. */
  readonly definition: JourneyDefinition;
  readonly version: number;
  readonly published_at: Date | null;
}

export interface LiveVersion {
  readonly version_id: number;
  readonly journey: string;
  readonly state: JourneyState;
  readonly definition: JourneyDefinition;
}

/** Every journey with its newest version. */
export function listJourneys(tx: Tx): Promise<JourneyRow[]> {
  return tx.query<JourneyRow>(
    `select distinct on (j.journey) j.journey, j.state, v.definition, v.version, v.published_at
     from journeys.journey j join journeys.version v using (journey) order by j.journey, v.version desc`,
  );
}

/** Its row, locked. @throws journeys.unknown */
export async function lockJourney(tx: Tx, journey: string): Promise<{ readonly state: JourneyState }> {
  const row = await tx.one<{ state: JourneyState }>(
    "select state from journeys.journey where journey = $1 for update",
    [journey],
  );
  if (row === undefined) throw problem("journeys.unknown", { journey });
  return row;
}

/** Keeps a definition as the draft of its journey, which is made when there is none. @returns the draft's version */
export async function saveDraft(
  tx: Tx,
  definition: JourneyDefinition,
  { person_id, at }: { readonly person_id: number | null; readonly at: Date },
): Promise<number> {
  const { key } = definition;
  await tx.execute(
    "insert into journeys.journey (journey, made_by, made_at) values ($1, $2, $3) on conflict do nothing",
    [key, person_id, at],
  );
  // versions are numbered under the lock of their journey
  await lockJourney(tx, key);
  const row = await tx.one<{ version: number }>(
    `insert into journeys.version (journey, version, definition, saved_by, saved_at)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4 from journeys.version where journey = $1 and published_at is not null
     on conflict (journey) where published_at is null
     do update set definition = excluded.definition, saved_by = excluded.saved_by, saved_at = excluded.saved_at
     returning version`,
    [key, JSON.stringify(definition), person_id, at],
  );
  return row?.version ?? 0;
}

/** The draft of a locked journey. @throws journeys.no_draft */
export async function draftOf(
  tx: Tx,
  journey: string,
): Promise<{ readonly version_id: number; readonly version: number; readonly definition: JourneyDefinition }> {
  const row = await tx.one<{ version_id: number; version: number; definition: JourneyDefinition }>(
    "select version_id, version, definition from journeys.version where journey = $1 and published_at is null",
    [journey],
  );
  if (row === undefined) throw problem("journeys.no_draft", { journey });
  return row;
}

export async function setPublished(tx: Tx, version_id: number, by: number | null, at: Date): Promise<void> {
  await tx.execute("update journeys.version set published_by = $2, published_at = $3 where version_id = $1", [
    version_id,
    by,
    at,
  ]);
}

export async function setState(tx: Tx, journey: string, state: JourneyState): Promise<void> {
  await tx.execute("update journeys.journey set state = $2 where journey = $1", [journey, state]);
}

/** The newest published version of every journey that is live: whoever enters, enters it. */
export function enteredVersions(tx: Tx): Promise<LiveVersion[]> {
  return tx.query<LiveVersion>(
    `select distinct on (j.journey) v.version_id, j.journey, j.state, v.definition
     from journeys.journey j join journeys.version v using (journey)
     where j.state = 'live' and v.published_at is not null order by j.journey, v.version desc`,
  );
}

/** Versions in which somebody may be under way. */
export function movingVersions(tx: Tx): Promise<LiveVersion[]> {
  return tx.query<LiveVersion>(
    `select v.version_id, j.journey, j.state, v.definition from journeys.version v join journeys.journey j using (journey)
     where v.published_at is not null and j.state in ('live', 'ended')
       and exists (select from journeys.run r where r.version_id = v.version_id and r.ended_at is null)
     order by v.version_id`,
  );
}
