import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { BenefitDefinition } from "./benefit.ts";

export interface BenefitVersion {
  readonly benefit: string;
  readonly version: number;
  readonly definition: BenefitDefinition;
  readonly origin: "shipped" | "console";
  readonly saved_by: number | null;
  readonly saved_at: Date;
  readonly published_at: Date | null;
  readonly first_day: BusinessDay | null;
  /** As published, or the day before it was withdrawn from. */
  readonly last_day: BusinessDay | null;
  readonly withdrawn_from: BusinessDay | null;
  readonly withdrawn_reason: string | null;
}

const VERSION = `v.benefit, v.version, v.definition, v.origin, v.saved_by, v.saved_at, v.published_at, v.first_day,
  least(v.last_day, w.from_day - 1) as last_day, w.from_day as withdrawn_from, w.reason as withdrawn_reason`;
const FROM = "benefits.benefit_version v left join benefits.benefit_withdrawal w using (benefit, version)";

/** Keeps a draft: the one there is changes, a published version stays. @returns its version */
export async function saveBenefitDraft(
  tx: Tx,
  definition: BenefitDefinition,
  by: { readonly origin: "shipped" | "console"; readonly person_id: number | null; readonly now: Date },
): Promise<number> {
  const { key } = definition;
  await tx.query("insert into benefits.benefit (benefit, made_at) values ($1, $2) on conflict do nothing", [
    key,
    by.now,
  ]);
  await tx.query("select 1 from benefits.benefit where benefit = $1 for update", [key]);
  const values = [key, JSON.stringify(definition), by.origin, by.person_id, by.now];
  const draft = await tx.one<{ version: number }>(
    `update benefits.benefit_version set definition = $2, origin = $3, saved_by = $4, saved_at = $5
     where benefit = $1 and published_at is null returning version`,
    values,
  );
  if (draft !== undefined) return draft.version;
  const made = await tx.one<{ version: number }>(
    `insert into benefits.benefit_version (benefit, version, definition, origin, saved_by, saved_at)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5 from benefits.benefit_version where benefit = $1 returning version`,
    values,
  );
  return made?.version ?? 0;
}

/** All versions of one benefit, newest first. */
export async function benefitVersions(tx: Tx, benefit: string): Promise<BenefitVersion[]> {
  return tx.query(`select ${VERSION} from ${FROM} where v.benefit = $1 order by v.version desc`, [benefit]);
}

export async function publishBenefitDraft(
  tx: Tx,
  benefit: string,
  by: {
    readonly person_id: number | null;
    readonly now: Date;
    readonly first_day: BusinessDay;
    readonly last_day: BusinessDay | null;
  },
): Promise<number | undefined> {
  const row = await tx.one<{ version: number }>(
    `update benefits.benefit_version set published_by = $2, published_at = $3, first_day = $4, last_day = $5
     where benefit = $1 and published_at is null returning version`,
    [benefit, by.person_id, by.now, by.first_day, by.last_day],
  );
  return row?.version;
}

/**
 * Every published version that has held or will, the latest first of each benefit, benefits in the order of their keys.
 * What was withdrawn before it began never held.
 */
export async function publishedBenefits(tx: Tx): Promise<(BenefitVersion & { readonly first_day: BusinessDay })[]> {
  return tx.query(
    `select ${VERSION} from ${FROM} where v.published_at is not null and (w.from_day is null or w.from_day > v.first_day)
     order by v.benefit, v.first_day desc, v.version desc`,
  );
}

/** Stops every version that holds or will, from a day on. @returns which */
export async function withdrawVersions(
  tx: Tx,
  benefit: string,
  by: {
    readonly from_day: BusinessDay;
    readonly reason: string;
    readonly person_id: number | null;
    readonly now: Date;
  },
): Promise<number[]> {
  const rows = await tx.query<{ version: number }>(
    `insert into benefits.benefit_withdrawal (benefit, version, from_day, reason, withdrawn_by, withdrawn_at)
     select benefit, version, $2, $3, $4, $5 from benefits.benefit_version
     where benefit = $1 and published_at is not null and (last_day is null or last_day >= $2::date)
     on conflict do nothing returning version`,
    [benefit, by.from_day, by.reason, by.person_id, by.now],
  );
  return rows.map((row) => row.version);
}

/** The version of each benefit that holds on a day. @param published as {@link publishedBenefits} gives them */
export function inForceOn<Version extends Pick<BenefitVersion, "benefit" | "first_day" | "last_day">>(
  published: readonly Version[],
  day: BusinessDay,
): Version[] {
  const found = new Map<string, Version>();
  for (const one of published)
    if (one.first_day !== null && one.first_day <= day && !found.has(one.benefit)) found.set(one.benefit, one);
  // a version that ended leaves none behind: the one before it ended when this one began
  return [...found.values()].filter(({ last_day }) => last_day === null || last_day >= day);
}

/** Every version of every benefit, drafts too, the newest first. */
export async function allBenefits(tx: Tx): Promise<BenefitVersion[]> {
  return tx.query(`select ${VERSION} from ${FROM} order by v.benefit, v.version desc`);
}

/** The turn of today begins anew: what is there already is not made again. */
export async function reopenDay(tx: Tx, day: BusinessDay): Promise<void> {
  await tx.query(
    "update benefits.turn set day = least(day, $1::date - 1), benefit = '', reached = 0 where day >= $1::date - 1",
    [day],
  );
}
