import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { type PersonSession, sessionOf, type Staff, staffOf } from "../../../tests/support/people.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { endLeavers } from "./leavers.ts";

const world = withDatabase();
let staff: Staff;
let app: FastifyInstance;
let security: PersonSession;
let manager: PersonSession;
let agent: PersonSession;
const ids = new Map<string, number>();

const rows = <Row>(text: string, values: unknown[] = []) =>
  world().ground.store.read(SYSTEM_SCOPE, (tx) => tx.query<Row>(text, values));
const idOf = ({ email }: PersonSession) => ids.get(email) ?? 0;
const inHours = (hours: number) => new Date(world().ground.wall.now().getTime() + hours * 3_600_000).toISOString();

async function learn(): Promise<void> {
  for (const row of await rows<{ email: string; person_id: number }>("select email, person_id from access.person"))
    ids.set(row.email, row.person_id);
}

beforeAll(async () => {
  staff = await staffOf(world());
  app = staff.app;
  security = await staff.add("security_admin");
  manager = await staff.add("manager", ["HZ01"]);
  agent = await staff.add("agent");
  await learn();
});
afterAll(async () => staff.app.close());

async function again(person: PersonSession): Promise<PersonSession> {
  const payload = { email: person.email, password: "longjing-spring-1987" };
  const answer = await app.inject({ method: "POST", url: "/api/session", payload });
  return sessionOf(app, person.email, String(answer.headers["set-cookie"]).split(";")[0] ?? "");
}

async function ask(more: object = {}, by: PersonSession = staff.owner) {
  return by.call("POST", "/api/delegations", {
    giver_id: idOf(manager),
    taker_id: idOf(agent),
    from_at: inHours(0),
    until_at: inHours(20),
    reason: "休假代班",
    ...more,
  });
}

async function lent(more: object = {}): Promise<number> {
  const { body } = await ask(more);
  const id = Number(body["delegation_id"]);
  expect((await security.call("POST", `/api/delegations/${id}/approve`)).status).toBe(204);
  return id;
}
const actFor = (delegation_id: number | null, who = agent) =>
  who.call("PUT", "/api/session/acting-for", { delegation_id });

describe("a delegation", () => {
  it("counts once a second person has approved it, and only while the session says so", async () => {
    const { body } = await ask();
    const id = Number(body["delegation_id"]);
    expect((await actFor(id)).body).toMatchObject({ code: "access.delegation_not_found" });
    expect((await staff.owner.call("POST", `/api/delegations/${id}/approve`)).body).toMatchObject({
      code: "access.delegation_second_person",
    });
    expect((await security.call("POST", `/api/delegations/${id}/approve`)).status).toBe(204);
    expect((await agent.call("GET", "/api/segments")).status).toBe(403);
    expect((await actFor(id)).status).toBe(204);
    expect((await agent.call("GET", "/api/segments")).status).toBe(200);
    expect((await agent.call("GET", "/api/session/state")).body).toMatchObject({
      acting_for: { role: "manager" },
      person: { role: "agent" },
    });
    expect((await actFor(null)).status).toBe(204);
    expect((await agent.call("GET", "/api/segments")).status).toBe(403);
  });

  it("gives the rows of whose work it is, and nothing of one's own beside", async () => {
    const id = await lent();
    await actFor(id);
    expect((await agent.call("GET", "/api/members")).status).toBe(200);
    const [session] = await rows<{ stores: string[] }>(
      "select g.scope_stores as stores from access.session s join access.delegation d using (delegation_id) join access.person g on g.person_id = d.giver_id",
    );
    expect(session?.stores).toEqual(["HZ01"]);
    await actFor(null);
  });

  it("has both in each row of the audit log", async () => {
    const id = await lent();
    await actFor(id);
    await agent.call("GET", "/api/members/search?q=13800001111");
    await actFor(null);
    const [row] = await rows<{ person_id: number; actor: string; subject: object }>(
      "select person_id, actor, subject from access.audit where action = 'members.search' order by sequence desc limit 1",
    );
    expect(row).toMatchObject({
      person_id: idOf(agent),
      actor: "agent",
      subject: { on_behalf_of: idOf(manager), delegation_id: id, as_role: "manager" },
    });
  });

  it("stands on the own page of both until it is over, for whoever may not manage accounts too", async () => {
    const listed = async (who: PersonSession) => {
      const { body } = await who.call("GET", "/api/me/delegations/standing");
      return (body["items"] as { delegation_id: number; state: string }[]).map((one) => [one.delegation_id, one.state]);
    };
    const id = await lent();
    expect(await listed(manager)).toContainEqual([id, "active"]);
    expect(await listed(agent)).toContainEqual([id, "active"]);
    expect(await listed(security)).toEqual([]);
    const asked = Number((await ask()).body["delegation_id"]);
    expect(await listed(manager)).toContainEqual([asked, "asked"]);
    for (const one of [id, asked]) await manager.call("POST", `/api/me/delegations/${one}/end`);
    expect((await listed(manager)).map(([one]) => one)).not.toContain(id);
    expect((await listed(agent)).map(([one]) => one)).not.toContain(asked);
  });

  it("ends by itself, by a word of either, and when its giver leaves or has another role", async () => {
    const works = async () => (await agent.call("GET", "/api/segments")).status === 200;
    const one = await lent({ until_at: inHours(0.2) });
    await actFor(one);
    expect(await works()).toBe(true);
    world().clock.advance({ minutes: 12 });
    expect(await works()).toBe(false);
    const two = await lent();
    await actFor(two);
    expect((await security.call("POST", `/api/me/delegations/${two}/end`)).status).toBe(404);
    expect((await manager.call("POST", `/api/me/delegations/${two}/end`)).status).toBe(204);
    expect(await works()).toBe(false);
    const three = await lent();
    await actFor(three);
    await staff.owner.call("PATCH", `/api/people/${idOf(manager)}`, { role: "operator" });
    expect(await works()).toBe(false);
    await staff.owner.call("PATCH", `/api/people/${idOf(manager)}`, { role: "manager" });
    expect(await works()).toBe(true);
    await staff.owner.call("PATCH", `/api/people/${idOf(manager)}`, { disabled: true });
    expect(await works()).toBe(false);
    await staff.owner.call("PATCH", `/api/people/${idOf(manager)}`, { disabled: false });
    await actFor(null);
  });

  it("is for thirty days at most, and the database says so too", async () => {
    expect((await ask({ until_at: inHours(30 * 24 + 1) })).body).toMatchObject({ code: "access.delegation_time" });
    expect((await ask({ until_at: inHours(-1) })).body).toMatchObject({ code: "access.delegation_time" });
    expect((await ask({ taker_id: idOf(manager) })).body).toMatchObject({ code: "access.delegation_people" });
    const write = (text: string) => world().ground.store.write(SYSTEM_SCOPE, (tx) => tx.query(text));
    await expect(write("update access.delegation set until_at = from_at + interval '31 days'")).rejects.toThrow(
      /check constraint/,
    );
    await expect(write("update access.delegation set approver_id = giver_id, approved_at = now()")).rejects.toThrow(
      /check constraint/,
    );
  });

  it("never joins the roles of two administrators, and an owner's is not lent", async () => {
    const auditor = await staff.add("audit_admin");
    const system = await staff.add("system_admin");
    await learn();
    const between = { giver_id: idOf(security), taker_id: idOf(system) };
    expect((await ask(between)).body).toMatchObject({ code: "access.delegation_role" });
    const owners = { giver_id: idOf(staff.owner), taker_id: idOf(agent) };
    expect((await ask(owners)).body).toMatchObject({ code: "access.delegation_role" });
    const audits = { giver_id: idOf(auditor), taker_id: idOf(agent) };
    expect((await ask(audits, security)).body).toMatchObject({ code: "access.owner_only" });
  });

  it("is not approved by an account that one of them has made since", async () => {
    const { body } = await ask();
    world().clock.advance({ seconds: 1 });
    const fresh = await staff.add("security_admin");
    const answer = await fresh.call("POST", `/api/delegations/${String(body["delegation_id"])}/approve`);
    expect(answer.body).toMatchObject({ code: "access.delegation_second_person" });
  });
});

describe("whoever leaves", () => {
  it("is out at the instant that was said, with sessions, password and programs", async () => {
    const leaver = await staff.add("operator");
    await learn();
    const made = await staff.owner.call("POST", "/api/clients", {
      name: "离职者的程序",
      owner_id: idOf(leaver),
      permissions: ["jobs.read"],
    });
    const program = async () =>
      (await app.inject({ url: "/api/jobs", headers: { authorization: `Bearer ${String(made.body["key"])}` } }))
        .statusCode;
    const at = inHours(0.2);
    expect((await security.call("PUT", `/api/people/${idOf(leaver)}/leaving`, { leaves_at: at })).status).toBe(204);
    expect([(await leaver.call("GET", "/api/jobs")).status, await program()]).toEqual([200, 200]);
    world().clock.advance({ minutes: 12 });
    expect([(await leaver.call("GET", "/api/jobs")).status, await program()]).toEqual([401, 403]);
    expect((await again(leaver)).cookie).not.toMatch(/^huitou=./);
    expect(await endLeavers(world().ground)).toBe(1);
    expect(await endLeavers(world().ground)).toBe(0);
    const [person] = await rows<{ disabled_at: Date }>("select disabled_at from access.person where person_id = $1", [
      idOf(leaver),
    ]);
    expect(person?.disabled_at.toISOString()).toBe(at);
    const [row] = await rows<{ subject: object }>(
      "select subject from access.audit where action = 'access.leavers_end'",
    );
    expect(row?.subject).toEqual({ people: [idOf(leaver)] });
    const owned = await security.call("GET", `/api/people/${idOf(leaver)}/owned`);
    expect(owned.body).toMatchObject({ clients: [{ name: "离职者的程序" }], matrix_versions: [] });
  });

  it("is never the last owner, nor oneself", async () => {
    const leaving = { leaves_at: inHours(1) };
    const other = await staff.add("owner");
    await learn();
    expect((await other.call("PUT", `/api/people/${idOf(staff.owner)}/leaving`, leaving)).status).toBe(204);
    expect((await staff.owner.call("PUT", `/api/people/${idOf(other)}/leaving`, leaving)).body).toMatchObject({
      code: "access.last_owner",
    });
    expect((await other.call("PUT", `/api/people/${idOf(other)}/leaving`, leaving)).body).toMatchObject({
      code: "access.own_account",
    });
  });
});
