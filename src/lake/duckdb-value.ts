import {
  blobValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBDoubleVector,
  DuckDBListValue,
  type DuckDBResult,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUIntegerVector,
  type DuckDBValue,
  listValue,
} from "@duckdb/node-api";
import type { Numbers, Parameter, ResultColumn, Row, Value } from "./engine.ts";

const MICROS_PER_MS = 1_000n;

/** A parameter as DuckDB takes it: whole numbers as integers, instants with their zone. */
export function bindValue(value: Parameter): DuckDBValue {
  if (value instanceof Date) return new DuckDBTimestampTZValue(BigInt(value.getTime()) * MICROS_PER_MS);
  if (value instanceof Uint8Array) return blobValue(value);
  if (Array.isArray(value)) return listValue(value as DuckDBValue[]);
  return value as DuckDBValue;
}

/** A result's value as the record store would give it. @throws when an integer is too large to be exact. */
export function readValue(value: DuckDBValue): Value {
  if (value === null || typeof value === "boolean" || typeof value === "string" || typeof value === "number")
    return value;
  if (typeof value === "bigint") {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new Error(`integer outside the safe range: ${value}`);
    return number;
  }
  if (value instanceof DuckDBDecimalValue || value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue)
    return new Date(Number(value.micros / MICROS_PER_MS));
  if (value instanceof DuckDBBlobValue) return value.bytes;
  if (value instanceof DuckDBListValue) return value.items.map(readValue);
  return String(value);
}

export function columnsOf(result: DuckDBResult): ResultColumn[] {
  return result.deduplicatedColumnNames().map((name, i) => ({ name, type: result.columnType(i).toString() }));
}

/** The rows of a streamed result in portions. */
export async function* readRows(streamed: Promise<DuckDBResult>): AsyncIterable<Row[]> {
  const result = await streamed;
  const columns = columnsOf(result);
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    yield chunk
      .getRows()
      .map((values) => Object.fromEntries(columns.map(({ name }, i) => [name, readValue(values[i] ?? null)])));
  }
}

/** The columns of a streamed result in portions; of numbers, texts and truth values, which need no reading. */
export async function* readColumns(streamed: Promise<DuckDBResult>): AsyncIterable<readonly (readonly Value[])[]> {
  const result = await streamed;
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk())
    yield chunk.getColumns() as Value[][];
}

/** Arrays of numbers of a streamed result: one by one, each with its flag of validity, took thirty times as long. */
export async function* readNumbers(streamed: Promise<DuckDBResult>): AsyncIterable<readonly Numbers[]> {
  const result = await streamed;
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const portion = chunk;
    yield Array.from({ length: portion.columnCount }, (_, index) => itemsOf(portion.getColumnVector(index)));
  }
}

function itemsOf(vector: unknown): Numbers {
  // the array behind a vector has no public name
  if (vector instanceof DuckDBUIntegerVector) return vector["items"];
  if (vector instanceof DuckDBDoubleVector) return vector["items"];
  throw new Error("numbers are read of columns of UINTEGER and DOUBLE only");
}
