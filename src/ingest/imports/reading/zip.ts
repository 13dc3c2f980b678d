import { inflateRawSync } from "node:zlib";
import type { FileBytes } from "./file-bytes.ts";

/** One file inside a ZIP archive, as its central directory lists it. */
export interface ZipEntry {
  readonly path: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
  readonly encrypted: boolean;
}

const END_RECORD = 0x06054b50;
const ENTRY_RECORD = 0x02014b50;
const LOCAL_RECORD = 0x04034b50;
const DIRECTORY_BYTES_MAX = 16 * 1024 * 1024;

export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5) && (head[3] === 4 || head[3] === 6);
}

/** The entries of an archive; undefined when its end is missing or unreadable, as with half a download. */
export async function zipEntries(file: FileBytes): Promise<ZipEntry[] | undefined> {
  const tail_start = Math.max(0, file.size - 65_557);
  const tail = await file.read(tail_start, file.size);
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== END_RECORD) end -= 1;
  if (end < 0) return undefined;
  const count = tail.readUInt16LE(end + 10);
  const length = tail.readUInt32LE(end + 12);
  const start = tail.readUInt32LE(end + 16);
  if (length > DIRECTORY_BYTES_MAX || start + length > file.size) return undefined;
  const directory = await file.read(start, start + length);
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count && at + 46 <= directory.length; ) {
    if (directory.readUInt32LE(at) !== ENTRY_RECORD) return undefined;
    const name_bytes = directory.readUInt16LE(at + 28);
    entries.push({
      path: directory.toString("utf8", at + 46, at + 46 + name_bytes),
      encrypted: (directory.readUInt16LE(at + 8) & 1) === 1,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at += 46 + name_bytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function packedStart(file: FileBytes, entry: ZipEntry): Promise<number> {
  const local = await file.read(entry.offset, entry.offset + 30);
  if (local.length < 30 || local.readUInt32LE(0) !== LOCAL_RECORD) throw new Error(`no file header for ${entry.path}`);
  return entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
}

/** A small entry whole, unpacked; throws beyond `limit_bytes`. */
export async function readEntry(file: FileBytes, entry: ZipEntry, limit_bytes: number): Promise<Buffer> {
  const start = await packedStart(file, entry);
  const packed = await file.read(start, start + entry.packed);
  return entry.method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: limit_bytes });
}

/** What one entry of a rebuilt archive is made of. */
export type ZipPart =
  | { readonly path: string; readonly entry: ZipEntry }
  | { readonly path: string; readonly content: Buffer };

function localHeader(path: string, method: number, crc: number, packed: number, size: number): Buffer {
  const name = Buffer.from(path);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(LOCAL_RECORD, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(method, 8);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(packed, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
}

/** An archive of the given parts in the given order, for readers that go through one from front to back. */
export async function* zipOf(file: FileBytes, parts: readonly ZipPart[]): AsyncGenerator<Buffer> {
  for (const part of parts) {
    if ("content" in part) {
      yield localHeader(part.path, 0, 0, part.content.length, part.content.length);
      yield part.content;
      continue;
    }
    const { entry } = part;
    yield localHeader(part.path, entry.method, entry.crc, entry.packed, entry.size);
    const start = await packedStart(file, entry);
    const step = 1024 * 1024;
    for (let at = start; at < start + entry.packed; at += step) {
      yield await file.read(at, Math.min(start + entry.packed, at + step));
    }
  }
  // The central directory is left empty: a reader from front to back only needs to know that the files end here.
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END_RECORD, 0);
  yield end;
}
