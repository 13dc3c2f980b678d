import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CALM_FATE } from "../../../channel-sim/aliyun.ts";
import { type ChannelSim, startChannelSim } from "../../../channel-sim/server.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { MessageDesk, SMS } from "../../../tests/support/message-desk.ts";
import { type Staff, staffOf } from "../../../tests/support/people.ts";
import { carrierViews } from "./carrier-view-store.ts";
import { CARRIERS } from "./carriers.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { listMessages } from "./log-store.ts";
import { receiptRound } from "./receipts.ts";

const world = withDatabase();
let desk: MessageDesk;
let sim: ChannelSim;
let staff: Staff;
const smsCarrier = CARRIERS.find(({ channel }) => channel === "sms");

beforeAll(async () => {
  staff = await staffOf(world());
  desk = new MessageDesk(world().ground);
  sim = await startChannelSim({ now_ms: () => world().clock.now().getTime() });
  sim.aliyun.limited = false;
  await desk.smsTo(sim.url);
  for (let number = 1; number <= 60; number += 1) await desk.member(number);
  await desk.template("points_sms", SMS);
  await desk.template("long_sms", { ...SMS, text: `\${points}${"茶".repeat(70)}` });
});
afterAll(async () => {
  await sim.stop();
  await staff.app.close();
});
beforeEach(async () => {
  await desk.clear();
  await desk.policy();
  await desk.query("delete from channels.callback");
  sim.log.clear();
  sim.dials.set("sms", { outcome: "ok" });
  sim.aliyun.fate = CALM_FATE;
});

const sms = (member_id: number, effect_key: string, template = "points_sms") => ({
  member_id,
  effect_key,
  template,
  variables: { points: 7 },
});
const ask = () => (smsCarrier === undefined ? Promise.reject() : receiptRound(world().ground, smsCarrier));
const log = () => world().ground.store.read(SYSTEM_SCOPE, (tx) => listMessages(tx, {}, SYSTEM_SCOPE, { limit: 100 }));

describe("receipts that the service tells by itself", () => {
  const address = async () => {
    const made = await staff.owner.call("POST", "/api/messages/carriers/sms/callback");
    expect(made.status).toBe(201);
    return new URL(made.body["address"] as string).pathname;
  };
  const push = (path: string, items: unknown) =>
    staff.app.inject({ method: "POST", url: path, payload: items as object });

  it("are heard at an address that is a secret; another one, and one that was replaced, is none", async () => {
    const first = await address();
    const second = await address();
    expect((await push(first, [])).json()).toMatchObject({ code: "channels.callback_unknown" });
    expect((await push(second, [])).json()).toEqual({ code: 0, msg: "成功", result: 0, errmsg: "OK" });
    const text = JSON.stringify(await desk.query("select a::text as a from access.audit a"));
    expect(text).not.toContain(second.split("/").at(-1));
  });

  it("carry the pieces that were billed: the log and what it cost agree with the bill; told twice is told once", async () => {
    const path = await address();
    const told: unknown[] = [];
    sim.aliyun.onReport = (items) => told.push(...items);
    await desk.request([sms(1, "long", "long_sms"), sms(2, "short")]);
    await desk.run("sms");
    expect(await log()).toMatchObject([
      { effect_key: "short", parts: 1, cost_minor: 5 },
      { effect_key: "long", parts: 2, cost_minor: 10 },
    ]);
    const billed = told.map((one) => ({ ...(one as object), sms_size: "3" }));
    for (let n = 0; n < 2; n += 1) expect((await push(path, billed)).statusCode).toBe(200);
    expect(await log()).toMatchObject([
      { parts: 3, cost_minor: 15, delivery: "delivered" },
      { parts: 3, cost_minor: 15, delivery: "delivered" },
    ]);
    const carriers = (await staff.owner.call("GET", "/api/messages/carriers")).body["items"] as object[];
    expect(carriers[0]).toMatchObject({ cost_day_minor: 30, heard_at: expect.any(String) });
  });

  it("of something whose answer was lost says that it was taken: it is neither asked for nor sent again", async () => {
    const path = await address();
    const told: unknown[] = [];
    sim.aliyun.onReport = (items) => told.push(...items);
    sim.dials.set("sms", { outcome: "lost", next: 1 });
    await desk.request([sms(5, "lost")]);
    await desk.run("sms");
    expect(await desk.outcomes()).toEqual({});
    await push(path, told);
    expect(await desk.outcomes()).toEqual({ lost: "accepted" });
    expect(await log()).toMatchObject([{ delivery: "delivered", cost_minor: 5 }]);
    world().clock.advance({ minutes: 10 });
    await desk.run("sms");
    expect(sim.log.list({ kind: "sms" }).filter((row) => row.taken)).toHaveLength(1);
  });

  it("that are none of ours, or no receipts at all, change nothing and are answered as heard", async () => {
    const path = await address();
    await desk.request([sms(6, "mine")]);
    await desk.run("sms");
    for (const items of [
      [{ out_id: "other7", success: true }],
      [{}],
      { a: 1 },
      [{ out_id: "ht999999", success: true }],
    ])
      expect((await push(path, items)).statusCode).toBe(200);
    expect(await log()).toMatchObject([{ effect_key: "mine", delivery: null }]);
  });
});

describe("receipts that are asked for", () => {
  it("say of each SMS whether it arrived, with the operators' reason, and only once somebody knows", async () => {
    await desk.request([sms(1, "fine")]);
    await desk.run("sms");
    sim.aliyun.fate = { state: "failed", code: "MOBILE_NOT_ON_SERVICE", after_ms: 0 };
    await desk.request([sms(2, "dead number")]);
    await desk.run("sms");
    sim.aliyun.fate = { ...CALM_FATE, after_ms: 10 * 60_000 };
    await desk.request([sms(3, "slow")]);
    await desk.run("sms");
    await ask();
    expect((await log()).map(({ delivery }) => delivery)).toEqual([null, null, null]);
    world().clock.advance({ minutes: 1 });
    await ask();
    expect(await log()).toMatchObject([
      { state: "accepted", delivery: null, delivery_code: null },
      {
        state: "accepted",
        delivery: "failed",
        delivery_code: "MOBILE_NOT_ON_SERVICE",
        delivery_at: expect.any(Date),
      },
      { state: "accepted", delivery: "delivered" },
    ]);
    for (let n = 0; n < 3; n += 1) {
      world().clock.advance({ minutes: 10 });
      await ask();
    }
    expect((await log())[0]).toMatchObject({ delivery: "delivered" });
    expect(await desk.query("select from channels.receipt")).toEqual([]);
    const { ground, clock } = world();
    const failed = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      listMessages(tx, { delivery: "failed" }, SYSTEM_SCOPE, { limit: 9 }),
    );
    expect(failed).toMatchObject([{ effect_key: "dead number" }]);
    const [first] = await ground.store.read(SYSTEM_SCOPE, (tx) => carrierViews(tx, clock.now()));
    expect(first).toMatchObject({ channel: "sms", accepted_day: 3, delivered_day: 2, failed_day: 1 });
  });

  it("end after three days: no receipt came, and it is said so", async () => {
    sim.aliyun.fate = { ...CALM_FATE, state: "silent" };
    await desk.request([sms(1, "silent")]);
    await desk.run("sms");
    for (let n = 0; n < 12; n += 1) {
      await ask();
      world().clock.advance({ hours: 24 });
    }
    await ask();
    expect(await log()).toMatchObject([{ state: "accepted", delivery: "silent" }]);
    expect(await desk.query("select from channels.receipt")).toEqual([]);
  });

  it("are found among more than a page of a number's day, and of a message that went out as the day ended", async () => {
    const { clock } = world();
    // five minutes before midnight in Shanghai
    const now = clock.now().getTime() + 8 * 3_600_000;
    clock.advance({ seconds: (Math.ceil(now / 86_400_000) * 86_400_000 - now) / 1_000 - 300 });
    await desk.request(Array.from({ length: 60 }, (_, n) => sms(1, `m${n}`)));
    await desk.run("sms");
    sim.dials.set("sms", { outcome: "lost", next: 1 });
    clock.advance({ seconds: 298 });
    await desk.request([sms(1, "at midnight")]);
    sim.dials.set("sms", { outcome: "lost", next: 1, slow_ms: 0 });
    await desk.run("sms");
    clock.advance({ minutes: 10 });
    await desk.run("sms");
    expect((await desk.outcomes())["at midnight"]).toBe("accepted");
    for (let n = 0; n < 3; n += 1) {
      clock.advance({ minutes: 30 });
      await ask();
    }
    expect(new Set((await log()).map(({ delivery }) => delivery))).toEqual(new Set(["delivered"]));
    const taken = sim.log.list({ kind: "sms" }).filter((row) => row.taken);
    expect(taken).toHaveLength(61);
  });

  it("go to the number to which it went, whatever number the member has by then", async () => {
    sim.dials.set("sms", { outcome: "lost", next: 1 });
    await desk.request([sms(4, "moved")]);
    await desk.run("sms");
    await desk.member(90);
    await desk.query(
      "update members.profile set phone_token = (select phone_token from members.profile where member_id = 90) where member_id = 4",
    );
    world().clock.advance({ minutes: 10 });
    await desk.run("sms");
    expect(await desk.outcomes()).toEqual({ moved: "accepted" });
    expect(sim.log.list({ kind: "sms" }).filter((row) => row.taken)).toHaveLength(1);
  });
});
