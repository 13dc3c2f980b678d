import { beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { journey, type Nodes } from "../../../tests/support/journey-shop.ts";
import { type Deed, PlayedJourneys } from "../../../tests/support/played-journeys.ts";

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
  call: { kind: "staff_task", text: "打电话问候", due_days: 1, next: "out", otherwise: "note" },
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
    expect([...effects].sort()).toEqual(["given", "refused tasks.nobody"]);
    expect(live.length).toBeGreaterThan(20);
    expect(dry).toEqual(live);
    await played.end("acting");
  });
});
