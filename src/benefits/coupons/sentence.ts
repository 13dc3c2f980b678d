import { CHANNEL_NAMES } from "../../trade/index.ts";
import type { CouponDefinition } from "./definition.ts";
import { moneyText } from "./rejection.ts";

const WEEKDAYS_ZH = ["一", "二", "三", "四", "五", "六", "日"];
const WEEKDAYS_EN = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

type Said = readonly [zh: string, en: string];

/** 85 折 of 15 % off, 9 折 of 10 %. */
function foldOf(percent_off: number): string {
  const left = 100 - percent_off;
  return left % 10 === 0 ? String(left / 10) : String(left);
}

function benefitSaid({ benefit, currency, max_discount_minor }: CouponDefinition): Said {
  const money = (minor: number) => moneyText(minor, currency);
  const most: Said =
    max_discount_minor === null
      ? ["", ""]
      : [`，最多减 ${money(max_discount_minor)}`, `, at most ${money(max_discount_minor)}`];
  switch (benefit.kind) {
    case "amount":
      return [`减 ${money(benefit.amount_minor)}`, `${money(benefit.amount_minor)} off`];
    case "percent": {
      const zh = benefit.percent_off === 100 ? "全免" : `打 ${foldOf(benefit.percent_off)} 折`;
      return [`${zh}${most[0]}`, `${benefit.percent_off} % off${most[1]}`];
    }
    case "new_price": {
      const limit: Said =
        benefit.quantity_max === null
          ? ["", ""]
          : [`，限 ${benefit.quantity_max} 件`, `, up to ${benefit.quantity_max}`];
      return [
        `每件 ${money(benefit.unit_price_minor)}${limit[0]}${most[0]}`,
        `${money(benefit.unit_price_minor)} each${limit[1]}${most[1]}`,
      ];
    }
    case "exchange": {
      const { sku, quantity_max, unit_price_minor } = benefit;
      return unit_price_minor === 0
        ? [`免费换 ${quantity_max} 件 ${sku}`, `${quantity_max} of ${sku} for free`]
        : [
            `${money(unit_price_minor)} 换购 ${quantity_max} 件 ${sku}`,
            `${quantity_max} of ${sku} for ${money(unit_price_minor)} each`,
          ];
    }
    case "free_shipping":
      return [`免运费${most[0]}`, `free shipping${most[1]}`];
  }
}

function scopeSaid({ scope }: CouponDefinition): Said | null {
  const named = [...scope.categories, ...scope.skus];
  const except = [...scope.except_categories, ...scope.except_skus];
  const list = (codes: readonly string[], gap: string) =>
    codes.length > 3 ? `${codes.slice(0, 3).join(gap)}…(${codes.length})` : codes.join(gap);
  if (named.length === 0 && except.length === 0) return null;
  const zh = named.length === 0 ? "" : `限 ${list(named, "、")}`;
  const en = named.length === 0 ? "" : `on ${list(named, ", ")}`;
  if (except.length === 0) return [zh, en];
  return [
    [zh, `${list(except, "、")}除外`].filter((part) => part !== "").join("，"),
    [en, `except ${list(except, ", ")}`].filter((part) => part !== "").join(" "),
  ];
}

/** A channel as people call it; one that the data know under their own word keeps it. */
function channelSaid(channel: string): Said {
  const known = CHANNEL_NAMES.find(({ value }) => value === channel);
  return known === undefined ? [channel, channel] : [known.zh, known.en.toLowerCase()];
}

function conditionsSaid({ conditions, currency }: CouponDefinition): Said[] {
  const said: Said[] = [];
  const { minimum_minor, minimum_of, quantity_min, stores, channels, tiers, segments, weekdays, hours } = conditions;
  if (minimum_minor !== null) {
    const money = moneyText(minimum_minor, currency);
    said.push(
      minimum_of === "before"
        ? [`满 ${money}`, `from ${money}`]
        : [`折后满 ${money}`, `from ${money} after other discounts`],
    );
  }
  if (quantity_min !== null) said.push([`满 ${quantity_min} 件`, `from ${quantity_min} pieces`]);
  if (tiers.length > 0) said.push([`限 ${tiers.join("、")} 会员`, `for ${tiers.join(", ")} members`]);
  if (segments.length > 0)
    said.push([`限 ${segments.length} 个分群的会员`, `for members of ${segments.length} segments`]);
  if (stores.length > 0) said.push([`限 ${stores.length} 家门店`, `in ${stores.length} stores`]);
  if (channels.length > 0) {
    const words = channels.map(channelSaid);
    said.push([`限${words.map(([zh]) => zh).join("、")}`, `in ${words.map(([, en]) => en).join(", ")}`]);
  }
  if (weekdays.length > 0) {
    const days = [...weekdays].sort((a, b) => a - b);
    said.push([
      `周${days.map((day) => WEEKDAYS_ZH[day - 1]).join("、")}`,
      `on ${days.map((day) => WEEKDAYS_EN[day - 1]).join(", ")}`,
    ]);
  }
  if (hours !== null) said.push([`${hours.from}–${hours.to}`, `${hours.from}–${hours.to}`]);
  return said;
}

/** A coupon in one sentence of each language, as people read it in lists and on receipts. */
export function couponSentences(coupon: CouponDefinition): { readonly zh: string; readonly en: string } {
  const benefit = benefitSaid(coupon);
  const scope = scopeSaid(coupon);
  const { exclusive } = coupon.stacking;
  const around: Said[] = [
    ...conditionsSaid(coupon),
    ...(scope === null ? [] : [scope]),
    ...(exclusive ? [["不与其他券同用", "with no other coupon"] as const] : []),
  ];
  return {
    zh: `${[benefit[0], ...around.map(([zh]) => zh)].join("，")}。`,
    en: `${[benefit[1], ...around.map(([, en]) => en)].join(", ")}.`,
  };
}
