import { type Params, problem, sentence } from "../platform/index.ts";
import { type Catalogue, checkTree, type Expression, scaleOf, isNumber } from "../query/index.ts";
import "./errors.ts";
import {
  AMOUNT_MAX,
  BENEFITS_MAX,
  entryOf,
  GRACE_DAYS_MAX,
  type LadderDefinition,
  PARTS_MAX,
  ROLLING_DAYS_MAX,
  TIERS_MAX,
  type TierStep,
} from "./ladder.ts";

/** What stands in the way of using a ladder: where, and a sentence in both languages. */
export interface LadderProblem {
  readonly path: string;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

const PROBLEMS_MAX = 30;
const KEY = /^[a-z][a-z0-9_]{0,39}$/;
const ROLLING_DAYS_MIN = 28;
const TEXT_MAX = 400;

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

class LadderChecker {
  readonly problems: LadderProblem[] = [];
  readonly catalogue: Catalogue;

  constructor(catalogue: Catalogue) {
    this.catalogue = catalogue;
  }

  report(path: string, name: string, params: Params = {}): void {
    if (this.problems.length >= PROBLEMS_MAX) return;
    const code = `tiers.${name}`;
    this.problems.push({ path, code, zh: sentence(code, params, "zh"), en: sentence(code, params, "en") });
  }

  shape(path: string, wanted_zh: string, wanted_en: string): void {
    this.report(path, "wrong_shape", { wanted_zh, wanted_en });
  }

  object(value: unknown, path: string, allowed: readonly string[]): Fields | undefined {
    if (!isObject(value)) {
      this.shape(path, "一个对象", "an object");
      return undefined;
    }
    for (const field of Object.keys(value)) if (!allowed.includes(field)) this.report(path, "unknown_field", { field });
    return value;
  }

  list(value: unknown, path: string, max: number): readonly unknown[] {
    if (!Array.isArray(value)) {
      this.shape(path, "一个列表", "a list");
      return [];
    }
    if (value.length > max) this.report(path, "too_many", { max });
    return value.slice(0, max);
  }

  text(value: unknown, path: string): void {
    if (typeof value !== "string" || value.trim() === "" || value.length > TEXT_MAX)
      this.shape(path, `1 到 ${TEXT_MAX} 个字`, `a text of 1 to ${TEXT_MAX} characters`);
  }

  key(value: unknown, path: string, seen?: Set<string>): void {
    if (typeof value !== "string" || !KEY.test(value)) {
      this.shape(path, "小写字母、数字和下划线组成的编码", "a key of lower-case letters, digits and underscores");
    } else if (seen?.has(value)) this.report(path, "key_twice", { key: value });
    else seen?.add(value);
  }

  integer(value: unknown, path: string, min: number, max: number): void {
    if (typeof value !== "number" || !Number.isSafeInteger(value)) this.shape(path, "一个整数", "a whole number");
    else if (value < min || value > max) this.report(path, "out_of_range", { min, max });
  }

  names(fields: Fields, path: string, ...names: readonly string[]): void {
    for (const name of names) this.text(fields[name], `${path}/${name}`);
  }
}

/**
 * Checks a ladder as a person or a file sent it, against the catalogue.
 * @returns every problem with its place; an empty list when the ladder may be used.
 */
export function ladderProblems(input: unknown, catalogue: Catalogue): readonly LadderProblem[] {
  const checker = new LadderChecker(catalogue);
  const ladder = checker.object(input, "", [
    "key",
    "zh",
    "en",
    "sentence_zh",
    "sentence_en",
    "measure",
    "currency",
    "window",
    "grace_days",
    "downgrade",
    "tiers",
  ]);
  if (ladder === undefined) return checker.problems;
  checker.key(ladder["key"], "/key");
  checker.names(ladder, "", "zh", "en", "sentence_zh", "sentence_en");
  if (typeof ladder["currency"] !== "string" || !/^[A-Z]{3}$/.test(ladder["currency"]))
    checker.shape("/currency", "三位大写货币代码", "a currency code of three capitals");
  checker.integer(ladder["grace_days"], "/grace_days", 0, GRACE_DAYS_MAX);
  if (ladder["downgrade"] !== "one_step" && ladder["downgrade"] !== "to_earned")
    checker.shape("/downgrade", "one_step 或 to_earned", "one_step or to_earned");
  checkMeasure(checker, ladder["measure"]);
  checkWindow(checker, ladder["window"]);
  checkTiers(checker, ladder["tiers"]);
  return checker.problems;
}

/** @throws tiers.bad_ladder with every problem and its path. */
export function readLadder(input: unknown, catalogue: Catalogue): LadderDefinition {
  const problems = ladderProblems(input, catalogue);
  const [first] = problems;
  if (first !== undefined) {
    const place = first.path === "" ? "/" : first.path;
    throw problem(
      "tiers.bad_ladder",
      { count: problems.length, place, first_zh: first.zh, first_en: first.en },
      problems,
    );
  }
  return input as LadderDefinition;
}

function checkMeasure(checker: LadderChecker, input: unknown): void {
  const measure = checker.object(input, "/measure", ["kind", "cap_per_order_minor", "parts"]);
  if (measure === undefined) return;
  if (measure["kind"] === "net_spend") {
    const cap = measure["cap_per_order_minor"];
    if (cap !== undefined) checker.integer(cap, "/measure/cap_per_order_minor", 1, AMOUNT_MAX);
    if (measure["parts"] !== undefined) checker.report("/measure", "unknown_field", { field: "parts" });
  } else if (measure["kind"] === "points") {
    const seen = new Set<string>();
    const parts = checker.list(measure["parts"], "/measure/parts", PARTS_MAX);
    if (parts.length === 0) checker.shape("/measure/parts", "至少一项", "at least one part");
    for (const [i, part] of parts.entries()) checkPart(checker, part, `/measure/parts/${i}`, seen);
  } else checker.shape("/measure/kind", "net_spend 或 points", "net_spend or points");
}

function checkPart(checker: LadderChecker, input: unknown, path: string, seen: Set<string>): void {
  const part = checker.object(input, path, ["key", "zh", "en", "expression"]);
  if (part === undefined) return;
  checker.key(part["key"], `${path}/key`, seen);
  checker.names(part, path, "zh", "en");
  const place = `${path}/expression`;
  const named = namesWindow(part["expression"]);
  if (named) checker.report(place, "window_in_points");
  // the windows that will be put in must fit too
  const tried = named ? part["expression"] : withWindow(part["expression"], "2000-01-01", "2000-12-31");
  const result = checkTree(tried, checker.catalogue);
  if (!result.ok) {
    for (const { path: inner, ...found } of result.problems)
      checker.problems.push({ ...found, path: `${place}${inner === "" ? "" : `/${inner}`}` });
  } else if (!isNumber(result.tree.type) || scaleOf(result.tree.type) !== 0) checker.report(place, "points_not_whole");
}

/** Whether a measure anywhere in the tree says which days count. */
function namesWindow(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(namesWindow);
  if (!isObject(node)) return false;
  return "window" in node || Object.values(node).some(namesWindow);
}

function checkWindow(checker: LadderChecker, input: unknown): void {
  const window = checker.object(input, "/window", ["kind", "days"]);
  if (window === undefined) return;
  const { kind, days } = window;
  if (kind === "rolling") checker.integer(days, "/window/days", ROLLING_DAYS_MIN, ROLLING_DAYS_MAX);
  else if (kind !== "calendar_year" && kind !== "anniversary")
    checker.shape("/window/kind", "calendar_year、anniversary 或 rolling", "calendar_year, anniversary or rolling");
  else if (days !== undefined) checker.report("/window", "unknown_field", { field: "days" });
}

function checkTiers(checker: LadderChecker, input: unknown): void {
  const seen = new Set<string>();
  const before = checker.problems.length;
  const tiers = checker.list(input, "/tiers", TIERS_MAX);
  if (tiers.length < 2) checker.shape("/tiers", "至少两个等级", "at least two tiers");
  for (const [rank, tier] of tiers.entries()) checkTier(checker, tier, rank, seen);
  if (checker.problems.length > before) return;
  let entry = 0;
  for (const [rank, tier] of (tiers as readonly TierStep[]).entries()) {
    if (rank === 0) continue;
    const own = entryOf(tier);
    if (own <= entry) checker.report(`/tiers/${rank}/from`, "not_rising", { tier: tier.zh });
    if ((tier.renew_at_least ?? 0) > own)
      checker.report(`/tiers/${rank}/renew_at_least`, "renewal_above_entry", { tier: tier.zh });
    entry = own;
  }
}

function checkTier(checker: LadderChecker, input: unknown, rank: number, seen: Set<string>): void {
  const path = `/tiers/${rank}`;
  const tier = checker.object(input, path, ["key", "zh", "en", "from", "renew_at_least", "benefits"]);
  if (tier === undefined) return;
  checker.key(tier["key"], `${path}/key`, seen);
  checker.names(tier, path, "zh", "en");
  if (rank === 0) {
    if (tier["from"] !== undefined || tier["renew_at_least"] !== undefined)
      checker.report(`${path}/from`, "lowest_has_entry");
  } else if (tier["from"] === undefined) checker.report(`${path}/from`, "entry_missing");
  else checkEntry(checker, tier["from"], `${path}/from`);
  if (rank > 0 && tier["renew_at_least"] !== undefined)
    checker.integer(tier["renew_at_least"], `${path}/renew_at_least`, 0, AMOUNT_MAX);
  for (const [i, input_] of checker.list(tier["benefits"], `${path}/benefits`, BENEFITS_MAX).entries()) {
    const benefit = checker.object(input_, `${path}/benefits/${i}`, ["code", "zh", "en"]);
    if (benefit === undefined) continue;
    checker.key(benefit["code"], `${path}/benefits/${i}/code`);
    checker.names(benefit, `${path}/benefits/${i}`, "zh", "en");
  }
}

function checkEntry(checker: LadderChecker, input: unknown, path: string): void {
  const from = checker.object(input, path, ["at_least", "above"]);
  if (from === undefined) return;
  const names = Object.keys(from);
  if (names.length !== 1) {
    checker.shape(path, "at_least（含）或 above（不含）之一", "either at_least (included) or above (not included)");
    return;
  }
  checker.integer(from[names[0] ?? ""], `${path}/${names[0]}`, 0, AMOUNT_MAX);
}

/**
 * The points of a growth value as one tree over these days.
 * @returns the sum of all parts; measures without a window get [from, to].
 */
export function pointsTree(
  parts: readonly { readonly expression: Expression }[],
  from: string,
  to: string,
): Expression {
  const [first, ...rest] = parts.map(({ expression }) => withWindow(expression, from, to) as Expression);
  if (first === undefined) return { node: "integer", value: 0 };
  return rest.reduce((left, right): Expression => ({ node: "add", left, right }), first);
}

const MEASURES = new Set(["aggregate", "mode", "first", "last", "gaps", "nth_day"]);

function withWindow(node: unknown, from: string, to: string): unknown {
  if (Array.isArray(node)) return node.map((part) => withWindow(part, from, to));
  if (!isObject(node)) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([name, part]) => [name, withWindow(part, from, to)]));
  return MEASURES.has(String(node["node"])) ? { ...copy, window: { kind: "between", from, to } } : copy;
}
