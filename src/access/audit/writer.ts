import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { chain, GENESIS, type AuditEntry, type ChainedRow } from "./entry.ts";
import { insertRows, lockHead } from "./audit-store.ts";

/** Rows of one commit: a batch holds the chain's lock for one insert. */
const BATCH_ROWS_MAX = 500;
/** Beyond this many waiting rows acts are refused rather than piled up. */
const WAITING_ROWS_MAX = 5_000;

/** SQLSTATE classes of faults of a row itself: data, constraint. */
const DATA_FAULT = /^2[23]/;

interface Waiting {
  readonly entry: AuditEntry;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Writes entries to the end of the chain. Entries of concurrent requests share one commit: while one batch is being
 * committed the next one gathers, so that the lock on the chain's end is held once per batch and not once per act.
 */
export class AuditWriter {
  readonly #ground: Ground;
  #waiting: Waiting[] = [];
  #running = false;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Resolves when the entry is committed; rejects with access.audit_unavailable when it is not. */
  append(entry: AuditEntry): Promise<void> {
    if (this.#waiting.length >= WAITING_ROWS_MAX) return Promise.reject(problem("access.audit_unavailable"));
    return new Promise((done, failed) => {
      this.#waiting.push({ entry, done, failed });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_ROWS_MAX);
      try {
        await this.#ground.store.write(SYSTEM_SCOPE, (tx) =>
          appendRows(
            tx,
            batch.map(({ entry }) => entry),
          ),
        );
        for (const { done } of batch) done();
      } catch (error) {
        if (batch.length > 1 && DATA_FAULT.test((error as { code?: string }).code ?? "")) {
          await this.#oneByOne(batch);
          continue;
        }
        this.#ground.log.error({ error: (error as Error).message, rows: batch.length }, "audit rows not written");
        for (const { failed } of batch) failed(problem("access.audit_unavailable"));
      }
    }
    this.#running = false;
  }

  /** One row that the table refuses must not take the acts of others with it. */
  async #oneByOne(batch: readonly Waiting[]): Promise<void> {
    for (const { entry, done, failed } of batch) {
      try {
        await this.#ground.store.write(SYSTEM_SCOPE, (tx) => appendRows(tx, [entry]));
        done();
      } catch {
        failed(problem("access.audit_unavailable"));
      }
    }
  }
}

/**
 * Puts entries behind the newest row in the caller's transaction, which then holds the chain's end until it commits: for
 * short transactions whose effect and record must be one (a cut).
 */
export async function appendRows(tx: Tx, entries: readonly AuditEntry[]): Promise<(ChainedRow & { hash: string })[]> {
  const head = await lockHead(tx);
  let sequence = head?.sequence ?? 0;
  let previous = head?.hash ?? GENESIS;
  const rows = entries.map((entry) => {
    const row = chain(entry, (sequence += 1), previous);
    previous = row.hash;
    return row;
  });
  await insertRows(tx, rows);
  return rows;
}

const writers = new WeakMap<Ground, AuditWriter>();

/** The one writer of a process. */
export function auditWriter(ground: Ground): AuditWriter {
  let writer = writers.get(ground);
  if (writer === undefined) writers.set(ground, (writer = new AuditWriter(ground)));
  return writer;
}
