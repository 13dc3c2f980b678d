import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ChannelSim, startChannelSim } from "../../../channel-sim/server.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { INBOX, MessageDesk, SMS } from "../../../tests/support/message-desk.ts";
import { whileAdding } from "../../../tests/support/open-transaction.ts";
import { sayConsents } from "../../members/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { takeGate } from "./gate-turn-store.ts";
import { inboxOf } from "./inbox-store.ts";
import { cancelMessages, type MessageRequest } from "./request.ts";

const world = withDatabase();
let desk: MessageDesk;
let sim: ChannelSim;
const MEMBERS = 12;

beforeAll(async () => {
  desk = new MessageDesk(world().ground);
  sim = await startChannelSim({ now_ms: () => world().clock.now().getTime() });
  sim.aliyun.limited = false;
  await desk.smsTo(sim.url);
  for (let number = 1; number <= MEMBERS; number += 1) await desk.member(number);
  await desk.template("points_expiring", INBOX);
  await desk.template("points_sms", SMS);
  await desk.template("receipt_sms", { ...SMS, service_template: "SMS_100002" }, "service");
});
afterAll(() => sim.stop());
beforeEach(async () => {
  await desk.clear();
  await desk.policy();
  sim.log.clear();
  sim.dials.set("sms", { outcome: "ok" });
});

const variables = { points: 120, day: "12月31日" };
const to = (member_id: number, effect_key: string, more: Partial<MessageRequest> = {}): MessageRequest => ({
  member_id,
  effect_key,
  template: "points_expiring",
  variables,
  ...more,
});
const sms = (member_id: number, effect_key: string, more: Partial<MessageRequest> = {}) =>
  to(member_id, effect_key, { template: "points_sms", variables: { points: 120 }, ...more });
/** Numbers of our messages that the service took, as often as it took them. */
const taken = () =>
  sim.log
    .list({ kind: "sms" })
    .filter((row) => row.taken)
    .map(({ title }) => title);

describe("the gate's turn", () => {
  it("is waited for by a channel with something to decide, and by no other", async () => {
    await desk.request([to(1, "waits")]);
    const answers = await whileAdding(
      world().ground,
      async (tx) => {
        const other = await takeGate(tx, "inbox", world().clock.now());
        // has nothing to decide: it is through while the gate is another's
        await desk.run("sms");
        await desk.run("webhook");
        return other;
      },
      async () => {
        await desk.run();
        return desk.outcomes();
      },
    );
    expect(answers).toEqual({ waits: "accepted" });
  });
});

describe("asking", () => {
  it("is once for an effect: the same key again, in one call or another, is the same message", async () => {
    const first = await desk.request([to(1, "a"), to(2, "b"), to(1, "a")]);
    expect(first.fresh).toBe(2);
    expect(first.message_ids[2]).toBe(first.message_ids[0]);
    const again = await desk.request([to(2, "b"), to(3, "c")]);
    expect(again).toMatchObject({ fresh: 1, message_ids: [first.message_ids[1], expect.any(Number)] });
    await desk.run();
    await desk.run();
    expect(await desk.outcomes()).toEqual({ a: "accepted", b: "accepted", c: "accepted" });
    const inbox = await world().ground.store.read(SYSTEM_SCOPE, (tx) => inboxOf(tx, world().ground, 1, 10));
    expect(inbox).toMatchObject([{ title: "林1，您好", text: "您有 120 积分将于 12月31日 过期。" }]);
    const [row] = await desk.query<{ row: string }>("select to_json(i)::text as row from channels.inbox i limit 1");
    expect(row?.row).not.toContain("林");
  });

  it("leaves nothing when the asker's transaction does not commit, and names a template that is none", async () => {
    await expect(desk.request([to(1, "x", { template: "nope" })])).rejects.toMatchObject({
      code: "channels.template_unknown",
    });
    expect(await desk.query("select from channels.message")).toEqual([]);
  });

  it("can be taken back until the gate has decided, and tells whoever asked how each ended", async () => {
    await desk.request([to(1, "stay"), to(2, "go", { not_before: new Date(world().clock.now().getTime() + 60_000) })]);
    const { ground } = world();
    const gone = await ground.store.write(SYSTEM_SCOPE, (tx) =>
      cancelMessages(tx, ground, "test", ["go", "stay", "never"]),
    );
    expect(gone.toSorted()).toEqual(["go", "stay"]);
    await desk.run();
    expect(await desk.outcomes()).toEqual({ go: "cancelled", stay: "cancelled" });
    const events = await desk.query<{ payload: { messages: { effect_key: string; reason: string }[] } }>(
      "select payload from store.outbox where type = 'channels.ended' order by event_id desc limit 1",
    );
    expect(events[0]?.payload.messages).toMatchObject([
      { effect_key: "stay", state: "held", reason: "cancelled", source: "test", member_id: 1 },
      { effect_key: "go", state: "held", reason: "cancelled" },
    ]);
  });
});

describe("why nothing went out", () => {
  it("is the first reason in the declared order", async () => {
    await desk.member(101, { is_test: true, phone: null, consents: [] });
    await desk.member(102, { phone: null, consents: [] });
    await desk.member(103, { consents: [] });
    await desk.member(104, { is_staff: true });
    await desk.query("insert into channels.hold_out values (5, now(), 'control'), (103, now(), 'control')");
    await desk.template("no_words", SMS);
    await desk.query("update channels.template_version set state = 'retired' where template = 'no_words'");
    await desk.template("broken", { ...SMS, parameters: { points: "{{ absent }}" } });
    await desk.request([
      sms(1, "fine"),
      sms(1, "missing", { template: "no_words" }),
      sms(999, "nobody"),
      sms(101, "test account"),
      sms(104, "staff"),
      sms(102, "no phone"),
      sms(103, "no consent"),
      sms(103, "service needs none", { template: "receipt_sms" }),
      sms(5, "held out"),
      sms(5, "held out of marketing only", { template: "receipt_sms" }),
      sms(2, "late", { valid_until: new Date(world().clock.now().getTime() - 1) }),
      sms(3, "broken", { template: "broken" }),
    ]);
    await desk.run("sms");
    expect(await desk.outcomes()).toEqual({
      fine: "accepted",
      missing: "template_missing",
      nobody: "member_gone",
      "test account": "excluded",
      staff: "excluded",
      "no phone": "no_address",
      "no consent": "no_consent",
      "service needs none": "accepted",
      "held out": "hold_out",
      "held out of marketing only": "accepted",
      late: "expired",
      broken: "template_broken",
    });
    expect(taken()).toHaveLength(3);
  });

  it("everything stops with one button, before anything else is looked at", async () => {
    await desk.query("insert into channels.stop values ('all', '误发', null, now())");
    await desk.request([sms(1, "a"), sms(101, "b")]);
    await desk.run("sms");
    expect(await desk.outcomes()).toEqual({ a: "stopped", b: "stopped" });
    expect(taken()).toEqual([]);
  });

  it("a consent withdrawn after the request holds it back", async () => {
    const { ground, clock } = world();
    await desk.request([sms(6, "a"), sms(7, "b")]);
    const by = { person_id: null, reason: "", now: clock.now(), via: "app" };
    const word = { purpose: "marketing", medium: "sms", granted: false, text_version: null };
    await ground.store.write(SYSTEM_SCOPE, (tx) => sayConsents(tx, ground, 6, [word], by));
    await desk.run("sms");
    expect(await desk.outcomes()).toEqual({ a: "no_consent", b: "accepted" });
  });

  it("quiet hours of the member's own zone put it off until they end, or hold back what is worth nothing by then", async () => {
    const { clock } = world();
    const quiet = {
      from: "21:00",
      to: "09:00",
      channels: ["sms" as const],
      categories: ["marketing" as const],
      then: "later" as const,
    };
    await desk.policy({ quiet });
    await desk.query("insert into channels.member_zone values (2, 'America/New_York')");
    clock.set(new Date("2026-12-01T14:00:00Z")); // 22:00 in Shanghai, 09:00 in New York
    await desk.request([
      sms(1, "shanghai"),
      sms(2, "new york"),
      sms(3, "not by then", { valid_until: new Date("2026-12-01T20:00:00Z") }),
      sms(4, "service", { template: "receipt_sms" }),
    ]);
    await desk.run("sms");
    expect(await desk.outcomes()).toEqual({
      "new york": "accepted",
      "not by then": "quiet_hours",
      service: "accepted",
    });
    const [waiting] = await desk.query<{ due_at: Date; deferred: string }>(
      "select due_at, deferred from channels.pending",
    );
    expect(waiting).toEqual({ due_at: new Date("2026-12-02T01:00:00Z"), deferred: "quiet_hours" });
    clock.set(new Date("2026-12-02T01:00:00Z"));
    await desk.run("sms");
    expect(await desk.outcomes()).toMatchObject({ shanghai: "accepted" });
  });

  it("caps, the household's and the budget go to the highest priority; what is repeated too soon is held", async () => {
    await desk.policy({
      member_caps: [{ channel: "sms", category: "marketing", period: "day", max: 1 }],
      household_caps: [{ channel: "sms", period: "day", max: 1 }],
      budgets: [{ channel: "sms", period: "day", limit_minor: 12 }],
      repeat_after_hours: { marketing: 24, service: 0 },
    });
    await desk.member(201, { phone: "+8613900000201" });
    await desk.member(202, { phone: "+8613900000201" });
    await desk.template("other_sms", SMS);
    await desk.request([
      sms(1, "low", { priority: 1, template: "other_sms" }),
      sms(1, "high", { priority: 9 }),
      sms(201, "first of the household", { priority: 8 }),
      sms(202, "second of the household", { priority: 7 }),
      sms(3, "beyond the budget", { priority: 2 }),
    ]);
    await desk.run("sms");
    await desk.request([sms(1, "again", { priority: 9 })]);
    await desk.run("sms");
    expect(await desk.outcomes()).toEqual({
      high: "accepted",
      low: "cap_member",
      "first of the household": "accepted",
      "second of the household": "cap_household",
      "beyond the budget": "budget",
      again: "repeated",
    });
  });

  it("no cap and no budget is ever passed, whatever is asked in whatever order (model)", async () => {
    const wish = fc.record({
      member: fc.integer({ min: 1, max: 4 }),
      channel: fc.constantFrom("sms" as const, "inbox" as const),
      priority: fc.integer({ min: 0, max: 9 }),
      hours: fc.integer({ min: 0, max: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(wish, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 3 }),
        async (wishes, max) => {
          await desk.clear();
          await desk.policy({
            member_caps: [
              { channel: "sms", category: null, period: "day", max },
              { channel: null, category: "marketing", period: "week", max: max + 2 },
            ],
            budgets: [{ channel: "sms", period: "month", limit_minor: 40 }],
          });
          for (const [at, { member, channel, priority, hours }] of wishes.entries()) {
            await desk.request([(channel === "sms" ? sms : to)(member, `k${at}`, { priority })]);
            if (hours % 3 === 0) for (const one of ["sms", "inbox"] as const) await desk.run(one);
            world().clock.advance({ hours: hours % 4 === 0 ? hours : 0 });
          }
          for (const one of ["sms", "inbox"] as const) await desk.run(one);
          const rows = await desk.query<{
            member_id: number;
            channel: string;
            day: string;
            week: string;
            cost: number;
          }>(
            `select m.member_id, m.channel, (o.at at time zone 'Asia/Shanghai')::date::text as day,
             date_trunc('week', o.at at time zone 'Asia/Shanghai')::date::text as week, o.cost_minor as cost
           from channels.outcome o join channels.message m using (message_id) where o.state = 'accepted'`,
          );
          const most = (key: (row: (typeof rows)[number]) => string | null) =>
            Math.max(
              0,
              ...[...Map.groupBy(rows, key)].filter(([name]) => name !== null).map(([, group]) => group.length),
            );
          expect(most((row) => (row.channel === "sms" ? `${row.member_id} ${row.day}` : null))).toBeLessThanOrEqual(
            max,
          );
          expect(most((row) => `${row.member_id} ${row.week}`)).toBeLessThanOrEqual(max + 2);
          const months = Map.groupBy(rows, ({ day }) => day.slice(0, 7));
          for (const group of months.values())
            expect(group.reduce((sum, { cost }) => sum + cost, 0)).toBeLessThanOrEqual(40);
          const [open] = await desk.query<{ n: number }>("select count(*)::int as n from channels.pending");
          expect(open?.n).toBe(0);
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe("a service that does not answer", () => {
  it("is asked what became of it before anything is sent again: what it took is not repeated, what it did not is", async () => {
    const { clock } = world();
    sim.dials.set("sms", { outcome: "lost", next: 1 });
    await desk.request([sms(1, "lost")]);
    await desk.run("sms");
    sim.dials.set("sms", { outcome: "http_500", next: 1 });
    await desk.request([sms(2, "fault")]);
    await desk.run("sms");
    expect(await desk.query("select phase from channels.pending")).toEqual([{ phase: "ask" }, { phase: "ask" }]);
    clock.advance({ seconds: 31 });
    await desk.run("sms");
    // that the service knows nothing yet is not believed so soon
    expect(await desk.outcomes()).toEqual({ lost: "accepted" });
    clock.advance({ minutes: 4 });
    await desk.run("sms");
    expect(await desk.outcomes()).toEqual({ lost: "accepted", fault: "accepted" });
    expect(taken()).toHaveLength(2);
    expect(new Set(taken()).size).toBe(2);
  });

  it("that never got it is tried again; a number that is none is refused for ever and gives back what it had taken", async () => {
    const { clock } = world();
    await desk.policy({ budgets: [{ channel: "sms", period: "month", limit_minor: 100 }] });
    await desk.member(301, { phone: "+8612000000000" });
    sim.dials.set("sms", { outcome: "refuse", next: 1 });
    await desk.request([sms(1, "away")]);
    await desk.run("sms");
    clock.advance({ seconds: 31 });
    await desk.request([sms(301, "no number")]);
    await desk.run("sms");
    clock.advance({ minutes: 4 });
    await desk.run("sms");
    expect(await desk.outcomes()).toEqual({ away: "accepted", "no number": "refused_by_service" });
    expect(await desk.query("select used from channels.used")).toEqual([{ used: 5 }]);
  });

  it("a process that died between handing over and hearing: the next one asks first", async () => {
    const { clock } = world();
    await desk.request([sms(1, "died")]);
    await desk.query(
      `update channels.pending set phase = 'sending', due_at = $1, handed_at = $1, attempts = 1, template_version = 1, cost_minor = 5,
         address_token = (select phone_token from members.profile where member_id = 1)`,
      [new Date(clock.now().getTime() - 10 * 60_000)],
    );
    await desk.run("sms");
    expect(await desk.outcomes()).toEqual({ died: "accepted" });
    const rows = sim.log.list({ kind: "sms" });
    expect(rows.map(({ taken: took }) => took)).toEqual([true]);
  });

  it("rests after failures in a row, and the other channels do not notice", async () => {
    const { clock } = world();
    sim.dials.set("sms", { outcome: "http_500" });
    for (let n = 0; n < 5; n += 1) {
      await desk.request([sms(1 + n, `dead ${n}`)]);
      await desk.run("sms");
    }
    await desk.request([sms(8, "waits"), to(8, "inbox")]);
    await desk.run("sms");
    await desk.run("inbox");
    expect(await desk.outcomes()).toEqual({ inbox: "accepted" });
    const before = sim.log.list({ kind: "sms" }).length;
    sim.dials.set("sms", { outcome: "ok" });
    for (let n = 0; n < 4; n += 1) {
      clock.advance({ minutes: 4 });
      await desk.run("sms");
    }
    expect(Object.values(await desk.outcomes())).toEqual(Array<string>(7).fill("accepted"));
    expect(sim.log.list({ kind: "sms" }).length - before).toBe(6);
    expect(new Set(taken()).size).toBe(6);
  });
});
