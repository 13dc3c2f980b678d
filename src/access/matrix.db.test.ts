import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FastifyInstance } from "fastify";
import { withDatabase } from "../../tests/support/database.ts";
import { changeMatrix, type PersonSession, sessionOf, type Staff, staffOf } from "../../tests/support/people.ts";
import { compose, type Composition } from "../composition.ts";
import { makeLog } from "../platform/log.ts";
import { makeServer } from "../server.ts";
import { setSetting, SYSTEM_SCOPE } from "../store/index.ts";
import { LEVELS } from "./matrix.ts";
import { matrixWorkbook, readWorkbook } from "./matrix-workbook.ts";
import { SHIPPED } from "./matrix-defaults.ts";
import { SHIPPED_MATRIX } from "./matrix-live.ts";
import { PERMISSIONS, ROLES } from "./roles.ts";

const world = withDatabase();
let staff: Staff;
let security: PersonSession;
let analyst: PersonSession;
const second: { composition?: Composition; app?: FastifyInstance } = {};

beforeAll(async () => {
  staff = await staffOf(world());
  security = await staff.add("security_admin");
  analyst = await staff.add("analyst");
  const { ground, domains, composition } = world();
  const { databases } = composition;
  const log = makeLog("fatal");
  second.composition = await compose({
    config: ground.config,
    clock: ground.clock,
    log,
    domains,
    databases,
    migrated: true,
  });
  second.app = await makeServer(second.composition, { ready: true });
});
afterAll(async () => {
  await staff.app.close();
  await second.app?.close();
  await second.composition?.close();
});

const cell = (role: string, permission: string, level: string, outcome: string) => ({
  role,
  permission,
  level,
  outcome,
});
const everyLevel = (role: string, permission: string, outcome: string) =>
  LEVELS.map((level) => cell(role, permission, level, outcome));

describe("the shipped matrix", () => {
  it("gives each role what it had, with personal values masked and nothing at L4", () => {
    for (const { role, permissions } of ROLES) {
      for (const permission of PERMISSIONS) {
        const open = permissions.includes(permission);
        expect(SHIPPED_MATRIX.outcome(role, permission, "L2")).toBe(open ? "allow" : "deny");
        expect(SHIPPED_MATRIX.outcome(role, permission, "L4")).toBe("deny");
      }
    }
    expect(SHIPPED_MATRIX.outcome("owner", "members.read", "L3")).toBe("mask");
    expect(SHIPPED_MATRIX.outcome("nobody", "members.read", "L1")).toBe("deny");
    expect(SHIPPED_MATRIX.scope("clerk", "members")).toBe("assigned");
  });
});

describe("a version", () => {
  it("is put into force by a second person, and acts on open sessions of every process with the next request", async () => {
    const elsewhere = sessionOf(second.app as FastifyInstance, analyst.email, analyst.cookie);
    expect((await analyst.call("GET", "/api/segments")).status).toBe(200);
    expect((await elsewhere.call("GET", "/api/segments")).status).toBe(200);
    const version = await changeMatrix(security, staff.owner, {
      cells: everyLevel("analyst", "segments.read", "deny"),
    });
    const approved = performance.now();
    const refused = await elsewhere.call("GET", "/api/segments");
    expect(performance.now() - approved).toBeLessThan(1_000);
    expect(refused).toMatchObject({ status: 403, body: { code: "access.not_allowed" } });
    expect(refused.body["params"]).toMatchObject({ permission: "segments.read", level: "L2", version });
    expect((await analyst.call("GET", "/api/segments")).status).toBe(403);
    const state = await analyst.call("GET", "/api/session/state");
    expect(state.body).toMatchObject({ matrix_version: version });
    expect(state.body["permissions"]).not.toContain("segments.read");
    await changeMatrix(security, staff.owner, { cells: everyLevel("analyst", "segments.read", "allow") });
    expect((await elsewhere.call("GET", "/api/segments")).status).toBe(200);
  });

  it("is not approved by anybody who put a cell into it", async () => {
    await security.call("POST", "/api/matrix/draft", { reason: "两人同改" });
    const change = { cells: everyLevel("agent", "tags.read", "deny") };
    expect((await security.call("PATCH", "/api/matrix/draft", change)).status).toBe(200);
    const other = { cells: everyLevel("agent", "segments.read", "allow") };
    expect((await staff.owner.call("PATCH", "/api/matrix/draft", other)).status).toBe(200);
    const { body } = await security.call("POST", "/api/matrix/draft/submit");
    const third = await staff.add("security_admin");
    for (const editor of [security, staff.owner]) {
      const own = await editor.call("POST", `/api/matrix/versions/${String(body["version"])}/approve`, {
        reason: "自批",
      });
      expect(own.body).toMatchObject({ code: "access.matrix_second_person" });
    }
    const rejected = await third.call("POST", `/api/matrix/versions/${String(body["version"])}/reject`, {
      reason: "不",
    });
    expect(rejected.status).toBe(400);
    const again = await third.call("POST", `/api/matrix/versions/${String(body["version"])}/reject`, {
      reason: "不同意",
    });
    expect(again.status).toBe(200);
  });

  it("is not approved by somebody whom its editor invited, re-roled or reset after it was begun", async () => {
    const fourth = await staff.add("security_admin");
    await staff.owner.call("POST", "/api/matrix/draft", { reason: "自找人批" });
    world().clock.advance({ minutes: 1 });
    const change = { cells: everyLevel("agent", "tags.read", "deny") };
    expect((await staff.owner.call("PATCH", "/api/matrix/draft", change)).status).toBe(200);
    const { body } = await staff.owner.call("POST", "/api/matrix/draft/submit");
    const approve = (who: PersonSession) =>
      who.call("POST", `/api/matrix/versions/${String(body["version"])}/approve`, { reason: "同意" });
    const fresh = await staff.add("security_admin");
    expect((await approve(fresh)).body).toMatchObject({ status: 403, code: "access.matrix_approver_made" });
    expect((await approve(fourth)).status).toBe(200);
    await changeMatrix(fourth, staff.owner, { cells: everyLevel("agent", "tags.read", "allow") });
  });

  it("names each cell that is wrong, and does not let a higher level be more open than a lower one", async () => {
    await security.call("POST", "/api/matrix/draft", { reason: "错的" });
    const answer = await security.call("PATCH", "/api/matrix/draft", {
      cells: [
        cell("wizard", "members.read", "L2", "allow"),
        cell("agent", "members.fly", "L2", "allow"),
        cell("agent", "members.read", "L2", "maybe"),
        cell("agent", "tags.read", "L1", "deny"),
      ],
      scopes: [{ role: "agent", domain: "members", scope: "some" }],
    });
    expect(answer.body).toMatchObject({ code: "access.matrix_invalid" });
    const named = (answer.body["errors"] as { cell: string; fault: string }[]).map((e) => `${e.cell}: ${e.fault}`);
    expect(named).toEqual(
      expect.arrayContaining([
        "wizard members.read L2: unknown_role",
        "agent members.fly L2: unknown_permission",
        "agent members.read L2: unknown_outcome",
        "agent members: unknown_outcome",
        "agent tags.read L2: opens_above",
      ]),
    );
    expect((await security.call("POST", "/api/matrix/draft/submit")).body).toMatchObject({
      code: "access.matrix_unchanged",
    });
    await security.call("DELETE", "/api/matrix/draft");
  });

  it("may not lock everybody out", async () => {
    await security.call("POST", "/api/matrix/draft", { reason: "锁死" });
    const cells = ["owner", "security_admin"].flatMap((role) => everyLevel(role, "matrix.approve", "deny"));
    await security.call("PATCH", "/api/matrix/draft", { cells });
    expect((await security.call("POST", "/api/matrix/draft/submit")).body).toMatchObject({
      code: "access.matrix_locks_out",
    });
    await security.call("DELETE", "/api/matrix/draft");
  });

  it("does not move once it was submitted, whoever asks the database", async () => {
    const { store } = world().ground;
    const change = store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("update access.matrix_cell set outcome = 'allow' where version = 1 and role = 'analyst'"),
    );
    await expect(change).rejects.toThrow(/no draft/);
    const self = store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("update access.matrix_version set approver_id = author_id where state = 'active'"),
    );
    await expect(self).rejects.toThrow(/check constraint/);
  });

  it("an older one comes back as a draft of its own", async () => {
    const before = await staff.owner.call("GET", "/api/matrix");
    const draft = await security.call("POST", "/api/matrix/draft", { reason: "恢复", from: 1 });
    const { body } = await security.call("GET", `/api/matrix/versions/${String(draft.body["version"])}`);
    expect(body["changed_cells"]).toEqual([]);
    expect((await staff.owner.call("GET", "/api/matrix")).body["version"]).toBe(before.body["version"]);
    await security.call("DELETE", "/api/matrix/draft");
  });
});

describe("outcomes that are neither yes nor no", () => {
  it("step-up answers 401 by RFC 9470 until a second factor was shown within five minutes", async () => {
    const agent = await staff.add("agent");
    await changeMatrix(security, staff.owner, { cells: [...everyLevel("agent", "tags.read", "step_up")] });
    const asked = await agent.call("GET", "/api/tags");
    expect(asked).toMatchObject({ status: 401, body: { code: "access.step_up_required" } });
    expect(String(asked.headers["www-authenticate"])).toMatch(/insufficient_user_authentication.*max_age=300/);
    const { ground, clock } = world();
    const shown = "update access.session set assurance = 2, last_strong_auth_at = $1";
    await ground.store.write(SYSTEM_SCOPE, (tx) => tx.query(shown, [ground.wall.now()]));
    expect((await agent.call("GET", "/api/tags")).status).toBe(200);
    clock.advance({ seconds: 301 });
    expect((await agent.call("GET", "/api/tags")).status).toBe(401);
  });

  it("approve asks for a colleague", async () => {
    const agent = await staff.add("agent");
    await changeMatrix(security, staff.owner, { cells: everyLevel("agent", "tags.read", "approve") });
    expect((await agent.call("GET", "/api/tags")).body).toMatchObject({
      status: 403,
      code: "access.approval_required",
    });
  });
});

describe("the matrix as a file", () => {
  it("comes back from Excel as it went out, in both languages", async () => {
    for (const language of ["zh", "en"] as const) {
      const back = await readWorkbook(await matrixWorkbook(SHIPPED, 0, language));
      const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();
      expect(sorted(back.cells)).toEqual(sorted(SHIPPED.cells));
      expect(sorted(back.scopes)).toEqual(sorted(SHIPPED.scopes));
    }
  });

  it("names the cell of the sheet that cannot be read", async () => {
    const exceljs = (await import("exceljs")).default;
    const book = new exceljs.Workbook();
    await book.xlsx.load((await matrixWorkbook(SHIPPED, 0, "zh")) as never);
    const sheet = book.worksheets[0];
    if (sheet !== undefined) sheet.getCell("E7").value = "也许";
    const bytes = Buffer.from(await book.xlsx.writeBuffer());
    await security.call("POST", "/api/matrix/draft", { reason: "导入" });
    const headers = {
      cookie: security.cookie,
      "content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    const answer = await staff.app.inject({
      method: "PUT",
      url: "/api/matrix/draft/matrix.xlsx",
      headers,
      payload: bytes,
    });
    expect(answer.json()).toMatchObject({ code: "access.matrix_invalid" });
    expect(answer.json<{ errors: { cell: string }[] }>().errors[0]?.cell).toBe("权限矩阵 matrix!E7");
    const file = await staff.app.inject({ method: "GET", url: "/api/matrix/versions/0/matrix.xlsx", headers });
    const taken = await staff.app.inject({
      method: "PUT",
      url: "/api/matrix/draft/matrix.xlsx",
      headers,
      payload: file.rawPayload,
    });
    expect(taken.statusCode).toBe(200);
    await security.call("DELETE", "/api/matrix/draft");
  });
});

describe("view as a role", () => {
  const asRole = (role: string | null) => staff.owner.call("PUT", "/api/session/view-as", { role });
  const seed = (value: unknown) => world().ground.store.write(SYSTEM_SCOPE, (tx) => setSetting(tx, "seeded", value));

  it("is refused where the data are somebody's own", async () => {
    expect((await asRole("clerk")).body).toMatchObject({ code: "access.demo_only" });
    await seed({ demo: "none" });
    expect((await asRole("clerk")).body).toMatchObject({ code: "access.demo_only" });
    expect((await analyst.call("PUT", "/api/session/view-as", { role: "clerk" })).body).toMatchObject({
      code: "access.not_allowed",
    });
  });

  it("on demo data shows what the role sees, changes nothing, and ends", async () => {
    await seed({ filled: true });
    expect((await asRole("engineer")).status).toBe(204);
    const state = await staff.owner.call("GET", "/api/session/state");
    expect(state.body).toMatchObject({ viewing_as: "engineer", person: { role: "owner" } });
    expect(state.body["permissions"]).not.toContain("members.read");
    expect((await staff.owner.call("GET", "/api/members")).status).toBe(403);
    const act = await staff.owner.call("POST", "/api/lake/refresh", {});
    expect(act.body).toMatchObject({ code: "access.viewing_only" });
    expect((await asRole(null)).status).toBe(204);
    expect((await staff.owner.call("GET", "/api/members")).status).toBe(200);
  });
});

describe("an installation with one person", () => {
  it("approves alone, and the version says so for good", async () => {
    const { store } = world().ground;
    const others = "update access.person set disabled_at = $1 where email <> $2";
    await store.write(SYSTEM_SCOPE, (tx) => tx.query(others, [world().ground.wall.now(), staff.owner.email]));
    const version = await changeMatrix(staff.owner, staff.owner, { cells: everyLevel("agent", "tags.read", "allow") });
    const { body } = await staff.owner.call("GET", "/api/matrix");
    expect(body).toMatchObject({ version, active: { alone: true } });
  });
});
