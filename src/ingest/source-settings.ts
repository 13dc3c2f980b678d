import { problem } from "../platform/index.ts";
import { isObject } from "./protocols/decoded.ts";
import type { SourceSettings } from "./source.ts";
import { kindInfo } from "./validation.ts";
import { IDENTITY_KINDS } from "./vocabulary/identity-kinds.ts";

const IDENTITIES: ReadonlySet<string> = new Set(IDENTITY_KINDS);
const NAMES = new Set([
  "user_id_kind",
  "previous_id_kind",
  "distinct_id_kind",
  "identity_kinds",
  "events",
  "product_item_types",
  "mappings",
  "signed",
]);
const MAPPINGS_MAX = 20;

/** A source's settings as people send them, checked. @throws ingest.source_invalid naming the place */
export function checkSettings(settings: unknown): SourceSettings {
  if (!isObject(settings)) throw wrong("settings", "not an object");
  for (const name of Object.keys(settings)) if (!NAMES.has(name)) throw wrong(`settings.${name}`, "unknown setting");
  for (const name of ["user_id_kind", "previous_id_kind", "distinct_id_kind"])
    checkIdentity(settings[name], `settings.${name}`);
  for (const [name, kind] of entriesOf(settings["identity_kinds"], "settings.identity_kinds")) {
    if (kind === undefined || kind === null) throw wrong(`settings.identity_kinds.${name}`, "no identity kind");
    checkIdentity(kind, `settings.identity_kinds.${name}`);
  }
  for (const [name, rule] of entriesOf(settings["events"], "settings.events"))
    checkRule(rule, `settings.events.${name}`);
  const { mappings, product_item_types: types } = settings;
  if (mappings !== undefined) {
    if (!Array.isArray(mappings) || mappings.length > MAPPINGS_MAX)
      throw wrong("settings.mappings", `not a list of at most ${MAPPINGS_MAX}`);
    for (const [i, mapping] of (mappings as unknown[]).entries()) checkMapping(mapping, `settings.mappings[${i}]`);
  }
  if (types !== undefined && !(Array.isArray(types) && types.every((type) => typeof type === "string"))) {
    throw wrong("settings.product_item_types", "not a list of texts");
  }
  return settings as SourceSettings;
}

function wrong(place: string, reason: string): Error {
  return problem("ingest.source_invalid", { place, reason });
}

function entriesOf(value: unknown, place: string): [string, unknown][] {
  if (value === undefined) return [];
  if (!isObject(value)) throw wrong(place, "not an object");
  return Object.entries(value);
}

function checkIdentity(value: unknown, place: string): void {
  if (value === undefined) return;
  if (typeof value !== "string" || !IDENTITIES.has(value))
    throw wrong(place, `not one of ${IDENTITY_KINDS.join(", ")}`);
}

function checkRule(rule: unknown, place: string): void {
  if (!isObject(rule)) throw wrong(place, "not an object");
  const info = typeof rule["kind"] === "string" ? kindInfo(rule["kind"]) : undefined;
  if (info === undefined) throw wrong(`${place}.kind`, "no kind of the vocabulary");
  for (const [name, source] of entriesOf(rule["fields"], `${place}.fields`)) {
    if (typeof source !== "string" && !isObject(source))
      throw wrong(`${place}.fields.${name}`, "neither a path nor an object");
  }
}

function checkMapping(mapping: unknown, place: string): void {
  checkRule(mapping, place);
  if (!isObject(mapping)) return;
  if (!isObject(mapping["fields"])) throw wrong(`${place}.fields`, "missing");
  for (const [kind] of entriesOf(mapping["identities"], `${place}.identities`))
    checkIdentity(kind, `${place}.identities.${kind}`);
  if (mapping["each"] !== undefined && typeof mapping["each"] !== "string") throw wrong(`${place}.each`, "not a path");
}
