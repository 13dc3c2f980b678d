import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CALM_FATE } from "../../../channel-sim/aliyun.ts";
import { type ChannelSim, startChannelSim } from "../../../channel-sim/server.ts";
import { TENCENT_APP_ID, TENCENT_SECRET_ID, TENCENT_SECRET_KEY } from "../../../channel-sim/tencent.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { MessageDesk, SMS } from "../../../tests/support/message-desk.ts";
import { consentEvidence } from "../../members/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { saveCarrier } from "./carrier-settings.ts";
import { listMessages } from "./log-store.ts";
import { receiptRound, takeDeliveries } from "./receipts.ts";
import { takeReplies } from "./replies.ts";
import { smsCarrier, trySms } from "./sms.ts";
import { readReports } from "./sms-reports.ts";
import { signTencent } from "./tencent-sms.ts";

const world = withDatabase();
let desk: MessageDesk;
let sim: ChannelSim;

const keys = { secret_id: TENCENT_SECRET_ID, secret_key: TENCENT_SECRET_KEY, sdk_app_id: TENCENT_APP_ID };
const setUp = (over: object = {}) =>
  world().ground.store.write(SYSTEM_SCOPE, (tx) =>
    saveCarrier(tx, world().ground, "sms", {
      settings: { ...keys, origin: sim.url, ...over },
      shown: "sim",
      cost_minor: 5,
    }),
  );

beforeAll(async () => {
  desk = new MessageDesk(world().ground);
  sim = await startChannelSim({ now_ms: () => world().clock.now().getTime() });
  sim.tencent.limited = false;
  for (let number = 1; number <= 9; number += 1) await desk.member(number);
  await desk.template("two_sms", {
    ...SMS,
    service_template: "1110001",
    text: "${name}，您有${points}积分，${name}，拒收请回复R",
    parameters: { points: "{{ points }}", name: "{{ member.name }}" },
  });
  await desk.policy();
});
afterAll(() => sim.stop());
beforeEach(async () => {
  await desk.clear();
  await setUp();
  sim.log.clear();
  sim.dials.set("sms", { outcome: "ok" });
  sim.aliyun.fate = CALM_FATE;
});

const sms = (member_id: number, effect_key: string) => ({
  member_id,
  effect_key,
  template: "two_sms",
  variables: { points: 7 },
});
const log = () => world().ground.store.read(SYSTEM_SCOPE, (tx) => listMessages(tx, {}, SYSTEM_SCOPE, { limit: 100 }));
const taken = () => sim.log.list({ kind: "sms" }).filter((row) => row.taken);

describe("SMS by Tencent", () => {
  it("signs in the service's form, over the day of its second", () => {
    const headers = signTencent(
      { secret_id: "AKIDEXAMPLE", secret_key: "SECRET" },
      { action: "SendSms", body: "{}", host: "sms.tencentcloudapi.com", now: new Date(1_551_113_065_000) },
    );
    expect(headers["authorization"]).toMatch(
      /^TC3-HMAC-SHA256 Credential=AKIDEXAMPLE\/2019-02-25\/sms\/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=[0-9a-f]{64}$/,
    );
  });

  it("goes out with its parameters in the order of the filed text, and says by itself what it billed", async () => {
    await desk.request([sms(1, "a")]);
    await desk.run("sms");
    expect(taken()).toMatchObject([{ to: "+8613800000001", text: '【山野茶】1110001 ["林1","7"]' }]);
    expect(await log()).toMatchObject([{ state: "accepted", parts: 1, cost_minor: 5, service_code: "OK" }]);
  });

  it("whose answer was lost is not repeated on silence: it ends by its receipt, asked for or told", async () => {
    const told: Record<string, unknown>[] = [];
    sim.tencent.onReport = (items) => void told.push(...items);
    sim.aliyun.fate = { ...CALM_FATE, after_ms: 20 * 60_000 };
    sim.dials.set("sms", { outcome: "lost", next: 2 });
    await desk.request([sms(1, "asked"), sms(2, "told")]);
    await desk.run("sms");
    world().clock.advance({ minutes: 10 });
    await desk.run("sms");
    expect(await desk.outcomes()).toEqual({});
    const { ground } = world();
    const second = told.find(({ mobile }) => mobile === "13800000002") ?? {};
    await ground.store.write(SYSTEM_SCOPE, (tx) => takeDeliveries(tx, ground, readReports([second]).deliveries));
    expect(await desk.outcomes()).toEqual({ told: "accepted" });
    for (let n = 0; n < 3; n += 1) {
      world().clock.advance({ minutes: 20 });
      await desk.run("sms");
    }
    expect(await desk.outcomes()).toEqual({ told: "accepted", asked: "accepted" });
    expect(taken()).toHaveLength(2);
  });

  it("of which nobody says anything for three days ends as unknown and is not repeated", async () => {
    sim.aliyun.fate = { ...CALM_FATE, state: "silent" };
    sim.dials.set("sms", { outcome: "lost", next: 1 });
    await desk.request([sms(3, "never")]);
    await desk.run("sms");
    for (let n = 0; n < 5; n += 1) {
      world().clock.advance({ hours: 20 });
      await desk.run("sms");
    }
    expect(await desk.outcomes()).toEqual({ never: "fate_unknown" });
    expect(taken()).toHaveLength(1);
  });

  it("has receipts with reasons; refuses for ever what is refused, waits as long as its limits say", async () => {
    sim.aliyun.fate = { state: "failed", code: "UNDELIV", after_ms: 0 };
    await desk.request([sms(4, "dead")]);
    await desk.run("sms");
    world().clock.advance({ minutes: 2 });
    await receiptRound(world().ground, smsCarrier);
    expect(await log()).toMatchObject([{ delivery: "failed", delivery_code: "UNDELIV" }]);
    await desk.member(301, { phone: "+8612000000000" });
    await desk.request([sms(301, "no number")]);
    await desk.run("sms");
    sim.tencent.limited = true;
    await desk.request([sms(5, "first"), sms(5, "second")]);
    await desk.run("sms");
    expect(await desk.outcomes()).toEqual({ dead: "accepted", "no number": "refused_by_service", first: "accepted" });
    world().clock.advance({ seconds: 31 });
    await desk.run("sms");
    expect((await desk.outcomes())["second"]).toBe("accepted");
    sim.tencent.limited = false;
  });

  it("a reply told without a number of its own is one reply however often it is told", async () => {
    const { ground, clock } = world();
    const time = Math.floor(clock.now().getTime() / 1_000);
    const item = { extend: "", mobile: "13800000006", nationcode: "86", sign: "山野茶", text: "TD", time };
    for (let n = 0; n < 2; n += 1)
      await ground.store.write(SYSTEM_SCOPE, (tx) => takeReplies(tx, ground, readReports([item, item]).replies));
    const said = await ground.store.read(SYSTEM_SCOPE, (tx) => consentEvidence(tx, 6));
    expect(said.filter(({ state }) => state === "withdrawn")).toHaveLength(1);
    expect(JSON.stringify(await desk.query("select reply_key from channels.sms_reply"))).not.toContain("13800000006");
  });

  it("is tried without sending, and says a wrong key and a wrong application in the service's words", async () => {
    expect(await trySms(world().ground)).toMatchObject({ ok: true, code: "OK" });
    await setUp({ secret_key: "another-secret-key" });
    expect(await trySms(world().ground)).toMatchObject({ ok: false, code: "AuthFailure.SignatureFailure" });
    await setUp({ sdk_app_id: "1400000009" });
    expect(await trySms(world().ground)).toMatchObject({ ok: false, code: expect.stringMatching(/SmsSdkAppId/) });
    expect(sim.log.list()).toEqual([]);
  });
});
