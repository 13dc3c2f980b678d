import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLASSIC_POINTS } from "../../../definitions/points/classic.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { type OwnerSession, signInOwner } from "../../../tests/support/owner.ts";
import { PointsShop } from "../../../tests/support/points-shop.ts";
import { runQueuedJobs } from "../../../tests/support/queued-jobs.ts";
import { addDays } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { type Command, Ledger, ledgerOf, type Programme, verifyLedger } from "../index.ts";
import { pointIndicators } from "../indicators.ts";
import type { BudgetView, Limit } from "./budget-view-store.ts";

const world = withDatabase();
const START = "2026-03-02";
let owner: OwnerSession;
let shop: PointsShop;
let names = 0;
let keys = 0;

const [per_yuan] = CLASSIC_POINTS.rules;
if (per_yuan?.kind !== "amount") throw new Error("the classic programme begins with an amount rule");

const tried = (more: Partial<Programme>): Programme => ({
  ...CLASSIC_POINTS,
  key: "tried",
  notice_days: 0,
  pending_days: 0,
  worth: { points: 3, minor: 10 },
  rules: [per_yuan],
  ...more,
});

const query = <Row>(text: string, values: readonly unknown[] = []) => shop.query<Row>(text, values);
const submit = (command: Command, ledger = ledgerOf(world().ground)) =>
  ledger.submit({ key: `budget ${(keys += 1)}`, command });

/** A budget of its own that only its limits hold. */
async function newBudget(limits: readonly Limit[], is_funded = false): Promise<string> {
  const budget = `budget_${(names += 1)}`;
  await shop.staySignedIn();
  expect((await owner.post("/api/points/budgets", { budget, is_funded })).status).toBe(201);
  const set = await put(budget, { limits });
  expect(set).toMatchObject({ status: 200, body: { budget, is_funded } });
  return budget;
}

async function put(budget: string, payload: object) {
  const url = `/api/points/budgets/${budget}/limits`;
  await shop.staySignedIn();
  const answer = await owner.app.inject({ method: "PUT", url, payload, headers: { cookie: owner.cookie } });
  return { status: answer.statusCode, body: answer.json() as BudgetView & { code?: string } };
}

async function viewOf(budget: string): Promise<BudgetView | undefined> {
  const { budgets } = (await owner.get("/api/points")).body as { budgets: BudgetView[] };
  return budgets.find((one) => one.budget === budget);
}

const usesOf = (budget: string) =>
  query<{ period_key: string; used: number; cap: number }>(
    `select period_key, used, cap from points.budget_use join points.account using (account_id) where name = $1 order by period_key`,
    [budget],
  );

beforeAll(async () => {
  owner = await signInOwner(world());
  shop = new PointsShop(world());
  shop.setDay(START);
  await shop.staySignedIn();
});
afterAll(() => owner.app.close());

/** A shop on its first day under rules. */
async function open(more: Partial<Programme>): Promise<void> {
  await shop.clear();
  shop.setDay(START);
  await shop.put(tried(more), START);
}

describe("a limit of a budget", () => {
  test("64 earn at once by four processes: the last units go exactly, and everybody else is told which limit is reached", async () => {
    const budget = await newBudget([{ period: "day", unit: "points", amount: 1_000 }]);
    const ledgers = Array.from({ length: 4 }, () => new Ledger(world().ground));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 64 }, (_, at) =>
        submit({ type: "earn", owner: 10_000 + at, points: 25, reference: `rush ${at}`, budget }, ledgers[at % 4]),
      ),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(40);
    const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
    expect(refused).toHaveLength(24);
    for (const reason of refused)
      expect(reason).toMatchObject({ code: "points.budget_limit_reached", params: { budget, wanted: 25, left: 0 } });
    expect(await usesOf(budget)).toEqual([{ period_key: START, used: 1_000, cap: 1_000 }]);
    expect((await viewOf(budget))?.limits).toMatchObject([{ used: 1_000, cap: 1_000, share: 10_000 }]);
    expect(await verifyLedger(world().ground.store)).toMatchObject({ ok: true, sum: 0 });
  });

  test("is a constraint: the database refuses more, whatever a plan forgot", async () => {
    const budget = await newBudget([{ period: "ever", unit: "points", amount: 10 }]);
    await submit({ type: "earn", owner: 10_100, points: 10, reference: "all of it", budget });
    const more = "update points.budget_use set used = used + 1 where cap = 10";
    await expect(query(more)).rejects.toThrow("budget_kept");
    await expect(query("update points.budget_use set used = -1 where cap = 10")).rejects.toThrow("used");
  });

  test("of each kind of period begins anew with it: day, ISO week, month, quarter, year; that of the whole life never", async () => {
    const kinds = ["day", "week", "month", "quarter", "year", "ever"] as const;
    const budget = await newBudget(kinds.map((period) => ({ period, unit: "points", amount: 1_000 })));
    const give = async (day: string) => {
      shop.setDay(day);
      await submit({ type: "earn", owner: 10_200, points: 1, reference: day, budget });
    };
    for (const day of ["2026-12-31", "2027-01-01", "2027-01-04", "2027-04-01"]) await give(day);
    const used = new Map((await usesOf(budget)).map((row) => [row.period_key, row.used]));
    expect(Object.fromEntries(used)).toEqual({
      "2026-12-31": 1,
      "2027-01-01": 1,
      "2027-01-04": 1,
      "2027-04-01": 1,
      "2026-W53": 2,
      "2027-W01": 1,
      "2027-W13": 1,
      "2026-12": 1,
      "2027-01": 2,
      "2027-04": 1,
      "2026-Q4": 1,
      "2027-Q1": 2,
      "2027-Q2": 1,
      "2026": 1,
      "2027": 3,
      ever: 4,
    });
    shop.setDay(START);
  });

  test("in money counts by what a point is worth: 3 points for 10 fen, and 100 yuan are 3,000 points", async () => {
    await open({});
    const budget = await newBudget([{ period: "month", unit: "minor", amount: 10_000 }]);
    await submit({ type: "earn", owner: 10_300, points: 2_999, reference: "nearly", budget });
    const one = { type: "earn", owner: 10_300, points: 1, reference: "last", budget } as const;
    await submit(one);
    await expect(submit(one)).rejects.toMatchObject({ code: "points.budget_limit_reached" });
    expect((await viewOf(budget))?.limits).toMatchObject([{ used: 3_000, cap: 3_000, used_minor: 10_000 }]);
  });

  test("in money is refused while nothing says what points are worth", async () => {
    await shop.clear();
    const budget = await newBudget([]);
    const set = await put(budget, { limits: [{ period: "month", unit: "minor", amount: 100 }] });
    expect(set).toMatchObject({ status: 409, body: { code: "points.worth_unknown" } });
  });

  test("can be raised, not set below what is used; twice the same period is no limit", async () => {
    const budget = await newBudget([{ period: "month", unit: "points", amount: 100 }]);
    await submit({ type: "earn", owner: 10_400, points: 80, reference: "most", budget });
    const less = await put(budget, { limits: [{ period: "month", unit: "points", amount: 79 }] });
    expect(less).toMatchObject({ status: 409, body: { code: "points.budget_below_used" } });
    const twice = await put(budget, { limits: [1, 2].map((amount) => ({ period: "month", unit: "points", amount })) });
    expect(twice).toMatchObject({ status: 422, body: { code: "points.limit_twice" } });
    const more = await put(budget, { limits: [{ period: "month", unit: "points", amount: 160 }] });
    expect(more.body.limits).toMatchObject([{ used: 80, cap: 160, share: 5_000 }]);
    expect((await put(budget, { limits: [] })).body.limits).toEqual([]);
  });
});

describe("rules, programmes and campaigns", () => {
  test("of a rule stop giving with the reason kept, and what was held back is given once the limit is raised", async () => {
    const budget = await newBudget([{ period: "day", unit: "points", amount: 100 }]);
    await open({ rules: [{ ...per_yuan, budget }] });
    const [anna, ben] = [await shop.newMember(), await shop.newMember()];
    const one = await shop.buy(anna, 8_000);
    await shop.buy(ben, 8_000);
    expect([await shop.has(anna), await shop.has(ben)]).toMatchObject([{ active: 80 }, { active: 0 }]);
    const { refused } = (await owner.get("/api/points")).body as { refused: unknown[] };
    expect(refused).toEqual([{ rule: "per_yuan", refused: "points.budget_limit_reached", points: 80, causes: 1 }]);
    await put(budget, { limits: [{ period: "day", unit: "points", amount: 160 }] });
    await shop.look(ben);
    expect(await shop.has(ben)).toMatchObject({ active: 80 });
    // a return frees what it had used of the day on which it was given, whenever it comes
    shop.setDay(addDays(START, 3));
    await shop.refundLine(anna, one, 5_000);
    expect(await usesOf(budget)).toEqual([{ period_key: START, used: 110, cap: 160 }]);
    // an order that turns out to be nobody's frees all of it
    await query("delete from trade.sales_order where order_id = $1", [one]);
    await shop.look(anna);
    expect(await usesOf(budget)).toEqual([{ period_key: START, used: 80, cap: 160 }]);
  });

  test("of a rule and of its programme count at once, by the day of the order, however late it comes", async () => {
    const [whole, own] = [
      await newBudget([{ period: "month", unit: "points", amount: 150 }]),
      await newBudget([{ period: "day", unit: "points", amount: 100 }]),
    ];
    await open({ budget: whole, rules: [{ ...per_yuan, budget: own }] });
    const carl = await shop.newMember();
    shop.setDay(addDays(START, 5));
    await shop.buy(carl, 9_000, START);
    await shop.buy(carl, 9_000, addDays(START, 1));
    expect(await shop.has(carl)).toMatchObject({ active: 90 });
    expect(await usesOf(own)).toEqual([{ period_key: START, used: 90, cap: 100 }]);
    expect(await usesOf(whole)).toEqual([{ period_key: "2026-03", used: 90, cap: 150 }]);
    await put(whole, { limits: [{ period: "month", unit: "points", amount: 180 }] });
    await shop.look(carl);
    expect(await shop.has(carl)).toMatchObject({ active: 180 });
  });

  test("a funded budget gives neither beyond its limit nor beyond what was put into it", async () => {
    const budget = await newBudget([{ period: "day", unit: "points", amount: 50 }], true);
    const give = (points: number) => submit({ type: "earn", owner: 10_500, points, reference: "both", budget });
    await expect(give(1)).rejects.toMatchObject({ code: "points.budget_exhausted" });
    await submit({ type: "fund", budget, points: 60, reference: "fund" });
    await expect(give(51)).rejects.toMatchObject({ code: "points.budget_limit_reached" });
    await give(50);
    shop.setDay(addDays(START, 1));
    await expect(give(11)).rejects.toMatchObject({ code: "points.budget_exhausted" });
    await give(10);
    shop.setDay(START);
  });

  test("a campaign gives as far as its budget reaches, names who is left out, and its undo frees the period", async () => {
    const budget = await newBudget([{ period: "week", unit: "points", amount: 250 }]);
    const people = [await shop.newMember(), await shop.newMember(), await shop.newMember()];
    const headers = { cookie: owner.cookie, "idempotency-key": "campaign" };
    const payload = { name: "道歉", audience: { member_ids: people }, points: 100, budget, reason: "late parcels" };
    const { bulk_id } = (await owner.app.inject({ method: "POST", url: "/api/points/grants", payload, headers })).json<{
      bulk_id: number;
    }>();
    await runQueuedJobs(world());
    const one = await owner.get(`/api/points/grants/${bulk_id}`);
    expect(one.body).toMatchObject({
      bulk: { given: 2, refused: 1 },
      exceptions: [{ owner: people[2], refused: "points.budget_limit_reached" }],
    });
    shop.setDay(addDays(START, 20));
    await shop.staySignedIn();
    await owner.post(`/api/points/grants/${bulk_id}/undo`, { spent: "leave", reason: "wrong" });
    await runQueuedJobs(world());
    expect(await usesOf(budget)).toEqual([{ period_key: "2026-W10", used: 0, cap: 250 }]);
    shop.setDay(START);
  });
});

test("the indicator warns at 80 % and rings at 100 % of the limit that is used most", async () => {
  const indicator = pointIndicators.find(({ name }) => name === "points.budget_used");
  const budget = await newBudget([
    { period: "day", unit: "points", amount: 100 },
    { period: "year", unit: "points", amount: 1_000 },
  ]);
  const { ground } = world();
  const read = () =>
    ground.store.read(SYSTEM_SCOPE, async (tx) => {
      const at = ground.clock.now();
      const readings = await indicator?.read({ tx, ground, at, world_at: at });
      return readings?.find(({ part }) => part === budget)?.value;
    });
  expect(await read()).toBe(0);
  await submit({ type: "earn", owner: 10_600, points: 79, reference: "a", budget });
  expect(await read()).toBeLessThan(indicator?.warn ?? 0);
  await submit({ type: "earn", owner: 10_600, points: 1, reference: "b", budget });
  expect(await read()).toBe(indicator?.warn);
  await submit({ type: "earn", owner: 10_600, points: 20, reference: "c", budget });
  expect(await read()).toBe(indicator?.alarm);
});
