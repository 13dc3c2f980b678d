import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { seedWorld } from "../../../examples/tea-house/seed.ts";
import { appendMany, asSuperuser, entry, verify } from "../../../tests/support/audit-chain.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { deliverAll } from "../../../tests/support/outbox.ts";
import { type OwnerSession, signInAs, signInOwner } from "../../../tests/support/owner.ts";
import { Type } from "typebox";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { DEFAULT_POLICY, setSecurityPolicy } from "../policy.ts";

const world = withDatabase();
const admin = () => world().composition.databases.admin_url;
let owner: OwnerSession;
let auditor: OwnerSession;
let member_id: number;

interface Row {
  readonly sequence: number;
  readonly phase: string;
  readonly action: string;
  readonly method: string;
  readonly path: string;
  readonly request_id: string;
  readonly subject: Record<string, unknown>;
}

const rowsAfter = (sequence: number): Promise<Row[]> =>
  world().ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<Row>("select * from access.audit where sequence > $1 order by sequence", [sequence]),
  );
const newest = async () => (await rowsAfter(0)).at(-1)?.sequence ?? 0;

beforeAll(async () => {
  const { ground, clock } = world();
  await seedWorld(ground, { members: 20, seed: 4, until: clock.now() });
  await deliverAll(world());
  const [member] = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ member_id: number }>("select member_id from members.profile where phone_token is not null limit 1"),
  );
  member_id = member?.member_id ?? 0;
  // who needs a second factor is the subject of factors.db.test.ts
  await ground.store.write(SYSTEM_SCOPE, (tx) => setSecurityPolicy(tx, { ...DEFAULT_POLICY, second_factor_roles: [] }));
  owner = await signInOwner(world());
  auditor = await signInAs(owner, "audit_admin");
});
afterAll(() => owner.app.close());

describe("an act", () => {
  test("is written down before it begins and once more with its outcome", async () => {
    const before = await newest();
    await owner.post("/api/people", { name: "茶师", email: "tea@example.com", role: "clerk" });
    const rows = await rowsAfter(before);
    expect(rows.map(({ phase, action }) => [phase, action])).toEqual([
      ["begun", "post /api/people"],
      ["done", "post /api/people"],
    ]);
    expect(rows[0]?.request_id).toBe(rows[1]?.request_id);
    expect(await verify(world().ground)).toMatchObject({ ok: true });
  });

  test("that is refused has one row that says so", async () => {
    const before = await newest();
    const refused = await auditor.post("/api/people", { name: "x", email: "x@example.com", role: "clerk" });
    expect(refused.status).toBe(403);
    expect(await rowsAfter(before)).toMatchObject([{ phase: "done", status: 403, succeeded: false }]);
  });
});

describe("fails closed", () => {
  const unwritable = (phase: string) =>
    asSuperuser(admin(), (client) =>
      client.query(`create or replace function access.full() returns trigger language plpgsql as $$ begin raise exception 'disk full'; end $$;
        create trigger full_disk before insert on access.audit for each row when (new.phase = '${phase}') execute function access.full()`),
    );
  afterEach(() => asSuperuser(admin(), (client) => client.query("drop trigger if exists full_disk on access.audit")));

  test("an act whose beginning cannot be written is not done", async () => {
    await unwritable("begun");
    const answer = await owner.post("/api/people", { name: "影", email: "shadow@example.com", role: "owner" });
    expect(answer).toMatchObject({ status: 503, body: { code: "access.audit_unavailable" } });
    expect(JSON.stringify((await owner.get("/api/people")).body)).not.toContain("shadow@example.com");
  });

  test("an act whose outcome cannot be written is not confirmed, and its beginning stays", async () => {
    await unwritable("done");
    const before = await newest();
    const answer = await owner.post("/api/people", { name: "半", email: "half@example.com", role: "clerk" });
    expect(answer).toMatchObject({ status: 503, body: { code: "access.audit_outcome_unavailable" } });
    expect(JSON.stringify(answer.body)).not.toContain("token=");
    expect(await rowsAfter(before)).toMatchObject([{ phase: "begun", action: "post /api/people" }]);
    const unknown = await auditor.get("/api/audit?result=unknown");
    expect(unknown.body).toMatchObject({ items: [{ action: "post /api/people", succeeded: null }] });
  });

  test("personal data is not given when its read cannot be written", async () => {
    const page = await owner.get(`/api/members/${member_id}`);
    expect(page.status).toBe(200);
    const shown = (page.body as { phone_masked: string }).phone_masked;
    await unwritable("read");
    for (const url of [`/api/members/${member_id}`, `/api/members/search?q=${shown.slice(-4)}`]) {
      const answer = await owner.get(url);
      expect(answer).toMatchObject({ status: 503, body: { code: "access.audit_unavailable" } });
      expect(JSON.stringify(answer.body)).not.toContain(shown);
    }
  });
});

describe("every route", () => {
  /** What an answer cannot wait for: a stream of events holds counts and ids only. */
  const STREAMS = /\/live$/;

  test("that changes something leaves rows, whatever it is asked; a read that is named leaves one", async () => {
    const { paths } = owner.app.swagger() as { paths: Record<string, Record<string, { parameters?: unknown[] }>> };
    const silent: string[] = [];
    let acts = 0;
    for (const [path, methods] of Object.entries(paths).filter(([p]) => p.startsWith("/api/") && !STREAMS.test(p))) {
      if (/^\/api\/(records|webhooks?|hooks|message-callbacks)/.test(path)) continue;
      // these end the session that asks
      if (/^\/api\/session(\/sso\/end)?$/.test(path)) continue;
      for (const method of Object.keys(methods).filter((m) => m !== "get")) {
        const before = await newest();
        const url = path.replace(/\{[^}]+\}/g, "999999");
        const headers = { cookie: owner.cookie, "content-type": "application/json" };
        await owner.app.inject({ method: method.toUpperCase() as "POST", url, headers, payload: "{}" });
        acts += 1;
        const rows = await rowsAfter(before);
        if (!rows.some((row) => row.phase === "done" && row.method === method.toUpperCase()))
          silent.push(`${method} ${path}`);
      }
    }
    expect(silent).toEqual([]);
    expect(acts).toBeGreaterThan(60);
  });

  test("that opens sealed data and leaves no row is stopped before it has any", async () => {
    const { makeServer } = await import("../../server.ts");
    const hasty = await makeServer(
      {
        ...world().composition,
        domains: [
          ...world().domains,
          {
            name: "hasty",
            routes: (app, ground) => {
              const phones = () =>
                ground.store.read(SYSTEM_SCOPE, async (tx) => {
                  const rows = await tx.query<{ token: string }>("select token from vault.sealed limit 3");
                  return [
                    ...(
                      await ground.vault.open(
                        tx,
                        rows.map((row) => row.token),
                      )
                    ).values(),
                  ];
                });
              const schema = { response: { 200: Type.Any() } };
              app.get(
                "/api/hasty",
                { schema, config: { access: { permission: "members.read", level: "L2" } } },
                phones,
              );
              app.get("/api/open-hasty", { schema, config: { access: { public: true } } }, phones);
              app.get(
                "/api/honest",
                { schema, config: { access: { permission: "members.read", level: "L2", audit: "honest" } } },
                phones,
              );
            },
          },
        ],
      },
      { ready: true },
    );
    onTestFinished(() => hasty.close());
    const get = (url: string) => hasty.inject({ url, headers: { cookie: owner.cookie } });
    for (const url of ["/api/hasty", "/api/open-hasty"])
      expect((await get(url)).json()).toMatchObject({ status: 500, code: "platform.internal" });
    const before = await newest();
    expect((await get("/api/honest")).json()).toHaveLength(3);
    expect(await rowsAfter(before)).toMatchObject([{ phase: "read", action: "honest" }]);
  });
});

describe("who reads it", () => {
  test("the audit role alone; not even the owner", async () => {
    expect((await auditor.get("/api/audit")).status).toBe(200);
    expect(await owner.get("/api/audit")).toMatchObject({ status: 403, body: { code: "access.not_allowed" } });
  });

  test("finds acts by person, act, object, time, result and text", async () => {
    const { body } = await owner.post("/api/people", { name: "查", email: "find@example.com", role: "clerk" });
    const { person_id } = body as { person_id: number };
    const found = async (query: string) =>
      ((await auditor.get(`/api/audit?${query}`)).body as { items: Row[] }).items.map(({ action }) => action);
    expect((await found(`object=${person_id}&action=post`))[0]).toBe("post /api/people");
    expect((await found("person_id=1&result=done&limit=1"))[0]).toBe("post /api/people");
    expect(await found("result=refused&limit=200")).not.toContain("members.view");
    expect(new Set(await found("text=Members/:ID&limit=200"))).toContain("members.view");
    expect(await found("from=2026-11-22T03:00:00Z")).toEqual([]);
    expect(await found("to=2026-11-22T03:00:00Z&limit=1")).toHaveLength(1);
    expect(await found("object=888888")).toEqual([]);
  });

  test("never meets personal data in it", async () => {
    const { ground } = world();
    const clear = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
      const tokens = await tx.query<{ token: string }>("select token from vault.sealed");
      return [
        ...(
          await ground.vault.open(
            tx,
            tokens.map((row) => row.token),
          )
        ).values(),
      ];
    });
    const phone = clear.find(({ kind }) => kind === "phone")?.value.replace("+86", "") ?? "";
    await owner.get(`/api/members/search?q=${phone}`);
    await owner.get(
      `/api/members/search?q=${encodeURIComponent(clear.find(({ kind }) => kind === "name")?.value ?? "")}`,
    );
    const flagged = { flag: "staff", holds: true, reason: `本人来电 ${phone} 说是员工` };
    expect((await owner.post(`/api/members/${member_id}/flags`, flagged)).status).toBe(200);
    await appendMany(ground, [entry(world().clock.now(), { subject: { reason: `打 ${phone} 联系` } })]);
    const all = JSON.stringify(await rowsAfter(0));
    expect(clear.filter(({ value }) => [...value].length > 3 && all.includes(value.replace("+86", "")))).toEqual([]);
  });
});
