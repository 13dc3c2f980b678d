import type { ClearRecord } from "../../record.ts";
import type { RawRow } from "../reading/csv.ts";
import { type Batch, Collector, contentHash, type DraftContext, TooManyLines } from "./batch.ts";
import { DocumentAssembler } from "./document.ts";
import { LineCounter } from "./line-counter.ts";
import type { ReadRow, RowProblem } from "./row-plan.ts";

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
