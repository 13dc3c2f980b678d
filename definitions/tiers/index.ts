import type { LadderDefinition } from "../../src/tiers/ladder.ts";
import { CLASSIC } from "./classic.ts";
import { GROWTH } from "./growth.ts";
import { GROWTH_VALUE } from "./growth-value.ts";

/** The ladders that ship; the first is in force until a person puts another one in force. */
export const LADDERS: readonly LadderDefinition[] = [GROWTH, CLASSIC, GROWTH_VALUE];
