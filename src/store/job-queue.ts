import { EventEmitter } from "node:events";
import { parseCronItems, type Runner, run, runMigrations, type TaskList, type WorkerEvents } from "graphile-worker";
import type pg from "pg";
import type { Ground } from "../ground.ts";
import { sleep, startLoop } from "../platform/timers.ts";
import { type CancelledJob, failureOf, startJob, tellCancelled, type JobKind } from "./jobs.ts";
import { SYSTEM_SCOPE, type Tx } from "./store.ts";

export interface Schedule {
  readonly kind: string;
  /** Five cron fields in UTC. */
  readonly cron: string;
  readonly input?: Readonly<Record<string, unknown>>;
}

export interface JobWorkers {
  stop(): Promise<void>;
}

const CONCURRENCY = 3;
const PROGRESS_MS_MIN = 250;
const WORKER_LOCK_CLASS = 480_812;
/** Failures of the job itself, unless its kind says otherwise. */
const FAILURES_MAX = 3;
const REOPEN_MS = 500;
const STOP_MS_MAX = 20_000;
/** How often a job may be taken up after its process died; failures of the job itself are counted in store.job. */
const TAKE_UPS_MAX = 1_000;

/** Brings the queue's own schema up and makes the one door through which the application adds jobs. Runs as huitou_jobs. */
export async function prepareQueue(pool: pg.Pool): Promise<void> {
  await runMigrations({ pgPool: pool });
  // graphile-worker closes its tables by row security to all but their owner, hence the definer function.
  await pool.query(`
    create schema if not exists queue;
    create or replace function queue.add_job(job uuid, kind text) returns void language sql security definer
      set search_path = pg_catalog, pg_temp
      as $$ select graphile_worker.add_job('job', json_build_object('job_id', job), queue_name => kind, max_attempts => ${TAKE_UPS_MAX}) $$;
    -- which background processes live: each holds the advisory lock of its number, which PostgreSQL drops with its connection
    create sequence if not exists queue.worker_number as int cycle;
    create table if not exists queue.worker (worker_number int primary key, queue_worker_ids text[] not null);
    grant usage on schema queue to huitou_app;
    revoke all on function queue.add_job from public;
    grant execute on function queue.add_job to huitou_app;
  `);
}

/** Gives a queue that is new the jobs that the record store has open: after a restore. @returns how many. */
export async function requeueJobs(tx: Tx): Promise<number> {
  const rows = await tx.query(
    "select queue.add_job(job_id, kind) from store.job where state in ('queued', 'running') order by created_at",
  );
  return rows.length;
}

interface Session {
  /** Settles when the queue's own connections are lost or its pool has ended. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Runs queued jobs and schedules in this process until stopped. When PostgreSQL goes away the queue ends: a job's
 * outcome cannot be written and its lock stays. So the whole session is begun anew, under a new number, and whatever
 * the old one held is set free.
 */
export async function startJobWorkers(
  ground: Ground,
  pool: pg.Pool,
  kinds: readonly JobKind[],
  schedules: readonly Schedule[],
): Promise<JobWorkers> {
  const stopping = new AbortController();
  const forgive = forgiveLostConnections(ground);
  let session = await openSession(ground, pool, kinds, schedules);
  const supervise = async () => {
    while (!stopping.signal.aborted) {
      await Promise.race([session.ended, aborted(stopping.signal)]);
      await session.stop();
      if (stopping.signal.aborted) return;
      ground.log.warn("the job queue lost its database and begins anew");
      session = await reopen(() => openSession(ground, pool, kinds, schedules), stopping.signal, session);
    }
  };
  const supervised = supervise();
  return {
    stop: async () => {
      stopping.abort();
      await supervised;
      forgive();
    },
  };
}

/**
 * graphile-worker leaves the promise with which it writes a failed job's outcome unobserved, so a database that goes
 * away would end the whole process. Only that one kind of rejection is forgiven; the session begins anew.
 */
function forgiveLostConnections(ground: Ground): () => void {
  const listener = (reason: unknown) => {
    if (!isLostConnection(reason)) throw reason;
    ground.log.warn({ error: (reason as Error).message }, "the job queue could not write an outcome");
  };
  process.on("unhandledRejection", listener);
  return () => process.off("unhandledRejection", listener);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => signal.addEventListener("abort", () => done(), { once: true }));
}

async function reopen(open: () => Promise<Session>, stopping: AbortSignal, last: Session): Promise<Session> {
  while (!stopping.aborted) {
    await sleep(REOPEN_MS, stopping);
    try {
      return await open();
    } catch {
      // still away: the next round tries again
    }
  }
  return { ended: last.ended, stop: async () => {} };
}

async function openSession(
  ground: Ground,
  pool: pg.Pool,
  kinds: readonly JobKind[],
  schedules: readonly Schedule[],
): Promise<Session> {
  const stopping = new AbortController();
  const alive = await holdAliveLock(pool);
  // listening before the pool is made; its id is what jobs are locked by
  const events: WorkerEvents = new EventEmitter();
  events.on("pool:create", ({ workerPool }) => alive.register(workerPool.id));
  const runner = await run({
    pgPool: pool,
    taskList: tasksOf(ground, kinds, stopping.signal),
    concurrency: CONCURRENCY,
    noHandleSignals: true,
    events,
    logger: quietLogger(ground),
    parsedCronItems: parseCronItems(
      schedules.map((s) => ({
        task: "schedule",
        match: s.cron,
        identifier: s.kind,
        payload: { kind: s.kind, input: s.input ?? {} },
        options: { backfillPeriod: 0 },
      })),
    ),
  });
  const reaper = startLoop(async () => reapDead(pool, alive.number), {
    idle_ms: 5_000,
    onError: (error) => ground.log.error({ error: String(error) }, "looking for dead workers failed"),
  });
  return {
    ended: Promise.race([alive.lost, runner.promise.catch(() => undefined)]),
    stop: async () => {
      stopping.abort();
      await reaper.stop();
      await stopRunner(runner);
      await alive.release();
    },
  };
}

function tasksOf(ground: Ground, kinds: readonly JobKind[], stopping: AbortSignal): TaskList {
  const byKind = new Map(kinds.map((kind) => [kind.kind, kind]));
  return {
    job: async (payload) => runOne(ground, byKind, (payload as { job_id: string }).job_id, stopping),
    schedule: async (payload) => {
      const { kind, input } = payload as { kind: string; input: unknown };
      // The key keeps a slow schedule from piling up: the next round waits for the one under way.
      await ground.store
        .write(SYSTEM_SCOPE, (tx) => startJob(tx, ground, kind, input ?? {}, { key: "schedule" }))
        .catch((error: { code?: string }) => {
          if (error.code !== "jobs.already_running") throw error;
        });
    },
  };
}

/** A queue whose database is gone cannot stop in order; after a while it is left behind. */
async function stopRunner(runner: Runner): Promise<void> {
  await Promise.race([runner.stop().catch(() => undefined), sleep(STOP_MS_MAX)]);
}

async function runOne(
  ground: Ground,
  kinds: ReadonlyMap<string, JobKind>,
  job_id: string,
  stopping: AbortSignal,
): Promise<void> {
  const now = () => ground.clock.now();
  const claim = await ground.store.write(SYSTEM_SCOPE, (tx) =>
    tx.one<{ kind: string; input: unknown }>(
      `update store.job set state = 'running', started_at = coalesce(started_at, $2)
       where job_id = $1 and state in ('queued', 'running') and not cancel_requested returning kind, input`,
      [job_id, now()],
    ),
  );
  if (claim === undefined) {
    await endUnrun(ground, job_id);
    return;
  }
  const kind = kinds.get(claim.kind);
  if (kind === undefined) throw new Error(`no code for job kind ${claim.kind}`);
  const asked = new AbortController();
  const watch = startLoop(
    async () => {
      const { rows } = await ground.store.pool.query<{ cancel_requested: boolean }>(
        "select cancel_requested from store.job where job_id = $1",
        [job_id],
      );
      if (rows[0]?.cancel_requested === true) asked.abort();
      return false;
    },
    { idle_ms: 500, onError: () => undefined },
  );
  try {
    const result = await kind.run({
      ground,
      job_id,
      input: claim.input,
      signal: AbortSignal.any([asked.signal, stopping]),
      cancelled: () => asked.signal.aborted,
      progress: progressWriter(ground, job_id),
    });
    // What returned because the process stops may be half done: it stays "running" and is taken up after the restart.
    if (stopping.aborted && !asked.signal.aborted) throw new Error("the process stops");
    await finish(ground, job_id, asked.signal.aborted ? "cancelled" : "done", result ?? null, null);
  } catch (error) {
    // neither a stop nor a lost database is the job's own failure
    if (stopping.aborted || isLostConnection(error)) throw error;
    const expected = error instanceof Error && error.name === "Problem";
    const last = (await countFailure(ground, job_id)) >= (expected ? 1 : (kind.attempts_max ?? FAILURES_MAX));
    ground.log.error(
      {
        job_id,
        kind: claim.kind,
        error: error instanceof Error ? error.message : String(error),
        stack: error instanceof Error ? error.stack : undefined,
      },
      "job failed",
    );
    if (!last) throw error;
    await finish(ground, job_id, asked.signal.aborted ? "cancelled" : "failed", null, failureOf(error));
  } finally {
    await watch.stop();
  }
}

async function countFailure(ground: Ground, job_id: string): Promise<number> {
  const row = await ground.store.write(SYSTEM_SCOPE, (tx) =>
    tx.one<{ attempts: number }>("update store.job set attempts = attempts + 1 where job_id = $1 returning attempts", [
      job_id,
    ]),
  );
  return row?.attempts ?? 1;
}

/** PostgreSQL's classes 08 (connection) and 57 (shut down, crashed), and what the driver says when the socket ends. */
export function isLostConnection(error: unknown): boolean {
  const { code = "", message = "" } = error as { code?: string; message?: string };
  return (
    /^(08|57P)/.test(code) ||
    /^(ECONN|EPIPE|ETIMEDOUT)/.test(code) ||
    /Connection terminated|timeout exceeded/.test(message)
  );
}

/** A job that a person cancelled while no process had it: its code never hears of that, its domain does. */
async function endUnrun(ground: Ground, job_id: string): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const ended = await tx.query<CancelledJob>(
      `update store.job set state = 'cancelled', finished_at = $2 where job_id = $1 and state in ('queued', 'running')
       returning job_id, kind, input`,
      [job_id, ground.clock.now()],
    );
    await tellCancelled(tx, ended);
  });
  ground.signals.emit("jobs", { job_id, state: "cancelled" });
}

async function finish(ground: Ground, job_id: string, state: string, result: unknown, error: unknown): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    tx.query(
      `update store.job set state = $2, result = $3, error = $4, finished_at = $5 where job_id = $1 and state in ('queued', 'running')`,
      [job_id, state, JSON.stringify(result), JSON.stringify(error), ground.clock.now()],
    ),
  );
  ground.signals.emit("jobs", { job_id, state });
}

function progressWriter(ground: Ground, job_id: string) {
  let lastMs = 0;
  return async (done: number, total: number | null, note?: string) => {
    const nowMs = performance.now();
    const complete = total !== null && done >= total;
    if (!complete && nowMs - lastMs < PROGRESS_MS_MIN) return;
    lastMs = nowMs;
    await ground.store.pool.query(
      "update store.job set done = $2, total = $3, note = coalesce($4, note) where job_id = $1",
      [job_id, Math.round(done), total === null ? null : Math.round(total), note ?? null],
    );
    ground.signals.emit("jobs", { job_id, state: "running", done, total });
  };
}

/** A lock that lives exactly as long as this process's connection: how others know that its jobs are free again. */
async function holdAliveLock(pool: pg.Pool) {
  const client = await pool.connect();
  const { rows } = await client.query<{ number: number }>("select nextval('queue.worker_number')::int as number");
  const number = rows[0]?.number ?? 0;
  await client.query("select pg_advisory_lock($1, $2)", [WORKER_LOCK_CLASS, number]);
  await client.query(
    "insert into queue.worker (worker_number, queue_worker_ids) values ($1, '{}') on conflict (worker_number) do update set queue_worker_ids = '{}'",
    [number],
  );
  const lost = new Promise<void>((done) => {
    client.on("error", () => done());
    client.on("end", () => done());
  });
  return {
    number,
    lost,
    register: (id: string) => {
      pool
        .query(
          "update queue.worker set queue_worker_ids = array_append(queue_worker_ids, $2) where worker_number = $1",
          [number, id],
        )
        .catch(() => undefined);
    },
    release: async () => {
      await client.query("delete from queue.worker where worker_number = $1", [number]).catch(() => undefined);
      client.release(true);
    },
  };
}

async function reapDead(pool: pg.Pool, own: number): Promise<boolean> {
  const { rows } = await pool.query<{ worker_number: number; ids: string[] }>(
    "select worker_number, queue_worker_ids as ids from queue.worker where worker_number <> $1",
    [own],
  );
  for (const row of rows) {
    const { rows: lock } = await pool.query<{ free: boolean }>(
      "with tried as materialized (select pg_try_advisory_xact_lock($1, $2) as free) select free from tried",
      [WORKER_LOCK_CLASS, row.worker_number],
    );
    if (lock[0]?.free !== true) continue;
    await pool.query("select graphile_worker.force_unlock_workers($1)", [row.ids]);
    await pool.query("delete from queue.worker where worker_number = $1", [row.worker_number]);
  }
  return false;
}

function quietLogger(ground: Ground) {
  // The library's own words go to debug: what people need is in store.job.
  return new (class {
    scope() {
      return this;
    }
    error(message: string) {
      ground.log.error({ part: "queue" }, message);
    }
    warn(message: string) {
      ground.log.warn({ part: "queue" }, message);
    }
    info(message: string) {
      ground.log.debug({ part: "queue" }, message);
    }
    debug() {}
  })() as never;
}
