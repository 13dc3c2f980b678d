export { countCondition, type CountAnswer } from "./count.ts";
export { membersOf, refreshSegment, saveSegment, type SegmentView } from "./segments.ts";
