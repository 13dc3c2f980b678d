import { beforeAll, expect, test } from "vitest";
import { SHIPPED_BENEFITS } from "../../definitions/benefits/benefits.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { settleBenefits } from "../../src/benefits/index.ts";
import { contradictingRewards } from "../../src/benefits/rewards/reward-list-store.ts";
import { verifyLedger } from "../../src/points/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { ensureLadders } from "../../src/tiers/activation.ts";
import { settleTiers } from "../../src/tiers/index.ts";
import { seedBenefits } from "./benefits.ts";
import { seedCoupons } from "./coupons.ts";
import { seedLoyalty } from "./loyalty.ts";
import { seedWorld } from "./seed.ts";

const world = withDatabase();
const UNTIL = new Date("2026-11-22T08:00:00Z");
const rows = <Row>(text: string) => world().ground.store.read(SYSTEM_SCOPE, (tx) => tx.query<Row>(text));

beforeAll(async () => {
  const { ground } = world();
  world().clock.set(UNTIL);
  await seedWorld(ground, { members: 160, seed: 4, until: UNTIL });
  await seedLoyalty(ground, UNTIL, 4);
  await seedCoupons(ground, 4);
  await seedBenefits(ground, 4);
});

test("the ladder's benefits are in force, and what its tiers are due is given once they are computed", async () => {
  const { ground } = world();
  const inForce = await rows<{ benefit: string }>(
    "select benefit from benefits.benefit_version where first_day is not null order by benefit",
  );
  expect(inForce.map(({ benefit }) => benefit)).toEqual(
    [...SHIPPED_BENEFITS.map(({ key }) => key), "birthday_treat"].toSorted(),
  );
  await ensureLadders(ground);
  await settleTiers(ground);
  await settleBenefits(ground);
  const kept = await rows<{ benefit: string; state: string }>(
    "select distinct benefit, state from benefits.entitlement",
  );
  expect(kept).toEqual(
    expect.arrayContaining([
      { benefit: "birthday_treat", state: "fulfilled" },
      { benefit: "birthday_treat", state: "granted" },
      { benefit: "birthday_treat", state: "expired" },
      { benefit: "quarterly_coupon", state: "fulfilled" },
    ]),
  );
  expect(kept.filter(({ state }) => state === "due")).toEqual([]);
});

test("rewards are ordered, handed over and waiting; stock, account, orders and ledger agree", async () => {
  const states = await rows<{ state: string }>("select distinct state from benefits.reward_order");
  expect(states.map(({ state }) => state)).toEqual(expect.arrayContaining(["confirmed", "fulfilled"]));
  expect((await rows("select 1 from benefits.reward_order")).length).toBeGreaterThan(12);
  const { store } = world().ground;
  expect(await store.read(SYSTEM_SCOPE, contradictingRewards)).toBe(0);
  expect(await verifyLedger(store)).toMatchObject({ ok: true, sum: 0 });
});

test("a start that was broken off does not seed them twice", async () => {
  const counts = () =>
    rows(
      "select (select count(*) from benefits.entitlement) as due, (select count(*) from benefits.reward_order) as orders",
    );
  const before = await counts();
  await seedLoyalty(world().ground, UNTIL, 4);
  await seedBenefits(world().ground, 4);
  expect(await counts()).toEqual(before);
});
