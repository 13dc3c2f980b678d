import { addDays, type BusinessDay, isoWeekday } from "../../platform/index.ts";
import type {
  AmountRule,
  Caps,
  EarnRule,
  EventRule,
  MultiplierRule,
  OrderRule,
  Programme,
  When,
  Where,
} from "./programme.ts";

/** A line of an order as a rule sees it. */
export interface LineFacts {
  readonly sku: string;
  /** The product's categories, of all levels that it has. */
  readonly categories: readonly string[];
  readonly brand: string | null;
  /** Net of the line after refunds, in minor units. */
  readonly net_minor: number;
}

/** An order with what was true of its member at that time. */
export interface OrderFacts {
  readonly day: BusinessDay;
  readonly store_code: string | null;
  readonly channel: string | null;
  readonly currency: string;
  /** Paid, with a net above zero, and not of a staff, test or wholesale account. */
  readonly is_valid: boolean;
  readonly lines: readonly LineFacts[];
  readonly member: MemberFacts;
}

export interface MemberFacts {
  readonly tier: string | null;
  readonly birth_month: number | null;
  readonly birth_day: number | null;
  /** The order is the member's first valid one. */
  readonly first: boolean;
}

/** What one rule gives for one order or event, and from what it follows. */
export interface Earned {
  readonly rule: string;
  readonly points: number;
  /** Net of the lines that count, in minor units; null where points are fixed. */
  readonly base_minor: number | null;
  /** What it would be without the rule's own limit for one order; absent where that did not matter. */
  readonly uncapped?: number;
}

/** Whether a rule gives on a day. */
const isOn = ({ from_day, last_day }: EarnRule, day: BusinessDay) =>
  (from_day === undefined || from_day <= day) && (last_day === undefined || day <= last_day);

const has = (list: readonly string[] | undefined, value: string | null) =>
  list === undefined || (value !== null && list.includes(value));

function isOrderIn(where: Where | undefined, { store_code, channel }: OrderFacts): boolean {
  return has(where?.stores, store_code) && has(where?.channels, channel);
}

function isLineIn(where: Where | undefined, line: LineFacts): boolean {
  if (where === undefined) return true;
  const { categories, except_categories } = where;
  if (!has(where.skus, line.sku) || !has(where.brands, line.brand)) return false;
  if (categories !== undefined && !line.categories.some((one) => categories.includes(one))) return false;
  if (where.except_skus?.includes(line.sku) === true) return false;
  return except_categories === undefined || !line.categories.some((one) => except_categories.includes(one));
}

const linesIn = (where: Where | undefined, order: OrderFacts) =>
  isOrderIn(where, order) ? order.lines.filter((line) => isLineIn(where, line)) : [];

/** The birthday in a year; of 29 February 1 March where the year has none. */
function birthdayIn(year: number, month: number, day: number): BusinessDay {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (month === 2 && day === 29 && !isLeap) return `${year}-03-01`;
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

function isAroundBirthday(window: NonNullable<When["birthday"]>, day: BusinessDay, member: MemberFacts): boolean {
  const { birth_month: month, birth_day } = member;
  if (month === null) return false;
  if ("month" in window) return Number(day.slice(5, 7)) === month;
  if (birth_day === null) return false;
  const year = Number(day.slice(0, 4));
  // a window that reaches over New Year belongs to the birthday of the year beside
  return [year - 1, year, year + 1].some((of) => {
    const birthday = birthdayIn(of, month, birth_day);
    return addDays(birthday, -window.days_around) <= day && day <= addDays(birthday, window.days_around);
  });
}

function isWhen(when: When, day: BusinessDay, member: MemberFacts): boolean {
  if (when.weekdays !== undefined && !when.weekdays.includes(isoWeekday(day))) return false;
  if (when.month_days !== undefined && !when.month_days.includes(Number(day.slice(8, 10)))) return false;
  if (when.tiers !== undefined && !has(when.tiers, member.tier)) return false;
  return when.birthday === undefined || isAroundBirthday(when.birthday, day, member);
}

/** Per cent of each line: products of percentages stay exact as long as whole numbers do, so they are kept as ratios. */
interface Factor {
  readonly numerator: bigint;
  readonly denominator: bigint;
}
const ONE: Factor = { numerator: 1n, denominator: 1n };

function factorOf(line: LineFacts, multipliers: readonly MultiplierRule[], combine: Programme["combine"]): Factor {
  const percents = multipliers.filter((rule) => isLineIn(rule.where, line)).map((rule) => BigInt(rule.percent));
  if (percents.length === 0) return ONE;
  if (combine === "best") {
    const numerator = percents.reduce((best, one) => (one > best ? one : best));
    return { numerator, denominator: 100n };
  }
  return percents.reduce<Factor>(
    ({ numerator, denominator }, percent) => ({ numerator: numerator * percent, denominator: denominator * 100n }),
    ONE,
  );
}

/** Whole points for net amounts, each with its factor: the fraction is dropped once, or at each line. */
function pointsFor(
  rule: AmountRule,
  parts: readonly { readonly net_minor: number; readonly factor: Factor }[],
): number {
  const per = BigInt(rule.per_minor);
  if (rule.rounding === "down_per_line") {
    const each = parts.map(({ net_minor, factor }) =>
      net_minor <= 0 ? 0n : ((BigInt(net_minor) * factor.numerator) / (per * factor.denominator)) * BigInt(rule.points),
    );
    return Number(each.reduce((sum, points) => sum + points, 0n));
  }
  const denominator = parts.reduce((most, { factor }) => (factor.denominator > most ? factor.denominator : most), 1n);
  const sum = parts.reduce(
    (total, { net_minor, factor }) => total + BigInt(net_minor) * factor.numerator * (denominator / factor.denominator),
    0n,
  );
  return sum <= 0n ? 0 : Number((sum / (per * denominator)) * BigInt(rule.points));
}

/**
 * An amount rule with the multipliers that hold: the rule has what it gives alone, each multiplier what it adds to
 * those before it, so that the parts add up to the whole and each can have its own budget and limit.
 */
function amountPoints(
  rule: AmountRule,
  order: OrderFacts,
  multipliers: readonly MultiplierRule[],
  combine: Programme["combine"],
): Earned[] {
  const lines = linesIn(rule.where, order);
  const base_minor = lines.reduce((sum, line) => sum + line.net_minor, 0);
  if (base_minor <= 0) return [];
  const total = (count: number) => {
    const first = multipliers.slice(0, count);
    return pointsFor(
      rule,
      lines.map((line) => ({ net_minor: line.net_minor, factor: factorOf(line, first, combine) })),
    );
  };
  const own = total(0);
  const earned: Earned[] = [{ rule: rule.key, points: own, base_minor }];
  let before = own;
  for (const [at, { key }] of multipliers.entries()) {
    const after = total(at + 1);
    if (after > before) earned.push({ rule: key, points: after - before, base_minor });
    before = Math.max(before, after);
  }
  return earned;
}

function orderPoints(rule: OrderRule, order: OrderFacts): Earned[] {
  if (rule.first_only && !order.member.first) return [];
  const base_minor = linesIn(rule.where, order).reduce((sum, line) => sum + line.net_minor, 0);
  return base_minor < rule.at_least_minor ? [] : [{ rule: rule.key, points: rule.points, base_minor }];
}

/**
 * What an order earns under a programme: a function of nothing but its arguments. Limits that look beyond the order
 * are not applied (limits.ts). @returns one row for each rule that gives something, in the programme's order
 */
export function orderEarns(programme: Programme, order: OrderFacts): Earned[] {
  if (!order.is_valid || order.currency !== programme.currency) return [];
  const rules = programme.rules.filter((rule) => isOn(rule, order.day));
  const multipliers = rules.filter(
    (rule): rule is MultiplierRule =>
      rule.kind === "multiplier" && isOrderIn(rule.where, order) && isWhen(rule.when, order.day, order.member),
  );
  const earned = rules.flatMap((rule) => {
    if (rule.kind === "amount") return amountPoints(rule, order, multipliers, programme.combine);
    return rule.kind === "order" ? orderPoints(rule, order) : [];
  });
  return rules.flatMap(({ key, caps }) => gathered(earned, key, caps));
}

/** A multiplier adds to several amount rules: its parts are one row, under its own limit for one order. */
function gathered(earned: readonly Earned[], key: string, caps: Caps | undefined): Earned[] {
  const parts = earned.filter(({ rule, points }) => rule === key && points > 0);
  if (parts.length === 0) return [];
  const points = parts.reduce((sum, part) => sum + part.points, 0);
  const base_minor = parts.reduce((sum, part) => sum + (part.base_minor ?? 0), 0);
  const cap = caps?.order;
  if (cap === undefined || points <= cap) return [{ rule: key, points, base_minor }];
  return [{ rule: key, points: cap, base_minor, uncapped: points }];
}

/** Something a member did. */
export interface EventFacts {
  readonly day: BusinessDay;
  readonly kind: string;
  readonly subject: string | null;
}

/** What an event earns under a programme, before limits that look beyond it. */
export function eventEarns(programme: Programme, event: EventFacts): Earned[] {
  return programme.rules
    .filter((rule): rule is EventRule => rule.kind === "event" && isOn(rule, event.day))
    .filter((rule) => rule.event === event.kind && (rule.subject === undefined || rule.subject === event.subject))
    .map((rule) => ({ rule: rule.key, points: rule.points, base_minor: null }));
}
