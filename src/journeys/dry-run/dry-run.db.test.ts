import { beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { journey, type Nodes } from "../../../tests/support/journey-shop.ts";
import { type Deed, PlayedJourneys } from "../../../tests/support/played-journeys.ts";
import { build as q } from "../../query/index.ts";

const world = withDatabase();
let played: PlayedJourneys;
const NAMES = Array.from({ length: 40 }, (_, at) => `guest-${at}`);
const HALF_HOUR_MS = 1_800_000;

const words = (text: string) => ({ kind: "inbox" as const, title: "您好", text, variables: [] });

beforeAll(async () => {
  played = new PlayedJourneys(world);
  await played.shop.open();
  await played.desk.template("thanks", words("谢谢"));
  await played.desk.template("more", words("再来"));
  await played.desk.template("receipt", words("收到"), "service");
  await played.desk.policy({
    quiet: { from: "21:00", to: "09:00", channels: ["inbox"], categories: ["marketing"], then: "later" },
    member_caps: [{ channel: "inbox", category: "marketing", period: "week", max: 2 }],
    repeat_after_hours: { marketing: 72, service: 0 },
  });
  await played.shop.act("login", NAMES);
  const yes = { purpose: "marketing", medium: "mini_program", granted: true, text_version: "v1", via: "app" };
  await played.shop.act("consent", NAMES.slice(0, 32), yes);
});

/** A fortnight in which everybody does something now and then, by a fixed rule. */
function deedsFrom(midnight: Date, days: number): Deed[] {
  const deeds: Deed[] = [];
  const at = (half_hours: number) => new Date(midnight.getTime() + half_hours * HALF_HOUR_MS);
  for (let place = 1; place < days * 48; place += 1) {
    const who = (step: number) => NAMES.filter((_, number) => (place * 7 + number * 11) % step === 0);
    const [share, review, cart] = [who(37), who(211), who(31)];
    if (cart.length > 0) deeds.push({ at: at(place), kind: "share", names: cart, body: {} });
    if (share.length > 0) deeds.push({ at: at(place), kind: "login", names: share });
    if (review.length > 0) deeds.push({ at: at(place), kind: "review", names: review });
  }
  // the last evening: who is praised then waits for the morning
  for (const place of [41, 44]) deeds.push({ at: at((days - 1) * 48 + place), kind: "share", names: NAMES });
  const no = { purpose: "marketing", medium: "mini_program", granted: false };
  deeds.push({ at: at(5 * 48 + 20), kind: "consent", names: NAMES.slice(4, 10), body: no });
  return deeds;
}

const shared = (times: number, days: number) =>
  q.atLeast(q.count("events", { where: q.equals(q.column("kind"), "share"), window: q.lastDays(days) }), times);

const NODES: Nodes = {
  thank: { kind: "message", template: "receipt", next: "split" },
  split: {
    kind: "random",
    branches: [
      { percent: 30, next: "give" },
      { percent: 70, next: "ask" },
    ],
  },
  give: { kind: "points", points: 20, valid_days: 30, next: "ask" },
  ask: { kind: "condition", condition: shared(2, 3), then: "praise", otherwise: "listen" },
  praise: { kind: "message", template: "thanks", next: "rest" },
  listen: {
    kind: "wait_until",
    event: "login",
    within: { amount: 36, unit: "hours" },
    then: "open",
    otherwise: "rest",
  },
  open: { kind: "window", from: "10:00", until: "18:30", weekdays: [1, 2, 3, 5, 6], next: "praise" },
  rest: { kind: "wait", for: { amount: 2, unit: "days" }, at: "20:30", next: "again" },
  again: { kind: "condition", condition: shared(1, 2), then: "more", otherwise: "out" },
  more: { kind: "message", template: "more", next: "out" },
  out: { kind: "exit" },
};

describe("a dry run", () => {
  test("says of everybody what really happened when the same days were played: ways, times, messages with reasons, points, goal", async () => {
    const definition = journey("fortnight", {
      entry: { kind: "event", event: "share" },
      reentry: { kind: "again", after_days: 1 },
      goal: { event: "review", exit: true },
      hold_out_percent: 10,
      start: "thank",
      nodes: NODES,
    });
    const midnight = played.turnToMidnight();
    await played.live(definition, deedsFrom(midnight, 12), 12);
    const live = await played.liveWays("fortnight");
    const dry = await played.dryWays(await played.dry(definition, { days: 11 }));
    expect(live.length).toBeGreaterThan(60);
    // what is compared is there
    const effects = live.flatMap((one) => one.effects.map((effect) => effect.replaceAll(/^\d+ | \d+$/g, "")));
    expect([...new Set(effects)].sort()).toEqual(
      ["given", "held cap_member", "held no_consent", "held repeated", "sent", "waiting"].sort(),
    );
    expect([...new Set(live.map((one) => one.ended))].sort()).toEqual(["finished", "goal", "hold_out", null].sort());
    expect(dry).toEqual(live);
    await played.end("fortnight");
  });

  test("says of a schedule whom it lets in at each of its moments, as it really happened", async () => {
    const entry = {
      kind: "schedule" as const,
      every: "week" as const,
      weekdays: [1, 2, 4, 6, 7],
      at: "10:30",
      condition: shared(2, 2),
    };
    const definition = journey("on_days", {
      entry,
      reentry: { kind: "again", after_days: 2 },
      goal: { event: "review", exit: true },
      hold_out_percent: 10,
      start: "thank",
      nodes: NODES,
    });
    const midnight = played.turnToMidnight();
    await played.live(definition, deedsFrom(midnight, 10), 10);
    const live = await played.liveWays("on_days");
    const dry = await played.dryWays(await played.dry(definition, { days: 9 }));
    expect(live.length).toBeGreaterThan(30);
    const entered = live.map((one) => one.entered_at.toISOString());
    expect(new Set(entered).size).toBeGreaterThan(5);
    expect(entered.every((at) => at.endsWith("T02:30:00.000Z"))).toBe(true);
    expect([...new Set(live.map((one) => one.ended))].sort()).toEqual(["finished", "goal", "hold_out", null].sort());
    expect(dry).toEqual(live);
    await played.end("on_days");
  });
});
