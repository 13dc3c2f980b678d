import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { type PersonSession, type Staff, staffOf } from "../../../tests/support/people.ts";
import { bindTablet, clerkWithPin, idOf, OTHER_PIN, PIN, TabletBrowser } from "../../../tests/support/tablet-desk.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { BINDING_DAYS, CODE_MINUTES, TABLET_IDLE_MINUTES, TABLETS_PER_STORE } from "./device.ts";
import { PIN_LINK_HOURS } from "./pins.ts";

const world = withDatabase();
const PASSWORD = "longjing-spring-1987";
const HERE = "HZ01";
const THERE = "SH01";
let staff: Staff;
let manager: PersonSession;

beforeAll(async () => {
  staff = await staffOf(world());
  manager = await staff.add("manager", [HERE]);
  await staff.add("clerk", [THERE]);
});
afterAll(async () => staff.app.close());

const later = (minutes: number) => world().clock.set(new Date(world().clock.now().getTime() + minutes * 60_000));
const rows = <Row extends Record<string, unknown>>(text: string, values: readonly unknown[] = []) =>
  world().ground.store.read(SYSTEM_SCOPE, (tx) => tx.query<Row>(text, values));

describe("binding a tablet", () => {
  it("takes a code that works once, within its minutes, whatever its hyphens and capitals", async () => {
    const clerk = await clerkWithPin(staff, [HERE]);
    const { body } = await manager.call("POST", "/api/tablets", { store_code: HERE, name: "前台" });
    const code = String(body["code"]);
    const browser = new TabletBrowser(staff.app);
    const typed = code.toUpperCase().replace("-", " ");
    const wrong = await browser.call("POST", "/api/till/binding", { code: "aaaaa-aaaaa" });
    expect(wrong.body).toMatchObject({ status: 422, code: "access.tablet_code_wrong" });
    const bound = await browser.call("POST", "/api/till/binding", { code: typed });
    expect(bound.status).toBe(204);
    expect(String(bound.headers["set-cookie"])).toMatch(
      /huitou-tablet=.+; Max-Age=15552000; .*HttpOnly; SameSite=Strict/,
    );
    expect(await browser.till()).toMatchObject({ tablet: { name: "前台", store_code: HERE } });
    expect((await browser.till()).people.map(({ person_id }) => person_id)).toContain(clerk.person_id);
    const again = await new TabletBrowser(staff.app).call("POST", "/api/till/binding", { code });
    expect(again.body).toMatchObject({ code: "access.tablet_code_wrong" });
    const old = await manager.call("POST", "/api/tablets", { store_code: HERE, name: "旧码" });
    later(CODE_MINUTES + 1);
    await staff.owner.call("POST", "/api/session", { email: staff.owner.email, password: PASSWORD });
    const late = await new TabletBrowser(staff.app).call("POST", "/api/till/binding", { code: old.body["code"] });
    expect(late.body).toMatchObject({ code: "access.tablet_code_wrong" });
  });

  it("keeps neither the code nor the secret of the device, only their hashes", async () => {
    const { browser } = await bindTablet(staff, manager, HERE, "哈希");
    const { body } = await manager.call("POST", "/api/tablets", { store_code: HERE, name: "哈希二" });
    const kept = JSON.stringify(await rows("select row_to_json(t)::text from access.tablet t"));
    const secrets = [...browser.cookies.values(), String(body["code"]), String(body["code"]).replace("-", "")];
    expect(secrets.filter((secret) => kept.includes(secret))).toEqual([]);
  });

  it("is for one's own stores: a manager makes, lists and ends none of another store", async () => {
    const other = await bindTablet(staff, staff.owner, THERE, "上海");
    const strange = await manager.call("POST", "/api/tablets", { store_code: THERE, name: "越店" });
    expect(strange.body).toMatchObject({ status: 422, code: "access.tablet_store" });
    for (const [method, url] of [
      ["DELETE", `/api/tablets/${other.tablet_id}`],
      ["POST", `/api/tablets/${other.tablet_id}/code`],
    ] as const)
      expect((await manager.call(method, url)).body).toMatchObject({ code: "access.tablet_not_found" });
    const { body } = await manager.call("GET", "/api/tablets");
    const stores = new Set((body["items"] as { store_code: string }[]).map(({ store_code }) => store_code));
    expect([...stores]).toEqual([HERE]);
    expect(body["stores"]).toEqual([{ store_code: HERE, name: HERE }]);
    const clerk = await staff.add("clerk", [HERE]);
    expect((await clerk.call("POST", "/api/tablets", { store_code: HERE, name: "店员" })).status).toBe(403);
  });

  it("stops at ten in a store, however many are made at once, and a code that nobody used holds no place", async () => {
    await staff.add("clerk", ["NJ01"]);
    const make = () => staff.owner.call("POST", "/api/tablets", { store_code: "NJ01", name: "多台" });
    const made = await Promise.all(Array.from({ length: TABLETS_PER_STORE + 6 }, make));
    expect(made.filter(({ status }) => status === 201)).toHaveLength(TABLETS_PER_STORE);
    const full = made.filter(({ status }) => status === 409);
    expect(full.map(({ body }) => body["code"])).toEqual(Array<string>(6).fill("access.tablets_full"));
    const eleventh = rows(
      `insert into access.tablet (store_code, name, place, made_by, made_at) values ('NJ01', 'x', 11, 1, now())`,
    );
    await expect(eleventh).rejects.toThrow();
    later(CODE_MINUTES + 1);
    expect((await make()).status).toBe(201);
  });
});

describe("a PIN", () => {
  it("is for clerks with stores only, asks for the present password, and is not one that is guessed", async () => {
    const operator = await staff.add("operator", [HERE]);
    const set = (who: PersonSession, pin: string, password = PASSWORD) =>
      who.call("PUT", "/api/me/pin", { pin, password });
    expect((await set(operator, PIN)).body).toMatchObject({ code: "access.pin_not_for_role" });
    const nowhere = await staff.add("clerk");
    expect((await set(nowhere, PIN)).body).toMatchObject({ code: "access.pin_not_for_role" });
    const clerk = await staff.add("clerk", [HERE]);
    expect((await set(clerk, PIN, "wrong-password-1")).body).toMatchObject({ code: "access.wrong_credentials" });
    expect((await set(clerk, "123456")).body).toMatchObject({ status: 422, code: "access.pin_weak" });
    expect((await clerk.call("GET", "/api/me/pin")).body).toMatchObject({ may_have: true, set_at: null });
    expect((await set(clerk, PIN)).status).toBe(204);
    expect((await clerk.call("GET", "/api/me/pin")).body).toMatchObject({ set_at: expect.any(String) });
  });

  it("lies sealed in the table: no hash to try PINs against", async () => {
    const kept = await rows<{ hash_sealed: Buffer }>("select hash_sealed from access.pin");
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.filter(({ hash_sealed }) => hash_sealed.toString("latin1").includes("argon2"))).toEqual([]);
  });

  it("is set by a manager's link once, within a day, for clerks of the manager's own stores", async () => {
    const clerk = await idOf(await staff.add("clerk", [HERE]));
    const link = async (id: number) => manager.call("POST", `/api/people/${id}/pin-link`);
    const token = (answer: { body: Record<string, unknown> }) =>
      new URL(String(answer.body["link"])).searchParams.get("token");
    const first = token(await link(clerk));
    const second = token(await link(clerk));
    const phone = new TabletBrowser(staff.app);
    const accept = (given: string | null, pin = OTHER_PIN) => phone.call("POST", "/api/pin", { token: given, pin });
    expect((await accept(first)).body).toMatchObject({ code: "access.link_invalid" });
    expect((await accept(second, "111111")).body).toMatchObject({ code: "access.pin_weak" });
    expect((await accept(second)).status).toBe(204);
    expect((await accept(second)).body).toMatchObject({ code: "access.link_invalid" });
    const third = token(await link(clerk));
    later(PIN_LINK_HOURS * 60 + 1);
    manager = await signIn(manager.email);
    expect((await accept(third)).body).toMatchObject({ code: "access.link_invalid" });
    const other = await idOf(await staffSignedIn(() => staff.add("clerk", [THERE])));
    const both = await idOf(await staff.add("clerk", [HERE, THERE]));
    for (const id of [other, both, await idOf(await signIn(staff.owner.email))])
      expect((await link(id)).body).toMatchObject({ status: 404, code: "access.person_not_found" });
  });
});

/** Everybody's session is over after a day. */
async function signIn(email: string): Promise<PersonSession> {
  const browser = new TabletBrowser(staff.app);
  expect((await browser.call("POST", "/api/session", { email, password: PASSWORD })).status).toBe(201);
  return { email, cookie: "", call: (method, url, payload) => browser.call(method, url, payload) };
}

async function staffSignedIn<Made>(run: () => Promise<Made>): Promise<Made> {
  const owner = await signIn(staff.owner.email);
  staff = { ...staff, owner, add: staffAdder(owner) };
  return run();
}

let count = 0;
function staffAdder(owner: PersonSession): Staff["add"] {
  return async (role, stores = null) => {
    count += 1;
    const email = `late-${role}-${count}@example.com`;
    const invited = await owner.call("POST", "/api/people", { name: email, email, role, scope_stores: stores });
    const token = new URL(String(invited.body["link"])).searchParams.get("token");
    const browser = new TabletBrowser(staff.app);
    await browser.call("POST", "/api/invitation", { token, password: PASSWORD });
    return { email, cookie: "", call: (method, url, payload) => browser.call(method, url, payload) };
  };
}

describe("taking turns", () => {
  let tablet: { browser: TabletBrowser; tablet_id: number };
  let wang: { session: PersonSession; person_id: number };
  let li: { session: PersonSession; person_id: number };
  beforeAll(async () => {
    await staffSignedIn(async () => undefined);
    manager = await signIn(manager.email);
    tablet = await bindTablet(staff, manager, HERE, "换人");
    wang = await clerkWithPin(staff, [HERE, THERE]);
    li = await clerkWithPin(staff, [HERE], OTHER_PIN);
  });

  it("opens a session of the person for this store; another person's PIN puts the first one out at once", async () => {
    const { browser } = tablet;
    expect((await browser.enter(wang.person_id, PIN)).status).toBe(204);
    expect((await browser.call("GET", "/api/session/state")).body).toMatchObject({
      signed_in: true,
      at_tablet: true,
      person: { id: wang.person_id },
      tablet: { name: "换人" },
    });
    expect((await browser.work()).status).toBe(200);
    const first = new TabletBrowser(staff.app, browser.cookies);
    expect((await browser.enter(li.person_id, OTHER_PIN)).status).toBe(204);
    expect((await browser.call("GET", "/api/session/state")).body).toMatchObject({ person: { id: li.person_id } });
    expect((await first.work()).status).toBe(401);
    const { body } = await manager.call("GET", "/api/tablets");
    const items = body["items"] as { tablet_id: number; last_person: string }[];
    expect(items.find(({ tablet_id }) => tablet_id === tablet.tablet_id)?.last_person).toMatch(/clerk/);
  });

  it("change of person ends the session and shows the names again", async () => {
    const { browser } = tablet;
    expect((await browser.enter(wang.person_id, PIN)).status).toBe(204);
    const before = new TabletBrowser(staff.app, browser.cookies);
    expect((await browser.leave()).status).toBe(204);
    expect((await before.work()).status).toBe(401);
    expect((await browser.till()).people.map(({ person_id }) => person_id)).toContain(wang.person_id);
  });

  it("a PIN without the device is worth nothing, and neither is the session's cookie", async () => {
    const { browser } = tablet;
    const elsewhere = await new TabletBrowser(staff.app).enter(wang.person_id, PIN);
    expect(elsewhere.body).toMatchObject({ status: 401, code: "access.tablet_not_bound" });
    expect((await browser.enter(wang.person_id, PIN)).status).toBe(204);
    expect((await browser.work()).status).toBe(200);
    expect((await browser.session().work()).status).toBe(401);
    const other = await bindTablet(staff, manager, HERE, "另一台");
    const mixed = new TabletBrowser(staff.app, new Map([...browser.session().cookies, ...other.browser.cookies]));
    expect((await mixed.work()).status).toBe(401);
  });

  it("the device without a PIN shows names and nothing else", async () => {
    const device = tablet.browser.device();
    expect(Object.keys((await device.till()).people[0] ?? {}).sort()).toEqual(["has_pin", "name", "person_id"]);
    expect((await device.work()).status).toBe(401);
    expect((await device.call("GET", "/api/session/state")).body).toMatchObject({ signed_in: false, permissions: [] });
  });

  it("ends after its minutes without work; what a page asks by itself does not keep it open", async () => {
    const { browser } = tablet;
    expect((await browser.enter(wang.person_id, PIN)).status).toBe(204);
    later(TABLET_IDLE_MINUTES - 1);
    expect((await browser.work()).status).toBe(200);
    later(TABLET_IDLE_MINUTES - 1);
    expect((await browser.work()).status).toBe(200);
    for (let n = 0; n < 3; n += 1) {
      later(2);
      await browser.call("GET", "/api/session/state");
    }
    expect((await browser.work()).status).toBe(401);
  });

  it("another PIN ends what was open, and the old one opens nothing any more", async () => {
    const { browser } = tablet;
    expect((await browser.enter(li.person_id, OTHER_PIN)).status).toBe(204);
    await li.session.call("POST", "/api/session", { email: li.session.email, password: PASSWORD });
    const set = await li.session.call("PUT", "/api/me/pin", { pin: "305918", password: PASSWORD });
    expect(set.status).toBe(204);
    expect((await browser.work()).status).toBe(401);
    expect((await browser.enter(li.person_id, OTHER_PIN)).body).toMatchObject({ code: "access.pin_wrong" });
    expect((await browser.enter(li.person_id, "305918")).status).toBe(204);
    expect((await li.session.call("DELETE", "/api/me/pin")).status).toBe(204);
    expect((await browser.work()).status).toBe(401);
  });

  it("a clerk who is moved from the store, or disabled, is out with the next request and off the list", async () => {
    const { browser } = tablet;
    const change = (person_id: number, body: object) => staff.owner.call("PATCH", `/api/people/${person_id}`, body);
    expect((await browser.enter(wang.person_id, PIN)).status).toBe(204);
    expect((await change(wang.person_id, { scope_stores: [THERE] })).status).toBe(200);
    expect((await browser.work()).status).toBe(401);
    expect((await browser.till()).people.map(({ person_id }) => person_id)).not.toContain(wang.person_id);
    expect((await browser.enter(wang.person_id, PIN)).body).toMatchObject({ code: "access.pin_wrong" });
    expect((await change(wang.person_id, { scope_stores: [HERE] })).status).toBe(200);
    expect((await browser.enter(wang.person_id, PIN)).status).toBe(204);
    expect((await change(wang.person_id, { disabled: true })).status).toBe(200);
    expect((await browser.work()).status).toBe(401);
    // whoever comes back sets a PIN anew
    expect((await change(wang.person_id, { disabled: false })).status).toBe(200);
    expect((await browser.enter(wang.person_id, PIN)).body).toMatchObject({ code: "access.pin_wrong" });
    const [act] = await rows("select 1 from access.person_act where person_id = $1 and act = 'stores'", [
      wang.person_id,
    ]);
    expect(act).toBeDefined();
  });

  it("a clerk of a region works at the tablets of its stores, and is out when their store leaves it", async () => {
    const place = (store_code: string, region_code: string) =>
      `insert into trade.store (store_code, region_code, is_stub) values ('${store_code}', '${region_code}', false)
       on conflict (store_code) do update set region_code = excluded.region_code`;
    const write = (text: string, values: readonly unknown[] = []) =>
      world().ground.store.write(SYSTEM_SCOPE, (tx) => tx.query(text, values));
    await write("insert into trade.region (region_code, name) values ('east', '华东'), ('north', '华北')");
    await write(place(HERE, "east"));
    const sun = await clerkWithPin(staff, [HERE]);
    await write("update access.person set scope_stores = null, scope_regions = '{east}' where person_id = $1", [
      sun.person_id,
    ]);
    const { browser } = tablet;
    expect((await sun.session.call("PUT", "/api/me/pin", { pin: OTHER_PIN, password: PASSWORD })).status).toBe(204);
    expect((await browser.till()).people.map(({ person_id }) => person_id)).toContain(sun.person_id);
    const { body } = await manager.call("GET", "/api/tablets");
    const listed = (body["clerks"] as { person_id: number; stores: string[] }[]).find(
      ({ person_id }) => person_id === sun.person_id,
    );
    expect(listed?.stores).toEqual([HERE]);
    expect((await manager.call("POST", `/api/people/${sun.person_id}/pin-link`)).status).toBe(201);
    expect((await browser.enter(sun.person_id, OTHER_PIN)).status).toBe(204);
    expect((await browser.work()).status).toBe(200);
    await write(place(THERE, "east"));
    expect((await manager.call("POST", `/api/people/${sun.person_id}/pin-link`)).body).toMatchObject({ status: 404 });
    await write(place(HERE, "north"));
    expect((await browser.work()).status).toBe(401);
    expect((await browser.till()).people.map(({ person_id }) => person_id)).not.toContain(sun.person_id);
    expect((await browser.enter(sun.person_id, OTHER_PIN)).body).toMatchObject({ code: "access.pin_wrong" });
  });

  it("a revoked tablet is out with the next request, and so is one whose binding has run out", async () => {
    const zhao = await clerkWithPin(staff, [HERE]);
    const { browser, tablet_id } = await bindTablet(staff, manager, HERE, "停用");
    expect((await browser.enter(zhao.person_id, PIN)).status).toBe(204);
    expect((await manager.call("DELETE", `/api/tablets/${tablet_id}`)).status).toBe(204);
    expect((await browser.work()).status).toBe(401);
    expect((await browser.till()).tablet).toBeNull();
    expect((await browser.enter(zhao.person_id, PIN)).body).toMatchObject({ code: "access.tablet_not_bound" });
    const old = await bindTablet(staff, manager, HERE, "到期");
    later(BINDING_DAYS * 24 * 60);
    expect((await old.browser.enter(zhao.person_id, PIN)).body).toMatchObject({ code: "access.tablet_not_bound" });
  });

  it("the audit log says who worked at which tablet, and what was refused, without the PIN", async () => {
    const log = await rows<{ action: string; subject: Record<string, unknown>; status: number }>(
      "select action, subject, status from access.audit where action = 'post /api/till/session' and phase = 'done' order by sequence",
    );
    expect(log.some(({ status }) => status === 204)).toBe(true);
    const refused = log.filter(({ status, subject }) => status === 401 && subject["tablet_id"] === tablet.tablet_id);
    expect(refused[0]?.subject).toMatchObject({ store_code: HERE, person_id: expect.any(Number) });
    const acts = await rows("select 1 from access.audit where subject ->> 'at_tablet_id' = $1", [
      String(tablet.tablet_id),
    ]);
    expect(acts.length).toBeGreaterThan(0);
    const [{ text }] = (await rows("select string_agg(a::text, ' ') as text from access.audit a")) as [
      { text: string },
    ];
    expect([PIN, OTHER_PIN].filter((pin) => text.includes(pin))).toEqual([]);
  });
});
