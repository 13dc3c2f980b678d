import {
  and,
  column,
  compare,
  count,
  countDistinct,
  daysBetween,
  equals,
  isIn,
  lastDays,
  maximum,
  minimum,
  sum,
  today,
} from "../../src/query/builder.ts";

/** A valid order or line: paid, with a positive net, not of a staff, test or wholesale account (measures.md). */
export const valid = column("is_valid");
/** A purchase: a business day with net spend above zero over all the member's orders (measures.md). */
export const purchased = compare(column("net_minor"), ">", 0);
export const firstPurchase = minimum("purchase_days", "business_day", { where: purchased });
export const lastPurchase = maximum("purchase_days", "business_day", { where: purchased });
export const daysSinceLastPurchase = daysBetween(lastPurchase, today);
export const year = lastDays(365);
export const spendYear = sum("purchase_days", "net_minor", { window: year });
/** A brand of one currency has one row of `purchase_days` for each purchase day. */
export const purchaseDaysYear = count("purchase_days", { where: purchased, window: year });
export const ordersYear = count("orders", { where: valid, window: year });

/** Referrals in which the member has this role and the invited person has joined. */
export const referralOf = (role: "inviter" | "invitee") =>
  and(
    isIn(column("kind"), ["referral"]),
    equals(column("role"), role),
    isIn(column("stage"), ["joined", "first_order"]),
  );
export const invitedMembers = countDistinct("events", "counterpart_member_id", { where: referralOf("inviter") });
export const shareVisits = count("events", { where: isIn(column("kind"), ["share_visit"]), window: lastDays(90) });

/** One value of a tag and what it says about a member. */
export const named = (value: string, zh: string, en: string, meaning_zh: string, meaning_en: string) => ({
  value,
  zh,
  en,
  meaning_zh,
  meaning_en,
});

export const YES_NO = (yes_zh: string, yes_en: string, no_zh: string, no_en: string) => [
  { value: "yes", zh: "是", en: "Yes", meaning_zh: yes_zh, meaning_en: yes_en },
  { value: "no", zh: "否", en: "No", meaning_zh: no_zh, meaning_en: no_en },
];

/** Member 1 of a worked example, with what the example needs to know of the profile. */
export const one = (fields: Readonly<Record<string, string | number | boolean | null>> = {}) => ({
  members: [{ member_id: 1, ...fields }],
});

/** A business day of member 1 in a worked example. */
export const purchaseDay = (business_day: string, net_minor: number) => ({
  member_id: 1,
  business_day,
  net_minor,
  orders: 1,
  currency: "CNY",
});

let happened = 0;
/** An event of member 1 in a worked example. */
export const somethingHappened = (
  kind: string,
  business_day: string,
  more: Readonly<Record<string, string | number>> = {},
) => {
  happened += 1;
  return {
    event_id: happened,
    member_id: 1,
    kind,
    occurred_at: `${business_day} 02:00:00+00`,
    business_day,
    ...more,
  };
};
