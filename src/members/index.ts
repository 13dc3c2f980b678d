export { appendEvents, type EventKey, type EventRow, removeEvents } from "./event-store.ts";
