import { dayText, weekdayOf } from "./calendar.ts";
import { CITIES, STORES } from "./places.ts";
import { PRODUCTS } from "./products.ts";
import { band, fixed, mode, roundHalfUp, sum, yesNo } from "./true-arithmetic.ts";
import { netByDay, type TrueLine, type TrueOrder } from "./true-history.ts";
import { trueLifecycle } from "./true-lifecycle.ts";
import { truePoints } from "./true-points.ts";
import { trueReach } from "./true-reach.ts";
import { trueSocial } from "./true-social.ts";
import { trueTier } from "./true-tier.ts";
import type { Truth, TruePerson } from "./truth.ts";

/** What a tag should say of a person: its text; null: nothing should be said; a tag that is missing here has no truth. */
export type TrueTags = Readonly<Record<string, string | null>>;

const YEAR = 365;
const PRODUCT_BY_SKU = new Map(PRODUCTS.map((product) => [product.sku, product]));

/**
 * The tags of one person as they truly are on the business day `today` (a day number; it counts as a day of every
 * window). Attributes come from the person, habits from the whole life under all accounts, whatever system saw it.
 */
export function trueTags(truth: Truth, one: TruePerson, today: number): TrueTags {
  return {
    ...attributes(one, today),
    ...trueReach(one, today),
    ...purchases(truth, one, today),
    ...tastes(truth, one, today),
    ...truePoints(one, today),
    ...trueSocial(truth, one, today),
    ...trueTier(one, today),
  };
}

function attributes({ person, accounts }: TruePerson, today: number): TrueTags {
  const first = [...accounts].sort((a, b) => a.opened - b.opened)[0];
  const crm = accounts.find((account) => account.system === "crm");
  const joined = first === undefined ? 0 : Math.floor((first.opened + 8 * 3_600_000) / 86_400_000);
  const city = CITIES[person.city];
  const { birth } = person;
  const months =
    (Number(dayText(today).slice(0, 4)) - birth.year) * 12 + Number(dayText(today).slice(5, 7)) - birth.month;
  const age = Math.floor((months - (Number(dayText(today).slice(8)) < birth.day ? 1 : 0)) / 12);
  const ages = [
    [18, "under_18"],
    [25, "18_24"],
    [35, "25_34"],
    [45, "35_44"],
    [55, "45_54"],
  ] as const;
  const known = accounts.filter((account) => account.phone !== undefined);
  return {
    gender: person.gender,
    occupation: person.occupation,
    household: yesNo(person.children),
    // A lunar birthday falls on another day each year: which age it makes is for the records to say.
    ...(birth.lunar ? {} : { age_band: band(age, ages, "55_plus") }),
    birthday_month: String(birth.month),
    city: city?.name ?? null,
    city_tier: city?.tier ?? null,
    join_channel: first?.facts.join_channel ?? null,
    tenure_band: band(
      today - joined,
      [
        [30, "new"],
        [183, "young"],
        [730, "settled"],
      ],
      "old",
    ),
    ...(crm === undefined ? {} : { home_store: STORES[person.store]?.code ?? null }),
    sales_associate:
      accounts.find((account) => account.facts.associate_code !== undefined)?.facts.associate_code ?? null,
    phone_verified: yesNo(known.some((account) => account.facts.phone_verified)),
    wechat_bound: yesNo(accounts.some((account) => account.keys.some((key) => key.kind === "openid"))),
    wecom_friend: yesNo(person.wecom_friend),
  };
}

/** Accounts whose purchases are none (measures.md: valid order). */
function excluded({ person }: TruePerson): boolean {
  return person.flag === "staff" || person.flag === "test" || person.flag === "wholesale";
}

function purchases({ world }: Truth, one: TruePerson, today: number): TrueTags {
  if (excluded(one)) return { orders_365d: "0", lifecycle_stage: "never_bought", churn_risk: null };
  const { orders } = one.history;
  const net = netByDay(one.history, today);
  const days = [...net]
    .filter(([, fen]) => fen > 0)
    .map(([day]) => day)
    .sort((a, b) => a - b);
  const [first, second] = days;
  const last = days.at(-1);
  const spend = (from: number, to: number) =>
    [...net].reduce((sum, [day, fen]) => (day > today - from && day <= today - to ? sum + fen : sum), 0);
  const bought = orders.filter((order) => order.day > today - YEAR && order.day <= today && order.net_fen > 0);
  const gaps = days
    .slice(1)
    .map((day, nth) => day - (days[nth] ?? day))
    .sort((a, b) => a - b);
  const median = gaps[Math.ceil(gaps.length / 2) - 1];
  const since = last === undefined ? undefined : today - last;
  const text = (value: number | undefined) => (value === undefined ? null : String(value));
  return {
    // Whoever joined before the history began bought before it as well: nobody kept that.
    ...(one.person.joined < world.from && first === undefined
      ? {}
      : { first_purchase_date: first === undefined ? null : dayText(first) }),
    days_since_last_purchase: text(since),
    orders_365d: String(bought.length),
    spend_365d: String(spend(YEAR, 0)),
    lifetime_spend: String(sum([...net.values()], Number)),
    average_order_value: bought.length === 0 ? null : String(roundHalfUp(spend(YEAR, 0), bought.length)),
    median_purchase_interval: text(median),
    overdue_ratio: median === undefined || since === undefined ? null : fixed(since, median, 2),
    repurchase_90d: repurchase(today, first, second),
    spend_trend: trend(spend(90, 0), spend(180, 90)),
    ...priceTags(one, bought),
    ...trueLifecycle({ days, today, median, trend: trend(spend(90, 0), spend(180, 90)) }),
  };
}

function repurchase(today: number, first: number | undefined, second: number | undefined): string | null {
  if (first === undefined) return null;
  if (second !== undefined && second - first <= 90) return "yes";
  return today - first > 90 ? "no" : null;
}

function trend(now: number, before: number): string | null {
  if (now <= 0 && before <= 0) return null;
  if (now * 5 > before * 6) return "rising";
  return now * 5 < before * 4 ? "falling" : "steady";
}

function priceTags(one: TruePerson, bought: readonly TrueOrder[]): TrueTags {
  const lines = bought.flatMap((order) => order.lines);
  if (bought.length === 0)
    return {
      discount_share: null,
      coupon_sensitivity: null,
      promotion_only_buyer: null,
      return_rate: null,
      items_per_order: null,
    };
  const promoted = lines.filter((line) => line.discount_fen > 0);
  const gross = sum(lines, (line) => line.net_fen + line.discount_fen);
  const coupons = bought.filter((order) => order.coupon).length;
  const numbers = new Set(bought.map((order) => order.order_no));
  const back = one.history.returns.filter((back_) => back_.order_no !== undefined && numbers.has(back_.order_no));
  return {
    discount_share: fixed(
      sum(lines, (line) => line.discount_fen),
      gross,
      4,
    ),
    coupon_sensitivity: band(
      coupons / bought.length,
      [
        [0.2, "low"],
        [0.6, "middle"],
      ],
      "high",
    ),
    promotion_only_buyer: lines.length < 3 ? null : yesNo(promoted.length === lines.length),
    return_rate: fixed(
      sum(back, (back_) => back_.refund_fen),
      sum(bought, (order) => order.net_fen),
      4,
    ),
    items_per_order: (Math.round((sum(lines, (line) => line.quantity) / bought.length) * 10) / 10).toFixed(1),
  };
}

function tastes({ world }: Truth, one: TruePerson, today: number): TrueTags {
  if (excluded(one)) return {};
  const bought = one.history.orders.filter(
    (order) => order.day > today - YEAR && order.day <= today && order.net_fen > 0,
  );
  const votes = (of: (line: TrueLine) => string | undefined) =>
    bought.flatMap((order) =>
      order.lines.flatMap((line) => {
        const value = of(line);
        return value === undefined ? [] : [{ value, weight: line.quantity, day: order.day }];
      }),
    );
  const orderVotes = (of: (order: TrueOrder) => string | undefined) =>
    bought.flatMap((order) => {
      const value = of(order);
      return value === undefined ? [] : [{ value, weight: 1, day: order.day }];
    });
  const hour = (order: TrueOrder) => new Date(order.at + 8 * 3_600_000).getUTCHours();
  const parts = [
    [6, "night"],
    [11, "morning"],
    [14, "noon"],
    [18, "afternoon"],
  ] as const;
  const lines = bought.flatMap((order) => order.lines.map((line) => ({ order, line })));
  const quantity = sum(lines, ({ line }) => line.quantity);
  const fresh = lines.flatMap(({ order, line }) => {
    const launched = PRODUCT_BY_SKU.get(line.sku)?.launched_in;
    const age = launched === undefined ? -1 : order.day - world.day_from - launched;
    return age >= 0 && age <= 30 ? [line.sku] : [];
  });
  return {
    favourite_category: mode(votes((line) => PRODUCT_BY_SKU.get(line.sku)?.category)),
    favourite_series: mode(votes((line) => PRODUCT_BY_SKU.get(line.sku)?.series)),
    favourite_sku: mode(votes((line) => line.sku)),
    favourite_store: mode(orderVotes((order) => order.store)),
    favourite_channel: mode(orderVotes((order) => (order.channel === "store" ? "store" : "online"))),
    preferred_daypart: mode(orderVotes((order) => band(hour(order), parts, "evening"))),
    preferred_weekday: mode(orderVotes((order) => String(weekdayOf(order.day)))),
    price_band:
      lines.length === 0
        ? null
        : band(
            Math.round(sum(lines, ({ line }) => line.net_fen) / quantity),
            [
              [5_000, "entry"],
              [20_000, "middle"],
            ],
            "upper",
          ),
    category_breadth: String(new Set(lines.map(({ line }) => PRODUCT_BY_SKU.get(line.sku)?.category)).size),
    new_product_adopter:
      lines.length === 0
        ? null
        : band(
            new Set(fresh).size,
            [
              [1, "none"],
              [3, "some"],
            ],
            "keen",
          ),
  };
}
