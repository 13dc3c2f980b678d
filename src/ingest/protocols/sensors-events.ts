import type { IdentityKind } from "../vocabulary/identity-kinds.ts";
import { compact, type DecodeContext, firstText, minorOf, type PlainObject, rest, textOf } from "./decoded.ts";
import { type MappedEvent, segmentEvent } from "./segment-events.ts";

type Mapper = (properties: PlainObject) => MappedEvent;

const seconds = (value: unknown): number | undefined =>
  typeof value === "number" && value >= 0 && value < 1e7 ? Math.round(value) : undefined;

const page: Mapper = (p) => ({
  kind: "browse",
  body: compact({
    page: firstText(p, "$url_path", "$screen_name", "$url", "$title"),
    duration_seconds: seconds(p["event_duration"] ?? p["$event_duration"]),
  }),
});
const share: Mapper = (p) => ({
  kind: "share",
  body: compact({
    target: textOf(p["$share_method"]),
    content_id: textOf(p["$url_path"]),
    share_id: textOf(p["$share_url_path"]),
  }),
});
const push =
  (stage: "delivered" | "clicked"): Mapper =>
  (p) => ({
    kind: "message",
    body: compact({
      medium: "app",
      stage,
      message_id: firstText(p, "$app_push_msg_id", "$app_push_id", "$sf_msg_id"),
      campaign_code: firstText(p, "$sf_plan_id", "$app_push_msg_title"),
    }),
  });

/** Preset events of the Sensors SDKs. Everything else goes by Segment's e-commerce names, then `custom`. */
const EVENTS: Readonly<Record<string, Mapper>> = {
  $pageview: page,
  $MPViewScreen: page,
  $AppViewScreen: page,
  $WebPageLeave: page,
  $MPPageLeave: page,
  $AppPageLeave: page,
  $MPShare: share,
  $MPAddFavorites: (p) => ({ kind: "like", body: compact({ direction: "given", target_id: textOf(p["$url_path"]) }) }),
  $AppPushReceived: push("delivered"),
  $AppPushClick: push("clicked"),
};

export const SENSORS_EVENT_NAMES: readonly string[] = Object.keys(EVENTS);

export function sensorsEvent(name: string, properties: PlainObject, key: string, context: DecodeContext): MappedEvent {
  const mapper = EVENTS[name];
  if (mapper === undefined) return segmentEvent(name, properties, key, context);
  const mapped = mapper(properties);
  return { kind: mapped.kind, body: { ...mapped.body, properties } };
}

const PRODUCT_TYPES = ["product", "sku", "goods", "commodity"];

/** An item: goods become the product master, anything else (articles, posts) a custom record named by its type. */
export function sensorsProduct(
  type: "item_set" | "item_delete",
  message: PlainObject,
  properties: PlainObject,
  context: DecodeContext,
): MappedEvent {
  const item_type = textOf(message["item_type"]) ?? "";
  const item_id = textOf(message["item_id"]) ?? "";
  const goods = (context.settings.product_item_types ?? PRODUCT_TYPES).includes(item_type);
  const item = { item_type, item_id };
  if (!goods || type === "item_delete") return { kind: "item", body: compact({ name: type, ...item, properties }) };
  return {
    kind: "product",
    body: compact({
      sku: item_id,
      name: firstText(properties, "name", "product_name", "title", "商品名称"),
      category_1: firstText(properties, "category_1", "category", "first_category", "品类"),
      category_2: firstText(properties, "category_2", "second_category"),
      category_3: firstText(properties, "category_3", "third_category"),
      brand: firstText(properties, "brand", "品牌"),
      series: textOf(properties["series"]),
      list_price_minor: minorOf(properties["list_price"] ?? properties["price"]),
      ...item,
      properties,
    }),
  };
}

const GENDERS: Readonly<Record<string, string>> = {
  男: "male",
  女: "female",
  male: "male",
  female: "female",
  m: "male",
  f: "female",
};
const IDENTITIES: Readonly<Record<string, IdentityKind>> = {
  phone: "phone",
  mobile: "phone",
  $phone: "phone",
  手机号: "phone",
  email: "email",
  $email: "email",
  unionid: "unionid",
  card_no: "card_no",
};

/** A profile message as a member record. What it does (set once, increment, append, unset) stands in `operation`. */
export function sensorsProfile(
  type: string,
  properties: PlainObject,
): { body: PlainObject; identities: { kind: IdentityKind; value: unknown }[] } {
  const sets = type === "profile_set" || type === "profile_set_once";
  const identities = sets
    ? Object.entries(IDENTITIES).flatMap(([name, kind]) =>
        properties[name] === undefined ? [] : [{ kind, value: properties[name] }],
      )
    : [];
  const known = sets ? profileFields(properties) : {};
  // Under `traits`, where a `name` is a person's.
  return { body: { ...known, operation: type, traits: rest(properties, new Set()) }, identities };
}

function profileFields(p: PlainObject): PlainObject {
  const gender = firstText(p, "gender", "$gender", "性别", "sex");
  const birthday = firstText(p, "birthday", "$birthday", "生日")?.slice(0, 10);
  return compact({
    name: firstText(p, "name", "$name", "姓名", "real_name"),
    gender: gender === undefined ? undefined : (GENDERS[gender.toLowerCase()] ?? "other"),
    birthday: birthday !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(birthday) ? birthday : undefined,
    city: firstText(p, "city", "$city", "城市"),
    province: firstText(p, "province", "$province", "省份"),
    address: firstText(p, "address", "地址"),
    occupation: firstText(p, "occupation", "职业"),
  });
}
