import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ChannelSim, startChannelSim } from "../../../channel-sim/server.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { OPENIDS, WECHAT_TEMPLATE } from "../../../tests/support/message-desk.ts";
import { openidOf, pointsDue, WechatDesk } from "../../../tests/support/wechat-desk.ts";
import { type Staff, staffOf } from "../../../tests/support/people.ts";
import { drainPipeline } from "../../ingest/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { saveCarrier } from "./carrier-settings.ts";
import { receiptRound } from "./receipts.ts";
import { spend } from "./subscription-store.ts";
import { tryWechat, wechatCarrier } from "./wechat.ts";

const world = withDatabase();
let staff: Staff;
let desk: WechatDesk;
let sim: ChannelSim;
let pushed: { readonly address: string; readonly token: string; readonly aes_key: string };

beforeAll(async () => {
  staff = await staffOf(world());
  desk = new WechatDesk(world().ground);
  sim = await startChannelSim({ now_ms: () => world().clock.now().getTime() });
  await desk.open();
  const made = await staff.owner.call("POST", "/api/messages/carriers/wechat/push");
  expect(made.status).toBe(201);
  pushed = made.body as typeof pushed;
});
afterAll(async () => {
  await staff.app.close();
  await sim.stop();
});
beforeEach(() => desk.reset(sim));

const accepts = (number: number, times?: number) => desk.accepts(sim, number, times);
const stock = () => desk.stock();
const log = () => desk.log();
const taken = () => sim.log.list({ kind: "wechat" }).filter((row) => row.taken);

describe("a subscribe message", () => {
  it("goes to the openid that agreed, with the template's fields, and uses one acceptance up", async () => {
    await accepts(1, 2);
    await desk.request([
      pointsDue(1, "a"),
      pointsDue(1, "b"),
      pointsDue(1, "c"),
      pointsDue(2, "never agreed"),
      pointsDue(50, "no openid"),
    ]);
    await desk.run("wechat");
    expect(await desk.outcomes()).toEqual({
      a: "accepted",
      b: "accepted",
      c: "no_subscription",
      "never agreed": "no_subscription",
      "no openid": "no_address",
    });
    expect(await stock()).toEqual({ 1: "2 of 2" });
    expect(taken()).toHaveLength(2);
    expect(taken()[0]).toMatchObject({
      to: openidOf(1),
      title: WECHAT_TEMPLATE,
      text: "name1: 林小满\nnumber2: 120\ndate3: 2026-12-31\nthing4: 可换一杯茶\n→ pages/points/index",
    });
    expect((await log()).find(({ effect_key }) => effect_key === "a")).toMatchObject({ service_code: "0", parts: 1 });
  });

  it("never uses up more than was agreed to: the constraint refuses it whatever was reckoned", async () => {
    await accepts(1);
    const [row] = await desk.query<{ address_token: string }>("select address_token from channels.subscription");
    const take = (amount: number) =>
      world().ground.store.write(SYSTEM_SCOPE, (tx) =>
        spend(tx, [{ address_token: row?.address_token ?? "", service_template: WECHAT_TEMPLATE, amount }]),
      );
    await expect(take(2)).rejects.toThrow(/subscription_left/);
    await take(1);
    await expect(take(1)).rejects.toThrow(/subscription_left/);
    expect(await stock()).toEqual({ 1: "1 of 1" });
  });

  it("that a cap or its own words hold back uses nothing up", async () => {
    await accepts(1, 2);
    await desk.policy({ member_caps: [{ channel: "wechat", category: null, period: "day", max: 1 }] });
    const broken = { ...pointsDue(1, "broken"), variables: { points: 120, day: "年底" } };
    await desk.request([broken, pointsDue(1, "first"), pointsDue(1, "second")]);
    await desk.run("wechat");
    await desk.policy();
    expect(await desk.outcomes()).toEqual({ broken: "template_broken", first: "accepted", second: "cap_member" });
    expect(await stock()).toEqual({ 1: "1 of 2" });
  });

  it("refused by WeChat because nobody agrees ends what was thought to be left; other refusals give it back", async () => {
    await accepts(1, 3);
    sim.wechat.setLeft(openidOf(1), WECHAT_TEMPLATE, 0);
    await accepts(2);
    sim.wechat.templates.set(WECHAT_TEMPLATE, ["name1", "number2", "date3", "thing4", "thing5"]);
    await desk.request([pointsDue(2, "fields")]);
    await desk.run("wechat");
    sim.wechat.templates.set(WECHAT_TEMPLATE, ["name1", "number2", "date3", "thing4"]);
    await desk.request([pointsDue(1, "refuses"), pointsDue(1, "next")]);
    await desk.run("wechat");
    await desk.request([pointsDue(1, "later")]);
    await desk.run("wechat");
    const codes = Object.fromEntries((await log()).map((row) => [row.effect_key, row.service_code ?? row.reason]));
    expect(codes).toMatchObject({ fields: "47003", refuses: "43101", later: "no_subscription" });
    expect(await stock()).toEqual({ 1: "0 of 0", 2: "0 of 1" });
  });

  it("whose token ended goes out with a new one, once; a wrong secret holds it without using anything up", async () => {
    await accepts(1, 2);
    await desk.request([pointsDue(1, "a")]);
    await desk.run("wechat");
    sim.wechat.endToken();
    await desk.request([pointsDue(1, "b")]);
    await desk.run("wechat");
    expect(await desk.outcomes()).toEqual({ a: "accepted", b: "accepted" });
    expect(sim.log.list({ kind: "wechat" }).map(({ answer }) => (answer as { errcode: number }).errcode)).toEqual([
      0, 40001, 0,
    ]);
    await accepts(1);
    const settings = { app_id: "wx0123456789abcdef", app_secret: "not-the-right-one", openid_namespace: OPENIDS };
    await world().ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await saveCarrier(tx, world().ground, "wechat", {
        settings: { ...settings, origin: sim.url },
        shown: "sim",
        cost_minor: 0,
      });
    });
    expect(await tryWechat(world().ground)).toMatchObject({ ok: false, code: "40125" });
    await desk.request([pointsDue(1, "c")]);
    await desk.run("wechat");
    expect((await log()).find(({ effect_key }) => effect_key === "c")).toMatchObject({
      state: "waiting",
      reason: "retry",
    });
    expect(await stock()).toEqual({ 1: "2 of 3" });
    await desk.wechatTo(sim.url);
    expect(await tryWechat(world().ground)).toEqual({ ok: true, code: "OK", text: "" });
    world().clock.advance({ minutes: 1 });
    await desk.run("wechat");
    expect(await stock()).toEqual({ 1: "3 of 3" });
    expect(taken()).toHaveLength(3);
  });

  it("beyond the day's quota waits and is sent when there is one again", async () => {
    await accepts(1);
    sim.wechat.quota = 0;
    await desk.request([pointsDue(1, "a")]);
    await desk.run("wechat");
    expect(await stock()).toEqual({ 1: "0 of 1" });
    sim.wechat.quota = 1_000_000;
    world().clock.advance({ minutes: 59 });
    await desk.run("wechat");
    expect(taken()).toHaveLength(0);
    world().clock.advance({ minutes: 2 });
    await desk.run("wechat");
    expect(await desk.outcomes()).toEqual({ a: "accepted" });
  });
});

/** Makes the address of WeChat's push, and brings there what the simulator tells. */
function connectPush(sealed: boolean) {
  const { address, token, aes_key } = pushed;
  const path = new URL(address).pathname;
  sim.wechat.push = { address: path, token, aes_key: sealed ? aes_key : null };
  const answers: number[] = [];
  const open: Promise<unknown>[] = [];
  sim.wechat.onPush = (url, payload) => {
    const post = async () => {
      const headers = { "content-type": "application/json" };
      const answer = await staff.app.inject({ method: "POST", url, headers, payload: JSON.stringify(payload) });
      answers.push(answer.statusCode);
      return answer;
    };
    open.push(post());
  };
  return {
    answers,
    settled: async () => {
      await Promise.all(open.splice(0));
      await drainPipeline(world().ground);
    },
  };
}

describe("what WeChat tells by itself", () => {
  it.each([[false], [true]])(
    "fills and ends what members have left, signed (sealed: %s), each word once",
    async (sealed) => {
      const push = connectPush(sealed);
      const greeting = sim.wechat.greeting() ?? "";
      const greeted = await staff.app.inject({ method: "GET", url: greeting });
      expect(greeted.body).toBe(new URLSearchParams(greeting.split("?")[1]).get("echostr"));
      sim.wechat.answer(openidOf(3), WECHAT_TEMPLATE, "accept");
      sim.wechat.answer(openidOf(4), WECHAT_TEMPLATE, "reject");
      await push.settled();
      world().clock.advance({ seconds: 2 });
      sim.wechat.answer(openidOf(3), WECHAT_TEMPLATE, "accept");
      await push.settled();
      expect(push.answers).toEqual([200, 200, 200]);
      expect(await stock()).toEqual({ 3: "0 of 2", 4: "0 of 0" });
      await desk.request([pointsDue(3, "a")]);
      await desk.run("wechat");
      world().clock.advance({ seconds: 2 });
      sim.wechat.answer(openidOf(3), WECHAT_TEMPLATE, "reject", "settings");
      await push.settled();
      expect(await stock()).toEqual({ 3: "1 of 1", 4: "0 of 0" });
      await desk.request([pointsDue(3, "b")]);
      await desk.run("wechat");
      expect(await desk.outcomes()).toEqual({ a: "accepted", b: "no_subscription" });
    },
  );

  it("is not believed without the right signature, whoever knows the address", async () => {
    connectPush(false);
    const { push } = sim.wechat;
    if (push === undefined) throw new Error("no push");
    const statuses: number[] = [];
    sim.wechat.onPush = async (url, payload) => {
      const headers = { "content-type": "application/json" };
      const forged = [
        url.replace(/signature=../, "signature=00"),
        url.replace(/nonce=../, "nonce=00"),
        url.replace(/timestamp=\d/, "timestamp=9"),
        url.replace(/callbacks\/...../, "callbacks/other"),
      ];
      for (const one of forged)
        statuses.push(
          (await staff.app.inject({ method: "POST", url: one, headers, payload: JSON.stringify(payload) })).statusCode,
        );
      const xml = await staff.app.inject({
        method: "POST",
        url,
        headers: { "content-type": "text/xml" },
        payload: "<xml/>",
      });
      statuses.push(xml.statusCode);
    };
    sim.wechat.answer(openidOf(5), WECHAT_TEMPLATE, "accept");
    await expect.poll(() => statuses.length).toBe(5);
    expect(statuses).toEqual([401, 401, 401, 404, 415]);
    expect(await stock()).toEqual({});
  });

  it("settles a message whose answer was lost: it is not sent again, and its acceptance stays used", async () => {
    const push = connectPush(true);
    await accepts(6, 2);
    await accepts(7, 2);
    sim.dials.set("wechat", { outcome: "lost", next: 2 });
    sim.wechat.sent = { code: "0", after_ms: 0 };
    await desk.request([pointsDue(6, "told")]);
    await desk.run("wechat");
    sim.wechat.sent = null;
    await desk.request([pointsDue(7, "silent")]);
    await desk.run("wechat");
    sim.wechat.sent = { code: "0", after_ms: 0 };
    await push.settled();
    expect(taken()).toHaveLength(2);
    for (let n = 0; n < 4; n += 1) {
      world().clock.advance({ minutes: 5 });
      await desk.run("wechat");
    }
    expect((await log()).map(({ effect_key, state }) => [effect_key, state])).toEqual([
      ["silent", "asking"],
      ["told", "accepted"],
    ]);
    for (let n = 0; n < 90; n += 1) {
      world().clock.advance({ hours: 1 });
      await desk.run("wechat");
    }
    expect(await desk.outcomes()).toEqual({ told: "accepted", silent: "fate_unknown" });
    expect(await stock()).toEqual({ 6: "1 of 2", 7: "1 of 2" });
    expect(taken()).toHaveLength(2);
  });

  it("says of what was taken whether it arrived", async () => {
    const push = connectPush(false);
    await accepts(8);
    await accepts(9);
    sim.wechat.sent = { code: "1003", after_ms: 0 };
    await desk.request([pointsDue(8, "blocked")]);
    await desk.run("wechat");
    sim.wechat.sent = { code: "0", after_ms: 0 };
    await desk.request([pointsDue(9, "fine")]);
    await desk.run("wechat");
    await push.settled();
    world().clock.advance({ minutes: 2 });
    await receiptRound(world().ground, wechatCarrier);
    expect((await log()).map((row) => [row.effect_key, row.delivery, row.delivery_code])).toEqual([
      ["fine", "delivered", "0"],
      ["blocked", "failed", "1003 failed:user block"],
    ]);
  });
});
