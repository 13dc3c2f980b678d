import { netByDay } from "./true-history.ts";
import type { Truth, TruePerson } from "./truth.ts";

const EXCLUDED: ReadonlySet<string | undefined> = new Set(["staff", "test", "wholesale"]);
const YEAR = 365;
const CELL_MIN = 100;

interface Buyer {
  readonly person: number;
  readonly since_first: number;
  readonly r: number;
  readonly f: number;
  readonly m: number;
}

/** Everybody who bought in the 365 days to `day`. */
function buyersOn(truth: Truth, day: number): Buyer[] {
  return [...truth.persons.values()].flatMap((one) => {
    const net = EXCLUDED.has(one.person.flag) ? [] : netUpTo(one, day);
    const bought = net.filter(([, fen]) => fen > 0).map(([at]) => at);
    const year = net.filter(([at]) => at > day - YEAR);
    const f = year.filter(([, fen]) => fen > 0).length;
    if (f === 0) return [];
    const m = year.reduce((sum, [, fen]) => sum + fen, 0);
    return [{ person: one.person.index, since_first: day - Math.min(...bought), r: day - Math.max(...bought), f, m }];
  });
}

/** Refunds as they are known today, also those of purchases before `day`. */
function netUpTo({ history }: TruePerson, day: number): [number, number][] {
  return [...netByDay(history, Number.POSITIVE_INFINITY)].filter(([at]) => at <= day);
}

/**
 * The band of lifetime value of everybody who bought in the 365 days to `day`, by the house formula of measures.md over
 * the true lives: the best 15 % are high, the upper half middle.
 */
export function trueClvBands(truth: Truth, day: number): ReadonlyMap<number, string> {
  const now = buyersOn(truth, day);
  const before = buyersOn(truth, day - YEAR);
  const days = [...truth.persons.values()].flatMap((one) =>
    EXCLUDED.has(one.person.flag) ? [] : netUpTo(one, day).flatMap(([at, fen]) => (fen > 0 ? [at] : [])),
  );
  const enough = day - days.reduce((a, b) => Math.min(a, b), day) + 1 >= 2 * YEAR;
  const cell = cells(now);
  const growth = enough ? growthOf(now, before) : 0;
  const rate = enough ? ratesOf(cell, now, before) : () => repurchase(now);
  const values = now.map((buyer) => {
    const { bought, members } = rate(cell(buyer));
    const years = bought === members ? 5 : Math.min(5, Math.max(1, Math.floor(members / (members - bought))));
    let value = 0;
    for (let n = 1; n <= years; n++) value += (1 + growth) ** n;
    const yearly = (buyer.m * YEAR) / Math.min(YEAR, Math.max(90, buyer.since_first + 1));
    return { person: buyer.person, value: Math.round((yearly * value * bought) / members) };
  });
  const ranked = values.map(({ value }) => value).sort((a, b) => b - a);
  const border = (share: number) => ranked[Math.ceil(share * ranked.length) - 1] ?? 0;
  const [high, middle] = [border(0.15), border(0.5)];
  return new Map(
    values.map(({ person, value }) => [person, value >= high ? "high" : value >= middle ? "middle" : "low"]),
  );
}

/** Class and level by the thresholds of the present population. */
function cells(now: readonly Buyer[]): (buyer: Buyer) => string {
  const m_hi = now.map(({ m }) => m).sort((a, b) => b - a)[Math.ceil(0.15 * now.length) - 1] ?? 0;
  const often = now.filter(({ m }) => m >= m_hi).map(({ f }) => f);
  const f_hi = Math.max(2, often.sort((a, b) => a - b)[Math.ceil(often.length / 2) - 1] ?? 0);
  return ({ m, f, r }) => `${m < m_hi ? "C" : f >= f_hi ? "A" : "B"}${r <= 30 ? 1 : r <= 90 ? 2 : 3}`;
}

/** The share of a cell of a year ago that bought since; of its class, or of all, where the cell was too small. */
function ratesOf(cell: (buyer: Buyer) => string, now: readonly Buyer[], before: readonly Buyer[]) {
  const again = new Set(now.map(({ person }) => person));
  const count = (of: (name: string) => boolean) => {
    const members = before.filter((buyer) => of(cell(buyer)));
    return { members: members.length, bought: members.filter(({ person }) => again.has(person)).length };
  };
  return (name: string) => {
    const own = count((other) => other === name);
    if (own.members >= CELL_MIN) return own;
    const ofClass = count((other) => other[0] === name[0]);
    return ofClass.members >= CELL_MIN ? ofClass : count(() => true);
  };
}

function repurchase(now: readonly Buyer[]) {
  return { members: now.length, bought: now.filter(({ f }) => f >= 2).length };
}

function growthOf(now: readonly Buyer[], before: readonly Buyer[]): number {
  const mean = (buyers: readonly Buyer[]) => buyers.reduce((sum, { m }) => sum + m, 0) / buyers.length;
  if (now.length === 0 || before.length === 0) return 0;
  return Math.max(-0.3, Math.min(0.3, mean(now) / mean(before) - 1));
}
