import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { COPY_END, COPY_HEADER, JSONB_VERSION, POSTGRES_EPOCH_MS } from "./copy-format.ts";

const NULL = -1;
const TWO_32 = 4_294_967_296;
const FIRST_BYTES = 1 << 16;
/** A buffer that grew beyond this is not kept for the next writer. */
const SPARE_BYTES_MAX = 16 << 20;

/** The buffer of the last writer that had its bytes copied out, for the next one. */
let spare: Buffer | undefined;

/**
 * Writes rows in PostgreSQL's binary COPY format (docs: "COPY", "Binary Format"; each type as its `…_recv` function reads
 * it). A column's method must fit the column's type: PostgreSQL takes the bytes as they are.
 */
export class CopyWriter {
  #buffer: Buffer;
  #at = 0;

  constructor() {
    this.#buffer = spare ?? Buffer.allocUnsafeSlow(FIRST_BYTES);
    spare = undefined;
  }

  /** How many bytes are written. */
  get at(): number {
    return this.#at;
  }

  /** Room for so many more bytes. */
  #room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#at + bytes));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }

  #null(): void {
    this.#room(4);
    this.#at = this.#buffer.writeInt32BE(NULL, this.#at);
  }

  /** What stands before the first row. */
  header(): void {
    this.#room(COPY_HEADER.length);
    this.#buffer.set(COPY_HEADER, this.#at);
    this.#at += COPY_HEADER.length;
  }

  /** Begins a row of so many columns. */
  row(columns: number): void {
    this.#room(2);
    this.#at = this.#buffer.writeInt16BE(columns, this.#at);
  }

  /** What stands behind the last row. */
  end(): void {
    this.row(COPY_END);
  }

  /** 32 hexadecimal digits, with or without dashes. */
  uuid(value: string | null): void {
    if (value === null) return this.#null();
    const hex = value.length === 32 ? value : value.replaceAll("-", "");
    this.#room(20);
    this.#at = this.#buffer.writeInt32BE(16, this.#at);
    if (hex.length !== 32 || this.#buffer.write(hex, this.#at, 16, "hex") !== 16) throw new RangeError("not a uuid");
    this.#at += 16;
  }

  int16(value: number | null): void {
    if (value === null) return this.#null();
    this.#room(6);
    this.#at = this.#buffer.writeInt32BE(2, this.#at);
    this.#at = this.#buffer.writeInt16BE(value, this.#at);
  }

  int32(value: number | null): void {
    if (value === null) return this.#null();
    this.#room(8);
    this.#at = this.#buffer.writeInt32BE(4, this.#at);
    this.#at = this.#buffer.writeInt32BE(value, this.#at);
  }

  /** A whole number below 2^53. */
  int64(value: number | null): void {
    if (value === null) return this.#null();
    if (!Number.isSafeInteger(value)) throw new RangeError("not a whole number below 2^53");
    this.#room(12);
    this.#at = this.#buffer.writeInt32BE(8, this.#at);
    this.#at = writeInt64(this.#buffer, value, this.#at);
  }

  /** timestamptz. @param value in milliseconds since 1970 */
  instant(value: number | null): void {
    this.int64(value === null ? null : (value - POSTGRES_EPOCH_MS) * 1000);
  }

  /** Half a surrogate pair becomes the replacement character; PostgreSQL refuses NUL. */
  text(value: string | null): void {
    if (value === null) return this.#null();
    // a UTF-16 unit is at most three bytes in UTF-8
    this.#room(4 + value.length * 3);
    const bytes = this.#buffer.write(value, this.#at + 4, "utf8");
    this.#buffer.writeInt32BE(bytes, this.#at);
    this.#at += 4 + bytes;
  }

  /** @param value JSON */
  jsonb(value: string | null): void {
    if (value === null) return this.#null();
    this.#room(5 + value.length * 3);
    this.#buffer[this.#at + 4] = JSONB_VERSION;
    const bytes = this.#buffer.write(value, this.#at + 5, "utf8");
    this.#buffer.writeInt32BE(bytes + 1, this.#at);
    this.#at += 5 + bytes;
  }

  /** @param value a decimal as text: "2.50", "-0.5", "1e-3" */
  numeric(value: string | null): void {
    if (value === null) return this.#null();
    const { digits, weight, negative, scale } = numericParts(value);
    this.#room(12 + digits.length * 2);
    const buffer = this.#buffer;
    let at = buffer.writeInt32BE(8 + digits.length * 2, this.#at);
    at = buffer.writeInt16BE(digits.length, at);
    at = buffer.writeInt16BE(weight, at);
    at = buffer.writeUInt16BE(negative ? NUMERIC_NEGATIVE : 0, at);
    at = buffer.writeInt16BE(scale, at);
    for (const digit of digits) at = buffer.writeInt16BE(digit, at);
    this.#at = at;
  }

  /** The bytes in memory of their own: another thread is sent the whole memory of what it is handed. The last call. */
  written(): Uint8Array {
    const bytes = new Uint8Array(this.#buffer.subarray(0, this.#at));
    if (this.#buffer.length <= SPARE_BYTES_MAX) spare = this.#buffer;
    return bytes;
  }

  /** The bytes without a copy. The last call. */
  content(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }
}

const NUMERIC_NEGATIVE = 0x4000;
const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d{1,4}))?$/i;
/** PostgreSQL counts decimals in groups of four digits. */
const GROUP = 4;

interface NumericParts {
  readonly digits: readonly number[];
  /** The first group stands for so many powers of 10,000. */
  readonly weight: number;
  readonly negative: boolean;
  /** Digits behind the point that are shown. */
  readonly scale: number;
}

function numericParts(value: string): NumericParts {
  const [, sign, whole = "", fraction = "", exponent = "0"] = DECIMAL.exec(value) ?? [];
  let all = whole + fraction;
  if (all === "") throw new RangeError("not a decimal");
  let point = whole.length + Number(exponent);
  const scale = Math.max(0, fraction.length - Number(exponent));
  if (point < 0) {
    all = "0".repeat(-point) + all;
    point = 0;
  }
  const before = (GROUP - (point % GROUP)) % GROUP;
  all = "0".repeat(before) + all;
  point += before;
  all = all.padEnd(Math.max(point, Math.ceil(all.length / GROUP) * GROUP), "0");
  const digits: number[] = [];
  for (let at = 0; at < all.length; at += GROUP) digits.push(Number(all.slice(at, at + GROUP)));
  let weight = point / GROUP - 1;
  while (digits[0] === 0) {
    digits.shift();
    weight -= 1;
  }
  while (digits.at(-1) === 0) digits.pop();
  if (digits.length === 0) weight = 0;
  return { digits, weight, negative: sign === "-" && digits.length > 0, scale };
}

/** @param value a whole number below 2^53. @returns where the next byte goes */
export function writeInt64(buffer: Buffer, value: number, at: number): number {
  const high = Math.floor(value / TWO_32);
  return buffer.writeUInt32BE(value - high * TWO_32, buffer.writeInt32BE(high, at));
}

/** Rows as the content of a binary COPY. @param write writes as many columns of a row as there are */
export function encodeCopy<Row>(
  rows: Iterable<Row>,
  columns: number,
  write: (writer: CopyWriter, row: Row) => void,
): Buffer {
  const writer = new CopyWriter();
  writer.header();
  for (const row of rows) {
    writer.row(columns);
    write(writer, row);
  }
  writer.end();
  return writer.content();
}

/**
 * Runs `copy … from stdin`. What PostgreSQL refuses fails the transaction, as with any statement.
 * @param content all of it, in the form that the statement names
 */
export function copyInto(client: pg.ClientBase, statement: string, content: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = client.query(copyFrom(statement));
    stream.on("error", reject);
    stream.once("finish", resolve);
    stream.end(content);
  });
}
