import { addDays } from "../platform/index.ts";
import type { Expression, Window } from "../query/index.ts";

/** Month ends that are kept. */
const MONTHS = 13;
/** Earlier than any record. */
const BEGINNING = "1900-01-01";

export interface MonthEnd {
  /** "2026-11". */
  readonly month: string;
  /** Its last day, or the last closed day while it runs. */
  readonly day: string;
  readonly is_closed: boolean;
}

/** The last 13 closed months, and the running one up to `closed_day` unless that is its last day. Earliest first. */
export function monthEnds(closed_day: string): MonthEnd[] {
  const running = closed_day.slice(0, 7);
  const is_last = addDays(closed_day, 1).slice(0, 7) !== running;
  const ends: MonthEnd[] = is_last ? [] : [{ month: running, day: closed_day, is_closed: false }];
  let day = is_last ? closed_day : addDays(`${running}-01`, -1);
  for (let i = 0; i < MONTHS; i++) {
    ends.unshift({ month: day.slice(0, 7), day, is_closed: true });
    day = addDays(`${day.slice(0, 7)}-01`, -1);
  }
  return ends;
}

/**
 * An expression as it would have been on an earlier day: `today` is that day, and nothing later is seen. So several days
 * can be asked for in one pass over the records.
 * @throws Error for calendar windows and sequences, which are not moved.
 */
export function asOf(expression: Expression, day: string): Expression {
  return moved(expression, day) as Expression;
}

const MEASURES = new Set(["aggregate", "mode", "edge", "gaps", "nth_day"]);

function moved(part: unknown, day: string): unknown {
  if (Array.isArray(part)) return part.map((one) => moved(one, day));
  if (typeof part !== "object" || part === null) return part;
  const node = part as Record<string, unknown>;
  if (node["node"] === "today") return { node: "date", value: day };
  if (node["node"] === "sequence") throw new Error("sequences are not moved to another day");
  const entries = Object.entries(node).map(([name, value]) => [name, name === "window" ? value : moved(value, day)]);
  const copy = Object.fromEntries(entries) as Record<string, unknown>;
  return MEASURES.has(String(node["node"]))
    ? { ...copy, window: movedWindow(node["window"] as Window | undefined, day) }
    : copy;
}

function movedWindow(window: Window | undefined, day: string): Window {
  if (window === undefined) return { kind: "between", from: BEGINNING, to: day };
  const on = window.on === undefined ? {} : { on: window.on };
  if (window.kind === "between")
    return { kind: "between", from: window.from, to: window.to < day ? window.to : day, ...on };
  if (window.kind === "calendar") throw new Error("calendar windows are not moved to another day");
  const to = addDays(day, -(window.back ?? 0));
  return { kind: "between", from: addDays(to, 1 - window.days), to, ...on };
}
