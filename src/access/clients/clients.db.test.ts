import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { changeMatrix, type PersonSession, sessionOf, type Staff, staffOf } from "../../../tests/support/people.ts";
import { type Scope, SYSTEM_SCOPE } from "../../store/index.ts";
import { liesIn } from "./addresses.ts";

const world = withDatabase();
let staff: Staff;
let app: FastifyInstance;
let security: PersonSession;
let manager: PersonSession;
/** What the last request was given, as its handler sees it. */
let given: { scope: Scope; personal: string } | undefined;

beforeAll(async () => {
  staff = await staffOf(world(), (server) => {
    server.addHook("preHandler", async (request) => {
      if (request.client !== undefined)
        given = {
          scope: request.scope,
          personal: request.rights?.column("members.read", { sensitivity: "L3" }) ?? "",
        };
    });
  });
  app = staff.app;
  security = await staff.add("security_admin");
  manager = await staff.add("manager");
});
afterAll(async () => staff.app.close());

async function idOf({ email }: PersonSession): Promise<number> {
  const { body } = await staff.owner.call("GET", "/api/people");
  return (body["items"] as { id: number; email: string }[]).find((one) => one.email === email)?.id ?? 0;
}

let made = 0;
interface Program {
  readonly client_id: number;
  readonly key: string;
}
async function program(more: object = {}, owner: PersonSession = manager): Promise<Program> {
  made += 1;
  const answer = await security.call("POST", "/api/clients", {
    name: `收银对接 ${made}`,
    owner_id: await idOf(owner),
    permissions: ["members.read", "members.search", "jobs.read", "segments.read"],
    ...more,
  });
  expect(answer.body).toMatchObject({ key: expect.stringMatching(/^htk_[\w-]{51}$/) });
  return answer.body as unknown as Program;
}

async function call(key: string, url = "/api/jobs", more: { ip?: string; method?: "POST" | "DELETE" } = {}) {
  const answer = await app.inject({
    method: more.method ?? "GET",
    url,
    headers: { authorization: `Bearer ${key}` },
    ...(more.ip === undefined ? {} : { remoteAddress: more.ip }),
  });
  const json = String(answer.headers["content-type"]).includes("json");
  return {
    status: answer.statusCode,
    code: json ? answer.json<{ code?: string }>().code : undefined,
    headers: answer.headers,
  };
}

async function listed(client_id: number) {
  const { body } = await security.call("GET", "/api/clients");
  const found = (body["items"] as { client_id: number }[]).find((one) => one.client_id === client_id);
  return found as unknown as Record<string, unknown> & { keys: { key_id: number; good: boolean; prefix: string }[] };
}

describe("a key", () => {
  it("is shown once and kept as its hash only", async () => {
    const { client_id, key } = await program();
    expect(JSON.stringify((await security.call("GET", "/api/clients")).body)).not.toContain(key);
    expect((await listed(client_id)).keys[0]?.prefix).toBe(key.slice(0, 12));
    const kept = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query("select k::text, c::text from access.client_key k join access.client c using (client_id)"),
    );
    expect(JSON.stringify(kept)).not.toContain(key.slice(12));
    const log = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ subject: object }>("select subject from access.audit where action = 'access.client_make'"),
    );
    expect(JSON.stringify(log)).not.toContain(key.slice(12));
  });

  it("opens the routes of its permissions and no others", async () => {
    const { key } = await program();
    expect((await call(key)).status).toBe(200);
    expect(await call(key, "/api/tags")).toMatchObject({ status: 403, code: "access.client_not_allowed" });
    expect(await call(key, "/api/me/security")).toMatchObject({ status: 403, code: "access.client_people_only" });
    for (const wrong of ["", key.slice(0, -1), `${key}a`, key.toUpperCase(), key.replace("htk_", "htk_".repeat(2))])
      expect((await call(wrong)).status).toBe(401);
    expect((await call(`htk_${"a".repeat(51)}`)).headers["www-authenticate"]).toContain("invalid_token");
  });

  it("is not mixed with a session: the key alone counts", async () => {
    const { key } = await program();
    const answer = await app.inject({
      url: "/api/people",
      headers: { authorization: `Bearer ${key}`, cookie: staff.owner.cookie },
    });
    expect(answer.json()).toMatchObject({ code: "access.client_not_allowed" });
  });

  it("ends at its expiry, which is never more than a year away", async () => {
    const { key } = await program({ expiry_days: 2 });
    world().clock.advance({ hours: 47 });
    await signInAgain();
    expect((await call(key)).status).toBe(200);
    world().clock.advance({ hours: 1 });
    expect(await call(key)).toMatchObject({ status: 401, code: "access.client_key_ended" });
    await signInAgain();
    const refused = await security.call("POST", "/api/clients", {
      name: "太久",
      owner_id: 1,
      permissions: ["jobs.read"],
      expiry_days: 366,
    });
    expect(refused.status).toBe(400);
  });
});

/** Sessions end long before keys do. */
async function signInAgain(): Promise<void> {
  for (const person of [staff.owner, security, manager]) {
    const payload = { email: person.email, password: "longjing-spring-1987" };
    const answer = await app.inject({ method: "POST", url: "/api/session", payload });
    const cookie = String(answer.headers["set-cookie"]).split(";")[0] ?? "";
    Object.assign(person, sessionOf(app, person.email, cookie));
  }
}

describe("rotation", () => {
  it("keeps the old key good for the overlap and not a moment longer", async () => {
    const { client_id, key } = await program();
    const rotated = await security.call("POST", `/api/clients/${client_id}/keys`, {
      overlap_hours: 2,
      expiry_days: 90,
    });
    const next = String(rotated.body["key"]);
    expect([(await call(key)).status, (await call(next)).status]).toEqual([200, 200]);
    world().clock.advance({ hours: 2 });
    expect(await call(key)).toMatchObject({ status: 401, code: "access.client_key_ended" });
    expect((await call(next)).status).toBe(200);
    await signInAgain();
    expect(await listed(client_id)).toMatchObject({ last_refused_why: "access.client_key_ended" });
  });

  it("ends all but the newest of the old ones, and each at once with no overlap", async () => {
    const { client_id, key } = await program();
    const rotate = async (overlap_hours: number) =>
      String(
        (await security.call("POST", `/api/clients/${client_id}/keys`, { overlap_hours, expiry_days: 30 })).body["key"],
      );
    const second = await rotate(24);
    const third = await rotate(24);
    expect([await call(key), await call(second), await call(third)].map(({ status }) => status)).toEqual([
      401, 200, 200,
    ]);
    const fourth = await rotate(0);
    expect([await call(second), await call(third), await call(fourth)].map(({ status }) => status)).toEqual([
      401, 401, 200,
    ]);
  });
});

describe("what is taken away is gone with the next request", () => {
  it("the program, and one of its keys", async () => {
    const { client_id, key } = await program();
    const [one] = (await listed(client_id)).keys;
    expect((await security.call("DELETE", `/api/clients/${client_id}/keys/${one?.key_id}`)).status).toBe(204);
    expect((await call(key)).code).toBe("access.client_key_ended");
    const other = await program();
    expect((await security.call("DELETE", `/api/clients/${other.client_id}`)).status).toBe(204);
    expect((await call(other.key)).code).toBe("access.client_revoked");
    expect((await security.call("POST", `/api/clients/${other.client_id}/keys`, { overlap_hours: 0 })).status).toBe(
      404,
    );
  });

  it("a permission of the program, and one of its owner's role", async () => {
    const { client_id, key } = await program();
    const left = { permissions: ["members.read"] };
    expect((await security.call("PATCH", `/api/clients/${client_id}`, left)).status).toBe(204);
    expect((await call(key)).code).toBe("access.client_not_allowed");
    const { key: other } = await program();
    expect((await call(other, "/api/segments")).status).toBe(200);
    const cells = ["L1", "L2", "L3", "L4"].map((level) => ({
      role: "manager",
      permission: "segments.read",
      level,
      outcome: "deny",
    }));
    await changeMatrix(staff.owner, security, { cells });
    expect((await call(other, "/api/segments")).code).toBe("access.client_not_allowed");
  });

  it("its owner, until somebody else answers for it", async () => {
    const leaver = await staff.add("operator");
    const { client_id, key } = await program({}, leaver);
    await staff.owner.call("PATCH", `/api/people/${await idOf(leaver)}`, { disabled: true });
    expect((await call(key)).code).toBe("access.client_owner_gone");
    expect(await listed(client_id)).toMatchObject({ state: "owner_gone" });
    const operator = await staff.add("operator");
    await security.call("PATCH", `/api/clients/${client_id}`, { owner_id: await idOf(operator) });
    expect((await call(key)).status).toBe(200);
  });
});

describe("a program never has what asks for a person", () => {
  it("a cell with a second factor or an approval is closed, one that masks is masked", async () => {
    const agent = await staff.add("agent");
    const { key } = await program({ permissions: ["members.search", "members.read"] }, agent);
    expect((await call(key, "/api/members")).status).toBe(200);
    expect(given).toMatchObject({ personal: "mask", scope: { personal: "mask" } });
    for (const outcome of ["step_up", "approve", "deny"]) {
      const cells = ["L3", "L4"].map((level) => ({ role: "agent", permission: "members.read", level, outcome }));
      await changeMatrix(staff.owner, security, { cells });
      expect((await call(key, "/api/members")).status).toBe(200);
      expect(given).toMatchObject({ personal: "omit", scope: { personal: "omit", asks: "L2" } });
    }
  });

  it("permissions kept for people are refused when it is made, and so is an owner whose account the maker could not give", async () => {
    const body = { name: "管理", owner_id: await idOf(manager), permissions: ["people.manage"] };
    expect((await security.call("POST", "/api/clients", body)).body).toMatchObject({
      code: "access.client_permission",
    });
    const strange = { ...body, permissions: ["members.everything"] };
    expect((await security.call("POST", "/api/clients", strange)).body).toMatchObject({
      code: "access.client_permission",
    });
    const owners = { ...body, owner_id: await idOf(staff.owner), permissions: ["jobs.read"] };
    expect((await security.call("POST", "/api/clients", owners)).body).toMatchObject({ code: "access.owner_only" });
    expect((await manager.call("POST", "/api/clients", body)).body).toMatchObject({ code: "access.not_allowed" });
  });
});

describe("rows", () => {
  it("are those of its stores, and never more than its owner's", async () => {
    const bound = await staff.add("manager", ["HZ01", "HZ02"]);
    const rows = async (stores: string[] | null, owner: PersonSession) => {
      const { key } = await program({ stores }, owner);
      expect((await call(key, "/api/members")).status).toBe(200);
      return given?.scope.stores;
    };
    expect(await rows(null, manager)).toBe("all");
    expect(await rows(["SH01"], manager)).toEqual(["SH01"]);
    expect(await rows(null, bound)).toEqual(["HZ01", "HZ02"]);
    expect(await rows(["HZ02", "SH01"], bound)).toEqual(["HZ02"]);
    expect(await rows(["SH01"], bound)).toEqual([]);
    const clerk = await staff.add("clerk");
    expect(await rows(["SH01"], clerk)).toEqual([]);
  });

  it("are not left by an exact look-up: programs ask as often as they like", async () => {
    const { key } = await program({ stores: ["HZ01"] });
    expect((await call(key, "/api/members/search?q=13800001111")).status).toBe(200);
    const looked = await world().ground.store.read(SYSTEM_SCOPE, (tx) => tx.query("select 1 from access.lookup"));
    expect(looked).toEqual([]);
  });
});

describe("from where and how often", () => {
  it("a call from another network is refused, and its place is told to the administrator", async () => {
    const { client_id, key } = await program({ addresses: ["203.0.113.0/24", "2001:db8::/32"] });
    expect((await call(key, "/api/jobs", { ip: "203.0.113.9" })).status).toBe(200);
    expect((await call(key, "/api/jobs", { ip: "2001:db8:7::1" })).status).toBe(200);
    expect(await call(key, "/api/jobs", { ip: "203.0.114.9" })).toMatchObject({
      status: 403,
      code: "access.client_address",
    });
    expect(await listed(client_id)).toMatchObject({
      last_used_ip: "203.0.113.9",
      last_refused_ip: "203.0.114.9",
      last_refused_why: "access.client_address",
    });
    const wrong = { name: "错", owner_id: await idOf(manager), permissions: ["jobs.read"], addresses: ["10.0.0.0/33"] };
    expect((await security.call("POST", "/api/clients", wrong)).body).toMatchObject({ code: "access.client_network" });
  });

  it("networks are compared by bits, whichever way an address is written", () => {
    expect(liesIn("::ffff:10.1.2.3", ["10.0.0.0/8"])).toBe(true);
    expect(liesIn("11.1.2.3", ["10.0.0.0/8"])).toBe(false);
    expect(liesIn("10.1.2.3", ["10.1.2.3"])).toBe(true);
    expect(liesIn("10.1.2.4", ["10.1.2.3"])).toBe(false);
    expect(liesIn("2001:db8::1", ["10.0.0.0/8"])).toBe(false);
    expect(liesIn("nonsense", ["0.0.0.0/0"])).toBe(false);
  });

  it("more calls in a minute than it was given are refused, and told when to come again", async () => {
    const { key } = await program({ rate_per_minute: 3 });
    const answers = [];
    for (let i = 0; i < 5; i += 1) answers.push(await call(key));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    expect(Number(answers[4]?.headers["retry-after"])).toBeGreaterThan(0);
    world().clock.advance({ seconds: 60 });
    expect((await call(key)).status).toBe(200);
  });

  it("last use is written once a minute, however often it calls", async () => {
    const { client_id, key } = await program();
    const versions = async () =>
      (
        await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
          tx.one<{ xmin: string }>("select xmin::text from access.client where client_id = $1", [client_id]),
        )
      )?.xmin;
    await call(key);
    const first = await versions();
    for (let i = 0; i < 20; i += 1) await call(key);
    expect(await versions()).toBe(first);
    world().clock.advance({ seconds: 60 });
    await call(key);
    expect(await versions()).not.toBe(first);
  });
});

describe("audit", () => {
  it("names the program in the rows of what it reads and does, refused acts too", async () => {
    const { client_id, key } = await program({ permissions: ["members.search", "jobs.manage"] });
    await call(key, "/api/members/search?q=13800001111");
    await call(key, "/api/jobs/none/cancel", { method: "POST" });
    await call(key, "/api/segments", { method: "POST" });
    const log = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ action: string; actor: string; person_id: number | null; phase: string }>(
        "select action, actor, person_id, phase from access.audit where subject->>'caller_client_id' = $1 order by sequence",
        [String(client_id)],
      ),
    );
    expect(log.every(({ actor, person_id }) => actor === "client" && person_id === null)).toBe(true);
    expect(log.map(({ action, phase }) => `${phase} ${action}`)).toEqual([
      "read members.search",
      "done post /api/jobs/:job_id/cancel",
      "done segments.create",
    ]);
  });
});

it("the description names the key beside the session where a program may call, and nowhere else", () => {
  const { paths } = app.swagger() as unknown as {
    paths: Record<string, Record<string, { security?: Record<string, unknown>[] }>>;
  };
  const wayIn = (path: string, method: string) =>
    (paths[path]?.[method]?.security ?? []).flatMap((one) => Object.keys(one));
  expect(wayIn("/api/members", "get")).toEqual(["session", "api_key"]);
  expect(wayIn("/api/people", "get")).toEqual(["session"]);
  expect(wayIn("/api/me/security", "get")).toEqual(["session"]);
});
