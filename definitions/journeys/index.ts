import type { Scene } from "../../src/journeys/scenes/scene.ts";
import { CART_LEFT, NEW_PRODUCTS, REPLENISH, SILENT, WIN_BACK } from "./buying.ts";
import { BIRTHDAY, REFUND, REVIEW } from "./care.ts";
import { NEWCOMER, WELCOME } from "./joining.ts";
import { POINTS_CREDITED, POINTS_EXPIRING, TIER_AT_RISK, TIER_UP } from "./loyalty.ts";

/** The lifecycle scenes that ship, in the order of a member's life. */
export const SCENES: readonly Scene[] = [
  WELCOME,
  NEWCOMER,
  CART_LEFT,
  REVIEW,
  REFUND,
  POINTS_CREDITED,
  POINTS_EXPIRING,
  TIER_UP,
  TIER_AT_RISK,
  BIRTHDAY,
  REPLENISH,
  NEW_PRODUCTS,
  SILENT,
  WIN_BACK,
];
