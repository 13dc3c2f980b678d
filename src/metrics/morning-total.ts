import type { StoreMorning } from "./morning-store.ts";

type Numbers = Omit<StoreMorning, "store_code" | "store_name" | "region_code" | "region_name" | "opened_on">;

/** The sums of rows of the table; changes compare only stores that were open a year before too. */
export interface MorningTotal extends Numbers {
  readonly stores: number;
  /** Net sales of the stores that have a last year: of the day, and of the month. */
  readonly same_store_net_minor: number;
  readonly same_store_month_net_minor: number;
}

const SUMMED = [
  "orders",
  "member_orders",
  "net_minor",
  "new_members",
  "month_orders",
  "month_member_orders",
  "month_net_minor",
  "month_new_members",
  "last_year_orders",
  "last_year_net_minor",
  "last_year_month_net_minor",
] as const;

export function morningTotal(rows: readonly StoreMorning[]): MorningTotal {
  const sum = (list: readonly StoreMorning[], pick: (row: StoreMorning) => number | null) =>
    list.reduce((total, row) => total + (pick(row) ?? 0), 0);
  const sums = Object.fromEntries(SUMMED.map((name) => [name, sum(rows, (row) => row[name])]));
  const open = rows.filter((row) => row.last_year_net_minor !== null);
  const openMonth = rows.filter((row) => row.last_year_month_net_minor !== null);
  return {
    ...(sums as unknown as Numbers),
    stores: rows.length,
    same_store_net_minor: sum(open, (row) => row.net_minor),
    same_store_month_net_minor: sum(openMonth, (row) => row.month_net_minor),
  };
}
