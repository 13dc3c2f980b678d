import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { COPY_END, COPY_HEADER, JSONB_VERSION, POSTGRES_EPOCH_MS } from "./copy-format.ts";

const TWO_32 = 4_294_967_296;

/** Runs `copy … to stdout` and gathers all of what it says. */
export async function copyOut(client: pg.ClientBase, statement: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const stream = client.query(copyTo(statement));
  // a connection lost behind the last row is told by the next statement; unheard it would end the process
  stream.on("error", () => undefined);
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Reads rows in PostgreSQL's binary COPY format, column by column in the order of the statement; no column may be null.
 * The driver's rows come through text and an object for each message: 6.1 + 3.8 µs of CPU for a record of the pipeline in
 * the process + in PostgreSQL, against 4.1 + 2.7 (5,000 records, same run).
 */
export class CopyReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    // signature, flags, length of the extension, extension
    this.#at = COPY_HEADER.length + bytes.readInt32BE(COPY_HEADER.length - 4);
  }

  /** Goes to the next row. @returns whether there is one */
  next(): boolean {
    const columns = this.#bytes.readInt16BE(this.#at);
    this.#at += 2;
    return columns !== COPY_END;
  }

  /** Goes behind the next column. @returns where it begins */
  #column(): number {
    const from = this.#at + 4;
    const length = this.#bytes.readInt32BE(this.#at);
    if (length < 0) throw new Error("a null where none can be");
    this.#at = from + length;
    return from;
  }

  uuid(): string {
    const from = this.#column();
    const hex = this.#bytes.toString("hex", from, this.#at);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** Stops where digits would be lost. */
  int64(): number {
    const from = this.#column();
    const value = this.#bytes.readInt32BE(from) * TWO_32 + this.#bytes.readUInt32BE(from + 4);
    if (!Number.isSafeInteger(value)) throw new Error("bigint outside the safe range");
    return value;
  }

  /** timestamptz, to the millisecond. */
  instant(): Date {
    return new Date(Math.floor(this.int64() / 1000) + POSTGRES_EPOCH_MS);
  }

  text(): string {
    const from = this.#column();
    return this.#bytes.toString("utf8", from, this.#at);
  }

  jsonb(): unknown {
    const from = this.#column();
    if (this.#bytes[from] !== JSONB_VERSION) throw new Error("jsonb of an unknown version");
    return JSON.parse(this.#bytes.toString("utf8", from + 1, this.#at));
  }
}
