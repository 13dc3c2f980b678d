import { addDays } from "../../src/platform/index.ts";
import type { TestWorld } from "./database.ts";
import { TierShop } from "./tier-shop.ts";

export const SHOP_DAY = "2026-11-21";
const STORES = ["S1", "S2", "S3"];
const CHANNELS = ["store", "mall"];
/** Days before the shop's day that lie on or beside the borders of windows. */
const DISTANCES = [
  0, 1, 2, 6, 7, 8, 20, 21, 29, 30, 31, 37, 60, 61, 90, 119, 120, 179, 180, 200, 201, 364, 365, 366, 500, 729, 730, 731,
];
const EVENTS = [
  ["login", "{}"],
  ["review", "{}"],
  ["message", '{"stage":"unsubscribed"}'],
] as const;

/** The same seed gives the same numbers. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * A shop whose rows lie on the borders of windows: members of three stores and none, staff among them, sales with and
 * without a member, full refunds, returns without an order, another currency, log-ins, reviews.
 * @param oldest no row is more days before the shop's day than this.
 */
export async function fillMetricShop(world: TestWorld, people = 160, oldest = 731, seed = 5): Promise<TierShop> {
  const shop = new TierShop(world);
  const random = randomFrom(seed);
  const distances = DISTANCES.filter((distance) => distance <= oldest);
  const day = () => addDays(SHOP_DAY, -(distances[random(distances.length)] ?? 0));
  const store = () => STORES[random(4)] ?? null;
  const channel = () => CHANNELS[random(3)] ?? null;
  const members = Array.from({ length: people }, (_, i) => ({
    id: i + 1,
    joined: day(),
    store: store(),
    channel: channel(),
    is_staff: (i + 1) % 17 === 0,
  }));
  const orders = [
    ...members
      .filter(({ id }) => id % 2 === 0)
      .map(({ id, joined }) => ({ party: id, day: addDays(joined, random(9)), net: 5000 })),
    ...Array.from({ length: people * 5 }, () => ({
      party: random(4) === 0 ? null : 1 + random(people),
      day: day(),
      net: 100 * (1 + random(900)),
    })),
  ].map((order, i) => ({
    ...order,
    no: `M${i}`,
    currency: random(40) === 0 ? "USD" : "CNY",
    status: random(15) === 0 ? "cancelled" : "paid",
    refund: random(8) > 0 ? 0 : random(2) === 0 ? order.net : Math.floor(order.net / 3),
    store: store(),
    channel: channel(),
  }));
  const returns = Array.from({ length: people / 4 }, (_, i) => ({
    no: `R${i}`,
    party: i % 3 === 0 ? null : 1 + random(people),
    day: day(),
    refund: 100 * (1 + random(50)),
  }));
  const events = Array.from({ length: people * 6 }, () => ({
    party: 1 + random(people),
    day: addDays(SHOP_DAY, -random(40)),
    minutes: 20 * random(4),
    event: EVENTS[random(3)] ?? EVENTS[0],
  })).map(({ event, ...row }) => ({ ...row, kind: event[0], properties: event[1] }));
  await insertAll(shop, { members, orders, returns, events });
  return shop;
}

async function insertAll(
  shop: TierShop,
  rows: Readonly<Record<"members" | "orders" | "returns" | "events", readonly object[]>>,
) {
  await shop.query(
    `insert into trade.region (region_code, name) values ('EAST', '华东'), ('WEST', '西部') on conflict do nothing;
     insert into trade.store (store_code, name, region_code, is_stub) values ('S1', '湖滨店', 'EAST', false), ('S2', '城西店', 'EAST', false),
       ('S3', '成都店', 'WEST', false) on conflict do nothing`,
  );
  const from = (columns: string) => `from jsonb_to_recordset($1::jsonb) as r (${columns})`;
  const member = from("id bigint, joined date, store text, channel text, is_staff boolean");
  await shop.query(
    `insert into members.party (party_id, anchor_kind, anchor_token, member_id, made_at) select id, 'card_no', 'T' || id, id, now() ${member}`,
    [JSON.stringify(rows.members)],
  );
  await shop.query(
    `insert into members.profile (member_id, joined_at, home_store_code, join_channel, is_staff, phone_verified, wechat_bound, wecom_friend,
       has_phone, has_email, has_openid, is_test, is_wholesale, is_reseller, profile_filled, sources, changed_at)
     select id, joined::timestamp at time zone 'Asia/Shanghai', store, channel, is_staff, false, false, false, false, false, false, false, false, false, 0, 1, now() ${member}`,
    [JSON.stringify(rows.members)],
  );
  await shop.query(
    `insert into trade.sales_order (order_no, source_id, party_id, placed_at, business_day, hour, status, currency, gross_minor, discount_minor,
       coupon_minor, freight_minor, order_discount_minor, points_paid_minor, gift_card_minor, line_net_minor, refund_minor, items, line_count, payments,
       store_code, channel, region_code)
     select no, 1, party, day::timestamp at time zone 'Asia/Shanghai', day, 12, status, currency, net, 0, 0, 0, 0, 0, 0, net, refund, 1, 1, '[]',
       store, channel, s.region_code
     ${from("no text, party bigint, day date, status text, currency text, net bigint, refund bigint, store text, channel text")}
     left join trade.store s on s.store_code = r.store`,
    [JSON.stringify(rows.orders)],
  );
  await shop.query(
    `insert into trade.sales_return (return_no, source_id, party_id, stated_party_id, returned_at, business_day, attributed_day, currency,
       whole_order, refund_minor, items, store_code)
     select no, 1, party, party, day::timestamp at time zone 'Asia/Shanghai', day, day, 'CNY', false, refund, 1, 'S2'
     ${from("no text, party bigint, day date, refund bigint")}`,
    [JSON.stringify(rows.returns)],
  );
  await shop.query(
    `insert into members.event (party_id, occurred_at, kind, record_id, received_at, properties)
     select party, (day + time '11:00' + minutes * interval '1 minute') at time zone 'Asia/Shanghai', kind, gen_random_uuid(), now(), properties::jsonb
     ${from("party bigint, day date, minutes int, kind text, properties text")}`,
    [JSON.stringify(rows.events)],
  );
}
