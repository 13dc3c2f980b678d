import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ChannelSim, startChannelSim } from "../../../channel-sim/server.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { GateRules, HELD_AT, LIMITS, type Step } from "../../../tests/support/gate-rules.ts";
import { INBOX, MessageDesk, SMS } from "../../../tests/support/message-desk.ts";

const world = withDatabase();
const RUNS = process.env["HUITOU_SOAK"] === "1" ? 2_000 : process.env["HUITOU_LONG"] === "1" ? 200 : 30;
let desk: MessageDesk;
let sim: ChannelSim;

beforeAll(async () => {
  desk = new MessageDesk(world().ground);
  sim = await startChannelSim({ now_ms: () => world().clock.now().getTime() });
  sim.aliyun.limited = false;
  await desk.smsTo(sim.url);
  // one and two live together, so do three and four
  for (const number of [1, 2, 3, 4, 5, 6])
    await desk.member(number, { phone: `+8613800000${number < 5 ? `01${Math.ceil(number / 2)}` : `02${number}`}` });
  await desk.template("hello_inbox", { ...INBOX, text: "您好", title: "您好", variables: [] });
  await desk.template("hello_sms", { ...SMS, text: "您好，拒收请回复R", parameters: {}, variables: [] });
  await desk.template("news_sms", { ...SMS, text: "上新，拒收请回复R", parameters: {}, variables: [] });
  await desk.template("receipt_sms", { ...SMS, text: "已收货", parameters: {}, variables: [] }, "service");
});
afterAll(() => sim.stop());

const member = fc.integer({ min: 1, max: 6 });
const medium = fc.constantFrom("sms" as const, "mini_program" as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant("ask" as const),
      member,
      template: fc.constantFrom("hello_inbox", "hello_sms", "news_sms", "receipt_sms"),
      priority: fc.integer({ min: 0, max: 9 }),
      valid_hours: fc.option(fc.integer({ min: 1, max: 30 }), { freq: 3 }),
    }),
  },
  { weight: 5, arbitrary: fc.constant({ kind: "run" as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      minutes: fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 2_900 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("consent" as const), member, medium, granted: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("join" as const), kept: member, absorbed: member }) },
);
/** Around midnights at which clocks change in one of the zones, or in none. */
const begin = fc.constantFrom(
  "2026-03-07T20:00:00Z",
  "2026-03-28T18:00:00Z",
  "2026-04-04T10:00:00Z",
  "2026-10-03T09:00:00Z",
  "2026-10-24T20:00:00Z",
  "2026-10-31T21:00:00Z",
  "2026-12-30T12:00:00Z",
);

describe("whatever happens while messages wait", () => {
  it("consent, quiet hours, caps, budgets and repeats hold at the moment of sending, each non-send has its true reason, and nothing is lost (model)", async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(begin, fc.array(step, { minLength: 10, maxLength: 60 }), async (from, steps) => {
        world().clock.set(from);
        await desk.clear();
        await desk.policy(LIMITS);
        const rules = new GateRules(desk, world().clock);
        await rules.open();
        for (const one of steps) await rules.take(one);
        await rules.drain();
        for (const reason of rules.reasons) seen.add(reason);
      }),
      { numRuns: RUNS, seed: 20_261_130 },
    );
    // the runs really came to what they are about
    expect([...seen].sort()).toEqual(expect.arrayContaining([...HELD_AT].sort()));
  });
});
