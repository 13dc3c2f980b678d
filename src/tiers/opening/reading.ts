import type { OpeningFields, RowCells } from "../../members/index.ts";
import { type BusinessDay, problem } from "../../platform/index.ts";
import type { LadderDefinition } from "../ladder.ts";

export const TIER_FIELDS = {
  tier: { required: true, headers: ["tier", "level", "等级", "会员等级", "现等级", "级别", "会员级别"] },
  until_day: {
    required: true,
    headers: [
      "validuntil",
      "expires",
      "expireson",
      "expiry",
      "到期日",
      "到期日期",
      "等级到期日",
      "有效期至",
      "失效日期",
    ],
  },
  from_day: {
    required: false,
    headers: ["validfrom", "since", "生效日", "生效日期", "开始日期", "等级生效日", "定级日期", "升级日期"],
  },
  ladder: { required: false, headers: ["ladder", "等级规则", "等级体系", "等级方案"] },
} satisfies OpeningFields<string>;

/** A tier as it was read; the lowest one has no last day. */
export interface ReadTier {
  readonly tier: string;
  readonly from_day: BusinessDay;
  readonly until_day: BusinessDay | null;
}

const isCalled = (name: string, one: { readonly key: string; readonly zh: string; readonly en: string }) =>
  [one.key, one.zh, one.en].some((word) => word.toLowerCase() === name.toLowerCase());

/** @throws why the row brings nothing in */
export function readTier(
  row: RowCells<keyof typeof TIER_FIELDS>,
  { ladder, today }: { readonly ladder: LadderDefinition; readonly today: BusinessDay },
): ReadTier {
  const [name, found] = [row.text("tier"), row.text("ladder")];
  if (name === "") throw problem("tiers.opening_no_tier");
  if (found !== "" && !isCalled(found, ladder))
    throw problem("tiers.opening_other_ladder", { found, ladder: ladder.zh });
  const place = ladder.tiers.findIndex((tier) => isCalled(name, tier));
  const step = ladder.tiers[place];
  if (step === undefined) throw problem("tiers.opening_tier_unknown", { tier: name, ladder: ladder.zh });
  const from_day = row.day("from_day") ?? today;
  if (from_day > today) throw problem("members.opening_ahead", { day: from_day });
  const until_day = row.day("until_day") ?? null;
  if (place === 0) return { tier: step.key, from_day, until_day: null };
  if (until_day === null) throw problem("tiers.opening_no_until");
  if (until_day < today) throw problem("members.opening_over", { last_day: until_day });
  if (until_day < from_day) throw problem("members.opening_days", { last_day: until_day, first_day: from_day });
  return { tier: step.key, from_day, until_day };
}
