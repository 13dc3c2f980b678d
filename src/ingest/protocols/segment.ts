import { createHash } from "node:crypto";
import { correctSkew } from "../clock-skew.ts";
import { isoText, parseInstant } from "../instant.ts";
import { LIMITS } from "../limits.ts";
import type { ClearIdentity, ClearRecord } from "../record.ts";
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
import { segmentEvent } from "./segment-events.ts";

/** The calls of the Segment HTTP Tracking API; `batch` holds any of the others. */
export const SEGMENT_TYPES = ["track", "identify", "page", "screen", "group", "alias"] as const;
export type SegmentType = (typeof SEGMENT_TYPES)[number];

const ENVELOPE = "type messageId timestamp originalTimestamp sentAt receivedAt writeKey userId anonymousId".split(" ");
/** What of a message is read elsewhere, by call; the rest is kept beside it. */
const ENVELOPES: Readonly<Record<SegmentType, ReadonlySet<string>>> = {
  track: new Set([...ENVELOPE, "event", "properties"]),
  identify: new Set([...ENVELOPE, "traits"]),
  page: new Set([...ENVELOPE, "properties", "name", "category"]),
  screen: new Set([...ENVELOPE, "properties", "name", "category"]),
  group: new Set([...ENVELOPE, "groupId", "traits"]),
  alias: new Set([...ENVELOPE, "previousId"]),
};

/**
 * The messages of one request: the body of /v1/batch, or of a single call when `type` is given. The batch's `context`
 * and `integrations` are merged into each message, as the API says.
 */
export function segmentMessages(payload: PlainObject, type?: SegmentType): unknown[] {
  if (type !== undefined) return [{ ...payload, type }];
  const batch = Array.isArray(payload["batch"]) ? (payload["batch"] as unknown[]) : [];
  const context = isObject(payload["context"]) ? payload["context"] : undefined;
  const integrations = isObject(payload["integrations"]) ? payload["integrations"] : undefined;
  if (context === undefined && integrations === undefined) return batch;
  return batch.map((message) =>
    isObject(message)
      ? {
          ...message,
          ...(context === undefined ? {} : { context: { ...context, ...asObject(message["context"]) } }),
          ...(integrations === undefined
            ? {}
            : { integrations: { ...integrations, ...asObject(message["integrations"]) } }),
        }
      : message,
  );
}

function asObject(value: unknown): PlainObject {
  return isObject(value) ? value : {};
}

/** Makes vocabulary records of Segment messages. @param sent_at the batch's `sentAt`, used where a message has none. */
export function decodeSegment(messages: readonly unknown[], sent_at: unknown, context: DecodeContext): Decoded {
  const decoded: Decoded = { records: [], rejects: [] };
  const ofBatch = sendingOf(sent_at);
  for (const [i, message] of messages.entries()) {
    const place = `batch[${i}]`;
    if (!isObject(message)) {
      decoded.rejects.push({ place, code: "ingest.body_invalid", params: { place }, original: { message, sent_at } });
      continue;
    }
    const type = SEGMENT_TYPES.find((known) => known === message["type"]);
    if (type === undefined) {
      const params = { place, type: String(message["type"] ?? "—").slice(0, 60) };
      decoded.rejects.push({ place, code: "ingest.type_unknown", params, original: { message, sent_at } });
      continue;
    }
    const own = message["sentAt"];
    decoded.records.push(
      segmentRecord(type, message, own === undefined || own === null ? ofBatch : sendingOf(own), place, context),
    );
  }
  return decoded;
}

/** When something was sent: as it was written, as text, and in ms where it can be read. */
interface Sending {
  readonly raw: unknown;
  readonly text: string | undefined;
  readonly ms: number | undefined;
}

function sendingOf(raw: unknown): Sending {
  const text = textOf(raw);
  return { raw, text, ms: text === undefined ? undefined : parseInstant(text) };
}

function segmentRecord(
  type: SegmentType,
  message: PlainObject,
  sent: Sending,
  place: string,
  context: DecodeContext,
): ClearRecord {
  const original_at = textOf(message["timestamp"]) ?? textOf(message["originalTimestamp"]);
  const original_ms = original_at === undefined ? undefined : parseInstant(original_at);
  const skew = correctSkew({
    original_ms: original_ms ?? Number.NaN,
    sent_ms: sent.ms,
    received_ms: context.received_at.getTime(),
  });
  const { kind, identities, body } = makeBody(type, message, context);
  const right = skew.flag === undefined && original_ms === skew.occurred_ms;
  const record: ClearRecord = {
    kind,
    key: textOf(message["messageId"]) ?? contentKey(message),
    // Nine of ten clocks are right: then the text the SDK wrote is the time, and there is no other to keep.
    occurred_at: right ? (original_at ?? "") : isoText(skew.occurred_ms),
    occurred_ms: skew.occurred_ms,
    identities,
    body,
    place,
    original: { message, sent_at: sent.raw },
  };
  return right ? record : { ...record, times: compact({ original_at, sent_at: sent.text, flag: skew.flag }) };
}

const SENDING = new Set(["sentAt", "receivedAt", "writeKey"]);

/** For senders that give no messageId: the message itself, whenever it is sent. */
function contentKey(message: PlainObject): string {
  return createHash("sha256")
    .update(canonicalText(rest(message, SENDING)))
    .digest("base64url");
}

type Made = Pick<ClearRecord, "kind" | "identities" | "body">;

function makeBody(type: SegmentType, message: PlainObject, context: DecodeContext): Made {
  const traits = traitsOf(message);
  const identities = identitiesOf(message, type === "group" ? {} : traits, context);
  const properties = asObject(message["properties"]);
  const left = envelopeExtra(message, ENVELOPES[type]);
  switch (type) {
    case "identify":
      return { kind: "member", identities, body: { ...memberBody(traits), ...left } };
    case "alias": {
      addIdentity(identities, context.settings.previous_id_kind ?? "cookie", message["previousId"]);
      return { kind: "identity_link", identities, body: { via: "alias", ...left } };
    }
    case "group": {
      const body = { name: "group", properties: compact({ group_id: message["groupId"], traits: message["traits"] }) };
      return { kind: "custom", identities, body: { ...body, ...left } };
    }
    case "page":
    case "screen": {
      const page = textOf(message["name"]) ?? textOf(properties["path"]) ?? textOf(properties["url"]);
      const category = textOf(message["category"]) ?? textOf(properties["category"]);
      const body = compact({ page, category, properties: message["properties"] });
      return {
        kind: "browse",
        identities,
        body: { ...body, ...left, call: type },
      };
    }
    default: {
      const name = textOf(message["event"]) ?? "";
      const ruled = applyEventRule(context.settings.events?.[name], properties, context);
      const made = ruled ?? segmentEvent(name, properties, textOf(message["messageId"]) ?? "", context);
      return { kind: made.kind, identities, body: Object.assign(made.body, left, { event: name }) };
    }
  }
}

/** What a message says beside its properties (context, integrations, version …): stored, not routed by. */
function envelopeExtra(message: PlainObject, used: ReadonlySet<string>): PlainObject {
  const left: PlainObject = {};
  let any = false;
  for (const name of Object.keys(message)) {
    if (used.has(name)) continue;
    left[name] = message[name];
    any = true;
  }
  return any ? { message: left } : {};
}

const NO_TRAITS: PlainObject = {};

function traitsOf(message: PlainObject): PlainObject {
  const { context, traits } = message;
  const inner = isObject(context) && isObject(context["traits"]) ? context["traits"] : undefined;
  if (inner === undefined) return isObject(traits) ? traits : NO_TRAITS;
  return isObject(traits) ? { ...inner, ...traits } : inner;
}

function identitiesOf(message: PlainObject, traits: PlainObject, context: DecodeContext): ClearIdentity[] {
  const identities: ClearIdentity[] = [];
  addIdentity(identities, context.settings.user_id_kind ?? "mall_id", message["userId"]);
  addIdentity(identities, "cookie", message["anonymousId"]);
  if (traits === NO_TRAITS) return identities;
  addIdentity(identities, "phone", traits["phone"] ?? traits["mobile"]);
  addIdentity(identities, "email", traits["email"]);
  addIdentity(identities, "unionid", traits["unionid"] ?? traits["unionId"]);
  addIdentity(identities, "openid", traits["openid"] ?? traits["openId"], textOf(traits["appid"] ?? traits["appId"]));
  addIdentity(identities, "card_no", traits["card_no"] ?? traits["cardNo"]);
  return identities.slice(0, LIMITS.identities_max);
}

const GENDERS: Readonly<Record<string, string>> = {
  f: "female",
  m: "male",
  female: "female",
  male: "male",
  女: "female",
  男: "male",
  other: "other",
};

/** Segment's reserved traits as fields of a member record; all of them are kept as they came under `traits`. */
export function memberBody(traits: PlainObject): PlainObject {
  const names = [textOf(traits["lastName"]), textOf(traits["firstName"])];
  const latin = names.every((part) => part === undefined || /^[\u0020-\u024f]*$/.test(part));
  const joined = latin ? names.reverse() : names;
  const whole = joined.filter((part) => part !== undefined).join(latin ? " " : "");
  const address = traits["address"];
  const parts = isObject(address) ? address : {};
  const street = isObject(address) ? addressText(address) : textOf(address);
  const gender = textOf(traits["gender"])?.toLowerCase();
  const birthday = textOf(traits["birthday"])?.slice(0, 10);
  const joined_at = textOf(traits["createdAt"]) ?? textOf(traits["joined_at"]);
  const known = compact({
    name: textOf(traits["name"]) ?? (whole === "" ? undefined : whole),
    gender: gender === undefined ? undefined : (GENDERS[gender] ?? "other"),
    birthday,
    address: street,
    city: textOf(traits["city"]) ?? textOf(parts["city"]),
    province: textOf(parts["state"]),
    occupation: textOf(traits["occupation"]),
    joined_at: joined_at !== undefined && parseInstant(joined_at) !== undefined ? joined_at : undefined,
  });
  return Object.keys(traits).length === 0 ? known : { ...known, traits };
}

function addressText(address: PlainObject): string | undefined {
  const parts = ["country", "state", "city", "street", "postalCode"].map((name) => textOf(address[name]));
  const text = parts.filter((part) => part !== undefined).join(" ");
  return text === "" ? undefined : text;
}
