import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { Browser, enrol, PASSWORD } from "../../tests/support/sign-in.ts";
import { makeServer } from "../server.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { setUpAdministrators } from "./administrators.ts";
import { peopleFacts } from "./assurance.ts";
import { invite, offerSetup } from "./people.ts";

const world = withDatabase();
let app: FastifyInstance;
const THREE = {
  system_admin: { name: "周系统", email: "zhou@tea.cn" },
  security_admin: { name: "安全", email: "an@tea.cn" },
  audit_admin: { name: "沈计", email: "shen@tea.cn" },
} as const;
const links = new Map<string, string>();

beforeAll(async () => {
  app = await makeServer(world().composition, { ready: true });
});
afterAll(async () => app.close());

const newBrowser = () => new Browser(() => app);
const setUp = (token: string | undefined, administrators: object = THREE) =>
  newBrowser().call("POST", "/api/setup/administrators", { token, brand_name: "山野茶", administrators });
const query = <Row>(text: string, values: readonly unknown[] = []) =>
  world().ground.store.write(SYSTEM_SCOPE, (tx) => tx.query<Row>(text, values));
const facts = () => world().ground.store.read(SYSTEM_SCOPE, (tx) => peopleFacts(tx, world().clock.now()));

describe("first-run set-up with three separated administrators", () => {
  it("wants three people: one name or one mailbox twice is refused, and nothing is made", async () => {
    const token = await offerSetup(world().ground);
    const audit = THREE.audit_admin;
    for (const other of [
      { ...audit, email: "Zhou@tea.cn" },
      { ...audit, email: "zhou+audit@tea.cn" },
      { ...audit, name: " 周 系统 " },
    ]) {
      const refused = await setUp(token, { ...THREE, audit_admin: other });
      expect(refused.body).toMatchObject({ status: 422, code: "access.administrators_same" });
    }
    expect(await query("select 1 from access.person")).toEqual([]);
    expect((await setUp("x".repeat(43))).body).toMatchObject({ code: "access.link_invalid" });
  });

  it("gives each a one-time link, once, however many ask at the same time; nobody is an owner", async () => {
    const token = await offerSetup(world().ground);
    const answers = await Promise.all(Array.from({ length: 4 }, () => setUp(token)));
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(1);
    const people = made[0]?.body["administrators"] as { role: string; link: string; name: string }[];
    expect(people.map(({ role, name }) => [role, name])).toEqual(
      Object.entries(THREE).map(([role, p]) => [role, p.name]),
    );
    for (const { role, link } of people) links.set(role, link);
    expect(new Set(links.values()).size).toBe(3);
    expect(await query("select role from access.person order by role")).toEqual(
      Object.keys(THREE)
        .sort()
        .map((role) => ({ role })),
    );
    const kept = JSON.stringify(await query("select row_to_json(i)::text from access.invitation i"));
    expect([...links.values()].filter((link) => kept.includes(link.split("token=")[1] ?? "-"))).toEqual([]);
  });

  it("after that the installer's link is dead, for both ways, and nobody is offered another", async () => {
    expect(await offerSetup(world().ground)).toBeUndefined();
    const one = { token: "x".repeat(43), brand_name: "山野茶", name: "林", email: "lin@tea.cn", password: PASSWORD };
    for (const answer of [await setUp("x".repeat(43)), await newBrowser().call("POST", "/api/setup", one)])
      expect(answer.body).toMatchObject({ status: 409, code: "access.setup_done" });
  });

  it("until the three have come and have a second factor the self-assessment does not count them", async () => {
    expect((await facts()).admins.audit_admin.people).toBe(0);
    const browsers = new Map<string, Browser>();
    for (const [role, link] of links) {
      const browser = newBrowser();
      const token = link.split("token=")[1];
      expect((await browser.call("POST", "/api/invitation", { token, password: PASSWORD })).status).toBe(201);
      expect((await browser.security()).body).toMatchObject({ owes: "enrol" });
      await enrol(world(), browser);
      browsers.set(role, browser);
    }
    const { admins, uninvited, duties_shared, duties_kept_apart } = await facts();
    for (const role of Object.keys(THREE) as (keyof typeof THREE)[])
      expect(admins[role]).toMatchObject({ people: 1, enrolled: 1 });
    expect({ uninvited, duties_shared, duties_kept_apart }).toEqual({
      uninvited: 0,
      duties_shared: 0,
      duties_kept_apart: true,
    });
    // each does what is theirs
    expect((await browsers.get("security_admin")?.work())?.status).toBe(200);
    expect((await browsers.get("system_admin")?.work())?.status).toBe(403);
    expect((await browsers.get("audit_admin")?.call("GET", "/api/audit"))?.status).toBe(200);
    expect((await browsers.get("security_admin")?.call("GET", "/api/audit"))?.status).toBe(403);
  });
});

describe("nobody holds two of the three", () => {
  it("not by a second account of the same mailbox: invited, re-roled or enabled", async () => {
    const { ground } = world();
    const twice = { name: "周二", email: "zhou+2@tea.cn", role: "security_admin" };
    await expect(invite(ground, null, twice)).rejects.toMatchObject({ code: "access.duty_held" });
    const owner = await invite(ground, null, { name: "东", email: "dong@tea.cn", role: "owner" });
    const boss = newBrowser();
    const token = owner.link.split("token=")[1];
    expect((await boss.call("POST", "/api/invitation", { token, password: PASSWORD })).status).toBe(201);
    const made = await boss.call("POST", "/api/people", { ...twice, role: "operator" });
    const url = `/api/people/${String(made.body["person_id"])}`;
    expect((await boss.call("PATCH", url, { role: "audit_admin" })).body).toMatchObject({ code: "access.duty_held" });
    expect((await boss.call("PATCH", url, { disabled: true })).status).toBe(200);
    await query("update access.person set role = 'audit_admin' where email = $1", [twice.email]);
    expect((await boss.call("PATCH", url, { disabled: false })).body).toMatchObject({ code: "access.duty_held" });
    await expect(query("update access.person set disabled_at = null where email = $1", [twice.email])).rejects.toThrow(
      /administrator_mailbox/,
    );
  });

  it("and not one after the other in one account, not even by a statement", async () => {
    const boss = newBrowser();
    await boss.signIn("dong@tea.cn");
    const [zhou] = await query<{ person_id: number }>(
      "select person_id from access.person where email = 'zhou@tea.cn'",
    );
    const answer = await boss.call("PATCH", `/api/people/${zhou?.person_id}`, { role: "audit_admin" });
    expect(answer.body).toMatchObject({ status: 409, code: "access.duty_change" });
    await expect(
      query("update access.person set role = 'audit_admin' where person_id = $1", [zhou?.person_id]),
    ).rejects.toThrow(/duties stay apart/);
  });

  it("nor by a delegation between two of them that came about in another way", async () => {
    const [ids] = await query<{ giver: number; taker: number }>(
      `select (select person_id from access.person where email = 'an@tea.cn') as giver,
         (select person_id from access.person where email = 'zhou@tea.cn') as taker`,
    );
    const now = world().clock.now();
    await query(
      `insert into access.delegation (giver_id, taker_id, role, reason, from_at, until_at, asked_by, asked_at, approver_id, approved_at)
       select $1, $2, 'security_admin', '代班', $3, $3::timestamptz + interval '1 day', $1, $3,
         (select person_id from access.person where email = 'dong@tea.cn'), $3`,
      [ids?.giver, ids?.taker, now],
    );
    await query(
      "update access.session set delegation_id = (select max(delegation_id) from access.delegation) where person_id = $1",
      [ids?.taker],
    );
    const [open] = await query<{ count: number }>(
      "select count(*)::int as count from access.session where person_id = $1 and delegation_id is not null",
      [ids?.taker],
    );
    expect(open?.count).toBeGreaterThan(0);
    const zhou = newBrowser();
    await zhou.signIn("zhou@tea.cn");
    await query(
      "update access.session set assurance = 2, last_strong_auth_at = $2, delegation_id = (select max(delegation_id) from access.delegation) where person_id = $1",
      [ids?.taker, now],
    );
    expect((await zhou.call("GET", "/api/session/state")).body).toMatchObject({ acting_for: null });
    expect((await zhou.work()).status).toBe(403);
  });
});

it("a second set-up on the host is refused as well", async () => {
  const given = { brand_name: "x", administrators: THREE };
  await expect(setUpAdministrators(world().ground, given, undefined)).rejects.toMatchObject({
    code: "access.setup_done",
  });
});
