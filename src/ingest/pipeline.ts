import type { Ground } from "../ground.ts";
import { type Loop, sleep, startLoop } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { LIMITS } from "./limits.ts";
import { startListener } from "./listener.ts";
import { ingestMetrics } from "./metrics.ts";
import { edgeOf } from "./edge.ts";
import {
  type Claim,
  claimInboxes,
  type ClaimedInbox,
  countAttempt,
  loadRecords,
  markApplied,
  notifyApplied,
  type PipelineRecord,
  type RejectedRecord,
  ROUND_RECORDS,
  storeStageRejects,
  takePipelineLock,
  waitingInboxes,
} from "./pipeline-store.ts";
import { openInboxes, readAheadOf, type ReadInbox } from "./read-ahead.ts";
import type { CutValue } from "./sealing.ts";
import { type Stage, type StageBatch, stagesOf } from "./stage.ts";

/** What one round did; `busy` when another process holds the pipeline. */
export interface Round {
  readonly inboxes: number;
  readonly applied: number;
  readonly rejected: number;
  readonly busy: boolean;
}

/** What is told to live pages: counts only. */
export interface AppliedNotice {
  readonly applied: number;
  readonly rejected: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly sources: Readonly<Record<string, number>>;
}

/**
 * Applies the oldest received batches through all stages in one transaction. When a stage throws, nothing of the round
 * stays; after `pipeline_attempts_max - 1` such rounds the batches are taken again with a savepoint around ever
 * smaller halves, until the one record that fails stands alone and is rejected with the reason.
 */
export async function applyReceived(ground: Ground): Promise<Round> {
  let claimed: readonly ClaimedInbox[] = [];
  const work = async (tx: Tx): Promise<Round & { notice?: AppliedNotice }> => {
    if (!(await takePipelineLock(tx))) return { inboxes: 0, applied: 0, rejected: 0, busy: true };
    const claim = await claimInboxes(tx, ROUND_RECORDS);
    claimed = claim.inboxes;
    if (claimed.length === 0) {
      readAheadOf(ground).drop();
      return { inboxes: 0, applied: 0, rejected: 0, busy: false };
    }
    return applyClaimed(tx, ground, claim);
  };
  try {
    const round = await ground.store.write(SYSTEM_SCOPE, work);
    if (round.notice !== undefined) ground.signals.emit("records.applied", round.notice);
    return round;
  } catch (error) {
    readAheadOf(ground).drop();
    if (claimed.length === 0 || isPassing(error)) throw error;
    const inbox_ids = claimed.map((inbox) => inbox.inbox_id);
    await ground.store.write(SYSTEM_SCOPE, (tx) => countAttempt(tx, inbox_ids));
    ground.log.warn(
      { inbox_ids: inbox_ids.slice(0, 5), error: messageOf(error) },
      "a pipeline round failed and is tried again",
    );
    return { inboxes: claimed.length, applied: 0, rejected: 0, busy: false };
  }
}

async function applyClaimed(
  tx: Tx,
  ground: Ground,
  { inboxes: claimed, next }: Claim,
): Promise<Round & { notice: AppliedNotice }> {
  const now = ground.clock.now();
  const inbox_ids = claimed.map((inbox) => inbox.inbox_id);
  const ahead = readAheadOf(ground);
  const read = await ahead.take(claimed);
  ahead.begin(next);
  const { records, batch } = await recordsOf(tx, ground, claimed, read);
  const isolate = claimed.some((inbox) => inbox.attempts >= LIMITS.pipeline_attempts_max - 1);
  const rejects = isolate
    ? await applyIsolated(tx, ground, records, batch)
    : await runStages(tx, ground, records, batch);
  await storeStageRejects(tx, rejects);
  for (const { record } of rejects) for (const { token } of record.identities) edgeOf(ground).known.delete(token);
  await markApplied(
    tx,
    inbox_ids,
    rejects.map((reject) => reject.record.inbox_id),
    now,
  );
  const notice = noticeOf(records, rejects);
  await notifyApplied(tx, notice);
  const metrics = ingestMetrics(ground.metrics);
  for (const [kind, count] of Object.entries(notice.kinds)) metrics.applied.inc({ kind }, count);
  const oldest = claimed[0];
  if (oldest !== undefined) metrics.lag_seconds.set((now.getTime() - oldest.received_at.getTime()) / 1000);
  return { inboxes: claimed.length, applied: notice.applied, rejected: rejects.length, busy: false, notice };
}

/** What the batches hold, in the order in which they came: read ahead, or now. */
async function recordsOf(
  tx: Tx,
  ground: Ground,
  claimed: readonly ClaimedInbox[],
  ahead: ReadonlyMap<number, ReadInbox>,
): Promise<{ records: PipelineRecord[]; batch: StageBatch }> {
  const unread = claimed.filter((inbox) => !ahead.has(inbox.inbox_id));
  const now = unread.length === 0 ? ahead : await openInboxes(ground, unread, await loadRecords(tx, unread));
  const records: PipelineRecord[] = [];
  const clear = new Map<string, CutValue>();
  for (const { inbox_id } of claimed) {
    const inbox = ahead.get(inbox_id) ?? now.get(inbox_id);
    for (const record of inbox?.records ?? []) records.push(record);
    for (const cut of inbox?.clear ?? []) clear.set(cut.token, cut);
  }
  return { records, batch: { clear } };
}

async function runStages(
  tx: Tx,
  ground: Ground,
  records: readonly PipelineRecord[],
  batch: StageBatch,
): Promise<RejectedRecord[]> {
  const rejected = new Map<string, RejectedRecord>();
  const byId = new Map(records.map((record) => [record.record_id, record]));
  let left = [...records];
  for (const stage of stagesOf(ground)) {
    if (left.length === 0) break;
    const stop = ingestMetrics(ground.metrics).stage_seconds.startTimer({ stage: stage.domain });
    for (const reject of await applyStage(stage, tx, ground, left, batch)) {
      const record = byId.get(reject.record_id);
      if (record !== undefined) rejected.set(reject.record_id, { ...reject, record });
    }
    stop();
    if (rejected.size > 0) left = left.filter((record) => !rejected.has(record.record_id));
  }
  return [...rejected.values()];
}

/** Which stage threw, so that the reason of a reject can name it. */
class StageFailure extends Error {
  readonly stage: string;
  readonly code: string | undefined;

  constructor(stage: string, cause: unknown) {
    super(messageOf(cause), { cause });
    this.stage = stage;
    this.code = (cause as { code?: string }).code;
  }
}

async function applyStage(stage: Stage, tx: Tx, ground: Ground, records: PipelineRecord[], batch: StageBatch) {
  try {
    return await stage.apply(tx, ground, records, batch);
  } catch (error) {
    throw new StageFailure(stage.domain, error);
  }
}

/** Halves what fails until one record stands alone; the others are applied. */
async function applyIsolated(
  tx: Tx,
  ground: Ground,
  records: readonly PipelineRecord[],
  batch: StageBatch,
): Promise<RejectedRecord[]> {
  if (records.length === 0) return [];
  await tx.query("savepoint part");
  try {
    const rejects = await runStages(tx, ground, records, batch);
    await tx.query("release savepoint part");
    return rejects;
  } catch (error) {
    if (isPassing(error)) throw error;
    await tx.query("rollback to savepoint part");
    await tx.query("release savepoint part");
    const [only] = records;
    if (records.length === 1 && only !== undefined) return [failedAlone(only, error)];
    const middle = records.length >> 1;
    const first = await applyIsolated(tx, ground, records.slice(0, middle), batch);
    return [...first, ...(await applyIsolated(tx, ground, records.slice(middle), batch))];
  }
}

function failedAlone(record: PipelineRecord, error: unknown): RejectedRecord {
  const stage = error instanceof StageFailure ? error.stage : "pipeline";
  // A database's message can quote a value: only its code leaves the process.
  const reason = /^[0-9A-Z]{5}$/.test((error as { code?: string }).code ?? "")
    ? `PostgreSQL ${(error as { code: string }).code}`
    : (error as Error).name;
  const params = { place: `record ${record.record_id}`, stage, reason, attempts: LIMITS.pipeline_attempts_max };
  return { record_id: record.record_id, code: "ingest.stage_failed", params, record };
}

/** Failures of the connection or of concurrency: no record's fault, the round is tried again as a whole. */
function isPassing(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? "";
  return (
    /^(08|40|53|55P03|57)/.test(code) ||
    /ECONN|EPIPE|ETIMEDOUT/.test(code) ||
    /Connection terminated|timeout exceeded/.test(messageOf(error))
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function noticeOf(records: readonly PipelineRecord[], rejects: readonly RejectedRecord[]): AppliedNotice {
  const out = new Set(rejects.map((reject) => reject.record_id));
  const kinds: Record<string, number> = {};
  const sources: Record<string, number> = {};
  for (const { record_id, kind, source_key } of records) {
    if (out.has(record_id)) continue;
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    sources[source_key] = (sources[source_key] ?? 0) + 1;
  }
  return { applied: records.length - out.size, rejected: out.size, kinds, sources };
}

const POLL_MS = 500;

/** Runs the pipeline in this process: at once when a batch is committed anywhere, and every half second. */
export async function startPipeline(ground: Ground): Promise<Loop> {
  const loop = startLoop(
    async () => {
      const round = await applyReceived(ground);
      return !round.busy && round.inboxes > 0;
    },
    {
      idle_ms: POLL_MS,
      retry_ms_max: 5_000,
      onError: (error) => ground.log.error({ error: messageOf(error) }, "the pipeline stands still"),
    },
  );
  const listener = await startListener(ground, ["ingest_received"], () => loop.wake());
  return {
    wake: () => loop.wake(),
    stop: async () => {
      await listener.stop();
      await loop.stop();
      await readAheadOf(ground).stop();
    },
  };
}

/** Applies what has been received, here or by waiting for the process that is at it, until nothing waits or `until` says so. */
export async function drainPipeline(ground: Ground, until: () => boolean = () => false): Promise<void> {
  while (!until()) {
    const round = await applyReceived(ground);
    if (round.inboxes > 0) continue;
    const waiting = await ground.store.read(SYSTEM_SCOPE, waitingInboxes);
    if (waiting === 0) return;
    await sleep(20);
  }
}
