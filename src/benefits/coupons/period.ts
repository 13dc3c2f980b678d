import { addDays, type BusinessDay, isoWeekday } from "../../platform/index.ts";
import type { Period } from "./wallet-store.ts";

/** The period a business day lies in, as uses are counted by it: its first day. */
export function periodKey(period: Period, day: BusinessDay): string {
  if (period === "day") return `day ${day}`;
  if (period === "month") return `month ${day.slice(0, 7)}-01`;
  return `week ${addDays(day, 1 - isoWeekday(day))}`;
}
