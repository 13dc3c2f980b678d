import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { type Staff, staffOf } from "../../../tests/support/people.ts";
import { bindTablet, clerkWithPin, idOf, PIN, type TabletBrowser } from "../../../tests/support/tablet-desk.ts";
import { PIN_ATTEMPTS_MAX, PIN_WAITS_MINUTES } from "./pin-store.ts";

const world = withDatabase();
const HERE = "HZ01";
const AT_ONCE = 64;
const SOME_AT_ONCE = 20;
let staff: Staff;

beforeAll(async () => {
  staff = await staffOf(world());
  await staff.add("clerk", [HERE]);
});
afterAll(async () => staff.app.close());

const later = (minutes: number) => world().clock.set(new Date(world().clock.now().getTime() + minutes * 60_000));
const tablet = async (name: string) => (await bindTablet(staff, staff.owner, HERE, name)).browser;
const codes = (answers: readonly { body: Record<string, unknown> }[]) => {
  const count = (code: string) => answers.filter(({ body }) => body["code"] === code).length;
  return { wrong: count("access.pin_wrong"), locked: count("access.pin_locked") };
};
/** Wrong ones, each another: "100000", "100001", … */
const wrongPin = (n: number) => String(100_000 + n);

describe("wrong PINs, many at once", () => {
  it("sixty-four of one clerk, at one tablet: no more are judged than are allowed, and the right one does not help after", async () => {
    const clerk = await clerkWithPin(staff, [HERE]);
    const browser = await tablet("一处");
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, n) => browser.device().enter(clerk.person_id, wrongPin(n))),
    );
    expect(codes(answers)).toEqual({ wrong: PIN_ATTEMPTS_MAX, locked: AT_ONCE - PIN_ATTEMPTS_MAX });
    expect((await browser.enter(clerk.person_id, PIN)).body).toMatchObject({ status: 429, code: "access.pin_locked" });
    later(PIN_WAITS_MINUTES[0]);
    expect((await browser.enter(clerk.person_id, PIN)).status).toBe(204);
  });

  it("of one clerk, over many tablets: the clerk is locked at all of them", async () => {
    const clerk = await clerkWithPin(staff, [HERE]);
    const browsers: TabletBrowser[] = [];
    for (let n = 0; n < 6; n += 1) browsers.push(await tablet(`多处 ${n}`));
    const answers = await Promise.all(
      Array.from({ length: SOME_AT_ONCE }, (_, n) => browsers[n % 6]?.enter(clerk.person_id, wrongPin(n))),
    );
    const judged = codes(answers.filter((answer) => answer !== undefined));
    expect(judged).toEqual({ wrong: PIN_ATTEMPTS_MAX, locked: SOME_AT_ONCE - PIN_ATTEMPTS_MAX });
    later(PIN_WAITS_MINUTES[0]);
  });

  it("of many people, at one tablet: the tablet is locked for all of them", async () => {
    const ids: number[] = [];
    for (let n = 0; n < 4; n += 1) ids.push((await clerkWithPin(staff, [HERE])).person_id);
    // a number that is nobody's counts like the others
    ids.push(987_654_321);
    const browser = await tablet("多人");
    const answers = await Promise.all(
      Array.from({ length: SOME_AT_ONCE }, (_, n) => browser.device().enter(ids[n % ids.length] ?? 0, wrongPin(n))),
    );
    expect(codes(answers)).toEqual({ wrong: PIN_ATTEMPTS_MAX, locked: SOME_AT_ONCE - PIN_ATTEMPTS_MAX });
    expect((await browser.enter(ids[0] ?? 0, PIN)).body).toMatchObject({ code: "access.pin_locked" });
  });
});

it("each time in a row it is locked for longer, and a right PIN begins anew", async () => {
  const clerk = await clerkWithPin(staff, [HERE]);
  const browser = await tablet("越来越久");
  const lock = async () => {
    for (let n = 0; n < PIN_ATTEMPTS_MAX; n += 1)
      expect((await browser.enter(clerk.person_id, wrongPin(n))).body).toMatchObject({ code: "access.pin_wrong" });
  };
  for (const minutes of [...PIN_WAITS_MINUTES, PIN_WAITS_MINUTES.at(-1) ?? 0]) {
    await lock();
    later(minutes - 0.5);
    const { body } = await browser.enter(clerk.person_id, PIN);
    expect(body).toMatchObject({ code: "access.pin_locked", detail: expect.stringContaining(" 1 more minute") });
    later(0.5);
  }
  expect((await browser.enter(clerk.person_id, PIN)).status).toBe(204);
  await lock();
  later(PIN_WAITS_MINUTES[0]);
  expect((await browser.enter(clerk.person_id, PIN)).status).toBe(204);
});

it("the answer is the same whatever is wrong: the PIN, the person, their store, that they have none", async () => {
  const owner = await staff.owner.call("POST", "/api/session", {
    email: staff.owner.email,
    password: "longjing-spring-1987",
  });
  const cookie = String(owner.headers["set-cookie"]).split(";")[0] ?? "";
  const call = async (method: string, url: string, payload?: unknown) => {
    const answer = await staff.app.inject({
      method: method as "GET",
      url,
      headers: { cookie },
      ...(payload === undefined ? {} : { payload: payload as object }),
    });
    return { status: answer.statusCode, body: answer.json<Record<string, unknown>>(), headers: answer.headers };
  };
  const desk: Staff = { ...staff, owner: { email: "", cookie, call } };
  const made = await call("POST", "/api/people", {
    name: "无 PIN",
    email: "no-pin@example.com",
    role: "clerk",
    scope_stores: [HERE],
  });
  const other = await call("POST", "/api/people", {
    name: "上海",
    email: "there@example.com",
    role: "clerk",
    scope_stores: ["SH01"],
  });
  const { browser } = await bindTablet(desk, desk.owner, HERE, "一样");
  const ids = [made.body["person_id"], other.body["person_id"], await idOf(desk.owner), 987_654_321];
  const answers: string[] = [];
  for (const id of ids) {
    const { status, body } = await browser.enter(Number(id), PIN);
    const { instance: _, ...said } = body;
    answers.push(JSON.stringify({ status, said }));
  }
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toMatch(/pin_wrong/);
});
