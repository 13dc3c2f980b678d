import { GROUP_MEMBERS_MIN } from "./limits.ts";
import type { Fact } from "./portrait-facts.ts";
import type { Sides } from "./portrait-compare.ts";
import { basisPoints } from "./portrait-statistics.ts";
import type { Spread } from "./portrait-store.ts";

/** What a group bought in the last 365 days, beside the base. */
export interface OrdersView {
  readonly net_fen: number;
  readonly base_net_fen: number;
  /** Of the base's net spend; may exceed 10,000 when the base is another segment. */
  readonly net_share_bp: number | null;
  readonly orders: number;
  readonly base_orders: number;
  readonly orders_share_bp: number | null;
  /** For each member, buyer or not, half up. */
  readonly net_per_member_fen: number;
  readonly base_net_per_member_fen: number;
}

const SPEND = "tag:spend_365d";
const ORDERS = "tag:orders_365d";

/** Sums over the tags of spend and orders; null where one of them is off, or too few members have it. */
export function ordersOf(
  facts: readonly Fact[],
  sides: Sides,
  sizes: { readonly group: number; readonly base: number },
): OrdersView | null {
  if (!facts.some(({ key }) => key === SPEND) || !facts.some(({ key }) => key === ORDERS)) return null;
  const spreads = [sides.group, sides.base].map((side) => ({ spend: side.get(SPEND), orders: side.get(ORDERS) }));
  const [own, base] = spreads;
  const counted = spreads.flatMap(({ spend, orders }) => [spend, orders]);
  if (own === undefined || base === undefined || counted.some((spread) => !enough(spread))) return null;
  const [net, base_net] = [own.spend?.sum ?? 0, base.spend?.sum ?? 0];
  const [orders, base_orders] = [own.orders?.sum ?? 0, base.orders?.sum ?? 0];
  return {
    net_fen: net,
    base_net_fen: base_net,
    net_share_bp: base_net > 0 ? basisPoints(net, base_net) : null,
    orders,
    base_orders,
    orders_share_bp: basisPoints(orders, base_orders),
    net_per_member_fen: Math.round(net / sizes.group),
    base_net_per_member_fen: Math.round(base_net / sizes.base),
  };
}

function enough(spread: Spread | undefined): boolean {
  return spread !== undefined && spread.known >= GROUP_MEMBERS_MIN;
}
