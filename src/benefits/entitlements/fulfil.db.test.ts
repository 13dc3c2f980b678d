import { beforeAll, describe, expect, test } from "vitest";
import { BenefitShop, giftOf } from "../../../tests/support/benefit-shop.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { benefitIndicators } from "../indicators.ts";
import { fulfil } from "./fulfil.ts";
import { forgetEntitled, keptBetween } from "./fulfil-store.ts";

const world = withDatabase();
let shop: BenefitShop;

beforeAll(async () => {
  shop = new BenefitShop(world());
  shop.setDay("2026-11-10");
  await shop.ladder();
  for (const number of [1, 2, 3]) await shop.member(number, "2025-01-01");
  await shop.publish(giftOf("gift"));
  await shop.publish(giftOf("right", { give: { kind: "right", right: "priority_service" } }));
  await shop.work();
});

const handOut = (entitlement_id: number, key: string) =>
  fulfil(world().ground, key, { entitlement_id, store_code: "S1", note: null }, null);
const unkept = async () => {
  const { ground } = world();
  const indicator = benefitIndicators.find(({ name }) => name === "benefits.unkept");
  if (indicator === undefined) throw new Error("the indicator is gone");
  const look = { ground, at: ground.wall.now(), world_at: ground.clock.now() };
  const [reading] = await ground.store.read(SYSTEM_SCOPE, (tx) => indicator.read({ tx, ...look }));
  return reading?.value;
};

describe("handing out", () => {
  test("once, whatever is sent how often by how many", async () => {
    const [gift] = await shop.entitled("gift");
    const id = gift?.entitlement_id ?? 0;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 16 }, (_, at) => handOut(id, at < 8 ? "the same" : `other ${at}`)),
    );
    const done = outcomes.filter((one) => one.status === "fulfilled").length;
    // either the key of the eight was first, or one of the others was
    expect([8, 1]).toContain(done);
    const codes = outcomes.flatMap((one) => (one.status === "rejected" ? [(one.reason as { code: string }).code] : []));
    expect(new Set(codes)).toEqual(new Set(["benefits.entitlement_state"]));
  });

  test("not what keeps itself, not what does not exist, not after its last day", async () => {
    const [right] = await shop.entitled("right");
    await expect(handOut(right?.entitlement_id ?? 0, "a")).rejects.toMatchObject({ code: "benefits.entitlement_kind" });
    await expect(handOut(999_999, "b")).rejects.toMatchObject({ code: "benefits.entitlement_unknown" });
    const [, second] = await shop.entitled("gift");
    shop.setDay("2026-12-01");
    await expect(handOut(second?.entitlement_id ?? 0, "c")).rejects.toMatchObject({
      code: "benefits.entitlement_state",
      params: { state_en: "has passed its last day" },
    });
  });
});

describe("the rate", () => {
  test("every one is kept or listed; what is neither alarms, and so do days without a turn", async () => {
    await shop.work("2026-12-01");
    expect(await unkept()).toBe(0);
    const kept = await world().ground.store.read(SYSTEM_SCOPE, (tx) => keptBetween(tx, "2026-11-01", "2026-11-30"));
    expect(kept).toEqual([
      { benefit: "gift", due: 0, granted: 0, fulfilled: 1, expired: 2, failed: 0 },
      { benefit: "right", due: 0, granted: 0, fulfilled: 3, expired: 0, failed: 0 },
    ]);
    shop.setDay("2026-12-05");
    expect(await unkept()).toBe(3);
    await shop.work();
    expect(await unkept()).toBe(0);
    await shop.query("update benefits.entitlement set state = 'due', granted_at = null where state = 'granted'");
    shop.setDay("2026-12-06");
    expect(await unkept()).toBe(3);
  });
});

test("an erased member is nobody's number any more, and still counts", async () => {
  const before = await shop.query("select count(*)::int as n from benefits.entitlement");
  await world().ground.store.write(SYSTEM_SCOPE, (tx) => forgetEntitled(tx, [2]));
  expect(await shop.query("select 1 from benefits.entitlement where owner = 2")).toEqual([]);
  expect(await shop.query("select count(*)::int as n from benefits.entitlement")).toEqual(before);
});
