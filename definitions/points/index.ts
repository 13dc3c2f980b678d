import type { Programme } from "../../src/points/rules/programme.ts";
import { CLASSIC_POINTS } from "./classic.ts";
import { GROWTH_POINTS } from "./growth.ts";
import { GROWTH_VALUE_POINTS } from "./growth-value.ts";

/** The programmes that ship, by the key of the ladder whose benefits they carry out. */
export const PROGRAMMES: readonly Programme[] = [GROWTH_POINTS, CLASSIC_POINTS, GROWTH_VALUE_POINTS];
