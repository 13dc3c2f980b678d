import {
  parquetMetadataAsync,
  parquetScan,
  type AsyncBuffer,
  type FileMetaData,
  type ParquetRowRange,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { Problem, problem } from "../../../platform/index.ts";
import { IMPORT_LIMITS } from "../limits.ts";
import type { RawRow } from "./csv.ts";
import type { FileBytes } from "./file-bytes.ts";
import { numberText } from "./xlsx.ts";

export interface ParquetTable {
  readonly metadata: FileMetaData;
  readonly names: readonly string[];
  readonly rows: number;
  /** Columns whose time stamps carry no zone: wall clock of the brand, not UTC. */
  readonly wall_clock: ReadonlySet<string>;
}

const BATCH_ROWS = 4_096;
const PART_ROWS = 262_144;

export function isParquet(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 4)).toString("latin1") === "PAR1";
}

function asAsyncBuffer(file: FileBytes): AsyncBuffer {
  return {
    byteLength: file.size,
    slice: async (start, end = file.size) => {
      const from = start < 0 ? file.size + start : start;
      const bytes = await file.read(from, end < 0 ? file.size + end : end);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    },
  };
}

/** Reads the footer. @throws import.broken_parquet, import.parquet_group_too_large, import.too_many_columns */
export async function openParquet(file: FileBytes): Promise<ParquetTable> {
  const metadata = await parquetMetadataAsync(asAsyncBuffer(file)).catch((error: Error) => {
    throw problem("import.broken_parquet", { file_name: file.name, reason: error.message });
  });
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const bytes = Number(group.total_byte_size);
    if (rows > IMPORT_LIMITS.parquet_group_rows_max || bytes > IMPORT_LIMITS.parquet_group_bytes_max) {
      throw problem("import.parquet_group_too_large", { rows, bytes });
    }
  }
  const [root, ...elements] = metadata.schema;
  const names: string[] = [];
  const wall_clock = new Set<string>();
  // The schema is a tree written in depth-first order; only the children of the root are columns.
  for (let i = 0; i < elements.length && names.length < (root?.num_children ?? 0); ) {
    const element = elements[i];
    if (element === undefined) break;
    names.push(element.name);
    const logical = element.logical_type;
    if (logical?.type === "TIMESTAMP" && !logical.isAdjustedToUTC) wall_clock.add(element.name);
    let open = element.num_children ?? 0;
    i += 1;
    while (open > 0 && i < elements.length) {
      open += (elements[i]?.num_children ?? 0) - 1;
      i += 1;
    }
  }
  return { metadata, names, rows: Number(metadata.num_rows), wall_clock };
}

/**
 * The rows of a Parquet file, row group by row group; only the asked columns are decoded, the others stay empty.
 * Row 1 is the first row of data: there is no header row.
 */
export async function* parquetRows(
  file: FileBytes,
  table: ParquetTable,
  wanted: ReadonlySet<number> | undefined,
): AsyncGenerator<RawRow[]> {
  const columns = table.names.map((name, index) => ({ name, index })).filter((c) => wanted?.has(c.index) ?? true);
  try {
    const scan = await parquetScan({ file: asAsyncBuffer(file), metadata: table.metadata, compressors });
    for (const { rowStart, rowEnd } of partsOf(scan.ranges)) {
      const data: ArrayLike<unknown>[] = [];
      for (const { name } of columns) data.push(await scan.readColumn({ column: name, rowStart, rowEnd }));
      for (let at = rowStart; at < rowEnd; at += BATCH_ROWS) {
        const batch: RawRow[] = [];
        for (let row = at; row < Math.min(rowEnd, at + BATCH_ROWS); row += 1) {
          const cells = Array<string>(table.names.length).fill("");
          for (const [k, { name, index }] of columns.entries()) {
            cells[index] = parquetText(data[k]?.[row - rowStart], table.wall_clock.has(name));
          }
          batch.push({ row: row + 1, cells });
        }
        yield batch;
      }
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw problem("import.broken_parquet", { file_name: file.name, reason: (error as Error).message });
  }
}

/** Ranges of at most `PART_ROWS`: a row group of a million rows took 1 GB at once. */
function partsOf(ranges: readonly ParquetRowRange[]): ParquetRowRange[] {
  const parts: ParquetRowRange[] = [];
  for (const range of ranges) {
    for (let rowStart = range.rowStart; rowStart < range.rowEnd; rowStart += PART_ROWS) {
      parts.push({ rowStart, rowEnd: Math.min(range.rowEnd, rowStart + PART_ROWS) });
    }
  }
  return parts;
}

function parquetText(value: unknown, wall_clock: boolean): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number") return numberText(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value instanceof Date) {
    const text = value.toISOString();
    return wall_clock
      ? text
          .slice(0, 23)
          .replace("T", " ")
          .replace(/\.000$/, "")
      : text;
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  return JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? String(inner) : inner));
}
