export { settleTiers } from "./evaluate.ts";
export type { LadderDefinition } from "./ladder.ts";
export { ladderState, turnedDay } from "./ladder-store.ts";
