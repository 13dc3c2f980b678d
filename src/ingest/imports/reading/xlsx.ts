import { Readable } from "node:stream";
import exceljs from "exceljs";
import { Problem, problem } from "../../../platform/index.ts";
import { IMPORT_LIMITS } from "../limits.ts";
import type { RawRow } from "./csv.ts";
import type { FileBytes } from "./file-bytes.ts";
import { readEntry, zipEntries, zipOf, type ZipEntry, type ZipPart } from "./zip.ts";

/** A workbook opened for reading: its sheets in order, and where their parts stand in the archive. */
export interface Workbook {
  readonly sheets: readonly { readonly name: string; readonly entry: ZipEntry }[];
  readonly entries: readonly ZipEntry[];
}

/** Marks that stand for what a cell holds when it is no plain value; the row check turns them into problems. */
export const FORMULA_MARK = "\uE000formula";
export const ERROR_MARK = "\uE000error";
export const DIGITS_LOST_MARK = "\uE000digits:";

const PART_BYTES_MAX = 8 * 1024 * 1024;
const DIGITS_KEPT = 1e15;

/**
 * Reads the list of sheets.
 * @throws import.broken_xlsx, import.zip_not_xlsx, import.password_protected, import.xlsx_too_large
 */
export async function openWorkbook(file: FileBytes): Promise<Workbook> {
  const file_name = file.name;
  const entries = await zipEntries(file);
  if (entries === undefined)
    throw problem("import.broken_xlsx", { file_name, reason: "the end of the archive is missing" });
  const book = entries.find((entry) => entry.path === "xl/workbook.xml");
  if (entries.some((entry) => entry.encrypted)) throw problem("import.password_protected", { file_name });
  if (book === undefined) throw problem("import.zip_not_xlsx", { file_name });
  const rels = entries.find((entry) => entry.path === "xl/_rels/workbook.xml.rels");
  const shared = entries.find((entry) => entry.path === "xl/sharedStrings.xml");
  const limit_bytes = IMPORT_LIMITS.xlsx_shared_bytes_max;
  if (shared !== undefined && shared.size > limit_bytes) throw problem("import.xlsx_too_large", { limit_bytes });
  try {
    const book_xml = (await readEntry(file, book, PART_BYTES_MAX)).toString("utf8");
    const rels_xml = rels === undefined ? "" : (await readEntry(file, rels, PART_BYTES_MAX)).toString("utf8");
    const sheets = sheetsOf(book_xml, rels_xml, entries);
    if (sheets.length === 0) throw new Error("it has no worksheet");
    return { sheets, entries };
  } catch (error) {
    throw problem("import.broken_xlsx", { file_name, reason: (error as Error).message });
  }
}

function attribute(tag: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag);
  return found === null ? undefined : unescapeXml(found[1] ?? found[2] ?? "");
}

function unescapeXml(text: string): string {
  const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return named[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

function sheetsOf(
  book_xml: string,
  rels_xml: string,
  entries: readonly ZipEntry[],
): { name: string; entry: ZipEntry }[] {
  const targets = new Map<string, string>();
  for (const [tag] of rels_xml.matchAll(/<(?:\w+:)?Relationship\s[^>]*>/g)) {
    const target = attribute(tag, "Target") ?? "";
    targets.set(attribute(tag, "Id") ?? "", target.startsWith("/") ? target.slice(1) : `xl/${target}`);
  }
  const sheets: { name: string; entry: ZipEntry }[] = [];
  for (const [tag] of book_xml.matchAll(/<(?:\w+:)?sheet\s[^>]*>/g)) {
    const path = targets.get(attribute(tag, "r:id") ?? "");
    const entry = entries.find((e) => e.path === path);
    // Chart sheets have no rows and stand elsewhere in the archive.
    if (entry?.path.includes("worksheets/")) sheets.push({ name: attribute(tag, "name") ?? entry.path, entry });
  }
  return sheets;
}

/**
 * The rows of one sheet. The library reads archives from front to back and puts a sheet that stands before the shared
 * texts into a file on disk in clear; so it is handed an archive of only the needed parts in the order it needs.
 */
export async function* sheetRows(file: FileBytes, book: Workbook, sheet: string | undefined): AsyncGenerator<RawRow[]> {
  const chosen = sheet === undefined ? book.sheets[0] : book.sheets.find((s) => s.name === sheet);
  if (chosen === undefined) {
    throw problem("import.no_such_sheet", { sheet: sheet ?? "", sheets: book.sheets.map((s) => s.name).join(", ") });
  }
  const limit_bytes = IMPORT_LIMITS.xlsx_sheet_bytes_max;
  if (chosen.entry.size > limit_bytes) throw problem("import.xlsx_too_large", { limit_bytes });
  const archive = Readable.from(zipOf(file, partsFor(book, chosen.entry)));
  const reader = new exceljs.stream.xlsx.WorkbookReader(archive, {
    worksheets: "emit",
    sharedStrings: "cache",
    styles: "cache",
    hyperlinks: "ignore",
    entries: "ignore",
  });
  try {
    yield* rowsOf(reader);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw problem("import.broken_xlsx", { file_name: file.name, reason: (error as Error).message });
  } finally {
    archive.destroy();
  }
}

function partsFor(book: Workbook, sheet: ZipEntry): ZipPart[] {
  const parts: ZipPart[] = [];
  for (const path of ["xl/_rels/workbook.xml.rels", "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"]) {
    const entry = book.entries.find((e) => e.path === path);
    if (entry !== undefined) parts.push({ path, entry });
    else if (path === "xl/sharedStrings.xml") parts.push({ path, content: Buffer.from("<sst></sst>") });
    else if (path.endsWith(".rels")) parts.push({ path, content: Buffer.from("<Relationships></Relationships>") });
  }
  parts.push({ path: "xl/worksheets/sheet1.xml", entry: sheet });
  return parts;
}

async function* rowsOf(reader: exceljs.stream.xlsx.WorkbookReader): AsyncGenerator<RawRow[]> {
  let batch: RawRow[] = [];
  for await (const worksheet of reader) {
    for await (const row of worksheet) {
      const cells: string[] = [];
      row.eachCell({ includeEmpty: false }, (cell, column) => {
        while (cells.length < column - 1) cells.push("");
        cells.push(cellText(cell.value));
      });
      batch.push({ row: row.number, cells });
      if (batch.length < 1_000) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function cellText(value: exceljs.CellValue): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return numberText(value);
  if (value instanceof Date) return wallClock(value);
  if ("error" in value) return ERROR_MARK;
  if ("richText" in value) return value.richText.map((part) => part.text).join("");
  if ("formula" in value || "sharedFormula" in value) {
    const { result } = value;
    return result === undefined || result === null ? FORMULA_MARK : cellText(result as exceljs.CellValue);
  }
  return "text" in value ? cellText(value.text) : "";
}

/** A spreadsheet keeps 15 digits: a longer number has lost its end and is marked, never passed on as if it were whole. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return ERROR_MARK;
  if (Number.isInteger(value) && Math.abs(value) < DIGITS_KEPT) return String(value);
  if (Math.abs(value) >= DIGITS_KEPT) return `${DIGITS_LOST_MARK}${value}`;
  // 0.1 + 0.2 style noise of binary fractions: 15 significant digits are what the sheet holds.
  const text = Number(value.toPrecision(15)).toString();
  return text.includes("e") ? value.toFixed(20).replace(/0+$/, "") : text;
}

/** A spreadsheet date has no zone: the library gives its wall clock as if it were UTC. */
function wallClock(value: Date): string {
  if (Number.isNaN(value.getTime())) return ERROR_MARK;
  const rounded = new Date(Math.round(value.getTime() / 1000) * 1000);
  const text = rounded.toISOString().slice(0, 19).replace("T", " ");
  return text.endsWith(" 00:00:00") ? text.slice(0, 10) : text;
}
