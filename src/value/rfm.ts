import { addDays, daysBetween, lastClosedDay } from "../platform/index.ts";

/** Days of the window W = (D − 365, D]. */
export const WINDOW_DAYS = 365;
/** Share of the population that the derived M_hi calls high, in hundredths. */
const HIGH_SHARE_PERCENT = 15;
const F_HI_MIN = 2;
const R1_DAYS = 30;
const R2_DAYS = 90;
/** Bands of the maps for display. */
export const BANDS = 5;
/** Without a purchase for so long before yesterday the data is taken to have ended earlier. */
const SILENT_DAYS = 30;

export type RfmClass = "A" | "B" | "C";
export type RfmLevel = 1 | 2 | 3;
export const CELLS = ["A1", "A2", "A3", "B1", "B2", "B3", "C1", "C2", "C3"] as const;
export type Cell = (typeof CELLS)[number];

/** What measures.md calls M_hi, F_hi, r1, r2. */
export interface Thresholds {
  readonly m_hi_minor: number;
  readonly f_hi: number;
  readonly r1_days: number;
  readonly r2_days: number;
}

export interface Frequency {
  readonly f: number;
  readonly m_minor: number;
}

/**
 * Thresholds by nearest rank: M_hi is the ⌈0.15 · N⌉-th largest M; F_hi the ⌈k/2⌉-th smallest F among the k members with
 * M ≥ M_hi, at least 2.
 * @returns undefined for an empty population.
 */
export function deriveThresholds(population: readonly Frequency[]): Thresholds | undefined {
  const amounts = population.map((member) => member.m_minor).sort((a, b) => b - a);
  const m_hi_minor = amounts[highRank(population.length) - 1];
  if (m_hi_minor === undefined) return undefined;
  const frequencies = population.filter((member) => member.m_minor >= m_hi_minor).map((member) => member.f);
  frequencies.sort((a, b) => a - b);
  return thresholdsOf(m_hi_minor, frequencies[Math.ceil(frequencies.length / 2) - 1] ?? F_HI_MIN);
}

/** @param f_middle the ⌈k/2⌉-th smallest F of those with high M. */
export function thresholdsOf(m_hi_minor: number, f_middle: number): Thresholds {
  return { m_hi_minor, f_hi: Math.max(F_HI_MIN, f_middle), r1_days: R1_DAYS, r2_days: R2_DAYS };
}

/** ⌈0.15 · n⌉ in whole numbers. */
export function highRank(n: number): number {
  return Math.ceil((HIGH_SHARE_PERCENT * n) / 100);
}

export function classOf({ f, m_minor }: Frequency, thresholds: Thresholds): RfmClass {
  if (m_minor < thresholds.m_hi_minor) return "C";
  return f >= thresholds.f_hi ? "A" : "B";
}

export function levelOf(r_days: number, thresholds: Thresholds): RfmLevel {
  if (r_days <= thresholds.r1_days) return 1;
  return r_days <= thresholds.r2_days ? 2 : 3;
}

/**
 * The day D of which RFM speaks: the last closed business day; where the data ends earlier (an import of old data), the
 * last day with a purchase.
 * @param last_purchase_day of any member, not after the last closed day; null without purchases.
 */
export function rfmDay(
  now: Date,
  timezone: string,
  last_purchase_day: string | null,
): { business_day: string; data_ended: boolean } {
  const closed = lastClosedDay(now, timezone);
  if (last_purchase_day === null || daysBetween(last_purchase_day, closed) <= SILENT_DAYS)
    return { business_day: closed, data_ended: false };
  return { business_day: last_purchase_day, data_ended: true };
}

/** First day of the window. */
export function windowStart(business_day: string): string {
  return addDays(business_day, 1 - WINDOW_DAYS);
}

/**
 * The currency whose purchases are layered: the brand's, where any member bought in it in the window, else the one in which
 * most members bought (equal numbers: the first by its code). Amounts of two currencies are never added up.
 */
export function rfmCurrency(
  brand_currency: string,
  buyers: readonly { readonly currency: string; readonly members: number }[],
): string {
  if (buyers.length === 0 || buyers.some(({ currency }) => currency === brand_currency)) return brand_currency;
  const [most] = [...buyers].sort((a, b) => b.members - a.members || (a.currency < b.currency ? -1 : 1));
  return most?.currency ?? brand_currency;
}

/** Lower edges of five equal bands by nearest rank, ascending; ties make equal edges and so empty bands. */
export function bandEdges(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return Array.from({ length: BANDS }, (_, i) => sorted[Math.floor((i * sorted.length) / BANDS)] ?? 0);
}

/** The band of a value, from 1: the last one whose lower edge it reaches. */
export function bandOf(value: number, edges: readonly number[]): number {
  return Math.max(1, edges.findLastIndex((edge) => edge <= value) + 1);
}
