import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { problem } from "../platform/errors.ts";
import { copyFile, type SequenceValue, type TableShape, type WrittenFile } from "../store/index.ts";

export interface ListedFile extends WrittenFile {
  /** Below the backup's folder, with forward slashes. */
  readonly path: string;
}

/** What a data backup holds. Nothing in it is personal, and no key. */
export interface BackupManifest {
  readonly format: "huitou-backup/1";
  readonly backup_id: string;
  readonly version: string;
  readonly started_at: string;
  /** Of this instant it holds every row. */
  readonly snapshot_at: string;
  readonly finished_at: string;
  readonly postgresql: string;
  readonly ring: string;
  readonly migrations: readonly { readonly number: number; readonly checksum: string }[];
  readonly tables: readonly (TableShape & ListedFile & { readonly rows: number })[];
  readonly sequences: readonly SequenceValue[];
  /** Files of the data folder, as they are restored into it. */
  readonly files: readonly ListedFile[];
  readonly audit: { readonly sequence: number; readonly hash: string } | null;
}

/** What a key backup holds. */
export interface KeyManifest {
  readonly format: "huitou-key-backup/1";
  readonly backup_id: string;
  readonly ring: string;
  readonly finished_at: string;
  /** SHA-256 of the data backup's manifest: whoever changes the data must change the keys' folder too. */
  readonly manifest_sha256: string;
  readonly files: readonly ListedFile[];
}

const FILE = "manifest.json";

/** @returns the SHA-256 of what was written */
export async function writeManifest(folder: string, manifest: BackupManifest | KeyManifest): Promise<string> {
  const text = `${JSON.stringify(manifest, null, 1)}\n`;
  await writeFile(join(folder, FILE), text, { mode: 0o600, flush: true });
  return createHash("sha256").update(text).digest("hex");
}

async function readManifest<T>(folder: string): Promise<{ manifest: T; sha256: string }> {
  const file = join(folder, FILE);
  if (folder.endsWith(".partial") || !existsSync(file)) throw problem("recovery.not_a_backup", { folder, file: FILE });
  const text = await readFile(file, "utf8");
  return { manifest: JSON.parse(text) as T, sha256: createHash("sha256").update(text).digest("hex") };
}

/**
 * Reads both manifests and every byte of both backups.
 * @throws recovery.not_a_backup, recovery.keys_differ, recovery.altered
 */
export async function readBackup(
  from: string,
  keys_from: string,
  progress: (file: string) => void,
  signal: AbortSignal,
): Promise<BackupManifest> {
  const data = await readManifest<BackupManifest>(from);
  const keys = await readManifest<KeyManifest>(keys_from);
  const { backup_id } = data.manifest;
  if (keys.manifest.backup_id !== backup_id) throw problem("recovery.keys_differ", { keys: keys_from, backup_id });
  if (keys.manifest.manifest_sha256 !== data.sha256) throw problem("recovery.altered", { file: join(from, FILE) });
  const listed = [
    ...[...data.manifest.tables, ...data.manifest.files].map((file) => ({ ...file, path: join(from, file.path) })),
    ...keys.manifest.files.map((file) => ({ ...file, path: join(keys_from, file.path) })),
  ];
  for (const { path, bytes, sha256 } of listed) {
    progress(path);
    const found = await copyFile(path, undefined, signal).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") throw problem("recovery.not_a_backup", { folder: from, file: path });
      throw error;
    });
    if (found.bytes !== bytes || found.sha256 !== sha256) throw problem("recovery.altered", { file: path });
  }
  return data.manifest;
}
