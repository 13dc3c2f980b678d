import type { PreparedRecord } from "./submission.ts";

/** Header of PostgreSQL's binary COPY format: signature, flags, length of the extension. */
const HEADER = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), Buffer.alloc(8)]);
/** Milliseconds from 1970 to 2000, where PostgreSQL's time begins. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const COLUMNS = 8;
const FIXED_BYTES = 2 + COLUMNS * 4 + 16 + 8 + 4 + 8 + 3;
const TWO_32 = 4_294_967_296;
const JSONB_VERSION = 1;

/** Records of a group with the inbox row each belongs to, as the content of a binary COPY into ingest.record. */
export function encodeRecords(records: readonly PreparedRecord[], inbox_ids: readonly number[]): Buffer {
  const writer = new Writer(sizeOf(records));
  for (let i = 0; i < records.length; i += 1) {
    const record = records[i] as PreparedRecord;
    writer.int16(COLUMNS);
    writer.uuid(record.id);
    writer.int64(inbox_ids[i] ?? 0);
    writer.int32(record.ordinal);
    writer.text(record.kind);
    writer.int64((record.occurred_ms - POSTGRES_EPOCH_MS) * 1000);
    writer.jsonb(record.identities);
    writer.jsonb(record.body);
    writer.jsonb(record.times);
  }
  return writer.end();
}

/** Room enough: a UTF-16 unit is at most three bytes in UTF-8. */
function sizeOf(records: readonly PreparedRecord[]): number {
  let bytes = HEADER.length + 2;
  for (const { kind, identities, body, times } of records) {
    bytes += FIXED_BYTES + (kind.length + identities.length + body.length + (times?.length ?? 0)) * 3;
  }
  return bytes;
}

class Writer {
  readonly #buffer: Buffer;
  #at: number;

  constructor(bytes: number) {
    this.#buffer = Buffer.allocUnsafe(bytes);
    this.#at = HEADER.copy(this.#buffer, 0);
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

  /** Whole numbers below 2^53. */
  int64(value: number): void {
    this.#at = this.#buffer.writeInt32BE(8, this.#at);
    const high = Math.floor(value / TWO_32);
    this.#at = this.#buffer.writeInt32BE(high, this.#at);
    this.#at = this.#buffer.writeUInt32BE(value - high * TWO_32, this.#at);
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

  end(): Buffer {
    this.#at = this.#buffer.writeInt16BE(-1, this.#at);
    return this.#buffer.subarray(0, this.#at);
  }
}

const UUID_TYPE = 2950;

/** A list of ids as a binary uuid[] parameter: a third of the price of its text form. */
export function encodeIds(ids: readonly string[]): Buffer {
  const buffer = Buffer.allocUnsafe(20 + ids.length * 20);
  let at = buffer.writeInt32BE(1, 0); // dimensions
  at = buffer.writeInt32BE(0, at); // no nulls
  at = buffer.writeInt32BE(UUID_TYPE, at);
  at = buffer.writeInt32BE(ids.length, at);
  at = buffer.writeInt32BE(1, at); // lower bound
  for (const id of ids) {
    at = buffer.writeInt32BE(16, at);
    buffer.write(id, at, "hex");
    at += 16;
  }
  return ids.length === 0 ? Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UUID_TYPE >> 8, UUID_TYPE & 255]) : buffer;
}
