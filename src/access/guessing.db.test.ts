import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { Browser, codeOf, enrol, join, later, PASSWORD, STEP_MS } from "../../tests/support/sign-in.ts";
import { makeServer } from "../server.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { CONFIRM_SECONDS_MAX } from "./factors.ts";
import { offerSetup } from "./people.ts";
import { DEFAULT_POLICY } from "./policy.ts";

const world = withDatabase();
let app: FastifyInstance;
const newBrowser = () => new Browser(() => app);
const owner = newBrowser();
const limit = DEFAULT_POLICY.attempts_max;

beforeAll(async () => {
  app = await makeServer(world().composition, { ready: true });
  const token = await offerSetup(world().ground);
  const first = { token, brand_name: "山野茶", name: "林", email: "lin@tea.cn", password: PASSWORD };
  expect((await owner.call("POST", "/api/setup", first)).status).toBe(201);
});
afterAll(async () => app.close());

const failuresOf = (email: string) =>
  world().ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.one("select failed_attempts, factor_failures from access.person where email = $1", [email]),
  );

describe("whoever has the password only", () => {
  test("gets no fresh attempts at the second factor by signing in again, or by another password", async () => {
    const person = await join(owner, "wu@tea.cn", "operator");
    const { secret } = await enrol(world(), person);
    for (let n = 0; n < limit; n += 1) {
      const guessing = newBrowser();
      expect((await guessing.signIn("wu@tea.cn")).status).toBe(201);
      expect((await guessing.code(`00000${n}`)).body).toMatchObject({ code: "access.code_wrong" });
    }
    const once_more = newBrowser();
    expect((await once_more.signIn("wu@tea.cn")).status).toBe(201);
    expect((await once_more.code(codeOf(world(), secret))).body).toMatchObject({ code: "access.locked" });
    // the one who holds the factor already goes on working, and a new password lifts nothing
    const change = { current: PASSWORD, password: "Biluochun-2026" };
    expect((await person.call("PUT", "/api/me/password", change)).status).toBe(204);
    await once_more.signIn("wu@tea.cn", "Biluochun-2026");
    expect((await once_more.code(codeOf(world(), secret))).body).toMatchObject({ code: "access.locked" });
    later(world(), (DEFAULT_POLICY.lock_minutes + 1) * 60_000);
    await once_more.signIn("wu@tea.cn", "Biluochun-2026");
    expect((await once_more.code(codeOf(world(), secret))).status).toBe(204);
    expect(await failuresOf("wu@tea.cn")).toEqual({ failed_attempts: 0, factor_failures: 0 });
  });

  test("changes nothing of the account before the second factor: not the password, not the sessions", async () => {
    await owner.signIn("lin@tea.cn");
    const person = await join(owner, "zhao@tea.cn", "operator");
    await enrol(world(), person);
    const thief = newBrowser();
    await thief.signIn("zhao@tea.cn");
    const change = { current: PASSWORD, password: "Biluochun-2026" };
    for (const answer of [
      await thief.call("PUT", "/api/me/password", change),
      await thief.call("DELETE", "/api/me/sessions"),
      await thief.call("DELETE", "/api/me/sessions/1"),
    ])
      expect(answer.body).toMatchObject({ status: 401, code: "access.second_factor_required" });
    expect((await person.security()).status).toBe(200);
  });

  test("adds no factor beside the one that is there, also not one that was begun before it", async () => {
    await owner.signIn("lin@tea.cn");
    const person = await join(owner, "sun@tea.cn", "operator");
    const thief = newBrowser();
    await thief.signIn("sun@tea.cn");
    const begun = await thief.call("POST", "/api/me/factors/totp", { name: "贼" });
    const { secret, factor_id } = begun.body as { secret: string; factor_id: number };
    // as if the true person's factor had been kept beside it
    await world().ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query(
        `insert into access.factor (person_id, kind, name, created_at, confirmed_at, secret_sealed)
         select person_id, 'totp', '手机', created_at, created_at, secret_sealed from access.factor where factor_id = $1`,
        [factor_id],
      ),
    );
    const code = codeOf(world(), secret);
    expect((await thief.call("POST", `/api/me/factors/${factor_id}/confirm`, { code })).body).toMatchObject({
      code: "access.step_up_required",
    });
    expect((await person.work()).body).toMatchObject({ code: "access.second_factor_required" });
  });
});

test("an app that was begun and left is not confirmed later", async () => {
  await owner.signIn("lin@tea.cn");
  const person = await join(owner, "qian@tea.cn", "operator");
  const begun = await person.call("POST", "/api/me/factors/totp", { name: "手机" });
  const { secret, factor_id } = begun.body as { secret: string; factor_id: number };
  later(world(), (CONFIRM_SECONDS_MAX + 1) * 1000);
  const confirm = { code: codeOf(world(), secret) };
  expect((await person.call("POST", `/api/me/factors/${factor_id}/confirm`, confirm)).body).toMatchObject({
    status: 410,
    code: "access.factor_begun_long_ago",
  });
});

describe("many attempts at once", () => {
  test("are counted each: of 40 wrong codes no more are judged than the policy allows", async () => {
    await owner.signIn("lin@tea.cn");
    const person = await join(owner, "li@tea.cn", "operator");
    const { secret } = await enrol(world(), person);
    const guessing = newBrowser();
    await guessing.signIn("li@tea.cn");
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const one = newBrowser();
        one.cookie = guessing.cookie;
        return (await one.code(String(100_000 + n))).body.code as string;
      }),
    );
    expect(answers.filter((code) => code === "access.code_wrong")).toHaveLength(limit);
    expect(answers.filter((code) => code === "access.locked")).toHaveLength(40 - limit);
    expect((await guessing.code(codeOf(world(), secret))).body).toMatchObject({ code: "access.locked" });
  });

  test("of passwords too, and the right one among them does not open what the others have locked", async () => {
    await owner.signIn("lin@tea.cn");
    await join(owner, "zhou@tea.cn", "operator");
    const words = Array.from({ length: 12 }, (_, n) => `wrong-password-${n}`);
    const answers = await Promise.all(
      words.map(async (word) => (await newBrowser().signIn("zhou@tea.cn", word)).body.code as string),
    );
    expect(answers.filter((code) => code === "access.wrong_credentials")).toHaveLength(limit);
    expect((await newBrowser().signIn("zhou@tea.cn")).body).toMatchObject({ code: "access.locked" });
  });
});

test("an answer to no question, or to one that is over, is refused and counts as no attempt", async () => {
  await owner.signIn("lin@tea.cn");
  const person = await join(owner, "wang@tea.cn", "operator");
  await enrol(world(), person);
  const headers = { cookie: person.cookie, origin: "http://localhost:8800", "sec-fetch-site": "same-origin" };
  const url = "/api/session/passkey";
  for (let n = 0; n < 2 * limit; n += 1) {
    const answer = await app.inject({ method: "POST", url, headers, payload: { response: { id: "none" } } });
    expect(answer.json()).toMatchObject({ code: "access.passkey_refused" });
  }
  expect(await failuresOf("wang@tea.cn")).toEqual({ failed_attempts: 0, factor_failures: 0 });
});

test("a recovery code is taken as people type it: without dashes, with spaces, in any case", async () => {
  await owner.signIn("lin@tea.cn");
  const person = await join(owner, "feng@tea.cn", "operator");
  const { recovery } = await enrol(world(), person);
  const typed = [
    recovery[0]?.replaceAll("-", "").toUpperCase(),
    recovery[1]?.replaceAll("-", " "),
    ` ${String(recovery[2])} `,
  ];
  for (const code of typed) expect([code, (await person.code(code ?? "")).status]).toEqual([code, 204]);
  expect((await person.security()).body).toMatchObject({ recovery_codes_left: 7 });
});

test("the session that acts survives ending the others, whatever its token became meanwhile", async () => {
  await owner.signIn("lin@tea.cn");
  const person = await join(owner, "chen@tea.cn", "operator");
  const { secret } = await enrol(world(), person);
  const other = newBrowser();
  await other.signIn("chen@tea.cn");
  later(world(), STEP_MS);
  await Promise.all([person.call("DELETE", "/api/me/sessions"), person.code(codeOf(world(), secret))]);
  expect((await person.security()).status).toBe(200);
  expect((await other.security()).status).toBe(401);
});

test("a refusal says in words what it is about", async () => {
  await owner.signIn("lin@tea.cn");
  const person = await join(owner, "wei@tea.cn", "operator");
  const { factor_id } = await enrol(world(), person);
  later(world(), 301_000);
  const { body } = await person.call("DELETE", `/api/me/factors/${factor_id}`);
  expect(body.detail_zh).toContain("自己的账户安全");
  expect(body.detail_zh).not.toMatch(/own|L4/);
  expect((await person.work()).body.detail_zh).toContain("「管理账号」");
});
