import { HISTORY_DAYS } from "./world.ts";
import { basketOf, type Line, netOf, withCoupon } from "./baskets.ts";
import { type Campaign, dayOf, dayText, startOfDay, weekdayOf } from "./calendar.ts";
import type { Identified } from "./accounts.ts";
import { afterPurchase } from "./aftermath.ts";
import { poisson } from "./distributions.ts";
import type { Channel, Daypart, Person } from "./persons.ts";
import { STAFF_PER_STORE, STORES, staffCode } from "./places.ts";
import { Random } from "./random.ts";
import type { Sheet } from "./sheet.ts";
import type { WorldState } from "./state.ts";
import { possibleChannel, saleIdentities } from "./tills.ts";
import type { ClearIdentity } from "../../src/ingest/record.ts";

const PURCHASE_STREAM = 4;

/** Points are spent by the hundred, one yuan each, from a thousand on. */
const POINTS_PER_YUAN = 100;
const POINTS_SPENT_MIN = 1_000;

export interface Sale {
  readonly at: number;
  readonly order_no: string;
  readonly channel: Channel;
  readonly store: string;
  readonly lines: readonly Line[];
  readonly identities: readonly ClearIdentity[];
  readonly net_fen: number;
  readonly points_paid: number;
  readonly coupon: string | undefined;
  readonly campaign: string | undefined;
}

/** Everything that one member buys in the days [from, to) of a slice, and what follows from it. */
export function buy(state: WorldState, sheet: Sheet, index: number, from: number, to: number): void {
  const { world } = state;
  const rate = state.buying[index] ?? 0;
  const first = Math.max(from, dayOf(state.joined[index] ?? 0));
  const last = Math.min(to, Number.isFinite(state.churned[index] ?? 0) ? dayOf(state.churned[index] ?? 0) : to);
  if (rate === 0 || first >= last) return;
  const random = new Random(world.seed, PURCHASE_STREAM, index, sheet.slice);
  const count = poisson(random, rate * world.seasons.weight(first, last));
  if (count === 0) return;
  const who = state.identified(index);
  if (who.accounts.length === 0) return;
  const instants: number[] = [];
  for (let nth = 0; nth < count; nth++) {
    const at = occasion(random, world.seasons, who.person, first, last);
    if (at !== undefined && at >= who.person.joined) instants.push(at);
  }
  instants.sort((a, b) => a - b);
  for (const at of instants) sell(state, sheet, who, at, random);
}

const DAY_DRAWS_MAX = 40;
/** No day is busier than this times an ordinary one. */
const FACTOR_MAX = 3;

function occasion(
  random: Random,
  seasons: WorldState["world"]["seasons"],
  person: Person,
  from: number,
  to: number,
): number | undefined {
  for (let draw = 0; draw < DAY_DRAWS_MAX; draw++) {
    const day = random.between(from, to - 1);
    const plan = seasons.day(day);
    if (person.promotion_only && plan.campaign === undefined) continue;
    const weekend = weekdayOf(day) >= 6;
    const liking = person.weekend === weekend ? 1 : person.weekend ? 0.4 : 0.75;
    if (random.uniform() < (plan.factor * liking) / FACTOR_MAX)
      return startOfDay(day) + timeOfDay(random, person.daypart);
  }
  return undefined;
}

const PARTS: Readonly<Record<Daypart, readonly [number, number]>> = {
  morning: [9.5, 12],
  afternoon: [12, 17],
  evening: [17, 21.8],
};
const PART_NAMES = ["morning", "afternoon", "evening"] as const;

/** Milliseconds after midnight; two of three times in the part of the day somebody likes. */
export function timeOfDay(random: Random, liked: Daypart): number {
  const [from, to] = PARTS[random.chance(0.65) ? liked : random.pick(PART_NAMES)];
  return Math.floor((from + (to - from) * random.uniform()) * 3_600) * 1_000;
}

function sell(state: WorldState, sheet: Sheet, who: Identified, at: number, random: Random): void {
  const { world } = state;
  const { person } = who;
  const day = dayOf(at);
  const plan = world.seasons.day(day);
  const wanted = random.chance(person.channel_loyalty)
    ? person.channel
    : random.pick(["store", "store", "mini_program", "mall"] as const);
  const channel = possibleChannel(who, wanted, at);
  const identities = saleIdentities(who, channel, at, random);
  let lines = basketOf(random, person, day - world.day_from, plan.campaign);
  const coupon = identities.length > 0 ? couponFor(state, who, day, lines, random) : undefined;
  if (coupon !== undefined) lines = withCoupon(lines, coupon.off_fen);
  const net_fen = netOf(lines);
  const promoted = lines.some((line) => line.promotion !== undefined);
  const sale: Sale = {
    at,
    order_no: orderNo(state, channel, person.store, day),
    channel,
    store: STORES[random.chance(0.85) ? person.store : random.integer(STORES.length)]?.code ?? "",
    lines,
    identities,
    net_fen,
    points_paid: pointsFor(state, who, net_fen, random),
    coupon: coupon?.code,
    campaign: promoted ? plan.campaign?.code : undefined,
  };
  const cancelled = channel !== "store" && random.chance(0.025);
  writeOrder(sheet, sale, person.index, random, cancelled);
  if (cancelled || identities.length === 0) return;
  if (coupon !== undefined) state.coupon_ends[person.index] = 0;
  state.orders[person.index] = (state.orders[person.index] ?? 0) + 1;
  if (channel === "mini_program" && random.chance(0.05 + 0.3 * person.sociability))
    sheet.bringTogether(who.person.index, sale);
  afterPurchase(state, sheet, who, sale, random);
}

function orderNo(state: WorldState, channel: Channel, store: number, day: number): string {
  const serial = String(++state.tickets).padStart(6, "0");
  const date = dayText(day).slice(2).replaceAll("-", "");
  return channel === "store" ? `${STORES[store]?.code ?? "S"}-${date}-${serial}` : `M${date}${serial}`;
}

interface CouponInHand {
  readonly code: string;
  readonly off_fen: number;
}

function couponFor(
  state: WorldState,
  who: Identified,
  day: number,
  lines: readonly Line[],
  random: Random,
): CouponInHand | undefined {
  const { index } = who.person;
  if ((state.coupon_ends[index] ?? 0) < day || netOf(lines) < 10_000) return undefined;
  if (!random.chance(0.15 + 0.85 * who.person.coupon_sensitivity)) return undefined;
  const campaign = state.campaigns[state.coupon_campaign[index] ?? 0] ?? "";
  return { code: couponCode(campaign, index), off_fen: netOf(lines) >= 20_000 ? 3_000 : 1_500 };
}

export function couponCode(campaign: string, index: number): string {
  return `CP-${campaign}-${index.toString(36)}`;
}

function pointsFor(state: WorldState, who: Identified, net_fen: number, random: Random): number {
  const { index } = who.person;
  const balance = state.points[index] ?? 0;
  // Once a slice: the balance is brought up to date only when the slice is put in order.
  if (balance < POINTS_SPENT_MIN || state.redeemed.has(index) || !random.chance(0.14)) return 0;
  // A hundred points pay one yuan, so that one point is one fen; at most a third of the price.
  const points = Math.floor(Math.min(balance, net_fen / 3) / POINTS_PER_YUAN) * POINTS_PER_YUAN;
  if (points > 0) state.redeemed.add(index);
  return points;
}

/** The order as its source sends it: tills say it once, the mall often twice (placed, then paid or cancelled). */
export function writeOrder(
  sheet: Sheet,
  sale: Sale,
  person: number | undefined,
  random: Random,
  cancelled: boolean,
): void {
  const online = sale.channel !== "store";
  const body = orderBody(sale, random, person === undefined);
  const source = online ? "mall" : "pos";
  const say = (status: string, at: number): void => {
    const updated = online ? { updated_at: new Date(at).toISOString() } : {};
    // Every message of one order names the order's own time; its version says when it came to be so.
    const record = { ...body, status, ...updated };
    sheet.add(source, sale.at, person, "order", sale.identities, record, `${sale.order_no}:${status}`);
  };
  if (!online) return say("paid", sale.at);
  if (cancelled || random.chance(0.12)) say("placed", sale.at);
  say(cancelled ? "cancelled" : "paid", sale.at + random.between(20, 900) * 1_000);
}

function orderBody(sale: Sale, random: Random, stranger: boolean): Record<string, unknown> {
  const online = sale.channel !== "store";
  const points_paid_minor = sale.points_paid;
  const gift_card_minor = !stranger && random.chance(0.008) ? Math.min(5_000, Math.floor(sale.net_fen / 2)) : 0;
  const freight_minor = online && sale.net_fen < 9_900 ? 800 : 0;
  const due = sale.net_fen + freight_minor - points_paid_minor - gift_card_minor;
  const payments: { method: string; amount_minor: number }[] = [
    { method: random.pick(online ? ONLINE : TILL), amount_minor: due },
  ];
  if (points_paid_minor > 0) payments.push({ method: "points", amount_minor: points_paid_minor });
  if (gift_card_minor > 0) payments.push({ method: "gift_card", amount_minor: gift_card_minor });
  return {
    order_no: sale.order_no,
    channel: sale.channel,
    ...(online ? {} : { store_code: sale.store, staff_code: staffCode(sale.store, random.integer(STAFF_PER_STORE)) }),
    currency: "CNY",
    ...(freight_minor > 0 ? { freight_minor } : {}),
    ...(points_paid_minor > 0 ? { points_paid_minor } : {}),
    ...(gift_card_minor > 0 ? { gift_card_minor } : {}),
    ...(sale.coupon === undefined ? {} : { coupon_code: sale.coupon }),
    ...(sale.campaign === undefined ? {} : { campaign_code: sale.campaign }),
    lines: sale.lines.map(lineBody),
    payments,
  };
}

const ONLINE = ["wechat", "wechat", "alipay"] as const;
const TILL = ["wechat", "wechat", "alipay", "card", "cash"] as const;

function lineBody(line: Line, nth: number): Record<string, unknown> {
  const { product } = line;
  return {
    line_no: String(nth + 1),
    sku: product.sku,
    product_name: product.name,
    quantity: String(line.quantity),
    unit_price: (line.gross_fen / line.quantity / 100).toFixed(2),
    net_minor: line.net_fen,
    ...(line.discount_fen > 0 ? { discount_minor: line.discount_fen } : {}),
    ...(line.coupon_fen > 0 ? { coupon_minor: line.coupon_fen } : {}),
    ...(line.promotion === undefined ? {} : { promotion_code: line.promotion }),
  };
}

/** Tickets without a member: their share of all falls over the history, as more people join. */
export const STRANGER_SHARE = { first: 0.42, last: 0.29 } as const;

export function sellToStrangers(
  state: WorldState,
  sheet: Sheet,
  from: number,
  to: number,
  memberTickets: number,
): void {
  const { world } = state;
  const random = new Random(world.seed, PURCHASE_STREAM, -1, sheet.slice);
  const progress = Math.min(1, (from - world.day_from) / HISTORY_DAYS);
  const share = STRANGER_SHARE.first + (STRANGER_SHARE.last - STRANGER_SHARE.first) * progress;
  const count = poisson(random, (memberTickets * share) / (1 - share));
  for (let nth = 0; nth < count; nth++) {
    const shopper = {
      favourite: random.pick(["乌龙茶", "红茶", "绿茶", "花茶", "茶点"] as const),
      devotion: 0.35,
      price_level: 0.8,
      adventurous: false,
      flag: undefined,
    };
    const day = random.between(from, to - 1);
    const plan = world.seasons.day(day);
    const lines = basketOf(random, shopper, day - world.day_from, plan.campaign);
    const store = random.weighted(STORES.map((one) => one.size));
    const sale: Sale = {
      at: startOfDay(day) + timeOfDay(random, "afternoon"),
      order_no: orderNo(state, "store", store, day),
      channel: "store",
      store: STORES[store]?.code ?? "",
      lines,
      identities: [],
      net_fen: netOf(lines),
      points_paid: 0,
      coupon: undefined,
      campaign: lines.some((line) => line.promotion !== undefined) ? (plan.campaign as Campaign).code : undefined,
    };
    writeOrder(sheet, sale, undefined, random, false);
  }
}
