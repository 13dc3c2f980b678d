import type { Benefit, Ladder, TierStep } from "./tier-data.ts";

/** A tier as it is typed: amounts are text in major units (or points), until they are read. */
export interface TierDraft {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly amount: string;
  readonly above: boolean;
  readonly renewal: string;
  readonly benefits: readonly Benefit[];
}

export interface LadderDraft {
  readonly ladder: Ladder;
  readonly cap: string;
  readonly tiers: readonly TierDraft[];
}

const isMoney = (ladder: Ladder) => ladder.measure.kind === "net_spend";

function typed(amount: number | undefined, money: boolean): string {
  if (amount === undefined) return "";
  return money ? String(amount / 100) : String(amount);
}

/** "5000", "5,000" or "5000.5" in minor units or points; NaN where it is no such number, undefined where nothing stands. */
export function readAmount(text: string, money: boolean): number | undefined {
  const plain = text.replaceAll(",", "").trim();
  if (plain === "") return undefined;
  if (!/^\d{1,12}(\.\d{1,2})?$/.test(plain) || (!money && plain.includes("."))) return Number.NaN;
  return money ? Math.round(Number(plain) * 100) : Number(plain);
}

export function draftOf(ladder: Ladder): LadderDraft {
  const money = isMoney(ladder);
  return {
    ladder,
    cap: typed(ladder.measure.cap_per_order_minor, money),
    tiers: ladder.tiers.map((tier) => ({
      key: tier.key,
      zh: tier.zh,
      en: tier.en,
      amount: typed(tier.from?.above ?? tier.from?.at_least, money),
      above: tier.from?.above !== undefined,
      renewal: typed(tier.renew_at_least, money),
      benefits: tier.benefits,
    })),
  };
}

/** The ladder that a draft says; the server says what is wrong with it. */
export function ladderOfDraft({ ladder, cap, tiers }: LadderDraft): Ladder {
  const money = isMoney(ladder);
  const limit = readAmount(cap, money);
  const { cap_per_order_minor: _, ...measure } = ladder.measure;
  return {
    ...ladder,
    measure: money && limit !== undefined ? { ...measure, cap_per_order_minor: limit } : measure,
    tiers: tiers.map(({ key, zh, en, amount, above, renewal, benefits }, rank): TierStep => {
      const step = { key, zh, en, benefits };
      if (rank === 0) return step;
      const entry = readAmount(amount, money);
      const keeps = readAmount(renewal, money);
      return {
        ...step,
        ...(entry === undefined ? {} : { from: above ? { above: entry } : { at_least: entry } }),
        ...(keeps === undefined ? {} : { renew_at_least: keeps }),
      };
    }),
  };
}

/** Benefits as typed, one sentence a line: a line that stays keeps its code and its other language. */
export function benefitsOfLines(text: string, before: readonly Benefit[], language: "zh" | "en"): readonly Benefit[] {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const taken = new Set(before.map((benefit) => benefit.code));
  return lines.map((line, at) => {
    const same = before.find((benefit) => benefit[language] === line);
    if (same !== undefined) return same;
    const place = before[at];
    if (place !== undefined && before.length === lines.length) return { ...place, [language]: line };
    let n = at + 1;
    while (taken.has(`benefit_${n}`)) n += 1;
    taken.add(`benefit_${n}`);
    return { code: `benefit_${n}`, zh: line, en: line };
  });
}

/** A key that no tier has yet. */
export function freshKey(tiers: readonly TierDraft[]): string {
  for (let n = tiers.length + 1; ; n++) if (!tiers.some((tier) => tier.key === `tier_${n}`)) return `tier_${n}`;
}
