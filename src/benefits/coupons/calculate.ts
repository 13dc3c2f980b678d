import { allocate, divideHalfUp } from "../../platform/index.ts";
import type { Basket, MemberFacts, Moment } from "./basket.ts";
import type { Candidate, Limits, StackingRules } from "./candidate.ts";
import { countedLines, matchingLines, standingRejection } from "./conditions.ts";
import type { CouponBenefit, CouponDefinition } from "./definition.ts";
import { moneyText, type Rejection, rejection } from "./rejection.ts";

/** What kept a coupon from giving all that it names. */
export type LimitedBy = "floor" | "max_discount" | "basket";

export interface Applied {
  readonly outcome: "applied";
  /** What it was reckoned from: the lines it is about, as they stood at its turn. */
  readonly base_minor: number;
  readonly discount_minor: number;
  readonly parts: readonly { readonly line_id: string; readonly discount_minor: number }[];
  readonly freight_minor: number;
  readonly limited_by: LimitedBy | null;
}
export type Traced = {
  readonly ref: string;
  readonly coupon: string;
  readonly coupon_zh: string;
  readonly coupon_en: string;
  readonly batch_id: number | null;
} & (Applied | { readonly outcome: "rejected"; readonly reason: Rejection });

export interface Evaluation {
  /** In the order of the basket. */
  readonly lines: readonly {
    readonly line_id: string;
    readonly amount_minor: number;
    readonly discount_minor: number;
    readonly payable_minor: number;
    readonly floor_minor: number;
  }[];
  readonly freight: { readonly amount_minor: number; readonly discount_minor: number; readonly payable_minor: number };
  readonly discount_minor: number;
  readonly payable_minor: number;
  /** Every coupon in the order in which they were tried. */
  readonly coupons: readonly Traced[];
}

const KINDS: readonly CouponBenefit["kind"][] = ["new_price", "exchange", "percent", "amount", "free_shipping"];

const isItemised = ({ scope, benefit }: CouponDefinition) =>
  benefit.kind === "exchange" || scope.skus.length > 0 || scope.categories.length > 0;

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * THE order of stacking, whatever order coupons come in: by priority, then new prices, exchanges, percents, amounts,
 * shipping; those for items before those for the order; then by key and by reference.
 */
export function stackingOrder(a: Candidate, b: Candidate): number {
  const [x, y] = [a.definition, b.definition];
  return (
    x.stacking.priority - y.stacking.priority ||
    KINDS.indexOf(x.benefit.kind) - KINDS.indexOf(y.benefit.kind) ||
    Number(isItemised(y)) - Number(isItemised(x)) ||
    byText(x.key, y.key) ||
    byText(a.ref, b.ref)
  );
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const scaled = (value: number, times: number, by: number) =>
  Number(divideHalfUp(BigInt(value) * BigInt(times), BigInt(by)));

/** `total` split over `weights` by largest remainder, no part above its room; what does not fit goes to the others. */
export function allocateWithin(total: number, weights: readonly number[], rooms: readonly number[]): number[] {
  const parts = weights.map(() => 0);
  let left = Math.min(total, sum(rooms));
  let open = weights.map((_, at) => at).filter((at) => (rooms[at] ?? 0) > 0);
  while (left > 0 && open.length > 0) {
    const shares = allocate(
      left,
      open.map((at) => weights[at] ?? 0),
    );
    const full = open.filter((at, i) => (shares[i] ?? 0) > (rooms[at] ?? 0));
    if (full.length === 0) {
      for (const [i, at] of open.entries()) parts[at] = shares[i] ?? 0;
      return parts;
    }
    for (const at of full) {
      parts[at] = rooms[at] ?? 0;
      left -= parts[at];
    }
    open = open.filter((at) => !full.includes(at));
  }
  return parts;
}

/** A discount as a coupon would give it: how much of each line, in all at most `total_minor`. */
interface Wish {
  readonly base_minor: number;
  readonly total_minor: number;
  readonly weights: readonly number[];
  readonly rooms: readonly number[];
}

/** What is left of a basket while coupons are applied one after the other. */
class Till {
  readonly basket: Basket;
  readonly remaining: number[];
  readonly floors: readonly number[];
  freight_minor: number;
  readonly #limits: Map<number, { uses: number; period: number; member: number; budget: number }>;

  constructor(basket: Basket, rules: StackingRules, limits: ReadonlyMap<number, Limits>) {
    this.basket = basket;
    this.remaining = basket.lines.map((line) => line.amount_minor);
    this.floors = basket.lines.map(({ amount_minor, floor_minor }) =>
      Math.min(amount_minor, Math.max(floor_minor, percentUp(amount_minor, rules.floor_percent))),
    );
    this.freight_minor = basket.freight_minor;
    this.#limits = new Map(
      [...limits].map(([batch_id, { uses_left, period_left, member_left, budget_left_minor }]) => [
        batch_id,
        {
          uses: uses_left ?? Infinity,
          period: period_left ?? Infinity,
          member: member_left ?? Infinity,
          budget: budget_left_minor ?? Infinity,
        },
      ]),
    );
  }

  room(at: number): number {
    return Math.max(0, (this.remaining[at] ?? 0) - (this.floors[at] ?? 0));
  }

  /** Whether the coupon's batch has one more to give. */
  usesRejection({ batch_id }: Candidate): Rejection | undefined {
    const left = batch_id === null ? undefined : this.#limits.get(batch_id);
    if (left === undefined) return undefined;
    if (left.uses < 1) return rejection("used_up");
    if (left.period < 1) return rejection("period_cap");
    return left.member < 1 ? rejection("member_cap") : undefined;
  }

  budgetRejection({ batch_id, definition }: Candidate, wanted: number): Rejection | undefined {
    const left = batch_id === null ? undefined : this.#limits.get(batch_id)?.budget;
    if (left === undefined || wanted <= left) return undefined;
    const text = (minor: number) => moneyText(minor, definition.currency);
    return rejection("budget_exhausted", { wanted: text(wanted), left: text(Math.max(0, left)) });
  }

  take({ batch_id }: Candidate, parts: readonly number[], freight_minor: number): void {
    for (const [at, part] of parts.entries()) this.remaining[at] = (this.remaining[at] ?? 0) - part;
    this.freight_minor -= freight_minor;
    const left = batch_id === null ? undefined : this.#limits.get(batch_id);
    if (left === undefined) return;
    left.uses -= 1;
    left.period -= 1;
    left.member -= 1;
    left.budget -= sum(parts) + freight_minor;
  }
}

const percentUp = (minor: number, percent: number) => Number((BigInt(minor) * BigInt(percent) + 99n) / 100n);

function minimumRejection({ definition }: Candidate, till: Till): Rejection | undefined {
  const { minimum_minor, minimum_of } = definition.conditions;
  if (minimum_minor === null) return undefined;
  const { lines, currency } = till.basket;
  const amounts = minimum_of === "before" ? lines.map((line) => line.amount_minor) : till.remaining;
  const missing = minimum_minor - sum(countedLines(definition, lines).map((at) => amounts[at] ?? 0));
  if (missing <= 0) return undefined;
  return rejection("minimum_not_reached", {
    missing: moneyText(missing, currency),
    minimum: moneyText(minimum_minor, currency),
    missing_minor: missing,
  });
}

/** Units at a price: the dearest first, then by line; a line that costs no more already is passed over. */
function wishOfPrice(till: Till, lines: readonly number[], price: number, quantity_max: number | null): Wish {
  const { basket, remaining } = till;
  const pieces = (at: number) => basket.lines[at]?.quantity ?? 1;
  const dearer = lines
    .filter((at) => (remaining[at] ?? 0) > price * pieces(at))
    .sort((a, b) => {
      const difference = BigInt(remaining[b] ?? 0) * BigInt(pieces(a)) - BigInt(remaining[a] ?? 0) * BigInt(pieces(b));
      return difference === 0n ? a - b : difference > 0n ? 1 : -1;
    });
  let left = quantity_max ?? Infinity;
  const wanted = new Map<number, number>();
  let base_minor = 0;
  for (const at of dearer) {
    const units = Math.min(left, pieces(at));
    left -= units;
    const worth = scaled(remaining[at] ?? 0, units, pieces(at));
    base_minor += worth;
    wanted.set(at, Math.max(0, worth - price * units));
  }
  const weights = lines.map((at) => wanted.get(at) ?? 0);
  const rooms = lines.map((at, i) => Math.min(weights[i] ?? 0, till.room(at)));
  return { base_minor, total_minor: sum(weights), weights, rooms };
}

function wishOf({ benefit }: CouponDefinition, till: Till, lines: readonly number[]): Wish {
  const remaining = lines.map((at) => till.remaining[at] ?? 0);
  const rooms = lines.map((at) => till.room(at));
  switch (benefit.kind) {
    case "amount":
      return { base_minor: sum(remaining), total_minor: benefit.amount_minor, weights: remaining, rooms };
    case "percent": {
      const original = lines.map((at) => till.basket.lines[at]?.amount_minor ?? 0);
      const weights = benefit.of === "original" ? original : remaining;
      return { base_minor: sum(weights), total_minor: scaled(sum(weights), benefit.percent_off, 100), weights, rooms };
    }
    case "new_price":
    case "exchange":
      return wishOfPrice(till, lines, benefit.unit_price_minor, benefit.quantity_max);
    case "free_shipping":
      return { base_minor: till.freight_minor, total_minor: 0, weights: [], rooms: [] };
  }
}

/** What the coupon takes off now, or why nothing. */
function effectOf(candidate: Candidate, till: Till): Applied | Rejection {
  const { definition } = candidate;
  const cap = definition.max_discount_minor ?? Infinity;
  if (definition.benefit.kind === "free_shipping") {
    const freight_minor = Math.min(till.freight_minor, cap);
    if (freight_minor === 0) return rejection("no_freight");
    const limited_by = freight_minor < till.freight_minor ? "max_discount" : null;
    return {
      outcome: "applied",
      base_minor: till.freight_minor,
      discount_minor: freight_minor,
      parts: [],
      freight_minor,
      limited_by,
    };
  }
  const lines = matchingLines(definition, till.basket.lines);
  const { base_minor, total_minor, weights, rooms } = wishOf(definition, till, lines);
  const capped = Math.min(total_minor, cap);
  const total = Math.min(capped, sum(rooms));
  if (total === 0) {
    const left = sum(lines.map((at) => till.remaining[at] ?? 0));
    return rejection(total_minor > 0 && left > 0 ? "floor_reached" : "no_effect");
  }
  const parts = allocateWithin(total, weights, rooms);
  return {
    outcome: "applied",
    base_minor,
    discount_minor: total,
    parts: lines.flatMap((at, i) => {
      const discount_minor = parts[i] ?? 0;
      return discount_minor === 0 ? [] : [{ line_id: till.basket.lines[at]?.line_id ?? "", discount_minor }];
    }),
    freight_minor: 0,
    limited_by: total < capped ? limitOf(till, lines) : capped < total_minor ? "max_discount" : null,
  };
}

/** A basket worth less than the coupon is no floor: nothing is left of it. */
function limitOf(till: Till, lines: readonly number[]): LimitedBy {
  return lines.some((at) => (till.floors[at] ?? 0) > 0) ? "floor" : "basket";
}

/** What coupons that are applied already say about one more. */
function besideRejection(
  { definition }: Candidate,
  applied: readonly CouponDefinition[],
  rules: StackingRules,
): Rejection | undefined {
  const { exclusive, group, per_order_max } = definition.stacking;
  const same = applied.filter(({ key }) => key === definition.key).length;
  if (same >= per_order_max) return rejection("order_limit", { max: per_order_max });
  const other = applied.find(
    ({ stacking, key }) =>
      exclusive || stacking.exclusive || (group !== null && stacking.group === group && key !== definition.key),
  );
  if (other !== undefined)
    return rejection("exclusive_with", { other: other.key, other_zh: other.zh, other_en: other.en });
  return applied.length >= rules.coupons_max ? rejection("order_limit", { max: rules.coupons_max }) : undefined;
}

export interface Question {
  readonly basket: Basket;
  readonly member: MemberFacts | null;
  readonly at: Moment;
  readonly coupons: readonly Candidate[];
  readonly rules: StackingRules;
  readonly limits?: ReadonlyMap<number, Limits>;
}

/**
 * What coupons do to a basket. One after the other in the order of stacking, each on what those before it have left; one
 * that is rejected leaves no trace in any figure. A percent is rounded half up once, over all its lines; a discount is
 * split by largest remainder, ties to the earlier line, so that the parts are the whole.
 */
export function evaluateBasket({ basket, member, at, coupons, rules, limits = new Map() }: Question): Evaluation {
  const till = new Till(basket, rules, limits);
  const applied: CouponDefinition[] = [];
  const traced = [...coupons].sort(stackingOrder).map((candidate): Traced => {
    const { ref, definition, batch_id } = candidate;
    const named = { ref, coupon: definition.key, coupon_zh: definition.zh, coupon_en: definition.en, batch_id };
    const standing =
      standingRejection(candidate, basket, member, at) ??
      besideRejection(candidate, applied, rules) ??
      till.usesRejection(candidate) ??
      minimumRejection(candidate, till);
    const effect = standing ?? effectOf(candidate, till);
    const outcome = "outcome" in effect ? (till.budgetRejection(candidate, effect.discount_minor) ?? effect) : effect;
    if (!("outcome" in outcome)) return { ...named, outcome: "rejected", reason: outcome };
    const byLine = new Map(outcome.parts.map((part) => [part.line_id, part.discount_minor]));
    till.take(
      candidate,
      basket.lines.map((line) => byLine.get(line.line_id) ?? 0),
      outcome.freight_minor,
    );
    applied.push(definition);
    return { ...named, ...outcome };
  });
  return resultOf(till, traced);
}

function resultOf(till: Till, coupons: readonly Traced[]): Evaluation {
  const { basket, remaining, floors, freight_minor } = till;
  const lines = basket.lines.map(({ line_id, amount_minor }, at) => {
    const payable_minor = remaining[at] ?? 0;
    return {
      line_id,
      amount_minor,
      discount_minor: amount_minor - payable_minor,
      payable_minor,
      floor_minor: floors[at] ?? 0,
    };
  });
  const freight = {
    amount_minor: basket.freight_minor,
    discount_minor: basket.freight_minor - freight_minor,
    payable_minor: freight_minor,
  };
  return {
    lines,
    freight,
    discount_minor: sum(lines.map((line) => line.discount_minor)) + freight.discount_minor,
    payable_minor: sum(lines.map((line) => line.payable_minor)) + freight_minor,
    coupons,
  };
}
