import { hash } from "node:crypto";
import { IMPORT_LIMITS } from "../limits.ts";
import type { ClearRecord } from "../../record.ts";
import type { RawRow } from "../reading/csv.ts";
import { DocumentAssembler } from "./document.ts";
import { LineCounter } from "./line-counter.ts";
import type { ReadRow, RowPlan, RowProblem } from "./row-plan.ts";

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

/** Kinds whose rows carry the source's own number: a second equal row with it is the same fact. */
const NUMBERED = ["review_id", "message_id", "referral_id", "ticket_id"];

/**
 * Turns rows into records in batches of bounded size. The batches depend on the file and the mapping only, never on how
 * the bytes came, so that a run which was killed makes the same batches again and leaves out those already taken.
 */
export async function* draftBatches(
  rows: AsyncIterable<readonly RawRow[]>,
  context: DraftContext,
): AsyncGenerator<Batch> {
  const maker = context.plan.kind.document ? new DocumentAssembler(context) : new RowMaker(context);
  const collect = new Collector();
  for await (const piece of rows) {
    for (const raw of piece) {
      collect.rows_read += 1;
      const read = context.plan.read(raw);
      if (isProblems(read)) collect.refused.push({ raw, problems: read });
      else maker.add(read, collect);
      // A document that is still open keeps its rows out of the batch; they come with the next one.
      if (collect.isFull()) yield collect.take();
    }
  }
  maker.end(collect);
  if (!collect.isEmpty()) yield collect.take();
}

function isProblems(read: ReadRow | readonly RowProblem[]): read is readonly RowProblem[] {
  return Array.isArray(read);
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

/** One record for each row. */
class RowMaker {
  readonly #context: DraftContext;
  readonly #counter = new LineCounter();

  constructor(context: DraftContext) {
    this.#context = context;
  }

  add(read: ReadRow, collect: Collector): void {
    const { plan, keyed, file_key, default_time } = this.#context;
    const { kind } = plan.kind;
    const body: Record<string, unknown> = { ...read.record };
    if (read.consent !== undefined) body["consents"] = consentsOf(read.consent);
    const stated = { kind, at: read.occurred_at ?? null, identities: read.identities, body };
    let content = JSON.stringify(stated);
    if (plan.kind.nature === "fact") {
      const row_key = this.#context.row_key?.(read.raw);
      if (row_key !== undefined) content += `\0${row_key}`;
      const numbered = row_key !== undefined || NUMBERED.some((name) => body[name] !== undefined);
      const nth = numbered ? 1 : this.#counter.next(contentHash(content));
      if (nth === undefined) throw new TooManyLines(read.raw.row);
      if (nth > 1) content += `#${nth}`;
    } else if (read.occurred_at === undefined) content += file_key;
    const record: ClearRecord = {
      kind,
      key: keyed(content),
      occurred_at: read.occurred_at ?? default_time,
      identities: read.identities,
      body,
      place: `row ${read.raw.row}`,
    };
    collect.add({ record, rows: [read.raw] });
  }

  end(): void {
    // Rows are records at once: nothing is open.
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

const MEDIA = ["sms", "email", "phone", "wechat"] as const;

/** Consents as a file states them; without text version, time and channel members/ takes them as unproven. */
function consentsOf(stated: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  const evidence: Record<string, unknown> = {};
  for (const name of ["text_version", "at", "via"]) if (stated[name] !== undefined) evidence[name] = stated[name];
  return MEDIA.filter((medium) => stated[medium] !== undefined).map((medium) => ({
    purpose: "marketing",
    channel: medium,
    granted: stated[medium],
    ...evidence,
  }));
}
