import exceljs from "exceljs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { fillMetricShop } from "../../tests/support/metric-shop.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import type { TierShop } from "../../tests/support/tier-shop.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { closeDueMonths } from "./close.ts";
import { bringUpToDate, computeFigures, daysFrom } from "./compute.ts";
import { domain } from "./domain.ts";
import { writeDayFigures } from "./figure-store.ts";
import { fillHistory } from "./jobs.ts";
import { makeMorning, morningTable } from "./morning.ts";
import { markDays } from "./state-store.ts";
import type { DayFigure } from "./totals.ts";
import { isLate, metricsView } from "./view.ts";
import { morningWorkbook } from "./workbook.ts";

const world = withDatabase();
let shop: TierShop;
let owner: OwnerSession;

interface Month {
  readonly month: string;
  readonly value: number;
  readonly closed_value: number | null;
  readonly difference: number | null;
  readonly since_close: Record<string, number> | null;
}
const months = async (metric: string, month: string) => {
  const { body } = await owner.get(`/api/metrics/${metric}`);
  return (body as { months: Month[] }).months.find((row) => row.month === month);
};
const figures = () =>
  shop.query("select metric, day, part, code, numerator, denominator from metrics.day_figure order by 1, 2, 3, 4");
const mark = (days: readonly string[]) => world().ground.store.write(SYSTEM_SCOPE, (tx) => markDays(tx, days));

beforeAll(async () => {
  world().clock.set("2026-11-22T02:00:00Z");
  owner = await signInOwner(world());
  shop = await fillMetricShop(world(), 80, 95);
  await domain.ready?.(world().ground);
  await fillHistory(world().ground);
});
afterAll(() => owner.app.close());

describe("figures of days", () => {
  test("are there at the first start, and computing them again changes nothing", async () => {
    const before = await figures();
    expect(before.length).toBeGreaterThan(1000);
    await computeFigures(world().ground, {
      days: daysFrom("2026-11-01", "2026-11-21"),
      points: ["2026-11-21"],
      months: ["2026-11"],
    });
    expect(await figures()).toEqual(before);
  });

  test("of a day that two computations find missing at once are written by both, one after the other", async () => {
    const { store, clock } = world().ground;
    const written = { versions: new Map([["test_figure", 1]]), computed_at: clock.now() };
    const figure = {
      metric: "test_figure",
      day: "2026-11-21",
      part: "all",
      code: "",
      numerator: 1,
      denominator: null,
      value: 1,
    };
    let bothBegan = () => {};
    const began = new Promise<void>((done) => {
      bothBegan = done;
    });
    let writers = 0;
    const write = () =>
      store.write(SYSTEM_SCOPE, async (tx) => {
        writers += 1;
        if (writers === 2) bothBegan();
        await began;
        await writeDayFigures(tx, ["test_figure"], [figure.day], [figure as DayFigure], written);
        // the other one is at the same rows before this one commits
        await tx.query("select pg_sleep(0.2)");
      });
    await Promise.all([write(), write()]);
    const rows = await shop.query("select value from metrics.day_figure where metric = 'test_figure'");
    expect(rows).toHaveLength(1);
    await store.write(SYSTEM_SCOPE, (tx) => tx.query("delete from metrics.day_figure where metric = 'test_figure'"));
  });

  test("without anything new, bringing them up to date does nothing; a late order reaches its day and the days after", async () => {
    expect(await bringUpToDate(world().ground)).toEqual({ through_day: "2026-11-21", steps: 0 });
    const value = async (metric: string, day: string) =>
      (
        await shop.query<{ numerator: number }>(
          "select numerator from metrics.day_figure where metric = $1 and day = $2 and part = 'all'",
          [metric, day],
        )
      )[0]?.numerator;
    const [orders, members] = [await value("orders", "2026-11-19"), await value("monthly_repurchasers", "2026-11-21")];
    const [quiet] = await shop.query<{ member_id: number }>(
      `select member_id from catalogue.purchase_days where net_minor > 0 group by 1
       having max(business_day) < '2026-11-01' and count(distinct business_day) >= 2 order by 1 limit 1`,
    );
    await shop.order(quiet?.member_id ?? 0, "2026-11-19", 9900);
    await mark(["2026-11-19", "2026-11-22"]);
    await bringUpToDate(world().ground);
    expect(await value("orders", "2026-11-19")).toBe((orders ?? 0) + 1);
    expect(await value("monthly_repurchasers", "2026-11-21")).toBe((members ?? 0) + 1);
    expect(await shop.query("select day from metrics.dirty_day")).toEqual([{ day: "2026-11-22" }]);
  });
});

describe("a closed month", () => {
  test("keeps its figures; later orders and refunds appear as a restatement beside it, with their number", async () => {
    const before = await months("net_sales", "2026-10");
    expect(before).toMatchObject({ difference: 0, closed_value: before?.value });
    const day = (
      await shop.query(
        "select value from metrics.day_figure where metric = 'net_sales' and day = '2026-10-31' and part = 'all'",
      )
    )[0];
    await shop.order(1, "2026-10-31", 12_300);
    await shop.strayReturn(1, "2026-10-30", 300);
    await mark(["2026-10-30", "2026-10-31"]);
    await bringUpToDate(world().ground);
    expect(await months("net_sales", "2026-10")).toMatchObject({
      value: (before?.value ?? 0) + 12_000,
      closed_value: before?.value,
      difference: 12_000,
      since_close: { orders: 1, orders_minor: 12_300, refunds: 1, refunds_minor: 300 },
    });
    const after = (
      await shop.query(
        "select value from metrics.day_figure where metric = 'net_sales' and day = '2026-10-31' and part = 'all'",
      )
    )[0];
    expect(after).toEqual(day);
  });

  test("opens again only with a reason, audited, and then follows what is known until a person closes it", async () => {
    expect(await owner.post("/api/metrics/months/2026-10/reopen", {})).toMatchObject({ status: 400 });
    const opened = await owner.post("/api/metrics/months/2026-10/reopen", { reason: "补录十月底订单" });
    expect(opened).toMatchObject({ status: 202 });
    expect(await owner.post("/api/metrics/months/2026-10/reopen", { reason: "再来一次" })).toMatchObject({
      status: 409,
      body: { code: "metrics.month_open" },
    });
    await computeFigures(world().ground, {
      days: daysFrom("2026-10-01", "2026-10-31"),
      points: [],
      months: ["2026-10"],
    });
    expect(await months("net_sales", "2026-10")).toMatchObject({ closed_value: null, difference: null });
    expect(await closeDueMonths(world().ground, "first")).toEqual([]);
    expect(await owner.post("/api/metrics/months/2026-11/close")).toMatchObject({
      body: { code: "metrics.month_running" },
    });
    expect((await owner.app.inject({ method: "GET", url: "/api/metrics/months" })).statusCode).toBe(401);
    const [audit] = await shop.query<{ subject: Record<string, unknown> }>(
      "select subject from access.audit where action like '%months%' and subject->>'reason' is not null order by sequence desc limit 1",
    );
    expect(audit?.subject).toMatchObject({ month: "2026-10", reason: "补录十月底订单" });
  });

  test("closes by itself on the 5th at 06:00 of the brand's time zone, not before", async () => {
    const at = world().clock.now();
    world().clock.set("2026-12-04T21:59:00Z");
    expect(await closeDueMonths(world().ground)).toEqual([]);
    world().clock.set("2026-12-04T22:00:00Z");
    expect(await closeDueMonths(world().ground)).toEqual(["2026-11"]);
    expect(await closeDueMonths(world().ground)).toEqual([]);
    await shop.query("delete from metrics.month_close where month = '2026-11'");
    world().clock.set(at);
  });
});

describe("the table per store", () => {
  const table = async (query = "") =>
    (await owner.get(`/api/metrics/stores${query}`)).body as Awaited<ReturnType<typeof morningTable>>;

  test("adds up to the figures of everybody, keeps what it was made with, and says where there is no last year", async () => {
    const made = await table();
    expect(made).toMatchObject({
      day: "2026-11-21",
      last_year: { day: "2025-11-22", by: "weekday" },
      days: ["2026-11-21"],
    });
    expect(made.made_at).not.toBeNull();
    const live = await table("?day=2026-11-20");
    expect(live.made_at).toBeNull();
    const view = (await owner.get("/api/metrics?day=2026-11-20")).body as {
      items: { definition: { key: string }; numerator: number }[];
    };
    const whole = (key: string) => view.items.find((item) => item.definition.key === key)?.numerator;
    const sum = (pick: (row: (typeof live.rows)[number]) => number) =>
      live.rows.reduce((total, row) => total + pick(row), 0);
    expect(sum((row) => row.net_minor)).toBe(whole("net_sales"));
    expect(sum((row) => row.orders)).toBe(whole("orders"));
    expect(sum((row) => row.member_orders)).toBe(whole("joined_share"));
    expect(sum((row) => row.new_members)).toBe(whole("new_members"));
    await shop.query("insert into trade.store (store_code, name, is_stub) values ('S9', '新店', false)");
    const order = await shop.order(1, "2026-11-20", 500);
    await shop.query("update trade.sales_order set store_code = 'S9' where order_id = $1", [order]);
    await mark(["2026-11-20"]);
    await bringUpToDate(world().ground);
    const fresh = (await table("?day=2026-11-20")).rows.find((row) => row.store_code === "S9");
    expect(fresh).toMatchObject({ net_minor: 500, last_year_net_minor: null, last_year_month_net_minor: null });
    expect((await table()).rows.find((row) => row.store_code === "S9")).toBeUndefined();
    expect(await makeMorning(world().ground)).toBeUndefined();
  });

  test("a person of one store sees its rows and figures only", async () => {
    const scope = { regions: "all", stores: ["S1"], brands: "all" } as const;
    const { ground } = world();
    const [mine, view] = await ground.store.read(
      scope,
      async (tx) => [await morningTable(tx, ground, scope), await metricsView(tx, ground, scope)] as const,
    );
    expect(mine.rows.map((row) => row.store_code)).toEqual(["S1"]);
    const orders = view?.items.find((item) => item.definition.key === "orders");
    expect(orders?.numerator).toBe(mine.rows[0]?.orders);
    const all = (await owner.get("/api/metrics")).body as {
      items: { definition: { key: string }; numerator: number }[];
    };
    expect(orders?.numerator).toBeLessThan(all.items.find((item) => item.definition.key === "orders")?.numerator ?? 0);
  });

  test("as a workbook it has real numbers and a row of totals", async () => {
    const made = await table();
    const book = new exceljs.Workbook();
    await book.xlsx.load((await morningWorkbook(made, "zh")) as never);
    const sheet = book.worksheets[0];
    expect(sheet?.getRow(1).getCell(4).value).toBe("净销售额");
    expect(sheet?.getRow(made.rows.length + 2).getCell(1).value).toBe("合计");
    expect(sheet?.getRow(made.rows.length + 2).getCell(4).value).toBe(
      made.rows.reduce((sum, row) => sum + row.net_minor, 0) / 100,
    );
    expect(sheet?.getRow(2).getCell(7).numFmt).toBe("0.00%");
  });
});

test("figures are late when the last closed day has none by 09:30", () => {
  const { ground, clock } = world();
  const at = clock.now();
  clock.set("2026-11-22T01:29:00Z");
  expect(isLate(ground, "2026-11-20")).toBe(false);
  clock.set("2026-11-22T01:30:00Z");
  expect(isLate(ground, "2026-11-20")).toBe(true);
  expect(isLate(ground, "2026-11-21")).toBe(false);
  clock.set(at);
});
