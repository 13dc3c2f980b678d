import {
  amountOf,
  contentKey,
  countEqual,
  decimalOf,
  isFault,
  type Line,
  type LineFault,
  QUANTITY_DECIMALS,
  readLine,
  type StatedLine,
  textOf,
} from "./line.ts";
import type { ProductBody, StaffBody, StoreBody } from "./master.ts";
import { ORDER_STATUSES, type OrderBody, type Payment } from "./order.ts";
import type { ReturnBody, ReturnLine } from "./return.ts";
import type { Statement } from "./statement.ts";

/** More lines than any receipt; a record beyond it is refused by name instead of slowing everything behind it. */
export const LINES_MAX = 10_000;

export const STATED_KINDS = ["order", "return", "product", "store", "staff"] as const;
export type StatedKind = (typeof STATED_KINDS)[number];

/** A record as trade takes it from the pipeline. */
export interface TradeRecord {
  readonly record_id: string;
  readonly source_id: number;
  readonly kind: string;
  readonly occurred_at: Date;
  readonly received_at: Date;
  readonly party_id: number | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A statement with the entity it is about. Numbers of orders and returns are unique only in their source. */
export interface EntityStatement extends Statement<object> {
  readonly kind: StatedKind;
  readonly entity: string;
  /** 0 for masters, which all sources of the brand share. */
  readonly entity_source_id: number;
  /** The record's own fields, as they are stored; `body` is what we read from them. */
  readonly stated: object;
}

/** A statement as it is stored. */
export type StoredStatement = Omit<EntityStatement, "stated">;

type Body = Readonly<Record<string, unknown>>;

const KINDS = new Set<string>(STATED_KINDS);
const KEY_FIELDS: Record<StatedKind, string> = {
  order: "order_no",
  return: "return_no",
  product: "sku",
  store: "store_code",
  staff: "staff_code",
};

/** Not kept with a statement: the entity's number, its version, personal texts, and what the vocabulary does not know. */
const LEFT_OUT = new Set([
  ...Object.values(KEY_FIELDS),
  "updated_at",
  "receiver_name",
  "receiver_address",
  "remark",
  "extra",
  "notes",
]);
const KEPT: Partial<Record<StatedKind, string>> = { order: "store_code", return: "store_code", staff: "store_code" };

/** Whether records of this kind are trade's. */
export function isStated(kind: string): boolean {
  return KINDS.has(kind);
}

/** What a record of one of our kinds says. */
export function readRecord(record: TradeRecord): EntityStatement | LineFault {
  const kind = record.kind as StatedKind;
  const entity = textOf(record.body[KEY_FIELDS[kind]]);
  if (entity === null) return { code: "trade.number_missing", params: { field: KEY_FIELDS[kind] } };
  const body = readBody(kind, record.body);
  if (isFault(body)) return body;
  const updated = textOf(record.body["updated_at"]);
  const version_at = updated === null ? record.occurred_at : new Date(updated);
  if (Number.isNaN(version_at.getTime()))
    return { code: "trade.version_unusable", params: { value: String(updated).slice(0, 60) } };
  return {
    kind,
    entity,
    entity_source_id: kind === "order" || kind === "return" ? record.source_id : 0,
    record_id: record.record_id,
    version_at,
    occurred_at: record.occurred_at,
    received_at: record.received_at,
    party_id: record.party_id,
    is_whole: kind === "order" && updated !== null && ((body as OrderBody).lines?.length ?? 0) > 0,
    body,
    stated: statedFields(kind, record.body),
  };
}

function statedFields(kind: StatedKind, body: Body): object {
  return Object.fromEntries(Object.entries(body).filter(([name]) => name === KEPT[kind] || !LEFT_OUT.has(name)));
}

/** @throws when a stored statement can no longer be read: the rules of reading must stay able to read the past. */
export function readStored(row: StoredStatement): EntityStatement {
  const body = readBody(row.kind, row.body as Body);
  if (isFault(body)) throw new Error(`stored statement ${row.record_id}: ${body.code}`);
  return { ...row, body, stated: row.body };
}

function readBody(kind: StatedKind, body: Body): object {
  if (kind === "order") return readOrder(body);
  if (kind === "return") return readReturn(body);
  if (kind === "product") return readProduct(body);
  if (kind === "store") return readStore(body);
  return readStaff(body);
}

/** Drops the fields that say nothing. */
function stated<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== null && value !== undefined) kept[name] = value;
  return kept as { [K in keyof T]?: NonNullable<T[K]> };
}

function linesOf(value: unknown): readonly StatedLine[] | LineFault {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value))
    return { code: "trade.line_unusable", params: { line: 0, field: "lines", value: typeof value } };
  if (value.length > LINES_MAX)
    return { code: "trade.too_many_lines", params: { lines: value.length, limit: LINES_MAX } };
  return value as StatedLine[];
}

function readOrder(body: Body): OrderBody | LineFault {
  const rows = linesOf(body["lines"]);
  if (isFault(rows)) return rows;
  const nth = countEqual();
  const lines: Line[] = [];
  for (const [i, row] of rows.entries()) {
    const line = readLine(row, i + 1, nth);
    if (isFault(line)) return line;
    lines.push(line);
  }
  const status = textOf(body["status"]);
  return stated({
    status: ORDER_STATUSES.find((known) => known === status),
    store_code: textOf(body["store_code"]),
    channel: textOf(body["channel"]),
    staff_code: textOf(body["staff_code"]),
    currency: textOf(body["currency"])?.toUpperCase(),
    freight_minor: amountOf(body["freight_minor"]),
    discount_minor: amountOf(body["discount_minor"]),
    points_paid_minor: amountOf(body["points_paid_minor"]),
    gift_card_minor: amountOf(body["gift_card_minor"]),
    coupon_code: textOf(body["coupon_code"]),
    campaign_code: textOf(body["campaign_code"]),
    payments: readPayments(body["payments"]),
    lines: lines.length === 0 ? undefined : lines,
  });
}

function readPayments(value: unknown): Payment[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return (value as Body[]).flatMap((row) => {
    const [method, amount_minor] = [textOf(row["method"]), amountOf(row["amount_minor"])];
    return method === null || amount_minor === undefined ? [] : [{ method, amount_minor }];
  });
}

function readReturn(body: Body): ReturnBody | LineFault {
  const rows = linesOf(body["lines"]);
  if (isFault(rows)) return rows;
  const nth = countEqual();
  const lines: ReturnLine[] = [];
  for (const [i, row] of rows.entries()) {
    const line = readReturnLine(row as Body, i + 1, nth);
    if (isFault(line)) return line;
    lines.push(line);
  }
  return stated({
    original_order_no: textOf(body["original_order_no"]),
    store_code: textOf(body["store_code"]),
    channel: textOf(body["channel"]),
    currency: textOf(body["currency"])?.toUpperCase(),
    reason: textOf(body["reason"]),
    refund_minor: amountOf(body["refund_minor"]),
    whole_order: body["whole_order"] === true ? true : undefined,
    lines: lines.length === 0 ? undefined : lines,
  });
}

function readReturnLine(row: Body, place: number, nth: (content: string) => number): ReturnLine | LineFault {
  const fault = (field: string): LineFault => ({
    code: "trade.line_unusable",
    params: { line: place, field, value: String(row[field] ?? "").slice(0, 60) },
  });
  const sku = textOf(row["sku"]);
  if (sku === null) return fault("sku");
  const quantity = decimalOf(row["quantity"], QUANTITY_DECIMALS);
  if (quantity === undefined) return fault("quantity");
  const refund_minor = amountOf(row["refund_minor"]);
  if (refund_minor === undefined) return fault("refund_minor");
  const line = { sku, quantity, refund_minor, original_line_no: textOf(row["original_line_no"]) };
  return { key: textOf(row["line_no"]) ?? contentKey(line, nth), ...line };
}

function readProduct(body: Body): ProductBody {
  return stated({
    name: textOf(body["name"]),
    category_1: textOf(body["category_1"]),
    category_2: textOf(body["category_2"]),
    category_3: textOf(body["category_3"]),
    brand: textOf(body["brand"]),
    series: textOf(body["series"]),
    list_price_minor: amountOf(body["list_price_minor"]),
    cost_minor: amountOf(body["cost_minor"]),
    launched_on: textOf(body["launched_on"]),
  });
}

function readStore(body: Body): StoreBody {
  return stated({
    name: textOf(body["name"]),
    region_code: textOf(body["region_code"]),
    region_name: textOf(body["region_name"]),
    city: textOf(body["city"]),
    brand_code: textOf(body["brand_code"]),
    ownership: textOf(body["ownership"]),
    opened_on: textOf(body["opened_on"]),
  });
}

function readStaff(body: Body): StaffBody {
  const name = body["name"];
  const sealed = typeof name === "object" && name !== null ? (name as { sealed?: unknown }).sealed : undefined;
  return stated({
    name_token: textOf(sealed),
    store_code: textOf(body["store_code"]),
    role: textOf(body["role"]),
    left_on: textOf(body["left_on"]),
  });
}
