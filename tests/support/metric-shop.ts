import { addDays } from "../../src/platform/index.ts";
import type { TestWorld } from "./database.ts";
import { TierShop } from "./tier-shop.ts";

export const SHOP_DAY = "2026-11-21";
const STORES = ["S1", "S2", "S3"];
const CHANNELS = ["store", "mall"];

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
 * without a member, full refunds, returns without an order, another currency, log-ins.
 */
export async function fillMetricShop(world: TestWorld, people = 80, seed = 5): Promise<TierShop> {
  const shop = new TierShop(world);
  const random = randomFrom(seed);
  const distances = [
    0, 1, 2, 6, 7, 8, 20, 21, 29, 30, 31, 37, 60, 61, 90, 119, 120, 179, 180, 200, 201, 364, 365, 366, 500, 729, 730,
    731,
  ];
  const day = () => addDays(SHOP_DAY, -(distances[random(distances.length)] ?? 0));
  await shop.query(
    `insert into trade.region (region_code, name) values ('EAST', '华东'), ('WEST', '西部') on conflict do nothing;
     insert into trade.store (store_code, name, region_code, is_stub) values ('S1', '湖滨店', 'EAST', false), ('S2', '城西店', 'EAST', false), ('S3', '成都店', 'WEST', false) on conflict do nothing`,
  );
  for (let id = 1; id <= people; id++) {
    const joined = day();
    await shop.member(id, joined);
    if (id % 3 === 0) await shop.order(id, addDays(joined, random(9)), 5000);
    await shop.query(
      "update members.profile set home_store_code = $2, join_channel = $3, is_staff = $4 where member_id = $1",
      [id, STORES[random(4)] ?? null, CHANNELS[random(3)] ?? null, id % 17 === 0],
    );
  }
  for (let i = 0; i < people * 6; i++) {
    const [kind, properties] =
      [
        ["login", "{}"],
        ["review", "{}"],
        ["message", '{"stage":"unsubscribed"}'],
      ][random(3)] ?? [];
    await shop.query(
      `insert into members.event (party_id, occurred_at, kind, record_id, received_at, properties)
       values ($1, $2::date + time '03:00' + $3 * interval '20 minutes', $4, gen_random_uuid(), now(), $5)`,
      [1 + random(people), addDays(SHOP_DAY, -random(40)), random(4), kind, properties],
    );
  }
  for (let i = 0; i < people * 5; i++) {
    const net = 100 * (1 + random(900));
    const order_id = await shop.order(1 + random(people), day(), net, random(40) === 0 ? "USD" : "CNY");
    await shop.query(
      `update trade.sales_order set store_code = $2, channel = $3, region_code = (select region_code from trade.store where store_code = $2),
         party_id = case when $4 then null else party_id end, status = case when $5 then 'cancelled' else 'paid' end where order_id = $1`,
      [order_id, STORES[random(4)] ?? null, CHANNELS[random(3)] ?? null, random(4) === 0, random(15) === 0],
    );
    if (random(8) === 0) await shop.refund(order_id, random(2) === 0 ? net : Math.floor(net / 3));
  }
  for (let i = 0; i < people / 4; i++) {
    await shop.strayReturn(1 + random(people), day(), 100 * (1 + random(50)));
  }
  await shop.query(
    "update trade.sales_return set store_code = 'S2', party_id = case when return_id % 3 = 0 then null else party_id end",
  );
  return shop;
}
