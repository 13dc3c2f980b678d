import type { TagDefinition } from "../../src/tags/definition.ts";
import { BASIC_TAGS } from "./basic.ts";
import { CONSUMPTION_TAGS } from "./consumption.ts";
import { INFLUENCE_TAGS } from "./influence.ts";
import { LIFECYCLE_TAGS } from "./lifecycle.ts";
import { POINTS_TAGS } from "./points.ts";
import { PREFERENCE_TAGS } from "./preference.ts";
import { PRICE_TAGS } from "./price.ts";
import { REACH_TAGS } from "./reach.ts";
import { SOCIAL_TAGS } from "./social.ts";
import { VALUE_TAGS } from "./value.ts";

/** The catalogue of tags, by family, in the order in which it is shown. */
const BASIC = [
  "gender",
  "age_band",
  "birthday_month",
  "city",
  "city_tier",
  "occupation",
  "household",
  "join_channel",
  "tenure_band",
  "home_store",
  "sales_associate",
  "tier",
  "phone_verified",
  "wechat_bound",
  "wecom_friend",
  "reachable_channels",
  "marketing_consent",
  "profile_completeness",
];
const CONSUMPTION = [
  "first_purchase_date",
  "days_since_last_purchase",
  "orders_365d",
  "spend_365d",
  "lifetime_spend",
  "average_order_value",
  "items_per_order",
  "median_purchase_interval",
  "overdue_ratio",
  "repurchase_90d",
  "spend_trend",
  "rfm_class",
  "rfm_level",
  "clv_band",
  "lifecycle_stage",
  "churn_risk",
  "favourite_category",
  "favourite_series",
  "favourite_sku",
  "favourite_store",
  "favourite_channel",
  "preferred_daypart",
  "preferred_weekday",
  "price_band",
  "discount_share",
  "coupon_sensitivity",
  "promotion_only_buyer",
  "category_breadth",
  "new_product_adopter",
  "return_rate",
  "points_use_rate",
  "points_balance_band",
];
const SOCIAL = [
  "invited_members",
  "invited_by",
  "referral_value",
  "shares_90d",
  "share_to_visit",
  "reviews_90d",
  "average_rating",
  "likes_received",
  "group_buy_role",
  "community_activity",
  "influence_score",
  "interest_topics",
];
export const TAG_KEYS: readonly string[] = [...BASIC, ...CONSUMPTION, ...SOCIAL];

const DEFINED = [
  ...BASIC_TAGS,
  ...REACH_TAGS,
  ...CONSUMPTION_TAGS,
  ...LIFECYCLE_TAGS,
  ...PRICE_TAGS,
  ...PREFERENCE_TAGS,
  ...POINTS_TAGS,
  ...VALUE_TAGS,
  ...SOCIAL_TAGS,
  ...INFLUENCE_TAGS,
];

/** The shipped tags in the order of the catalogue. */
export const TAG_DEFINITIONS: readonly TagDefinition[] = DEFINED.toSorted(
  (a, b) => TAG_KEYS.indexOf(a.key) - TAG_KEYS.indexOf(b.key),
);
