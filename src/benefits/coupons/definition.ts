import { type Static, Type } from "typebox";

/** A slip of the scale is refused before it costs anything: no coupon, line or budget is larger. */
export const AMOUNT_MINOR_MAX = 100_000_000_000;
export const QUANTITY_MAX = 100_000;
export const COUPON_KEY = "^[a-z][a-z0-9_]{0,39}$";
const LIST_MAX = 500;
const PRIORITY_MAX = 999;
const GRACE_DAYS_MAX = 366;

const closed = { additionalProperties: false } as const;
export const Minor = (minimum: number, more: object = {}) =>
  Type.Integer({ minimum, maximum: AMOUNT_MINOR_MAX, ...more });
const Code = Type.String({ minLength: 1, maxLength: 64 });
const Codes = (description: string) => Type.Array(Code, { maxItems: LIST_MAX, default: [], description });
const Nullable = <S extends ReturnType<typeof Type.Integer>>(schema: S, description: string) =>
  Type.Union([schema, Type.Null()], { default: null, description });

/** What the coupon gives. */
export const Benefit = Type.Union([
  Type.Object({ kind: Type.Literal("amount"), amount_minor: Minor(1) }, closed),
  Type.Object(
    {
      kind: Type.Literal("percent"),
      percent_off: Type.Integer({ minimum: 1, maximum: 100, description: "15 is 85 折" }),
      of: Type.Union([Type.Literal("remaining"), Type.Literal("original")], {
        description: "Of what coupons before it have left, or of the lines as they came",
      }),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal("new_price"),
      unit_price_minor: Minor(0),
      quantity_max: Nullable(Type.Integer({ minimum: 1, maximum: QUANTITY_MAX }), "Units at this price; null: all"),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal("exchange"),
      sku: Code,
      unit_price_minor: Minor(0, { description: "0: free" }),
      quantity_max: Type.Integer({ minimum: 1, maximum: QUANTITY_MAX }),
    },
    closed,
  ),
  Type.Object({ kind: Type.Literal("free_shipping") }, closed),
]);

/** Lines that it is about; four empty lists: the whole order. */
export const ItemScope = Type.Object(
  {
    skus: Codes("These products"),
    categories: Codes("And these categories; with no products either: every line"),
    except_skus: Codes("But none of these"),
    except_categories: Codes("Nor of these"),
  },
  closed,
);

const ClockTime = Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d$" });
export const Conditions = Type.Object(
  {
    minimum_minor: Nullable(Minor(1), "What the lines in its scope must come to"),
    minimum_of: Type.Union([Type.Literal("before"), Type.Literal("after")], {
      default: "before",
      description: "Before any discount, or after that of the coupons before it",
    }),
    quantity_min: Nullable(Type.Integer({ minimum: 1, maximum: QUANTITY_MAX }), "Pieces in its scope"),
    stores: Codes("Only in these stores"),
    channels: Codes("Only in these channels"),
    tiers: Codes("Only for members of these tiers"),
    segments: Type.Array(Type.Integer({ minimum: 1 }), {
      maxItems: LIST_MAX,
      default: [],
      description: "Only for members of one of these segments",
    }),
    weekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
      maxItems: 7,
      default: [],
      description: "1 is Monday, in the brand's time zone",
    }),
    hours: Type.Union([Type.Object({ from: ClockTime, to: ClockTime }, closed), Type.Null()], {
      default: null,
      description: "From and before; a from later than its to reaches over midnight",
    }),
  },
  closed,
);

export const Stacking = Type.Object(
  {
    priority: Type.Integer({ minimum: 0, maximum: PRIORITY_MAX, default: 100, description: "The smaller goes first" }),
    group: Type.Union([Type.String({ pattern: COUPON_KEY }), Type.Null()], {
      default: null,
      description: "At most one coupon of a group in an order",
    }),
    exclusive: Type.Boolean({ default: false, description: "With no other coupon in an order" }),
    per_order_max: Type.Integer({ minimum: 1, maximum: 20, default: 1, description: "Of this coupon in an order" }),
  },
  closed,
);

/** What becomes of it when the whole order is returned. */
export const Returns = Type.Object(
  {
    give_back: Type.Boolean({ default: true }),
    grace_days: Type.Integer({
      minimum: 0,
      maximum: GRACE_DAYS_MAX,
      default: 0,
      description: "How long a coupon that has expired meanwhile can be used again",
    }),
  },
  closed,
);

/** Who bears what it costs. */
export const Bearer = Type.Object(
  {
    kind: Type.Union([Type.Literal("brand"), Type.Literal("store"), Type.Literal("franchise_share")]),
    franchise_percent: Type.Integer({
      minimum: 0,
      maximum: 100,
      default: 0,
      description: "franchise_share: what a franchised store bears; in the brand's own stores the brand bears all",
    }),
  },
  closed,
);

export const CouponDefinition = Type.Object(
  {
    key: Type.String({ pattern: COUPON_KEY }),
    zh: Type.String({ minLength: 1, maxLength: 60 }),
    en: Type.String({ minLength: 1, maxLength: 120 }),
    currency: Type.String({ pattern: "^[A-Z]{3}$", default: "CNY" }),
    benefit: Benefit,
    scope: ItemScope,
    conditions: Conditions,
    max_discount_minor: Nullable(Minor(1), "What it gives at most"),
    stacking: Stacking,
    returns: Returns,
    bearer: Bearer,
  },
  closed,
);

/** A coupon as data: what it gives, for which lines, under which conditions, beside which others. */
export type CouponDefinition = Static<typeof CouponDefinition>;
export type CouponBenefit = Static<typeof Benefit>;

type Shipped = Pick<CouponDefinition, "key" | "zh" | "en" | "benefit"> & {
  readonly currency?: string;
  readonly max_discount_minor?: number;
  readonly scope?: Partial<CouponDefinition["scope"]>;
  readonly conditions?: Partial<CouponDefinition["conditions"]>;
  readonly stacking?: Partial<CouponDefinition["stacking"]>;
  readonly returns?: Partial<CouponDefinition["returns"]>;
  readonly bearer?: CouponDefinition["bearer"];
};

/** A definition from the parts that say something; what is left out is no condition. */
export function defineCoupon(coupon: Shipped): CouponDefinition {
  return {
    key: coupon.key,
    zh: coupon.zh,
    en: coupon.en,
    currency: coupon.currency ?? "CNY",
    benefit: coupon.benefit,
    scope: { skus: [], categories: [], except_skus: [], except_categories: [], ...coupon.scope },
    conditions: {
      minimum_minor: null,
      minimum_of: "before",
      quantity_min: null,
      stores: [],
      channels: [],
      tiers: [],
      segments: [],
      weekdays: [],
      hours: null,
      ...coupon.conditions,
    },
    max_discount_minor: coupon.max_discount_minor ?? null,
    stacking: { priority: 100, group: null, exclusive: false, per_order_max: 1, ...coupon.stacking },
    returns: { give_back: true, grace_days: 0, ...coupon.returns },
    bearer: coupon.bearer ?? { kind: "brand", franchise_percent: 0 },
  };
}
