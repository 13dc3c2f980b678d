import type { EncodedRecords, PreparedRecord } from "./submission.ts";

/** Header of PostgreSQL's binary COPY format: signature, flags, length of the extension. */
const HEADER = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), Buffer.alloc(8)]);
/** Milliseconds from 1970 to 2000, where PostgreSQL's time begins. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const COLUMNS = 8;
const FIXED_BYTES = 2 + COLUMNS * 4 + 16 + 8 + 4 + 8 + 3;
const TWO_32 = 4_294_967_296;
const JSONB_VERSION = 1;

/** Within a row: behind the number of columns the id, behind that the inbox row, both after their lengths. */
const ID_AT = 2 + 4;
const INBOX_AT = ID_AT + 16 + 4;

/** Records as rows of a binary COPY into ingest.record, without the inbox row they will belong to. */
export function encodeRecords(records: readonly PreparedRecord[]): EncodedRecords {
  const writer = new Writer(sizeOf(records));
  const ends = new Uint32Array(records.length);
  for (let i = 0; i < records.length; i += 1) {
    const record = records[i] as PreparedRecord;
    writer.int16(COLUMNS);
    writer.uuid(record.id);
    writer.int64(0);
    writer.int32(record.ordinal);
    writer.text(record.kind);
    writer.int64((record.occurred_ms - POSTGRES_EPOCH_MS) * 1000);
    writer.jsonb(record.identities);
    writer.jsonb(record.body);
    writer.jsonb(record.times);
    ends[i] = writer.at;
  }
  return { count: records.length, bytes: writer.written(), ends };
}

/** One row of an encoded submission. */
export interface EncodedRow {
  /** The id's 16 bytes as text of as many characters, which sorts as PostgreSQL sorts uuids. */
  readonly id: string;
  readonly row: Uint8Array;
}

export function rowAt({ bytes, ends }: EncodedRecords, nth: number): EncodedRow {
  const from = nth === 0 ? 0 : (ends[nth - 1] ?? 0);
  const row = bytes.subarray(from, ends[nth]);
  return { id: Buffer.from(row.buffer, row.byteOffset + ID_AT, 16).toString("latin1"), row };
}

/** Rows with the inbox row each belongs to, as the content of a binary COPY into ingest.record. */
export function copyContent(rows: readonly EncodedRow[], inbox_ids: readonly number[]): Buffer {
  let size = HEADER.length + 2;
  for (const { row } of rows) size += row.length;
  const content = Buffer.allocUnsafe(size);
  let at = HEADER.copy(content, 0);
  for (let i = 0; i < rows.length; i += 1) {
    const { row } = rows[i] as EncodedRow;
    content.set(row, at);
    writeInt64(content, inbox_ids[i] ?? 0, at + INBOX_AT);
    at += row.length;
  }
  content.writeInt16BE(-1, at);
  return content;
}

/** Room enough: a UTF-16 unit is at most three bytes in UTF-8. */
function sizeOf(records: readonly PreparedRecord[]): number {
  let bytes = 0;
  for (const { kind, identities, body, times } of records) {
    bytes += FIXED_BYTES + (kind.length + identities.length + body.length + (times?.length ?? 0)) * 3;
  }
  return bytes;
}

/** Whole numbers below 2^53. */
function writeInt64(buffer: Buffer, value: number, at: number): number {
  const high = Math.floor(value / TWO_32);
  return buffer.writeUInt32BE(value - high * TWO_32, buffer.writeInt32BE(high, at));
}

/** Rows are written here first, since their size is known only then. */
let scratch = Buffer.allocUnsafeSlow(1 << 20);

class Writer {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(bytes: number) {
    if (scratch.length < bytes) scratch = Buffer.allocUnsafeSlow(bytes);
    this.#buffer = scratch;
  }

  get at(): number {
    return this.#at;
  }

  int16(value: number): void {
    this.#at = this.#buffer.writeInt16BE(value, this.#at);
  }

  uuid(hex: string): void {
    this.#at = this.#buffer.writeInt32BE(16, this.#at);
    this.#buffer.write(hex, this.#at, "hex");
    this.#at += 16;
  }

  int32(value: number): void {
    this.#at = this.#buffer.writeInt32BE(4, this.#at);
    this.#at = this.#buffer.writeInt32BE(value, this.#at);
  }

  int64(value: number): void {
    this.#at = this.#buffer.writeInt32BE(8, this.#at);
    this.#at = writeInt64(this.#buffer, value, this.#at);
  }

  text(value: string): void {
    const bytes = this.#buffer.write(value, this.#at + 4, "utf8");
    this.#buffer.writeInt32BE(bytes, this.#at);
    this.#at += 4 + bytes;
  }

  jsonb(value: string | null): void {
    if (value === null) {
      this.#at = this.#buffer.writeInt32BE(-1, this.#at);
      return;
    }
    this.#buffer[this.#at + 4] = JSONB_VERSION;
    const bytes = this.#buffer.write(value, this.#at + 5, "utf8");
    this.#buffer.writeInt32BE(bytes + 1, this.#at);
    this.#at += 5 + bytes;
  }

  /** A copy of just what was written: another thread is sent the whole memory of what it is handed. */
  written(): Uint8Array {
    return new Uint8Array(this.#buffer.subarray(0, this.#at));
  }
}

const UUID_TYPE = 2950;

/** A list of ids (16 characters each, of one byte) as a binary uuid[] parameter: a third of the price of its text form. */
export function encodeIds(ids: readonly string[]): Buffer {
  if (ids.length === 0) return Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UUID_TYPE >> 8, UUID_TYPE & 255]);
  const buffer = Buffer.allocUnsafe(20 + ids.length * 20);
  let at = buffer.writeInt32BE(1, 0); // dimensions
  at = buffer.writeInt32BE(0, at); // no nulls
  at = buffer.writeInt32BE(UUID_TYPE, at);
  at = buffer.writeInt32BE(ids.length, at);
  at = buffer.writeInt32BE(1, at); // lower bound
  for (const id of ids) {
    at = buffer.writeInt32BE(16, at);
    buffer.write(id, at, "latin1");
    at += 16;
  }
  return buffer;
}
