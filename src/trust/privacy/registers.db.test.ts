import exceljs from "exceljs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { id, memberOf, record, rows, send } from "../../../tests/support/member-records.ts";
import { deliverAll } from "../../../tests/support/outbox.ts";
import { type PersonSession, type Staff, staffOf } from "../../../tests/support/people.ts";
import { ensureSource } from "../../ingest/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { fieldRegister, namedColumns } from "./field-register.ts";
import type { RegisterView } from "./register-view.ts";

const world = withDatabase();
const ground = () => world().ground;
let staff: Staff;
let officer: PersonSession;

beforeAll(async () => {
  staff = await staffOf(world());
  officer = await staff.add("privacy_officer");
});
afterAll(async () => staff.app.close());

const marketing = {
  activity: "marketing",
  purpose: "marketing",
  zh: "营销推送",
  en: "Marketing messages",
  data_classes: ["手机号", "消费记录"],
  legal_basis: "consent",
  retention_days: 1_095,
  recipients: ["短信服务商"],
  is_automated: true,
  is_sensitive: false,
  is_abroad: false,
};
const judged = (version: number) => ({
  activity: "marketing",
  version,
  triggers: ["automated_decision", "purpose"],
  necessity: "只向同意接收的会员发送，目的限于本品牌的商品与活动，数据为实现目的所必需。",
  effects: "可能打扰会员；误发会泄露会员身份。频次与时段受限，风险为中等。",
  measures: "发送前核对同意，撤回后一分钟内停止；手机号加密保存，只在发送时解封。",
  risk: "middle",
});
const textOf = (version: string) => ({
  purpose: "marketing",
  language: "zh",
  version,
  body: `我同意品牌通过短信向我发送商品与活动信息，可随时撤回。（${version}）`,
});

describe("a new purpose", () => {
  const call = async (url: string, body: unknown, who = officer) => {
    const answer = await who.call("POST", `/api/privacy/${url}`, body);
    return { status: answer.status, ...answer.body } as { status: number; code?: string; [name: string]: unknown };
  };

  it("rests on a purpose by consent alone: said before the database says it", async () => {
    for (const wrong of [
      { legal_basis: "consent", purpose: null },
      { legal_basis: "contract", purpose: "marketing" },
    ])
      expect(await call("activities", { ...marketing, ...wrong })).toMatchObject({
        status: 422,
        code: "privacy.purpose_and_basis",
      });
  });

  it("is not published without inventory row and approved assessment: told by the route, refused by the database", async () => {
    expect(await call("texts", textOf("v1"))).toMatchObject({ status: 201 });
    const key = { purpose: "marketing", language: "zh", version: "v1" };
    expect(await call("texts/publish", key)).toMatchObject({ status: 409, code: "privacy.purpose_unknown" });
    expect(await call("activities", marketing)).toMatchObject({ status: 201, version: 1 });
    const draft = { activity: "marketing", version: 1 };
    expect(await call("activities/publish", draft)).toMatchObject({ status: 409, code: "privacy.not_assessed" });
    const lacking = async () => {
      const { body } = await officer.call("GET", "/api/privacy/registers");
      const lists = body as unknown as Record<"activities" | "texts", { lacks: { code: string } | null }[]>;
      return [lists.activities[0]?.lacks?.code, lists.texts[0]?.lacks?.code];
    };
    expect(await call("texts/publish", key)).toMatchObject({ status: 409, code: "privacy.purpose_unpublished" });
    expect(await lacking()).toEqual(["privacy.not_assessed", "privacy.purpose_unpublished"]);
    const { assessment_id } = await call("assessments", judged(1));
    // the sentence names what is missing now, and the list says the same before anybody tries
    const waiting = await call("activities/publish", draft);
    expect(waiting).toMatchObject({ code: "privacy.assessment_waiting" });
    expect(waiting["detail_zh"]).toContain(`影响评估 № ${String(assessment_id)} 还没有批准`);
    expect((await call("texts/publish", key))["detail_zh"]).toContain("还缺影响评估的批准");
    expect(await lacking()).toEqual(["privacy.assessment_waiting", "privacy.purpose_unpublished"]);
    // who made it does not approve it, as long as somebody else can
    expect(await call(`assessments/${String(assessment_id)}/approve`, {})).toMatchObject({
      code: "privacy.own_assessment",
    });
    expect(await call(`assessments/${String(assessment_id)}/approve`, {}, staff.owner)).toMatchObject({ status: 200 });
    expect((await call("texts/publish", key))["detail_zh"]).toContain("还缺发布");
    // what was judged is what is published
    expect(await call("activities", marketing)).toMatchObject({ status: 409, code: "privacy.draft_approved" });
    expect(await call("activities/publish", draft)).toMatchObject({ status: 200 });
    expect(await call("texts/publish", key)).toMatchObject({ status: 200 });
    const byHand = ground().store.write(SYSTEM_SCOPE, (tx) =>
      tx.query(
        `insert into trust.consent_text (purpose, language, version, body, sha256, state, valid_from, made_at, published_at)
         select 'profiling', 'zh', 'x1', b, encode(sha256(convert_to(b, 'UTF8')), 'hex'), 'published', '2026-01-01', now(), now()
         from (select repeat('同意', 20) as b) t`,
      ),
    );
    await expect(byHand).rejects.toThrow("is in no published processing activity");
  });

  it("and each later version needs its own assessment; the one before becomes the past, unchanged", async () => {
    expect(await call("activities", { ...marketing, retention_days: 730 })).toMatchObject({ version: 2 });
    expect(await call("activities/publish", { activity: "marketing", version: 2 })).toMatchObject({
      code: "privacy.not_assessed",
    });
    const { assessment_id } = await call("assessments", judged(2));
    await call(`assessments/${String(assessment_id)}/approve`, {}, staff.owner);
    expect(await call("activities/publish", { activity: "marketing", version: 2 })).toMatchObject({ status: 200 });
    const states = await rows(ground(), "select version, state from trust.processing_activity order by version");
    expect(states).toEqual([
      { version: 1, state: "past" },
      { version: 2, state: "published" },
    ]);
    const change = (sql: string) => ground().store.write(SYSTEM_SCOPE, (tx) => tx.query(sql));
    await expect(
      change("update trust.processing_activity set retention_days = 9999 where version = 1"),
    ).rejects.toThrow("does not change");
    await expect(change("delete from trust.impact_assessment")).rejects.toThrow("stay");
    await expect(change("update trust.consent_text set body = repeat('x', 30)")).rejects.toThrow();
    const [kept] = await rows<{ years: number }>(
      ground(),
      "select min(extract(year from age(kept_until, approved_at)))::int as years from trust.impact_assessment",
    );
    expect(kept?.years).toBeGreaterThanOrEqual(3);
  });

  it("is shown with who drafted, approved and published it, and goes into a workbook with every version", async () => {
    const { body } = await staff.owner.call("GET", "/api/privacy/registers");
    const { activities, assessments, texts } = body as unknown as RegisterView;
    expect(activities.map(({ version, state, lacks }) => [version, state, lacks])).toEqual([
      [2, "published", null],
      [1, "past", null],
    ]);
    for (const row of [...activities, ...texts]) expect(row.made_name, "who drafted it").toBeTruthy();
    for (const { made_name, approved_name, may_approve } of assessments) {
      expect([made_name === approved_name, approved_name !== null, may_approve]).toEqual([false, true, false]);
    }
    const file = await staff.app.inject({
      url: "/api/privacy/registers.xlsx?language=zh",
      headers: { cookie: officer.cookie },
    });
    expect(file.statusCode).toBe(200);
    const book = new exceljs.Workbook();
    await book.xlsx.load(file.rawPayload as never);
    const read = (name: string) =>
      (book.getWorksheet(name)?.getSheetValues() ?? []).slice(2).map((row) => (row as unknown[]).slice(1));
    expect(read("处理活动").map((row) => [row[0], row[1], row[2], row[8]])).toEqual([
      ["marketing", 2, "生效", 730],
      ["marketing", 1, "历史", 1_095],
    ]);
    expect(read("影响评估").map((row) => row[3])).toEqual(["自动化决策、新的目的", "自动化决策、新的目的"]);
    expect(read("同意文本").map((row) => row[5])).toEqual([textOf("v1").body]);
  });

  it("lets a member agree to a text in force only, with its version as the proof", async () => {
    const crm = await ensureSource(ground(), { key: "crm", name: "CRM", kind: "rest" });
    await send(ground(), crm, [record("member", "2026-03-01", [id("crm_id", "T1")], { name: "王芳" })]);
    const member = await memberOf(ground(), crm, "crm_id", "T1");
    const { body } = await officer.call("POST", `/api/members/${member}/subject-token`);
    const agree = (text_version: string) =>
      staff.app.inject({
        method: "POST",
        url: "/api/member-rights/consents",
        headers: { authorization: `Bearer ${String(body["token"])}` },
        payload: { purpose: "marketing", medium: "sms", text_version },
      });
    expect((await agree("v9")).json()).toMatchObject({ code: "privacy.text_not_in_force" });
    expect((await agree("v1")).statusCode).toBe(200);
    // a version for a later day is published, and the one before still holds today
    await call("texts", textOf("v2"));
    const later = { purpose: "marketing", language: "zh", version: "v2", valid_from: "2099-01-01" };
    expect(await call("texts/publish", later)).toMatchObject({ status: 200 });
    expect((await agree("v2")).json()).toMatchObject({ code: "privacy.text_not_in_force" });
    expect((await agree("v1")).statusCode).toBe(200);
    await deliverAll(world());
    const [consent] = await rows(ground(), "select state, text_version from catalogue.consents where member_id = $1", [
      member,
    ]);
    expect(consent).toEqual({ state: "granted", text_version: "v1" });
  });
});

describe("the register of fields", () => {
  it("names every column of members and vault, and no other (PI-1)", async () => {
    const stored = await rows<{ name: string }>(
      ground(),
      `select c.table_schema || '.' || c.table_name || '.' || c.column_name as name
       from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
       where c.table_schema in ('members', 'vault') and t.table_type = 'BASE TABLE' order by 1`,
    );
    const named = namedColumns()
      .filter(({ table }) => !table.startsWith("ingest."))
      .map(({ table, column }) => `${table}.${column}`);
    expect(named.toSorted()).toEqual(stored.map(({ name }) => name).toSorted());
  });

  it("says purpose, label, legal basis and retention of each personal one, once", () => {
    const fields = fieldRegister();
    expect(fields.length).toBeGreaterThan(60);
    for (const field of fields) {
      expect(field.purpose_zh, field.column).toMatch(/[\u4e00-\u9fff]/);
      expect(["L2", "L3", "L4"], field.column).toContain(field.level);
      expect(field.days === null || field.days >= 30, field.column).toBe(true);
    }
    const names = namedColumns().map(({ table, column }) => `${table}.${column}`);
    expect(new Set(names).size).toBe(names.length);
  });
});
