import { SHIPPED_BENEFITS } from "../../definitions/benefits/benefits.ts";
import {
  defineBenefit,
  ensureBenefits,
  fulfil,
  publishBenefit,
  saveBenefit,
  settleBenefits,
} from "../../src/benefits/index.ts";
import type { Ground } from "../../src/ground.ts";
import { addDays, businessDay, startOfDay } from "../../src/platform/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { STORES } from "./places.ts";
import { Random } from "./random.ts";

/** So long ago the tea house began with its own birthday treat. */
const HISTORY_DAYS = 35;
const STEP_DAYS = 7;
/** Of those who wait, so many come in a week, and no more. */
const COMING_SHARE = 0.12;
const COMING_MAX = 9;

/** The tea house's own: a treat for everybody in the month of the birthday. What the ladder promises comes beside it. */
const BIRTHDAY_TREAT = defineBenefit({
  key: "birthday_treat",
  zh: "生日茶点",
  en: "Birthday treat",
  sentence_zh: "每位会员生日当月可到店领一份茶点。",
  sentence_en: "Every member may fetch a tea treat in a store in the month of their birthday.",
  audience: { kind: "everyone" },
  rhythm: { kind: "birthday", window: "month" },
  give: { kind: "gift" },
  remind_days: 5,
  cost_minor: 800,
});

/**
 * The benefits of the ladder in force from today on; those of its tiers are due once the tiers are computed. The tea
 * house's own treat has a history of weeks: due, fetched by some, expired for others.
 */
export async function seedBenefits(ground: Ground, seed: number): Promise<void> {
  const now = ground.clock.now();
  const { timezone } = ground.config;
  const today = businessDay(now, timezone);
  const by = { origin: "shipped", person_id: null } as const;
  if (await ground.store.read(SYSTEM_SCOPE, isSeeded)) return;
  const first = addDays(today, -HISTORY_DAYS);
  const noonOf = (day: string) => new Date(startOfDay(day, timezone).getTime() + 43_200_000);
  const then = (day: string): Ground => ({ ...ground, clock: { ...ground.clock, now: () => noonOf(day) } });
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await ensureBenefits(tx, SHIPPED_BENEFITS, noonOf(first));
    await saveBenefit(tx, BIRTHDAY_TREAT, { ...by, now: noonOf(first) });
    const days = { person_id: null, first_day: first, last_day: null };
    await publishBenefit(tx, then(first), BIRTHDAY_TREAT.key, days);
  });
  const random = new Random(seed, 0x62656e);
  for (let day = first; day < today; day = addDays(day, STEP_DAYS)) {
    await settleBenefits(then(day));
    await someCome(then(day), random);
  }
  await settleBenefits(ground);
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const days = { person_id: null, first_day: today, last_day: null };
    for (const { key } of SHIPPED_BENEFITS) await publishBenefit(tx, ground, key, days);
  });
}

const isSeeded = async (tx: Parameters<typeof ensureBenefits>[0]) =>
  (await tx.one("select 1 from benefits.benefit_version where published_at is not null limit 1")) !== undefined;

async function someCome(ground: Ground, random: Random): Promise<void> {
  const waiting = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ entitlement_id: number }>(
      "select entitlement_id from benefits.entitlement where state = 'granted' order by entitlement_id",
    ),
  );
  const coming = waiting.filter(() => random.chance(COMING_SHARE)).slice(0, COMING_MAX);
  for (const { entitlement_id } of coming) {
    const store_code = STORES[random.integer(STORES.length)]?.code ?? null;
    await fulfil(ground, `tea house treat ${entitlement_id}`, { entitlement_id, store_code, note: null }, null);
  }
}
