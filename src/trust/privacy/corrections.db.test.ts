import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { id, memberOf, record, rows, send } from "../../../tests/support/member-records.ts";
import { deliverAll } from "../../../tests/support/outbox.ts";
import { type PersonSession, sessionOf, type Staff, staffOf } from "../../../tests/support/people.ts";
import { PASSWORD } from "../../../tests/support/sign-in.ts";
import { ensureSource, type Source } from "../../ingest/index.ts";
import { bookOf, settleTags } from "../../tags/index.ts";
import { forgetCorrections, UNDO_DAYS } from "./corrections.ts";

const world = withDatabase();
const ground = () => world().ground;
let staff: Staff;
let officer: PersonSession;
let crm: Source;
const members: number[] = [];

beforeAll(async () => {
  staff = await staffOf(world());
  officer = await staff.add("privacy_officer");
  crm = await ensureSource(ground(), { key: "crm", name: "CRM", kind: "rest" });
  for (const n of [1, 2, 3, 4]) {
    await send(ground(), crm, [
      record("member", "2026-03-01", [id("crm_id", `K${n}`), id("phone", `1391234560${n}`)], {
        name: "欧阳明",
        birthday: "1988-03-12",
        address: "浙江省杭州市西湖区龙井路1号",
        home_store_code: "HZ01",
      }),
    ]);
    members.push(await memberOf(ground(), crm, "crm_id", `K${n}`));
  }
  await settle();
});
afterAll(async () => staff.app.close());

const settle = async () => {
  await deliverAll(world());
  await settleTags(ground(), bookOf(ground()));
};
const member = (n: number) => members[n - 1] as number;
const one = async (request_id: number) => (await officer.call("GET", `/api/privacy/requests/${request_id}`)).body;
const act = (request_id: number, what: string, body: object = {}) =>
  officer.call("POST", `/api/privacy/requests/${request_id}/${what}`, body);

/** What the member's app asks for, by a token of theirs. */
async function ask(n: number, field: string, value: string): Promise<{ request_id: number; state: string }> {
  const made = await officer.call("POST", `/api/members/${member(n)}/subject-token`);
  const answer = await staff.app.inject({
    method: "POST",
    url: "/api/member-rights/requests",
    headers: { authorization: `Bearer ${String(made.body["token"])}` },
    payload: { kind: "correct", field, value },
  });
  return answer.json();
}
const page = async (n: number) => (await officer.call("GET", `/api/members/${member(n)}`)).body;
const fact = async (n: number, field: string) =>
  ((await page(n))["facts"] as { field: string; value_masked: string }[]).find((shown) => shown.field === field)
    ?.value_masked;
const found = async (name: string) => {
  const { body } = await staff.owner.call("GET", `/api/members/search?q=${encodeURIComponent(name)}`);
  return (body["items"] as { member_id: number }[]).map(({ member_id }) => member_id);
};
const monthOf = async (n: number) =>
  (
    await rows<{ month: string | null }>(
      ground(),
      "select value ->> 'birthday_month' as month from tags.current where member_id = $1",
      [member(n)],
    )
  )[0]?.month;

describe("a member's own word about who they are", () => {
  it("waits for a person, is then applied, found by its name, and proved without a value in it", async () => {
    const asked = await ask(1, "name", "上官婉儿");
    expect(asked).toMatchObject({ state: "verified" });
    expect(await fact(1, "name")).toBe("欧**");
    expect(await one(asked.request_id)).toMatchObject({ value: "上***", correction: null });
    expect((await act(asked.request_id, "handle")).body).toMatchObject({ state: "done" });
    await settle();
    expect(await fact(1, "name")).toBe("上***");
    expect(await found("上官婉儿")).toEqual([member(1)]);
    const shown = await one(asked.request_id);
    expect(shown).toMatchObject({ value: null, correction: { field: "name", before: "欧**", may_undo: true } });
    const proof = (await officer.call("GET", `/api/privacy/requests/${asked.request_id}/proof`)).body;
    expect(proof).toMatchObject({ kind: "correct", identity_check: "subject_token", outcome: { corrected: "name" } });
    const everything = JSON.stringify([
      await rows(ground(), "select * from trust.correction"),
      await rows(ground(), "select * from trust.rights_request"),
      await rows(ground(), "select * from trust.rights_step"),
      await rows(ground(), "select * from access.audit"),
      await rows(ground(), "select * from store.outbox"),
    ]);
    expect(everything).not.toMatch(/欧阳|上官/);
    const [kept] = await rows<{ before_sealed: Buffer }>(
      ground(),
      "select before_sealed from trust.correction where request_id = $1",
      [asked.request_id],
    );
    expect(kept?.before_sealed.includes(Buffer.from("欧阳"))).toBe(false);
    const audit = await rows<{ actor: string; action: string }>(
      ground(),
      "select actor, action from access.audit where subject::jsonb ->> 'request_id' = $1 and phase = 'done' order by sequence",
      [String(asked.request_id)],
    );
    expect(audit).toContainEqual({ actor: "member", action: "rights.ask" });
    expect(audit).toContainEqual({ actor: "privacy_officer", action: "post /api/privacy/requests/:request_id/handle" });
  });

  it("beats what a source says later, and the tag of a birthday follows it", async () => {
    expect(await monthOf(2)).toBe("3");
    const { request_id } = await ask(2, "birthday", "1988-11-02");
    await act(request_id, "handle");
    await settle();
    expect(await monthOf(2)).toBe("11");
    await send(ground(), crm, [
      record("member", "2026-04-01", [id("crm_id", "K2"), id("phone", "13912345602")], { birthday: "1988-03-12" }),
    ]);
    await settle();
    expect(await monthOf(2)).toBe("11");
    const [born] = await rows(ground(), "select birth_month, birth_day from members.profile where member_id = $1", [
      member(2),
    ]);
    expect(born).toEqual({ birth_month: 11, birth_day: 2 });
  });

  it("is taken back with a reason, once: the sources count again, and the value's key is gone", async () => {
    const { request_id } = await ask(3, "address", "浙江省宁波市鄞州区天童路88号");
    await act(request_id, "handle");
    expect(await fact(3, "address")).toBe("浙江省宁波市鄞州区***");
    const [{ token } = { token: "" }] = await rows<{ token: string }>(
      ground(),
      "select token from members.fact where field = 'address' and record_id in (select record_id from trust.correction where request_id = $1)",
      [request_id],
    );
    expect((await act(request_id, "undo", { reason: "x" })).status).toBe(400);
    expect((await act(request_id, "undo", { reason: "登记错了会员" })).body).toEqual({ request_id, undone: true });
    expect(await fact(3, "address")).toBe("浙江省杭州市西湖区***");
    expect(await rows(ground(), "select 1 from vault.sealed where token = $1", [token])).toEqual([]);
    expect((await act(request_id, "undo", { reason: "再来一次" })).body).toMatchObject({
      code: "privacy.undone_already",
    });
    expect((await one(request_id))["steps"]).toContainEqual(expect.objectContaining({ step: "undone" }));
    expect(await one(request_id)).toMatchObject({
      correction: { may_undo: false, undone_reason: "登记错了会员", before: "浙江省杭州市西湖区***" },
    });
  });

  it("is refused where it cannot be: what is no date, not yet, a placeholder; said when it is filed", async () => {
    for (const [field, value, words] of [
      ["birthday", "1988-02-30", "公历日期"],
      ["birthday", "2030-01-01", "还没有到"],
      ["name", "未知", "占位字"],
      ["name", "张*", "星号"],
      ["address", "杭州", "5 到 200"],
    ] as const) {
      const answer = await officer.call("POST", "/api/privacy/requests", {
        kind: "correct",
        member_id: member(4),
        via: "counter",
        field,
        value,
      });
      expect(answer.body).toMatchObject({ status: 422, code: "members.correction_invalid" });
      expect(answer.body["detail_zh"]).toContain(words);
    }
  });
});

describe("one field of a member", () => {
  it("waits for one correction at a time, however many file it at once; another field and another time are free", async () => {
    const file = (field: string, value: string) =>
      officer.call("POST", "/api/privacy/requests", {
        kind: "correct",
        member_id: member(3),
        via: "counter",
        field,
        value,
      });
    const answers = await Promise.all(["司徒一", "司徒二", "司徒三", "司徒四"].map((name) => file("name", name)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409]);
    const waiting = Number(answers.find(({ status }) => status === 201)?.body["request_id"]);
    for (const { body } of answers.filter(({ status }) => status === 409))
      expect(body).toMatchObject({ code: "privacy.request_open", params: { request_id: waiting } });
    expect((await file("address", "浙江省杭州市西湖区龙井路一号")).status).toBe(201);
    await act(waiting, "cancel");
    expect((await file("name", "司徒五")).status).toBe(201);
  });
});

describe("what a correction replaced", () => {
  it("goes with the member who is erased", async () => {
    const { request_id } = await ask(1, "name", "诸葛亮亮");
    await act(request_id, "handle");
    expect(await forgetCorrections(ground(), [member(1)])).toBe(2);
    expect(await one(request_id)).toMatchObject({ correction: { before: null } });
  });

  it("cannot be brought back after thirty days, and goes with its key when law asks for it no longer", async () => {
    const { request_id } = await ask(4, "name", "司马光");
    await act(request_id, "handle");
    // what names nobody needs nobody
    expect(await ask(4, "city", "宁波")).toMatchObject({ state: "done" });
    world().clock.advance({ days: UNDO_DAYS + 1 });
    const back = await staff.app.inject({
      method: "POST",
      url: "/api/session",
      payload: { email: officer.email, password: PASSWORD },
    });
    officer = sessionOf(staff.app, officer.email, String(back.headers["set-cookie"]).split(";")[0] ?? "");
    expect((await act(request_id, "undo", { reason: "太晚了" })).body).toMatchObject({ code: "privacy.undo_late" });
    expect(await forgetCorrections(ground(), null)).toBe(0);
    world().clock.advance({ days: 3 * 366 });
    expect(await forgetCorrections(ground(), null)).toBeGreaterThanOrEqual(3);
    const left = await rows(ground(), "select 1 from trust.correction where before_sealed is not null");
    expect(left).toEqual([]);
  });
});
