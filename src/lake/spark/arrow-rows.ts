import { type DataType, type Field, type RecordBatch, tableFromIPC, Type } from "apache-arrow";
import type { ResultColumn, Row, Value } from "../engine.ts";

export interface ArrowRows {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly Row[];
}

/** The rows of one Arrow message, in the values that every lake engine gives. @throws on an integer that is not exact. */
export function readArrow(data: Uint8Array): ArrowRows {
  const table = tableFromIPC(data);
  const { fields } = table.schema;
  return {
    columns: fields.map((field) => ({ name: field.name, type: typeName(field.type) })),
    rows: table.batches.flatMap((batch) => rowsOf(batch, fields)),
  };
}

/** Arrow's own text of a decimal type is no name. */
function typeName(type: DataType): string {
  if (type.typeId !== Type.Decimal) return type.toString();
  const { precision, scale } = type as DataType & { precision: number; scale: number };
  return `Decimal(${precision},${scale})`;
}

function rowsOf(batch: RecordBatch, fields: readonly Field[]): Row[] {
  const columns = fields.map((field, index) => {
    const vector = batch.getChildAt(index);
    return { name: field.name, type: field.type, vector };
  });
  return Array.from({ length: batch.numRows }, (_, index) =>
    Object.fromEntries(columns.map(({ name, type, vector }) => [name, valueOf(type, vector?.get(index))])),
  );
}

function valueOf(type: DataType, value: unknown): Value {
  if (value === null || value === undefined) return null;
  switch (type.typeId) {
    case Type.Decimal:
      return decimalText(value as Uint32Array, (type as DataType & { scale: number }).scale);
    case Type.Date:
      return new Date(Number(value)).toISOString().slice(0, 10);
    case Type.Timestamp:
      return new Date(Math.floor(Number(value)));
    case Type.List:
      return [...(value as Iterable<unknown>)].map((item) => valueOf(elementType(type), item));
    default:
      return plain(value);
  }
}

function elementType(type: DataType): DataType {
  return (type.children as readonly Field[])[0]?.type as DataType;
}

function plain(value: unknown): Value {
  if (typeof value === "boolean" || typeof value === "string" || typeof value === "number") return value;
  if (value instanceof Uint8Array) return value;
  if (typeof value === "bigint") {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new Error(`integer outside the safe range: ${value}`);
    return number;
  }
  return String(value);
}

/** A decimal of 128 bits, little-endian in four words, as text with all digits of its scale. */
function decimalText(words: Uint32Array, scale: number): string {
  let units = 0n;
  for (const word of [...words].reverse()) units = (units << 32n) | BigInt(word >>> 0);
  units = BigInt.asIntN(128, units);
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const sign = units < 0n ? "-" : "";
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
