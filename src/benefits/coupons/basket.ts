import "../errors.ts";
import { type Static, Type } from "typebox";
import { type BusinessDay, businessDay, isoWeekday, problem } from "../../platform/index.ts";
import { Minor, QUANTITY_MAX } from "./definition.ts";

export const LINES_MAX = 200;
/** Coupons that one basket is asked about. */
export const COUPONS_ASKED_MAX = 20;

export const BasketLine = Type.Object(
  {
    line_id: Type.String({ minLength: 1, maxLength: 100 }),
    sku: Type.String({ minLength: 1, maxLength: 64 }),
    categories: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 20, default: [] }),
    quantity: Type.Integer({ minimum: 1, maximum: QUANTITY_MAX, description: "Pieces; goods by weight are one" }),
    unit_price_minor: Minor(0),
    amount_minor: Minor(0, { description: "What the line costs before coupons, after every other discount" }),
    floor_minor: Minor(0, { default: 0, description: "Coupons together never take the line below it" }),
  },
  { additionalProperties: false },
);
export type BasketLine = Static<typeof BasketLine>;

export const Basket = Type.Object(
  {
    currency: Type.String({ pattern: "^[A-Z]{3}$" }),
    store_code: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Null()]),
    channel: Type.String({ minLength: 1, maxLength: 40 }),
    freight_minor: Minor(0, { default: 0 }),
    lines: Type.Array(BasketLine, { minItems: 1, maxItems: LINES_MAX }),
  },
  { additionalProperties: false },
);
export type Basket = Static<typeof Basket>;

/** What conditions ask about the member; null: bought without a member. */
export interface MemberFacts {
  readonly tier: string | null;
  readonly segments: readonly number[];
}

/** An instant as conditions see it, in the brand's time zone. */
export interface Moment {
  readonly day: BusinessDay;
  /** 1 = Monday … 7 = Sunday. */
  readonly weekday: number;
  /** "14:05". */
  readonly time: string;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

export function momentOf(at: Date, timezone: string): Moment {
  const clock =
    clocks.get(timezone) ??
    new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, hour: "2-digit", minute: "2-digit" });
  clocks.set(timezone, clock);
  const day = businessDay(at, timezone);
  return { day, weekday: isoWeekday(day), time: clock.format(at) };
}

/** @throws benefits.line_twice, benefits.line_amount */
export function checkBasket({ lines }: Basket): void {
  const seen = new Set<string>();
  for (const { line_id, quantity, unit_price_minor, amount_minor } of lines) {
    if (seen.has(line_id)) throw problem("benefits.line_twice", { line_id });
    seen.add(line_id);
    if (amount_minor > quantity * unit_price_minor)
      throw problem("benefits.line_amount", { line_id, amount_minor, most: quantity * unit_price_minor });
  }
}
