import { dayText } from "./calendar.ts";
import { netByDay } from "./true-history.ts";
import type { TrueTags } from "./true-tags.ts";
import type { TruePerson } from "./truth.ts";

/** The growth ladder (ordinary < 5,000 ≤ gold < 20,000 ≤ platinum ≤ 50,000 < diamond), in fen. */
const GROWTH = [
  ["diamond", (fen: number) => fen > 5_000_000],
  ["platinum", (fen: number) => fen >= 2_000_000],
  ["gold", (fen: number) => fen >= 500_000],
] as const;

/** The tier of somebody under the ladder that ships: by the better of this calendar year and the one before, whose tier holds for a year. */
export function trueTier({ history, person }: TruePerson, today: number): TrueTags {
  const year = Number(dayText(today).slice(0, 4));
  const excluded = person.flag !== undefined && person.flag !== "reseller";
  const net = excluded ? [] : [...netByDay(history, today)];
  const spent = (which: number) =>
    net.reduce((sum, [day, fen]) => (Number(dayText(day).slice(0, 4)) === which ? sum + fen : sum), 0);
  const best = Math.max(spent(year), spent(year - 1));
  return { tier: GROWTH.find(([, reached]) => reached(best))?.[0] ?? "ordinary" };
}
