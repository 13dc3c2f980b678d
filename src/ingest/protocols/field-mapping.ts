import { parseInstant } from "../instant.ts";
import type { ClearIdentity } from "../record.ts";
import type { IdentityKind } from "../vocabulary/identity-kinds.ts";
import { addIdentity, type DecodeContext, isObject, minorOf, type PlainObject, textOf } from "./decoded.ts";

/** How a value of a foreign message becomes one of ours. */
export type Conversion =
  | "text"
  | "minor"
  | "minor_absolute"
  | "absolute"
  | "unix_seconds"
  | "unix_milliseconds"
  | "local_time"
  | "boolean";

/** Where one field comes from: a path, or a path with a conversion and a table of values, or a fixed value. */
export type FieldSource =
  | string
  | {
      readonly path?: string;
      readonly value?: string | number | boolean;
      readonly as?: Conversion;
      readonly map?: Readonly<Record<string, string>>;
      /** For lists: the path of the array and the fields of one element. */
      readonly each?: string;
      readonly fields?: Readonly<Record<string, FieldSource>>;
    };

/** A declarative mapping: data kept on the source, never code. */
export interface RecordMapping {
  readonly kind: string;
  /** Path of an array of the payload each element of which is one record; the payload itself by default. */
  readonly each?: string;
  readonly key?: FieldSource;
  readonly occurred_at?: FieldSource;
  readonly identities?: Readonly<Partial<Record<IdentityKind, FieldSource>>>;
  readonly fields: Readonly<Record<string, FieldSource>>;
}

/** For one event name of an SDK: the kind and the fields, paths within the event's properties. */
export interface EventRule {
  readonly kind: string;
  readonly fields?: Readonly<Record<string, FieldSource>>;
}

/** The value at a path such as `order.lines[0].sku` or `$.order.id`; undefined where nothing is. */
export function valueAt(payload: unknown, path: string): unknown {
  let value: unknown = payload;
  for (const step of path.replace(/^\$\.?/, "").split(/[.[\]]+/)) {
    if (step === "") continue;
    if (Array.isArray(value)) value = /^\d+$/.test(step) ? value[Number(step)] : undefined;
    else if (isObject(value) && Object.hasOwn(value, step)) value = value[step];
    else return undefined;
  }
  return value;
}

const LOCAL = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?$/;

/** A time without zone as an instant of `timezone`, by its offset on that day. */
export function localInstant(text: string, timezone: string): string | undefined {
  if (parseInstant(text) !== undefined) return text;
  const match = LOCAL.exec(text.trim());
  if (match === null) return undefined;
  const wall = parseInstant(`${match[1]}T${match[2] ?? "00:00"}Z`);
  if (wall === undefined) return undefined;
  let ms = wall - offsetMs(wall, timezone);
  ms = wall - offsetMs(ms, timezone);
  return new Date(ms).toISOString();
}

const wallFormatters = new Map<string, Intl.DateTimeFormat>();

function offsetMs(ms: number, timezone: string): number {
  let formatter = wallFormatters.get(timezone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle: "medium" });
    wallFormatters.set(timezone, formatter);
  }
  return Date.parse(`${formatter.format(ms).replace(" ", "T")}Z`) - Math.floor(ms / 1000) * 1000;
}

/** One field of a foreign message; undefined when the message does not have it. */
export function mappedValue(source: FieldSource, payload: unknown, context: DecodeContext): unknown {
  if (typeof source === "string") return valueAt(payload, source);
  if (source.each !== undefined) return mappedList(source, payload, context);
  const found = source.path === undefined ? undefined : valueAt(payload, source.path);
  const value = found === undefined || found === null ? source.value : found;
  if (value === undefined) return undefined;
  if (source.map !== undefined) {
    const mapped = source.map[String(value)] ?? source.map["*"];
    return mapped ?? value;
  }
  return convert(value, source.as, context);
}

function mappedList(source: Exclude<FieldSource, string>, payload: unknown, context: DecodeContext): unknown {
  const list = valueAt(payload, source.each ?? "");
  const fields = source.fields;
  if (!Array.isArray(list) || fields === undefined) return list;
  return list.map((element: unknown) => mappedFields(fields, element, context));
}

/** All fields of a mapping over one message. */
export function mappedFields(
  fields: Readonly<Record<string, FieldSource>>,
  payload: unknown,
  context: DecodeContext,
): PlainObject {
  const body: PlainObject = {};
  for (const [name, source] of Object.entries(fields)) {
    const value = mappedValue(source, payload, context);
    if (value !== undefined && value !== null && value !== "") body[name] = value;
  }
  return body;
}

function convert(value: unknown, as: Conversion | undefined, context: DecodeContext): unknown {
  const number = typeof value === "number" ? value : Number(value);
  switch (as) {
    case "text":
      return textOf(value) ?? JSON.stringify(value);
    case "minor":
      return minorOf(value) ?? value;
    case "minor_absolute": {
      const minor = minorOf(value);
      return minor === undefined ? value : Math.abs(minor);
    }
    case "absolute":
      return typeof value === "string" ? value.replace(/^-/, "") : Number.isFinite(number) ? Math.abs(number) : value;
    case "unix_seconds":
      return Number.isFinite(number) ? new Date(number * 1000).toISOString() : value;
    case "unix_milliseconds":
      return Number.isFinite(number) ? new Date(number).toISOString() : value;
    case "local_time":
      return localInstant(String(value), context.timezone) ?? value;
    case "boolean":
      return value === true || value === "true" || value === "1" || value === 1 || value === "yes" || value === "是";
    default:
      return value;
  }
}

/** The identities a mapping finds in a message. */
export function mappedIdentities(mapping: RecordMapping, payload: unknown, context: DecodeContext): ClearIdentity[] {
  const identities: ClearIdentity[] = [];
  for (const [kind, source] of Object.entries(mapping.identities ?? {})) {
    addIdentity(identities, kind as IdentityKind, mappedValue(source, payload, context));
  }
  return identities;
}

/** A source's own rule for an event name, which goes before the built-in tables; undefined when it has none. */
export function applyEventRule(
  rule: EventRule | undefined,
  properties: PlainObject,
  context: DecodeContext,
): { kind: string; body: PlainObject } | undefined {
  if (rule === undefined) return undefined;
  return { kind: rule.kind, body: { ...mappedFields(rule.fields ?? {}, properties, context), properties } };
}
