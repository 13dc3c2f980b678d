import { sentence } from "../../platform/index.ts";

/** Counts of a batch or of a whole import. Every row is in exactly one of accepted, duplicates and rejected. */
export interface Counts {
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Of the accepted rows: lines of orders and lines of returns. */
  readonly sale_lines: number;
  readonly return_lines: number;
  /** Records that the accepted rows made, and among them orders and returns. */
  readonly records: number;
  readonly orders: number;
  readonly returns: number;
  /** Rejected rows by reason (a row with several problems counts for its first). */
  readonly by_code: Readonly<Record<string, number>>;
  /** What was noted of rows that were kept. */
  readonly notes: Readonly<Record<string, number>>;
}

export const NO_COUNTS: Counts = {
  rows: 0,
  accepted: 0,
  duplicates: 0,
  rejected: 0,
  sale_lines: 0,
  return_lines: 0,
  records: 0,
  orders: 0,
  returns: 0,
  by_code: {},
  notes: {},
};

function addTables(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const sum: Record<string, number> = { ...a };
  for (const [code, count] of Object.entries(b)) sum[code] = (sum[code] ?? 0) + count;
  return sum;
}

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    rows: a.rows + b.rows,
    accepted: a.accepted + b.accepted,
    duplicates: a.duplicates + b.duplicates,
    rejected: a.rejected + b.rejected,
    sale_lines: a.sale_lines + b.sale_lines,
    return_lines: a.return_lines + b.return_lines,
    records: a.records + b.records,
    orders: a.orders + b.orders,
    returns: a.returns + b.returns,
    by_code: addTables(a.by_code, b.by_code),
    notes: addTables(a.notes, b.notes),
  };
}

export interface CodeCount {
  readonly code: string;
  readonly count: number;
  readonly sentence_zh: string;
  readonly sentence_en: string;
}

export interface ImportReport extends Omit<Counts, "by_code" | "notes"> {
  /** Lines of accepted orders and returns together. */
  readonly lines: number;
  readonly orders_new: number;
  /** Different people named by the accepted rows, by the first identifier of each. */
  readonly people: number;
  readonly by_code: readonly CodeCount[];
  readonly notes: readonly CodeCount[];
  /** Rows in error beyond the limit of the error file. */
  readonly error_rows_left_out: number;
  /** Rows of the file that were not read because the run was cancelled. */
  readonly complete: boolean;
}

function described(table: Readonly<Record<string, number>>): CodeCount[] {
  return Object.entries(table)
    .map(([code, count]) => ({
      code,
      count,
      sentence_zh: generalSentence(code, "zh"),
      sentence_en: generalSentence(code, "en"),
    }))
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

/** The sentence of a code without the words of one row. */
function generalSentence(code: string, language: "zh" | "en"): string {
  const general = new Proxy({} as Record<string, string>, { get: () => "…" });
  return sentence(code, general, language);
}

export function reportOf(
  counts: Counts,
  more: { people: number; error_rows_left_out: number; complete: boolean },
): ImportReport {
  const { by_code, notes, ...plain } = counts;
  return {
    ...plain,
    lines: counts.sale_lines + counts.return_lines,
    orders_new: counts.orders,
    ...more,
    by_code: described(by_code),
    notes: described(notes),
  };
}
