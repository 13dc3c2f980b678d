import type { Indicator } from "../store/index.ts";
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

export const pointIndicators: readonly Indicator[] = [unbalanced];
