import { EVENT_KINDS, type FieldType } from "../../ingest/index.ts";
import type { ToldEvent } from "../../members/index.ts";
import type { OWN_EVENTS } from "../own-events.ts";
import type { ValueChoice, ValueType } from "./source.ts";

/** Kept with a run: what its messages tell of what let it in. Numbers and codes, never what identifies a person. */
export type Given = Readonly<Record<string, string | number>>;

const TYPES: Partial<Record<FieldType, ValueType>> = {
  text: "text",
  code: "text",
  integer: "number",
  decimal: "number",
  money: "money",
  date: "day",
  instant: "instant",
};
/** What people type themselves may say anything. */
const TYPED: ReadonlySet<string> = new Set(["keyword"]);
const OPEN: ReadonlySet<string> = new Set(["L1", "L2"]);
const HAPPENED_AT = choice("occurred_at", "发生时间", "When it happened", "instant");

function choice(value: string, zh: string, en: string, type: ValueType): ValueChoice {
  return { value, zh, en, type };
}

const SALES: Readonly<Record<string, readonly ValueChoice[]>> = {
  order: [
    choice("order_no", "订单号", "Order number", "text"),
    choice("amount_minor", "实付金额", "Amount paid", "money"),
    choice("quantity", "件数", "Items", "number"),
    HAPPENED_AT,
  ],
  return: [
    choice("return_no", "退货单号", "Return number", "text"),
    choice("amount_minor", "退款金额", "Refund", "money"),
    HAPPENED_AT,
  ],
};
const OWN: Readonly<Record<(typeof OWN_EVENTS)[number]["kind"], readonly ValueChoice[]>> = {
  points_credited: [choice("points", "这一笔积分", "Points of this credit", "number"), HAPPENED_AT],
  tier_up: [choice("tier_name", "新等级", "The new tier", "text"), HAPPENED_AT],
  tier_down: [choice("tier_name", "新等级", "The new tier", "text"), HAPPENED_AT],
};

/** What a message may tell of a happening that lets members in; nothing of kinds whose records only say how something is. */
export function eventValues(kind: string): readonly ValueChoice[] {
  const sale = SALES[kind] ?? (OWN as Readonly<Record<string, readonly ValueChoice[]>>)[kind];
  if (sale !== undefined) return sale;
  const fields = EVENT_KINDS.find((one) => one.kind === kind)?.fields ?? [];
  const told = fields.flatMap(({ name, zh, en, type, privacy }) => {
    const known = TYPES[type];
    return known === undefined || !OPEN.has(privacy) || TYPED.has(name) ? [] : [choice(name, zh, en, known)];
  });
  return told.length === 0 ? [] : [...told, HAPPENED_AT];
}

/** The chosen values of what was told; what was not told is left out. */
export function givenOf(
  kind: string,
  chosen: ReadonlySet<string>,
  body: Readonly<Record<string, unknown>>,
): Given | undefined {
  const given = eventValues(kind).flatMap(({ value }) => {
    const told = chosen.has(value) ? body[value] : undefined;
    return typeof told === "string" || typeof told === "number" ? [[value, told] as const] : [];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

const NUMBERED: Readonly<Record<string, string>> = { order: "order_no", return: "return_no" };

/** A record of the timeline under the names of these values. */
export function bodyOf(kind: string, { body, subject, occurred_at }: ToldEvent): Readonly<Record<string, unknown>> {
  const number = NUMBERED[kind];
  return { ...body, occurred_at: occurred_at.toISOString(), ...(number === undefined ? {} : { [number]: subject }) };
}
