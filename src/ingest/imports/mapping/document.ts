import { divideHalfUp, parseScaled } from "../../../platform/index.ts";
import type { ClearIdentity, ClearRecord } from "../../record.ts";
import { IMPORT_LIMITS } from "../limits.ts";
import type { RawRow } from "../reading/csv.ts";
import { classifyLine, type LineClass } from "./line-class.ts";
import { Collector, contentHash, type DraftContext, TooManyLines } from "./batch.ts";
import { LineCounter } from "./line-counter.ts";
import type { ReadRow, RowProblem } from "./row-plan.ts";

/** What a line is; its description is not part of it, the same article being spelled in several ways. */
const CONTENT_FIELDS =
  "sku quantity unit_price net_minor discount_minor coupon_minor promotion_code refund_minor original_line_no".split(
    " ",
  );

interface Open {
  readonly class: "sale" | "return";
  readonly number: string;
  occurred_at: string;
  identities: readonly ClearIdentity[];
  readonly header: Record<string, unknown>;
  readonly lines: Record<string, unknown>[];
  readonly rows: RawRow[];
  /** Differences already noted: one note for a document, not one for each of its rows. */
  readonly noted: Set<string>;
}

/**
 * Puts rows of one document together. Rows that follow each other are one record; a document that comes again later
 * makes a further record of the same order, whose lines trade/ merges as a set. A line is known by its document, its
 * content and which of the equal lines of the document in the whole file it is, so that equal lines stay apart and the
 * same line of another export is the same. The header takes the earliest time and the first value of each other field;
 * differences are noted. Negative lines of a document become a return of the same number.
 */
export class DocumentAssembler {
  readonly #context: DraftContext;
  readonly #counter = new LineCounter();
  readonly #number_field: "order_no" | "return_no";
  #open: Open[] = [];

  constructor(context: DraftContext) {
    this.#context = context;
    this.#number_field = context.plan.kind.kind === "return" ? "return_no" : "order_no";
  }

  add(read: ReadRow, collect: Collector): void {
    const number = String(read.record[this.#number_field] ?? "");
    const found = this.#classOf(read);
    if (typeof found === "object") {
      collect.refused.push({
        raw: read.raw,
        problems: [{ row: read.raw.row, column: null, index: null, code: found.code, params: {} }],
      });
      return;
    }
    if (this.#open.length > 0 && this.#open[0]?.number !== number) this.end(collect);
    let open = this.#open.find((candidate) => candidate.class === found);
    if (open !== undefined && open.rows.length >= IMPORT_LIMITS.document_lines_max) {
      this.#close(open, collect);
      open = undefined;
    }
    if (open === undefined) {
      open = this.#begin(found, number, read);
      this.#open.push(open);
    } else this.#meet(open, read, collect.notes);
    open.rows.push(read.raw);
    if (read.line !== undefined) open.lines.push(this.#line(open, read));
    // Rows with a key of their own are records of their own: which rows are read together differs from pull to pull.
    if (this.#context.row_key !== undefined) this.end(collect);
  }

  end(collect: Collector): void {
    for (const open of this.#open) this.#close(open, collect);
  }

  #classOf(read: ReadRow): LineClass {
    if (this.#number_field === "return_no") return "return";
    return read.line === undefined ? "sale" : classifyLine(read.line);
  }

  #begin(kind: "sale" | "return", number: string, read: ReadRow): Open {
    return {
      class: kind,
      number,
      occurred_at: read.occurred_at ?? this.#context.default_time,
      identities: read.identities,
      header: headerOf(kind, number, read, this.#number_field, this.#context.plan.options.currency),
      lines: [],
      rows: [],
      noted: new Set(),
    };
  }

  #meet(open: Open, read: ReadRow, notes: RowProblem[]): void {
    const at = read.occurred_at ?? open.occurred_at;
    const note = (code: string, column: string | null = null) => {
      if (open.noted.has(`${code} ${column}`)) return;
      open.noted.add(`${code} ${column}`);
      notes.push({
        row: read.raw.row,
        column,
        index: null,
        code,
        params: { document: open.number, ...(column === null ? {} : { column }) },
      });
    };
    if (at !== open.occurred_at) note("row.second_time");
    if (at < open.occurred_at) open.occurred_at = at;
    if (!sameIdentities(open.identities, read.identities)) {
      if (open.identities.length === 0) open.identities = read.identities;
      else if (read.identities.length > 0) note("row.second_person");
    }
    const header = headerOf(open.class, open.number, read, this.#number_field, this.#context.plan.options.currency);
    for (const [name, value] of Object.entries(header)) {
      if (open.header[name] === undefined) open.header[name] = value;
      else if (open.header[name] !== value) note("row.second_header", name);
    }
  }

  #line(open: Open, read: ReadRow): Record<string, unknown> {
    const line = open.class === "sale" ? saleLine(read, this.#context.plan.options) : returnLine(read);
    if (line["line_no"] !== undefined) return line;
    const hash = contentHash(
      `${open.class}\0${open.number}\0${CONTENT_FIELDS.map((name) => line[name] ?? "").join("\0")}`,
    );
    const nth = this.#counter.next(hash);
    if (nth === undefined) throw new TooManyLines(read.raw.row);
    return { line_no: `~${hash.toString("base64url", 0, 9)}-${nth}`, ...line };
  }

  #close(open: Open, collect: Collector): void {
    this.#open = this.#open.filter((other) => other !== open);
    const kind = open.class === "sale" ? "order" : "return";
    const body = { ...open.header, ...(open.lines.length === 0 ? {} : { lines: open.lines }) };
    const content = JSON.stringify([kind, open.occurred_at, open.identities, body]);
    const first = open.rows[0]?.row ?? 0;
    const last = open.rows.at(-1)?.row ?? first;
    const record: ClearRecord = {
      kind,
      key: this.#context.keyed(content),
      occurred_at: open.occurred_at,
      identities: open.identities,
      body,
      place: first === last ? `row ${first}` : `rows ${first}–${last}`,
    };
    collect.add({ record, rows: open.rows });
  }
}

function sameIdentities(a: readonly ClearIdentity[], b: readonly ClearIdentity[]): boolean {
  return a.length === b.length && a.every((one, i) => one.kind === b[i]?.kind && one.value === b[i]?.value);
}

/** Fields of the document itself; a sale keeps no number of an original, a return no status. */
function headerOf(
  kind: "sale" | "return",
  number: string,
  read: ReadRow,
  number_field: string,
  currency: string,
): Record<string, unknown> {
  const { [number_field]: _, original_order_no, ...fields } = read.record;
  if (kind === "sale") return { order_no: number, currency, ...fields };
  const { store_code, channel, reason, currency: own } = fields;
  const header = { return_no: number, original_order_no, store_code, channel, currency: own ?? currency, reason };
  return Object.fromEntries(Object.entries(header).filter(([, value]) => value !== undefined));
}

function saleLine(read: ReadRow, options: { coupon_in_discount?: boolean }): Record<string, unknown> {
  const { discount_minor, coupon_minor, ...stated } = read.line ?? {};
  const line: Record<string, unknown> = stated;
  // Some tills write discounts as negative numbers.
  const coupon = coupon_minor === undefined ? undefined : Math.abs(coupon_minor as number);
  const discount = discount_minor === undefined ? undefined : Math.abs(discount_minor as number);
  if (coupon !== undefined) line["coupon_minor"] = coupon;
  if (discount !== undefined || coupon !== undefined) {
    line["discount_minor"] =
      options.coupon_in_discount === true ? Math.max(discount ?? 0, coupon ?? 0) : (discount ?? 0) + (coupon ?? 0);
  }
  return line;
}

/** A returned line: quantity and refund are positive, whatever sign the file gives them. */
function returnLine(read: ReadRow): Record<string, unknown> {
  const { line_no, original_line_no, sku, quantity, unit_price, net_minor, refund_minor } = read.line ?? {};
  const positive = String(quantity ?? "1").replace(/^-/, "");
  const stated = refund_minor ?? net_minor;
  const refund =
    stated === undefined ? extended(positive, String(unit_price ?? "0").replace(/^-/, "")) : Math.abs(stated as number);
  const line = { line_no, original_line_no, sku, quantity: positive, refund_minor: refund };
  return Object.fromEntries(Object.entries(line).filter(([, value]) => value !== undefined));
}

const SCALE = 6;

/** quantity × price in minor units, half a unit rounded away from zero. */
function extended(quantity: string, unit_price: string): number {
  const product = (parseScaled(quantity, SCALE) ?? 0n) * (parseScaled(unit_price, SCALE) ?? 0n) * 100n;
  return Number(divideHalfUp(product, 10n ** BigInt(2 * SCALE)));
}
