import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import pg from "pg";
import { problem } from "../platform/errors.ts";
import {
  clusterFolder,
  copyFile,
  copyFromFile,
  type Databases,
  fillTables,
  type Migration,
  openStore,
  requeueJobs,
  stopLeftEmbedded,
  SYSTEM_SCOPE,
  tableTarget,
} from "../store/index.ts";
import { importKeys } from "../vault/index.ts";
import type { BackupManifest } from "./manifest.ts";

/** In a data folder for as long as a restore into it is not finished: such a folder is never started. */
const MARKER = "restore-unfinished";

/** @throws recovery.half_restored */
export function refuseHalfRestored(data_dir: string): void {
  if (existsSync(join(data_dir, MARKER))) throw problem("recovery.half_restored", { folder: data_dir });
}

/**
 * Makes the data folder ready to be restored into; one that an interrupted restore left is emptied first.
 * @throws recovery.not_empty
 */
export async function claimFolder(data_dir: string, embedded: boolean): Promise<void> {
  const begun = existsSync(join(data_dir, MARKER));
  const cluster = embedded ? await clusterFolder(data_dir) : undefined;
  if (begun) {
    if (cluster !== undefined) {
      await stopLeftEmbedded(data_dir);
      await rm(cluster, { recursive: true, force: true });
    }
    for (const name of await readdir(data_dir))
      if (name !== MARKER) await rm(join(data_dir, name), { recursive: true, force: true });
  } else {
    const names = existsSync(data_dir) ? await readdir(data_dir) : [];
    // looking for the cluster's place may have made its empty folder
    const used = names.filter((name) => name !== "postgresql");
    if (used.length > 0 || (cluster !== undefined && existsSync(join(cluster, "PG_VERSION"))))
      throw problem("recovery.not_empty", { place: data_dir });
  }
  await mkdir(data_dir, { recursive: true });
  await writeFile(join(data_dir, MARKER), "", { flush: true });
}

/** The restore is whole. */
export async function releaseFolder(data_dir: string): Promise<void> {
  await rm(join(data_dir, MARKER));
}

/** The migrations that the backup had. @throws recovery.software_too_old */
export function migrationsOf(manifest: BackupManifest, known: readonly Migration[]): Migration[] {
  const byNumber = new Map(known.map((migration) => [migration.number, migration]));
  return manifest.migrations.map(({ number, checksum }) => {
    const migration = byNumber.get(number);
    if (migration?.checksum !== checksum) throw problem("recovery.software_too_old", { number });
    return migration;
  });
}

export interface FillOptions {
  readonly from: string;
  readonly keys_from: string;
  readonly manifest: BackupManifest;
  readonly data_dir: string;
  readonly databases: Databases;
  /** Brings the database to the version of the backup. */
  readonly migrate: () => Promise<void>;
  readonly progress: (what: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Fills an empty installation from a backup that was read and found whole: keys first, files, then all tables in one
 * transaction. @throws recovery.not_empty, recovery.rows_differ
 */
export async function fill(options: FillOptions): Promise<void> {
  const { databases, data_dir, from, manifest, progress, signal } = options;
  await refuseFilled(databases);
  progress("keys");
  await importKeys({ keys_url: databases.keys_url, data_dir }, options.keys_from);
  for (const { path } of manifest.files) {
    signal.throwIfAborted();
    progress(path);
    const target = join(data_dir, path.replace(/^files\//, ""));
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await copyFile(join(from, path), target, signal);
  }
  await options.migrate();
  const client = new pg.Client({ connectionString: databases.admin_url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await fillTables(client, manifest.tables, manifest.sequences, async (table) => {
      signal.throwIfAborted();
      progress(table.name);
      const listed = manifest.tables.find(({ name }) => name === table.name);
      const rows = await copyFromFile(client, tableTarget(table), join(from, listed?.path ?? ""), signal);
      if (rows !== listed?.rows)
        throw problem("recovery.rows_differ", { table: table.name, rows, expected: listed?.rows ?? 0 });
    });
  } finally {
    await client.end().catch(() => undefined);
  }
  const store = openStore({ ...databases.app, onError: () => undefined });
  try {
    await store.write(SYSTEM_SCOPE, requeueJobs);
  } finally {
    await store.close();
  }
}

async function refuseFilled({ admin_url, keys_url }: Databases): Promise<void> {
  for (const [url, table] of [
    [admin_url, "store.migration"],
    [keys_url, "sealing_key"],
  ] as const) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const { rows } = await client.query<{ found: boolean }>("select to_regclass($1) is not null as found", [table]);
      if (rows[0]?.found === true) throw problem("recovery.not_empty", { place: new URL(url).pathname.slice(1) });
    } finally {
      await client.end();
    }
  }
}

/**
 * Puts what journals of deletions say into the one that the restored installation will read when it is opened.
 * @returns how many journals there were
 */
export async function gatherJournals(target: string, sources: readonly string[]): Promise<number> {
  const lines = new Set<string>();
  const found = [...new Set([target, ...sources])].filter((file) => existsSync(file));
  for (const file of found) {
    const text = await readFile(file, "utf8");
    for (const line of text.slice(0, text.lastIndexOf("\n") + 1).split("\n")) if (line !== "") lines.add(line);
  }
  if (lines.size > 0) {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, [...lines].map((line) => `${line}\n`).join(""), { mode: 0o600, flush: true });
  }
  return found.length;
}
