import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendMail } from "../src/platform/alerts/mail.ts";
import { dingtalk, feishu, wecom } from "../src/platform/alerts/robots.ts";
import { type ChannelSim, simSecret, startChannelSim } from "./server.ts";
import { WEBHOOK_SECRET } from "./webhook.ts";

let sim: ChannelSim;
beforeAll(async () => {
  sim = await startChannelSim();
});
afterAll(() => sim.stop());

const message = { number: "IN1-opened", title: "告警：登录失败", lines: ["当前 42"], link: "https://h.example/1" };
const post = async (path: string, body: unknown) => {
  const answer = await fetch(sim.url + path, { method: "POST", body: JSON.stringify(body), redirect: "manual" });
  return { status: answer.status, body: (await answer.json().catch(() => null)) as Record<string, unknown> | null };
};
const text = { msgtype: "text", text: { content: "好" } };
const hmac = (key: string, over: string) => createHmac("sha256", key).update(over).digest("base64");

describe("channel-sim", () => {
  it("takes what our senders make, on all three robots, and shows it", async () => {
    const now = new Date();
    const requests = [
      [wecom, wecom.request(`${sim.url}/cgi-bin/webhook/send?key=K1`, undefined, message, now)],
      [dingtalk, dingtalk.request(`${sim.url}/robot/send?access_token=T1`, simSecret("dingtalk"), message, now)],
      [feishu, feishu.request(`${sim.url}/open-apis/bot/v2/hook/H1`, simSecret("feishu"), message, now)],
    ] as const;
    for (const [robot, { url, body }] of requests)
      expect(robot.answer((await post(url.slice(sim.url.length), body)).body)).toMatchObject({ ok: true });
    const taken = sim.log.list().filter((row) => row.taken);
    expect(taken.map((row) => row.to)).toEqual(["K1", "T1", "H1"]);
    for (const row of taken)
      expect(row).toMatchObject({ title: message.title, text: expect.stringContaining("IN1-opened") });
    expect(await (await fetch(sim.url)).text()).toContain("告警：登录失败");
  });

  it("refuses a wrong signature, one of more than an hour ago, and none", async () => {
    const secret = simSecret("dingtalk");
    const call = (stamp: number, sign: string) =>
      post(`/robot/send?access_token=T2&timestamp=${stamp}&sign=${encodeURIComponent(sign)}`, text);
    const at = Date.now();
    expect((await call(at, hmac(secret, `${at}\n${secret}`))).body).toMatchObject({ errcode: 0 });
    expect((await call(at, hmac("wrong", `${at}\nwrong`))).body).toMatchObject({ errcode: 310_000 });
    const old = at - 3_700_000;
    expect((await call(old, hmac(secret, `${old}\n${secret}`))).body).toMatchObject({ errcode: 310_000 });
    expect((await post("/robot/send?access_token=T2", text)).body).toMatchObject({ errcode: 310_000 });
    const hook = (timestamp: string, sign: string) =>
      post("/open-apis/bot/v2/hook/H2", { timestamp, sign, msg_type: "text", content: { text: "好" } });
    const seconds = String(Math.floor(at / 1000));
    const key = simSecret("feishu");
    expect((await hook(seconds, hmac(`${seconds}\n${key}`, ""))).body).toMatchObject({ code: 0 });
    expect((await hook(seconds, hmac(key, seconds))).body).toMatchObject({ code: 19_021 });
    expect((await hook("1700000000", hmac(`1700000000\n${key}`, ""))).body).toMatchObject({ code: 19_021 });
  });

  it("takes a signed webhook as the specification's own receiver would, and refuses others", async () => {
    const { Webhook } = await import("standardwebhooks");
    const body = JSON.stringify({ type: "message.requested", data: { message_id: 7 } });
    const call = async (at: Date, over = body) => {
      const headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
        "webhook-signature": new Webhook(WEBHOOK_SECRET).sign("msg_1", at, over),
      };
      return (await fetch(`${sim.url}/hooks/tea-house`, { method: "POST", body, headers })).status;
    };
    expect(await call(new Date())).toBe(200);
    expect(await call(new Date(), "{}")).toBe(401);
    expect(await call(new Date(Date.now() - 400_000))).toBe(401);
    expect(sim.log.list({ kind: "webhook" }).map(({ taken }) => taken)).toEqual([true, false, false]);
  });

  it("holds the services' limits", async () => {
    sim.setSecret("dingtalk", null);
    sim.setSecret("feishu", null);
    const codes = async (count: number, call: () => ReturnType<typeof post>, name: string) => {
      const answers = [];
      for (let n = 0; n < count; n++) answers.push((await call()).body?.[name]);
      return answers;
    };
    const fast = await codes(21, () => post("/cgi-bin/webhook/send?key=fast", text), "errcode");
    expect(fast).toEqual([...Array<number>(20).fill(0), 45_009]);
    const talk = await codes(21, () => post("/robot/send?access_token=fast", text), "errcode");
    expect(talk.at(-1)).toBe(130_101);
    const hook = { msg_type: "text", content: { text: "好" } };
    const fly = await codes(6, () => post("/open-apis/bot/v2/hook/fast", hook), "code");
    expect(fly).toEqual([0, 0, 0, 0, 0, 11_232]);
    const long = { msgtype: "markdown", markdown: { content: "回".repeat(1_366) } };
    expect((await post("/cgi-bin/webhook/send?key=long", long)).body).toMatchObject({ errcode: 40_058 });
    expect((await post("/cgi-bin/webhook/send?key=", text)).body).toMatchObject({ errcode: 93_000 });
  });

  it("fails as it is dialled, for so many messages", async () => {
    const path = "/cgi-bin/webhook/send?key=dial";
    sim.dials.set("wecom", { outcome: "http_500", next: 2 });
    expect([(await post(path, text)).status, (await post(path, text)).status, (await post(path, text)).status]).toEqual(
      [500, 500, 200],
    );
    sim.dials.set("wecom", { outcome: "redirect", next: 1 });
    expect((await post(path, text)).status).toBe(307);
    const before = sim.log.list({ kind: "wecom" }).length;
    sim.dials.set("wecom", { outcome: "lost", next: 1 });
    await expect(post(path, text)).rejects.toThrow();
    expect(sim.log.list({ kind: "wecom" }).slice(before)).toMatchObject([{ taken: true, answer: null }]);
    sim.dials.set("wecom", { outcome: "refuse", next: 1 });
    await expect(post(path, text)).rejects.toThrow();
    expect(sim.log.list({ kind: "wecom" })).toHaveLength(before + 1);
  });

  it("takes mail over the real SMTP dialogue", async () => {
    const server = { url: sim.smtp_url, from: "Huitou <alerts@huitou.example>" };
    expect(await sendMail(server, ["zhou@shanye.example"], message, 3_000)).toContain("queued");
    const [mail] = sim.log.list({ kind: "mail" });
    expect(mail).toMatchObject({ to: "zhou@shanye.example", title: message.title, taken: true });
    expect(mail?.text).toContain("当前 42");
    expect(mail?.text).toContain("<IN1-opened@huitou.example>");
    sim.dials.set("mail", { outcome: "error", next: 1 });
    await expect(sendMail(server, ["zhou@shanye.example"], message, 3_000)).rejects.toMatchObject({ sent: false });
    sim.dials.set("mail", { outcome: "lost", next: 1 });
    await expect(sendMail(server, ["zhou@shanye.example"], message, 500)).rejects.toMatchObject({ sent: true });
  });
});
