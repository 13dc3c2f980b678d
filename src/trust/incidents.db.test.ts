import { describe, expect, it } from "vitest";
import { withAlertDesk } from "../../tests/support/alert-desk.ts";
import { DOMAIN_ORDER } from "../domains.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { proofsOf, syntheticReading } from "./drill.ts";
import { indicatorsOf } from "./indicators.ts";
import { watchRound } from "./jobs.ts";
import { levelOf } from "./judge.ts";

const desk = withAlertDesk();

describe("what is watched", () => {
  it("every domain from ingest on declares indicators or says why it has none", () => {
    const silent = desk()
      .world.domains.filter(({ name }) => (DOMAIN_ORDER as readonly string[]).includes(name))
      .filter(({ indicators, no_indicators }) => (indicators ?? []).length === 0 && (no_indicators ?? "") === "");
    expect(silent.map(({ name }) => name)).toEqual([]);
    const names = indicatorsOf(desk().world.ground).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+\.[a-z_]+$/);
  });

  it("each indicator's synthetic case is read as an alarm, and nobody else ever sees it", async () => {
    const { ground } = desk().world;
    const counted = `select (select count(*) from access.audit)::int + (select count(*) from access.person)::int
      + (select count(*) from ingest.source)::int + (select count(*) from ingest.inbox)::int + (select count(*) from members.conflict)::int
      + (select count(*) from members.quarantine)::int + (select count(*) from segments.export)::int + (select count(*) from tags.dirty)::int
      + (select count(*) from tags.failure)::int + (select count(*) from trust.delivery)::int + (select count(*) from store.job)::int as n`;
    const [before] = await desk().rows<{ n: number }>(counted);
    for (const indicator of indicatorsOf(ground)) {
      const limits = { warn: indicator.warn, alarm: indicator.alarm, enabled: true };
      const reading = await syntheticReading(ground, indicator, indicator.alarm);
      const level = reading === undefined ? "not read" : levelOf(reading.value, limits, indicator.direction);
      expect([indicator.name, level]).toEqual([indicator.name, "alarm"]);
    }
    expect(await desk().rows(counted)).toEqual([before]);
    for (const indicator of indicatorsOf(ground)) {
      const found = await ground.store.read(SYSTEM_SCOPE, (tx) =>
        indicator.read({ tx, ground, at: ground.wall.now(), world_at: ground.clock.now() }),
      );
      expect(found.filter(({ part }) => part.includes("synthetic") || part === "person:0")).toEqual([]);
    }
  });
});

describe("the daily drill", () => {
  it("proves every indicator through to the channels, in one message each, marked as a drill", async () => {
    const { ground } = desk().world;
    await watchRound(ground);
    const names = indicatorsOf(ground).map(({ name }) => name);
    const proofs = await ground.store.read(SYSTEM_SCOPE, (tx) => proofsOf(tx, "2026-11-22"));
    expect(proofs.map(({ indicator }) => indicator).toSorted()).toEqual(names.toSorted());
    for (const proof of proofs)
      expect([proof.indicator, proof.failure, proof.raised_at !== null, proof.delivered_at !== null]).toEqual([
        proof.indicator,
        null,
        true,
        true,
      ]);
    for (const kind of ["wecom", "dingtalk", "feishu", "mail"]) {
      const drills = desk().sim.log.list({ kind });
      expect(drills).toHaveLength(1);
      expect(drills[0]?.title).toContain("演练");
      expect(desk().arrived(kind)).toHaveLength(names.length);
    }
    expect(await desk().incidents({ synthetic: true, state: "open" })).toEqual([]);
    expect(await desk().incidents()).toEqual([]);
  });

  it("comes once a day, at ten, and a day without proof is itself an incident", async () => {
    const { ground, clock } = desk().world;
    clock.advance({ hours: 1 });
    expect((await watchRound(ground))["drilled"]).toBe(0);
    clock.set("2026-11-23T01:59:00Z");
    expect((await watchRound(ground))["drilled"]).toBe(0);
    clock.set("2026-11-23T02:00:00Z");
    expect((await watchRound(ground))["drilled"]).toBe(indicatorsOf(ground).length);
    expect(await desk().incidents({ indicator: "trust.unproved" })).toEqual([]);
    await desk().execute(
      "update trust.proof set raised_at = null where indicator = 'ingest.silence' and day = '2026-11-23'",
    );
    await desk().execute(
      "update trust.proof set injected_at = injected_at + interval '5 hours' where indicator = 'ingest.silence'",
    );
    clock.set("2026-11-23T03:01:00Z");
    await watchRound(ground);
    expect(await desk().incidents({ indicator: "trust.unproved", state: "open" })).toMatchObject([
      { level: "alarm", last_value: 1 },
    ]);
    await desk().execute("update trust.proof set raised_at = injected_at, delivered_at = injected_at");
    await watchRound(ground);
    clock.advance({ minutes: 16 });
    await watchRound(ground);
    expect(await desk().incidents({ indicator: "trust.unproved", state: "open" })).toEqual([]);
  });
});

describe("an incident", () => {
  it("is opened by what really happened, once, told on every channel once, and named by who takes it on", async () => {
    const { ground, clock } = desk().world;
    desk().sim.log.clear();
    clock.advance({ minutes: 10 });
    const payload = { email: "nobody@example.com", password: "x" };
    for (let n = 0; n < 12; n++) await desk().staff.app.inject({ method: "POST", url: "/api/session", payload });
    await watchRound(ground);
    const [incident] = await desk().incidents({ indicator: "access.failed_logins" });
    expect(incident).toMatchObject({ level: "warn", state: "open", first_value: 12, synthetic: false });
    const name = `IN${incident?.incident_id}-opened`;
    for (const kind of ["wecom", "dingtalk", "feishu"]) expect(desk().arrived(kind)).toEqual([name]);
    // mail is for alarms
    expect(desk().arrived("mail")).toEqual([]);
    await desk().failLogins(20);
    clock.advance({ minutes: 1 });
    await watchRound(ground);
    await watchRound(ground);
    expect(await desk().incidents({ indicator: "access.failed_logins" })).toMatchObject([
      { level: "alarm", worst_value: 32 },
    ]);
    const raised = `IN${incident?.incident_id}-raised`;
    for (const kind of ["wecom", "dingtalk", "feishu"]) expect(desk().arrived(kind)).toEqual([name, raised]);
    expect(desk().arrived("mail")).toEqual([raised]);
    const path = `/api/trust/incidents/${incident?.incident_id}`;
    const taken = await desk().guardian.call("POST", `${path}/acknowledgement`, { text: "我来看" });
    expect(taken).toMatchObject({
      status: 200,
      body: { state: "acknowledged", acknowledged_by_name: "security_admin 1" },
    });
    const second = await desk().owner.call("POST", `${path}/acknowledgement`, {});
    expect(second).toMatchObject({ status: 409, body: { code: "trust.incident_taken" } });
  });

  it("closes by itself after a quarter of an hour of calm, and that is told as well", async () => {
    const { ground, clock } = desk().world;
    clock.advance({ minutes: 11 });
    await watchRound(ground);
    expect(await desk().incidents({ indicator: "access.failed_logins", state: "open" })).toHaveLength(1);
    clock.advance({ minutes: 15 });
    await watchRound(ground);
    const [incident] = await desk().incidents({ indicator: "access.failed_logins" });
    expect(incident).toMatchObject({ state: "closed", closed_by: null });
    expect(desk().arrived("wecom").at(-1)).toBe(`IN${incident?.incident_id}-closed`);
  });

  it("that nobody takes on goes to the next on the roster each hour, and the clock of two hours is on it", async () => {
    const { ground, clock } = desk().world;
    const people = (await desk().owner.call("GET", "/api/trust/roster")).body["staff"] as {
      person_id: number;
      role: string;
    }[];
    const id = (role: string) => people.find((one) => one.role === role)?.person_id ?? 0;
    const wanted = { person_ids: [id("security_admin"), id("manager")], rotation_days: 7, starts_on: "2026-11-23" };
    expect((await desk().guardian.call("PUT", "/api/trust/roster", wanted)).status).toBe(204);
    desk().sim.log.clear();
    await desk().lockThree(new Date(clock.now().getTime() + 24 * 3_600_000));
    await watchRound(ground);
    const [incident] = await desk().incidents({ indicator: "access.lockouts", state: "open" });
    const opened_at = incident?.opened_at.getTime() ?? 0;
    expect((incident?.due_at.getTime() ?? 0) - opened_at).toBe(2 * 3_600_000);
    const mails = () =>
      desk()
        .sim.log.list({ kind: "mail" })
        .map(({ to, text }) => [to, /IN\d+-[a-z]+(-\d+)?/.exec(text)?.[0]]);
    expect(mails()).toEqual([[desk().guardian.email, `IN${incident?.incident_id}-opened`]]);
    for (const hour of [1, 2]) {
      clock.advance({ minutes: 61 });
      await watchRound(ground);
      expect(mails().at(-1)).toEqual([
        hour === 1 ? desk().next.email : desk().guardian.email,
        `IN${incident?.incident_id}-escalated-${hour}`,
      ]);
    }
    const close = await desk().next.call("POST", `/api/trust/incidents/${incident?.incident_id}/closure`, {
      text: "是压力测试",
    });
    expect(close.body).toMatchObject({ state: "closed", still_beyond: true });
    await watchRound(ground);
    // still past its limit, and a person said why: no new one
    expect(await desk().incidents({ indicator: "access.lockouts", state: "open" })).toEqual([]);
    await desk().lockThree(null);
    await watchRound(ground);
    expect(await desk().incidents({ indicator: "access.lockouts" })).toMatchObject([{ still_beyond: false }]);
  });

  it("what happened while the process was down is found as soon as it is back, though it is over by then", async () => {
    const { ground, clock } = desk().world;
    clock.advance({ minutes: 45 });
    await watchRound(ground);
    clock.advance({ minutes: 20 });
    await desk().failLogins(35);
    clock.advance({ minutes: 40 });
    await watchRound(ground);
    const [incident] = await desk().incidents({ indicator: "access.failed_logins" });
    expect(incident).toMatchObject({ level: "alarm", first_value: 35 });
    expect(ground.wall.now().getTime() - (incident?.opened_at.getTime() ?? 0)).toBeLessThanOrEqual(3_600_000);
    clock.advance({ minutes: 30 });
    await watchRound(ground);
    clock.advance({ minutes: 30 });
    await watchRound(ground);
  });
});
