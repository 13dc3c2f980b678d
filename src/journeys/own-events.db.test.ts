import { beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { journey } from "../../tests/support/journey-shop.ts";
import { PlayedJourneys } from "../../tests/support/played-journeys.ts";
import { commitWithin } from "../points/index.ts";
import { emit } from "../store/index.ts";

const world = withDatabase();
let played: PlayedJourneys;

beforeAll(async () => {
  played = new PlayedJourneys(world);
  await played.shop.open();
  await played.shop.act("login", ["an", "bo", "cy", "di"]);
});

const again = (key: string, event: string) =>
  journey(key, { entry: { kind: "event", event }, reentry: { kind: "again", after_days: 0 } });

async function earn(name: string, reference: string, points = 30): Promise<void> {
  const owner = await played.shop.member(name);
  await played.shop.write((tx) =>
    commitWithin(tx, world().ground, [{ key: reference, command: { type: "earn", owner, points, reference } }]),
  );
}

async function moveTier(name: string, direction: -1 | 1): Promise<void> {
  const member_id = await played.shop.member(name);
  const [from, to] = direction === 1 ? ["ordinary", "gold"] : ["gold", "ordinary"];
  await played.shop.write(async (tx) => {
    await tx.query(
      `insert into tiers.history (member_id, ladder, version, from_tier, to_tier, direction, day, at, reason, evidence)
       values ($1, 'growth', 1, $2, $3, $4, ($5::timestamptz at time zone 'Asia/Shanghai')::date, $5, 'earned', '{}')`,
      [member_id, from, to, direction, world().clock.now()],
    );
    await emit(tx, "tiers.changed", [{ changes: [{ member_id, from, to, reason: "earned", direction }] }]);
  });
  await played.shop.settle();
}

/** Whom a journey let in, and when, live and in a dry run of the same days. */
async function both(key: string, event: string) {
  const of = (ways: Awaited<ReturnType<PlayedJourneys["liveWays"]>>) =>
    ways.map(({ member_id, entered_at }) => [member_id, entered_at.toISOString()]);
  return {
    live: of(await played.liveWays(key)),
    dry: of(await played.dryWays(await played.dry(again(`${key}_dry`, event), { days: 2 }))),
  };
}

describe("what happens on the platform itself", () => {
  test("points that can be used let their member in, each time; what a journey gave or an opening brought does not; a dry run says the same", async () => {
    played.turnToMidnight();
    await earn("di", "grant:0:1");
    await played.shop.publish(again("credited", "points_credited"));
    world().clock.advance({ hours: 3 });
    await earn("an", "grant:1:1");
    await played.shop.settle();
    world().clock.advance({ hours: 3 });
    await earn("an", "order:7:1");
    await earn("bo", "journey 1.2.3.4");
    await earn("cy", "opening:1:1:3");
    await played.shop.settle();
    const { live, dry } = await both("credited", "points_credited");
    expect(live.map(([member_id]) => member_id)).toEqual([
      await played.shop.member("an"),
      await played.shop.member("an"),
    ]);
    // before it was published nobody listened; a dry run plays the whole day
    const di = await played.shop.member("di");
    expect(dry.filter(([member_id]) => member_id !== di)).toEqual(live);
    await played.end("credited");
  });

  test("a tier that rises lets in, one that falls ends a wait for it; a dry run says the same", async () => {
    played.turnToMidnight();
    await played.shop.publish(again("risen", "tier_up"));
    await played.shop.publish({
      ...again("until_fallen", "tier_up"),
      start: "wait",
      nodes: {
        wait: {
          kind: "wait_until",
          event: "tier_down",
          within: { amount: 30, unit: "days" },
          then: "out",
          otherwise: "out",
        },
        out: { kind: "exit" },
      },
    });
    world().clock.advance({ hours: 3 });
    await moveTier("an", 1);
    world().clock.advance({ hours: 3 });
    await moveTier("an", -1);
    await moveTier("bo", -1);
    const { live, dry } = await both("risen", "tier_up");
    expect(live.map(([member_id]) => member_id)).toEqual([await played.shop.member("an")]);
    expect(dry).toEqual(live);
    expect((await played.shop.runs("until_fallen")).map(({ ended }) => ended)).toEqual(["finished"]);
  });
});
