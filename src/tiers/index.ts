export { settleTiers } from "./evaluate.ts";
export type { LadderDefinition } from "./ladder.ts";
export { turnedDay } from "./ladder-store.ts";
