import { hashSecret, type Loop, problem, sleep, startLoop } from "../platform/index.ts";
import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { sealingKeyName } from "./accept.ts";
import { LIMITS } from "./limits.ts";
import { type Listener, startListener } from "./listener.ts";
import { TokenBucket } from "./rate.ts";
import type { Source, SourceKind } from "./source.ts";
import { listSources, sourceKeys, sourceSecrets } from "./source-store.ts";

interface KnownKey {
  readonly source_id: number;
  readonly expires_at: Date | null;
}

const REFRESH_MS = 5_000;
const RELOAD_MS_MIN = 100;

/**
 * Who may send: sources with their keys and secrets in memory, so that a request can be recognised, and spooled, while
 * PostgreSQL is away. Refreshed at every change and every five seconds.
 */
export class Gate {
  readonly #ground: Ground;
  #sources = new Map<number, Source>();
  #keys = new Map<string, KnownKey>();
  #secrets = new Map<number, string>();
  readonly #buckets = new Map<number, TokenBucket>();
  #loaded_ms = Number.NEGATIVE_INFINITY;
  #reloading: Promise<void> | undefined;
  #loop: Loop | undefined;
  #listener: Listener | undefined;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  async start(): Promise<void> {
    await this.load();
    this.#loop = startLoop(
      async () => {
        await this.load();
        return false;
      },
      {
        idle_ms: REFRESH_MS,
        retry_ms_max: REFRESH_MS,
        onError: (error) => this.#ground.log.warn({ error: String(error) }, "sources are not refreshed"),
      },
    );
    this.#listener = await startListener(this.#ground, ["ingest_sources"], () => this.#loop?.wake());
  }

  async stop(): Promise<void> {
    await this.#listener?.stop();
    await this.#loop?.stop();
  }

  async load(): Promise<void> {
    const { vault, store, clock } = this.#ground;
    const [sources, keys, secrets] = await store.read(
      SYSTEM_SCOPE,
      async (tx) => [await listSources(tx), await sourceKeys(tx), await sourceSecrets(tx)] as const,
    );
    const sealing = await vault.namedKey(SECRETS_KEY);
    this.#sources = new Map(sources.map((source) => [source.source_id, source]));
    this.#keys = new Map(keys.map((key) => [key.hash.toString("base64"), key]));
    this.#secrets = new Map(
      secrets.map((row) => [
        row.source_id,
        sealing.decrypt(row.secret_sealed, secretContext(row.source_id)).toString("utf8"),
      ]),
    );
    // Today's and tomorrow's envelope keys are in memory before they are needed without PostgreSQL.
    const now = clock.now();
    await vault.namedKey(sealingKeyName(now));
    await vault.namedKey(sealingKeyName(new Date(now.getTime() + 86_400_000)));
    this.#loaded_ms = performance.now();
  }

  /** A key that is unknown may be a moment old: sources are read again, ten times a second at most. */
  #reload(): Promise<void> {
    this.#reloading ??= (async () => {
      const wait_ms = RELOAD_MS_MIN - (performance.now() - this.#loaded_ms);
      if (wait_ms > 0) await sleep(wait_ms);
      await this.load().catch(() => undefined);
      this.#loaded_ms = performance.now();
      this.#reloading = undefined;
    })();
    return this.#reloading;
  }

  source(source_id: number): Source | undefined {
    return this.#sources.get(source_id);
  }

  secret(source_id: number): string | undefined {
    return this.#secrets.get(source_id);
  }

  async byName(key: string): Promise<Source> {
    const find = () => [...this.#sources.values()].find((source) => source.key === key);
    let found = find();
    if (found === undefined) {
      await this.#reload();
      found = find();
    }
    if (found === undefined) throw problem("ingest.source_not_found", { source: key.slice(0, 64) });
    return found;
  }

  /** The live source a write key belongs to. @throws ingest.key_missing, key_unknown, source_paused, source_kind_differs */
  async byWriteKey(write_key: string | undefined, kinds: readonly SourceKind[]): Promise<Source> {
    if (write_key === undefined || write_key === "") throw problem("ingest.key_missing");
    const hash = hashSecret(write_key).toString("base64");
    let known = this.#keys.get(hash);
    if (known === undefined) {
      await this.#reload();
      known = this.#keys.get(hash);
    }
    const source = known === undefined ? undefined : this.#sources.get(known.source_id);
    const expired = known?.expires_at !== null && known !== undefined && known.expires_at <= this.#ground.wall.now();
    if (source === undefined || expired) throw problem("ingest.key_unknown");
    return this.admit(source, kinds);
  }

  admit(source: Source, kinds: readonly SourceKind[]): Source {
    if (!kinds.includes(source.kind))
      throw problem("ingest.source_kind_differs", { source: source.key, kind: source.kind });
    if (source.state === "paused") throw problem("ingest.source_paused", { source: source.key });
    return source;
  }

  /** Takes `count` records from the source's rate. @returns seconds to wait, 0 when there is room. */
  take(source: Source, count: number): number {
    const now = this.#ground.wall.now();
    let bucket = this.#buckets.get(source.source_id);
    if (bucket === undefined || bucket.rate !== source.rate_per_second_max) {
      bucket = new TokenBucket(source.rate_per_second_max, source.rate_per_second_max * LIMITS.rate_burst_seconds, now);
      this.#buckets.set(source.source_id, bucket);
    }
    return bucket.take(count, now);
  }
}

export const SECRETS_KEY = "ingest source secrets";

export function secretContext(source_id: number): string {
  return `source secret|${source_id}`;
}
