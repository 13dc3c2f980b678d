import { problem } from "../platform/index.ts";
import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { LIMITS } from "./limits.ts";
import { storeSubmissions } from "./record-store.ts";
import type { Stored, Submission } from "./submission.ts";

interface Waiting {
  readonly submission: Submission;
  readonly weight: number;
  resolve(stored: Stored): void;
  reject(error: unknown): void;
}

/**
 * Group commit: what arrives while one transaction is being written goes into the next one together, so that many
 * callers share one fsync. Two groups are under way at most: while PostgreSQL writes one, the next is being sent.
 */
export class Committer {
  readonly #ground: Ground;
  readonly #waiting: Waiting[] = [];
  #records = 0;
  #running = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  get waiting_records(): number {
    return this.#records;
  }

  submit(submission: Submission): Promise<Stored> {
    const weight = Math.max(1, submission.records.length + submission.rejects.length);
    if (this.#records > 0 && this.#records + weight > LIMITS.waiting_records_max) {
      throw problem("ingest.busy", { limit: LIMITS.waiting_records_max, retry_after: 1 });
    }
    this.#records += weight;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ submission, weight, resolve, reject });
      this.#start();
    });
  }

  #start(): void {
    if (this.#running >= GROUPS_MAX || this.#waiting.length === 0) return;
    this.#running += 1;
    // After the current turn, so that requests read from the same sockets poll are together.
    setImmediate(() => {
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    const group = this.#take();
    try {
      if (group.length > 0) await this.#commit(group);
    } finally {
      this.#running -= 1;
      this.#start();
    }
  }

  #take(): Waiting[] {
    const group: Waiting[] = [];
    let records = 0;
    while (this.#waiting.length > 0) {
      const next = this.#waiting[0];
      if (next === undefined) break;
      const alone = next.submission.within !== undefined || next.submission.spool_id !== null;
      if (group.length > 0 && (alone || records + next.weight > LIMITS.group_records_max)) break;
      this.#waiting.shift();
      group.push(next);
      records += next.weight;
      if (alone) break;
    }
    return group;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    try {
      const stored = await this.#write(group.map((waiting) => waiting.submission));
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

  #settle(waiting: Waiting, answer: () => void): void {
    this.#records -= waiting.weight;
    answer();
  }

  #write(submissions: readonly Submission[]): Promise<Stored[]> {
    return this.#ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const stored = await storeSubmissions(tx, submissions);
      for (const [i, submission] of submissions.entries()) await submission.within?.(tx, stored[i] as Stored);
      return stored;
    });
  }
}

const GROUPS_MAX = 2;

/** PostgreSQL's classes 22 (data exception) and 23 (integrity): the data's fault, not the connection's. */
function isDataError(error: unknown): boolean {
  return /^2[23]/.test((error as { code?: string }).code ?? "");
}
