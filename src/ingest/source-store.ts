import type { Ground } from "../ground.ts";
import { hashSecret, newSecret, problem } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { LIMITS } from "./limits.ts";
import type { Source, SourceKind, SourceSettings } from "./source.ts";

const COLUMNS =
  "source_id, key, name, kind, state, namespace, settings, rate_per_second_max, event_bytes_max, batch_bytes_max, expected_every_seconds";

export interface NewSource {
  readonly key: string;
  readonly name: string;
  readonly kind: SourceKind;
  readonly namespace?: string;
  readonly settings?: SourceSettings;
  readonly rate_per_second_max?: number;
  readonly expected_every_seconds?: number | null;
}

/** An SDK's event is small; a webhook's order may fill its request, a file's order has as many lines as it has. */
function eventBytes(kind: SourceKind): number {
  if (kind === "file" || kind === "pull") return LIMITS.file_record_bytes_max;
  return kind === "webhook" || kind === "shopify" ? LIMITS.batch_bytes_max : LIMITS.event_bytes_max;
}

/** Makes a source. @throws ingest.source_key_taken */
export async function createSource(tx: Tx, input: NewSource, now: Date): Promise<Source> {
  const row = await tx.one<Source>(
    `insert into ingest.source (key, name, kind, namespace, settings, rate_per_second_max, event_bytes_max, batch_bytes_max,
       expected_every_seconds, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (key) do nothing returning ${COLUMNS}`,
    [
      input.key,
      input.name,
      input.kind,
      input.namespace ?? input.key,
      JSON.stringify(input.settings ?? {}),
      input.rate_per_second_max ?? LIMITS.rate_per_second_max,
      eventBytes(input.kind),
      input.kind === "sensors" ? LIMITS.sensors_bytes_max : LIMITS.batch_bytes_max,
      input.expected_every_seconds ?? null,
      now,
    ],
  );
  if (row === undefined) throw problem("ingest.source_key_taken", { key: input.key });
  return row;
}

/** The source with this key, made when it is missing (importers and pulls bring their own). */
export async function ensureSource(ground: Ground, input: NewSource): Promise<Source> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    // two who make it at once wait for each other here, and the second one finds it
    await tx.query("select pg_advisory_xact_lock(hashtext($1))", [`ingest.source ${input.key}`]);
    const found = await sourceByKey(tx, input.key);
    return found ?? createSource(tx, input, ground.clock.now());
  });
}

/** The keys of all sources; none in an installation that nothing was ever sent to. */
export async function listSourceKeys(tx: Tx): Promise<string[]> {
  return (await tx.query<{ key: string }>("select key from ingest.source order by key")).map(({ key }) => key);
}

export async function sourceByKey(tx: Tx, key: string): Promise<Source | undefined> {
  return tx.one<Source>(`select ${COLUMNS} from ingest.source where key = $1`, [key]);
}

/** @throws ingest.source_not_found */
export async function sourceById(tx: Tx, source_id: number): Promise<Source> {
  const row = await tx.one<Source>(`select ${COLUMNS} from ingest.source where source_id = $1`, [source_id]);
  if (row === undefined) throw problem("ingest.source_not_found", { source: source_id });
  return row;
}

export async function listSources(tx: Tx): Promise<Source[]> {
  return tx.query<Source>(`select ${COLUMNS} from ingest.source order by source_id`);
}

export interface SourceChange {
  readonly name?: string;
  readonly state?: "live" | "paused";
  readonly namespace?: string;
  readonly settings?: SourceSettings;
  readonly rate_per_second_max?: number;
  readonly event_bytes_max?: number;
  readonly batch_bytes_max?: number;
  readonly expected_every_seconds?: number | null;
}

export async function changeSource(tx: Tx, source_id: number, change: SourceChange): Promise<Source> {
  const source = { ...(await sourceById(tx, source_id)), ...change };
  await tx.query(
    `update ingest.source set name = $2, state = $3, namespace = $4, settings = $5, rate_per_second_max = $6,
       event_bytes_max = $7, batch_bytes_max = $8, expected_every_seconds = $9 where source_id = $1`,
    [
      source_id,
      source.name,
      source.state,
      source.namespace,
      JSON.stringify(source.settings),
      source.rate_per_second_max,
      source.event_bytes_max,
      source.batch_bytes_max,
      source.expected_every_seconds,
    ],
  );
  await announceChange(tx);
  return source;
}

async function announceChange(tx: Tx): Promise<void> {
  await tx.query("select pg_notify('ingest_sources', '')");
}

const PREFIX_CHARACTERS = 6;

/** A new write key: shown once, kept as a hash with its first characters. Earlier keys end after the overlap. */
export async function rotateKey(tx: Tx, source_id: number, now: Date, overlap_hours: number): Promise<string> {
  const write_key = `hk_${newSecret()}`;
  const ends = new Date(now.getTime() + overlap_hours * 3_600_000);
  await tx.query(
    "update ingest.source_key set expires_at = $2 where source_id = $1 and (expires_at is null or expires_at > $2)",
    [source_id, ends],
  );
  await tx.query("insert into ingest.source_key (hash, source_id, prefix, created_at) values ($1, $2, $3, $4)", [
    hashSecret(write_key),
    source_id,
    write_key.slice(0, PREFIX_CHARACTERS + 3),
    now,
  ]);
  await announceChange(tx);
  return write_key;
}

export interface SourceKeyRow {
  readonly source_id: number;
  readonly hash: Buffer;
  readonly prefix: string;
  readonly created_at: Date;
  readonly expires_at: Date | null;
}

export async function sourceKeys(tx: Tx): Promise<SourceKeyRow[]> {
  return tx.query<SourceKeyRow>(
    "select source_id, hash, prefix, created_at, expires_at from ingest.source_key order by created_at",
  );
}

export async function setSourceSecret(tx: Tx, source_id: number, secret_sealed: Buffer | null): Promise<void> {
  await tx.query("update ingest.source set secret_sealed = $2 where source_id = $1", [source_id, secret_sealed]);
  await announceChange(tx);
}

export async function sourceSecrets(tx: Tx): Promise<{ source_id: number; secret_sealed: Buffer }[]> {
  return tx.query("select source_id, secret_sealed from ingest.source where secret_sealed is not null");
}
