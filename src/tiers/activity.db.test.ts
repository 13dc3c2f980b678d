import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { ACTIVITY_RULES } from "../../definitions/tiers/activity.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { type Engines, openEngines } from "../../tests/support/engines.ts";
import { id, memberOf, record, rows, send } from "../../tests/support/member-records.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { wholeCatalogue } from "../../tests/support/whole-catalogue.ts";
import { ensureSource, type Source } from "../ingest/index.ts";
import { build as q, checkedTree } from "../query/index.ts";
import { computeMonth, ensureActivity } from "./activity.ts";

const world = withDatabase();
let engines: Engines;
let owner: OwnerSession;
let till: Source;

beforeAll(async () => {
  const catalogue = await wholeCatalogue();
  engines = await openEngines(inject("postgres").admin_url, catalogue);
  owner = await signInOwner(world());
  till = await ensureSource(world().ground, { key: "till", name: "Till", kind: "rest" });
  await ensureActivity(world().ground);
});
afterAll(async () => {
  await engines.close();
  await owner.app.close();
});

describe("rules of activity that ship", () => {
  test.each(ACTIVITY_RULES.map((rule) => [rule.key, rule] as const))(
    "%s: its worked example holds on PostgreSQL, DuckDB and the evaluator",
    async (_, rule) => {
      const tree = checkedTree(rule.expression, world().ground.catalogue);
      await engines.load(rule.example.rows);
      const found = await engines.run({ value: tree }, rule.example.today);
      for (const engine of ["evaluator", "postgresql", "postgresql_given", "duckdb"] as const)
        expect(found[engine][0]?.["value"], engine).toBe(String(rule.example.value));
    },
  );
});

describe("a month", () => {
  const card = (who: number) => [id("card_no", `C${who}`)];
  const bought = (who: number, day: string) =>
    record("order", day, card(who), {
      order_no: `${who}-${day}`,
      lines: [{ sku: "tea", quantity: "1", unit_price: "10" }],
    });
  const member = async (who: number) => memberOf(world().ground, till, "card_no", `C${who}`);

  test("counts by sessions, purchases and comments as measures.md says, equal to plain SQL", async () => {
    const login = (who: number, at: string) => ({ ...record("login", "2026-11-01", card(who)), occurred_at: at });
    await send(world().ground, till, [
      // three log-ins within half an hour of each other are one session
      ...["02:00", "02:29", "02:58"].map((time) => login(1, `2026-11-03T${time}:00Z`)),
      ...["02:00", "02:31", "03:02"].map((time) => login(2, `2026-11-03T${time}:00Z`)),
      bought(3, "2026-11-05"),
      bought(4, "2026-11-05"),
      bought(4, "2026-11-06"),
      ...["2026-11-05", "2026-11-06", "2026-11-07"].map((day) => bought(5, day)),
      ...[1, 2, 3, 4, 5].map((n) => record("review", `2026-11-0${n}`, card(6), { rating: 5, sku: `T${n}` })),
      bought(7, "2026-10-31"),
    ]);
    expect(await computeMonth(world().ground, "2026-11")).toEqual({
      active: 4,
      active_member: 2,
      very_active: 2,
      by_login: 1,
      by_purchase: 3,
      by_content: 1,
    });
    const plain = await rows<{ active: number; very: number }>(
      world().ground,
      `with sessions as (
         select member_id, count(*) as n from (
           select member_id, occurred_at - lag(occurred_at) over (partition by member_id order by occurred_at) as gap
           from catalogue.events where kind = 'login' and business_day between '2026-11-01' and '2026-11-30') g
         where gap is null or gap > interval '30 minutes' group by 1),
       days as (select member_id, count(*) as n from catalogue.purchase_days where net_minor > 0 and business_day between '2026-11-01' and '2026-11-30' group by 1),
       comments as (select member_id, count(*) as n from catalogue.events where kind = 'review' and business_day between '2026-11-01' and '2026-11-30' group by 1)
       select count(*) filter (where s.n >= 3 or d.n >= 1) as active, count(*) filter (where d.n >= 3 or c.n >= 5) as very
       from catalogue.members m left join sessions s using (member_id) left join days d using (member_id) left join comments c using (member_id)`,
    );
    expect(plain).toEqual([{ active: 4, very: 2 }]);
    const { body } = await owner.get("/api/tiers/activity/members?month=2026-11&rule=very_active");
    const listed = (body as { items: { member_id: number }[] }).items.map((row) => row.member_id);
    expect(listed).toEqual([await member(5), await member(6)].toSorted((a, b) => a - b));
    const { months } = (await owner.get("/api/tiers/activity")).body as { months: Record<string, unknown>[] };
    expect(months[0]).toMatchObject({ month: "2026-11", is_closed: false, through_day: "2026-11-22" });
  });

  test("what a changed rule would give is what it gives when it is in force", async () => {
    const expression = q.atLeast(
      q.count("purchase_days", { where: q.compare(q.column("net_minor"), ">", 0), window: q.calendar("month") }),
      1,
    );
    const tried = await owner.post("/api/tiers/activity/active_member/what-if", { expression, month: "2026-11" });
    expect(tried.body).toEqual({ month: "2026-11", members: 3, before: 2, gained: 1, lost: 0 });
    const saved = await owner.post("/api/tiers/activity/active_member/versions", {
      expression,
      sentence_zh: "当月至少 1 个购买日。",
      sentence_en: "At least 1 purchase in the month.",
    });
    expect(saved).toMatchObject({ status: 201, body: { version: 2 } });
    expect((await computeMonth(world().ground, "2026-11"))["active_member"]).toBe(3);
    await ensureActivity(world().ground);
    expect((await owner.get("/api/tiers/activity")).body).toMatchObject({
      rules: [
        { rule: "active" },
        { rule: "active_member", version: 2, origin: "console" },
        { rule: "very_active" },
        {},
        {},
        {},
      ],
    });
  });

  test("a rule that is no condition, and a month to come, are refused in words", async () => {
    const wrong = await owner.post("/api/tiers/activity/active/what-if", {
      expression: q.count("orders"),
      month: "2026-11",
    });
    expect(wrong.body).toMatchObject({ code: "tiers.bad_rule", status: 422 });
    const early = await owner.post("/api/tiers/activity/compute", { month: "2026-12" });
    expect(early.body).toMatchObject({ code: "tiers.month_invalid" });
  });
});
