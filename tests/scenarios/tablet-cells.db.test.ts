import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DeclaredRoute, LEVELS, type Outcome, PERMISSIONS } from "../../src/access/index.ts";
import { ensureSource } from "../../src/ingest/index.ts";
import { withDatabase } from "../support/database.ts";
import { id, memberOf, record, send } from "../support/member-records.ts";
import { changeMatrix, type PersonSession, type Staff, staffOf } from "../support/people.ts";
import { bindTablet, clerkWithPin, PIN, type TabletBrowser } from "../support/tablet-desk.ts";

const PROBE = "x-probe";
const HERE = "HZ01";
const THERE = "SH01";
const CLOSED = new Set(["people", "matrix", "approvals", "audit", "trust"]);
const OUTCOMES: readonly Outcome[] = ["allow", "mask", "step_up", "approve", "deny"];
const world = withDatabase();
let staff: Staff;
let approver: PersonSession;
let clerk: { session: PersonSession; person_id: number };
let tablet: TabletBrowser;
const members: Record<string, number> = {};

beforeAll(async () => {
  staff = await staffOf(world(), (app) => {
    app.addHook("onRequest", async (request, reply) => {
      if (request.headers[PROBE] !== undefined) return reply.code(204).send();
    });
  });
  approver = await staff.add("owner");
  const { ground } = world();
  const crm = await ensureSource(ground, { key: "crm", name: "CRM", kind: "rest" });
  for (const [store, phone, name] of [
    [HERE, "13812345601", "欧阳明"],
    [THERE, "13912345602", "司马青"],
  ] as const) {
    const profile = { name, home_store_code: store, gender: "female" };
    await send(ground, crm, [record("member", "2026-03-01", [id("crm_id", store), id("phone", phone)], profile)]);
    members[store] = await memberOf(ground, crm, "crm_id", store);
  }
  // bound to both stores in a log-in of their own
  clerk = await clerkWithPin(staff, [HERE, THERE]);
  tablet = (await bindTablet(staff, staff.owner, HERE)).browser;
  expect((await tablet.enter(clerk.person_id, PIN)).status).toBe(204);
});
afterAll(async () => staff.app.close());

async function probe(call: TabletBrowser["call"], { method, url }: DeclaredRoute): Promise<number> {
  return (await call(method, url.replace(/:\w+/g, "1"), undefined, { [PROBE]: "1" })).status;
}

/** The matrix with the clerk's cells turned round, or as it stands. */
async function turn(by: number): Promise<(permission: string) => Outcome> {
  const outcomeOf = (permission: string) =>
    OUTCOMES[(PERMISSIONS.indexOf(permission as (typeof PERMISSIONS)[number]) + by) % OUTCOMES.length] ?? "deny";
  const cells = PERMISSIONS.filter((permission) => permission !== "audit.read").flatMap((permission) =>
    LEVELS.map((level) => ({ role: "clerk", permission, level, outcome: outcomeOf(permission) })),
  );
  await changeMatrix(staff.owner, approver, { cells });
  return outcomeOf;
}

describe("a session at a tablet gets nothing that the clerk's role denies, and less than it gives", () => {
  it.each([0, 1, 2, 3, 4])("on every route, with the clerk's outcomes turned round by %i", async (by) => {
    const outcomeOf = await turn(by);
    const wrong: string[] = [];
    for (const route of staff.app.declared_routes) {
      const { permission } = route.access;
      const outcome = permission === "audit.read" ? "deny" : outcomeOf(permission);
      const open =
        (outcome === "allow" || outcome === "mask") && !CLOSED.has(permission.slice(0, permission.indexOf(".")));
      const status = await probe((...asked) => tablet.call(...asked), route);
      if (status !== (open ? 204 : 403)) wrong.push(`${route.method} ${route.url} is ${outcome}: ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  it("what is one's own account's is closed: factors, password, PIN, sessions, other people's work, approvals", async () => {
    const own: readonly [string, string, unknown?][] = [
      ["GET", "/api/me/security"],
      ["PUT", "/api/me/password", { current: "longjing-spring-1987", password: "Biluochun-2026" }],
      ["POST", "/api/me/factors/totp", { name: "手机" }],
      ["DELETE", "/api/me/sessions"],
      ["PUT", "/api/me/pin", { pin: "305918", password: "longjing-spring-1987" }],
      ["DELETE", "/api/me/pin"],
      ["POST", "/api/session/code", { code: "123456" }],
      ["POST", "/api/session/passkey/options"],
      ["PUT", "/api/session/acting-for", { delegation_id: null }],
      ["PUT", "/api/session/view-as", { role: null }],
      ["GET", "/api/approvals/mine"],
    ];
    for (const [method, url, body] of own)
      expect([url, (await tablet.call(method, url, body)).body["code"]]).toEqual([url, "access.tablet_closed"]);
  });

  it("the database holds no session at a tablet that is strong, somebody else's or another view", async () => {
    const change = (what: string) =>
      world().ground.store.write({ regions: "all", stores: "all", brands: "all" }, (tx) =>
        tx.query(`update access.session set ${what} where tablet_id is not null`),
      );
    for (const what of [
      "assurance = 2",
      "last_strong_auth_at = now()",
      "view_role = 'owner'",
      "opened_by = 'password'",
    ])
      await expect(change(what)).rejects.toThrow(/session_of_tablet/);
  });
});

describe("with personal data in clear and every store's rows given to clerks", () => {
  beforeAll(async () => {
    const cells = ["members.read", "members.search"].flatMap((permission) =>
      LEVELS.map((level) => ({ role: "clerk", permission, level, outcome: "allow" })),
    );
    await changeMatrix(staff.owner, approver, { cells, scopes: [{ role: "clerk", domain: "members", scope: "all" }] });
  });

  it("a log-in of one's own sees it, and the tablet does not", async () => {
    const url = `/api/members/${members[HERE]}`;
    expect(JSON.stringify((await clerk.session.call("GET", url)).body)).toMatch(/欧阳明/);
    const seen = await tablet.call("GET", url);
    expect(seen.status).toBe(200);
    expect(JSON.stringify(seen.body)).not.toMatch(/欧阳明|13812345601/);
  });

  it("the tablet lists its own store, and another store's member is not there", async () => {
    const list = async (call: PersonSession["call"]) => {
      const { body } = await call("GET", "/api/members?limit=10");
      return (body["items"] as { member_id: number }[]).map(({ member_id }) => member_id).sort();
    };
    expect(await list((...asked) => clerk.session.call(...asked))).toEqual([members[HERE], members[THERE]].sort());
    expect(await list((...asked) => tablet.call(...asked))).toEqual([members[HERE]]);
    expect((await tablet.call("GET", `/api/members/${members[THERE]}`)).status).toBe(404);
  });

  it("another store's member is found by the whole number only, masked and counted, like in any log-in of a clerk", async () => {
    const found = await tablet.call("GET", "/api/members/search?q=13912345602");
    expect(found.status).toBe(200);
    expect(JSON.stringify(found.body)).not.toMatch(/司马青|13912345602/);
    const counted = await world().ground.store.read({ regions: "all", stores: "all", brands: "all" }, (tx) =>
      tx.query("select 1 from access.lookup where person_id = $1 and member_id = $2", [
        clerk.person_id,
        members[THERE],
      ]),
    );
    expect(counted).toHaveLength(1);
  });
});
