import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { id, memberOf, record, rows, send } from "../../tests/support/member-records.ts";
import { eraseNow } from "../../tests/support/erase-member.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { beyondOwn, offerSetup } from "../access/index.ts";
import { ensureSource, type Source } from "../ingest/index.ts";
import { makeServer } from "../server.ts";

import { searchMembers } from "./search-store.ts";

const world = withDatabase();
const ground = () => world().ground;
let app: FastifyInstance;
let cookie = "";
let crm: Source;
let pos: Source;
let mini: Source;

beforeAll(async () => {
  app = await makeServer(world().composition, { ready: true });
  await app.ready();
  const token = await offerSetup(ground());
  const owner = { brand_name: "山野茶", name: "林", email: "lin@tea.cn", password: "longjing-spring-1987" };
  const done = await app.inject({ method: "POST", url: "/api/setup", payload: { token, ...owner } });
  cookie = String(done.headers["set-cookie"]).split(";")[0] ?? "";
  crm = await ensureSource(ground(), { key: "crm", name: "CRM", kind: "rest" });
  pos = await ensureSource(ground(), { key: "pos", name: "POS", kind: "rest" });
  mini = await ensureSource(ground(), { key: "mini", name: "小程序", kind: "rest" });
  await send(ground(), crm, [
    record("member", "2026-03-01", [id("crm_id", "C100"), id("phone", "13812345678")], {
      name: "欧阳明",
      birthday: "1988-03-12",
      gender: "female",
      city: "杭州",
      home_store_code: "HZ01",
      consents: [{ purpose: "marketing", channel: "sms", granted: true }],
    }),
  ]);
  await send(ground(), pos, [
    record("member", "2026-03-02", [id("card_no", "88001234"), id("phone", "+86 138-1234-5678")], {
      name: "欧阳明",
      city: "宁波",
    }),
  ]);
  await send(ground(), mini, [
    record("login", "2026-03-03", [
      id("openid", "oXYZ00000001"),
      id("phone", "008613812345678"),
      id("email", "Ming@Tea.cn"),
    ]),
    record("search", "2026-03-04", [id("openid", "oXYZ00000001")], { keyword: "大红袍" }),
    record("review", "2026-03-05", [id("openid", "oXYZ00000001")], {
      rating: 5,
      text: "好茶，找我 13900001111",
      sku: "T1",
    }),
  ]);
});
afterAll(async () => app.close());

async function call(method: "GET" | "POST" | "DELETE", url: string, payload?: Record<string, unknown>) {
  const answer = await app.inject({ method, url, headers: { cookie }, ...(payload === undefined ? {} : { payload }) });
  return { status: answer.statusCode, body: answer.body === "" ? null : answer.json() };
}

const searched = async (q: string) => (await call("GET", `/api/members/search?q=${encodeURIComponent(q)}`)).body;

describe("search", () => {
  it.each([
    ["13812345678", "phone"],
    ["138 1234 5678", "phone"],
    ["+86 138-1234-5678", "phone"],
    ["008613812345678", "phone"],
    ["5678", "phone_last4"],
    ["88001234", "card_no"],
    ["C100", "crm_id"],
    ["ming@tea.cn", "email"],
    ["欧阳明", "name"],
    ["欧阳", "surname"],
    ["欧阳女士", "surname"],
  ])("finds a member by %s, understood as %s", async (q, understood_as) => {
    const answer = await searched(q);
    expect(answer).toMatchObject({ understood_as, items: [{ name_masked: "欧**", phone_masked: "138****5678" }] });
    expect(answer.items).toHaveLength(1);
  });

  it("finds nothing by a part, and says how it was understood", async () => {
    expect(await searched("1381234567")).toMatchObject({ items: [] });
    expect(await searched("阳明")).toEqual({ understood_as: "name", items: [], more: false });
    expect(await searched("0000")).toMatchObject({ understood_as: "phone_last4", items: [] });
  });

  it("a person of one store finds anybody by a whole number, but by four digits or a name only that store's members", async () => {
    const found = async (typed: string, stores: string[]) => {
      const scope = { regions: "all", stores, brands: "all" } as const;
      const answer = await ground().store.read(beyondOwn(scope), (tx) => searchMembers(tx, ground(), typed, scope));
      return answer.items.length;
    };
    for (const typed of ["5678", "欧阳明", "欧阳"]) {
      expect(await found(typed, ["HZ01"])).toBe(1);
      expect(await found(typed, ["SH01"])).toBe(0);
    }
    expect(await found("13812345678", ["SH01"])).toBe(1);
    expect(await found("88001234", ["SH01"])).toBe(1);
  });

  it("is audited, without what was typed", async () => {
    await searched("13812345678");
    const [row] = await rows<{ subject: Record<string, unknown> }>(
      ground(),
      "select subject from access.audit where action = 'members.search' order by sequence desc limit 1",
    );
    expect(row?.subject).toMatchObject({ understood_as: "phone" });
    expect(JSON.stringify(row)).not.toContain("13812345678");
  });
});

describe("the page of a member", () => {
  it("shows identities, facts with sources and contradictions, consents, joins; nothing in clear", async () => {
    const member = await memberOf(ground(), crm, "crm_id", "C100");
    const { body } = await call("GET", `/api/members/${member}`);
    expect(body).toMatchObject({ member_id: member, name_masked: "欧**", home_store: "HZ01", flags: [] });
    expect(body.identities.map((one: { kind: string }) => one.kind).sort()).toEqual([
      "card_no",
      "crm_id",
      "email",
      "openid",
      "phone",
    ]);
    const city = body.facts.find((fact: { field: string }) => fact.field === "city");
    expect(city).toMatchObject({
      zh: "城市",
      value_masked: "宁波",
      source: "POS",
      others: [{ value_masked: "杭州", source: "CRM" }],
    });
    expect(body.facts.find((fact: { field: string }) => fact.field === "name").others).toEqual([]);
    const gender = body.facts.find((fact: { field: string }) => fact.field === "gender");
    expect(gender).toMatchObject({ value_masked: "female", words: { zh: "女", en: "Female" } });
    expect(body.consents).toMatchObject([{ purpose: "marketing", medium: "sms", state: "unproven", source: "CRM" }]);
    expect(body.reachable).toContainEqual({ medium: "sms", ok: false, reason: "consent_unproven" });
    expect(body.joins).toHaveLength(2);
    expect(body.joins[0]).toMatchObject({
      rule: "same_phone",
      evidence: [{ kind: "phone", masked: "138****5678" }],
      undoable: true,
    });
    expect(JSON.stringify(body)).not.toMatch(/13812345678|欧阳明|88001234|1988-03-12|ming@tea/i);
  });

  it("answers under every number the member was ever called by", async () => {
    const member = await memberOf(ground(), crm, "crm_id", "C100");
    const parties = await rows<{ party_id: number }>(
      ground(),
      "select party_id from members.party where member_id = $1",
      [member],
    );
    for (const { party_id } of parties)
      expect((await call("GET", `/api/members/${party_id}`)).body.member_id).toBe(member);
    expect((await call("GET", "/api/members/999999")).body.code).toBe("members.not_found");
  });

  it("tells the timeline newest first, by cursor and by kind, with texts masked", async () => {
    const member = await memberOf(ground(), crm, "crm_id", "C100");
    const kinds: string[] = [];
    let cursor = "";
    do {
      const { body } = await call("GET", `/api/members/${member}/timeline?limit=2&cursor=${cursor}`);
      kinds.push(...body.items.map((item: { kind: string }) => item.kind));
      cursor = body.next_cursor ?? "";
    } while (cursor !== "");
    expect(kinds.filter((kind) => kind !== "join")).toEqual(["review", "search", "login"]);
    expect(kinds.filter((kind) => kind === "join")).toHaveLength(2);
    const { body } = await call("GET", `/api/members/${member}/timeline?kinds=search,review`);
    expect(body.items).toMatchObject([
      { kind: "review", params: { rating: 5 }, detail: "好茶，找我 139****1111", source: "小程序" },
      { kind: "search", params: { keyword: "大红袍" } },
    ]);
  });

  it("sends what happens to a live page within a second", async () => {
    const member = await memberOf(ground(), crm, "crm_id", "C100");
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    const stop = new AbortController();
    const stream = await fetch(`${address}/api/members/${member}/live`, { headers: { cookie }, signal: stop.signal });
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    await send(ground(), mini, [record("browse", "2026-03-06", [id("openid", "oXYZ00000001")], { page: "home" })]);
    let heard = "";
    while (!heard.includes("event: timeline")) heard += (await reader?.read())?.value ?? "";
    expect(heard).toContain('"kind":"browse"');
    stop.abort();
  });
});

describe("the list", () => {
  it("pages by cursor in every order without losing or repeating anybody", async () => {
    await send(
      ground(),
      pos,
      Array.from({ length: 25 }, (_, i) =>
        record("member", `2026-01-${String(1 + (i % 9)).padStart(2, "0")}`, [id("card_no", `L${i}`)], {
          city: i % 2 === 0 ? "上海" : "苏州",
        }),
      ),
    );
    const everybody = await rows<{ member_id: number }>(ground(), "select member_id from members.profile");
    for (const sort of ["joined", "last_order", "net", "orders"]) {
      const seen: number[] = [];
      let cursor = "";
      do {
        const { body } = await call("GET", `/api/members?sort=${sort}&limit=7&cursor=${cursor}`);
        expect(body).toMatchObject({ total: everybody.length, total_exact: true });
        seen.push(...body.items.map((item: { member_id: number }) => item.member_id));
        cursor = body.next_cursor ?? "";
      } while (cursor !== "");
      expect(seen.toSorted((a, b) => a - b)).toEqual(everybody.map((row) => row.member_id).toSorted((a, b) => a - b));
    }
    expect((await call("GET", "/api/members?city=苏州")).body.total).toBe(12);
    expect((await call("GET", "/api/members?cursor=nonsense")).body.code).toBe("members.cursor_invalid");
  });
});

describe("what people decide", () => {
  it("takes a join back exactly, keeps it so, and joins again when a person says so", async () => {
    const member = await memberOf(ground(), crm, "crm_id", "C100");
    const before = (await call("GET", `/api/members/${member}`)).body;
    const join = before.joins.find((one: { parties: { kind: string }[] }) =>
      one.parties.some((party) => party.kind === "openid"),
    );
    expect((await call("POST", `/api/joins/${join.join_id}/undo`, { reason: "两个人" })).status).toBe(200);
    const apart = await memberOf(ground(), mini, "openid", "oXYZ00000001");
    expect(apart).not.toBe(member);
    expect(apart).toBe(join.member_absorbed);
    const left = (await call("GET", `/api/members/${apart}`)).body;
    expect(left.identities.map((one: { kind: string }) => one.kind).sort()).toEqual(["email", "openid", "phone"]);
    const timeline = (await call("GET", `/api/members/${apart}/timeline?kinds=login,search,review`)).body;
    expect(timeline.items).toHaveLength(3);
    expect((await call("POST", `/api/joins/${join.join_id}/undo`, { reason: "again" })).body.code).toBe(
      "members.join_already_undone",
    );
    // The same evidence comes again: it stays apart.
    await send(ground(), mini, [
      record("login", "2026-04-03", [id("openid", "oXYZ00000001"), id("phone", "13812345678")]),
    ]);
    expect(await memberOf(ground(), mini, "openid", "oXYZ00000001")).toBe(apart);
    const again = await call("POST", "/api/joins", { member_ids: [member, apart], reason: "同一个人" });
    expect(again.status).toBe(200);
    expect(await memberOf(ground(), mini, "openid", "oXYZ00000001")).toBe(member);
  });

  it("settles a conflict either way, and the decision outlives new evidence", async () => {
    await send(ground(), crm, [
      record("member", "2026-05-01", [id("crm_id", "F1"), id("phone", "13900000011")], {
        name: "赵敏",
        birthday: "1975-08-21",
      }),
    ]);
    await send(ground(), pos, [
      record("member", "2026-05-02", [id("card_no", "F2"), id("phone", "13900000011")], {
        name: "张三丰",
        birthday: "1979-10-02",
      }),
    ]);
    const queue = (await call("GET", "/api/identity-conflicts")).body;
    const conflict = queue.items.find((item: { conflict: string }) => item.conflict === "person_differs");
    expect(conflict).toMatchObject({ hard: true, evidence: [{ kind: "phone", masked: "139****0011" }], state: "open" });
    expect(conflict.members).toHaveLength(2);
    const resolve = (decision: string) =>
      call("POST", `/api/identity-conflicts/${conflict.conflict_id}/resolve`, { decision, reason: "打过电话" });
    expect((await resolve("join")).status).toBe(200);
    const member = await memberOf(ground(), crm, "crm_id", "F1");
    expect(await memberOf(ground(), pos, "card_no", "F2")).toBe(member);
    expect((await resolve("join")).body.code).toBe("members.conflict_settled");
    await send(ground(), pos, [
      record("member", "2026-05-05", [id("card_no", "F2"), id("phone", "13900000011")], {
        name: "张三丰",
        birthday: "1979-10-02",
      }),
    ]);
    expect(await memberOf(ground(), pos, "card_no", "F2")).toBe(member);
    const page = (await call("GET", `/api/members/${member}`)).body;
    expect(page.joins[0]).toMatchObject({ rule: "decided_by_person", undoable: true });
    expect((await call("POST", `/api/joins/${page.joins[0].join_id}/undo`, { reason: "弄错了" })).status).toBe(200);
    expect(await memberOf(ground(), pos, "card_no", "F2")).not.toBe(member);
  });

  it("lists quarantined values and lets one go", async () => {
    const surnames = "钱孙李周吴郑";
    for (const [n, surname] of [...surnames].entries()) {
      await send(ground(), pos, [
        record("member", "2026-06-01", [id("card_no", `Q${n}`), id("phone", "13900000055")], {
          name: `${surname}国强`,
        }),
      ]);
    }
    const { body } = await call("GET", "/api/identity-values/quarantined");
    expect(body.items).toMatchObject([{ kind: "phone", masked: "139****0055", reason: "shared", holders: 6 }]);
    const released = await call("POST", `/api/identity-values/${body.items[0].value_id}/release`, {
      reason: "公司总机",
    });
    expect(released.status).toBe(204);
    expect((await call("GET", "/api/identity-values/quarantined")).body.items).toEqual([]);
  });

  it("bars a value by hand: what rests on it is taken back", async () => {
    await send(ground(), crm, [record("member", "2026-05-01", [id("crm_id", "B1"), id("phone", "13900000122")])]);
    await send(ground(), pos, [record("member", "2026-05-02", [id("card_no", "B2"), id("phone", "13900000122")])]);
    const member = await memberOf(ground(), crm, "crm_id", "B1");
    expect(await memberOf(ground(), pos, "card_no", "B2")).toBe(member);
    const { identities } = (await call("GET", `/api/members/${member}`)).body;
    const phone = identities.find((one: { kind: string }) => one.kind === "phone");
    const barred = await call("POST", `/api/identity-values/${phone.value_id}/quarantine`, { reason: "前台座机" });
    expect(barred.status).toBe(204);
    expect(await memberOf(ground(), pos, "card_no", "B2")).not.toBe(member);
    expect((await call("POST", "/api/identity-values/nobody/quarantine", { reason: "x" })).body.code).toBe(
      "members.value_unknown",
    );
  });

  it("changes a number at the counter only after the second check", async () => {
    await send(ground(), crm, [
      record("member", "2026-05-01", [id("crm_id", "P1"), id("phone", "13900000088")], {
        name: "钱多多",
        birthday: "1990-05-06",
      }),
    ]);
    const member = await memberOf(ground(), crm, "crm_id", "P1");
    const change = (check: Record<string, string>, new_phone = "13900000099") =>
      call("POST", `/api/members/${member}/phone-change`, { new_phone, check, reason: "柜台办理" });
    expect((await change({ kind: "birthday", value: "1990-05-07" })).body.code).toBe("members.second_check_failed");
    expect((await change({ kind: "birthday", value: "1990-05-06" }, "138****0000")).body.code).toBe(
      "members.phone_invalid",
    );
    expect((await change({ kind: "birthday", value: "1990-05-06" }, "13900000011")).body.code).toBe(
      "members.phone_taken",
    );
    expect((await change({ kind: "birthday", value: "1990-05-06" })).body).toEqual({
      member_id: member,
      phone_masked: "139****0099",
    });
    expect((await searched("13900000099")).items).toMatchObject([{ member_id: member }]);
    // The number given up goes out again: its next owner is somebody else.
    await send(ground(), mini, [
      {
        ...record("login", "2026-11-23", [id("openid", "oNEXTOWNER01"), id("phone", "13900000088")]),
        occurred_at: "2026-11-23T01:00:00Z",
      },
    ]);
    expect(await memberOf(ground(), mini, "openid", "oNEXTOWNER01")).not.toBe(member);
  });

  it("sets flags that every domain reads, and a person's word beats the sources", async () => {
    await send(ground(), crm, [
      record("member", "2026-05-01", [id("crm_id", "S1")], { flag: "wholesale", city: "上海" }),
    ]);
    const member = await memberOf(ground(), crm, "crm_id", "S1");
    const excluded = () =>
      rows<{ is_excluded: boolean }>(ground(), "select is_excluded from catalogue.parties where member_id = $1", [
        member,
      ]);
    expect(await excluded()).toEqual([{ is_excluded: true }]);
    await call("POST", `/api/members/${member}/flags`, { flag: "wholesale", holds: false, reason: "已转零售" });
    await call("POST", `/api/members/${member}/facts`, { field: "city", value: "苏州", reason: "会员更正" });
    expect(await excluded()).toEqual([{ is_excluded: false }]);
    await send(ground(), crm, [
      record("member", "2026-06-01", [id("crm_id", "S1")], { flag: "wholesale", city: "上海" }),
    ]);
    expect(await excluded()).toEqual([{ is_excluded: false }]);
    expect(await rows(ground(), "select city from catalogue.members where member_id = $1", [member])).toEqual([
      { city: "苏州" },
    ]);
  });

  it("erases a member: keys destroyed, nothing found, what others share stays theirs", async () => {
    await send(ground(), crm, [
      record("member", "2026-05-01", [id("crm_id", "E1"), id("phone", "13900000111")], {
        name: "郑和",
        address: "厦门市思明区一路 1 号",
      }),
    ]);
    await send(ground(), crm, [record("review", "2026-05-02", [id("crm_id", "E1")], { text: "很好", rating: 5 })]);
    const member = await memberOf(ground(), crm, "crm_id", "E1");
    const erased = await eraseNow(ground(), member);
    expect(erased.keys_destroyed).toBeGreaterThanOrEqual(5);
    expect((await searched("13900000111")).items).toEqual([]);
    expect((await searched("郑和")).items).toEqual([]);
    expect((await call("GET", `/api/members/${member}`)).status).toBe(404);
    const told = await rows(ground(), "select payload from store.outbox where type = 'members.erased'");
    expect(told).toEqual([{ payload: { member_id: member, party_ids: [member] } }]);
    await send(ground(), crm, [
      record("member", "2026-07-01", [id("crm_id", "E1"), id("phone", "13900000111")], { name: "郑和" }),
    ]);
    expect((await searched("13900000111")).items).toMatchObject([{ name_masked: "郑*" }]);
  });
});
