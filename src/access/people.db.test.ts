import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { Browser, codeOf, enrol, join, later, PASSWORD, personId, STEP_MS } from "../../tests/support/sign-in.ts";
import { makeServer } from "../server.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { ANONYMOUS_WRITES_MAX } from "./anonymous-writes.ts";
import { auditedCommand } from "./index.ts";
import { offerSetup } from "./people.ts";
import { DEFAULT_POLICY, setSecurityPolicy } from "./policy.ts";
import { RESET_MINUTES, resetByCommand } from "./resets.ts";

const world = withDatabase();
let app: FastifyInstance;
const newBrowser = () => new Browser(() => app);
const owner = newBrowser();
const NEXT = "Biluochun-2026";

beforeAll(async () => {
  app = await makeServer(world().composition, { ready: true });
  const token = await offerSetup(world().ground);
  const first = { token, brand_name: "山野茶", name: "林", email: "lin@tea.cn", password: PASSWORD };
  expect((await owner.call("POST", "/api/setup", first)).status).toBe(201);
  await world().ground.store.write(SYSTEM_SCOPE, (tx) =>
    setSecurityPolicy(tx, { ...DEFAULT_POLICY, second_factor_roles: [] }),
  );
});
afterAll(async () => app.close());

const auditRows = (action: string) =>
  world().ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ phase: string; subject: Record<string, unknown>; status: number | null }>(
      "select phase, subject, status from access.audit where action = $1 order by sequence",
      [action],
    ),
  );
const tokenOf = (link: unknown) => new URL(String(link)).searchParams.get("token");

describe("who may act on an account", () => {
  test("stores are given anew and taken off, and stay where a change does not name them", async () => {
    await join(owner, "dian@tea.cn", "clerk");
    const id = await personId(owner, "dian@tea.cn");
    const stores = async () => {
      const { body } = await owner.call("GET", "/api/people");
      return (body["items"] as { id: number; scope_stores: unknown }[]).find((one) => one.id === id)?.scope_stores;
    };
    await owner.call("PATCH", `/api/people/${id}`, { scope_stores: ["HZ01", "HZ02"] });
    expect(await stores()).toEqual(["HZ01", "HZ02"]);
    await owner.call("PATCH", `/api/people/${id}`, { name: "小店" });
    expect(await stores()).toEqual(["HZ01", "HZ02"]);
    await owner.call("PATCH", `/api/people/${id}`, { scope_stores: null });
    expect(await stores()).toBeNull();
  });

  test("nobody gives themself another role or takes themself out, and the owner's seal stays with owners", async () => {
    const security = await join(owner, "an@tea.cn", "security_admin");
    const [self, boss] = [await personId(owner, "an@tea.cn"), await personId(owner, "lin@tea.cn")];
    await join(owner, "shen@tea.cn", "audit_admin");
    await join(owner, "yun@tea.cn", "operator");
    const [auditor, operator] = [await personId(owner, "shen@tea.cn"), await personId(owner, "yun@tea.cn")];
    for (const change of [{ role: "owner" }, { role: "operator" }, { disabled: true }, { scope_stores: null }])
      expect((await security.call("PATCH", `/api/people/${self}`, change)).body.code).toMatch(/own_account|owner_only/);
    const refused = [
      await security.call("PATCH", `/api/people/${operator}`, { role: "owner" }),
      await security.call("PATCH", `/api/people/${operator}`, { role: "audit_admin" }),
      await security.call("PATCH", `/api/people/${boss}`, { disabled: true }),
      await security.call("PATCH", `/api/people/${auditor}`, { role: "operator" }),
      await security.call("POST", "/api/people", { name: "影", email: "ying@tea.cn", role: "owner" }),
      await security.call("POST", `/api/people/${boss}/reset-link`),
      await security.call("DELETE", `/api/people/${boss}/factors`),
      await security.call("DELETE", `/api/people/${auditor}/sessions`),
    ];
    // the third would leave nobody
    const owner_only = Array<string>(refused.length).fill("access.owner_only");
    expect(refused.map((one) => one.body.code as string)).toEqual(owner_only.with(2, "access.last_owner"));
    expect((await security.call("PATCH", `/api/people/${operator}`, { role: "manager" })).status).toBe(200);
  });

  test("asks for a second factor that was shown a moment ago, of whoever has one", async () => {
    await owner.signIn("lin@tea.cn");
    const admin = await join(owner, "qin@tea.cn", "owner");
    await join(owner, "ma@tea.cn", "operator");
    const { secret } = await enrol(world(), admin);
    const id = await personId(admin, "ma@tea.cn");
    later(world(), 301_000);
    const acts = () =>
      [
        ["PATCH", `/api/people/${id}`, { name: "马" }],
        ["POST", `/api/people/${id}/reset-link`, undefined],
        ["DELETE", `/api/people/${id}/sessions`, undefined],
        ["DELETE", `/api/people/${id}/factors`, undefined],
        ["PUT", "/api/security/policy", { ...DEFAULT_POLICY, second_factor_roles: [] }],
        ["POST", "/api/people", { name: "新", email: "xin@tea.cn", role: "agent" }],
      ] as const;
    for (const [method, url, body] of acts())
      expect([url, (await admin.call(method, url, body)).body.code]).toEqual([url, "access.step_up_required"]);
    expect((await admin.code(codeOf(world(), secret))).status).toBe(204);
    for (const [method, url, body] of acts()) expect((await admin.call(method, url, body)).status).toBeLessThan(300);
  });

  test("refuses what it does not know instead of leaving it out", async () => {
    await owner.signIn("lin@tea.cn");
    const id = await personId(owner, "ma@tea.cn");
    for (const answer of [
      await owner.call("PATCH", `/api/people/${id}`, { roles: "owner" }),
      await owner.call("POST", "/api/people", { name: "新", email: "x@tea.cn", role: "agent", scope_store: ["HZ01"] }),
      await owner.call("PUT", "/api/security/policy", { ...DEFAULT_POLICY, second_factor_roles: [], lock_minute: 5 }),
    ])
      expect(answer.body).toMatchObject({ status: 400, code: "platform.invalid_input" });
  });
});

describe("a forgotten password", () => {
  test("is set anew by a link that works once and for an hour, ends all sessions, and leaves the second factor", async () => {
    await owner.signIn("lin@tea.cn");
    const person = await join(owner, "wang@tea.cn", "operator");
    const { secret } = await enrol(world(), person);
    const id = await personId(owner, "wang@tea.cn");
    const old = (await owner.call("POST", `/api/people/${id}/reset-link`)).body;
    const { link } = (await owner.call("POST", `/api/people/${id}/reset-link`)).body;
    const accept = (from: unknown, password: string) =>
      newBrowser().call("POST", "/api/reset", { token: tokenOf(from), password });
    expect((await accept(old.link, NEXT)).body).toMatchObject({ code: "access.link_invalid" });
    expect((await accept(link, "short")).body).toMatchObject({ code: "access.password_weak" });
    expect((await accept(link, PASSWORD)).body).toMatchObject({ code: "access.password_used" });
    expect((await person.security()).status).toBe(200);
    const back = newBrowser();
    expect((await back.call("POST", "/api/reset", { token: tokenOf(link), password: NEXT })).status).toBe(201);
    expect((await person.security()).status).toBe(401);
    expect((await back.security()).body).toMatchObject({ owes: "prove" });
    later(world(), STEP_MS);
    expect((await back.code(codeOf(world(), secret))).status).toBe(204);
    expect((await accept(link, "Longjing-2027")).body).toMatchObject({ code: "access.link_invalid" });
    const late = (await owner.call("POST", `/api/people/${id}/reset-link`)).body;
    later(world(), (RESET_MINUTES + 1) * 60_000);
    expect((await accept(late.link, "Longjing-2027")).body).toMatchObject({ code: "access.link_invalid" });
    const rows = await auditRows("access.reset_link");
    expect(rows.some(({ subject }) => subject["person_id"] === id)).toBe(true);
    expect(JSON.stringify(rows)).not.toContain(String(tokenOf(link)));
  });

  test("of an owner without a colleague is set anew from the host, with a row in the audit log", async () => {
    await owner.signIn("lin@tea.cn");
    const lost = await join(owner, "jiu@tea.cn", "owner");
    await enrol(world(), lost);
    const id = await personId(owner, "jiu@tea.cn");
    const { ground } = world();
    let link = "";
    await auditedCommand(ground, "command.reset_access", async (subject) => {
      const made = await resetByCommand(ground, "JIU@tea.cn", true);
      link = made.link;
      subject["person_id"] = made.person_id;
      return made.removed === 1;
    });
    const back = newBrowser();
    expect((await back.call("POST", "/api/reset", { token: tokenOf(link), password: NEXT })).status).toBe(201);
    expect((await back.security()).body).toMatchObject({ owes: null, factors: [] });
    expect((await auditRows("command.reset_access")).at(-1)).toMatchObject({
      phase: "done",
      subject: { person_id: id },
    });
    await expect(resetByCommand(ground, "nobody@tea.cn", false)).rejects.toMatchObject({
      code: "access.person_not_found",
    });
  });
});

describe("whoever has no session", () => {
  test("signs out of nothing, and nothing is written down", async () => {
    const before = await auditRows("delete /api/session");
    expect((await newBrowser().call("DELETE", "/api/session")).status).toBe(204);
    expect(await auditRows("delete /api/session")).toEqual(before);
    await owner.signIn("lin@tea.cn");
    expect((await owner.call("DELETE", "/api/session")).status).toBe(204);
    expect((await auditRows("delete /api/session")).length).toBe(before.length + 2);
  });

  test("has so many attempts a minute from one address; beyond them nothing is written down", async () => {
    later(world(), 61_000);
    const attempt = () => newBrowser().call("POST", "/api/invitation", { token: "guess", password: NEXT });
    for (let n = 0; n < ANONYMOUS_WRITES_MAX; n += 1)
      expect((await attempt()).body).toMatchObject({ code: "access.link_invalid" });
    const rows = (await auditRows("post /api/invitation")).length;
    const changes = await auditRows("patch /api/people/:person_id");
    expect((await attempt()).body).toMatchObject({ status: 429, code: "access.too_many" });
    expect((await newBrowser().call("PATCH", "/api/people/1", {})).status).toBe(401);
    expect(await auditRows("patch /api/people/:person_id")).toHaveLength(changes.length);
    expect((await auditRows("post /api/invitation")).length).toBe(rows);
    // whoever is signed in is not kept out by it, and a minute later everybody is let in
    later(world(), 61_000);
    expect((await owner.signIn("lin@tea.cn")).status).toBe(201);
    expect((await owner.work()).status).toBe(200);
  });
});
