import { Worker } from "node:worker_threads";
import type { Log } from "../platform/index.ts";
import type { Store } from "../store/index.ts";
import type { Stored, Submission } from "./submission.ts";

/** What is sent to the thread: `task` names the answer. */
export interface WriteTask {
  readonly task: number;
  readonly submissions: readonly Submission[];
  readonly inbox_ids: readonly number[];
}

/** What comes back; an error keeps what callers ask of it. */
export type WriteAnswer =
  | { readonly task: number; readonly stored: Stored[] }
  | { readonly task: number; readonly failed: { message: string; code?: string; constraint?: string } };

interface Pending {
  resolve(stored: Stored[]): void;
  reject(error: Error): void;
}

/**
 * A thread that writes groups of submissions over connections of its own. Look-up, COPY and answers of PostgreSQL took a
 * third of the serving thread, which was the narrowest part: with them here both cores are busy.
 */
export class WriterThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #tasks = 0;
  #ready = false;
  #ended = false;

  constructor(connection: Store["connection"], log: Log) {
    this.#worker = new Worker(new URL("./writer-thread.ts", import.meta.url), { workerData: connection });
    this.#worker.unref();
    this.#worker.on("message", (message: WriteAnswer | "ready") => {
      if (message === "ready") this.#ready = true;
      else this.#answer(message);
    });
    this.#worker.on("error", (error) => log.error({ error: String(error) }, "the writing thread failed"));
    this.#worker.on("exit", () => this.#end());
  }

  /** Whether it has loaded; until then others write. */
  get ready(): boolean {
    return this.#ready && !this.#ended;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Stores a group in one transaction. @throws what PostgreSQL says, with its code and constraint */
  store(submissions: readonly Submission[], inbox_ids: readonly number[]): Promise<Stored[]> {
    this.#tasks += 1;
    const task: WriteTask = { task: this.#tasks, submissions, inbox_ids };
    return new Promise((resolve, reject) => {
      this.#pending.set(task.task, { resolve, reject });
      this.#worker.postMessage(task);
    });
  }

  async close(): Promise<void> {
    while (this.#pending.size > 0) await new Promise((resolve) => setImmediate(resolve));
    await this.abort();
  }

  /** Ends at once: what it was writing fails. */
  async abort(): Promise<void> {
    await this.#worker.terminate();
  }

  #answer(answer: WriteAnswer): void {
    const pending = this.#pending.get(answer.task);
    this.#pending.delete(answer.task);
    if ("stored" in answer) pending?.resolve(answer.stored);
    else pending?.reject(Object.assign(new Error(answer.failed.message), answer.failed));
  }

  /** Whether what it was writing is stored is not known: senders hear of a failure and send again, which doubles nothing. */
  #end(): void {
    this.#ended = true;
    for (const { reject } of this.#pending.values()) reject(new Error("the writing thread ended"));
    this.#pending.clear();
  }
}
