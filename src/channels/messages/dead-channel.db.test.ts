import { afterAll, beforeAll, expect, it } from "vitest";
import { type ChannelSim, startChannelSim } from "../../../channel-sim/server.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { INBOX, MessageDesk, SMS } from "../../../tests/support/message-desk.ts";
import { CARRIERS } from "./carriers.ts";
import { Sending } from "./sending.ts";

const world = withDatabase();
const QUEUED = 1_500;
const OTHERS = 50;
let desk: MessageDesk;
let sim: ChannelSim;

beforeAll(async () => {
  desk = new MessageDesk(world().ground);
  sim = await startChannelSim({ now_ms: () => world().clock.now().getTime() });
  sim.aliyun.limited = false;
  await desk.smsTo(sim.url);
  for (let number = 1; number <= 20; number += 1) await desk.member(number);
  await desk.template("points_expiring", INBOX);
  await desk.template("points_sms", SMS);
  await desk.policy();
});
afterAll(() => sim.stop());

const wayOf = (channel: string) => {
  const carrier = CARRIERS.find((one) => one.channel === channel);
  if (carrier === undefined) throw new Error(channel);
  return new Sending(world().ground, carrier);
};
const ask = (channel: "sms" | "inbox", count: number) =>
  desk.request(
    Array.from({ length: count }, (_, n) => ({
      effect_key: `${channel} ${n}`,
      member_id: 1 + (n % 20),
      template: channel === "sms" ? "points_sms" : "points_expiring",
      variables: { points: n, day: "明天" },
    })),
  );

it("a dead channel with a long queue holds up itself alone: others go out in the same round, and its queue waits whole", async () => {
  sim.dials.set("sms", { outcome: "refuse" });
  await ask("sms", QUEUED);
  const dead = wayOf("sms");
  const inbox = wayOf("inbox");
  // its calls are under way and none comes back
  await dead.round();
  await ask("inbox", OTHERS);
  expect(await inbox.round()).toBe(true);
  const sent = Object.entries(await desk.outcomes());
  expect(sent).toHaveLength(OTHERS);
  expect(sent.every(([key, how]) => key.startsWith("inbox") && how === "accepted")).toBe(true);
  await dead.idle();
  for (let n = 0; n < 8; n += 1) {
    world().clock.advance({ minutes: 4 });
    await dead.round();
    await dead.idle();
  }
  const [carrier] = await desk.query<{ rests: boolean }>(
    "select paused_until is not null as rests from channels.carrier where channel = 'sms'",
  );
  expect(carrier).toEqual({ rests: true });
  const [waiting] = await desk.query<{ n: number }>("select count(*)::int as n from channels.pending");
  expect(waiting).toEqual({ n: QUEUED });
  sim.dials.set("sms", { outcome: "ok" });
  for (let n = 0; n < 12; n += 1) {
    world().clock.advance({ hours: 1 });
    while (await dead.round());
    await dead.idle();
  }
  const ends = Object.values(await desk.outcomes());
  expect(ends.filter((how) => how === "accepted")).toHaveLength(QUEUED + OTHERS);
  const titles = sim.log
    .list({ kind: "sms" })
    .filter((row) => row.taken)
    .map(({ title }) => title);
  expect([titles.length, new Set(titles).size]).toEqual([QUEUED, QUEUED]);
});
