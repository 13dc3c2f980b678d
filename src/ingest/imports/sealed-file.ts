import { createHash } from "node:crypto";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Ground } from "../../ground.ts";
import { newUuid, problem } from "../../platform/index.ts";
import type { NamedKey } from "../../vault/index.ts";
import { IMPORT_LIMITS } from "./limits.ts";
import type { FileBytes } from "./reading/file-bytes.ts";

/** Plain bytes of one sealed chunk; every chunk but the last is full, so that any place of the file is found by sum. */
const CHUNK = 256 * 1024;
/** Header, nonce and tag that the vault's suite adds. */
const SEAL_BYTES = 30;

export interface SealedFile {
  readonly upload_id: string;
  readonly bytes: number;
  readonly sha256: Buffer;
}

/** A sealed file opened for reading; close it when done. */
export interface OpenFile extends FileBytes {
  close(): Promise<void>;
}

function folderOf(ground: Ground): string {
  return join(ground.config.data_dir, "uploads");
}

/** The key under which an upload and its rows in error are sealed; destroying it makes both unreadable. */
export function uploadKey(ground: Ground, upload_id: string): Promise<NamedKey> {
  return ground.vault.namedKey(`upload ${upload_id}`);
}

/**
 * Writes a stream to the data folder, sealed chunk by chunk as it comes: nothing of it is on disk in clear.
 * @throws import.file_too_large beyond the limit, and leaves nothing behind.
 */
export async function sealStream(
  ground: Ground,
  stream: AsyncIterable<Buffer>,
  limit_bytes: number = IMPORT_LIMITS.upload_bytes_max,
): Promise<SealedFile> {
  const upload_id = newUuid(ground.clock.now());
  const key = await uploadKey(ground, upload_id);
  await mkdir(folderOf(ground), { recursive: true, mode: 0o700 });
  const path = join(folderOf(ground), upload_id);
  const file = await open(path, "wx", 0o600);
  const digest = createHash("sha256");
  let [bytes, index] = [0, 0];
  let waiting: Buffer[] = [];
  let waiting_bytes = 0;
  const write = async (plain: Buffer) => {
    await file.write(key.encrypt(plain, `${upload_id} ${index}`));
    index += 1;
  };
  try {
    for await (const piece of stream) {
      bytes += piece.length;
      if (bytes > limit_bytes) throw problem("import.file_too_large", { limit_bytes });
      digest.update(piece);
      waiting.push(piece);
      waiting_bytes += piece.length;
      if (waiting_bytes < CHUNK) continue;
      let rest = Buffer.concat(waiting);
      for (; rest.length >= CHUNK; rest = rest.subarray(CHUNK)) await write(rest.subarray(0, CHUNK));
      [waiting, waiting_bytes] = [[rest], rest.length];
    }
    if (waiting_bytes > 0) await write(Buffer.concat(waiting));
    await file.sync();
    await file.close();
  } catch (error) {
    await file.close();
    await destroyUpload(ground, upload_id);
    throw error;
  }
  return { upload_id, bytes, sha256: digest.digest() };
}

/** Opens a sealed upload. @throws import.upload_gone when it has expired. */
export async function openUpload(ground: Ground, upload_id: string, name: string, size: number): Promise<OpenFile> {
  const key = await uploadKey(ground, upload_id);
  const handle = await open(join(folderOf(ground), upload_id), "r").catch(() => {
    throw problem("import.upload_gone", { file_name: name });
  });
  // Readers go forward and come back to the last place: two chunks are enough to never open one twice.
  const recent = new Map<number, Buffer>();
  const chunk = async (index: number): Promise<Buffer> => {
    const known = recent.get(index);
    if (known !== undefined) return known;
    const sealed = Buffer.allocUnsafe(Math.min(CHUNK, size - index * CHUNK) + SEAL_BYTES);
    const { bytesRead } = await handle.read(sealed, 0, sealed.length, index * (CHUNK + SEAL_BYTES));
    const plain = key.decrypt(sealed.subarray(0, bytesRead), `${upload_id} ${index}`);
    if (recent.size >= 2) recent.delete([...recent.keys()][0] ?? -1);
    recent.set(index, plain);
    return plain;
  };
  return {
    name,
    size,
    read: async (start, end) => {
      const parts: Buffer[] = [];
      const stop = Math.min(end, size);
      for (let at = Math.max(0, start); at < stop; ) {
        const index = Math.floor(at / CHUNK);
        const from = at - index * CHUNK;
        const part = (await chunk(index)).subarray(from, Math.min(CHUNK, from + stop - at));
        if (part.length === 0) throw problem("import.upload_gone", { file_name: name });
        parts.push(part);
        at += part.length;
      }
      return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    },
    close: () => handle.close(),
  };
}

/** Removes a sealed upload and destroys its key; what may remain of it anywhere cannot be read any more. */
export async function destroyUpload(ground: Ground, upload_id: string): Promise<void> {
  await rm(join(folderOf(ground), upload_id), { force: true });
  await ground.vault.destroyNamedKey(`upload ${upload_id}`, ground.clock.now());
}
