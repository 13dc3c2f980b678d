import type { ClearIdentity } from "../../record.ts";
import type { IdentityKind } from "../../vocabulary/identity-kinds.ts";
import type { RawRow } from "../reading/csv.ts";
import type { TableFacts } from "../reading/table.ts";
import {
  cleanCell,
  readBoolean,
  readCode,
  readDecimal,
  readInteger,
  readMoney,
  readText,
  type CellFlaw,
  type CellValue,
} from "./cell.ts";
import { readTime, type ReadTime } from "./date-text.ts";
import { mappedColumns, type DateFormat, type ImportOptions, type Mapping, type TargetSource } from "./mapping.ts";
import type { ImportKind, Target } from "./target.ts";
import { ZoneClock } from "./zone.ts";

/** What is wrong with a row: a code, the column's name where one is to blame, and words for the sentence. */
export interface RowProblem {
  readonly row: number;
  readonly column: string | null;
  /** Place of the column in the file, when one is to blame. */
  readonly index: number | null;
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** A row with its values read, before it is a record. */
export interface ReadRow {
  readonly raw: RawRow;
  readonly identities: readonly ClearIdentity[];
  readonly occurred_at: string | undefined;
  readonly record: Readonly<Record<string, unknown>>;
  readonly line: Readonly<Record<string, unknown>> | undefined;
  readonly consent: Readonly<Record<string, unknown>> | undefined;
}

/** A mapping made ready to read rows; it keeps no row. */
export interface RowPlan {
  readonly kind: ImportKind;
  readonly options: ImportOptions;
  read(raw: RawRow): ReadRow | readonly RowProblem[];
}

interface Part {
  readonly target: Target;
  readonly key: string;
  readonly column: number | undefined;
  readonly constant: string | undefined;
  readonly source: TargetSource;
  last: { readonly text: string; readonly found: CellValue<ReadTime> };
}

/** Days before it are what spreadsheets make of an empty or zero date; birthdays may be older. */
const EARLIEST_DAY = "1970-01-02";
const EARLIEST_BIRTHDAY = "1901-01-01";
const AHEAD_MS = 24 * 3_600_000;

/** Prepares a checked mapping. `now` bounds how far in the future a time may be. */
export function planRows(
  facts: TableFacts,
  kind: ImportKind,
  mapping: Mapping,
  options: ImportOptions,
  now: Date,
): RowPlan {
  const zone = new ZoneClock(options.timezone);
  const latest_ms = now.getTime() + AHEAD_MS;
  const parts = partsOf(kind, mapping);
  const columns = mappedColumns(mapping);
  const width = facts.columns.length;
  const last_mapped = Math.max(-1, ...columns);
  const fixed_time = options.as_of === undefined ? undefined : readTime(options.as_of, "auto", zone);

  const read = (raw: RawRow): ReadRow | readonly RowProblem[] => {
    const shape = shapeProblem(raw, facts, width, last_mapped);
    if (shape !== undefined) return [shape];
    const problems: RowProblem[] = [];
    const identities: ClearIdentity[] = [];
    const record: Record<string, unknown> = {};
    let line: Record<string, unknown> | undefined;
    let consent: Record<string, unknown> | undefined;
    let occurred: ReadTime | undefined = fixed_time;
    for (const part of parts) {
      const { target, key } = part;
      const cell = cleanCell(part.column === undefined ? (part.constant ?? "") : (raw.cells[part.column] ?? ""));
      const found = typeof cell === "string" ? typed(cell, part, zone, latest_ms) : { flaw: cell };
      if ("flaw" in found) {
        problems.push(problemOf(found.flaw, raw.row, part, facts));
        continue;
      }
      const { value } = found;
      if (value === undefined) {
        const needed = target.required || (key === "occurred_at" && kind.nature === "fact");
        if (needed) problems.push(problemOf({ code: "row.required_empty" }, raw.row, part, facts));
      } else if (key === "occurred_at") occurred = value as ReadTime;
      else if (target.group === "identity") identities.push(identityOf(key, value as string, options));
      else if (target.group === "line") (line ??= {})[key] = value;
      else if (target.group === "consent") (consent ??= {})[key] = timeless(value);
      else record[key] = target.type === "date" ? (value as ReadTime).day : timeless(value);
    }
    if (kind.personal && !kind.document && identities.length === 0 && problems.length === 0) {
      problems.push({ row: raw.row, column: null, index: null, code: "row.no_identity", params: {} });
    }
    if (problems.length > 0) return problems;
    const occurred_at = occurred === undefined ? undefined : new Date(occurred.ms).toISOString();
    return { raw, identities, occurred_at, record, line, consent };
  };
  return { kind, options, read };
}

function partsOf(kind: ImportKind, mapping: Mapping): Part[] {
  const parts: Part[] = [];
  for (const target of kind.targets) {
    const source = mapping[target.name];
    if (source === undefined || (source.column === undefined && (source.value ?? "") === "")) continue;
    const dot = target.name.indexOf(".");
    const key = target.group === "record" ? target.name : target.name.slice(dot + 1);
    parts.push({
      target,
      key,
      column: source.column,
      constant: source.value,
      source,
      last: { text: "", found: { value: undefined } },
    });
  }
  return parts;
}

function shapeProblem(raw: RawRow, facts: TableFacts, width: number, last_mapped: number): RowProblem | undefined {
  const place = { row: raw.row, column: null, index: null };
  if (raw.flaw !== undefined) return { ...place, code: raw.flaw.code, params: raw.flaw.params ?? {} };
  const cells = raw.cells.length;
  if (cells > width && raw.cells.slice(width).some((cell) => cell.trim() !== "")) {
    return { ...place, code: "row.too_many_cells", params: { cells, columns: width } };
  }
  // A spreadsheet leaves out empty cells at the end of a row; a text file does not.
  if (facts.format === "csv" && cells <= last_mapped) {
    return { ...place, code: "row.too_few_cells", params: { cells, columns: width } };
  }
  return undefined;
}

function problemOf(flaw: CellFlaw, row: number, part: Part, facts: TableFacts): RowProblem {
  const column = part.column === undefined ? part.target.name : (facts.columns[part.column] ?? `#${part.column + 1}`);
  const more = flaw.code === "row.bad_characters" ? { encoding: facts.encoding ?? "utf-8" } : {};
  return { row, column, index: part.column ?? null, code: flaw.code, params: { column, ...flaw.params, ...more } };
}

function identityOf(kind: string, value: string, options: ImportOptions): ClearIdentity {
  const namespace = options.namespaces?.[kind as IdentityKind];
  return { kind: kind as IdentityKind, value, ...(namespace === undefined ? {} : { namespace }) };
}

function timeless(value: unknown): unknown {
  return typeof value === "object" && value !== null && "ms" in value
    ? new Date((value as ReadTime).ms).toISOString()
    : value;
}

function typed(text: string, part: Part, zone: ZoneClock, latest_ms: number): CellValue<unknown> {
  if (text === "") return { value: undefined };
  const { target, source } = part;
  switch (target.type) {
    case "text":
      return readText(text, target, source.format);
    case "money":
      return readMoney(text, source.format);
    case "decimal":
      return readDecimal(text, source.format);
    case "integer":
      return readInteger(text, source.format);
    case "boolean":
      return readBoolean(source.values?.[text] ?? text);
    case "code":
      return readCode(text, target, source.values);
    default:
      return typedTime(text, part, zone, latest_ms);
  }
}

function typedTime(text: string, part: Part, zone: ZoneClock, latest_ms: number): CellValue<ReadTime> {
  // Rows of one document carry the same time.
  if (part.last.text !== text) part.last = { text, found: freshTime(text, part, zone, latest_ms) };
  return part.last.found;
}

function freshTime(text: string, part: Part, zone: ZoneClock, latest_ms: number): CellValue<ReadTime> {
  const format = (part.source.format ?? "auto") as DateFormat;
  const time = readTime(text, format, zone);
  if (time === undefined) return { flaw: { code: "row.not_a_date", params: { format } } };
  const limit = part.target.type === "date" ? EARLIEST_BIRTHDAY : EARLIEST_DAY;
  if (time.day < limit) return { flaw: { code: "row.date_too_early", params: { limit } } };
  if (part.target.type === "instant" && time.ms > latest_ms) return { flaw: { code: "row.date_in_future" } };
  return { value: time };
}
