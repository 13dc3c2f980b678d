import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FastifyInstance } from "fastify";
import { withDatabase } from "../../tests/support/database.ts";
import { makeServer } from "../server.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { offerSetup } from "./people.ts";
import { DEFAULT_POLICY, setSecurityPolicy } from "./policy.ts";

const world = withDatabase();
let app: FastifyInstance;
beforeAll(async () => {
  app = await makeServer(world().composition, { ready: true });
});
afterAll(async () => app.close());

const password = "longjing-spring-1987";
const owner = { brand_name: "山野茶", name: "林", email: "lin@tea.cn", password };
let cookie = "";

function cookieOf(response: { headers: Record<string, unknown> }): string {
  return String(response.headers["set-cookie"]).split(";")[0] ?? "";
}

async function signInAs(email: string): Promise<string> {
  const answer = await app.inject({ method: "POST", url: "/api/session", payload: { email, password } });
  expect(answer.statusCode).toBe(201);
  return cookieOf(answer);
}

describe("first-run set-up", () => {
  it("needs the one-time link, works once, and has no default password", async () => {
    const refused = await app.inject({ method: "POST", url: "/api/setup", payload: { token: "guess", ...owner } });
    expect(refused.json()).toMatchObject({ status: 410, code: "access.link_invalid" });
    const old = await offerSetup(world().ground);
    const token = await offerSetup(world().ground);
    const stale = await app.inject({ method: "POST", url: "/api/setup", payload: { token: old, ...owner } });
    expect(stale.statusCode).toBe(410);
    const weak = await app.inject({
      method: "POST",
      url: "/api/setup",
      payload: { token, ...owner, password: "password123" },
    });
    expect(weak.json()).toMatchObject({ code: "access.password_weak" });
    const done = await app.inject({ method: "POST", url: "/api/setup", payload: { token, ...owner } });
    expect(done.statusCode).toBe(201);
    cookie = cookieOf(done);
    expect(await offerSetup(world().ground)).toBeUndefined();
  });

  it("sets a cookie that scripts cannot read and other sites cannot send", async () => {
    const answer = await app.inject({
      method: "POST",
      url: "/api/session",
      payload: { email: "LIN@tea.cn", password },
    });
    expect(String(answer.headers["set-cookie"])).toMatch(/HttpOnly/);
    expect(String(answer.headers["set-cookie"])).toMatch(/SameSite=Strict/);
  });
});

describe("every route is closed unless it says otherwise", () => {
  it("answers 401 to nobody on each protected route of the description", async () => {
    const { paths } = app.swagger() as { paths: Record<string, Record<string, unknown>> };
    const open: string[] = [];
    let place = 0;
    for (const [path, methods] of Object.entries(paths).filter(([p]) => p.startsWith("/api/"))) {
      for (const method of Object.keys(methods)) {
        const url = path.replace(/\{[^}]+\}/g, "1");
        const payload = method === "get" ? {} : { payload: "{}" };
        const headers = { "content-type": "application/json" };
        // another address each time: the bound of one address is the subject of people.db.test.ts
        place += 1;
        const remoteAddress = `10.0.${place >> 8}.${place & 255}`;
        const answer = await app.inject({
          method: method.toUpperCase() as "GET",
          url,
          headers,
          remoteAddress,
          ...payload,
        });
        if (answer.statusCode !== 401) open.push(`${method} ${path}: ${answer.statusCode}`);
      }
    }
    const expected = [
      /\/api\/session/,
      /\/api\/setup/,
      /\/api\/invitation/,
      /\/api\/reset/,
      // by the cookie of a bound device and a PIN, by a one-time code or link
      /\/api\/(till|pin)(\/|:)/,
      /\/api\/errors/,
      // what time it is: no more than the Date header of every answer says
      /^get \/api\/world:/,
      /\/api\/(records|webhooks?|hooks)/,
      // a service's own calls, by a secret in the address, WeChat's signed besides (channels/messages/callback-routes.ts, wechat-push-routes.ts)
      /^(get|post) \/api\/message-callbacks\/\{token\}(\/wechat)?:/,
      // by a signed token of the brand's own app (trust/privacy/subject-routes.ts), which is looked at after the body
      /\/api\/member-rights\//,
    ];
    expect(open.filter((line) => !expected.some((e) => e.test(line)))).toEqual([]);
  });

  it("a role without the permission gets 403 and a sentence that names it", async () => {
    const invited = await app.inject({
      method: "POST",
      url: "/api/people",
      headers: { cookie },
      payload: { name: "店员", email: "clerk@tea.cn", role: "clerk" },
    });
    const { link } = invited.json<{ link: string }>();
    const token = new URL(link).searchParams.get("token");
    expect(
      (await app.inject({ method: "POST", url: "/api/invitation", payload: { token, password } })).statusCode,
    ).toBe(201);
    expect(
      (await app.inject({ method: "POST", url: "/api/invitation", payload: { token, password } })).statusCode,
    ).toBe(410);
    const clerk = await signInAs("clerk@tea.cn");
    const refused = await app.inject({ method: "GET", url: "/api/people", headers: { cookie: clerk } });
    expect(refused.json()).toMatchObject({ status: 403, code: "access.not_allowed" });
    expect(refused.json<{ detail_zh: string }>().detail_zh).toContain("people.manage");
  });

  it("refuses a write that another site sent", async () => {
    const headers = { cookie, origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    const answer = await app.inject({
      method: "POST",
      url: "/api/people",
      headers,
      payload: { name: "x", email: "x@y.cn", role: "owner" },
    });
    expect(answer.json()).toMatchObject({ code: "access.cross_site" });
  });

  it("unknown fields and wrong types are named, not dropped or converted", async () => {
    const extra = await app.inject({ method: "POST", url: "/api/session", payload: { email: 5, password } });
    expect(extra.json()).toMatchObject({ status: 400, code: "platform.invalid_input" });
  });
});

describe("sessions", () => {
  it("lock after five wrong passwords and open again later", async () => {
    for (let i = 0; i < 5; i += 1)
      await app.inject({
        method: "POST",
        url: "/api/session",
        payload: { email: "clerk@tea.cn", password: "wrong wrong" },
      });
    const locked = await app.inject({
      method: "POST",
      url: "/api/session",
      payload: { email: "clerk@tea.cn", password },
    });
    expect(locked.json()).toMatchObject({ status: 429, code: "access.locked" });
    world().clock.advance({ minutes: 16 });
    await signInAs("clerk@tea.cn");
  });

  it("end when idle for half an hour, and at once when the person is disabled", async () => {
    const idle = await signInAs("clerk@tea.cn");
    world().clock.advance({ minutes: 31 });
    expect((await app.inject({ url: "/api/jobs", headers: { cookie: idle } })).statusCode).toBe(401);
    cookie = await signInAs("lin@tea.cn");
    const live = await signInAs("clerk@tea.cn");
    const people = (await app.inject({ url: "/api/people", headers: { cookie } })).json<{
      items: { id: number; email: string }[];
    }>();
    const id = people.items.find((p) => p.email === "clerk@tea.cn")?.id;
    expect(
      (
        await app.inject({
          method: "PATCH",
          url: `/api/people/${id}`,
          headers: { cookie },
          payload: { disabled: true },
        })
      ).statusCode,
    ).toBe(200);
    expect((await app.inject({ url: "/api/session/state", headers: { cookie: live } })).json()).toMatchObject({
      signed_in: false,
    });
  });

  it("the last owner can neither be disabled nor demoted", async () => {
    const people = (await app.inject({ url: "/api/people", headers: { cookie } })).json<{
      items: { id: number; role: string }[];
    }>();
    const id = people.items.find((p) => p.role === "owner")?.id;
    for (const payload of [{ disabled: true }, { role: "analyst" }]) {
      expect(
        (await app.inject({ method: "PATCH", url: `/api/people/${id}`, headers: { cookie }, payload })).json(),
      ).toMatchObject({ code: "access.last_owner" });
    }
  });

  it("nothing that was stored opens a session", async () => {
    const rows = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ t: string }>("select encode(token_hash, 'hex') as t from access.session"),
    );
    for (const { t } of rows)
      expect(
        (await app.inject({ url: "/api/session/state", headers: { cookie: `huitou=${t}` } })).json(),
      ).toMatchObject({ signed_in: false });
  });
});

describe("audit", () => {
  it("has a row for each act, also refused ones, and the application can neither change nor remove it", async () => {
    expect((await app.inject({ url: "/api/audit?limit=200", headers: { cookie } })).statusCode).toBe(403);
    const invited = await app.inject({
      method: "POST",
      url: "/api/people",
      headers: { cookie },
      payload: { name: "审计", email: "audit@tea.cn", role: "audit_admin" },
    });
    const token = new URL(invited.json<{ link: string }>().link).searchParams.get("token");
    await app.inject({ method: "POST", url: "/api/invitation", payload: { token, password } });
    await world().ground.store.write(SYSTEM_SCOPE, (tx) =>
      setSecurityPolicy(tx, { ...DEFAULT_POLICY, second_factor_roles: [] }),
    );
    const auditor = await signInAs("audit@tea.cn");
    const log = (await app.inject({ url: "/api/audit?limit=200", headers: { cookie: auditor } })).json<{
      items: { action: string; succeeded: boolean; subject: object }[];
    }>();
    expect(log.items.some((row) => row.action === "post /api/people" && row.succeeded)).toBe(true);
    expect(log.items.some((row) => row.action === "post /api/session" && !row.succeeded)).toBe(true);
    expect(JSON.stringify(log.items)).not.toContain("clerk@tea.cn");
    for (const statement of [
      "update access.audit set action = 'x'",
      "delete from access.audit",
      "truncate access.audit",
    ]) {
      await expect(world().ground.store.write(SYSTEM_SCOPE, (tx) => tx.query(statement))).rejects.toThrow(
        /permission denied/,
      );
    }
  });
});
