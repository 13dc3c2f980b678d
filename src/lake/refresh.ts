import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import {
  type DayRange,
  type FiledRelation,
  formOf,
  isFiled,
  isWithin,
  type ManifestFile,
  monthRange,
  rangesToWrite,
} from "./layout.ts";
import {
  type Batch,
  commitBatch,
  currentFiles,
  type DirtyDay,
  dirtyDays,
  forgetFiles,
  knownPaths,
  newestBatch,
  type NewFile,
  nextBatchNumber,
  retiredFiles,
  withLakeLock,
} from "./manifest-store.ts";
import { lakeFolders, LakeWriter, SPILL, type WriterOptions } from "./writer.ts";

/** A reader that began before a refresh may still hold the old list of files for so long. */
const RETIRED_KEPT_MS = 10 * 60_000;
const SPILL_KEPT_MS = 7 * 24 * 3_600_000;

export interface RefreshOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (done: number, total: number, note: string) => Promise<void>;
  readonly compression?: WriterOptions["compression"];
  /** Days to write although nothing marked them. */
  readonly also?: readonly { relation: string; business_day: string }[];
  /** Removes replaced files at once instead of leaving them to readers for a while. */
  readonly forget_now?: boolean;
}

export interface RefreshResult {
  readonly batch_id: number;
  readonly files: number;
  readonly rows: number;
}

interface Task {
  readonly relation: FiledRelation;
  readonly range: DayRange | null;
}

interface Plan {
  readonly tasks: readonly Task[];
  readonly files: readonly ManifestFile[];
  readonly clean: readonly DirtyDay[];
}

/**
 * Brings the lake up to date: writes the days that changed, and the relations without partitions, from one snapshot of
 * the record store, and makes all of it visible at once. A crash before that leaves the previous batch as it was.
 * @throws lake.refresh_running when another process writes the lake.
 */
export async function refreshLake(ground: Ground, options: RefreshOptions = {}): Promise<RefreshResult> {
  const result = await withLakeLock(ground.store.pool, () => refresh(ground, options));
  if (result === undefined) throw problem("lake.refresh_running");
  return result;
}

async function refresh(ground: Ground, options: RefreshOptions): Promise<RefreshResult> {
  const folders = lakeFolders(ground.config.data_dir);
  await sweep(ground, options.forget_now === true);
  const batch_id = await ground.store.write(SYSTEM_SCOPE, nextBatchNumber);
  const writer = await LakeWriter.open({
    folders,
    batch_id,
    ...(options.compression === undefined ? {} : { compression: options.compression }),
  });
  const interrupt = () => writer.interrupt();
  options.signal?.addEventListener("abort", interrupt);
  try {
    const { batch, plan, files } = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      writeAll(tx, ground, writer, batch_id, options),
    );
    options.signal?.throwIfAborted();
    const retired = replaced(plan);
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      commitBatch(tx, batch, { files, retired, clean: plan.clean, retired_at: ground.wall.now() }, ground.clock.now()),
    );
    if (options.forget_now === true) await sweep(ground, true);
    return { batch_id, files: files.length, rows: files.reduce((sum, file) => sum + file.rows, 0) };
  } finally {
    options.signal?.removeEventListener("abort", interrupt);
    await writer.close();
  }
}

async function writeAll(tx: Tx, ground: Ground, writer: LakeWriter, batch_id: number, options: RefreshOptions) {
  await tx.query("set local timezone to 'UTC'; set local intervalstyle to iso_8601; set local datestyle to iso");
  // The transaction's own time is that of its snapshot; the clock of a test may stand elsewhere.
  const batch: Batch = { batch_id, snapshot_at: ground.clock.now() };
  const plan = await planRefresh(tx, ground, options.also ?? []);
  const files: NewFile[] = [];
  for (const [done, { relation, range }] of plan.tasks.entries()) {
    options.signal?.throwIfAborted();
    await options.progress?.(
      done,
      plan.tasks.length,
      range === null ? relation.name : `${relation.name} ${range.from_day}`,
    );
    files.push(...(await writer.write(tx, relation, range)));
  }
  await options.progress?.(plan.tasks.length, plan.tasks.length, "");
  return { batch, plan, files };
}

async function planRefresh(
  tx: Tx,
  ground: Ground,
  also: readonly { relation: string; business_day: string }[],
): Promise<Plan> {
  const files = await currentFiles(tx);
  const dirty = await dirtyDays(tx);
  const first = (await newestBatch(tx)) === undefined;
  const tasks: Task[] = [];
  for (const relation of ground.catalogue.all().filter(isFiled)) {
    const own = files.filter((file) => file.relation === relation.name);
    if (relation.lake.partition === null) {
      tasks.push({ relation, range: null });
      continue;
    }
    const stale = own.some((file) => file.form !== formOf(relation));
    if (first || stale || own.length === 0) {
      for (const range of await allMonths(tx, relation)) tasks.push({ relation, range });
      continue;
    }
    const days = [...dirty, ...also].filter((day) => day.relation === relation.name).map((day) => day.business_day);
    for (const range of rangesToWrite(own, days)) tasks.push({ relation, range });
  }
  return { tasks, files, clean: dirty };
}

async function allMonths(tx: Tx, relation: FiledRelation): Promise<DayRange[]> {
  const rows = await tx.query<{ day: string }>(
    `select distinct date_trunc('month', ${relation.lake.partition})::date as day from catalogue.${relation.name}
     where ${relation.lake.partition} is not null order by day`,
  );
  return rows.map((row) => monthRange(row.day));
}

/** The files whose range was written anew, and those of relations that are no longer kept. */
function replaced({ tasks, files }: Plan): number[] {
  return files
    .filter((file) =>
      tasks.some(({ relation, range }) => relation.name === file.relation && (range === null || isWithin(file, range))),
    )
    .map((file) => file.file_id);
}

/** Removes files that were replaced a while ago, and files of the disk that no batch knows (a refresh that did not end). */
export async function sweep(ground: Ground, now: boolean): Promise<void> {
  const { root } = lakeFolders(ground.config.data_dir);
  const before = new Date(ground.wall.now().getTime() - (now ? 0 : RETIRED_KEPT_MS));
  const retired = await ground.store.read(SYSTEM_SCOPE, (tx) => retiredFiles(tx, before));
  for (const { path } of retired) await rm(join(root, path), { force: true });
  if (retired.length > 0)
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      forgetFiles(
        tx,
        retired.map((file) => file.file_id),
      ),
    );
  const known = await ground.store.read(SYSTEM_SCOPE, knownPaths);
  for (const path of await filesOnDisk(root)) if (!known.has(path)) await rm(join(root, path), { force: true });
  await sweepSpill(root, ground.wall.now());
}

/** Spilled rows of an engine that was killed; a running one uses its folder at every larger query. */
async function sweepSpill(root: string, now: Date): Promise<void> {
  for (const name of await readdir(join(root, SPILL)).catch(() => [])) {
    const place = join(root, SPILL, name);
    const info = await stat(place).catch(() => undefined);
    if (info !== undefined && now.getTime() - info.mtimeMs > SPILL_KEPT_MS)
      await rm(place, { recursive: true, force: true });
  }
}

/** Parquet files below the lake's folder, as the manifest writes their paths. */
export async function filesOnDisk(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return entries.map((path) => path.replaceAll("\\", "/")).filter((path) => path.endsWith(".parquet"));
}
