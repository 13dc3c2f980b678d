import { type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { isDay, type Params, problem, sentence } from "../../platform/index.ts";
import "../errors.ts";
import { type EarnRule, type Programme, ProgrammeSchema, RULE_SCHEMAS, RULES_MAX } from "./programme.ts";

/** What stands in the way of using a programme: where, and a sentence in both languages. */
export interface ProgrammeProblem {
  readonly path: string;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

const PROBLEMS_MAX = 30;
/** The programme with its rules unread: each is judged by its own kind. */
const Shell = Type.Object(
  { ...ProgrammeSchema.properties, rules: Type.Array(Type.Unknown(), { minItems: 1, maxItems: RULES_MAX }) },
  { additionalProperties: false },
);

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message: string;
}

function found(path: string, name: string, params: Params = {}): ProgrammeProblem {
  const code = `points.${name}`;
  return { path, code, zh: sentence(code, params, "zh"), en: sentence(code, params, "en") };
}

const TYPES_ZH: Readonly<Record<string, string>> = {
  integer: "一个整数",
  string: "一段文字",
  array: "一个列表",
  object: "一个对象",
  boolean: "true 或 false",
};

/** What a schema says, in words; parts of a union that speak of the other kinds are left out. */
function inWords({ keyword, instancePath, params, message }: SchemaError): ProgrammeProblem[] {
  const list = (name: string) => (Array.isArray(params[name]) ? (params[name] as unknown[]).map(String) : []);
  switch (keyword) {
    case "additionalProperties":
      return list("additionalProperties").map((field) =>
        found(`${instancePath}/${field}`, "unknown_setting", { field }),
      );
    case "required":
      return list("requiredProperties").map((field) => found(`${instancePath}/${field}`, "setting_missing", { field }));
    case "minimum":
    case "maximum":
      return [
        found(instancePath, keyword === "minimum" ? "too_small" : "too_large", { limit: Number(params["limit"]) }),
      ];
    case "type":
      return [
        found(instancePath, "wrong_type", {
          wanted_zh: TYPES_ZH[String(params["type"])] ?? String(params["type"]),
          wanted_en: String(params["type"]),
        }),
      ];
    case "boolean":
    case "const":
    case "anyOf":
      return [];
    default:
      return [found(instancePath, "wrong_value", { message })];
  }
}

function schemaProblems(schema: TSchema, value: unknown, at: string): ProgrammeProblem[] {
  if (Value.Check(schema, value)) return [];
  const told = (Value.Errors(schema, value) as unknown as SchemaError[]).flatMap(inWords);
  const known = new Map(told.map((one) => [one.path, { ...one, path: `${at}${one.path}` }]));
  return known.size > 0 ? [...known.values()] : [found(at, "wrong_value", { message: "no known form" })];
}

/** Everything that is wrong with a programme. @returns empty: it can be used */
export function programmeProblems(input: unknown): ProgrammeProblem[] {
  const shell = schemaProblems(Shell, input, "");
  const rules = (input as { rules?: unknown } | null)?.rules;
  if (!Array.isArray(rules)) return shell.slice(0, PROBLEMS_MAX);
  const inRules = rules.slice(0, RULES_MAX).flatMap((rule: unknown, at) => ruleProblems(rule, `/rules/${at}`));
  const shapes = [...shell, ...inRules];
  if (shapes.length > 0) return shapes.slice(0, PROBLEMS_MAX);
  return senseProblems(input as Programme).slice(0, PROBLEMS_MAX);
}

function ruleProblems(rule: unknown, path: string): ProgrammeProblem[] {
  const kind = String((rule as { kind?: unknown } | null)?.kind);
  if (!Object.hasOwn(RULE_SCHEMAS, kind))
    return [found(`${path}/kind`, "unknown_rule_kind", { kinds: Object.keys(RULE_SCHEMAS).join(" / ") })];
  return schemaProblems(RULE_SCHEMAS[kind as keyof typeof RULE_SCHEMAS], rule, path);
}

/** What is well formed and still makes no sense. */
function senseProblems(programme: Programme): ProgrammeProblem[] {
  const seen = new Set<string>();
  const problems = expiryProblems(programme.expiry, "/expiry");
  for (const [at, rule] of programme.rules.entries()) {
    const path = `/rules/${at}`;
    if (seen.has(rule.key)) problems.push(found(`${path}/key`, "rule_key_twice", { key: rule.key }));
    seen.add(rule.key);
    problems.push(...dayProblems(rule, path));
    if (rule.expiry !== undefined) problems.push(...expiryProblems(rule.expiry, `${path}/expiry`));
    if (rule.kind === "multiplier" && !programme.rules.some((one) => one.kind === "amount"))
      problems.push(found(path, "nothing_to_multiply", { rule: rule.zh }));
  }
  return problems;
}

function dayProblems(rule: EarnRule, path: string): ProgrammeProblem[] {
  const { from_day, last_day } = rule;
  for (const [name, day] of [
    ["from_day", from_day],
    ["last_day", last_day],
  ] as const)
    if (day !== undefined && !isDay(day)) return [found(`${path}/${name}`, "no_such_day", { day })];
  if (from_day !== undefined && last_day !== undefined && last_day < from_day)
    return [found(`${path}/last_day`, "bad_day", { last_day, first_day: from_day })];
  return [];
}

function expiryProblems(expiry: Programme["expiry"], path: string): ProgrammeProblem[] {
  if (expiry.kind !== "rolling" && expiry.kind !== "sliding") return [];
  return (expiry.months === undefined) === (expiry.days === undefined) ? [found(path, "one_length")] : [];
}

/** @throws points.bad_programme with every problem and its path */
export function readProgramme(input: unknown): Programme {
  const problems = programmeProblems(input);
  const [first] = problems;
  if (first !== undefined) {
    const place = first.path === "" ? "/" : first.path;
    throw problem(
      "points.bad_programme",
      { count: problems.length, place, first_zh: first.zh, first_en: first.en },
      problems,
    );
  }
  return input as Programme;
}
