import { type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { type Params, problem, sentence } from "../../platform/index.ts";
import { AUDIENCES, BenefitDefinition, GIVES, RHYTHMS } from "./benefit.ts";
import "./errors.ts";

/** What stands in the way of using a definition: where, and a sentence in both languages. */
export interface DefinitionProblem {
  readonly path: string;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

const PROBLEMS_MAX = 30;

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export function found(path: string, name: string, params: Params = {}): DefinitionProblem {
  const code = `benefits.${name}`;
  return { path, code, zh: sentence(code, params, "zh"), en: sentence(code, params, "en") };
}

function inWords({ keyword, instancePath, params, message }: SchemaError): DefinitionProblem[] {
  const list = (name: string) => (Array.isArray(params[name]) ? (params[name] as unknown[]).map(String) : []);
  if (keyword === "additionalProperties")
    return list("additionalProperties").map((field) => found(`${instancePath}/${field}`, "setting_unknown", { field }));
  if (keyword === "required")
    return list("requiredProperties").map((field) => found(`${instancePath}/${field}`, "setting_missing", { field }));
  // parts of a union speak of its other kinds
  if (keyword === "boolean" || keyword === "const" || keyword === "anyOf") return [];
  return [found(instancePath, "setting_value", { message })];
}

/** What a schema finds wrong, in sentences, each place once. */
export function shapeProblems(schema: TSchema, value: unknown, at = ""): DefinitionProblem[] {
  if (Value.Check(schema, value)) return [];
  const told = (Value.Errors(schema, value) as unknown as SchemaError[]).flatMap(inWords);
  const places = new Map(told.map((one) => [one.path, { ...one, path: `${at}${one.path}` }]));
  return places.size > 0 ? [...places.values()] : [found(at, "setting_value", { message: "no known form" })];
}

type Kinds = Readonly<Record<string, TSchema>>;

/** A part with a kind is judged by the schema of that kind alone. */
function kindProblems(kinds: Kinds, part: unknown, path: string): DefinitionProblem[] {
  const kind = String((part as { kind?: unknown } | null | undefined)?.kind);
  const schema = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (schema === undefined) return [found(`${path}/kind`, "setting_kind", { kinds: Object.keys(kinds).join(" / ") })];
  return shapeProblems(schema, part, path);
}

const Shell = Type.Object(
  { ...BenefitDefinition.properties, audience: Type.Unknown(), rhythm: Type.Unknown(), give: Type.Unknown() },
  { additionalProperties: false },
);

/** Everything that is wrong with a benefit. @returns empty: it can be used */
export function benefitProblems(input: unknown): DefinitionProblem[] {
  const shell = shapeProblems(Shell, input);
  const parts = (input ?? {}) as Partial<Record<keyof BenefitDefinition, unknown>>;
  const shapes = [
    ...shell,
    ...kindProblems(AUDIENCES, parts.audience, "/audience"),
    ...kindProblems(RHYTHMS, parts.rhythm, "/rhythm"),
    ...kindProblems(GIVES, parts.give, "/give"),
  ];
  return (shapes.length > 0 ? shapes : senseProblems(input as BenefitDefinition)).slice(0, PROBLEMS_MAX);
}

/** Whether somebody has to take it after it was granted. */
export const isCollected = ({ give }: Pick<BenefitDefinition, "give">): boolean =>
  give.kind === "redemption" || give.kind === "gift" || give.kind === "invitation";

function senseProblems(benefit: BenefitDefinition): DefinitionProblem[] {
  const { audience, rhythm, usable_days, remind_days } = benefit;
  const problems: DefinitionProblem[] = [];
  if (audience.kind === "tiers")
    for (const [at, { ladder }] of audience.of.entries())
      if (audience.of.findIndex((one) => one.ladder === ladder) < at)
        problems.push(found(`/audience/of/${at}/ladder`, "ladder_twice", { ladder }));
  const collected = isCollected(benefit);
  if (collected && rhythm.kind === "once" && usable_days === null)
    problems.push(found("/usable_days", "once_has_no_period", { what_zh: benefit.zh, what_en: benefit.en }));
  if (remind_days !== null && !collected) problems.push(found("/remind_days", "remind_nothing"));
  if (remind_days !== null && usable_days !== null && remind_days >= usable_days)
    problems.push(found("/remind_days", "remind_too_early", { remind_days, usable_days }));
  return problems;
}

/** @throws benefits.bad_benefit with every problem and its path */
export function readBenefit(input: unknown): BenefitDefinition {
  const problems = benefitProblems(input);
  const [first] = problems;
  if (first === undefined) return input as BenefitDefinition;
  const place = first.path === "" ? "/" : first.path;
  throw problem(
    "benefits.bad_benefit",
    { count: problems.length, place, first_zh: first.zh, first_en: first.en },
    problems,
  );
}
