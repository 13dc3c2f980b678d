import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { importById } from "./import-store.ts";
import { cleanCell, readInteger, type CellFlaw, type CellValue } from "./mapping/cell.ts";
import { readTime } from "./mapping/date-text.ts";
import { ZoneClock } from "./mapping/zone.ts";
import { tableRows } from "./reading/table.ts";
import { openUpload } from "./sealed-file.ts";

/** Ways in which a file may write a day. */
export const DAY_FORMATS = ["auto", "dmy", "mdy", "excel"] as const;
export type DayFormat = (typeof DAY_FORMATS)[number];

/** An uploaded table as another domain may know it: its columns and masked samples, no row of it. */
export interface UploadedTable {
  readonly import_id: number;
  readonly file_name: string;
  readonly file_hash: Buffer;
  readonly columns: readonly string[];
  readonly samples: readonly (readonly string[])[];
}

/** A file that somebody has uploaded, for a domain that reads tables of its own. @throws import.not_found, import.upload_gone */
export async function uploadedTable(ground: Ground, import_id: number): Promise<UploadedTable> {
  const row = await ground.store.read(SYSTEM_SCOPE, (tx) => importById(tx, import_id));
  if (row.expired) throw problem("import.upload_gone", { file_name: row.file_name });
  const { file_name, facts, samples } = row;
  return { import_id, file_name, file_hash: row.sha256, columns: facts.columns, samples };
}

/** A row of an uploaded table, its cells as they stand there. */
export interface UploadedRow {
  readonly row: number;
  readonly cells: readonly string[];
  /** What is wrong with the row as a whole: a quote that is never closed. */
  readonly flaw?: CellFlaw;
}

/** The rows of an uploaded table, some at a time; the sealed file is closed when they end or are left. */
export async function* uploadedRows(
  ground: Ground,
  import_id: number,
  wanted: ReadonlySet<number>,
): AsyncGenerator<readonly UploadedRow[]> {
  const row = await ground.store.read(SYSTEM_SCOPE, (tx) => importById(tx, import_id));
  if (row.expired) throw problem("import.upload_gone", { file_name: row.file_name });
  const file = await openUpload(ground, row.upload_id, row.file_name, row.bytes);
  try {
    yield* tableRows(file, row.facts, wanted);
  } finally {
    await file.close();
  }
}

/** Reads cells of an uploaded table as the importer does. @param timezone the one in which times of a file are meant */
export function cellReader(timezone: string): {
  /** The text without what a spreadsheet adds; empty for an empty cell. */
  text: (raw: string) => CellValue<string>;
  whole: (raw: string) => CellValue<number>;
  day: (raw: string, format: DayFormat) => CellValue<string>;
} {
  const zone = new ZoneClock(timezone);
  const text = (raw: string): CellValue<string> => {
    const cleaned = cleanCell(raw);
    return typeof cleaned === "string" ? { value: cleaned } : { flaw: cleaned };
  };
  return {
    text,
    whole: (raw) => after(text(raw), (plain) => readInteger(plain, undefined)),
    day: (raw, format) =>
      after(text(raw), (plain) => {
        const read = readTime(plain, format, zone);
        return read === undefined ? { flaw: { code: "row.not_a_date" } } : { value: read.day };
      }),
  };
}

function after<T>(cell: CellValue<string>, read: (text: string) => CellValue<T>): CellValue<T> {
  if ("flaw" in cell) return cell;
  return cell.value === undefined || cell.value === "" ? { value: undefined } : read(cell.value);
}

export type { CellFlaw, CellValue };
