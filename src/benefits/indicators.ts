import { businessDay } from "../platform/index.ts";
import type { Indicator } from "../store/index.ts";
import {
  contradictingBatches,
  injectContradiction,
  injectRedemptions,
  redemptionsByStore,
} from "./coupons/watch-store.ts";
import { injectUnkept, unkept } from "./entitlements/fulfil-store.ts";
import { contradictingRewards, injectRewards } from "./rewards/reward-list-store.ts";

const HOUR_MS = 3_600_000;

const velocity: Indicator = {
  name: "benefits.coupon_velocity",
  zh: "优惠券核销过快",
  en: "Coupons redeemed unusually fast",
  how: {
    zh: "每家门店（或线上渠道）最近一小时核销的优惠券张数",
    en: "Coupons that each store, or channel without a store, redeemed within the last hour",
  },
  unit: "count",
  direction: "above",
  warn: 120,
  alarm: 300,
  window_minutes: 60,
  advice: {
    zh: "到批次页看是哪批券、谁在核销。像是券码外泄或有人刷单的，先暂停这个批次，再与门店核对小票。",
    en: "See on the batch's page which coupons it is and who redeems them. If codes leaked or somebody makes sales up: pause the batch, then compare receipts with the store.",
  },
  link: "/coupons",
  read: async ({ tx, world_at }) =>
    (await redemptionsByStore(tx, new Date(world_at.getTime() - HOUR_MS), world_at)).map(({ part, coupons }) => ({
      part,
      value: coupons,
    })),
  inject: async ({ tx, world_at }, limit) => {
    await injectRedemptions(tx, world_at, limit + 1);
    return { part: "store:INJECTED" };
  },
};

const unbalanced: Indicator = {
  name: "benefits.coupons_unbalanced",
  zh: "优惠券账不符",
  en: "Coupons out of balance",
  how: {
    zh: "已用张数或支出与核销明细对不上的批次数；应恒为 0",
    en: "Batches whose uses or cost differ from what their redemptions say; always 0",
  },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 1,
  window_minutes: null,
  advice: {
    zh: "暂停这些批次，保全数据库日志，查出是哪一笔核销或退回之后开始不符。",
    en: "Pause these batches, keep the database's logs, and find the redemption or return after which they differ.",
  },
  link: "/coupons",
  read: async ({ tx }) => [{ part: "", value: await contradictingBatches(tx) }],
  inject: async ({ tx, world_at }, limit) => {
    await injectContradiction(tx, world_at, limit + 1);
    return { part: "" };
  },
};

const unkeptPromises: Indicator = {
  name: "benefits.unkept",
  zh: "应得权益未兑现",
  en: "Benefits due and neither kept nor listed",
  how: {
    zh: "应得日已过、既未兑现也未写明原因的权益数，加上没有结转的天数；应恒为 0",
    en: "Benefits whose due day has passed that are neither kept nor listed with a reason, and days that no turn was made of; always 0",
  },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 1,
  window_minutes: null,
  advice: {
    zh: "看后台进程是否在运行、等级是否已结转；恢复后会自动补做每一天。仍不归零的，在权益兑现页看是哪一项。",
    en: "See whether the worker runs and the tiers have made their turn: every day is made up for once they do. Where it stays, the fulfilment list says which benefit it is.",
  },
  link: "/benefits/fulfilment",
  read: async ({ tx, ground, world_at }) => [
    { part: "", value: await unkept(tx, businessDay(world_at, ground.config.timezone)) },
  ],
  inject: async ({ tx, ground, world_at }, limit) => {
    await injectUnkept(tx, businessDay(world_at, ground.config.timezone), world_at, limit + 1);
    return { part: "" };
  },
};

const rewardsUnbalanced: Indicator = {
  name: "benefits.rewards_unbalanced",
  zh: "礼品库存账不符",
  en: "Rewards out of balance",
  how: {
    zh: "库存与进出明细、占用和兑出与兑换单对不上的礼品数；应恒为 0",
    en: "Rewards whose stock differs from its account, or whose units differ from their orders; always 0",
  },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 1,
  window_minutes: null,
  advice: {
    zh: "先停用这些礼品，保全数据库日志，查出是哪一张兑换单或哪一次进出之后开始不符。",
    en: "Withdraw these rewards, keep the database's logs, and find the order or move of the stock after which they differ.",
  },
  link: "/rewards",
  read: async ({ tx }) => [{ part: "", value: await contradictingRewards(tx) }],
  inject: async ({ tx, world_at }, limit) => {
    await injectRewards(tx, world_at, limit + 1);
    return { part: "" };
  },
};

export const benefitIndicators: readonly Indicator[] = [velocity, unbalanced, unkeptPromises, rewardsUnbalanced];
