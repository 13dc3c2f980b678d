import type { Ground } from "../../ground.ts";
import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { ladderState } from "../../tiers/index.ts";
import { type BenefitVersion, inForceOn } from "./benefit-store.ts";
import { benefitTerms, type Wording } from "./benefit-sentence.ts";

export type BenefitState = "in_force" | "scheduled" | "withdrawn" | "ended" | "draft";

/** Where a benefit stands on a day, of all of its versions. */
export interface BenefitHead {
  readonly state: BenefitState;
  /** The version that holds; else the next that will; else the draft; else the last that held. */
  readonly shown: BenefitVersion;
  readonly draft: BenefitVersion | undefined;
  /** The first that is published for a day to come. */
  readonly scheduled: BenefitVersion | undefined;
}

/** @param versions of one benefit, the newest first, at least one */
export function headOf(versions: readonly BenefitVersion[], today: BusinessDay): BenefitHead {
  const draft = versions.find(({ published_at }) => published_at === null);
  const held = versions
    .filter(({ first_day, last_day }) => first_day !== null && (last_day === null || last_day >= first_day))
    .toSorted((a, b) => (b.first_day ?? "").localeCompare(a.first_day ?? "") || b.version - a.version);
  const [current] = inForceOn(held, today);
  const scheduled = held.findLast(({ first_day }) => (first_day ?? "") > today);
  const shown = current ?? scheduled ?? draft ?? held[0] ?? versions[0];
  if (shown === undefined) throw new Error("a benefit without versions");
  return { state: stateOf(versions, current, scheduled), shown, draft, scheduled };
}

function stateOf(
  versions: readonly BenefitVersion[],
  current: BenefitVersion | undefined,
  scheduled: BenefitVersion | undefined,
): BenefitState {
  if (current !== undefined) return "in_force";
  if (scheduled !== undefined) return "scheduled";
  const published = versions.filter(({ published_at }) => published_at !== null);
  if (published.length === 0) return "draft";
  return published[0]?.withdrawn_from == null ? "ended" : "withdrawn";
}

/** What sentences about benefits need to name. */
export async function wordingOf(tx: Tx, ground: Ground): Promise<Wording> {
  const state = await ladderState(tx);
  const tiers = new Map(state?.definition.tiers.map(({ key, zh, en }) => [key, { zh, en }]));
  return {
    names: state === undefined ? undefined : { ladder: state.ladder, tiers },
    currency: ground.config.currency,
  };
}

/** A version as it is shown: its own words beside its terms. */
export function versionView(version: BenefitVersion, wording: Wording) {
  const terms = benefitTerms(version.definition, wording);
  return { ...version, terms_zh: terms.zh, terms_en: terms.en };
}
