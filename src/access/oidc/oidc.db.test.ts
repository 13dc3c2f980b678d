import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type IdentityProvider,
  startIdentityProvider,
  type Tampering,
} from "../../../tests/support/identity-provider.ts";
import { type PersonSession, sessionOf, type Staff, staffOf } from "../../../tests/support/people.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { DEFAULT_POLICY, setSecurityPolicy } from "../policy.ts";

const world = withDatabase();
let staff: Staff;
let app: FastifyInstance;
let provider: IdentityProvider;
let analyst: PersonSession;

const rows = <Row>(text: string, values: unknown[] = []) =>
  world().ground.store.read(SYSTEM_SCOPE, (tx) => tx.query<Row>(text, values));
const change = (text: string, values: unknown[] = []) =>
  world().ground.store.write(SYSTEM_SCOPE, (tx) => tx.query(text, values));

async function configure(more: object = {}) {
  return staff.owner.call("PUT", "/api/security/sso", {
    enabled: true,
    label: "公司账号",
    issuer: provider.issuer,
    client_id: CLIENT_ID,
    secret: CLIENT_SECRET,
    email_claim: "email",
    domains: ["example.com"],
    strong_values: ["mfa"],
    ...more,
  });
}

beforeAll(async () => {
  const { config } = world().ground;
  provider = await startIdentityProvider(config.public_url);
  // the origin that whoever runs the machine names in HUITOU_OIDC_ORIGINS
  Object.assign(config, { oidc_origins: [provider.issuer] });
  staff = await staffOf(world());
  app = staff.app;
  analyst = await staff.add("analyst");
  expect((await configure()).status).toBe(200);
});
afterAll(async () => {
  await staff?.app.close();
  await provider?.stop();
});
beforeEach(() => {
  provider.tampering = undefined;
  provider.account = { sub: "u-analyst", email: analyst.email, email_verified: true };
});

interface Begun {
  readonly url: string;
  readonly cookie: string;
}
async function begin(): Promise<Begun> {
  const answer = await app.inject({ method: "POST", url: "/api/session/sso/begin" });
  expect(answer.statusCode).toBe(201);
  const set = String(answer.headers["set-cookie"]);
  expect(set).toMatch(/HttpOnly.*SameSite=Strict/);
  return { url: answer.json<{ url: string }>().url, cookie: set.split(";")[0] ?? "" };
}

async function finish(query: string, cookie: string) {
  const answer = await app.inject({
    method: "POST",
    url: "/api/session/sso",
    headers: { cookie },
    payload: { query },
  });
  const session = answer.cookies.find(({ name, value }) => name === "huitou" && value !== "");
  return {
    status: answer.statusCode,
    body: answer.json<{ code?: string; params?: { reason?: string }; email?: string }>(),
    session: sessionOf(app, "", session === undefined ? "" : `huitou=${session.value}`),
  };
}

async function signOn() {
  const { url, cookie } = await begin();
  return finish((await provider.authorize(url)).search, cookie);
}

describe("signing in by the provider", () => {
  it("opens a session for whoever was invited, with PKCE, state and nonce", async () => {
    const { url } = await begin();
    const asked = new URL(url).searchParams;
    expect(asked.get("code_challenge_method")).toBe("S256");
    for (const name of ["state", "nonce", "code_challenge"]) expect(asked.get(name)).toMatch(/^[\w-]{43}$/);
    const done = await signOn();
    expect(done).toMatchObject({ status: 201, body: { email: analyst.email } });
    expect((await done.session.call("GET", "/api/session/state")).body).toMatchObject({
      signed_in: true,
      owes: null,
    });
    const log = await rows<{ phase: string; subject: object }>(
      "select phase, subject from access.audit where action = 'post /api/session/sso' and succeeded order by sequence desc limit 1",
    );
    expect(log[0]).toMatchObject({ phase: "done", subject: { sso_subject: "u-analyst" } });
  });

  it("makes nobody: an unknown address is refused with a sentence and a row of the audit log", async () => {
    provider.account = { sub: "u-stranger", email: "stranger@example.com", email_verified: true };
    const before = (await rows("select 1 from access.person")).length;
    expect(await signOn()).toMatchObject({ status: 403, body: { code: "access.oidc_no_account" } });
    expect((await rows("select 1 from access.person")).length).toBe(before);
    const [row] = await rows<{ status: number; subject: { sso_subject: string } }>(
      "select status, subject from access.audit where action = 'post /api/session/sso' and phase = 'done' order by sequence desc limit 1",
    );
    expect(row).toMatchObject({ status: 403, subject: { sso_subject: "u-stranger" } });
  });

  it("lets an invited person come without a password of ours", async () => {
    await staff.owner.call("POST", "/api/people", { name: "新", email: "new@example.com", role: "operator" });
    provider.account = { sub: "u-new", email: "New@Example.com", email_verified: true };
    expect((await signOn()).status).toBe(201);
    const { body } = await staff.owner.call("GET", "/api/people");
    expect(body["items"]).toContainEqual(expect.objectContaining({ email: "new@example.com", invited: false }));
  });

  it("refuses other domains, addresses that are not verified, and whoever was disabled", async () => {
    provider.account = { sub: "u-x", email: "lin@elsewhere.cn", email_verified: true };
    expect((await signOn()).body.code).toBe("access.oidc_domain");
    provider.account = { sub: "u-y", email: analyst.email, email_verified: false };
    expect((await signOn()).body.code).toBe("access.oidc_email");
    const leaver = await staff.add("operator");
    await change("update access.person set disabled_at = now() where email = $1", [leaver.email]);
    provider.account = { sub: "u-z", email: leaver.email, email_verified: true };
    expect((await signOn()).body.code).toBe("access.oidc_no_account");
  });

  it("knows the account, not only the address: an address given to somebody else opens nothing", async () => {
    expect((await signOn()).status).toBe(201);
    provider.account = { sub: "u-somebody-else", email: analyst.email, email_verified: true };
    expect((await signOn()).body.code).toBe("access.oidc_other_account");
    const [{ person_id } = { person_id: 0 }] = await rows<{ person_id: number }>(
      "select person_id from access.person where email = $1",
      [analyst.email],
    );
    const linked = async () => {
      const { body } = await staff.owner.call("GET", "/api/people");
      return (body["items"] as { id: number; sso_linked_at: string | null }[]).find(({ id }) => id === person_id);
    };
    expect((await linked())?.sso_linked_at).toEqual(expect.any(String));
    expect((await staff.owner.call("DELETE", `/api/people/${person_id}/sso-link`)).status).toBe(204);
    expect((await linked())?.sso_linked_at).toBeNull();
    expect((await signOn()).status).toBe(201);
    await staff.owner.call("DELETE", `/api/people/${person_id}/sso-link`);
  });
});

describe("what comes back is believed only when", () => {
  const seconds = () => Math.floor(Date.now() / 1000);
  const CASES: readonly (readonly [string, Tampering])[] = [
    ["its nonce is the one of this sign-in", { claims: (claims) => ({ ...claims, nonce: "another" }) }],
    ["it has a nonce at all", { claims: (claims) => ({ ...claims, nonce: undefined }) }],
    ["it is meant for us", { claims: (claims) => ({ ...claims, aud: "another-client" }) }],
    ["it is of this issuer", { claims: (claims) => ({ ...claims, iss: "https://evil.example" }) }],
    [
      "it has not expired a minute ago",
      { claims: (claims) => ({ ...claims, iat: seconds() - 900, exp: seconds() - 120 }) },
    ],
    ["it is signed", { algorithm: "none" }],
    ["it is signed by the provider's key", { foreign_key: true }],
  ];
  it.each(CASES)("%s", async (_, tampering) => {
    provider.tampering = {};
    expect((await signOn()).status).toBe(201);
    provider.tampering = tampering;
    const refused = await signOn();
    expect(refused).toMatchObject({ status: 401, body: { code: "access.oidc_refused" } });
    expect((await refused.session.call("GET", "/api/session/state")).body["signed_in"]).toBe(false);
  });

  it("the provider's clock is not off by more than a minute", async () => {
    provider.tampering = { claims: (claims) => ({ ...claims, exp: seconds() - 30 }) };
    expect((await signOn()).status).toBe(201);
  });

  it("it comes for the first time, into the browser that asked", async () => {
    const { url, cookie } = await begin();
    const { search } = await provider.authorize(url);
    expect((await finish(search, "")).body.code).toBe("access.oidc_attempt");
    const other = await begin();
    expect((await finish(search, other.cookie)).body.code).toBe("access.oidc_refused");
    expect((await finish(search, cookie)).status).toBe(201);
    expect((await finish(search, cookie)).body.code).toBe("access.oidc_attempt");
  });

  it("its code was not used before: the provider refuses it under another state too", async () => {
    const first = await begin();
    const back = await provider.authorize(first.url);
    expect((await finish(back.search, first.cookie)).status).toBe(201);
    const second = await begin();
    const replayed = new URLSearchParams(back.search);
    replayed.set("state", new URL(second.url).searchParams.get("state") ?? "");
    expect(await finish(`?${replayed}`, second.cookie)).toMatchObject({
      status: 401,
      body: { params: { reason: "invalid_grant" } },
    });
  });

  it("it comes within ten minutes, and is no refusal", async () => {
    const late = await begin();
    const { search } = await provider.authorize(late.url);
    world().clock.advance({ minutes: 10 });
    expect((await finish(search, late.cookie)).body.code).toBe("access.oidc_attempt");
    const { url, cookie } = await begin();
    const state = new URL(url).searchParams.get("state") ?? "";
    const denied = new URLSearchParams({ error: "access_denied", state, iss: provider.issuer });
    expect(await finish(`?${denied}`, cookie)).toMatchObject({
      status: 401,
      body: { params: { reason: "access_denied" } },
    });
  });
});

describe("a second factor", () => {
  const roles = (second_factor_roles: string[]) =>
    world().ground.store.write(SYSTEM_SCOPE, (tx) => setSecurityPolicy(tx, { ...DEFAULT_POLICY, second_factor_roles }));
  const owes = async () =>
    (await (await signOn()).session.call("GET", "/api/session/state")).body["owes"] as string | null;

  it("of ours is asked for, unless the provider says that it asked for one", async () => {
    await roles(["analyst"]);
    expect(await owes()).toBe("enrol");
    provider.tampering = { claims: (claims) => ({ ...claims, amr: ["pwd", "mfa"] }) };
    expect(await owes()).toBeNull();
    provider.tampering = { claims: (claims) => ({ ...claims, amr: ["pwd"], acr: "0" }) };
    expect(await owes()).toBe("enrol");
    provider.tampering = { claims: (claims) => ({ ...claims, acr: "mfa" }) };
    expect(await owes()).toBeNull();
    await roles([]);
  });

  it("that the provider asked for long ago is no fresh one", async () => {
    const [{ person_id } = { person_id: 0 }] = await rows<{ person_id: number }>(
      "select person_id from access.person where email = $1",
      [analyst.email],
    );
    provider.tampering = {
      claims: (claims) => ({ ...claims, amr: ["mfa"], auth_time: Number(claims["iat"]) - 3_600 }),
    };
    await signOn();
    const [session] = await rows<{ age_seconds: number; assurance: number }>(
      `select assurance, extract(epoch from created_at - last_strong_auth_at)::int as age_seconds
       from access.session where person_id = $1 order by session_id desc limit 1`,
      [person_id],
    );
    expect(session).toEqual({ assurance: 2, age_seconds: 3_600 });
  });

  it("and an old password of ours is not asked about", async () => {
    await change("update access.person set password_changed_at = password_changed_at - interval '200 days'");
    expect(await owes()).toBeNull();
    await change("update access.person set password_changed_at = password_changed_at + interval '200 days'");
  });
});

describe("settings", () => {
  it("keep the secret sealed and never show it", async () => {
    const { body } = await staff.owner.call("GET", "/api/security/sso");
    expect(body).toMatchObject({ provider: { has_secret: true, client_id: CLIENT_ID } });
    expect(JSON.stringify(body)).not.toContain(CLIENT_SECRET);
    const [row] = await rows<{ secret_sealed: Buffer }>("select secret_sealed from access.oidc_provider");
    expect(row?.secret_sealed.includes(Buffer.from(CLIENT_SECRET))).toBe(false);
    const log = await rows("select subject from access.audit where action = 'access.oidc_change'");
    expect(JSON.stringify(log)).not.toContain(CLIENT_SECRET);
    expect((await analyst.call("GET", "/api/security/sso")).status).toBe(403);
  });

  const reasonOf = async (issuer: string, more: object = {}) => {
    const { status, body } = await configure({ issuer, ...more });
    expect(body).toMatchObject({ code: "access.oidc_issuer", params: { issuer } });
    return [status, (body["params"] as { reason: string }).reason];
  };

  it("name an address, whether in force or not: what is none is said to be none", async () => {
    for (const enabled of [true, false])
      for (const issuer of ["https://%", "http://[", "https://:0"])
        expect(await reasonOf(issuer, { enabled })).toEqual([422, "no_address"]);
    expect((await signOn()).status).toBe(201);
  });

  it("lead to no server of the own network that nobody named", async () => {
    expect(await reasonOf("http://127.0.0.1:9")).toEqual([422, "scheme"]);
    expect(await reasonOf("https://127.0.0.1")).toEqual([422, "address"]);
    expect(await reasonOf("https://169.254.169.254/latest")).toEqual([422, "address"]);
    expect(await reasonOf("https://localhost")).toEqual([422, "address"]);
    expect(await reasonOf("http://login.example.com")).toEqual([422, "scheme"]);
    expect((await signOn()).status).toBe(201);
  });

  it("of another issuer do not take the old one's secret along", async () => {
    const { secret: _, ...rest } = { secret: "", enabled: false, issuer: "https://login.example.com" };
    const answer = await staff.owner.call("PUT", "/api/security/sso", {
      label: "别家",
      client_id: CLIENT_ID,
      email_claim: "email",
      domains: ["example.com"],
      strong_values: [],
      ...rest,
    });
    expect(answer.body).toMatchObject({ provider: { has_secret: false } });
    expect((await app.inject({ method: "POST", url: "/api/session/sso/begin" })).json()).toMatchObject({
      code: "access.oidc_off",
    });
    await configure();
  });
});

it("signing out ends the session here and says where to end it at the provider", async () => {
  const { session } = await signOn();
  const { body } = await session.call("POST", "/api/session/sso/end");
  expect(String(body["url"])).toMatch(new RegExp(`^${provider.issuer}/session/end\\?`));
  expect((await session.call("GET", "/api/session/state")).body["signed_in"]).toBe(false);
  expect((await analyst.call("POST", "/api/session/sso/end")).body["url"]).toBeNull();
});
