import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type pg from "pg";
import { auditHead } from "../access/index.ts";
import type { Domain } from "../domains.ts";
import type { Ground } from "../ground.ts";
import { newUuid } from "../platform/ids.ts";
import { problem } from "../platform/errors.ts";
import {
  copyFile,
  copyToFile,
  openPool,
  ownTables,
  ranMigrations,
  sequenceValues,
  SYSTEM_SCOPE,
  tableTarget,
  type Tx,
  txOf,
} from "../store/index.ts";
import { exportKeys } from "../vault/index.ts";
import { type BackupManifest, type ListedFile, writeManifest } from "./manifest.ts";
import { noteBackup } from "./recovery-store.ts";

export interface BackupOptions {
  readonly ground: Ground;
  /** An administrator's connection to the record store. */
  readonly admin_url: string;
  readonly domains: readonly Pick<Domain, "listedFiles">[];
  /** Folders that get one new folder each. */
  readonly to: string;
  readonly keys_to: string;
  readonly progress: (what: string) => void;
  readonly signal: AbortSignal;
}

export interface BackupResult {
  readonly backup_id: string;
  readonly folder: string;
  readonly keys_folder: string;
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
  readonly snapshot_at: Date;
}

/** Folders of the data folder that a data backup never holds: keys are apart, the database comes as tables. */
const NOT_COPIED = new Set(["keys", "postgresql"]);
/** A refresh of the lake may remove a listed file before it is copied; then everything begins with a newer list. */
const SNAPSHOTS_MAX = 5;

/**
 * Backs up while the platform works: every row and listed file of one moment, requests waiting on disk from before it, and,
 * in a folder apart, the keys from after it. Nothing half has its final name.
 * @throws recovery.folders_overlap, recovery.interrupted
 */
export async function backUp(options: BackupOptions): Promise<BackupResult> {
  const { ground } = options;
  refuseOverlap(options.to, options.keys_to);
  for (const folder of [options.to, options.keys_to])
    if (within(ground.config.data_dir, folder))
      throw problem("recovery.folders_overlap", { first: folder, second: ground.config.data_dir });
  const started = ground.wall.now();
  const stamp = started.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  const folder = join(resolve(options.to), `huitou-${stamp}`);
  const keys_folder = join(resolve(options.keys_to), `huitou-keys-${stamp}`);
  const partial = [`${folder}.partial`, `${keys_folder}.partial`] as const;
  try {
    for (const path of partial) await mkdir(path, { recursive: true, mode: 0o700 });
    const backup_id = newUuid(started);
    const manifest = await writeData(options, partial[0], { backup_id, started });
    options.signal.throwIfAborted();
    const manifest_sha256 = await writeManifest(partial[0], manifest);
    options.progress("keys");
    const files = await exportKeys(ground.vault.access, partial[1], options.signal);
    const finished_at = ground.wall.now();
    await writeManifest(partial[1], {
      format: "huitou-key-backup/1",
      backup_id,
      ring: manifest.ring,
      finished_at: finished_at.toISOString(),
      manifest_sha256,
      files,
    });
    await rename(partial[1], keys_folder);
    await rename(partial[0], folder);
    const sum = sumOf(manifest);
    const snapshot_at = new Date(manifest.snapshot_at);
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      noteBackup(tx, { backup_id, snapshot_at, finished_at, place: folder, tables: manifest.tables.length, ...sum }),
    );
    return { backup_id, folder, keys_folder, snapshot_at, ...sum };
  } catch (error) {
    for (const path of partial) await rm(path, { recursive: true, force: true });
    if (options.signal.aborted) throw problem("recovery.interrupted");
    throw error;
  }
}

function within(outer: string, inner: string): boolean {
  return !relative(resolve(outer), resolve(inner)).split(sep).includes("..");
}

/** @throws recovery.folders_overlap when one lies within the other */
export function refuseOverlap(first: string, second: string): void {
  if (within(first, second) || within(second, first)) throw problem("recovery.folders_overlap", { first, second });
}

function sumOf({ tables, files }: BackupManifest): { rows: number; bytes: number; files: number } {
  return {
    rows: tables.reduce((sum, table) => sum + table.rows, 0),
    bytes: [...tables, ...files].reduce((sum, file) => sum + file.bytes, 0),
    files: files.length,
  };
}

async function writeData(
  options: BackupOptions,
  folder: string,
  { backup_id, started }: { backup_id: string; started: Date },
): Promise<BackupManifest> {
  const { ground, signal } = options;
  // before the snapshot: a waiting request is in a file, or in the database by then, or both, but never in neither
  const files = await copyWaiting(options, folder);
  for (let attempt = 1; ; attempt += 1) {
    const pool = openPool({ url: options.admin_url, size_max: 1, onError: () => undefined });
    const client = await pool.connect();
    try {
      await client.query("begin isolation level repeatable read read only");
      const tx = txOf(client);
      const state = await tx.one<{ at: Date; version: string }>(
        "select now() as at, current_setting('server_version') as version",
      );
      const listed = await copyListed(options, tx, folder);
      const tables = await copyTables(client, options, folder);
      return {
        format: "huitou-backup/1",
        backup_id,
        version: await packageVersion(),
        started_at: started.toISOString(),
        snapshot_at: (state?.at ?? started).toISOString(),
        finished_at: ground.wall.now().toISOString(),
        postgresql: state?.version ?? "",
        ring: ground.vault.access.keyring().ring,
        migrations: await ranMigrations(tx),
        tables,
        sequences: await sequenceValues(client),
        files: [...files, ...listed],
        audit: await headOf(tx),
      };
    } catch (error) {
      const vanished = (error as NodeJS.ErrnoException).code === "ENOENT";
      if (!vanished || attempt === SNAPSHOTS_MAX || signal.aborted) throw error;
    } finally {
      // an aborted copy leaves the connection in the middle of it
      client.release(true);
      await pool.end();
    }
  }
}

async function headOf(tx: Tx): Promise<BackupManifest["audit"]> {
  const head = await auditHead(tx);
  return head === undefined ? null : { sequence: head.sequence, hash: head.hash };
}

async function copyTables(
  client: pg.PoolClient,
  { progress, signal }: BackupOptions,
  folder: string,
): Promise<BackupManifest["tables"]> {
  await mkdir(join(folder, "tables"), { recursive: true });
  const written: BackupManifest["tables"][number][] = [];
  for (const table of await ownTables(client)) {
    signal.throwIfAborted();
    progress(table.name);
    const path = `tables/${table.name}.copy.zst`;
    written.push({ ...table, path, ...(await copyToFile(client, tableTarget(table), join(folder, path), signal)) });
  }
  return written;
}

/** Files that the database lists: those of this snapshot. */
async function copyListed({ ground, domains, progress, signal }: BackupOptions, tx: Tx, folder: string) {
  const written: ListedFile[] = [];
  for (const { listedFiles } of domains)
    for (const path of (await listedFiles?.paths(tx)) ?? []) {
      progress(path);
      written.push(await copyInto(ground.config.data_dir, path, folder, signal));
    }
  return written;
}

/** All other files of the data folder: requests and uploads that wait, all of them sealed. */
async function copyWaiting({ ground, domains, progress, signal }: BackupOptions, folder: string) {
  const root = ground.config.data_dir;
  const left_out = new Set([...NOT_COPIED, ...domains.flatMap((d) => d.listedFiles?.folder ?? [])]);
  const written: ListedFile[] = [];
  for (const entry of await readdir(root, { withFileTypes: true, recursive: true })) {
    const path = relative(root, join(entry.parentPath, entry.name)).split(sep).join("/");
    if (!entry.isFile() || left_out.has(path.split("/")[0] ?? "") || path.endsWith(".part")) continue;
    // the journal of deletions, where it was put into the data folder, is never taken back by a restore
    if (path === basename(ground.vault.access.journal.file)) continue;
    progress(path);
    try {
      written.push(await copyInto(root, path, folder, signal));
    } catch (error) {
      // done meanwhile, so it is in the database
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      await rm(join(folder, "files", path), { force: true });
    }
  }
  return written;
}

async function copyInto(root: string, path: string, folder: string, signal: AbortSignal): Promise<ListedFile> {
  const stored = `files/${path}`;
  await mkdir(dirname(join(folder, stored)), { recursive: true });
  return { path: stored, ...(await copyFile(join(root, path), join(folder, stored), signal)) };
}

async function packageVersion(): Promise<string> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
