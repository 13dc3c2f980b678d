import type { Ground } from "../../ground.ts";
import { type BusinessDay, businessDay, problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { hasCoupon } from "../coupons/coupons.ts";
import type { BenefitDefinition } from "./benefit.ts";
import { type DefinitionProblem, found, readBenefit } from "./benefit-check.ts";
import {
  benefitVersions,
  publishBenefitDraft,
  reopenDay,
  saveBenefitDraft,
  withdrawVersions,
} from "./benefit-store.ts";

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
  const taken = versions.some(
    (one) =>
      one.withdrawn_from === null && one.first_day !== null && one.first_day >= first_day && one.first_day > today,
  );
  if (first_day < today || taken || (last_day !== null && last_day < first_day))
    throw problem("benefits.benefit_days", { first_day, last_day: last_day ?? "—", today });
  await requireNamed(tx, readBenefit(draft.definition));
  const version = await publishBenefitDraft(tx, benefit, { ...by, now: ground.clock.now() });
  if (first_day === today) await reopenDay(tx, today);
  return version ?? draft.version;
}

/**
 * Nobody is due it from a day on, whichever versions were set; what was due until then stays promised.
 * @returns the versions that were stopped
 * @throws benefits.benefit_unknown, benefits.benefit_not_in_force, benefits.benefit_days
 */
export async function withdrawBenefit(
  tx: Tx,
  ground: Ground,
  benefit: string,
  by: { readonly person_id: number | null; readonly from_day: BusinessDay; readonly reason: string },
): Promise<number[]> {
  await tx.query("select 1 from benefits.benefit where benefit = $1 for update", [benefit]);
  const versions = await benefitVersions(tx, benefit);
  if (versions.length === 0) throw problem("benefits.benefit_unknown", { benefit });
  const today = todayOf(ground);
  if (by.from_day < today) throw problem("benefits.benefit_withdrawn_past", { from_day: by.from_day, today });
  const stopped = await withdrawVersions(tx, benefit, { ...by, now: ground.clock.now() });
  if (stopped.length === 0) throw problem("benefits.benefit_not_in_force", { benefit, from_day: by.from_day });
  return stopped;
}

/** What a definition names and is not there. @returns empty: all of it is */
export async function missingIn(tx: Tx, { give }: BenefitDefinition): Promise<DefinitionProblem[]> {
  if (give.kind === "coupon" && !(await hasCoupon(tx, give.coupon)))
    return [found("/give/coupon", "coupon_missing", { coupon: give.coupon })];
  return [];
}

async function requireNamed(tx: Tx, definition: BenefitDefinition): Promise<void> {
  const [missing] = await missingIn(tx, definition);
  if (missing === undefined) return;
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
