import type { Ground } from "../../ground.ts";
import { newSecret, problem } from "../../platform/index.ts";
import { jobById, startJob, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { checkMapping, type ImportOptions } from "../imports/mapping/mapping.ts";
import { ensureSource } from "../source-store.ts";
import { contentHash } from "../imports/mapping/batch.ts";
import { PULL_LIMITS } from "./limits.ts";
import { openMysqlTable } from "./mysql-table.ts";
import { openPostgresqlTable } from "./postgresql-table.ts";
import {
  deletePull,
  insertPull,
  listPulls,
  pullById,
  type PullMapping,
  type PullRow,
  savePullJob,
  saveRun,
  updatePull,
} from "./pull-store.ts";
import { numbered, takePage } from "./page.ts";
import type { Connection, Dialect, Position, PulledTable, PullTable } from "./pulled-table.ts";

export interface PullInput {
  readonly name: string;
  readonly dialect: Dialect;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly table: string;
  readonly cursor_column: string;
  readonly key_column: string;
  readonly record_kind: string;
  readonly mapping: PullMapping;
  readonly options?: Partial<ImportOptions>;
  readonly every_seconds: number;
  /** Source whose namespace the identifiers belong to; one of its own by default. */
  readonly source_key?: string;
}

export const PULL_JOB = "ingest.pull";

function openTable(connection: Connection, pull: PullTable): Promise<PulledTable> {
  return connection.dialect === "postgresql" ? openPostgresqlTable(connection, pull) : openMysqlTable(connection, pull);
}

/** Opens the table once and checks the mapping against its columns, so that a wrong address or name is told at once. */
async function checkTable(input: PullInput, options: ImportOptions): Promise<void> {
  const table = await openTable(input, input);
  try {
    checkMapping(input.record_kind, numbered(input.mapping, table.columns, input), options, table.columns.length);
  } finally {
    await table.close();
  }
}

/** Adds a pull after reading the table's columns once with it, so that a wrong address or name is told at once. */
export async function addPull(ground: Ground, input: PullInput): Promise<PullRow> {
  const { timezone, currency } = ground.config;
  const options = { timezone, currency, ...input.options };
  await checkTable(input, options);
  const kept = await ground.store.read(SYSTEM_SCOPE, listPulls);
  if (kept.length >= PULL_LIMITS.pulls_max) throw problem("import.too_many_uploads", { limit: PULL_LIMITS.pulls_max });
  const key = input.source_key ?? `pull-${contentHash(input.name).toString("hex", 0, 5)}`;
  const source = await ensureSource(ground, {
    key,
    name: input.name,
    kind: "pull",
    expected_every_seconds: input.every_seconds,
  });
  const secret_key = `pull ${newSecret().slice(0, 16)}`;
  const sealer = await ground.vault.namedKey(secret_key);
  const { password, source_key: _, ...rest } = input;
  const password_sealed = sealer.encrypt(Buffer.from(password), "password");
  return ground.store.write(SYSTEM_SCOPE, (tx) =>
    insertPull(tx, { ...rest, options, source_id: source.source_id, password_sealed, secret_key }, ground.clock.now()),
  );
}

const ADDRESS = ["dialect", "host", "port", "database", "user"] as const;
const PLACE = ["dialect", "host", "port", "database", "table", "cursor_column", "key_column"] as const;

/**
 * Changes a pull. Without a password the stored one stays, unless the address or the user changes: it must not be sent
 * elsewhere. Another table or cursor is read from its beginning; what came in already is known again by its content.
 * @throws pull.password_needed, pull.name_taken, jobs.already_running
 */
export async function changePull(ground: Ground, pull_id: number, input: PullInput): Promise<PullRow> {
  const before = await ground.store.read(SYSTEM_SCOPE, (tx) => pullById(tx, pull_id));
  const given = input.password !== "";
  if (!given && ADDRESS.some((name) => input[name] !== before[name])) throw problem("pull.password_needed");
  const sealer = await ground.vault.namedKey(before.secret_key);
  const password = given ? input.password : sealer.decrypt(before.password_sealed, "password").toString("utf8");
  const options = { ...before.options, ...input.options };
  await checkTable({ ...input, password }, options);
  const password_sealed = given ? sealer.encrypt(Buffer.from(password), "password") : before.password_sealed;
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    // Read again: a run in between has moved the position.
    const now = await pullById(tx, pull_id);
    await refuseRunning(tx, now);
    const position = PLACE.every((name) => input[name] === now[name]) ? now.position : null;
    return updatePull(tx, pull_id, { ...input, options, password_sealed, position });
  });
}

/** @throws jobs.already_running */
async function refuseRunning(tx: Tx, pull: PullRow): Promise<void> {
  const job = pull.job_id === null ? undefined : await jobById(tx, pull.job_id).catch(() => undefined);
  if (job?.state === "queued" || job?.state === "running")
    throw problem("jobs.already_running", { job_id: job.job_id });
}

/** Removes a pull and destroys the key of its password; what it brought stays. */
export async function removePull(ground: Ground, pull_id: number): Promise<void> {
  const pull = await ground.store.read(SYSTEM_SCOPE, (tx) => pullById(tx, pull_id));
  await ground.store.write(SYSTEM_SCOPE, (tx) => deletePull(tx, pull_id));
  await ground.vault.destroyNamedKey(pull.secret_key, ground.clock.now());
}

/** Queues a run now. @throws jobs.already_running */
export async function startPull(ground: Ground, pull_id: number, person_id?: number): Promise<string> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await refuseRunning(tx, await pullById(tx, pull_id));
    const options = { key: `pull ${pull_id}`, ...(person_id === undefined ? {} : { person_id }) };
    const job_id = await startJob(tx, ground, PULL_JOB, { pull_id }, options);
    await savePullJob(tx, pull_id, job_id);
    return job_id;
  });
}

export interface PullResult {
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Rows whose cursor or key is empty: they cannot be pulled; counted up to a bound. */
  readonly uncursored: number;
  /** False when the run ended at its bound of pages and the next one goes on. */
  readonly complete: boolean;
}

export interface PullControl {
  readonly signal: AbortSignal;
  progress(done: number, total: number | null, note?: string): Promise<void>;
}

/**
 * Reads what is new in the table, page by page in order of cursor and key. The position is written in the transaction
 * that takes the page, and each run begins a little before it: what was taken already is known again by its content,
 * and rows committed late are seen. So every row comes in once, wherever a run is killed.
 */
export async function runPull(ground: Ground, pull_id: number, control: PullControl): Promise<PullResult> {
  const pull = await ground.store.read(SYSTEM_SCOPE, (tx) => pullById(tx, pull_id));
  try {
    const result = await pullPages(ground, pull, control);
    await ground.store.write(SYSTEM_SCOPE, (tx) => saveRun(tx, pull_id, ground.clock.now(), result, null));
    return result;
  } catch (error) {
    const told =
      error instanceof Error && error.name === "Problem"
        ? error
        : problem("pull.query_failed", { table: pull.table, reason: "unknown" });
    await ground.store.write(SYSTEM_SCOPE, (tx) => saveRun(tx, pull_id, ground.clock.now(), null, told));
    throw error;
  }
}

async function pullPages(ground: Ground, pull: PullRow, control: PullControl): Promise<PullResult> {
  const sealer = await ground.vault.namedKey(pull.secret_key);
  const password = sealer.decrypt(pull.password_sealed, "password").toString("utf8");
  const table = await openTable({ ...pull, password }, pull);
  let result: PullResult = { rows: 0, accepted: 0, duplicates: 0, rejected: 0, uncursored: 0, complete: false };
  try {
    let from: { after: Position } | { resume: Position } | undefined =
      pull.position === null ? undefined : { resume: pull.position };
    for (let pages = 0; pages < PULL_LIMITS.pages_max && !control.signal.aborted; pages += 1) {
      const rows = await table.page(from, PULL_LIMITS.page_rows);
      const last = rows.at(-1);
      if (last === undefined) return { ...result, uncursored: await table.uncursored(), complete: true };
      const taken = await takePage(ground, pull, table.columns, rows);
      result = {
        ...result,
        rows: result.rows + rows.length,
        accepted: result.accepted + taken.accepted,
        duplicates: result.duplicates + taken.duplicates,
        rejected: result.rejected + taken.rejected,
      };
      from = { after: { cursor: last.cursor, key: last.key } };
      await control.progress(result.rows, null);
      if (rows.length < PULL_LIMITS.page_rows)
        return { ...result, uncursored: await table.uncursored(), complete: true };
    }
    return result;
  } finally {
    await table.close();
  }
}
