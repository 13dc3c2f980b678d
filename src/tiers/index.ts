export { settleTiers } from "./evaluate.ts";
export type { LadderDefinition } from "./ladder.ts";
export { type TierMove, tierMovesBetween } from "./moves-store.ts";
export { ladderState, turnedDay } from "./ladder-store.ts";
export { giveTier, rehearseTier, tierChoices, type TierGift } from "./give.ts";
