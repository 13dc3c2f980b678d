import { problem } from "../platform/index.ts";
import type { Ground } from "../ground.ts";
import { ANNOUNCE, NEXT_INBOX_IDS } from "./hot-statements.ts";
import { LIMITS } from "./limits.ts";
import { storeGroup } from "./record-store.ts";
import type { Stored, Waiting } from "./submission.ts";
import { WriterThread } from "./writer.ts";

interface Queued extends Waiting {
  readonly weight: number;
  resolve(stored: Stored): void;
  reject(error: unknown): void;
}

/**
 * While PostgreSQL writes one group, the next are being encoded and sent: a group's round trips wait for busy threads and
 * for the fsync, and with two groups PostgreSQL stood idle in between. Wall time of an event on two cores: 2 groups
 * 50.8 µs, 4 49.7, 6 46.7, 8 47.6.
 */
const GROUPS_MAX = 8;
/** Groups under way from which on a thread of their own writes them. */
const GROUPS_FOR_THREAD = 4;
const INBOX_IDS_AHEAD = 512;

/**
 * Group commit: what arrives while a transaction is being written goes into the next one together, so that many callers
 * share one fsync.
 */
export class Committer {
  readonly #ground: Ground;
  readonly #waiting: Queued[] = [];
  /** Ids of the groups being written: a submission with one of them waits, so that groups never collide. */
  readonly #writing = new Set<string>();
  #inbox_ids: number[] = [];
  #records = 0;
  #running = 0;
  #writer: WriterThread | undefined;
  #closed = false;
  #unannounced = false;
  #announcing = false;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  get waiting_records(): number {
    return this.#records;
  }

  /** @throws ingest.busy when too many records wait already */
  submit(waiting: Waiting): Promise<Stored> {
    const { records, rejects } = waiting.submission;
    const weight = Math.max(1, records.count + rejects.length);
    if (this.#records > 0 && this.#records + weight > LIMITS.waiting_records_max) {
      throw problem("ingest.busy", { limit: LIMITS.waiting_records_max, retry_after: 1 });
    }
    this.#records += weight;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...waiting, weight, resolve, reject });
      this.#start();
    });
  }

  #start(): void {
    if (this.#running >= GROUPS_MAX || this.#waiting.length === 0) return;
    this.#running += 1;
    // After the current turn, so that requests that came with the same poll of the sockets are together.
    setImmediate(() => {
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    const group = this.#take();
    try {
      if (group.length > 0) await this.#commit(group);
    } finally {
      for (const { ids } of group) for (const id of ids) this.#writing.delete(id);
      this.#running -= 1;
      // An empty group waits for ids that another group is writing: that one starts the next.
      if (group.length > 0) this.#start();
    }
  }

  #take(): Queued[] {
    const group: Queued[] = [];
    let records = 0;
    while (this.#waiting.length > 0) {
      const next = this.#waiting[0] as Queued;
      const { submission, ids, within, weight } = next;
      const alone = within !== undefined || submission.spool_id !== null;
      if (group.length > 0 && (alone || records + weight > LIMITS.group_records_max)) break;
      if (this.#writing.size > 0 && ids.some((id) => this.#writing.has(id))) break;
      this.#waiting.shift();
      group.push(next);
      records += weight;
      if (alone) break;
    }
    for (const { ids } of group) for (const id of ids) this.#writing.add(id);
    return group;
  }

  async #commit(group: readonly Queued[]): Promise<void> {
    try {
      const stored = await this.#write(group);
      this.#announce();
      for (const [i, waiting] of group.entries()) this.#settle(waiting, () => waiting.resolve(stored[i] as Stored));
    } catch (error) {
      if (group.length > 1 && isDataError(error)) {
        // One caller's data broke the group: each on its own, so that only that one hears of it.
        for (const waiting of group) await this.#commit([waiting]);
        return;
      }
      for (const waiting of group) this.#settle(waiting, () => waiting.reject(error));
    }
  }

  #settle(waiting: Queued, answer: () => void): void {
    this.#records -= waiting.weight;
    answer();
  }

  async #write(group: readonly Queued[]): Promise<Stored[]> {
    const submissions = group.map(({ submission }) => submission);
    const inbox_ids = await this.#places(group.length);
    const within = group[0]?.within;
    // what runs inside the transaction runs here
    const thread = within === undefined ? this.#thread() : undefined;
    if (thread !== undefined) return thread.store(submissions, inbox_ids);
    return storeGroup(this.#ground.store, submissions, inbox_ids, async (tx, stored) => {
      await within?.(tx, stored[0] as Stored);
    });
  }

  /** Few records are written by this thread; once groups wait for each other another one writes them. */
  #thread(): WriterThread | undefined {
    if (this.#writer?.ended === true) this.#writer = undefined;
    if (this.#writer === undefined && this.#running >= GROUPS_FOR_THREAD && !this.#closed) {
      this.#writer = new WriterThread(this.#ground.store.connection, this.#ground.log);
    }
    return this.#writer?.ready === true ? this.#writer : undefined;
  }

  /** The thread that writes, once there is load for it. */
  get writer(): WriterThread | undefined {
    return this.#writer;
  }

  /** After the last submission: ends the thread that writes. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writer?.close();
    this.#writer = undefined;
  }

  /** One notice on its way stands for all groups committed before it; of later ones the next tells. */
  #announce(): void {
    this.#unannounced = true;
    if (this.#announcing) return;
    this.#announcing = true;
    void (async () => {
      while (this.#unannounced) {
        this.#unannounced = false;
        // the pipeline looks by itself too
        await this.#ground.store.pool.query(ANNOUNCE).catch(() => undefined);
      }
      this.#announcing = false;
    })();
  }

  async #places(count: number): Promise<number[]> {
    while (this.#inbox_ids.length < count) {
      const wanted = Math.max(INBOX_IDS_AHEAD, count);
      const { rows } = await this.#ground.store.pool.query<{ inbox_id: number }>(NEXT_INBOX_IDS, [wanted]);
      this.#inbox_ids.push(...rows.map((row) => row.inbox_id));
    }
    return this.#inbox_ids.splice(0, count);
  }
}

/** PostgreSQL's classes 22 (data exception) and 23 (integrity): the data's fault, not the connection's. */
function isDataError(error: unknown): boolean {
  return /^2[23]/.test((error as { code?: string }).code ?? "");
}
