import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import { templateChoices } from "../channels/index.ts";
import type { Ground } from "../ground.ts";
import { isDay, type Params, Problem, sentence } from "../platform/index.ts";
import { rehearseErrands } from "../robots/index.ts";
import { conditionSentence } from "../segments/index.ts";
import type { Tx } from "../store/index.ts";
import { namedProblems } from "./named-check.ts";
import { variableProblems } from "./variables/variable-check.ts";
import { ENTRIES, JourneyDefinition, type Node, NODES, NODES_MAX, waysOf } from "./definition.ts";
import "./errors.ts";
import { HAPPENING_KINDS } from "./own-events.ts";

/** What stands in the way of publishing: where, and a sentence in both languages. */
export interface JourneyProblem {
  /** A JSON pointer into the definition; of a node, /nodes/<key>. */
  readonly path: string;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

const PROBLEMS_MAX = 50;

function found(path: string, name: string, params: Params = {}): JourneyProblem {
  const code = `journeys.${name}`;
  return { path, code, zh: sentence(code, params, "zh"), en: sentence(code, params, "en") };
}

/** What is said of a field that still has to be chosen. */
const NOT_CHOSEN: Readonly<Record<string, string>> = {
  template: "template_missing",
  coupon: "coupon_missing",
  benefit: "benefit_missing",
  tier: "tier_missing",
  journey: "journey_missing",
  experiment: "experiment_missing",
};

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message: string;
}

function inWords({ keyword, instancePath, params, message }: SchemaError): JourneyProblem[] {
  const list = (name: string) => (Array.isArray(params[name]) ? (params[name] as unknown[]).map(String) : []);
  if (keyword === "additionalProperties")
    return list("additionalProperties").map((field) => found(`${instancePath}/${field}`, "setting_unknown", { field }));
  if (keyword === "required")
    return list("requiredProperties").map((field) => found(`${instancePath}/${field}`, "setting_missing", { field }));
  const missing = keyword === "pattern" ? NOT_CHOSEN[instancePath.slice(instancePath.lastIndexOf("/") + 1)] : undefined;
  if (missing !== undefined) return [found(instancePath, missing)];
  if (keyword === "minimum" && instancePath.endsWith("/robot_id")) return [found(instancePath, "robot_missing")];
  if (keyword === "minimum" && instancePath.endsWith("/endpoint_id")) return [found(instancePath, "endpoint_missing")];
  if (keyword === "minLength" && instancePath.endsWith("/text")) return [found(instancePath, "text_missing")];
  // parts of a union speak of its other kinds
  if (keyword === "boolean" || keyword === "const" || keyword === "anyOf") return [];
  return [found(instancePath, "setting_value", { message })];
}

/** Everything that is wrong with a definition, each at its place; empty: it can be published. */
export async function journeyProblems(tx: Tx, ground: Ground, value: unknown): Promise<JourneyProblem[]> {
  if (!Value.Check(JourneyDefinition, value)) {
    const told = formProblems(value);
    const places = [...new Map(told.map((one) => [one.path, one])).values()];
    return places.length > 0
      ? places.slice(0, PROBLEMS_MAX)
      : [found("", "setting_value", { message: "no known form" })];
  }
  const problems = [...shapeOf(value), ...eventsOf(value), ...rhythmOf(value)];
  if (value.entry.kind === "schedule" && value.entry.condition !== undefined)
    problems.push(...(await conditionProblems(tx, ground, "/entry/condition", value.entry.condition)));
  for (const [key, node] of Object.entries(value.nodes)) {
    if (node.kind === "condition")
      problems.push(...(await conditionProblems(tx, ground, `/nodes/${key}/condition`, node.condition)));
    if (node.kind === "robot") problems.push(...(await robotProblems(tx, key, node)));
  }
  problems.push(...(await messageProblems(tx, value)));
  for (const { path, name, params } of await namedProblems(tx, ground, value)) problems.push(found(path, name, params));
  return problems.slice(0, PROBLEMS_MAX);
}

async function robotProblems(
  tx: Tx,
  key: string,
  { robot_id, inputs = {} }: Extract<Node, { kind: "robot" }>,
): Promise<JourneyProblem[]> {
  const [refused] = await rehearseErrands(tx, [{ robot_id, inputs }]);
  return refused === undefined ? [] : [found(`/nodes/${key}/robot_id`, "robot_unfit", { robot_id })];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The entry and each node are judged as what their kind says they are: a union's own errors speak of all its kinds. */
function formProblems(value: unknown): JourneyProblem[] {
  if (!isObject(value)) return errorsIn(JourneyDefinition, value, "");
  const { entry, nodes } = value;
  const rest = { ...value, entry: isObject(entry) ? { kind: "api" } : entry, nodes: isObject(nodes) ? {} : nodes };
  return [
    ...errorsIn(JourneyDefinition, rest, ""),
    ...(isObject(entry) ? partProblems(ENTRIES, entry, "/entry") : []),
    ...Object.entries(isObject(nodes) ? nodes : {}).flatMap(([key, node]) =>
      partProblems(NODES, node, `/nodes/${key}`),
    ),
  ];
}

function partProblems(kinds: Readonly<Record<string, TSchema>>, part: unknown, path: string): JourneyProblem[] {
  const kind = isObject(part) ? String(part["kind"]) : "";
  const schema = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (schema === undefined)
    return [found(`${path}/kind`, "kind_unknown", { kind, kinds: Object.keys(kinds).join(", ") })];
  return Value.Check(schema, part) ? [] : errorsIn(schema, part, path);
}

function errorsIn(schema: TSchema, value: unknown, path: string): JourneyProblem[] {
  return (Value.Errors(schema, value) as unknown as SchemaError[]).flatMap((error) =>
    inWords({ ...error, instancePath: `${path}${error.instancePath}` }),
  );
}

function shapeOf({ nodes, start }: JourneyDefinition): JourneyProblem[] {
  const keys = new Set(Object.keys(nodes));
  const problems: JourneyProblem[] = [];
  if (keys.size > NODES_MAX) return [found("/nodes", "setting_value", { message: `≤ ${NODES_MAX}` })];
  if (!keys.has(start)) problems.push(found("/start", "node_missing", { key: start }));
  const reached = reachedFrom(start, nodes);
  for (const [key, node] of Object.entries(nodes)) {
    const path = `/nodes/${key}`;
    for (const next of new Set(waysOf(node)))
      if (!keys.has(next)) problems.push(found(path, "node_missing", { key: next }));
    if (!reached.has(key)) problems.push(found(path, "node_unreached"));
    if (node.kind === "ab" && new Set(node.branches.map(({ variant }) => variant)).size < node.branches.length)
      problems.push(found(`${path}/branches`, "variants_alike"));
    if (node.kind === "random" || node.kind === "ab") {
      const sum = node.branches.reduce((total, branch) => total + branch.percent, 0);
      if (sum !== 100) problems.push(found(`${path}/branches`, "percents", { sum }));
    }
    if (turnsEndlessly(key, nodes)) problems.push(found(path, "endless"));
  }
  return problems;
}

type Nodes = Readonly<Record<string, Node>>;

function reachedFrom(start: string, nodes: Nodes): Set<string> {
  const reached = new Set<string>();
  const ahead = [start];
  for (let key = ahead.pop(); key !== undefined; key = ahead.pop()) {
    const node = nodes[key];
    if (node === undefined || reached.has(key)) continue;
    reached.add(key);
    ahead.push(...waysOf(node));
  }
  return reached;
}

/** Whoever is at such a node always stays a while. */
const takesTime = (node: Node): boolean =>
  node.kind === "wait" || node.kind === "wait_until" || (node.kind === "staff_task" && node.otherwise !== undefined);

/** Whether ways lead from a node back to it past nothing that takes time. */
function turnsEndlessly(key: string, nodes: Nodes): boolean {
  const start = nodes[key];
  if (start === undefined || takesTime(start)) return false;
  const seen = new Set<string>();
  const ahead = [...endlessWays(start)];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (next === key) return true;
    const node = nodes[next];
    if (node === undefined || seen.has(next) || takesTime(node)) continue;
    seen.add(next);
    ahead.push(...endlessWays(node));
  }
  return false;
}

/** Ways that can be taken any number of times: a jump is taken as often as it says. */
const endlessWays = (node: Node): readonly string[] => (node.kind === "jump" ? [node.next] : waysOf(node));

function eventsOf({ entry, goal, nodes }: JourneyDefinition): JourneyProblem[] {
  const known = new Set(HAPPENING_KINDS.map(({ kind }) => kind));
  const named: [string, string][] = [];
  if (entry.kind === "event") named.push(["/entry/event", entry.event]);
  if (goal !== null) named.push(["/goal/event", goal.event]);
  for (const [key, node] of Object.entries(nodes))
    if (node.kind === "wait_until") named.push([`/nodes/${key}/event`, node.event]);
  return named.filter(([, event]) => !known.has(event)).map(([path, event]) => found(path, "event_unknown", { event }));
}

/** On which days a schedule has its moments must be said for its rhythm. */
function rhythmOf({ entry }: JourneyDefinition): JourneyProblem[] {
  if (entry.kind !== "schedule") return [];
  if (entry.every === "week" && entry.weekdays === undefined) return [found("/entry/weekdays", "weekdays_missing")];
  if (entry.every === "month" && entry.month_day === undefined) return [found("/entry/month_day", "month_day_missing")];
  if (entry.every === "once" && (entry.on === undefined || !isDay(entry.on)))
    return [found("/entry/on", "day_missing")];
  return [];
}

async function conditionProblems(tx: Tx, ground: Ground, path: string, condition: unknown): Promise<JourneyProblem[]> {
  if (condition === null) return [found(path, "condition_missing")];
  try {
    await conditionSentence(tx, ground, condition);
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const why_zh = sentence(error.code, error.params, "zh");
    const why_en = sentence(error.code, error.params, "en");
    return [found(path, "condition_bad", { why_zh, why_en })];
  }
}

async function messageProblems(tx: Tx, definition: JourneyDefinition): Promise<JourneyProblem[]> {
  const messages = Object.entries(definition.nodes).filter(([, node]) => node.kind === "message");
  if (messages.length === 0) return [];
  const templates = new Map((await templateChoices(tx)).map((one) => [one.template, one]));
  return messages.flatMap(([key, node]) => {
    if (node.kind !== "message") return [];
    const template = templates.get(node.template);
    if (template === undefined)
      return [found(`/nodes/${key}/template`, "template_unknown", { template: node.template })];
    return variableProblems(definition, key, node, template).map(({ path, name, params }) => found(path, name, params));
  });
}
