import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { copyFile, copyFromFile, copyToFile, type WrittenFile } from "../store/index.ts";
import type { KeyAccess } from "./key-access.ts";
import { openKeyStore } from "./key-store.ts";

/** Files of the key folder that belong to a key back-up; the embedded server's password is made anew. */
const FOLDER_FILES = ["master.json", "kek.json", "audit-host.pem"];
const TABLES = {
  sealing_key: "token, salt, made_at, destroyed_at, wrapped",
  master_version: "version, made_at, total_values, left_values, moved_to, unreadable_values, emptied_at, destroyed_at",
  deletion: "sequence, at, tokens, about, previous, hash, origin",
} as const;

/** Destroyed keys are not in a back-up, as they are nowhere. */
const NOT_DESTROYED = "(select token, salt, made_at, destroyed_at, wrapped from sealing_key where salt is not null)";

export interface CopiedFile extends WrittenFile {
  readonly path: string;
}

/** Copies the key store, of one moment, and the key folder. To be called behind the data: a value's key is made before it. */
export async function exportKeys(access: KeyAccess, folder: string, signal?: AbortSignal): Promise<CopiedFile[]> {
  const written: CopiedFile[] = [];
  const client = await access.keys.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin isolation level repeatable read read only");
    for (const [table, columns] of Object.entries(TABLES)) {
      const what = table === "sealing_key" ? NOT_DESTROYED : `${table} (${columns})`;
      const path = `${table}.copy.zst`;
      const { bytes, sha256 } = await copyToFile(client, what, join(folder, path), signal);
      written.push({ path, bytes, sha256 });
    }
    await client.query("commit");
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    client.release(broken);
  }
  for (const path of FOLDER_FILES) {
    const file = join(access.data_dir, "keys", path);
    if (existsSync(file)) written.push({ path, ...(await copyFile(file, join(folder, path), signal)) });
  }
  return written;
}

/** Puts a key back-up into a key store and a key folder that are new. Its journal is not replayed yet: opening does that. */
export async function importKeys(
  target: { readonly keys_url: string; readonly data_dir: string },
  folder: string,
): Promise<void> {
  await mkdir(join(target.data_dir, "keys"), { recursive: true, mode: 0o700 });
  for (const path of FOLDER_FILES)
    if (existsSync(join(folder, path))) await copyFile(join(folder, path), join(target.data_dir, "keys", path));
  await (await openKeyStore(target.keys_url, () => undefined)).close();
  const client = new pg.Client({ connectionString: target.keys_url });
  await client.connect();
  try {
    await client.query("begin");
    for (const [table, columns] of Object.entries(TABLES))
      await copyFromFile(client, `${table} (${columns})`, join(folder, `${table}.copy.zst`));
    await client.query("commit");
  } finally {
    await client.end();
  }
}

/** The ring of a key folder: names its journal of deletions. */
export async function ringOf(keys_dir: string): Promise<string> {
  return (JSON.parse(await readFile(join(keys_dir, "master.json"), "utf8")) as { ring: string }).ring;
}
