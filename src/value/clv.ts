import { divideHalfUp } from "../platform/index.ts";
import { type Cell, CELLS } from "./rfm.ts";

/** An exact ratio of whole numbers; d is positive. */
export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

/** Days of history that R by cells and G need: two windows. */
const HISTORY_DAYS = 730;
/** Fewer members in a cell a year ago than this say too little. */
const CELL_MEMBERS_MIN = 100;
const YEARS_MAX = 5;
const GROWTH_LIMIT: Fraction = { n: 30n, d: 100n };
const DAYS_MIN = 90;
const DAYS_MAX = 365;

/** Members of a cell on D − 365, and how many of them bought in the year since. */
export interface CellCount {
  readonly cell: Cell;
  readonly members: number;
  readonly bought: number;
}

/** Sums over the brand that the parameters follow from. */
export interface Totals {
  /** First purchase of anybody, in days up to and including D. */
  readonly history_days: number;
  readonly buyers: number;
  /** Of the buyers, those with two purchases or more. */
  readonly repeat_buyers: number;
  readonly m_minor: number;
  readonly buyers_before: number;
  readonly m_before_minor: number;
}

export type RateSource = "cell" | "class" | "all" | "repurchase";

export interface Rate {
  readonly cell: Cell;
  readonly bought: number;
  readonly members: number;
  /** Where it comes from: of the cell, or what it fell back to. */
  readonly source: RateSource;
  readonly years: number;
}

/**
 * R and N of each of the nine cells: the share of the cell on D − 365 that bought in W; of its class where the cell had
 * fewer than 100 members, of all where the class had; with less than 730 days of history the repurchase rate.
 */
export function ratesOf(counts: readonly CellCount[], totals: Totals): Rate[] {
  return CELLS.map((cell) => {
    const { source, bought, members } = rateOf(cell, counts, totals);
    return { cell, source, bought, members, years: yearsOf(bought, members) };
  });
}

function rateOf(cell: Cell, counts: readonly CellCount[], totals: Totals) {
  if (totals.history_days >= HISTORY_DAYS) {
    const own = sumOf(counts.filter((count) => count.cell === cell));
    if (own.members >= CELL_MEMBERS_MIN) return { source: "cell" as const, ...own };
    const ofClass = sumOf(counts.filter((count) => count.cell[0] === cell[0]));
    if (ofClass.members >= CELL_MEMBERS_MIN) return { source: "class" as const, ...ofClass };
    const all = sumOf(counts);
    if (all.members > 0) return { source: "all" as const, ...all };
  }
  return { source: "repurchase" as const, bought: totals.repeat_buyers, members: totals.buyers };
}

const sumOf = (counts: readonly CellCount[]) => ({
  members: counts.reduce((sum, count) => sum + count.members, 0),
  bought: counts.reduce((sum, count) => sum + count.bought, 0),
});

/** N = min(5, max(1, ⌊1 ÷ (1 − R)⌋)) of R = bought ÷ members; R = 1 gives 5. */
export function yearsOf(bought: number, members: number): number {
  if (members === bought) return members === 0 ? 1 : YEARS_MAX;
  return Math.min(YEARS_MAX, Math.max(1, Math.floor(members / (members - bought))));
}

/**
 * G: net spend per buyer in W over that in the window before, less 1, between −0.30 and +0.30; 0 with less than 730 days
 * of history or without anything to compare with.
 */
export function growthOf(totals: Totals): Fraction {
  const { history_days, buyers, m_minor, buyers_before, m_before_minor } = totals;
  if (history_days < HISTORY_DAYS || buyers === 0 || m_before_minor <= 0) return { n: 0n, d: 1n };
  const d = BigInt(buyers) * BigInt(m_before_minor);
  const n = BigInt(m_minor) * BigInt(buyers_before) - d;
  if (n * GROWTH_LIMIT.d > GROWTH_LIMIT.n * d) return GROWTH_LIMIT;
  if (n * GROWTH_LIMIT.d < -GROWTH_LIMIT.n * d) return { n: -GROWTH_LIMIT.n, d: GROWTH_LIMIT.d };
  return { n, d };
}

/** Whether anything had to be taken that the formula does not mean, for want of history. */
export function isShort(totals: Totals): boolean {
  return totals.history_days < HISTORY_DAYS;
}

/** R · Σ (1 + G)ⁿ for n from 1 to N, exactly. */
export function factorOf(rate: Fraction, growth: Fraction, years: number): Fraction {
  let sum = 0n;
  const grown = growth.d + growth.n;
  for (let n = 1; n <= years; n++) sum += grown ** BigInt(n) * growth.d ** BigInt(years - n);
  return { n: rate.n * sum, d: rate.d * growth.d ** BigInt(years) };
}

/** d of T: days since the first purchase + 1, between 90 and 365. */
export function daysOf(days_since_first: number): number {
  return Math.min(DAYS_MAX, Math.max(DAYS_MIN, days_since_first + 1));
}

/**
 * The house formula Σ P·T·R·(1+G)ⁿ. P·T is M ÷ F × F × 365 ÷ d, so that F falls out.
 * @returns minor units, rounded half up (away from zero) once.
 */
export function lifetimeValue(spend_a_year: Fraction, factor: Fraction): bigint {
  return divideHalfUp(spend_a_year.n * factor.n, spend_a_year.d * factor.d);
}

/** P·T of a member: M × 365 ÷ d in minor units a year. */
export function spendAYear(m_minor: number, days_since_first: number): Fraction {
  return { n: BigInt(m_minor) * BigInt(DAYS_MAX), d: BigInt(daysOf(days_since_first)) };
}

export const BANDS = ["high", "middle", "low"] as const;
export type Band = (typeof BANDS)[number];

/** Lower borders of the high and the middle band. */
export interface BandBorders {
  readonly high_minor: number;
  readonly middle_minor: number;
}

/** Shares of the population at or above the borders when they are derived, in hundredths. */
const HIGH_PERCENT = 15;
const MIDDLE_PERCENT = 50;

/** Places of the borders among n values, largest first, counted from 1: ⌈0.15 · n⌉ and ⌈0.50 · n⌉. */
export function borderRanks(n: number): { high: number; middle: number } {
  return { high: Math.ceil((HIGH_PERCENT * n) / 100), middle: Math.ceil((MIDDLE_PERCENT * n) / 100) };
}

export function bandOfValue(clv_minor: number, borders: BandBorders): Band {
  if (clv_minor >= borders.high_minor) return "high";
  return clv_minor >= borders.middle_minor ? "middle" : "low";
}
