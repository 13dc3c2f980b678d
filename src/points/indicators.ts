import type { Indicator } from "../store/index.ts";
import { businessDay } from "../platform/index.ts";
import { budgets } from "./budgets/budget-view-store.ts";
import { ledgerSum } from "./ledger/verify.ts";

const unbalanced: Indicator = {
  name: "points.unbalanced",
  zh: "积分账不平",
  en: "Points out of balance",
  how: {
    zh: "所有会员的积分、欠分与各账户余额之和，绝对值；应恒为 0",
    en: "Points that members have and owe with the balances of all accounts, as an amount without sign; always 0",
  },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 1,
  window_minutes: null,
  advice: {
    zh: "停止发放与兑换，运行 huitou ledger verify 查出从哪一笔起不对，并保全数据库日志。",
    en: "Stop granting and redeeming, run huitou ledger verify to see from which transfer on it is wrong, and keep the database's logs.",
  },
  link: "/data/engines",
  read: async ({ tx }) => [{ part: "", value: Math.abs(await ledgerSum(tx)) }],
  inject: async ({ tx }, limit) => {
    await tx.query("insert into points.account (kind, name, balance) values ('budget', 'injected', $1)", [limit + 1]);
    return { part: "" };
  },
};

const WHOLE = 10_000;

const budgetUsed: Indicator = {
  name: "points.budget_used",
  zh: "积分预算用量",
  en: "Points budgets used",
  how: {
    zh: "每个预算在本期已发的积分占其限额的比例；有几个限额时取最高的",
    en: "Points given in the current period as a share of a budget's limit; of several limits the one that is used most",
  },
  unit: "basis_points",
  direction: "above",
  warn: 8_000,
  alarm: WHOLE,
  window_minutes: null,
  advice: {
    zh: "到 100% 后不再发放，没有发出的积分会列在积分规则页并写明原因。需要继续发放就提高限额，之后自动补发。",
    en: "At 100 % nothing more is given; what is held back is listed with its reason on the page of points rules. Raise the limit to go on: it is given then.",
  },
  link: "/points",
  read: async ({ tx, ground, world_at }) => {
    const day = businessDay(world_at, ground.config.timezone);
    const limited = (await budgets(tx, day)).filter(({ limits }) => limits.length > 0);
    return limited.map(({ budget, limits }) => ({
      part: budget,
      value: Math.max(...limits.map(({ share }) => share)),
    }));
  },
  inject: async ({ tx, ground, world_at }, limit) => {
    const day = businessDay(world_at, ground.config.timezone);
    await tx.query(
      `with made as (
         insert into points.account (kind, name, floor) values ('budget', 'injected_limit', null) returning account_id
       ), limited as (
         insert into points.budget_limit (account_id, period, unit, amount, set_at) select account_id, 'day', 'points', $1, $3 from made
       )
       insert into points.budget_use (account_id, period, period_key, used, cap)
       select account_id, 'day', $2, $1, $1 from made`,
      [Math.max(WHOLE, limit), day, world_at],
    );
    return { part: "injected_limit" };
  },
};

export const pointIndicators: readonly Indicator[] = [unbalanced, budgetUsed];
