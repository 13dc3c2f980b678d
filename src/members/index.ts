export { appendEvents, type EventKey, type EventRow, removeEvents } from "./event-store.ts";
export { openConflicts } from "./conflict-store.ts";
export { listMembers } from "./member-list.ts";
export { tellTagLevels } from "./tag-levels.ts";
export { memberIdAt } from "./member-page.ts";
export { type MemberRow, memberRowsById } from "./member-row.ts";
