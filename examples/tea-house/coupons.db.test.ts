import { beforeAll, expect, it } from "vitest";
import { CouponShop } from "../../tests/support/coupon-shop.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { seedCoupons } from "./coupons.ts";
import { seedWorld } from "./seed.ts";

const world = withDatabase();
const UNTIL = new Date("2026-11-22T08:00:00Z");

beforeAll(async () => {
  world().clock.set(UNTIL);
  await seedWorld(world().ground, { members: 120, seed: 4, until: UNTIL });
  await seedCoupons(world().ground, 4);
});

it("the tea house's coupons are in use: issued, redeemed over a month, within their budgets, and their books agree", async () => {
  const shop = new CouponShop(world());
  const rows = await shop.query<{ name: string; made: number; redeemed: number; spent_minor: number }>(
    "select name, made, redeemed, spent_minor from benefits.batch order by batch_id",
  );
  expect(rows.map((row) => row.name)).toEqual(["新会员", "岁末礼盒", "本季度", "柜台卡片"]);
  const [welcome, festival, , snack] = rows;
  expect(welcome?.redeemed).toBeGreaterThan(0);
  expect(festival?.redeemed).toBeGreaterThan(0);
  expect(snack).toMatchObject({ made: 300, redeemed: 0 });
  const days = await shop.query<{ days: number }>("select count(distinct day)::int as days from benefits.redemption");
  expect(days[0]?.days).toBeGreaterThan(5);
  expect(await shop.contradictions()).toEqual([]);
});

it("a start that was broken off does not seed them twice", async () => {
  await seedCoupons(world().ground, 4);
  const shop = new CouponShop(world());
  expect(await shop.query("select count(*)::int as batches from benefits.batch")).toEqual([{ batches: 4 }]);
});
