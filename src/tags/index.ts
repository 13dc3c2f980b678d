import type { Tx } from "../store/index.ts";
import { LANE, markDirty } from "./dirty-store.ts";

export { type Tag, type TagBook, type StoredKind } from "./book.ts";
export { settleTags } from "./compute.ts";
export { judgesPeople, REFUSES_PROFILING, tagsNamed } from "./abstention.ts";
export { registerTagUse, type TagUse } from "./custom-usage.ts";
export type { TagDefinition } from "./definition.ts";
export { codeNames, type CodeNames, type CodeRelation } from "./code-names.ts";
export { displayNumber, displayValue, type Shown } from "./display.ts";
export { encodeMarks } from "./dirty-store.ts";
export { isDecidedBy, type MarkKind, marksOf } from "./behaviour.ts";
export { registerTagFollowers, type TagFollower, type TagsWritten } from "./followers.ts";
export { tagHealth, type TagHealth } from "./health.ts";
export { computeAll } from "./full.ts";
export {
  isLost,
  LOST_DAYS,
  LOST_DAYS_MAX,
  LOST_DAYS_MIN,
  LOST_RULES_MAX,
  type LostRule,
  rulingCategory,
  SILENT_DAYS,
} from "./lost-days.ts";
export {
  addLostRules,
  lockLostRules,
  lostRules,
  lostRuleVersions,
  type LostRules,
  type LostRulesAuthor,
  type LostRulesVersion,
} from "./lost-rule-store.ts";
export { mirrorProgress, mirrorVersion, withCodedTags } from "./mirror.ts";
export { bookOf } from "./registry.ts";
export { followSwitches } from "./switch-store.ts";
export { tagSpread } from "./statistics-store.ts";
export { memberTagsRelation, storedTag } from "./stored-tags.ts";

/** More members marked at once come from a computation over everybody. */
const SOON_MEMBERS_MAX = 1_000;

/**
 * Asks for members' tags to be computed again soon, e.g. after a layer of theirs changed. The nightly layers of a million
 * members would keep fresh events waiting for half an hour: so many wait behind what happens now.
 */
export async function markMembersDirty(tx: Tx, member_ids: readonly number[], since: Date): Promise<void> {
  const lane = member_ids.length > SOON_MEMBERS_MAX ? LANE.later : LANE.now;
  await markDirty(tx, { member_ids }, since, null, lane);
}
