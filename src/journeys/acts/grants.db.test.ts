import { beforeAll, describe, expect, test } from "vitest";
import { giftOf } from "../../../tests/support/benefit-shop.ts";
import { CouponShop, yuanOff } from "../../../tests/support/coupon-shop.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { journey, JourneyShop, type Nodes } from "../../../tests/support/journey-shop.ts";
import { publishBenefit, saveBenefit } from "../../benefits/index.ts";
import { grantNext } from "../../benefits/entitlements/grant.ts";
import { businessDay } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { ensureLadders } from "../../tiers/activation.ts";
import { tierChoices } from "../../tiers/index.ts";
import { advance, advanceVersion } from "../advance.ts";
import { journeyProblems } from "../definition-check.ts";
import { movingVersions } from "../journey-store.ts";

const world = withDatabase();
const shop = new JourneyShop(world);
let coupons: CouponShop;
let crowd: number[] = [];
const by = { person_id: null };

const oneNode = (node: Nodes[string]): Nodes => ({ give: node, out: { kind: "exit" } });
const COUPON = (coupon: string) => oneNode({ kind: "coupon", coupon, next: "out" });
const BENEFIT = (benefit: string) => oneNode({ kind: "benefit", benefit, next: "out" });

beforeAll(async () => {
  await shop.open();
  coupons = new CouponShop(world());
  const names = Array.from({ length: 6 }, (_, at) => `grant-${at}`);
  await shop.act("login", names);
  crowd = await Promise.all(names.map((name) => shop.member(name)));
});

const trouble = (key: string) =>
  shop.read<{ code: string }>("select code from journeys.trouble join journeys.run using (run_id) where journey = $1", [
    key,
  ]);

/** Everybody passes at once, with two workers and two that die after they wrote. */
async function passWithDeaths(): Promise<void> {
  const { ground } = world();
  const dies = async () => {
    for (const version of await ground.store.read(SYSTEM_SCOPE, movingVersions))
      await ground.store
        .write(SYSTEM_SCOPE, async (tx) => {
          await advanceVersion(tx, ground, version, 7);
          throw new Error("killed");
        })
        .catch(() => undefined);
  };
  await Promise.all([advance(ground, 1), dies(), advance(ground, 2), dies()]);
  await shop.settle();
}

describe("a coupon in a journey", () => {
  test("is given once, of the newest open batch and then of the one before; who comes when none is left goes on, and it is said why", async () => {
    const definition = yuanOff(1_000, { key: "thanks" });
    const older = await coupons.batch(definition, { number: 3 });
    const newer = await coupons.batch(definition, { number: 2 });
    await shop.publish(journey("coupons", { start: "give", nodes: COUPON("thanks") }));
    await shop.enter("coupons", crowd);
    await passWithDeaths();
    const issued = await shop.read<{ batch_id: number; n: number; owners: number }>(
      `select batch_id, count(*)::int as n, count(distinct owner)::int as owners from benefits.issued
       where batch_id = any($1) group by 1 order by 1`,
      [[older, newer]],
    );
    expect(issued).toEqual([
      { batch_id: older, n: 3, owners: 3 },
      { batch_id: newer, n: 2, owners: 2 },
    ]);
    expect(await trouble("coupons")).toEqual([{ code: "benefits.none_to_give" }]);
    expect((await shop.runs("coupons")).every(({ ended }) => ended === "finished")).toBe(true);
  });

  test("goes to a member twice who is twice under way", async () => {
    const batch = await coupons.batch(yuanOff(1_000, { key: "each_share" }), { number: 10 });
    await shop.publish(
      journey("coupon_each", {
        entry: { kind: "event", event: "share", each: "record" },
        start: "give",
        nodes: COUPON("each_share"),
      }),
    );
    const now = world().clock.now();
    for (const minutes of [1, 2, 3])
      await shop.act("share", ["grant-0"], {}, new Date(now.getTime() - minutes * 60_000));
    await shop.settle();
    const issued = await shop.read("select 1 from benefits.issued where batch_id = $1 and owner = $2", [
      batch,
      crowd[0],
    ]);
    expect(issued).toHaveLength(3);
  });
});

describe("a benefit in a journey", () => {
  const publish = (key: string) =>
    shop.write(async (tx) => {
      const { ground, clock } = world();
      await saveBenefit(tx, giftOf(key), { origin: "console", ...by, now: clock.now() });
      await publishBenefit(tx, ground, key, {
        ...by,
        first_day: businessDay(clock.now(), ground.config.timezone),
        last_day: null,
      });
    });

  test("is due once for each entry, beside its rhythm, and granted by the turn of benefits", async () => {
    await publish("sample");
    await shop.publish(journey("benefits", { start: "give", nodes: BENEFIT("sample") }));
    await shop.enter("benefits", crowd);
    await passWithDeaths();
    while ((await grantNext(world().ground)) > 0) continue;
    const made = await shop.read<{ owner: number; state: string }>(
      "select owner, state from benefits.entitlement where benefit = 'sample' and period like 'journey %' order by owner",
    );
    expect(made).toEqual(crowd.toSorted((a, b) => a - b).map((owner) => ({ owner, state: "granted" })));
  });
});

describe("a tier in a journey", () => {
  test("is given once for its days; a tier that the ladder lost is said", async () => {
    const { ground } = world();
    await ensureLadders(ground);
    const tier = (await ground.store.read(SYSTEM_SCOPE, tierChoices)).at(-1)?.tier ?? "";
    const TIER = oneNode({ kind: "tier", tier, days: 10, next: "out" });
    await shop.publish(journey("tiers", { start: "give", nodes: TIER }));
    await shop.enter("tiers", crowd);
    await passWithDeaths();
    const grants = await shop.read<{ member_id: number; tier: string; days: number; reason: string }>(
      'select member_id, tier, until_day - from_day + 1 as days, reason from tiers."grant" order by member_id',
    );
    expect(grants).toEqual(
      crowd.toSorted((a, b) => a - b).map((member_id) => ({ member_id, tier, days: 10, reason: "tiers" })),
    );
    const held = await shop.read<{ tier: string }>("select tier from catalogue.member_tier where member_id = any($1)", [
      crowd,
    ]);
    expect(held.map((one) => one.tier)).toEqual(crowd.map(() => tier));
    expect(
      await ground.store.read(SYSTEM_SCOPE, (tx) =>
        journeyProblems(
          tx,
          ground,
          journey("bad", { start: "give", nodes: oneNode({ kind: "tier", tier: "gone", days: 1, next: "out" }) }),
        ),
      ),
    ).toMatchObject([{ path: "/nodes/give/tier", code: "journeys.tier_unknown" }]);
  });
});

describe("a webhook in a journey", () => {
  test("tells the one endpoint, once for each member, numbers and codes only; of one that is gone it is said why", async () => {
    const [endpoint, other] = await shop.write(async (tx) => [await endpointAt(tx, 1), await endpointAt(tx, 2)]);
    const nodes = oneNode({ kind: "webhook", endpoint_id: endpoint ?? 0, next: "out" });
    await shop.publish(journey("tells", { start: "give", nodes }));
    await shop.enter("tells", crowd.slice(0, 4));
    await passWithDeaths();
    const told = await shop.read<{ endpoint_id: number; kind: string; data: Record<string, unknown>; state: string }>(
      `select d.endpoint_id, m.kind, m.data, d.state from channels.webhook_delivery d join channels.webhook_message m using (message_id)
       order by (m.data->>'member_id')::bigint`,
    );
    expect(told).toMatchObject(
      crowd
        .slice(0, 4)
        .toSorted((a, b) => a - b)
        .map((member_id) => ({
          endpoint_id: endpoint,
          kind: "journey.reached",
          data: { journey: "tells", node: "give", member_id },
          state: "waiting",
        })),
    );
    expect(told.some((one) => one.endpoint_id === other)).toBe(false);
    await shop.write((tx) => tx.query("delete from channels.endpoint where endpoint_id = $1", [endpoint]));
    await shop.enter("tells", crowd.slice(4, 5), "later");
    await shop.settle();
    expect(await trouble("tells")).toEqual([{ code: "channels.endpoint_gone" }]);
  });

  const endpointAt = async (tx: Tx, place: number): Promise<number> =>
    (
      await tx.one<{ endpoint_id: number }>(
        `insert into channels.endpoint (place, name, address_sealed, address_shown, kinds, secret_sealed, made_at)
         values ($1, 'ERP', '', 'https://erp.example', '{member.erased}', '', now()) returning endpoint_id`,
        [place],
      )
    )?.endpoint_id ?? 0;
});

test("coupons and benefits that are not there, or not chosen, are said at their node", async () => {
  const { ground } = world();
  const problems = (nodes: Nodes) =>
    ground.store.read(SYSTEM_SCOPE, (tx) => journeyProblems(tx, ground, journey("bad", { start: "give", nodes })));
  expect(await problems(COUPON(""))).toMatchObject([{ path: "/nodes/give/coupon", code: "journeys.coupon_missing" }]);
  expect(await problems(COUPON("nowhere"))).toMatchObject([
    { path: "/nodes/give/coupon", code: "journeys.coupon_unknown" },
  ]);
  expect(await problems(BENEFIT(""))).toMatchObject([{ code: "journeys.benefit_missing" }]);
  expect(await problems(BENEFIT("nowhere"))).toMatchObject([
    { path: "/nodes/give/benefit", code: "journeys.benefit_unknown" },
  ]);
  expect(await problems(COUPON("thanks"))).toEqual([]);
});
