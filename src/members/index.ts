export { appendEvents, type EventKey, type EventRow, removeEvents } from "./event-store.ts";
export {
  CORRECTABLE,
  CORRECTABLE_SEALED,
  correctedValue,
  correctField,
  undoCorrection,
} from "./correction.ts";
export { clearValuesOf, consentEvidence, eraseMember } from "./erasure.ts";
export { openConflicts } from "./conflict-store.ts";
export { type ConsentThen, consentsThen } from "./consent-then-store.ts";
export type { Decider } from "./decision-store.ts";
export { type Detail, DETAIL_KINDS, wrongDetails } from "./identity-check.ts";
export { listMembers } from "./member-list.ts";
export { tellTagLevels } from "./tag-levels.ts";
export { findMember } from "./member-lookup.ts";
export { memberIdAt, memberPage } from "./member-page.ts";
export {
  MEMBER_KEYS,
  type MemberKey,
  membersByKey,
  membersHolding,
  type Named as NamedMember,
} from "./members-by-key.ts";
export { type MemberRow, memberRowsById } from "./member-row.ts";
export { type ConsentWord, sayConsents, sayProfiling } from "./own-word.ts";
export { countOldEvents, forgetOldEvents } from "./retention.ts";
export { type Reached, reachedMembers } from "./reach-store.ts";
export { timeline } from "./timeline.ts";
export { newestTold, type ToldEvent, toldEvents, toldSales } from "./told-event-store.ts";
export {
  checkJob,
  type FoundRow,
  given,
  givenFace,
  giveJob,
  type GivenKind,
  type Opening,
  type OpeningFields,
  type OpeningKind,
  type OpeningReading,
  type OpeningRow,
  openingRoutes,
  openingRows,
  openingStore,
  refused,
  type RowCells,
  type RowOutcome,
  rowReader,
  rowsOfKind,
  rowsThere,
  type TotalLine,
} from "./opening/index.ts";
