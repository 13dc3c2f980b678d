import type { Ground } from "../../ground.ts";
import { problem, sentence } from "../../platform/index.ts";
import type { Outcome } from "../accept.ts";
import { maskCell } from "./import.ts";
import type { ImportRow, StoredProblem } from "./import-store.ts";
import { IMPORT_LIMITS } from "./limits.ts";
import { type Batch, contentHash, TooManyLines } from "./mapping/batch.ts";
import { draftBatches } from "./mapping/draft.ts";
import { LineCounter } from "./mapping/line-counter.ts";
import { checkMapping, mappedColumns } from "./mapping/mapping.ts";
import { planRows, type RowProblem } from "./mapping/row-plan.ts";
import type { RawRow } from "./reading/csv.ts";
import { tableRows } from "./reading/table.ts";
import { addCounts, type Counts, NO_COUNTS } from "./report.ts";
import { openUpload } from "./sealed-file.ts";

/** A file being read with its mapping; the same for a dry run and for a run. */
export interface Session {
  readonly row: ImportRow;
  batches(): AsyncGenerator<Batch>;
  /** Different people named so far, by the first identifier of each record. */
  people(): number;
  close(): Promise<void>;
}

/** Opens the sealed file of an import. @throws import.not_mapped, import.upload_gone */
export async function openSession(ground: Ground, row: ImportRow): Promise<Session> {
  if (row.record_kind === null || row.mapping === null) throw problem("import.not_mapped");
  const { mapping, options, facts } = row;
  const kind = checkMapping(row.record_kind, mapping, options, facts.columns.length);
  const file = await openUpload(ground, row.upload_id, row.file_name, row.bytes);
  // Bounds and defaults come from the row, not from the clock: a run that goes on after a crash makes the same batches.
  const plan = planRows(facts, kind, mapping, options, row.run_started_at ?? row.created_at);
  const people = new LineCounter();
  const context = {
    plan,
    file_key: row.sha256.toString("base64url"),
    default_time: row.created_at.toISOString(),
    keyed: (content: string) => ground.vault.contentToken("import record", contentHash(content).toString("base64url")),
  };
  return {
    row,
    batches: async function* () {
      try {
        for await (const batch of draftBatches(tableRows(file, facts, mappedColumns(mapping)), context)) {
          for (const { record } of batch.drafts) {
            const first = record.identities[0];
            if (first !== undefined) people.next(contentHash(`${first.kind}\0${first.value}`));
          }
          yield batch;
        }
      } catch (error) {
        if (!(error instanceof TooManyLines)) throw error;
        throw problem("import.too_many_distinct_lines", { row: error.row, limit: IMPORT_LIMITS.distinct_lines_max });
      }
    },
    people: () => people.size,
    close: () => file.close(),
  };
}

/** A row that did not become a record, with its reasons in both languages: what the error file and the page show. */
export interface RowInError {
  readonly raw: RawRow;
  readonly reasons: readonly Reason[];
}

export interface Reason {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
  readonly column: string | null;
  readonly index: number | null;
}

export interface Judged {
  readonly counts: Counts;
  readonly errors: readonly RowInError[];
  readonly noted: readonly RowProblem[];
}

/** What a batch came to, given what the edge said of its records. */
export function judgeBatch(batch: Batch, outcomes: readonly Outcome[]): Judged {
  let counts: Counts = { ...NO_COUNTS, notes: tally(batch.notes.map((note) => note.code)) };
  const errors: RowInError[] = batch.refused.map(({ raw, problems }) => ({ raw, reasons: problems.map(reasonOf) }));
  const refused = tally(batch.refused.map(({ problems }) => problems[0]?.code ?? "row.required_empty"));
  counts = addCounts(counts, {
    ...NO_COUNTS,
    rows: batch.refused.length,
    rejected: batch.refused.length,
    by_code: refused,
  });
  for (const [i, { record, rows }] of batch.drafts.entries()) {
    const outcome = outcomes[i];
    if (outcome?.status === "rejected") {
      const reasons = rejectReasons(outcome);
      for (const raw of rows) errors.push({ raw, reasons });
      const by_code = { [reasons[0]?.code ?? "ingest.body_invalid"]: rows.length };
      counts = addCounts(counts, { ...NO_COUNTS, rows: rows.length, rejected: rows.length, by_code });
    } else {
      const duplicate = outcome?.status === "duplicate";
      counts = addCounts(counts, keptCounts(record.kind, rows.length, duplicate));
    }
  }
  return { counts, errors, noted: batch.notes };
}

function keptCounts(kind: string, rows: number, duplicate: boolean): Counts {
  if (duplicate) return { ...NO_COUNTS, rows, duplicates: rows };
  return {
    ...NO_COUNTS,
    rows,
    accepted: rows,
    records: 1,
    orders: kind === "order" ? 1 : 0,
    returns: kind === "return" ? 1 : 0,
    sale_lines: kind === "order" ? rows : 0,
    return_lines: kind === "return" ? rows : 0,
  };
}

function tally(codes: readonly string[]): Record<string, number> {
  const table: Record<string, number> = {};
  for (const code of codes) table[code] = (table[code] ?? 0) + 1;
  return table;
}

function reasonOf(problem: RowProblem): Reason {
  return { code: problem.code, params: problem.params, column: problem.column, index: problem.index };
}

function rejectReasons(outcome: Outcome): Reason[] {
  const problems = outcome.problems ?? [{ code: outcome.code ?? "", params: outcome.params ?? {}, field: null }];
  return problems.map(({ code, params, field }) => ({ code, params, column: field, index: null }));
}

/** The problems of a batch as the page lists them, up to `room`: row, sentence words and the masked value. */
export function storedProblems(row: ImportRow, judged: Judged, room: number): StoredProblem[] {
  const stored: StoredProblem[] = [];
  const byColumn = new Map(Object.entries(row.mapping ?? {}).map(([field, source]) => [source.column, field]));
  for (const { raw, reasons } of judged.errors) {
    for (const reason of reasons) {
      if (stored.length >= room) return stored;
      const value = reason.index === null ? null : (raw.cells[reason.index] ?? "");
      const field = reason.index === null ? undefined : byColumn.get(reason.index);
      stored.push({
        row: raw.row,
        column_name: reason.column,
        code: reason.code,
        params: reason.params,
        value_masked: value === null ? null : maskCell(visible(value), reason.column ?? "", field, row.record_kind),
      });
    }
  }
  for (const note of judged.noted) {
    if (stored.length >= room) break;
    stored.push({ row: note.row, column_name: note.column, code: note.code, params: note.params, value_masked: null });
  }
  return stored;
}

/** Marks and bytes that no page and no database text can show. */
export function visible(cell: string): string {
  return cell
    .replaceAll("\0", "␀")
    .replace(/\uE000digits:/g, "")
    .replaceAll("\uE000formula", "=…")
    .replaceAll("\uE000error", "#ERROR");
}

export function reasonText(reason: Reason, language: "zh" | "en"): string {
  return sentence(reason.code, reason.params, language);
}
