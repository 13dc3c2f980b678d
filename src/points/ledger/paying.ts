import { type BusinessDay, problem } from "../../platform/index.ts";
import type { Account, Books, LimitState } from "./books.ts";
import type { Earn } from "./command.ts";

type Paid = Pick<Earn, "budget" | "within" | "budget_day">;

const PERIODS: Readonly<Record<LimitState["period"], readonly [string, string]>> = {
  day: ["每日", "daily"],
  week: ["每周", "weekly"],
  month: ["每月", "monthly"],
  quarter: ["每季", "quarterly"],
  year: ["每年", "yearly"],
  ever: ["总", "whole"],
};

export function systemAccount(books: Books, kind: Exclude<Account["kind"], "budget">): Account {
  const account = books.account(kind);
  if (account === undefined) throw new Error(`the ledger has no account ${kind}`);
  return account;
}

/** Limits that points count in. */
function limitsOf(books: Books, { budget, within, budget_day }: Paid, today: BusinessDay): readonly LimitState[] {
  const names = new Set([budget, within]);
  return [...names].flatMap((name) => (name === undefined ? [] : books.limitsOf(name, budget_day ?? today)));
}

function budgetOf(books: Books, name: string): Account {
  const account = books.account("budget", name);
  if (account === undefined) throw problem("points.budget_unknown", { budget: name });
  return account;
}

/**
 * Who pays for points, with every limit looked at before any counts them.
 * @throws points.budget_unknown, points.budget_exhausted, points.budget_limit_reached, points.worth_unknown
 */
export function payFrom(books: Books, paid: Paid, points: number, today: BusinessDay): Account {
  const { budget, within } = paid;
  const payer = budget === undefined ? systemAccount(books, "issuer") : budgetOf(books, budget);
  if (within !== undefined) budgetOf(books, within);
  const available = books.balance(payer) - (payer.floor ?? 0);
  if (payer.kind === "budget" && payer.floor !== null && available < points)
    throw problem("points.budget_exhausted", { budget: payer.name, wanted: points, available });
  const limits = limitsOf(books, paid, today);
  for (const { budget: of, period, period_key, used, cap } of limits) {
    if (cap === null) throw problem("points.worth_unknown", { budget: of });
    const left = Math.max(0, cap - used);
    const [period_zh, period_en] = PERIODS[period];
    if (left < points)
      throw problem("points.budget_limit_reached", {
        budget: of,
        period_zh,
        period_en,
        period_key,
        wanted: points,
        left,
      });
  }
  for (const limit of limits) books.use(limit, points);
  return payer;
}

/** Who gets points back that are taken back: their limits can give them again. */
export function payBack(books: Books, paid: Paid, points: number, today: BusinessDay): Account {
  for (const limit of limitsOf(books, paid, today)) books.use(limit, -points);
  const { budget } = paid;
  return (budget === undefined ? undefined : books.account("budget", budget)) ?? systemAccount(books, "issuer");
}
