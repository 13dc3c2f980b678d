import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import {
  Browser,
  codeOf as codeIn,
  enrol as enrolIn,
  join,
  later as laterIn,
  PASSWORD as password,
  STEP_MS,
} from "../../tests/support/sign-in.ts";
import { makeServer } from "../server.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { offerSetup } from "./people.ts";
import { DEFAULT_POLICY, setSecurityPolicy } from "./policy.ts";
import { STRONG_SECONDS_MAX } from "./refusals.ts";
import { totpStep } from "./totp.ts";

const world = withDatabase();
const NOW = new Date("2026-11-22T08:00:00Z");
let app: FastifyInstance;

const newBrowser = () => new Browser(() => app);
const later = (ms: number) => laterIn(world(), ms);
const codeOf = (secret: string) => codeIn(world(), secret);
const enrol = (browser: Browser) => enrolIn(world(), browser);

const owner = newBrowser();
beforeAll(async () => {
  world().clock.set(NOW);
  app = await makeServer(world().composition, { ready: true });
  const token = await offerSetup(world().ground);
  const first = { token, brand_name: "山野茶", name: "林", email: "lin@tea.cn", password };
  expect((await owner.call("POST", "/api/setup", first)).status).toBe(201);
});
afterAll(async () => app.close());

test("codes are those of RFC 6238, appendix B", () => {
  const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  const vectors: [number, string][] = [
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_111_111_111, "050471"],
    [1_234_567_890, "005924"],
    [2_000_000_000, "279037"],
    [20_000_000_000, "353130"],
  ];
  for (const [seconds, code] of vectors) {
    const at = new Date(seconds * 1000);
    expect([seconds, totpStep(secret, code, at, null)]).toEqual([seconds, Math.floor(seconds / 30)]);
    expect(totpStep(secret, code, new Date(at.getTime() + 3 * STEP_MS), null)).toBeUndefined();
  }
});

describe("an authenticator app", () => {
  test("is asked for at the next log-in, before anything but one's own security, and its code is taken once", async () => {
    const person = await join(owner, "wen@tea.cn", "owner");
    const { secret } = await enrol(person);
    expect((await person.work()).status).toBe(200);
    const again = newBrowser();
    await again.signIn("wen@tea.cn");
    expect((await again.work()).body).toMatchObject({ status: 401, code: "access.second_factor_required" });
    expect((await again.security()).body).toMatchObject({ owes: "prove" });
    const before = again.cookie;
    const code = codeOf(secret);
    expect((await again.code(code)).status).toBe(204);
    expect((await again.work()).status).toBe(200);
    // the token that was seen before the proof opens nothing any more
    const thief = newBrowser();
    thief.cookie = before;
    expect((await thief.work()).status).toBe(401);
    const replay = newBrowser();
    await replay.signIn("wen@tea.cn");
    expect((await replay.code(code)).body).toMatchObject({ code: "access.code_wrong" });
  });

  test("locks out after so many wrong codes, and a right one does not help while it does", async () => {
    const person = await join(owner, "hu@tea.cn", "operator");
    const { secret } = await enrol(person);
    const guessing = newBrowser();
    await guessing.signIn("hu@tea.cn");
    for (let n = 0; n < DEFAULT_POLICY.attempts_max; n += 1)
      expect((await guessing.code(`00000${n}`)).body).toMatchObject({ code: "access.code_wrong" });
    expect((await guessing.code(codeOf(secret))).body).toMatchObject({ status: 429, code: "access.locked" });
    later((DEFAULT_POLICY.lock_minutes + 1) * 60_000);
    expect((await guessing.code(codeOf(secret))).status).toBe(204);
  });

  test("its secret is kept sealed", async () => {
    const person = await join(owner, "shi@tea.cn", "operator");
    const { secret } = await enrol(person);
    const kept = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ row: string }>("select row_to_json(f)::text as row from access.factor f"),
    );
    const sealed = Buffer.from(secret).toString("hex");
    expect(kept.some(({ row }) => row.includes(secret) || row.includes(sealed))).toBe(false);
  });
});

test("each recovery code lets in once; new ones make the old worthless", async () => {
  const person = await join(owner, "qi@tea.cn", "operator");
  const { recovery, secret } = await enrol(person);
  expect(new Set(recovery).size).toBe(10);
  const lost = newBrowser();
  await lost.signIn("qi@tea.cn");
  expect((await lost.code((recovery[0] ?? "").toUpperCase())).status).toBe(204);
  expect((await lost.security()).body).toMatchObject({ recovery_codes_left: 9 });
  expect((await lost.code(recovery[0] ?? "")).body).toMatchObject({ code: "access.code_wrong" });
  later(STEP_MS);
  expect((await lost.code(codeOf(secret))).status).toBe(204);
  const fresh = (await lost.call("POST", "/api/me/recovery-codes")).body.recovery_codes as string[];
  expect((await lost.code(recovery[1] ?? "")).body).toMatchObject({ code: "access.code_wrong" });
  expect((await lost.code(fresh[1] ?? "")).status).toBe(204);
});

test("factors change only after a proof that is not older than five minutes, and the answer says how old it may be", async () => {
  const person = await join(owner, "lu@tea.cn", "operator");
  const { secret, factor_id } = await enrol(person);
  later((STRONG_SECONDS_MAX + 1) * 1000);
  const refused = await person.call("DELETE", `/api/me/factors/${factor_id}`);
  expect(refused.body).toMatchObject({ status: 401, code: "access.step_up_required" });
  expect(refused.headers["www-authenticate"]).toMatch(/insufficient_user_authentication.*max_age=300/);
  expect((await person.call("POST", "/api/me/factors/totp", { name: "另一部" })).status).toBe(401);
  expect((await person.work()).status).toBe(403);
  expect((await person.code(codeOf(secret))).status).toBe(204);
  expect((await person.call("DELETE", `/api/me/factors/${factor_id}`)).status).toBe(204);
  expect((await person.security()).body).toMatchObject({ factors: [], recovery_codes_left: 0 });
});

test("a role that must have a second factor gets no further without one, and keeps its last", async () => {
  const person = await join(owner, "an@tea.cn", "security_admin");
  expect((await person.work()).body).toMatchObject({ status: 403, code: "access.second_factor_missing" });
  expect((await person.security()).body).toMatchObject({ owes: "enrol", required: true });
  const { factor_id } = await enrol(person);
  expect((await person.work()).status).toBe(200);
  expect((await person.call("DELETE", `/api/me/factors/${factor_id}`)).body).toMatchObject({
    code: "access.last_factor",
  });
});

test("a security administrator takes the factors of a person away who lost them, but not their own", async () => {
  await owner.signIn("lin@tea.cn");
  const person = await join(owner, "diu@tea.cn", "operator");
  await enrol(person);
  const people = (await owner.work()).body as { items: { id: number; email: string }[] };
  const idOf = (email: string) => people.items.find((one) => one.email === email)?.id;
  expect((await owner.call("DELETE", `/api/people/${idOf("lin@tea.cn")}/factors`)).body).toMatchObject({
    code: "access.own_factors",
  });
  expect((await owner.call("DELETE", `/api/people/${idOf("diu@tea.cn")}/factors`)).body).toEqual({ removed: 1 });
  expect((await person.security()).status).toBe(401);
  await person.signIn("diu@tea.cn");
  expect((await person.security()).body).toMatchObject({ owes: null, factors: [], recovery_codes_left: 0 });
  expect((await person.call("DELETE", `/api/people/${idOf("lin@tea.cn")}/factors`)).status).toBe(403);
});

test("a changed policy counts from the next request on, and nonsense is refused", async () => {
  await owner.signIn("lin@tea.cn");
  const person = await join(owner, "ce@tea.cn", "manager");
  expect((await person.call("GET", "/api/members?limit=1")).status).toBe(200);
  const policy = { ...DEFAULT_POLICY, second_factor_roles: ["manager"] };
  expect((await owner.call("PUT", "/api/security/policy", policy)).status).toBe(200);
  expect((await person.call("GET", "/api/members?limit=1")).body).toMatchObject({
    code: "access.second_factor_missing",
  });
  for (const wrong of [{ session_idle_minutes: 0 }, { second_factor_roles: ["nobody"] }, { profile: "none" }])
    expect((await owner.call("PUT", "/api/security/policy", { ...policy, ...wrong })).status).toBe(400);
  expect((await owner.call("PUT", "/api/security/policy", DEFAULT_POLICY)).status).toBe(200);
});

describe("sessions", () => {
  test("are listed with what they proved, and another one ends at once when it is ended", async () => {
    const [here, there] = [await join(owner, "bai@tea.cn", "owner"), newBrowser()];
    await there.signIn("bai@tea.cn");
    const { sessions } = (await here.security()).body as { sessions: { session_id: number; current: boolean }[] };
    expect(sessions).toHaveLength(2);
    const [mine, other] = [sessions.find((one) => one.current), sessions.find((one) => !one.current)];
    expect((await there.work()).status).toBe(200);
    expect((await here.call("DELETE", `/api/me/sessions/${other?.session_id}`)).status).toBe(204);
    expect((await there.work()).status).toBe(401);
    expect((await here.call("DELETE", `/api/me/sessions/${mine?.session_id}`)).body).toMatchObject({
      code: "access.own_session",
    });
    const stranger = (await owner.security()).body as { sessions: { session_id: number }[] };
    const foreign = stranger.sessions[0]?.session_id;
    expect((await here.call("DELETE", `/api/me/sessions/${foreign}`)).status).toBe(404);
  });

  test("end when they are idle or old, and a stolen old one opens nothing", async () => {
    const person = await join(owner, "ke@tea.cn", "owner");
    later((DEFAULT_POLICY.session_idle_minutes - 1) * 60_000);
    expect((await person.work()).status).toBe(200);
    later((DEFAULT_POLICY.session_idle_minutes + 1) * 60_000);
    expect((await person.work()).status).toBe(401);
    await person.signIn("ke@tea.cn");
    for (let minutes = 0; minutes < DEFAULT_POLICY.session_hours_max * 60; minutes += 20) {
      expect((await person.work()).status).toBe(200);
      later(20 * 60_000);
    }
    later(60_000);
    expect((await person.work()).status).toBe(401);
  });
});

describe("passwords", () => {
  test("of the profile mlps3 have three kinds of characters, expire after 90 days, and the last five are not taken again", async () => {
    await owner.signIn("lin@tea.cn");
    const person = await join(owner, "su@tea.cn", "owner");
    const change = (current: string, next: string) =>
      person.call("PUT", "/api/me/password", { current, password: next });
    expect((await change(password, "onlylowercaseletters")).body).toMatchObject({ code: "access.password_simple" });
    expect((await change(password, password)).body).toMatchObject({ code: "access.password_used" });
    expect((await change("not-this-1", "Biluochun-2026")).body).toMatchObject({ code: "access.wrong_credentials" });
    const other = newBrowser();
    await other.signIn("su@tea.cn");
    expect((await change(password, "Biluochun-2026")).status).toBe(204);
    expect((await other.work()).status).toBe(401);
    expect((await person.work()).status).toBe(200);
    later(91 * 86_400_000);
    await person.signIn("su@tea.cn", "Biluochun-2026");
    expect((await person.work()).body).toMatchObject({ status: 403, code: "access.password_old" });
    expect((await change("Biluochun-2026", password)).body).toMatchObject({ code: "access.password_used" });
    expect((await change("Biluochun-2026", "Tieguanyin-2027")).status).toBe(204);
    expect((await person.work()).status).toBe(200);
  });

  test("of the profile asvs are long, need no kinds of characters, and never expire", async () => {
    await world().ground.store.write(SYSTEM_SCOPE, (tx) =>
      setSecurityPolicy(tx, { ...DEFAULT_POLICY, profile: "asvs" }),
    );
    await owner.signIn("lin@tea.cn");
    const person = await join(owner, "mo@tea.cn", "owner");
    const next = { current: password, password: "four plain words here" };
    expect((await person.call("PUT", "/api/me/password", next)).status).toBe(204);
    later(400 * 86_400_000);
    await person.signIn("mo@tea.cn", next.password);
    expect((await person.work()).status).toBe(200);
  });
});
