export { CHANNEL_NAMES } from "./relations.ts";
export { apply, retract } from "./stage.ts";
