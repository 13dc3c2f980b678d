import { createGunzip } from "node:zlib";
import { Readable } from "node:stream";
import { problem } from "../../../platform/index.ts";
import { IMPORT_LIMITS } from "../limits.ts";

/** A file of which any part can be read; a sealed upload opens only the chunks that are asked for. */
export interface FileBytes {
  readonly name: string;
  readonly size: number;
  /** Bytes from `start` up to, not including, `end`; fewer only at the end of the file. */
  read(start: number, end: number): Promise<Buffer>;
}

const STEP = 1024 * 1024;

/** The bytes of a file from `start` to `end`, a megabyte at a time. */
export async function* byteSteps(file: FileBytes, start = 0, end = file.size): AsyncGenerator<Buffer> {
  for (let at = start; at < end; at += STEP) yield await file.read(at, Math.min(end, at + STEP));
}

/** A file held in memory, for tests and for small parts. */
export function bytesOf(name: string, content: Uint8Array): FileBytes {
  const buffer = Buffer.from(content);
  return { name, size: buffer.length, read: (start, end) => Promise.resolve(buffer.subarray(start, end)) };
}

export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 0x08;
}

/**
 * The unpacked bytes of a gzip file.
 * @throws import.broken_gzip when it breaks off or is damaged, import.unpacked_too_large beyond the limit.
 */
export async function* unpacked(
  file: FileBytes,
  limit_bytes: number = IMPORT_LIMITS.unpacked_bytes_max,
): AsyncGenerator<Buffer> {
  const source = Readable.from(byteSteps(file));
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  source.on("error", (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  let read_bytes = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      read_bytes += chunk.length;
      if (read_bytes > limit_bytes) throw problem("import.unpacked_too_large", { limit_bytes });
      yield chunk;
    }
  } catch (error) {
    if (isZlibError(error)) throw problem("import.broken_gzip", { read_bytes });
    throw error;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

function isZlibError(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? "";
  return code.startsWith("Z_");
}

/** The bytes of the table itself: unpacked when the file is gzipped. */
export function tableBytes(file: FileBytes, gzip: boolean): AsyncGenerator<Buffer> {
  return gzip ? unpacked(file) : byteSteps(file);
}

/** The first `length` bytes of a stream of chunks; the rest is not read. */
export async function headOf(chunks: AsyncGenerator<Buffer>, length: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= length) break;
  }
  return Buffer.concat(parts).subarray(0, length);
}
