import { problem } from "../../../platform/index.ts";
import { IMPORT_LIMITS } from "../limits.ts";
import { csvRows, type Dialect, type RawRow } from "./csv.ts";
import { detectDialect } from "./dialect.ts";
import { byteOrderMark, decoded, detectEncoding, isEncoding, type Encoding } from "./encoding.ts";
import { headOf, isGzip, tableBytes, type FileBytes } from "./file-bytes.ts";
import { detectHeader } from "./header.ts";
import { isParquet, openParquet, parquetRows } from "./parquet.ts";
import { openWorkbook, sheetRows } from "./xlsx.ts";
import { isZip } from "./zip.ts";

export type Format = "csv" | "xlsx" | "parquet";

/** What is known of a table before its rows are read; stored with the import, so that every later read is the same. */
export interface TableFacts {
  readonly format: Format;
  readonly gzip: boolean;
  readonly encoding: Encoding | null;
  readonly dialect: Dialect | null;
  readonly header: boolean;
  readonly sheet: string | null;
  readonly sheets: readonly string[];
  readonly columns: readonly string[];
  /** Known at once only for Parquet. */
  readonly rows: number | null;
}

/** What a person has chosen over what was detected. */
export interface TableChoices {
  readonly encoding?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly quote?: string | undefined;
  readonly header?: boolean | undefined;
  readonly sheet?: string | undefined;
}

const SAMPLE_BYTES = 256 * 1024;
/** Excel writes such a line in front of the header. */
const SEPARATOR_LINE = /^sep=(.)$/;
const ASCII_SCAN_BYTES = 64 * 1024 * 1024;

/** What kind of thing a file is by its first bytes, whatever its name says. */
export async function containerOf(
  file: FileBytes,
): Promise<{ gzip: boolean; format: Format | "ole" | "other"; found: string }> {
  const outer = await file.read(0, Math.min(file.size, 512));
  const gzip = isGzip(outer);
  const head = gzip ? await headOf(tableBytes(file, true), 512) : outer;
  const magic = head.subarray(0, 8).toString("hex");
  if (isParquet(head)) return { gzip, format: "parquet", found: "Parquet" };
  if (isZip(head)) return { gzip, format: "xlsx", found: "ZIP" };
  if (magic.startsWith("d0cf11e0a1b11ae1")) return { gzip, format: "ole", found: "OLE" };
  const known: readonly (readonly [string, string])[] = [
    ["25504446", "PDF"],
    ["89504e47", "PNG"],
    ["ffd8ff", "JPEG"],
    ["526172211a07", "RAR"],
    ["377abcaf271c", "7z"],
    ["28b52ffd", "zstd"],
    ["1f8b", "gzip"],
  ];
  const other = known.find(([prefix]) => magic.startsWith(prefix));
  return other === undefined ? { gzip, format: "csv", found: "text" } : { gzip, format: "other", found: other[1] };
}

/**
 * Detects how a file is to be read, honouring choices already made, and returns its first rows.
 * @throws a problem with a sentence for every kind of file that cannot be read.
 */
export async function inspectTable(
  file: FileBytes,
  choices: TableChoices,
  known: (column: string) => boolean,
): Promise<{ facts: TableFacts; sample: RawRow[] }> {
  const file_name = file.name;
  if (file.size === 0) throw problem("import.empty_file", { file_name });
  const { gzip, format, found } = await containerOf(file);
  if (format === "ole") throw problem("import.password_protected", { file_name });
  if (format === "other") throw problem("import.not_a_table", { file_name, found });
  const base = { gzip, encoding: null, dialect: null, header: true, sheet: null, sheets: [], columns: [], rows: null };
  let facts: TableFacts = { ...base, format };
  if (format === "parquet") {
    const table = await openParquet(file);
    facts = { ...facts, columns: table.names, rows: table.rows };
  } else if (format === "xlsx") {
    const book = await openWorkbook(file);
    const sheets = book.sheets.map((sheet) => sheet.name);
    facts = { ...facts, sheets, sheet: choices.sheet ?? sheets[0] ?? null };
  } else {
    const encoding = await encodingOf(file, gzip, choices.encoding);
    facts = { ...facts, encoding, dialect: await dialectOf(file, gzip, encoding, choices) };
  }
  const sample = await firstRows(file, facts);
  if (format !== "parquet") facts = { ...facts, ...namedColumns(sample, choices.header, known) };
  const columns = facts.columns.length;
  if (columns > IMPORT_LIMITS.columns_max) {
    throw problem("import.too_many_columns", { columns, limit: IMPORT_LIMITS.columns_max });
  }
  if (sample.length === 0) throw problem("import.empty_file", { file_name });
  const below = facts.header && format !== "parquet" ? sample.slice(1) : sample;
  if (below.length === 0) throw problem("import.header_only", { file_name });
  return { facts, sample: below };
}

async function encodingOf(file: FileBytes, gzip: boolean, chosen: string | undefined): Promise<Encoding> {
  if (chosen !== undefined) {
    if (!isEncoding(chosen)) throw problem("import.unknown_encoding", { encoding: chosen });
    return chosen;
  }
  let at = 0;
  let last: Buffer = Buffer.alloc(0);
  // A head of plain ASCII says nothing of the names further down, so the first other byte is looked for.
  for await (const chunk of tableBytes(file, gzip)) {
    const sample = at === 0 ? chunk : Buffer.concat([last.subarray(-8), chunk]);
    if (at === 0 && byteOrderMark(sample) !== undefined) return detectEncoding(sample);
    if (at === 0 && sample.subarray(0, 4096).includes(0)) return detectEncoding(sample);
    if (sample.some((byte) => byte >= 0x80)) return detectEncoding(fromLineStart(sample, at === 0));
    at += chunk.length;
    last = chunk;
    if (at > ASCII_SCAN_BYTES) break;
  }
  return "utf-8";
}

function fromLineStart(sample: Buffer, whole: boolean): Buffer {
  if (whole) return sample;
  const newline = sample.indexOf(0x0a);
  return newline === -1 || newline > sample.length / 2 ? sample : sample.subarray(newline + 1);
}

async function dialectOf(file: FileBytes, gzip: boolean, encoding: Encoding, choices: TableChoices): Promise<Dialect> {
  const head = await headOf(tableBytes(file, gzip), SAMPLE_BYTES);
  const text = new TextDecoder(encoding).decode(head);
  const declared = SEPARATOR_LINE.exec(text.split(/\r?\n/, 1)[0] ?? "");
  const detected = detectDialect(declared === null ? text : text.slice(declared[0].length));
  return {
    delimiter: choices.delimiter ?? declared?.[1] ?? detected.delimiter,
    quote: choices.quote ?? detected.quote,
    newline: detected.newline,
  };
}

async function firstRows(file: FileBytes, facts: TableFacts): Promise<RawRow[]> {
  const rows: RawRow[] = [];
  for await (const batch of allRows(file, facts, undefined)) {
    for (const row of batch) {
      if (row.cells.some((cell) => cell.trim() !== "")) rows.push(row);
      if (rows.length > IMPORT_LIMITS.sample_rows) return rows;
    }
  }
  return rows;
}

function namedColumns(
  sample: readonly RawRow[],
  chosen: boolean | undefined,
  known: (column: string) => boolean,
): { header: boolean; columns: string[] } {
  const first = sample[0]?.cells ?? [];
  const below = sample.slice(1).map((row) => row.cells);
  const header = chosen ?? detectHeader(first, below, known);
  if (header) {
    const last = first.findLastIndex((cell) => cell.trim() !== "");
    return { header, columns: first.slice(0, last + 1).map((cell) => cell.trim()) };
  }
  const width = Math.max(first.length, ...below.map((cells) => cells.length));
  return { header, columns: Array.from({ length: width }, (_, i) => `#${i + 1}`) };
}

async function* allRows(
  file: FileBytes,
  facts: TableFacts,
  wanted: ReadonlySet<number> | undefined,
): AsyncGenerator<RawRow[]> {
  if (facts.format === "parquet") {
    yield* parquetRows(file, await openParquet(file), wanted);
  } else if (facts.format === "xlsx") {
    yield* sheetRows(file, await openWorkbook(file), facts.sheet ?? undefined);
  } else {
    const dialect = facts.dialect ?? { delimiter: ",", quote: '"', newline: "\n" };
    for await (const rows of csvRows(decoded(tableBytes(file, facts.gzip), facts.encoding ?? "utf-8"), dialect)) {
      yield rows[0]?.row === 1 && SEPARATOR_LINE.test(rows[0].cells.join(dialect.delimiter)) ? rows.slice(1) : rows;
    }
  }
}

/**
 * The data rows of a table, without its header and without rows in which every cell is empty.
 * @param wanted columns that will be used; a Parquet reader decodes no others.
 */
export async function* tableRows(
  file: FileBytes,
  facts: TableFacts,
  wanted?: ReadonlySet<number>,
): AsyncGenerator<RawRow[]> {
  let header_left = facts.header && facts.format !== "parquet";
  for await (const batch of allRows(file, facts, wanted)) {
    const rows: RawRow[] = [];
    for (const row of batch) {
      if (row.cells.every((cell) => cell === "" || cell.trim() === "")) continue;
      if (header_left) header_left = false;
      else rows.push(row);
    }
    if (rows.length > 0) yield rows;
  }
}
