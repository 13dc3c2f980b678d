import type { Expression } from "../query/index.ts";
import {
  DEFINITION_BYTES_MAX,
  JSON_DEPTH_MAX,
  KEY_MAX,
  NAME_MAX,
  PART_NAME_MAX,
  PARTS_MAX,
  PROBLEMS_MAX,
  REASON_MAX,
  RESERVED_KEYS,
  SENTENCE_MAX,
  VALUE_MAX,
  VALUES_LISTED_MAX,
  WINDOW_MAX,
} from "./custom-limits.ts";
import type { TagDefinition, TagReason, TagUnit, TagValueMeaning } from "./definition.ts";
import type { Say, TagProblem } from "./lint.ts";

/** A tag that people make: the object of definitions/tags/, without a worked example. */
export type CustomDefinition = Omit<TagDefinition, "example" | "codes" | "default">;

export type ReadResult =
  | { readonly ok: true; readonly definition: CustomDefinition }
  | { readonly ok: false; readonly problems: readonly TagProblem[] };

const OWNERS = ["operations", "analytics", "data"] as const;
const FAMILIES = ["basic", "consumption", "social"] as const;
const FRESHNESS = ["event", "day"] as const;
const PRIVACY = ["L1", "L2", "L3", "L4"] as const;
const UNITS: readonly TagUnit[] = ["minor", "share", "days", "times", "people", "kinds", "points", "stars", "number"];
const FIELDS = new Set([
  "key",
  "zh",
  "en",
  "sentence_zh",
  "sentence_en",
  "owner",
  "family",
  "values",
  "unit",
  "window_zh",
  "window_en",
  "freshness",
  "privacy",
  "profiling",
  "expression",
  "reason",
]);
const VALUE_FIELDS = new Set(["value", "zh", "en", "meaning_zh", "meaning_en"]);

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Reads the shape of a definition from JSON that came from outside: every field known, of its kind and within its bound,
 * every text free of control characters. Nothing is evaluated; what comes back is a new object of the known fields. The
 * expression is checked against the catalogue afterwards (custom-check.ts).
 */
export function readDefinition(input: unknown): ReadResult {
  const problems: TagProblem[] = [];
  const say: Say = (path, zh, en) => {
    if (problems.length < PROBLEMS_MAX) problems.push({ path, zh, en });
  };
  if (!isObject(input)) {
    say("", "定义应当是一个 JSON 对象", "a definition must be a JSON object");
    return { ok: false, problems };
  }
  refuseControls(input, "", say);
  if (problems.length > 0) return { ok: false, problems };
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes > DEFINITION_BYTES_MAX) {
    say("", `定义超过 ${DEFINITION_BYTES_MAX} 字节`, `the definition is larger than ${DEFINITION_BYTES_MAX} bytes`);
    return { ok: false, problems };
  }
  refuseUnknown(input, FIELDS, "", say);
  const definition = definitionOf(input, say);
  return problems.length > 0 || definition === undefined ? { ok: false, problems } : { ok: true, definition };
}

function definitionOf(input: Fields, say: Say): CustomDefinition | undefined {
  const key = text(input, "key", KEY_MAX, say);
  if (!/^[a-z][a-z0-9_]{2,39}$/.test(key))
    say(
      "key",
      "键由小写字母、数字和下划线组成，以字母开头，3 到 40 个字符",
      "the key is snake_case of 3 to 40 characters",
    );
  if (RESERVED_KEYS.has(key)) say("key", `“${key}”是保留的键，请换一个`, `the key ${key} is reserved, choose another`);
  const [zh, en] = [text(input, "zh", NAME_MAX, say), text(input, "en", NAME_MAX, say)];
  const sentence_zh = text(input, "sentence_zh", SENTENCE_MAX, say);
  const sentence_en = text(input, "sentence_en", SENTENCE_MAX, say);
  const [window_zh, window_en] = [text(input, "window_zh", WINDOW_MAX, say), text(input, "window_en", WINDOW_MAX, say)];
  const owner = oneOf(input, "owner", OWNERS, say);
  const family = oneOf(input, "family", FAMILIES, say);
  const freshness = oneOf(input, "freshness", FRESHNESS, say);
  const privacy = oneOf(input, "privacy", PRIVACY, say);
  const unit = input["unit"] === undefined ? undefined : oneOf(input, "unit", UNITS, say);
  const values = input["values"] === undefined ? undefined : valuesOf(input["values"], say);
  const reason = reasonOf(input["reason"], say);
  if (input["profiling"] !== undefined && typeof input["profiling"] !== "boolean")
    say("profiling", "profiling 只能是 true 或 false", "profiling is true or false");
  if (!isObject(input["expression"])) say("expression", "缺少表达式", "the expression is missing");
  if (
    owner === undefined ||
    family === undefined ||
    freshness === undefined ||
    privacy === undefined ||
    reason === undefined
  )
    return undefined;
  return {
    key,
    zh,
    en,
    sentence_zh,
    sentence_en,
    owner,
    family,
    ...(values === undefined ? {} : { values }),
    ...(unit === undefined ? {} : { unit }),
    window_zh,
    window_en,
    freshness,
    privacy,
    ...(input["profiling"] === true ? { profiling: true } : {}),
    expression: input["expression"] as unknown as Expression,
    reason,
  };
}

function valuesOf(input: unknown, say: Say): readonly TagValueMeaning[] {
  if (!Array.isArray(input) || input.length === 0 || input.length > VALUES_LISTED_MAX) {
    say(
      "values",
      `取值列表要有 1 到 ${VALUES_LISTED_MAX} 项`,
      `the list of values has 1 to ${VALUES_LISTED_MAX} items`,
    );
    return [];
  }
  const seen = new Set<string>();
  return input.map((item: unknown, index) => {
    const path = `values[${index}]`;
    if (!isObject(item)) {
      say(path, "取值应当是一个对象", "a value must be an object");
      return { value: "", zh: "", en: "", meaning_zh: "", meaning_en: "" };
    }
    refuseUnknown(item, VALUE_FIELDS, path, say);
    const value = text(item, "value", VALUE_MAX, say, path);
    if (seen.has(value)) say(path, `取值“${value}”列了两次`, `the value ${value} is listed twice`);
    seen.add(value);
    return {
      value,
      zh: text(item, "zh", VALUE_MAX, say, path),
      en: text(item, "en", VALUE_MAX, say, path),
      meaning_zh: text(item, "meaning_zh", SENTENCE_MAX, say, path),
      meaning_en: text(item, "meaning_en", SENTENCE_MAX, say, path),
    };
  });
}

function reasonOf(input: unknown, say: Say): TagReason | undefined {
  if (!isObject(input)) {
    say(
      "reason",
      "缺少理由：一句话说明会员为什么有这个值",
      "the reason is missing: one sentence of why a member has the value",
    );
    return undefined;
  }
  refuseUnknown(input, new Set(["zh", "en", "parts"]), "reason", say);
  const [zh, en] = [text(input, "zh", REASON_MAX, say, "reason"), text(input, "en", REASON_MAX, say, "reason")];
  const given = input["parts"];
  if (given === undefined) return { zh, en };
  if (!isObject(given) || Object.keys(given).length > PARTS_MAX) {
    say("reason.parts", `理由最多有 ${PARTS_MAX} 个部分`, `a reason has at most ${PARTS_MAX} parts`);
    return undefined;
  }
  const parts: [string, { expression: Expression; unit?: TagUnit }][] = [];
  for (const [name, part] of Object.entries(given)) {
    const path = `reason.parts.${name.slice(0, PART_NAME_MAX)}`;
    if (!/^[a-z][a-z0-9_]*$/.test(name) || name.length > PART_NAME_MAX || name === "value")
      say(
        path,
        "部分的名字不合规",
        `a part is called by at most ${PART_NAME_MAX} small letters, digits and underscores`,
      );
    if (!isObject(part) || !isObject(part["expression"])) {
      say(path, "这一部分缺少表达式", "the part has no expression");
      continue;
    }
    refuseUnknown(part, new Set(["expression", "unit"]), path, say);
    const unit = part["unit"] === undefined ? undefined : oneOf(part, "unit", UNITS, say, path);
    const expression = part["expression"] as unknown as Expression;
    parts.push([name, { expression, ...(unit === undefined ? {} : { unit }) }]);
  }
  return { zh, en, parts: Object.fromEntries(parts) };
}

function refuseUnknown(input: Fields, known: ReadonlySet<string>, path: string, say: Say): void {
  for (const field of Object.keys(input)) {
    if (known.has(field)) continue;
    const name = field.slice(0, NAME_MAX);
    say(at(path, name), `不认识的字段“${name}”`, `unknown field ${name}`);
  }
}

function text(input: Fields, field: string, longest: number, say: Say, path = ""): string {
  const value = input[field];
  if (typeof value === "string" && value.trim() !== "" && value.length <= longest) return value.trim();
  say(at(path, field), `要填 1 到 ${longest} 个字符`, `needs 1 to ${longest} characters`);
  return "";
}

function oneOf<T extends string>(
  input: Fields,
  field: string,
  options: readonly T[],
  say: Say,
  path = "",
): T | undefined {
  const found = options.find((option) => option === input[field]);
  if (found === undefined)
    say(at(path, field), `应当是 ${options.join("、")} 之一`, `must be one of ${options.join(", ")}`);
  return found;
}

const at = (path: string, field: string): string => (path === "" ? field : `${path}.${field}`);

// PostgreSQL refuses U+0000 and half a surrogate pair in a text: told here with a place instead of a failed statement
const CONTROLS = /\p{Cc}/u;

/** Stops at a depth no right definition has: what comes from outside may be nested deeper than any stack. */
function refuseControls(value: unknown, path: string, say: Say, depth = 0): void {
  if (typeof value === "string") {
    if (CONTROLS.test(value) || !value.isWellFormed())
      say(path, "文字里有控制字符", "the text contains control characters");
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (depth === JSON_DEPTH_MAX) return say(path, "嵌套太深", "it is nested too deeply");
  for (const [field, part] of Object.entries(value)) {
    refuseControls(part, at(path, field.slice(0, NAME_MAX)), say, depth + 1);
  }
}
