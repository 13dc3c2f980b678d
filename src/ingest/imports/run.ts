import type { Ground } from "../../ground.ts";
import { Problem, sleep } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { accept, judge } from "../accept.ts";
import { applyReceived } from "../pipeline.ts";
import { sourceById } from "../source-store.ts";
import type { Source } from "../source.ts";
import { errorLines, sealErrors } from "./error-file.ts";
import {
  changeImport,
  clearProblems,
  countProblems,
  errorRowCount,
  importById,
  type ImportRow,
  insertBatch,
  insertErrorRows,
  insertProblems,
  takenBatches,
} from "./import-store.ts";
import { originOf, stageRejects, waitingBatches } from "./import-inbox.ts";
import { IMPORT_LIMITS } from "./limits.ts";
import type { Batch } from "./mapping/batch.ts";
import { addCounts, type Counts, type ImportReport, NO_COUNTS, reportOf } from "./report.ts";
import { judgeBatch, openSession, storedProblems } from "./session.ts";

/** What a run tells of itself, and how it is asked to stop. */
export interface RunControl {
  readonly signal: AbortSignal;
  /** True when it was a person who asked to stop. */
  cancelled(): boolean;
  progress(done: number, total: number | null, note?: string): Promise<void>;
}

/** Reads the whole file and says what a run would do, without storing a record. */
export async function checkImport(ground: Ground, import_id: number, control: RunControl): Promise<ImportReport> {
  const row = await load(ground, import_id);
  const source = await sourceOf(ground, row);
  await ground.store.write(SYSTEM_SCOPE, (tx) => clearProblems(tx, import_id, "check"));
  const session = await openSession(ground, row);
  let counts = NO_COUNTS;
  let kept = 0;
  let complete = true;
  try {
    for await (const batch of session.batches()) {
      const judged = judgeBatch(
        batch,
        await judge(
          ground,
          source,
          batch.drafts.map((draft) => draft.record),
        ),
      );
      counts = addCounts(counts, judged.counts);
      const problems = storedProblems(row, judged, IMPORT_LIMITS.problems_kept_max - kept);
      kept += problems.length;
      await ground.store.write(SYSTEM_SCOPE, (tx) => insertProblems(tx, import_id, "check", problems));
      await control.progress(batch.rows_read, row.rows);
      if (control.signal.aborted) {
        complete = false;
        break;
      }
    }
  } finally {
    await session.close();
  }
  const report = reportOf(counts, { people: session.people(), error_rows_left_out: 0, complete });
  const change = { check_report: report, ...(complete ? { rows: counts.rows, state: "checked" as const } : {}) };
  await ground.store.write(SYSTEM_SCOPE, (tx) => changeImport(tx, import_id, change));
  return report;
}

function failureOf(error: unknown): Record<string, unknown> {
  return error instanceof Problem ? error.toJSON() : { code: "platform.internal", detail: (error as Error).name };
}

/** The source as a file may use it: documents are larger than what its events may be. */
async function sourceOf(ground: Ground, row: ImportRow): Promise<Source> {
  const source = await ground.store.read(SYSTEM_SCOPE, (tx) => sourceById(tx, row.source_id));
  return { ...source, event_bytes_max: Math.max(source.event_bytes_max, IMPORT_LIMITS.record_bytes_max) };
}

function load(ground: Ground, import_id: number): Promise<ImportRow> {
  return ground.store.read(SYSTEM_SCOPE, (tx) => importById(tx, import_id));
}

/**
 * Brings the rows of a file in. Every batch is taken together with its checkpoint, so that a run that was killed or
 * cancelled goes on behind the last one, and each row is accounted for once.
 */
export async function runImport(ground: Ground, import_id: number, control: RunControl): Promise<ImportReport> {
  const row = await begin(ground, import_id);
  try {
    const { people, complete, error_rows_left_out } = await takeBatches(ground, row, control);
    await applyBatches(ground, row, control);
    const counts = await totalCounts(ground, row);
    const report = reportOf(counts, { people, error_rows_left_out, complete });
    const state = complete ? "done" : "cancelled";
    const rows = complete ? counts.rows : row.rows;
    // A process that stops leaves the run as it is: it goes on when the job is taken up again.
    if (!complete && !control.cancelled()) return report;
    await ground.store.write(SYSTEM_SCOPE, (tx) => changeImport(tx, import_id, { state, report, rows }));
    ground.signals.emit("import.finished", { import_id, state });
    return report;
  } catch (error) {
    // A retry of the job takes it up again; what nobody retries stays failed, with its reason.
    await fail(ground, row, error).catch(() => undefined);
    throw error;
  }
}

/** What is in stays and is accounted for; the reason stands with it. */
async function fail(ground: Ground, row: ImportRow, error: unknown): Promise<void> {
  const counts = await totalCounts(ground, row);
  const report = reportOf(counts, { people: 0, error_rows_left_out: 0, complete: false });
  const change = { state: "failed", report, failure: failureOf(error) } as const;
  await ground.store.write(SYSTEM_SCOPE, (tx) => changeImport(tx, row.import_id, change));
}

async function begin(ground: Ground, import_id: number): Promise<ImportRow> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const row = await importById(tx, import_id);
    const run_started_at = row.run_started_at ?? ground.clock.now();
    return changeImport(tx, import_id, { state: "running", run_started_at, failure: null });
  });
}

async function takeBatches(
  ground: Ground,
  row: ImportRow,
  control: RunControl,
): Promise<{ people: number; complete: boolean; error_rows_left_out: number }> {
  const source = await sourceOf(ground, row);
  const taken = new Set(
    (await ground.store.read(SYSTEM_SCOPE, (tx) => takenBatches(tx, row.import_id, row.run))).map((b) => b.batch),
  );
  const room = await roomLeft(ground, row, taken.size === 0);
  const session = await openSession(ground, row);
  const ahead: Promise<void>[] = [];
  const applying = new Applying(ground);
  let complete = true;
  try {
    for await (const batch of session.batches()) {
      if (control.signal.aborted) {
        complete = false;
        break;
      }
      if (!taken.has(batch.number)) {
        const taking = takeBatch(ground, source, row, batch, room);
        // It is awaited below, perhaps only after it has failed.
        taking.catch(() => undefined);
        ahead.push(taking);
      }
      if (ahead.length >= IMPORT_LIMITS.batches_ahead) await ahead.shift();
      applying.start();
      await control.progress(batch.rows_read, row.rows);
    }
    await Promise.all(ahead);
  } finally {
    // What is under way ends before the file is closed, also when one of them has failed.
    await Promise.allSettled(ahead);
    await applying.end();
    await session.close();
  }
  return { people: session.people(), complete, error_rows_left_out: room.left_out };
}

/** Applies batches while the next ones are read, so that PostgreSQL works while this process parses. */
class Applying {
  readonly #ground: Ground;
  #round: Promise<unknown> | undefined;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Begins a round unless one is under way; a failing round is the pipeline's own business and comes again later. */
  start(): void {
    this.#round ??= applyReceived(this.#ground)
      .catch(() => undefined)
      .finally(() => {
        this.#round = undefined;
      });
  }

  async end(): Promise<void> {
    await this.#round;
  }
}

/** Room left for problems on the page and rows in the error file. */
interface Room {
  problems: number;
  error_rows: number;
  left_out: number;
}

async function roomLeft(ground: Ground, row: ImportRow, fresh: boolean): Promise<Room> {
  const { import_id, run } = row;
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    if (fresh) await clearProblems(tx, import_id, "run");
    return {
      problems: IMPORT_LIMITS.problems_kept_max - (await countProblems(tx, import_id, "run")),
      error_rows: IMPORT_LIMITS.error_rows_max - (await errorRowCount(tx, import_id, run)),
      left_out: 0,
    };
  });
}

async function takeBatch(ground: Ground, source: Source, row: ImportRow, batch: Batch, room: Room): Promise<void> {
  const { import_id, run } = row;
  const records = batch.drafts.map((draft) => draft.record);
  await accept(ground, source, records, {
    protocol: "import",
    origin: originOf(import_id, run),
    within: async (tx, inbox_id, outcomes) => {
      const judged = judgeBatch(batch, outcomes);
      await insertBatch(tx, {
        import_id,
        run,
        batch: batch.number,
        inbox_id,
        rows_read: batch.rows_read,
        counts: judged.counts,
      });
      const problems = storedProblems(row, judged, Math.max(0, room.problems));
      room.problems -= problems.length;
      await insertProblems(tx, import_id, "run", problems);
      const errors = judged.errors.slice(0, Math.max(0, room.error_rows));
      room.error_rows -= errors.length;
      room.left_out += judged.errors.length - errors.length;
      if (errors.length === 0) return;
      const sealed = await sealErrors(ground, row, batch.number, errorLines(row.facts, errors));
      await insertErrorRows(tx, { import_id, run, batch: batch.number, rows: errors.length, sealed });
    },
  });
}

/** Waits until every batch of the run has gone through the pipeline, helping when nobody else is at it. */
async function applyBatches(ground: Ground, row: ImportRow, control: RunControl): Promise<void> {
  for (;;) {
    const waiting = await ground.store.read(SYSTEM_SCOPE, (tx) => waitingBatches(tx, originOf(row.import_id, row.run)));
    if (waiting === 0 || (control.signal.aborted && !control.cancelled())) return;
    await control.progress(row.rows ?? 0, row.rows, `正在归并 ${waiting} 批 · joining ${waiting} batches`);
    const round = await applyReceived(ground);
    if (round.inboxes === 0) await sleep(50);
  }
}

/** Counts of all batches, with the records that a later stage refused moved from accepted to rejected. */
async function totalCounts(ground: Ground, row: ImportRow): Promise<Counts> {
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    let counts = NO_COUNTS;
    for (const batch of await takenBatches(tx, row.import_id, row.run)) counts = addCounts(counts, batch.counts);
    for (const { code, kind, records, lines } of await stageRejects(tx, originOf(row.import_id, row.run))) {
      counts = addCounts(counts, {
        ...NO_COUNTS,
        accepted: -lines,
        rejected: lines,
        records: -records,
        orders: kind === "order" ? -records : 0,
        returns: kind === "return" ? -records : 0,
        sale_lines: kind === "order" ? -lines : 0,
        return_lines: kind === "return" ? -lines : 0,
        by_code: { [code]: lines },
      });
    }
    return counts;
  });
}
