import { describe, expect, it } from "vitest";
import { simSecret } from "../../channel-sim/server.ts";
import { withAlertDesk } from "../../tests/support/alert-desk.ts";
import { deliverDue } from "./deliver.ts";
import { watchRound } from "./jobs.ts";

const desk = withAlertDesk();

describe("delivery", () => {
  const openOne = async () => {
    desk().world.clock.advance({ hours: 1 });
    await desk().failLogins(12);
    await watchRound(desk().world.ground);
    const [incident] = await desk().incidents({ indicator: "access.failed_logins" });
    return `IN${incident?.incident_id}-opened`;
  };
  const calmDown = async () => {
    for (const minutes of [15, 20]) {
      desk().world.clock.advance({ minutes });
      await watchRound(desk().world.ground);
    }
  };

  it("is tried again until it arrives, and arrives once", async () => {
    desk().sim.log.clear();
    desk().sim.dials.set("dingtalk", { outcome: "error", next: 2 });
    desk().sim.dials.set("feishu", { outcome: "refuse", next: 1 });
    const name = await openOne();
    expect(desk().arrived("dingtalk")).toEqual([]);
    for (let n = 0; n < 4; n++) {
      desk().world.clock.advance({ minutes: 1 });
      await deliverDue(desk().world.ground);
    }
    for (const kind of ["wecom", "dingtalk", "feishu"])
      expect(
        desk()
          .arrived(kind)
          .filter((one) => one === name),
      ).toEqual([name]);
    await calmDown();
  });

  it("whose answer was lost is repeated with the same number, and says that it is a repeat", async () => {
    desk().sim.log.clear();
    desk().sim.dials.set("wecom", { outcome: "lost", next: 1 });
    const name = await openOne();
    desk().world.clock.advance({ minutes: 1 });
    await deliverDue(desk().world.ground);
    const copies = desk()
      .sim.log.list({ kind: "wecom" })
      .filter(({ text }) => text.includes(name));
    expect(copies.map(({ title }) => title.includes("【重发】"))).toEqual([false, true]);
    await calmDown();
  });

  it("rests after failures in a row, and says so", async () => {
    desk().sim.log.clear();
    desk().sim.dials.set("feishu", { outcome: "http_500" });
    await openOne();
    for (let n = 0; n < 8; n++) {
      desk().world.clock.advance({ minutes: 5 });
      await deliverDue(desk().world.ground);
    }
    const channels = (await desk().guardian.call("GET", "/api/trust/channels")).body["items"] as Record<
      string,
      unknown
    >[];
    const feishu = channels.find(({ kind }) => kind === "feishu");
    expect(Number(feishu?.["failures"])).toBeGreaterThanOrEqual(5);
    expect(feishu?.["paused_until"]).not.toBeNull();
    expect(feishu?.["attempts"]).toEqual(
      expect.arrayContaining([expect.objectContaining({ ok: false, code: "http_500" })]),
    );
    desk().sim.dials.set("feishu", { outcome: "ok" });
    desk().world.clock.advance({ hours: 1 });
    await deliverDue(desk().world.ground);
    await calmDown();
    expect(desk().arrived("feishu").length).toBeGreaterThan(0);
  });

  it("keeps within the robots' limits whatever happens at once: many alerts are one message", async () => {
    const { ground, clock } = desk().world;
    desk().sim.log.clear();
    clock.advance({ minutes: 5 });
    await desk().execute(
      `with made as (insert into trust.incident (indicator, part, label, synthetic, level, state, first_value, worst_value, last_value, opened_at, due_at)
         select 'ingest.silence', 'flood:' || n, '', false, 'alarm', 'open', 1, 1, 1, $1, $1 from generate_series(1, 35) n returning incident_id)
       insert into trust.delivery (incident_id, step, channel_id, state, next_try_at, made_at)
       select incident_id, 'opened', channel_id, 'waiting', $1, $1 from made cross join trust.channel where kind <> 'mail'`,
      [clock.now()],
    );
    await deliverDue(ground);
    for (const kind of ["wecom", "dingtalk", "feishu"]) {
      expect(desk().sim.log.list({ kind })).toHaveLength(1);
      expect(new Set(desk().arrived(kind)).size).toBe(35);
    }
    await desk().execute("update trust.incident set state = 'closed', closed_at = opened_at where part like 'flood:%'");
  });
});

describe("channels", () => {
  it("take no address inside or elsewhere, and never show an address or secret again", async () => {
    const add = (kind: string, address: string) =>
      desk().guardian.call("POST", "/api/trust/channels", {
        kind,
        name: "试",
        address,
        secret: "top-secret-xyz",
        level_min: "warn",
      });
    for (const address of [
      "http://oapi.dingtalk.com/robot/send?access_token=a",
      "https://127.0.0.1/robot/send",
      "https://metadata.internal/robot/send",
      "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a",
      desk().sim.url,
    ])
      expect(await add("dingtalk", address)).toMatchObject({ status: 422, body: { code: "trust.address_refused" } });
    const made = await add("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=hidden-token-9876");
    expect(made.status).toBe(201);
    const shown = JSON.stringify((await desk().guardian.call("GET", "/api/trust/channels")).body);
    expect(shown).toContain("oapi.dingtalk.com …9876");
    for (const secret of ["hidden-token", "top-secret-xyz"]) {
      expect(shown).not.toContain(secret);
      const [stored] = await desk().rows<{ text: string }>(
        "select string_agg(c::text, '') as text from trust.channel c",
      );
      expect(stored?.text).not.toContain(secret);
      expect(stored?.text).not.toContain(Buffer.from(secret).toString("hex"));
    }
    expect((await desk().guardian.call("DELETE", `/api/trust/channels/${made.body["channel_id"]}`)).status).toBe(204);
  });

  it("by mail have no address: one that is given later is refused, not half taken", async () => {
    const mail = { kind: "mail", name: "邮件", level_min: "warn" };
    const { channel_id } = (await desk().guardian.call("POST", "/api/trust/channels", mail)).body;
    const url = `/api/trust/channels/${String(channel_id)}`;
    const change = { address: "00000000", secret: "s" };
    expect(await desk().guardian.call("PATCH", url, change)).toMatchObject({
      status: 422,
      body: { code: "trust.mail_has_no_address" },
    });
    expect((await desk().guardian.call("PATCH", url, { name: "邮件二" })).status).toBe(204);
    expect((await desk().guardian.call("DELETE", url)).status).toBe(204);
  });

  it("send a test and show what was answered", async () => {
    const items = (await desk().guardian.call("GET", "/api/trust/channels")).body["items"] as {
      channel_id: number;
      kind: string;
    }[];
    const dingtalk = items.find(({ kind }) => kind === "dingtalk")?.channel_id;
    expect(await desk().guardian.call("POST", `/api/trust/channels/${dingtalk}/test`)).toMatchObject({
      body: { ok: true, code: "0" },
    });
    desk().sim.setSecret("dingtalk", "another");
    expect(await desk().guardian.call("POST", `/api/trust/channels/${dingtalk}/test`)).toMatchObject({
      body: { ok: false, code: "310000", text: "sign not match" },
    });
    desk().sim.setSecret("dingtalk", simSecret("dingtalk"));
  });
});

describe("grave incidents, risks and limits", () => {
  it("from serious on two forms are begun with what is known; the authority's clock runs for four hours and warns", async () => {
    const { ground, clock } = desk().world;
    desk().sim.log.clear();
    await desk().failLogins(40);
    await watchRound(ground);
    const [incident] = await desk().incidents({ indicator: "access.failed_logins", state: "open" });
    const path = `/api/trust/incidents/${incident?.incident_id}`;
    expect((await desk().guardian.call("PUT", `${path}/severity`, { severity: "general" })).body["reports"]).toEqual(
      [],
    );
    const judged = await desk().guardian.call("PUT", `${path}/severity`, { severity: "serious", text: "涉及手机号" });
    const reports = judged.body["reports"] as { kind: string; due_at: string | null; fields: Record<string, string> }[];
    expect(reports.map(({ kind }) => kind)).toEqual(["authority", "members"]);
    expect(reports[0]?.fields).toMatchObject({ organisation: "山野茶", grade: "较大", kind: "登录失败" });
    expect(Date.parse(reports[0]?.due_at ?? "") - clock.now().getTime()).toBe(4 * 3_600_000);
    const incomplete = await desk().guardian.call("POST", `${path}/reports/members/submission`);
    expect(incomplete).toMatchObject({ status: 422, body: { code: "trust.report_incomplete" } });
    clock.advance({ hours: 3, minutes: 5 });
    await watchRound(ground);
    expect(desk().arrived("wecom")).toContain(`IN${incident?.incident_id}-report_due`);
    const names = Object.keys(
      (await desk().guardian.call("GET", "/api/trust/report-fields")).body["members"] as object,
    );
    expect(names.length).toBe(7);
    const fields = Object.fromEntries(
      ["what", "measures", "advice", "contact", "count", "who", "way"].map((key) => [
        key,
        key === "count" ? "0" : "=已处理",
      ]),
    );
    expect((await desk().guardian.call("PUT", `${path}/reports/members`, { fields })).status).toBe(200);
    expect((await desk().guardian.call("POST", `${path}/reports/members/submission`)).status).toBe(200);
    const page = await desk().staff.app.inject({
      url: `${path}/reports/authority/file/html`,
      headers: { cookie: desk().guardian.cookie },
    });
    expect(page.body).toContain("网络安全事件报告");
    const book = await desk().staff.app.inject({
      url: `${path}/reports/members/file/xlsx`,
      headers: { cookie: desk().guardian.cookie },
    });
    expect(book.rawPayload.subarray(0, 2).toString()).toBe("PK");
  });

  it("ten risks are shipped, data leak gravest; a new grade has its reason and version; drills are logged", async () => {
    const list = async () =>
      (await desk().next.call("GET", "/api/trust/risks")).body["items"] as Record<string, unknown>[];
    const shipped = await list();
    expect(shipped).toHaveLength(10);
    expect(shipped[0]).toMatchObject({ key: "data_leak", score: 15, class: "grave" });
    const grade = { current: { likelihood: 5, impact: 4 }, reason: "双十一前被薅" };
    expect((await desk().next.call("PUT", "/api/trust/risks/reward_abuse/grade", grade)).body).toEqual({ version: 1 });
    expect((await list())[0]).toMatchObject({ key: "reward_abuse", score: 20 });
    const drill = {
      held_on: "2026-11-22",
      scenario: "模拟客服导出名单",
      leader: "周静",
      result: "partly",
      findings: "找不到值班电话",
      next_steps: "贴在值班室",
    };
    expect((await desk().next.call("POST", "/api/trust/risks/data_leak/drills", drill)).status).toBe(201);
    const one = await desk().next.call("GET", "/api/trust/risks/data_leak");
    expect(one.body["drills"]).toMatchObject([{ leader: "周静", result: "partly" }]);
    await desk().owner.call("GET", "/api/today");
    const clerk = desk().awake(await desk().staff.add("clerk", ["S01"]));
    expect((await clerk.call("GET", "/api/trust/risks")).status).toBe(403);
  });

  it("moved limits are those that count; an alarm before its warning is refused", async () => {
    const limits = (warn: number, alarm: number) => ({ warn, alarm, enabled: true, reason: "试一试" });
    const path = "/api/trust/indicators/access.lockouts/limits";
    expect((await desk().guardian.call("PUT", path, limits(5, 2))).body).toMatchObject({
      code: "trust.limits_crossed",
    });
    expect((await desk().guardian.call("PUT", path, limits(50, 60))).status).toBe(204);
    desk().world.clock.advance({ minutes: 1 });
    await desk().lockThree(new Date(desk().world.clock.now().getTime() + 300_000));
    await watchRound(desk().world.ground);
    expect(await desk().incidents({ indicator: "access.lockouts", state: "open" })).toEqual([]);
    const items = (await desk().guardian.call("GET", "/api/trust/indicators")).body["items"] as Record<
      string,
      unknown
    >[];
    expect(items.find(({ name }) => name === "access.lockouts")).toMatchObject({ value: 3, warn: 50, level: "fine" });
  });
});
