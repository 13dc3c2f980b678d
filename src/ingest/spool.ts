import { constants } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Ground } from "../ground.ts";
import { newUuid, problem } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { sealingKeyName } from "./accept.ts";
import { LIMITS } from "./limits.ts";
import { ingestMetrics } from "./metrics.ts";

/** A request kept on disk until PostgreSQL can take it. */
export interface Spooled {
  readonly spool_id: string;
  readonly source_id: number;
  readonly protocol: string;
  readonly received_at: Date;
  readonly content: unknown;
}

const SUFFIX = ".spool";

/**
 * The waiting room on disk: one sealed file a request, written aside, flushed, renamed, and the folder flushed, before
 * the answer. Draining marks each request by its id in the inbox, so that a crash between storing and deleting stores once.
 */
export class Spool {
  readonly #ground: Ground;
  readonly #folder: string;
  #bytes = 0;
  #count = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#folder = join(ground.config.data_dir, "spool");
  }

  get count(): number {
    return this.#count;
  }

  /** Finds what an earlier process left. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    this.#bytes = 0;
    this.#count = 0;
    for (const name of await readdir(this.#folder)) {
      const file = join(this.#folder, name);
      // A file that was never renamed was never acknowledged.
      if (!name.endsWith(SUFFIX)) await rm(file, { force: true });
      else {
        this.#bytes += (await stat(file)).size;
        this.#count += 1;
      }
    }
    this.#report();
  }

  /** Durable when it resolves. @throws ingest.spool_full, or the disk's own error */
  async put(request: Omit<Spooled, "spool_id">): Promise<void> {
    const { vault } = this.#ground;
    const spool_id = newUuid(this.#ground.clock.now());
    const key_name = sealingKeyName(request.received_at);
    const sealed = (await vault.namedKey(key_name)).encrypt(Buffer.from(JSON.stringify(request)), `spool|${spool_id}`);
    if (this.#bytes + sealed.length > LIMITS.spool_bytes_max)
      throw problem("ingest.spool_full", { limit_bytes: LIMITS.spool_bytes_max });
    const content = Buffer.concat([Buffer.from(`${key_name}\n`), sealed]);
    const target = join(this.#folder, `${spool_id}${SUFFIX}`);
    const aside = `${target}.part`;
    try {
      const file = await open(aside, "wx", 0o600);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(aside, target);
      await syncFolder(this.#folder);
    } catch (error) {
      await rm(aside, { force: true }).catch(() => undefined);
      await rm(target, { force: true }).catch(() => undefined);
      throw error;
    }
    this.#bytes += content.length;
    this.#count += 1;
    ingestMetrics(this.#ground.metrics).spooled.inc();
    this.#report();
  }

  /** Hands the waiting requests over in order until one fails. @returns how many were handed over. */
  async drain(take: (request: Spooled) => Promise<void>): Promise<number> {
    if (this.#count === 0) return 0;
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith(SUFFIX)).sort();
    for (const name of names) {
      const file = join(this.#folder, name);
      const content = await readFile(file);
      const spool_id = name.slice(0, -SUFFIX.length);
      if (!(await this.#stored(spool_id))) await take(await this.#open(spool_id, content));
      await rm(file);
      this.#bytes -= content.length;
      this.#count -= 1;
      this.#report();
    }
    return names.length;
  }

  async #open(spool_id: string, content: Buffer): Promise<Spooled> {
    const line = content.indexOf(10);
    const key = await this.#ground.vault.namedKey(content.subarray(0, line).toString("utf8"));
    const request = JSON.parse(key.decrypt(content.subarray(line + 1), `spool|${spool_id}`).toString("utf8")) as Omit<
      Spooled,
      "spool_id"
    >;
    return { ...request, spool_id, received_at: new Date(request.received_at) };
  }

  async #stored(spool_id: string): Promise<boolean> {
    const row = await this.#ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.one("select 1 from ingest.inbox where spool_id = $1", [spool_id]),
    );
    return row !== undefined;
  }

  #report(): void {
    ingestMetrics(this.#ground.metrics).spool_bytes.set(this.#bytes);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
