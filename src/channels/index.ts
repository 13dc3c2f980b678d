export { EVENT_KINDS, type EventKind } from "./webhooks/event-kinds.ts";
