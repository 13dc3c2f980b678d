import { describe, expect, it } from "vitest";
import type { StoreRow } from "./metrics-data.ts";
import { linesOf } from "./store-rows.ts";

const row = (store_code: string, region_name: string | null, net_minor: number, last: number | null): StoreRow => ({
  store_code,
  store_name: store_code,
  region_code: region_name,
  region_name,
  orders: 1,
  member_orders: 1,
  net_minor,
  new_members: 0,
  month_orders: 1,
  month_member_orders: 1,
  month_net_minor: net_minor,
  month_new_members: 0,
  last_year_net_minor: last,
  last_year_month_net_minor: last,
});
const rows = [row("A", "East", 100, 50), row("B", "West", 300, 100), row("C", "East", 400, null)];

describe("rows of the table per store", () => {
  it("stand in the order asked for; without a last year a store is last", () => {
    expect(linesOf(rows, "net", true, false).map((line) => line.row.store_code)).toEqual(["C", "B", "A"]);
    expect(linesOf(rows, "change", true, false).map((line) => line.row.store_code)).toEqual(["B", "A", "C"]);
  });

  it("stand under their regions, whose sums add up", () => {
    const lines = linesOf(rows, "net", true, true);
    expect(lines.map((line) => line.key)).toEqual(["r:East", "s:C", "s:A", "r:West", "s:B"]);
    expect(lines.filter((line) => line.kind === "region").map((line) => line.row.net_minor)).toEqual([500, 300]);
    expect(lines[0]?.row.last_year_net_minor).toBeNull();
  });
});
