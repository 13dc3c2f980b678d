import type { Ground } from "../../ground.ts";
import { type BusinessDay, businessDay, problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { hasCoupon } from "../coupons/coupons.ts";
import type { BenefitDefinition } from "./benefit.ts";
import { found, readBenefit } from "./benefit-check.ts";
import { benefitVersions, publishBenefitDraft, reopenDay, saveBenefitDraft } from "./benefit-store.ts";

export const todayOf = (ground: Ground): BusinessDay => businessDay(ground.clock.now(), ground.config.timezone);

/** Keeps a sound draft. @returns its version. @throws benefits.bad_benefit */
export async function saveBenefit(
  tx: Tx,
  input: unknown,
  by: { readonly origin: "shipped" | "console"; readonly person_id: number | null; readonly now: Date },
): Promise<number> {
  return saveBenefitDraft(tx, readBenefit(input), by);
}

/**
 * Lets the draft hold on days from today on; the version before it ends the day before.
 * @throws benefits.benefit_unknown, benefits.benefit_no_draft, benefits.benefit_days, benefits.bad_benefit
 */
export async function publishBenefit(
  tx: Tx,
  ground: Ground,
  benefit: string,
  by: { readonly person_id: number | null; readonly first_day: BusinessDay; readonly last_day: BusinessDay | null },
): Promise<number> {
  await tx.query("select 1 from benefits.benefit where benefit = $1 for update", [benefit]);
  const versions = await benefitVersions(tx, benefit);
  if (versions.length === 0) throw problem("benefits.benefit_unknown", { benefit });
  const draft = versions.find(({ published_at }) => published_at === null);
  if (draft === undefined) throw problem("benefits.benefit_no_draft", { benefit });
  const today = todayOf(ground);
  const { first_day, last_day } = by;
  const taken = versions.some((one) => one.first_day !== null && one.first_day >= first_day && one.first_day > today);
  if (first_day < today || taken || (last_day !== null && last_day < first_day))
    throw problem("benefits.benefit_days", { first_day, last_day: last_day ?? "—", today });
  await requireCoupon(tx, readBenefit(draft.definition));
  const version = await publishBenefitDraft(tx, benefit, { ...by, now: ground.clock.now() });
  if (first_day === today) await reopenDay(tx, today);
  return version ?? draft.version;
}

async function requireCoupon(tx: Tx, { give }: BenefitDefinition): Promise<void> {
  if (give.kind !== "coupon" || (await hasCoupon(tx, give.coupon))) return;
  const missing = found("/give/coupon", "coupon_missing", { coupon: give.coupon });
  throw problem("benefits.bad_benefit", { count: 1, place: missing.path, first_zh: missing.zh, first_en: missing.en }, [
    missing,
  ]);
}

/** Offers what ships as first drafts; none of them holds until a person says so. */
export async function ensureBenefits(tx: Tx, shipped: readonly BenefitDefinition[], now: Date): Promise<void> {
  for (const definition of shipped) {
    if ((await benefitVersions(tx, definition.key)).length > 0) continue;
    await saveBenefit(tx, definition, { origin: "shipped", person_id: null, now });
  }
}
