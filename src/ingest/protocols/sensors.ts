import { createHash } from "node:crypto";
import { correctSkew } from "../clock-skew.ts";
import { isoText } from "../instant.ts";
import type { ClearIdentity, ClearRecord } from "../record.ts";
import type { IdentityKind } from "../vocabulary/identity-kinds.ts";
import { canonicalText } from "./canonical-text.ts";
import {
  addIdentity,
  compact,
  type Decoded,
  type DecodeContext,
  isObject,
  type PlainObject,
  rest,
  textOf,
} from "./decoded.ts";
import { applyEventRule } from "./field-mapping.ts";
import { sensorsEvent, sensorsProduct, sensorsProfile } from "./sensors-events.ts";

export const SENSORS_TYPES = [
  "track",
  "track_signup",
  "track_id_bind",
  "track_id_unbind",
  "profile_set",
  "profile_set_once",
  "profile_increment",
  "profile_append",
  "profile_unset",
  "profile_delete",
  "item_set",
  "item_delete",
] as const;
export type SensorsType = (typeof SENSORS_TYPES)[number];

const ENVELOPE = new Set(
  "type event time _flush_time distinct_id original_id login_id anonymous_id identities properties item_type item_id".split(
    " ",
  ),
);

/** Makes vocabulary records of Sensors messages. */
export function decodeSensors(messages: readonly unknown[], context: DecodeContext): Decoded {
  const decoded: Decoded = { records: [], rejects: [] };
  for (const [i, message] of messages.entries()) {
    const place = `data_list[${i}]`;
    if (!isObject(message)) {
      decoded.rejects.push({ place, code: "ingest.body_invalid", params: { place }, original: { message } });
      continue;
    }
    const type = SENSORS_TYPES.find((known) => known === message["type"]);
    if (type === undefined) {
      const params = { place, type: String(message["type"] ?? "—").slice(0, 60) };
      decoded.rejects.push({ place, code: "ingest.type_unknown", params, original: { message } });
      continue;
    }
    const unknown = unknownIdentity(message, context);
    if (unknown !== undefined) {
      const params = { place, identity: unknown };
      decoded.rejects.push({ place, code: "ingest.identity_kind_unknown", params, original: { message } });
      continue;
    }
    decoded.records.push(sensorsRecord(type, message, place, context));
  }
  return decoded;
}

function sensorsRecord(type: SensorsType, message: PlainObject, place: string, context: DecodeContext): ClearRecord {
  const original_ms = numberOf(message["time"]);
  const flush_ms = numberOf(message["_flush_time"]);
  const free = message["time_free"] === true;
  const skew = correctSkew({
    original_ms,
    sent_ms: free || Number.isNaN(flush_ms) ? undefined : flush_ms,
    received_ms: context.received_at.getTime(),
  });
  const properties = isObject(message["properties"]) ? message["properties"] : {};
  const record = {
    ...makeRecord(type, message, properties, context),
    key: sensorsKey(message),
    occurred_at: isoText(skew.occurred_ms),
    place,
    original: { message },
  };
  if (skew.occurred_ms === original_ms) return record;
  return { ...record, times: compact({ original_at: isoOf(original_ms), sent_at: isoOf(flush_ms), flag: skew.flag }) };
}

function numberOf(value: unknown): number {
  return typeof value === "number"
    ? value
    : typeof value === "string" && /^\d{1,16}$/.test(value)
      ? Number(value)
      : Number.NaN;
}

function isoOf(ms: number): string | undefined {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : undefined;
}

/**
 * Two messages are one when everything but the sending time is equal: `_track_id` is only random among ten digits and
 * profile messages of the mini program have none.
 */
export function sensorsKey(message: PlainObject): string {
  const text = canonicalText(rest(message, new Set(["_flush_time"])));
  return createHash("sha256").update(text).digest("base64url");
}

function makeRecord(
  type: SensorsType,
  message: PlainObject,
  properties: PlainObject,
  context: DecodeContext,
): Pick<ClearRecord, "kind" | "identities" | "body"> {
  const left = rest(message, ENVELOPE);
  const extra = { message: { type, ...left } };
  if (type === "item_set" || type === "item_delete") {
    const made = sensorsProduct(type, message, properties, context);
    return { kind: made.kind, identities: [], body: { ...made.body, ...extra } };
  }
  const identities = identitiesOf(message, properties, context);
  if (type === "track_signup" || type === "track_id_bind") {
    return { kind: "identity_link", identities, body: { via: type, event: message["event"], properties, ...extra } };
  }
  if (type === "track_id_unbind") {
    return { kind: "identity_unlink", identities, body: { via: type, event: message["event"], properties, ...extra } };
  }
  if (type !== "track") {
    const made = sensorsProfile(type, properties);
    for (const { kind, value } of made.identities) addIdentity(identities, kind, value);
    return { kind: "member", identities, body: { ...made.body, ...extra } };
  }
  const name = textOf(message["event"]) ?? "";
  const made =
    applyEventRule(context.settings.events?.[name], properties, context) ??
    sensorsEvent(name, properties, sensorsKey(message), context);
  return { kind: made.kind, identities, body: { ...made.body, event: name, ...extra } };
}

const BUILT_IN: Readonly<Record<string, IdentityKind>> = {
  $identity_anonymous_id: "cookie",
  $identity_cookie_id: "cookie",
  $identity_mp_id: "cookie",
  $identity_android_id: "cookie",
  $identity_android_uuid: "cookie",
  $identity_idfv: "cookie",
  $identity_idfa: "cookie",
  $identity_ios_uuid: "cookie",
  $identity_mp_unionid: "unionid",
  $identity_mobile: "phone",
  $identity_email: "email",
};
const OPENID = /^\$identity_mp_(?:(.+)_)?openid$/;

function identityKind(name: string, context: DecodeContext): { kind: IdentityKind; namespace?: string } | undefined {
  const own = context.settings.identity_kinds?.[name];
  if (own !== undefined) return { kind: own };
  if (name === "$identity_login_id") return { kind: context.settings.user_id_kind ?? "mall_id" };
  const built = BUILT_IN[name];
  if (built !== undefined) return { kind: built };
  const openid = OPENID.exec(name);
  if (openid === null) return undefined;
  return openid[1] === undefined ? { kind: "openid" } : { kind: "openid", namespace: openid[1] };
}

/** An identity key neither built in nor explained by the source's settings. */
function unknownIdentity(message: PlainObject, context: DecodeContext): string | undefined {
  const { identities } = message;
  if (!isObject(identities)) return undefined;
  return Object.keys(identities).find((name) => identityKind(name, context) === undefined);
}

/**
 * Who a message is about. With `identities` (IDM 3.0) they say it, before it `login_id`, `anonymous_id` and
 * `original_id`. A bare `distinct_id` is judged by its form; an unbind names the unbound identity in `identities` and
 * the person it leaves in `distinct_id`.
 */
function identitiesOf(message: PlainObject, properties: PlainObject, context: DecodeContext): ClearIdentity[] {
  const list: ClearIdentity[] = [];
  const add = (one: ClearIdentity) => addIdentity(list, one.kind, one.value, one.namespace);
  if (isObject(message["identities"])) {
    for (const [name, value] of Object.entries(message["identities"])) {
      const found = identityKind(name, context);
      for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
        if (found !== undefined) addIdentity(list, found.kind, one, found.namespace);
      }
    }
  }
  const login = textOf(message["login_id"]);
  if (login !== undefined) add(loginIdentity(login, message, context));
  addIdentity(list, "cookie", message["anonymous_id"]);
  const signup = message["type"] === "track_signup";
  if (signup) addIdentity(list, "cookie", message["original_id"]);
  const distinct = textOf(message["distinct_id"]);
  if (distinct === undefined) return list;
  const own = signup || properties["$is_login_id"] === true;
  const named = own ? loginIdentity(distinct, message, context) : bareIdentity(distinct, context);
  if (!list.some((one) => one.value === distinct || one.value === named.value)) add(named);
  return list;
}

/** Device ids of the SDKs: four or more groups of hexadecimal digits, a UUID, an Android id. */
const DEVICE = /^(?:[0-9a-f]+(?:-[0-9a-f]+){3,6}|[0-9a-f]{16})$/i;
const WECHAT_OPENID = /^o[\w-]{27}$/;

function bareIdentity(value: string, context: DecodeContext): ClearIdentity {
  const kind = context.settings.distinct_id_kind;
  if (kind !== undefined) return { kind, value };
  if (DEVICE.test(value)) return { kind: "cookie", value };
  if (WECHAT_OPENID.test(value)) return { kind: "openid", value };
  return { kind: context.settings.user_id_kind ?? "mall_id", value };
}

/** A log-in id; under a key of its own it is written "$identity_vip_no+8001". */
function loginIdentity(value: string, message: PlainObject, context: DecodeContext): ClearIdentity {
  const plus = value.indexOf("+");
  const key = plus > 0 ? value.slice(0, plus) : "";
  const found =
    isObject(message["identities"]) && key in message["identities"] ? identityKind(key, context) : undefined;
  if (found !== undefined) return { ...found, value: value.slice(plus + 1) };
  return { kind: context.settings.user_id_kind ?? "mall_id", value };
}
