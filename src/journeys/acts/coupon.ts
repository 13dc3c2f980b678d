import { giveCoupons, rehearseCoupons } from "../../benefits/index.ts";
import type { Node } from "../definition.ts";
import type { Doer } from "./act.ts";

const couponOf = (asks: readonly { readonly node: { readonly coupon: string } }[]) => asks[0]?.node.coupon ?? "";

/** A coupon of an open batch for each, as long as there are any. */
export const coupon: Doer<Extract<Node, { kind: "coupon" }>> = {
  act: (tx, ground, asks, { definition }) => giveCoupons(tx, ground, couponOf(asks), asks, definition.zh),
  rehearse: (tx, ground, asks) => rehearseCoupons(tx, ground, couponOf(asks), asks),
};
