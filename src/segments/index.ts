export {
  conditionSentence,
  membersMeeting,
  membersMeetingThen,
  readOfNow,
  segmentName,
  type Then,
} from "./asked.ts";
export { keptPastExpiry } from "./export-store.ts";
export { countCondition, type CountAnswer } from "./count.ts";
export { forgetExports } from "./exports.ts";
export { followMembers, settleMembership } from "./membership.ts";
export type { MovedEvent } from "./movement.ts";
export { membersThen, movementsBetween, movementsSince } from "./movement-store.ts";
export { stuckSegments } from "./segment-store.ts";
export { membersOf, saveSegment, type SegmentView } from "./segments.ts";
