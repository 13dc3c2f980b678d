import type { StoreRow } from "./metrics-data.ts";

export const SORTS = [
  "net",
  "orders",
  "average",
  "share",
  "new",
  "change",
  "month_net",
  "month_change",
  "month_new",
] as const;
export type SortKey = (typeof SORTS)[number];

export interface Line {
  readonly kind: "store" | "region";
  readonly key: string;
  readonly region: string | null;
  readonly name: string | null;
  readonly row: StoreRow;
}

/** now ÷ then − 1; null without a year before. */
export function change(now: number, then: number | null): number | null {
  return then === null || then === 0 ? null : now / then - 1;
}

export function sortValue(row: StoreRow, key: SortKey): number {
  switch (key) {
    case "net":
      return row.net_minor;
    case "orders":
      return row.orders;
    case "average":
      return row.orders === 0 ? -1 : row.net_minor / row.orders;
    case "share":
      return row.orders === 0 ? -1 : row.member_orders / row.orders;
    case "new":
      return row.new_members;
    case "change":
      return change(row.net_minor, row.last_year_net_minor) ?? -Infinity;
    case "month_net":
      return row.month_net_minor;
    case "month_change":
      return change(row.month_net_minor, row.last_year_month_net_minor) ?? -Infinity;
    case "month_new":
      return row.month_new_members;
  }
}

/** Stores in the order asked for, under their regions with the sums of each where they are grouped. */
export function linesOf(rows: readonly StoreRow[], sort: SortKey, descending: boolean, grouped: boolean): Line[] {
  const sign = descending ? -1 : 1;
  const order = (a: StoreRow, b: StoreRow) => {
    // what belongs to no store stands below those that can be compared
    if ((a.region_name === null) !== (b.region_name === null)) return a.region_name === null ? 1 : -1;
    const [x, y] = [sortValue(a, sort), sortValue(b, sort)];
    return (x === y ? 0 : x < y ? -sign : sign) || (a.store_code < b.store_code ? -1 : 1);
  };
  const line = (row: StoreRow): Line => ({
    kind: "store",
    key: `s:${row.store_code}`,
    region: row.region_name,
    name: row.store_name,
    row,
  });
  if (!grouped) return rows.toSorted(order).map(line);
  const regions = [...new Set(rows.map((row) => row.region_name))];
  const groups = regions.map((region) => {
    const list = rows.filter((row) => row.region_name === region);
    return { region, list, sum: sumOf(list) };
  });
  return groups
    .toSorted((a, b) => order(a.sum, b.sum))
    .flatMap(({ region, list, sum }) => [
      { kind: "region" as const, key: `r:${region ?? ""}`, region, name: null, row: sum },
      ...list.toSorted(order).map(line),
    ]);
}

/** The sums of stores; the year before is compared with the stores that have one. */
function sumOf(rows: readonly StoreRow[]): StoreRow {
  const [first] = rows;
  if (first === undefined) throw new Error("a region without stores");
  const sum = (pick: (row: StoreRow) => number) => rows.reduce((total, row) => total + pick(row), 0);
  const known = (pick: (row: StoreRow) => number | null) => {
    const values = rows.map(pick).filter((value) => value !== null);
    return values.length < rows.length ? null : values.reduce((total, value) => total + value, 0);
  };
  return {
    ...first,
    store_code: "",
    store_name: null,
    orders: sum((row) => row.orders),
    member_orders: sum((row) => row.member_orders),
    net_minor: sum((row) => row.net_minor),
    new_members: sum((row) => row.new_members),
    month_orders: sum((row) => row.month_orders),
    month_member_orders: sum((row) => row.month_member_orders),
    month_net_minor: sum((row) => row.month_net_minor),
    month_new_members: sum((row) => row.month_new_members),
    last_year_net_minor: known((row) => row.last_year_net_minor),
    last_year_month_net_minor: known((row) => row.last_year_month_net_minor),
  };
}
