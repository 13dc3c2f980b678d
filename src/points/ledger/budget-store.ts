import type { BusinessDay } from "../../platform/index.ts";
import type { LimitState } from "./books.ts";
import type { Command } from "./command.ts";

/** A budget that points are counted in, on a day. */
export interface Drawn {
  readonly budget: string;
  readonly day: BusinessDay;
}

/** Which budgets commands draw on, and on which day each counts. */
export function drawnBy(commands: readonly Command[], today: BusinessDay): Drawn[] {
  const drawn = new Map<string, Drawn>();
  for (const command of commands) {
    if (!("budget" in command || "within" in command) || command.type === "fund") continue;
    const day = command.budget_day ?? today;
    for (const budget of [command.budget, command.within])
      if (budget !== undefined) drawn.set(`${budget} ${day}`, { budget, day });
  }
  return [...drawn.values()];
}

/** Limits of budgets with what is used of them in the periods of days, as a part of the statements that read a batch. */
export const limitsSql = (budgets: string, days: string) => `
  (select json_agg(json_build_object('account_id', l.account_id, 'budget', w.budget, 'day', w.day, 'period', l.period,
      'period_key', points.period_key(l.period, w.day), 'used', coalesce(u.used, 0), 'is_kept', u.used is not null,
      'cap', coalesce(u.cap, points.cap_of(l.unit, l.amount, worth.points, worth.minor)),
      'worth_points', worth.points, 'worth_minor', worth.minor) order by l.account_id, l.period)
    from unnest(${budgets}::text[], ${days}::date[]) w (budget, day)
    join points.account a on a.kind = 'budget' and a.name = w.budget
    join points.budget_limit l using (account_id)
    left join points.budget_use u on u.account_id = l.account_id and u.period = l.period
      and u.period_key = points.period_key(l.period, w.day)
    left join lateral (select * from points.worth_on(w.day) where l.unit = 'minor') worth on true) as limits`;

/** What a batch has used of limits, as columns: those of periods that begin with it, then those that are kept. */
export function limitColumns(changes: readonly { readonly limit: LimitState; readonly points: number }[]): unknown[] {
  const first = changes.filter(({ limit }) => !limit.is_kept);
  const more = changes.filter(({ limit }) => limit.is_kept);
  return [
    first.map(({ limit }) => limit.account_id),
    first.map(({ limit }) => limit.period),
    first.map(({ limit }) => limit.period_key),
    first.map(({ points }) => points),
    first.map(({ limit }) => limit.cap),
    first.map(({ limit }) => limit.worth_points),
    first.map(({ limit }) => limit.worth_minor),
    more.map(({ limit }) => limit.account_id),
    more.map(({ limit }) => limit.period),
    more.map(({ limit }) => limit.period_key),
    more.map(({ points }) => points),
  ];
}
