import { beforeAll, describe, expect, test } from "vitest";
import { giftOf } from "../../../tests/support/benefit-shop.ts";
import { CouponShop, yuanOff } from "../../../tests/support/coupon-shop.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { journey, type Nodes } from "../../../tests/support/journey-shop.ts";
import { type Deed, PlayedJourneys } from "../../../tests/support/played-journeys.ts";
import { publishBenefit, saveBenefit } from "../../benefits/index.ts";
import { businessDay } from "../../platform/index.ts";
import { ensureLadders } from "../../tiers/activation.ts";

const world = withDatabase();
let played: PlayedJourneys;
const NAMES = Array.from({ length: 12 }, (_, at) => `guest-${at}`);
const HALF_HOUR_MS = 1_800_000;

beforeAll(async () => {
  played = new PlayedJourneys(world);
  await played.shop.open();
  await played.shop.write((tx) =>
    tx.query(`insert into robots.robot (place, flow, name, owner_id, inputs, made_at)
      values (1, 'member_gifts', '礼品单', 1, '{"address": "https://office.example"}', now())`),
  );
  await played.shop.act("login", NAMES);
  await played.shop.act("member", NAMES.slice(0, 9), { home_store_code: "S1" });
  const coupons = new CouponShop(world());
  await coupons.batch(yuanOff(1_000, { key: "thanks" }));
  const paused = await coupons.batch(yuanOff(1_000, { key: "paused" }));
  await coupons.query("update benefits.batch set state = 'paused' where batch_id = $1", [paused]);
  await ensureLadders(world().ground);
  await played.shop.write(async (tx) => {
    const { ground, clock } = world();
    await saveBenefit(tx, giftOf("sample"), { origin: "console", person_id: null, now: clock.now() });
    await publishBenefit(tx, ground, "sample", {
      person_id: null,
      first_day: businessDay(clock.now(), ground.config.timezone),
      last_day: null,
    });
  });
});

/** Some share something each half hour of the day, by a fixed rule. */
function deedsFrom(midnight: Date, days: number): Deed[] {
  const deeds: Deed[] = [];
  for (let place = 1; place < days * 48; place += 5) {
    const names = NAMES.filter((_, number) => (place + number * 7) % 11 === 0);
    const at = new Date(midnight.getTime() + place * HALF_HOUR_MS);
    if (names.length > 0) deeds.push({ at, kind: "share", names, body: {} });
  }
  return deeds;
}

/** The first robot of its world. */
const ROBOT = 1;
const NODES: Nodes = {
  call: { kind: "staff_task", text: "打电话问候", due_days: 1, next: "out", otherwise: "split" },
  split: {
    kind: "ab",
    experiment: "gift",
    branches: [
      { variant: "coupon", percent: 50, next: "coupon" },
      { variant: "gift", percent: 50, next: "gift" },
    ],
  },
  coupon: { kind: "coupon", coupon: "thanks", next: "none" },
  none: { kind: "coupon", coupon: "paused", next: "again" },
  gift: { kind: "benefit", benefit: "sample", next: "gold" },
  gold: { kind: "tier", tier: "gold", days: 3, next: "again" },
  again: { kind: "jump", to: "split", times: 1, next: "note" },
  note: { kind: "staff_task", text: "寄样茶", due_days: 3, next: "post" },
  post: { kind: "robot", robot_id: ROBOT, next: "out" },
  out: { kind: "exit" },
};

describe("nodes that ask other domains", () => {
  test("are in a dry run what they were when the same days were played: ways, times, what was given and refused", async () => {
    const definition = journey("acting", {
      entry: { kind: "event", event: "share" },
      reentry: { kind: "again", after_days: 0 },
      start: "call",
      nodes: NODES,
    });
    const midnight = played.turnToMidnight();
    await played.live(definition, deedsFrom(midnight, 6), 6);
    const live = await played.liveWays("acting");
    const dry = await played.dryWays(await played.dry(definition, { days: 5 }));
    const effects = new Set(live.flatMap((one) => one.effects.map((effect) => effect.replace(/^\d+ /, ""))));
    expect([...effects].sort()).toEqual(["given", "refused benefits.none_to_give", "refused tasks.nobody"]);
    expect(live.length).toBeGreaterThan(20);
    expect(dry).toEqual(live);
    await played.end("acting");
  });
});
