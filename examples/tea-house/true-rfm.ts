import { netByDay } from "./true-history.ts";
import type { Truth, TruePerson } from "./truth.ts";

export interface TrueRfm {
  readonly rfm_class: "A" | "B" | "C";
  readonly rfm_level: "1" | "2" | "3";
}

const EXCLUDED: ReadonlySet<string | undefined> = new Set(["staff", "test", "wholesale"]);

/** Class and level of everybody who bought in the 365 days to `day`, by measures.md, from the true histories alone. */
export function trueRfm(truth: Truth, day: number): ReadonlyMap<number, TrueRfm> {
  const buyers = [...truth.persons.values()].flatMap((one) => {
    const days = EXCLUDED.has(one.person.flag) ? [] : purchaseDays(one, day);
    const f = days.filter(([, net]) => net > 0).length;
    if (f === 0) return [];
    const last = Math.max(...days.filter(([, net]) => net > 0).map(([at]) => at));
    return [{ person: one.person.index, r: day - last, f, m: days.reduce((sum, [, net]) => sum + net, 0) }];
  });
  const m_hi = buyers.map((one) => one.m).sort((a, b) => b - a)[Math.ceil(0.15 * buyers.length) - 1] ?? 0;
  const rich = buyers.filter((one) => one.m >= m_hi).map((one) => one.f);
  const f_hi = Math.max(2, rich.sort((a, b) => a - b)[Math.ceil(rich.length / 2) - 1] ?? 0);
  return new Map(
    buyers.map(({ person, r, f, m }) => [
      person,
      { rfm_class: m < m_hi ? "C" : f >= f_hi ? "A" : "B", rfm_level: r <= 30 ? "1" : r <= 90 ? "2" : "3" },
    ]),
  );
}

function purchaseDays(one: TruePerson, day: number): [number, number][] {
  return [...netByDay(one.history, day)].filter(([at]) => at > day - 365 && at <= day);
}
