import { FESTIVAL, GOLD_QUARTER, SNACK, WELCOME } from "../../definitions/benefits/coupons.ts";
import {
  beginIssuance,
  type CouponDefinition,
  finishIssuance,
  hasCoupon,
  makeBatch,
  type MakingBatch,
  publishCoupon,
  redeem,
  saveCoupon,
} from "../../src/benefits/index.ts";
import type { Ground } from "../../src/ground.ts";
import { addDays, businessDay, startOfDay } from "../../src/platform/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { STORES } from "./places.ts";
import { PRODUCTS } from "./products.ts";
import { Random } from "./random.ts";

const HISTORY_DAYS = 30;
const WELCOMED_MAX = 400;
const GOLD_YUAN = 5_000;
const NO_LIMITS = {
  budget_minor: null,
  member_max: null,
  member_period: null,
  member_period_max: null,
  period: null,
  period_max: null,
  days: null,
  code: null,
} as const;

/** The same ground at another instant: what happened on a day happened on that day. */
const at = (ground: Ground, now: Date): Ground => ({ ...ground, clock: { ...ground.clock, now: () => now } });

async function published(ground: Ground, coupon: CouponDefinition, batch: Partial<MakingBatch>): Promise<number> {
  const now = ground.clock.now();
  const first_day = businessDay(now, ground.config.timezone);
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await saveCoupon(tx, coupon, { origin: "shipped", person_id: null, now });
    await publishCoupon(tx, ground, coupon.key, { person_id: null, now, first_day, last_day: null });
    const made: MakingBatch = { ...NO_LIMITS, name: coupon.zh, number: 10_000, first_day, last_day: null, ...batch };
    return makeBatch(tx, ground, coupon.key, made, { person_id: null, now });
  });
}

async function issue(ground: Ground, batch_id: number, member_ids: readonly number[], reason: string): Promise<void> {
  if (member_ids.length === 0) return;
  const audience = { kind: "members", member_ids } as const;
  const issuing = { batch_id, audience, again: false, stores: null, reason, key: null };
  const now = ground.clock.now();
  await ground.store.write(SYSTEM_SCOPE, (tx) => beginIssuance(tx, ground, issuing, { person_id: null, now }));
}

async function membersWhere(ground: Ground, condition: string, values: readonly unknown[], limit: number) {
  const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ member_id: number }>(
      `select m.member_id from catalogue.members m where not (m.is_staff or m.is_test or m.is_wholesale) and ${condition}
       order by m.member_id limit $1`,
      [limit, ...values],
    ),
  );
  return rows.map((row) => row.member_id);
}

/**
 * The tea house's coupons with a month of use: everybody who joined lately has the welcome coupon, gold members that of
 * the quarter, the festival's has one code for all, and codes for the snack lie printed on the counters.
 */
export async function seedCoupons(ground: Ground, seed: number): Promise<void> {
  if (await ground.store.read(SYSTEM_SCOPE, (tx) => hasCoupon(tx, SNACK.key))) return;
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  const noonOf = (day: string) => new Date(startOfDay(day, ground.config.timezone).getTime() + 43_200_000);
  const first = addDays(today, -HISTORY_DAYS);
  const then = at(ground, noonOf(first));
  const welcome = await published(then, WELCOME, { name: "新会员", budget_minor: 1_000_000, days: 90 });
  const festival = await published(then, FESTIVAL, {
    name: "岁末礼盒",
    code: "SUIMO",
    number: 500,
    budget_minor: 600_000,
    member_max: 2,
    last_day: addDays(today, 35),
  });
  const gold = await published(then, GOLD_QUARTER, {
    name: "本季度",
    budget_minor: 1_500_000,
    last_day: addDays(today, 60),
  });
  const lately = await membersWhere(ground, "m.join_day >= $2", [addDays(today, -180)], WELCOMED_MAX);
  const valued = await membersWhere(
    ground,
    `(select coalesce(sum(o.net_minor), 0) from catalogue.orders o where o.member_id = m.member_id and o.is_valid and o.business_day > $2) >= $3`,
    [addDays(today, -365), GOLD_YUAN * 100],
    WELCOMED_MAX,
  );
  await issue(then, welcome, lately, "近半年入会的会员");
  await issue(then, gold, valued, "金卡及以上会员的季度权益");
  const random = new Random(seed, 0x636f75);
  const visits = { random, noonOf, first, owners: { welcome: lately, gold: valued } };
  await visit(ground, { welcome, gold, festival }, visits);
  const snack = await published(ground, SNACK, { name: "柜台卡片", number: 300, budget_minor: 300_000 });
  const codes = { batch_id: snack, audience: { kind: "codes", number: 300 } as const, again: false, stores: null };
  const begun = await ground.store.write(SYSTEM_SCOPE, (tx) =>
    beginIssuance(
      tx,
      ground,
      { ...codes, reason: "印在柜台卡片上", key: null },
      { person_id: null, now: ground.clock.now() },
    ),
  );
  await finishIssuance(ground, begun.issuance_id);
}

interface Visits {
  readonly random: Random;
  readonly noonOf: (day: string) => Date;
  readonly first: string;
  readonly owners: { readonly welcome: readonly number[]; readonly gold: readonly number[] };
}

function basketOf(random: Random) {
  const lines = Array.from({ length: random.between(1, 4) }, (_, i) => {
    const product = PRODUCTS[random.integer(PRODUCTS.length)];
    const quantity = random.between(1, 2);
    const unit_price_minor = product?.price_fen ?? 8_800;
    return {
      line_id: String(i + 1),
      sku: product?.sku ?? "",
      categories: product === undefined ? [] : [product.category],
      quantity,
      unit_price_minor,
      amount_minor: quantity * unit_price_minor,
      floor_minor: 0,
    };
  });
  const store_code = STORES[random.integer(STORES.length)]?.code ?? null;
  return { currency: "CNY", store_code, channel: "store", freight_minor: 0, lines };
}

/** Baskets of the month in which somebody showed a coupon; where it did not apply, it was paid without. */
async function visit(
  ground: Ground,
  batches: { readonly welcome: number; readonly gold: number; readonly festival: number },
  { random, noonOf, first, owners }: Visits,
): Promise<void> {
  const issued = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ issued_id: number; owner: number }>(
      "select issued_id, owner from benefits.issued where batch_id = any($1) order by issued_id",
      [[batches.welcome, batches.gold]],
    ),
  );
  const all = [...owners.welcome, ...owners.gold];
  for (const [i, { issued_id, owner }] of issued.entries()) {
    if (!random.chance(0.2)) continue;
    const day = addDays(first, 1 + random.integer(HISTORY_DAYS - 1));
    await tried(at(ground, noonOf(day)), `T-${i + 1}`, { random, coupon: { issued_id }, member_id: owner });
  }
  for (let i = 0; i < 30; i++) {
    const day = addDays(first, 1 + random.integer(HISTORY_DAYS - 1));
    const member_id = all[random.integer(Math.max(1, all.length))] ?? null;
    if (member_id !== null)
      await tried(at(ground, noonOf(day)), `F-${i + 1}`, { random, coupon: { code: "SUIMO" }, member_id });
  }
}

async function tried(
  ground: Ground,
  order_reference: string,
  one: {
    readonly random: Random;
    readonly coupon: { issued_id: number } | { code: string };
    readonly member_id: number;
  },
): Promise<void> {
  const request = {
    basket: basketOf(one.random),
    coupons: [one.coupon],
    member_id: one.member_id,
    order_reference,
    hold_minutes: null,
    expected_discount_minor: null,
  };
  try {
    await redeem(ground, `tea house ${order_reference}`, request, { person_id: null, client_id: null });
  } catch (error) {
    if ((error as { code?: string }).code !== "benefits.coupons_refused") throw error;
  }
}
