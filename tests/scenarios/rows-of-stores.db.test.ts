import {
  GRANT,
  TABLET,
  REDEMPTION,
  BENEFIT,
  ENTITLEMENT,
  REWARD,
  REWARD_ORDER,
  OFFLINE_BURN,
  ASSOCIATE,
  HAND_OVER,
  TASK,
  REQUEST,
} from "../support/objects-of-stores.ts";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DeclaredRoute, type Role, ROLES } from "../../src/access/index.ts";
import { submitWithin } from "../../src/points/index.ts";
import { ensureSource, type Source } from "../../src/ingest/index.ts";
import { OBJECT_KINDS, type ObjectKind } from "../../src/platform/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { giftOf } from "../support/benefit-shop.ts";
import { withDatabase } from "../support/database.ts";
import { id, memberOf, record, rows, send } from "../support/member-records.ts";
import { changeMatrix, type PersonSession, type Staff, staffOf } from "../support/people.ts";

const world = withDatabase();
const ground = () => world().ground;
const HERE = "HZ01";
const THERE = "SH01";
const PHONES = { [HERE]: "13812345601", [THERE]: "13912345602" } as const;
const CARDS = { [HERE]: "88000001", [THERE]: "88000002" } as const;
const NAMES = { [HERE]: "欧阳明", [THERE]: "司马青" } as const;

let staff: Staff;
let crm: Source;
let pos: Source;
let security: PersonSession;
const bound = new Map<Role, PersonSession>();
const objects: Record<string, Partial<Record<ObjectKind, number>>> = {};

beforeAll(async () => {
  staff = await staffOf(world());
  security = await staff.add("security_admin");
  crm = await ensureSource(ground(), { key: "crm", name: "CRM", kind: "rest" });
  pos = await ensureSource(ground(), { key: "pos", name: "POS", kind: "rest" });
  for (const store of [HERE, THERE] as const) await memberIn(store);
  for (const { role } of ROLES) bound.set(role, await staff.add(role, [HERE]));
});
afterAll(async () => staff.app.close());

/** A member of a store with an order there, a join, an open conflict and a tier by hand. */
async function memberIn(store: typeof HERE | typeof THERE): Promise<void> {
  const phone = id("phone", PHONES[store]);
  const profile = { name: NAMES[store], home_store_code: store, gender: "female", birthday: "1988-03-12" };
  await send(ground(), crm, [record("member", "2026-03-01", [id("crm_id", `C-${store}`), phone], profile)]);
  await send(ground(), pos, [
    record("member", "2026-03-02", [id("card_no", CARDS[store]), phone], { name: NAMES[store] }),
    record("order", "2026-03-03", [id("card_no", CARDS[store])], {
      order_no: `O-${store}`,
      store_code: store,
      status: "paid",
      lines: [{ sku: "T1", quantity: 1, unit_price: "88.00" }],
    }),
  ]);
  const member = await memberOf(ground(), crm, "crm_id", `C-${store}`);
  const number = async (text: string, values: readonly unknown[] = []) =>
    (await rows<{ id: number }>(ground(), text, values))[0]?.id ?? -1;
  const parties = await rows<{ party_id: number; anchor_token: string }>(
    ground(),
    "select party_id, anchor_token from members.party where member_id = $1 order by party_id",
    [member],
  );
  const [a, b] = parties;
  const made = await ground().store.write(SYSTEM_SCOPE, async (tx) => {
    const conflict = await tx.one<{ id: number }>(
      `insert into members.conflict (conflict, party_a, party_b, kind, token, found_at)
       values ('birthday', $1, $2, 'phone', $3, now()) returning conflict_id as id`,
      [a?.party_id, b?.party_id, a?.anchor_token],
    );
    const grant = await tx.one<{ id: number }>(GRANT, [member]);
    const request = await tx.one<{ id: number }>(REQUEST, [member]);
    const tablet = await tx.one<{ id: number }>(TABLET, [store]);
    const redemption = await tx.one<{ id: number }>(REDEMPTION, [store, member]);
    await tx.query(BENEFIT, [JSON.stringify(giftOf("test_gift"))]);
    const entitlement = await tx.one<{ id: number }>(ENTITLEMENT, [member]);
    await tx.query(REWARD);
    const order = await tx.one<{ id: number }>(REWARD_ORDER, [member]);
    const burn = await tx.one<{ id: number }>(OFFLINE_BURN, [store, member]);
    const associate = await tx.one<{ id: number }>(ASSOCIATE, [store]);
    const hand_over = await tx.one<{ id: number }>(HAND_OVER, [associate?.id]);
    const task = await tx.one<{ id: number }>(TASK, [store, member, associate?.id]);
    const key = `hold ${store}`;
    const earn = { type: "earn", owner: member, points: 10, reference: key } as const;
    await submitWithin(tx, ground(), { key: `${key} earn`, command: earn });
    const until_at = new Date(ground().clock.now().getTime() + 86_400_000);
    const hold = { type: "hold", wallet: [member], points: 10, reference: key, until_at } as const;
    const held = await submitWithin(tx, ground(), { key, command: hold });
    return {
      points_hold: held.hold_id ?? -1,
      conflict: conflict?.id ?? -1,
      tier_grant: grant?.id ?? -1,
      rights_request: request?.id ?? -1,
      tablet: tablet?.id ?? -1,
      redemption: redemption?.id ?? -1,
      entitlement: entitlement?.id ?? -1,
      reward_order: order?.id ?? -1,
      points_offline: burn?.id ?? -1,
      associate: associate?.id ?? -1,
      hand_over: hand_over?.id ?? -1,
      staff_task: task?.id ?? -1,
    };
  });
  objects[store] = {
    member,
    order: await number("select order_id as id from trade.sales_order where order_no = $1", [`O-${store}`]),
    join: await number("select join_id as id from members.join_log where party_a = any($1) or party_b = any($1)", [
      parties.map((party) => party.party_id),
    ]),
    ...made,
  };
  expect(Object.values(objects[store] ?? {})).not.toContain(-1);
}

/** Bodies that get past the schema, so that the object itself is what decides. */
const BODIES: Readonly<Record<string, unknown>> = {
  "/api/members/:id/phone-change": {
    new_phone: "13712345603",
    check: { kind: "birthday", value: "1988-03-12" },
    reason: "换号换号",
  },
  "/api/members/:id/flags": { flag: "staff", holds: true, reason: "测试越店" },
  "/api/members/:id/facts": { field: "city", value: "苏州", reason: "测试越店" },
  "/api/privacy/requests/:request_id/identity": { how: "document", document: "id_card" },
  "/api/privacy/requests/:request_id/refuse": { ground: "repeated", reason: "测试越店测试越店测试" },
  "/api/privacy/requests/:request_id/told": { processor_id: 1, how: "测试越店" },
  "/api/privacy/requests/:request_id/answered": { processor_id: 1, answer: "deleted" },
  "/api/benefits/entitlements/:entitlement_id/fulfil": { store_code: HERE },
  "/api/points/offline/exceptions/:burn_id/settle": { act: "drop", reason: "测试越店" },
  "/api/rewards/orders/:order_id/confirm": { cash_minor: 0 },
  "/api/rewards/orders/:order_id/hand-over": { store_code: HERE },
  "/api/tasks/:task_id/done": {},
  "/api/associates/:associate_id": { name: null, store_code: HERE, person_id: null },
  "/api/associates/:associate_id/hand-over": { to: [1], leaves: false, reason: "测试越店" },
  "/api/members/:member_id/associate": { associate_id: null },
  "/api/identity-conflicts/:id/resolve": { decision: "join", reason: "测试越店" },
};
const ANY_BODY = { reason: "测试越店" };

const ofStores = (): DeclaredRoute[] =>
  staff.app.declared_routes.filter(
    ({ access }) => access.object !== undefined && OBJECT_KINDS[access.object] === "store",
  );

async function ask(
  person: PersonSession,
  { method, url, access }: Pick<DeclaredRoute, "method" | "url" | "access">,
  store: string,
) {
  const number = objects[store]?.[access.object ?? "member"];
  const answer = await staff.app.inject({
    method: method as "GET",
    url: url.replace(/:\w+/, String(number)),
    // where an act wants a key the object decides, not that it is missing
    headers: { cookie: person.cookie, "idempotency-key": randomUUID() },
    ...(method === "GET" ? {} : { payload: (BODIES[url] ?? ANY_BODY) as object }),
  });
  const json = String(answer.headers["content-type"]).includes("json");
  return { status: answer.statusCode, body: json ? answer.json<Record<string, unknown>>() : {} };
}

describe("an id of another store", () => {
  it("reaches nothing, on every route whose address names an object of a store, for every role", async () => {
    const leaks: string[] = [];
    let pairs = 0;
    for (const route of ofStores()) {
      for (const [role, person] of bound) {
        pairs += 1;
        const { status, body } = await ask(person, route, THERE);
        const silent = !/司马|13912345602|8800\d{4}/.test(JSON.stringify(body));
        if (![403, 404].includes(status) || !silent) leaks.push(`${role} ${route.method} ${route.url}: ${status}`);
      }
    }
    expect(leaks).toEqual([]);
    expect(pairs).toBeGreaterThanOrEqual(120);
  });

  it("and one's own store's is reached: what the test asks for is there", async () => {
    const operator = bound.get("operator") as PersonSession;
    for (const route of ofStores().filter((each) => each.method === "GET" && !each.url.endsWith("/live"))) {
      expect([route.url, (await ask(operator, route, HERE)).status]).toEqual([route.url, 200]);
    }
  });

  it("a clerk posts a hold of points of their own store, and is told of another store's as of none", async () => {
    const clerk = bound.get("clerk") as PersonSession;
    const post = ofStores().find(({ url }) => url === "/api/points/holds/:hold_id/post") as DeclaredRoute;
    expect(await ask(clerk, post, THERE)).toMatchObject({ status: 404, body: { code: "points.hold_unknown" } });
    expect(await ask(clerk, post, HERE)).toMatchObject({ status: 200, body: { points: 10 } });
  });

  it("changed nothing there", async () => {
    const [row] = await rows<{ city: string | null; is_staff: boolean }>(
      ground(),
      "select city, is_staff from members.profile where member_id = $1",
      [objects[THERE]?.member],
    );
    expect(row).toEqual({ city: null, is_staff: false });
    const [hold] = await rows<{ state: string }>(ground(), "select state from points.hold where hold_id = $1", [
      objects[THERE]?.points_hold,
    ]);
    expect(hold).toEqual({ state: "open" });
  });
});

describe("lists of whoever has a store", () => {
  it("hold members of that store only, and a clerk without a store lists nobody", async () => {
    for (const role of ["clerk", "operator", "manager", "analyst", "agent"] as const) {
      const { body } = await (bound.get(role) as PersonSession).call("GET", "/api/members");
      expect((body["items"] as { member_id: number }[]).map((item) => item.member_id)).toEqual([objects[HERE]?.member]);
      expect(body["total"]).toBe(1);
    }
    const homeless = await staff.add("clerk");
    expect((await homeless.call("GET", "/api/members")).body).toMatchObject({ items: [], total: 0 });
    const joins = await (bound.get("operator") as PersonSession).call("GET", "/api/joins");
    expect((joins.body["items"] as { join_id: number }[]).map((join) => join.join_id)).toEqual([objects[HERE]?.join]);
    const conflicts = await (bound.get("operator") as PersonSession).call("GET", "/api/identity-conflicts");
    expect((conflicts.body["items"] as { conflict_id: number }[]).map((one) => one.conflict_id)).toEqual([
      objects[HERE]?.conflict,
    ]);
  });

  it("a region reaches its stores", async () => {
    await ground().store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("update trade.store set region_code = case store_code when $1 then 'east' else 'north' end", [HERE]),
    );
    const manager = await staff.add("manager");
    await ground().store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("update access.person set scope_regions = '{east}' where email = $1", [manager.email]),
    );
    const { body } = await manager.call("GET", "/api/members");
    expect((body["items"] as { member_id: number }[]).map((item) => item.member_id)).toEqual([objects[HERE]?.member]);
  });

  it("the database holds them to it, should a statement forget", async () => {
    const scope = { ...SYSTEM_SCOPE, stores: [HERE] };
    const parties = await partiesThere();
    for (const table of ["profile", "party", "holding", "fact", "search_key"]) {
      const about = table === "profile" || table === "party" ? "member_id" : "party_id";
      const ids = about === "member_id" ? [objects[THERE]?.member] : parties;
      const count = `select count(*)::int as count from members.${table} t where t.${about} = any($1::bigint[])`;
      const seen = await ground().store.read(scope, (tx) => tx.one<{ count: number }>(count, [ids]));
      const there = await ground().store.read(SYSTEM_SCOPE, (tx) => tx.one<{ count: number }>(count, [ids]));
      expect([table, seen?.count, (there?.count ?? 0) > 0]).toEqual([table, 0, true]);
    }
    const tags = await ground().store.read(scope, (tx) => tx.query("select member_id from tags.current"));
    expect(tags.every((row) => row["member_id"] === objects[HERE]?.member)).toBe(true);
    await expect(ground().store.read(scope, (tx) => tx.query("select * from access.session"))).rejects.toThrow(
      /permission denied/,
    );
  });
});

async function partiesThere(): Promise<number[]> {
  const found = await rows<{ party_id: number }>(ground(), "select party_id from members.party where member_id = $1", [
    objects[THERE]?.member,
  ]);
  return found.map((row) => row.party_id);
}

const search = (person: PersonSession, typed: string) =>
  person.call("GET", `/api/members/search?q=${encodeURIComponent(typed)}`);

describe("a clerk at the till", () => {
  it("finds any member by exact phone or card, masked and counted, and may open that one for a quarter of an hour", async () => {
    const clerk = await staff.add("clerk", [HERE]);
    const member = String(objects[THERE]?.member);
    expect((await clerk.call("GET", `/api/members/${member}`)).status).toBe(404);
    const { body } = await search(clerk, PHONES[THERE]);
    expect(body["items"]).toMatchObject([{ member_id: Number(member), phone_masked: "139****5602" }]);
    expect(JSON.stringify(body)).not.toContain(PHONES[THERE]);
    expect((await clerk.call("GET", `/api/members/${member}`)).status).toBe(200);
    expect((await clerk.call("GET", "/api/members")).body).toMatchObject({ total: 1 });
    expect(((await search(clerk, CARDS[THERE])).body["items"] as unknown[]).length).toBe(1);
    const counted = await rows<{ count: number }>(
      ground(),
      "select count(*)::int as count from access.lookup l join access.person p using (person_id) where p.email = $1",
      [clerk.email],
    );
    expect(counted[0]?.count).toBe(2);
    world().clock.advance({ minutes: 16 });
    expect((await clerk.call("GET", `/api/members/${member}`)).status).toBe(404);
  });

  it.each([
    ["name", "司马青"],
    ["surname", "司马"],
    ["last four digits", "5602"],
    ["member number", () => String(objects[THERE]?.member)],
  ])("does not find those of other stores by %s", async (_, typed) => {
    const clerk = bound.get("clerk") as PersonSession;
    const { body } = await search(clerk, typeof typed === "string" ? typed : typed());
    expect(body["items"]).toEqual([]);
  });

  it("too many look-ups raise an alarm once, and then end", async () => {
    const clerk = await staff.add("clerk", [HERE]);
    const before = (n: number) =>
      ground().store.write(SYSTEM_SCOPE, (tx) =>
        tx.query(
          `insert into access.lookup (person_id, at) select person_id, $2 from access.person, generate_series(1, $3) where email = $1`,
          [clerk.email, ground().wall.now(), n],
        ),
      );
    await before(99);
    await search(clerk, PHONES[THERE]);
    await search(clerk, PHONES[THERE]);
    const alarms = await rows(ground(), "select 1 from access.audit where action = 'access.lookup_alarm'");
    expect(alarms.length).toBe(1);
    expect(await ground().metrics.metrics()).toContain("huitou_lookup_alarms_total 1");
    await before(200);
    expect((await search(clerk, PHONES[THERE])).body).toMatchObject({ status: 429, code: "access.lookup_limit" });
  });
});

const everyLevelFrom = (role: string, permission: string, from: string, outcome: string) =>
  ["L3", "L4"].filter((level) => level >= from).map((level) => ({ role, permission, level, outcome }));

describe("personal values", () => {
  const pages = () => [
    `/api/members/${String(objects[HERE]?.member)}`,
    "/api/members",
    `/api/members/search?q=${PHONES[HERE]}`,
    `/api/members/${String(objects[HERE]?.member)}/timeline`,
    "/api/joins",
    "/api/identity-conflicts",
  ];
  const holds = async (person: PersonSession) => {
    const texts = await Promise.all(pages().map(async (url) => JSON.stringify((await person.call("GET", url)).body)));
    return texts.join("\n");
  };

  it("are masked as shipped, clear where a cell allows it, and left out where it denies", async () => {
    const agent = bound.get("agent") as PersonSession;
    const masked = await holds(agent);
    expect(masked).not.toContain(PHONES[HERE]);
    expect(masked).not.toContain("欧阳明");
    expect(masked).toContain("138****5601");
    const set = (outcome: string) =>
      changeMatrix(security, staff.owner, {
        cells: ["members.read", "members.search"].flatMap((permission) => [
          { role: "agent", permission, level: "L3", outcome },
        ]),
      });
    await set("allow");
    const clear = await holds(agent);
    expect(clear).toContain(PHONES[HERE]);
    expect(clear).toContain("欧阳明");
    await set("step_up");
    expect(await holds(agent)).not.toContain(PHONES[HERE]);
    await set("deny");
    const none = await holds(agent);
    expect(none).not.toMatch(/138\*|欧阳|1988|female/);
  });

  it("conditions on a personal column need the column itself", async () => {
    const manager = bound.get("manager") as PersonSession;
    const condition = {
      node: "in",
      value: { node: "profile", relation: "members", column: "gender" },
      options: ["female"],
    };
    const count = () => manager.call("POST", "/api/segments/count", { condition });
    expect((await count()).status).toBe(200);
    await changeMatrix(security, staff.owner, {
      cells: everyLevelFrom("manager", "segments.read", "L3", "mask").filter((cell) => cell.level === "L3"),
    });
    expect((await count()).body).toMatchObject({ status: 403, code: "segments.condition_personal" });
  });
});
