import type { Params } from "../../platform/index.ts";
import type { ClearIdentity, ClearRecord } from "../record.ts";
import type { SourceSettings } from "../source.ts";

/** A message that no record could be made of, with its reason and itself. */
export interface DecodedReject {
  readonly place: string;
  readonly code: string;
  readonly params: Params;
  readonly original: unknown;
}

/** What a protocol's decoder hands to the edge. */
export interface Decoded {
  readonly records: ClearRecord[];
  readonly rejects: DecodedReject[];
}

/** What a decoder knows besides the bytes. */
export interface DecodeContext {
  readonly settings: SourceSettings;
  readonly received_at: Date;
  readonly timezone: string;
  readonly currency: string;
}

export type PlainObject = Record<string, unknown>;

export function isObject(value: unknown): value is PlainObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text or number as trimmed text; undefined for anything else and for nothing. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") {
    const text = value.trim();
    return text === "" ? undefined : text;
  }
  return typeof value === "number" && Number.isFinite(value) ? String(value) : undefined;
}

/** The first of several properties that holds a text or number. */
export function firstText(object: PlainObject, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = textOf(object[name]);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** An amount in major units as an integer of minor units, half away from zero; undefined when it is no plain number. */
export function minorOf(value: unknown): number | undefined {
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "";
  const match = /^([+-]?)(\d{1,13})(?:\.(\d{1,12}))?$/.exec(text);
  if (match === null) return undefined;
  const fraction = `${match[3] ?? ""}000`;
  const minor = Number(match[2]) * 100 + Number(fraction.slice(0, 2)) + (fraction.charAt(2) >= "5" ? 1 : 0);
  return match[1] === "-" ? -minor : minor;
}

/** A fresh object without the properties that are undefined. */
export function compact(object: PlainObject): PlainObject {
  const kept: PlainObject = {};
  for (const name of Object.keys(object)) if (object[name] !== undefined) kept[name] = object[name];
  return kept;
}

/** The properties of `object` whose names are not in `used`. */
export function rest(object: PlainObject, used: ReadonlySet<string>): PlainObject {
  const left: PlainObject = {};
  for (const name of Object.keys(object)) if (!used.has(name)) left[name] = object[name];
  return left;
}

/** Appends an identity unless the value is missing or already there. */
export function addIdentity(
  list: ClearIdentity[],
  kind: ClearIdentity["kind"],
  value: unknown,
  namespace?: string,
): void {
  const text = textOf(value);
  if (text === undefined || list.some((known) => known.kind === kind && known.value === text)) return;
  list.push(namespace === undefined ? { kind, value: text } : { kind, value: text, namespace });
}
