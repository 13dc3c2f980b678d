import { COPY_END, COPY_HEADER, CopyWriter, writeInt64 } from "../store/index.ts";
import type { EncodedRecords, PreparedRecord } from "./submission.ts";

const COLUMNS = 8;

/** Within a row: behind the number of columns the id, behind that the inbox row, both after their lengths. */
const ID_AT = 2 + 4;
const INBOX_AT = ID_AT + 16 + 4;

/** Records as rows of a binary COPY into ingest.record, without the inbox row they will belong to. */
export function encodeRecords(records: readonly PreparedRecord[]): EncodedRecords {
  const writer = new CopyWriter();
  const ends = new Uint32Array(records.length);
  for (let i = 0; i < records.length; i += 1) {
    const record = records[i] as PreparedRecord;
    writer.row(COLUMNS);
    writer.uuid(record.id);
    writer.int64(0);
    writer.int32(record.ordinal);
    writer.text(record.kind);
    writer.instant(record.occurred_ms);
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
  let size = COPY_HEADER.length + 2;
  for (const { row } of rows) size += row.length;
  const content = Buffer.allocUnsafe(size);
  content.set(COPY_HEADER, 0);
  let at = COPY_HEADER.length;
  for (let i = 0; i < rows.length; i += 1) {
    const { row } = rows[i] as EncodedRow;
    content.set(row, at);
    writeInt64(content, inbox_ids[i] ?? 0, at + INBOX_AT);
    at += row.length;
  }
  content.writeInt16BE(COPY_END, at);
  return content;
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
