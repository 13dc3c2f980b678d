import type { Params } from "../platform/index.ts";
import { isDay, parseInstant } from "./instant.ts";
import { EARLIEST_INSTANT, FUTURE_MS_MAX, LIMITS } from "./limits.ts";
import { personalKindOf } from "./personal-pattern.ts";
import type { Field } from "./vocabulary/field.ts";
import { KINDS, type KindInfo } from "./vocabulary/kinds.ts";

/** Why a record cannot be used: a code of the registry with the words of its sentence (never personal data). */
export interface RecordProblem {
  readonly code: string;
  readonly params: Params;
  /** The field, as a path: "lines[3].quantity". */
  readonly field: string | null;
}

export interface CheckedBody {
  /** The vocabulary's fields in their canonical form. */
  readonly body: Record<string, unknown>;
  /** What the vocabulary does not know. */
  readonly extra: Record<string, unknown> | undefined;
  readonly problems: readonly RecordProblem[];
}

const KIND_BY_NAME = new Map(KINDS.map((info) => [info.kind, info]));
interface FieldPlan {
  readonly byName: ReadonlyMap<string, Field>;
  readonly required: readonly string[];
}
const PLANS = new WeakMap<readonly Field[], FieldPlan>();

export function kindInfo(kind: string): KindInfo | undefined {
  return KIND_BY_NAME.get(kind);
}

function planOf(fields: readonly Field[]): FieldPlan {
  let plan = PLANS.get(fields);
  if (plan === undefined) {
    plan = {
      byName: new Map(fields.map((f) => [f.name, f])),
      required: fields.filter((f) => f.required === true).map((f) => f.name),
    };
    PLANS.set(fields, plan);
  }
  return plan;
}

/** A value as a sentence may show it: short, and not at all when it is or looks personal. */
export function shown(value: unknown, field?: Field): string {
  if (value === undefined || value === null || value === "") return "—";
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? typeof value);
  if (field !== undefined && (field.privacy === "L3" || field.privacy === "L4")) return "▮";
  if (personalKindOf(text) !== undefined) return "▮";
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/**
 * A body in the vocabulary's canonical form: texts trimmed, decimals and money exact, instants in UTC, empty values
 * left out. Fields the vocabulary does not know are handed back apart. Problems carry `place` already.
 */
export function checkBody(
  info: KindInfo,
  body: Readonly<Record<string, unknown>>,
  place: string,
  now_ms: number,
): CheckedBody {
  const problems: RecordProblem[] = [];
  const context: CheckContext = { place, now_ms, kind: info.kind, problems };
  const { known, unknown } = checkFields(info.fields, body, "", context);
  return { body: known, extra: unknown, problems };
}

interface CheckContext {
  readonly place: string;
  readonly now_ms: number;
  readonly kind: string;
  readonly problems: RecordProblem[];
}

function report(context: CheckContext, code: string, path: string, params: Params): undefined {
  context.problems.push({
    code: `ingest.${code}`,
    params: { place: context.place, kind: context.kind, field: path, ...params },
    field: path,
  });
  return undefined;
}

function checkFields(
  fields: readonly Field[],
  values: Readonly<Record<string, unknown>>,
  prefix: string,
  context: CheckContext,
): { known: Record<string, unknown>; unknown: Record<string, unknown> | undefined } {
  const known: Record<string, unknown> = {};
  let unknown: Record<string, unknown> | undefined;
  const { byName, required } = planOf(fields);
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (value === undefined || value === null || value === "") continue;
    const field = byName.get(name);
    if (field === undefined) {
      unknown ??= {};
      unknown[name] = value;
      continue;
    }
    const path = prefix === "" ? name : `${prefix}.${name}`;
    const checked = checkValue(field, value, path, context);
    if (checked !== undefined) known[name] = checked;
  }
  for (const name of required) {
    const value = values[name];
    if (value !== undefined && value !== null && value !== "") continue;
    report(context, "field_missing", prefix === "" ? name : `${prefix}.${name}`, {});
  }
  return { known, unknown };
}

const EXPECTED: Record<string, readonly [zh: string, en: string]> = {
  text: ["文字", "a text"],
  integer: ["整数", "a whole number"],
  decimal: ["数字（最多 6 位小数）", "a number (up to 6 decimals)"],
  money: ["以最小货币单位计的整数（如分）", "a whole number of minor units (such as fen)"],
  boolean: ["true 或 false", "true or false"],
  list: ["列表", "a list"],
  object: ["对象", "an object"],
};

function wrongType(field: Field, value: unknown, path: string, context: CheckContext): undefined {
  const [expected_zh, expected] = EXPECTED[field.type] ?? [field.type, field.type];
  return report(context, "field_type", path, { expected_zh, expected, value: shown(value, field) });
}

const DECIMAL = /^[+-]?\d{1,15}(?:\.\d{1,6}0*)?$/;
const TRUE = new Set<unknown>([true, 1, "true", "1", "yes", "是"]);
const FALSE = new Set<unknown>([false, 0, "false", "0", "no", "否"]);

function checkValue(field: Field, value: unknown, path: string, context: CheckContext): unknown {
  switch (field.type) {
    case "text":
      return checkText(field, value, path, context);
    case "integer":
    case "money":
      return checkInteger(field, value, path, context);
    case "decimal":
      return checkDecimal(field, value, path, context);
    case "boolean":
      if (TRUE.has(value)) return true;
      if (FALSE.has(value)) return false;
      return wrongType(field, value, path, context);
    case "code":
      return checkCode(field, value, path, context);
    case "date":
      if (typeof value === "string" && isDay(value.trim())) return value.trim();
      return report(context, "date_invalid", path, { value: shown(value, field) });
    case "instant":
      return checkInstant(value, path, context);
    case "list":
      return checkList(field, value, path, context);
    default:
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
      return wrongType(field, value, path, context);
  }
}

function checkText(field: Field, value: unknown, path: string, context: CheckContext): string | undefined {
  const text =
    typeof value === "string"
      ? value.trim()
      : typeof value === "number" || typeof value === "boolean"
        ? String(value)
        : undefined;
  if (text === undefined) return wrongType(field, value, path, context);
  if (text.length > LIMITS.text_characters_max) {
    const limit = LIMITS.text_characters_max;
    return report(context, "field_too_long", path, { size: text.length, limit, limit_name: "text_characters_max" });
  }
  if (text === "") return undefined;
  // PostgreSQL stores no NUL in text or jsonb.
  return text.includes("\0") ? text.replaceAll("\0", "\u{fffd}") : text;
}

function inRange(field: Field, value: number, path: string, context: CheckContext): boolean {
  if ((field.min === undefined || value >= field.min) && (field.max === undefined || value <= field.max)) return true;
  const [least, most] = [field.min ?? "−∞", field.max ?? "+∞"];
  report(context, "field_range", path, { value: shown(value, field), least, most });
  return false;
}

function checkInteger(field: Field, value: unknown, path: string, context: CheckContext): number | undefined {
  const number = typeof value === "string" && /^[+-]?\d{1,15}$/.test(value.trim()) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number)) return wrongType(field, value, path, context);
  return inRange(field, number, path, context) ? number : undefined;
}

/** Decimals stay text from here on: "19.90" is nineteen ninety, never 19.899999. */
function checkDecimal(field: Field, value: unknown, path: string, context: CheckContext): string | undefined {
  const text = typeof value === "number" ? decimalOf(value) : typeof value === "string" ? value.trim() : "";
  if (!DECIMAL.test(text)) return wrongType(field, value, path, context);
  return inRange(field, Number(text), path, context) ? text.replace(/^\+/, "") : undefined;
}

function decimalOf(value: number): string {
  const text = String(value);
  return text.includes("e") && Math.abs(value) < 1 ? value.toFixed(6) : text;
}

function checkCode(field: Field, value: unknown, path: string, context: CheckContext): string | undefined {
  const text = typeof value === "string" ? value.trim().toLowerCase() : String(value);
  if (field.values?.includes(text) === true) return text;
  return report(context, "field_value", path, { value: shown(value, field), allowed: (field.values ?? []).join(", ") });
}

function checkInstant(value: unknown, path: string, context: CheckContext): string | undefined {
  const ms = typeof value === "string" ? parseInstant(value.trim()) : undefined;
  if (ms === undefined) return report(context, "instant_invalid", path, { value: shown(value) });
  if (!instantInRange(ms, context.now_ms)) return report(context, "instant_range", path, { value: shown(value) });
  return new Date(ms).toISOString();
}

/** After 1970-01-01 and not more than a day ahead. */
export function instantInRange(ms: number, now_ms: number): boolean {
  return ms >= EARLIEST_INSTANT && ms <= now_ms + FUTURE_MS_MAX;
}

function checkList(field: Field, value: unknown, path: string, context: CheckContext): unknown[] | undefined {
  if (!Array.isArray(value)) return wrongType(field, value, path, context);
  if (value.length > LIMITS.list_elements_max) {
    const limit = LIMITS.list_elements_max;
    return report(context, "field_too_long", path, { size: value.length, limit, limit_name: "list_elements_max" });
  }
  const items = field.items;
  if (items === undefined) return value;
  return value.map((element: unknown, i) => {
    const at = `${path}[${i}]`;
    if (typeof element !== "object" || element === null || Array.isArray(element)) {
      report(context, "field_type", at, { expected_zh: "对象", expected: "an object", value: shown(element, field) });
      return {};
    }
    const { known, unknown } = checkFields(items, element as Record<string, unknown>, at, context);
    return unknown === undefined ? known : { ...known, extra: unknown };
  });
}
