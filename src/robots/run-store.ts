import { problem } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import type { Inputs } from "./robot-store.ts";

export const RUN_STATES = ["queued", "running", "done", "failed", "stopped"] as const;

export interface RunRow {
  readonly run_id: number;
  readonly robot_id: number;
  readonly run_key: string;
  readonly inputs: Inputs;
  readonly owner_id: number | null;
  readonly asked_by: number | null;
  readonly state: (typeof RUN_STATES)[number];
  readonly job_id: string | null;
  readonly attempts: number;
  readonly failure: Readonly<Record<string, unknown>> | null;
  readonly outputs: Readonly<Record<string, unknown>> | null;
  readonly import_id: number | null;
  readonly items_done: number;
  readonly items_before: number;
  readonly items_failed: number;
  readonly asked_at: Date;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
}

const COLUMNS = `run_id, robot_id, run_key, inputs, owner_id, asked_by, state, job_id, attempts, failure, outputs, import_id, items_done,
  items_before, items_failed, asked_at, started_at, ended_at`;

export interface NewRun {
  readonly robot_id: number;
  readonly run_key: string;
  readonly inputs: Inputs;
  readonly owner_id: number | null;
  readonly asked_by: number | null;
}

/** @returns undefined: what this key asks for has its run already */
export function insertRun(tx: Tx, run: NewRun, now: Date): Promise<RunRow | undefined> {
  return tx.one(
    `insert into robots.run (robot_id, run_key, inputs, owner_id, asked_by, asked_at) values ($1, $2, $3, $4, $5, $6)
     on conflict on constraint run_once do nothing returning ${COLUMNS}`,
    [run.robot_id, run.run_key, run.inputs, run.owner_id, run.asked_by, now],
  );
}

export function runByKey(tx: Tx, robot_id: number, run_key: string): Promise<RunRow | undefined> {
  return tx.one(`select ${COLUMNS} from robots.run where robot_id = $1 and run_key = $2`, [robot_id, run_key]);
}

/** @throws robots.run_unknown */
export async function runById(tx: Tx, run_id: number, lock = false): Promise<RunRow> {
  const row = await tx.one<RunRow>(`select ${COLUMNS} from robots.run where run_id = $1 ${lock ? "for update" : ""}`, [
    run_id,
  ]);
  if (row === undefined) throw problem("robots.run_unknown", { run_id });
  return row;
}

/** Runs of a robot, the newest first. */
export function runsOf(tx: Tx, robot_id: number, before: number | null, limit: number): Promise<RunRow[]> {
  return tx.query(
    `select ${COLUMNS} from robots.run where robot_id = $1 and ($2::bigint is null or run_id < $2) order by run_id desc limit $3`,
    [robot_id, before, limit],
  );
}

/** The newest run of each robot. */
export function lastRuns(tx: Tx): Promise<RunRow[]> {
  return tx.query(
    `select r.* from robots.robot b cross join lateral (
       select ${COLUMNS} from robots.run where robot_id = b.robot_id order by run_id desc limit 1) r`,
  );
}

/** The run of a robot that is asked for or under way, the oldest. */
export function openRun(tx: Tx, robot_id: number): Promise<RunRow | undefined> {
  return tx.one(
    `select ${COLUMNS} from robots.run where robot_id = $1 and state in ('queued', 'running') order by run_id limit 1`,
    [robot_id],
  );
}

export async function noteJob(tx: Tx, run_id: number, job_id: string): Promise<void> {
  await tx.query("update robots.run set job_id = $2 where run_id = $1", [run_id, job_id]);
}

/** @returns undefined: it has ended, or was stopped before it began */
export function beginRun(tx: Tx, run_id: number, now: Date): Promise<RunRow | undefined> {
  return tx.one(
    `update robots.run set state = 'running', attempts = attempts + 1, started_at = coalesce(started_at, $2)
     where run_id = $1 and state in ('queued', 'running') returning ${COLUMNS}`,
    [run_id, now],
  );
}

export async function noteImport(tx: Tx, run_id: number, import_id: number): Promise<void> {
  await tx.query("update robots.run set import_id = $2 where run_id = $1", [run_id, import_id]);
}

export async function noteItems(
  tx: Tx,
  run_id: number,
  counts: { readonly done: number; readonly before: number; readonly failed: number },
): Promise<void> {
  await tx.query("update robots.run set items_done = $2, items_before = $3, items_failed = $4 where run_id = $1", [
    run_id,
    counts.done,
    counts.before,
    counts.failed,
  ]);
}

export async function endRun(
  tx: Tx,
  run_id: number,
  end: {
    readonly state: "done" | "failed" | "stopped";
    readonly outputs: unknown;
    readonly failure: unknown;
    readonly now: Date;
  },
): Promise<void> {
  await tx.query(
    `update robots.run set state = $2, outputs = $3, failure = $4, ended_at = $5
     where run_id = $1 and state in ('queued', 'running')`,
    [
      run_id,
      end.state,
      end.outputs === null ? null : JSON.stringify(end.outputs),
      end.failure === null ? null : JSON.stringify(end.failure),
      end.now,
    ],
  );
}

/** Runs that ended before an instant, with their steps and pictures. @returns how many */
export function forgetRuns(tx: Tx, before: Date, limit: number): Promise<number> {
  return tx.execute(
    "delete from robots.run where run_id in (select run_id from robots.run where ended_at < $1 order by run_id limit $2)",
    [before, limit],
  );
}
