import { describe, expect, it } from "vitest";
import { ageParts } from "./age.ts";
import { withItem } from "./live.ts";
import type { TimelineItem } from "./member-data.ts";
import { folded, groupByDay, KIND_GROUPS, kindsOf, timelineSentence } from "./timeline-sentence.ts";
import { windowOfRows } from "./virtual-rows.ts";

const item = (kind: string, params: Record<string, unknown>, more: Partial<TimelineItem> = {}): TimelineItem => ({
  id: kind,
  at: "2026-11-22T02:00:00Z",
  kind,
  params,
  source: null,
  amount_minor: null,
  currency: "CNY",
  store_name: null,
  ...more,
});

describe("timeline sentences", () => {
  it("says an order with its store, items and products", () => {
    const order = item("order", { quantity: 2, products: ["正山小种", "桂花乌龙"] }, { store_name: "湖滨店" });
    expect(timelineSentence(order, "zh")).toBe("湖滨店 · 2 件 · 正山小种、桂花乌龙");
    expect(timelineSentence(order, "en")).toBe("湖滨店 · 2 items · 正山小种, 桂花乌龙");
  });
  it("says signed points, their reason and the balance", () => {
    const points = item("points_movement", { points: -1200, reason: "redeem", balance_after: 86 });
    expect(timelineSentence(points, "zh")).toBe("积分 −1,200 · 抵扣 · 余额 86");
  });
  it("says where a consent was given in words", () => {
    const consent = item("consent", { granted: true, purpose: "marketing", medium: "wechat", via: "mini_program" });
    expect(timelineSentence(consent, "zh")).toBe("同意 · 营销 · 微信 · 小程序");
  });
  it("has words in both languages for every kind that can be filtered", () => {
    for (const kind of Object.values(KIND_GROUPS).flat()) {
      const params = {
        name: "x",
        medium: "sms",
        stage: "sent",
        topic: "t",
        purpose: "marketing",
        product_name: "茶",
        store: "S",
      };
      const some = item(kind, params, { store_name: "湖滨店" });
      expect([kind, timelineSentence(some, "zh") !== "", timelineSentence(some, "en") !== ""]).toEqual([
        kind,
        true,
        true,
      ]);
    }
  });
  it("filters by groups and leaves out words it does not know", () => {
    expect(kindsOf("trade,message")).toBe("order,return,message,campaign,subscription");
    expect(kindsOf("toString,nothing")).toBe("");
  });
  it("folds neighbours said in the same words, never those with an amount", () => {
    const like = item("like", { direction: "received" });
    const paid = item("order", { quantity: 1 }, { amount_minor: 100 });
    expect(folded([like, like, paid, paid, like], "zh").map((line) => line.times)).toEqual([2, 1, 1, 1]);
  });
  it("groups by business day in the order given", () => {
    const days = groupByDay(
      [{ at: "b1" }, { at: "b2" }, { at: "a1" }].map((one) => ({ at: one.at })),
      () => "x",
    );
    expect(days).toEqual([{ day: "x", items: [{ at: "b1" }, { at: "b2" }, { at: "a1" }] }]);
  });
});

describe("live items", () => {
  const page = (...items: TimelineItem[]) => ({ pages: [{ items, next_cursor: null }], pageParams: [""] });
  const at = (id: string, hour: number): TimelineItem => ({
    ...item("like", {}),
    id,
    at: `2026-11-22T0${hour}:00:00Z`,
  });
  it("take their place by time and replace their earlier version", () => {
    const ids = (data: ReturnType<typeof withItem>) => data?.pages.flatMap((one) => one.items.map((some) => some.id));
    expect(ids(withItem(page(at("c", 5), at("a", 1)), at("b", 3)))).toEqual(["c", "b", "a"]);
    expect(ids(withItem(page(at("c", 5), at("a", 1)), at("d", 7)))).toEqual(["d", "c", "a"]);
    expect(ids(withItem(page(at("c", 5), at("a", 1)), at("a", 6)))).toEqual(["a", "c"]);
    expect(ids(withItem(page(), at("a", 1)))).toEqual(["a"]);
    expect(withItem(undefined, at("a", 1))).toBeUndefined();
  });
});

describe("ages and rows", () => {
  it("counts years, months and days as people do", () => {
    expect(ageParts("2024-07-23", "2026-11-22")).toMatchObject({ years: 2, months: 3 });
    expect(ageParts("2024-07-22", "2026-11-22")).toMatchObject({ years: 2, months: 4 });
    expect(ageParts("2026-11-02", "2026-11-22")).toEqual({ years: 0, months: 0, days: 20 });
  });
  it("keeps only the rows in sight of a long list, and heights for the rest", () => {
    const view = windowOfRows(1_000_000, 40, 400_000, 900);
    expect(view.last - view.first).toBeLessThan(50);
    expect(view.before + view.after + (view.last - view.first) * 40).toBe(40_000_000);
    expect(windowOfRows(3, 40, 0, 900)).toEqual({ first: 0, last: 3, before: 0, after: 0 });
    expect(windowOfRows(0, 40, 500, 900)).toEqual({ first: 0, last: 0, before: 0, after: 0 });
  });
});
