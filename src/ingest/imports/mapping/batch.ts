import { hash } from "node:crypto";
import type { ClearRecord } from "../../record.ts";
import { IMPORT_LIMITS } from "../limits.ts";
import type { RawRow } from "../reading/csv.ts";
import type { RowPlan, RowProblem } from "./row-plan.ts";

/** A record made of rows, with the rows it came from: a reject of the record is a reject of these rows. */
export interface Draft {
  readonly record: ClearRecord;
  readonly rows: readonly RawRow[];
}

/** A row that becomes no record, with everything that is wrong with it. */
export interface RefusedRow {
  readonly raw: RawRow;
  readonly problems: readonly RowProblem[];
}

/** Rows read together: what they became. Every row is in exactly one draft or refused; `notes` lose nothing. */
export interface Batch {
  readonly number: number;
  readonly drafts: readonly Draft[];
  readonly refused: readonly RefusedRow[];
  readonly notes: readonly RowProblem[];
  /** Rows of the file up to and with this batch. */
  readonly rows_read: number;
}

export interface DraftContext {
  readonly plan: RowPlan;
  /** What the file itself is: masters without a time of their own are as old as the file. */
  readonly file_key: string;
  /** Time of records of masters that state none. */
  readonly default_time: string;
  /** The row's own key at its source, where it has one: rows are then told apart by it, not by counting equal ones. */
  readonly row_key?: (raw: RawRow) => string;
  /** A keyed hash, so that a record's id cannot be tried out against guessed phones. */
  keyed(content: string): string;
}

/** Where makers put what they made. */
export class Collector {
  rows_read = 0;
  drafts: Draft[] = [];
  refused: RefusedRow[] = [];
  notes: RowProblem[] = [];
  #lines = 0;
  #number = 0;

  add(draft: Draft): void {
    this.drafts.push(draft);
    this.#lines += draft.rows.length;
  }

  isFull(): boolean {
    const { batch_records, batch_lines } = IMPORT_LIMITS;
    return this.drafts.length >= batch_records || this.#lines >= batch_lines || this.refused.length >= batch_lines;
  }

  isEmpty(): boolean {
    return this.drafts.length === 0 && this.refused.length === 0 && this.notes.length === 0;
  }

  take(): Batch {
    const { drafts, refused, notes, rows_read } = this;
    this.#number += 1;
    [this.drafts, this.refused, this.notes, this.#lines] = [[], [], [], 0];
    return { number: this.#number, drafts, refused, notes, rows_read };
  }
}

/** The counter of distinct lines is full at this row. */
export class TooManyLines extends Error {
  readonly row: number;
  constructor(row: number) {
    super(`more distinct lines than the limit at row ${row}`);
    this.row = row;
  }
}

export function contentHash(content: string): Buffer {
  return hash("sha256", content, "buffer");
}
