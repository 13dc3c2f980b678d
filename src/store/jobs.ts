import { newUuid } from "../platform/ids.ts";
import { defineErrors, problem, type Problem } from "../platform/errors.ts";
import type { Ground } from "../ground.ts";
import { emit } from "./outbox.ts";
import { SYSTEM_SCOPE, type Tx } from "./store.ts";

defineErrors("jobs", {
  not_found: { status: 404, zh: "没有这个任务：{job_id}。", en: "There is no job {job_id}." },
  already_running: {
    status: 409,
    zh: "同样的任务正在进行（{job_id}），请等它结束或先取消。",
    en: "The same work is already under way ({job_id}). Wait for it to end or cancel it first.",
  },
});

export interface JobContext<Input> {
  readonly ground: Ground;
  readonly job_id: string;
  readonly input: Input;
  /** Aborts when a person cancels or the process stops. Work in whole steps and look at it between them. */
  readonly signal: AbortSignal;
  /** True when it was a person who asked to stop. */
  cancelled(): boolean;
  /** Shown to people; written at most a few times a second. */
  progress(done: number, total: number | null, note?: string): Promise<void>;
}

/** Work longer than two seconds: durable, resumed after a crash (so it must be repeatable), with progress and cancel. */
export interface JobKind<Input = unknown> {
  readonly kind: string;
  run(context: JobContext<Input>): Promise<unknown>;
  readonly attempts_max?: number;
}

/** Keeps a job's input type beside its code; the queue itself holds plain JSON. */
export function defineJob<Input>(kind: JobKind<Input>): JobKind {
  return kind as JobKind;
}

export interface JobRow {
  readonly job_id: string;
  readonly kind: string;
  readonly state: "queued" | "running" | "done" | "failed" | "cancelled";
  readonly done: number;
  readonly total: number | null;
  readonly note: string | null;
  readonly result: unknown;
  readonly error: unknown;
  readonly cancel_requested: boolean;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}

const COLUMNS =
  "job_id, kind, state, done, total, note, result, error, cancel_requested, created_at, started_at, finished_at";

/** The one waiting or running job of a kind with a key. */
export async function openJob(tx: Tx, kind: string, key: string): Promise<string | undefined> {
  const row = await tx.one<{ job_id: string }>(
    "select job_id from store.job where kind = $1 and unique_key = $2 and state in ('queued', 'running')",
    [kind, key],
  );
  return row?.job_id;
}

/**
 * Queues a job in the caller's transaction: it exists exactly when the transaction commits.
 * @param options.key at most one waiting or running job of a kind has it; a second one throws jobs.already_running.
 */
export async function startJob(
  tx: Tx,
  ground: Ground,
  kind: string,
  input: unknown,
  options: { person_id?: number | null; key?: string } = {},
): Promise<string> {
  const now = ground.clock.now();
  const job_id = newUuid(now);
  const inserted = await tx.one<{ job_id: string }>(
    `insert into store.job (job_id, kind, input, unique_key, person_id, created_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (kind, unique_key) where unique_key is not null and state in ('queued', 'running') do nothing
     returning job_id`,
    [job_id, kind, JSON.stringify(input), options.key ?? null, options.person_id ?? null, now],
  );
  if (inserted === undefined) {
    throw problem("jobs.already_running", { job_id: (await openJob(tx, kind, options.key ?? "")) ?? "" });
  }
  await tx.query("select queue.add_job($1, $2)", [job_id, kind]);
  return job_id;
}

export async function jobById(tx: Tx, job_id: string): Promise<JobRow> {
  const row = await tx.one<JobRow>(`select ${COLUMNS} from store.job where job_id = $1`, [job_id]);
  if (row === undefined) throw problem("jobs.not_found", { job_id });
  return row;
}

export async function listJobs(tx: Tx, filter: { state?: string; limit: number }): Promise<JobRow[]> {
  return tx.query<JobRow>(
    `select ${COLUMNS} from store.job where ($1::text is null or state = $1) order by created_at desc limit $2`,
    [filter.state ?? null, filter.limit],
  );
}

/** A job that was cancelled before its code ran: whoever keeps what it was to do hears of it as 'jobs.cancelled'. */
export interface CancelledJob {
  readonly job_id: string;
  readonly kind: string;
  readonly input: unknown;
}

/** Asks a job to stop; one that still waits is cancelled at once, and its domain is told. */
export async function cancelJob(tx: Tx, ground: Ground, job_id: string): Promise<JobRow> {
  const asked = await tx.query<CancelledJob & Pick<JobRow, "state">>(
    `update store.job set cancel_requested = true,
       state = case when state = 'queued' then 'cancelled' else state end,
       finished_at = case when state = 'queued' then $2 else finished_at end
     where job_id = $1 and state in ('queued', 'running') returning job_id, kind, input, state`,
    [job_id, ground.clock.now()],
  );
  await tellCancelled(
    tx,
    asked.filter(({ state }) => state === "cancelled"),
  );
  return jobById(tx, job_id);
}

export function tellCancelled(tx: Tx, jobs: readonly CancelledJob[]): Promise<void> {
  return emit(
    tx,
    "jobs.cancelled",
    jobs.map(({ job_id, kind, input }) => ({ job_id, kind, input })),
  );
}

/** Waits until a job has ended; for commands and tests. */
export async function waitForJob(ground: Ground, job_id: string, pause: () => Promise<void>): Promise<JobRow> {
  for (;;) {
    const row = await ground.store.read(SYSTEM_SCOPE, (tx) => jobById(tx, job_id));
    if (row.state !== "queued" && row.state !== "running") return row;
    await pause();
  }
}

/** A failure as it is kept with the job: a sentence for people, never a stack. */
export function failureOf(error: unknown): Record<string, unknown> {
  if (error instanceof Error && error.name === "Problem") return (error as Problem).toJSON();
  return { code: "platform.internal", detail: error instanceof Error ? error.message : String(error) };
}
