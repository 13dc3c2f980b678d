import { EXAMPLE_ACCURACY } from "../../definitions/tags/example-accuracy.ts";
import type { Ground } from "../ground.ts";
import { businessDay } from "../platform/index.ts";
import { build as q, duckdb, type Expression, planOutputs, postgresql, printPlan } from "../query/index.ts";
import type { Tx } from "../store/index.ts";
import type { Tag, TagBook } from "./book.ts";
import type { TagDefinition } from "./definition.ts";
import { codeNames, type CodeRelation } from "./code-names.ts";
import { displayNumber, displayValue, type Shown } from "./display.ts";
import { type TagHealth, tagHealth } from "./health.ts";
import { type Coverage, coverages, type Spread, spreads } from "./statistics-store.ts";
import { type TagState, tagState } from "./tags-store.ts";

/** One bar of a tag's distribution; `condition` is the segment of the members behind it. */
export interface SpreadView {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly count: number;
  readonly condition: Expression;
}

const LISTED_VALUES = 6;

/** The catalogue of tags with their coverage, age and the commonest values. */
export async function tagList(tx: Tx, ground: Ground, book: TagBook) {
  const [state, covered, spread] = [await tagState(tx), await coverages(tx), await spreads(tx, null)];
  const health = await tagHealth(tx, ground, state);
  const shown = await shownWith(tx, ground, [...book.tags.values()], spread);
  const on = [...book.tags.values()].map((tag) => ({
    ...tagView(tag, state, covered, health, ground),
    custom: book.isCustom(tag.definition.key),
    enabled: true,
    distribution: spreadOf(tag, spread, shown).slice(0, LISTED_VALUES),
  }));
  const off = [...book.off.values()].map((tag) => ({
    ...tagView(tag, state, [], health, ground),
    custom: false,
    enabled: false,
    distribution: [],
  }));
  return [...on, ...off];
}

/** Everything about one tag: definition, statements, distribution, example. */
export async function tagDetail(tx: Tx, ground: Ground, book: TagBook, tag: Tag) {
  const key = tag.definition.key;
  const enabled = book.get(key) !== undefined;
  const [state, covered, spread] = [await tagState(tx), await coverages(tx), await spreads(tx, [key])];
  const health = await tagHealth(tx, ground, state);
  const shown = await shownWith(tx, ground, [tag], spread);
  const today = state.day ?? businessDay(ground.clock.now(), ground.config.timezone);
  const plan = planOutputs([{ name: key, tree: tag.tree, as: "text" }], ground.catalogue, today);
  return {
    ...tagView(tag, state, enabled ? covered : [], health, ground),
    custom: book.isCustom(key),
    enabled,
    distribution: enabled ? spreadOf(tag, spread, shown) : [],
    example: tag.definition.example.value === null ? null : tag.definition.example,
    example_relations: exampleRelations(ground, tag.definition),
    expression: tag.definition.expression,
    sql: {
      postgresql: printPlan(plan, postgresql, { kind: "given", array: "$1::bigint[]" }),
      duckdb: printPlan(plan, duckdb, { kind: "all" }),
    },
  };
}

async function shownWith(tx: Tx, ground: Ground, tags: readonly Tag[], spread: readonly Spread[]): Promise<Shown> {
  const wanted = new Map<CodeRelation, string[]>();
  for (const { definition } of tags) {
    if (definition.codes === undefined) continue;
    const codes = spread.filter((row) => row.tag === definition.key).flatMap((row) => row.value ?? []);
    wanted.set(definition.codes, [...(wanted.get(definition.codes) ?? []), ...codes]);
  }
  return { currency: ground.config.currency, names: await codeNames(tx, ground, wanted) };
}

/** What the relations and columns of the example are called, in the order in which they stand there. */
function exampleRelations(ground: Ground, { example }: TagDefinition) {
  return Object.entries(example.rows).flatMap(([name, rows]) => {
    const relation = ground.catalogue.find(name);
    if (relation === undefined) return [];
    const used = new Set(rows.flatMap((row) => Object.keys(row)));
    return {
      name,
      zh: relation.zh,
      en: relation.en,
      columns: relation.columns
        .filter((column) => used.has(column.name))
        .map(({ name: column, zh, en, unit, values }) => ({
          name: column,
          zh,
          en,
          unit: unit ?? null,
          values: values ?? [],
        })),
    };
  });
}

/** A tag is stale when the day it stands for is not today: then the worker is behind. */
function tagView(
  { definition, kind }: Tag,
  state: TagState,
  covered: readonly Coverage[],
  health: TagHealth,
  ground: Ground,
) {
  const coverage = covered.find((row) => row.tag === definition.key);
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  const profiling = definition.profiling === true;
  const abstained = profiling ? (coverage?.abstained ?? 0) : 0;
  // whoever refuses to be judged is no gap
  const total = (coverage?.total ?? 0) - abstained;
  return {
    key: definition.key,
    zh: definition.zh,
    en: definition.en,
    sentence_zh: definition.sentence_zh,
    sentence_en: definition.sentence_en,
    owner: definition.owner,
    family: definition.family,
    kind: kind === "since" ? "number" : kind,
    unit: definition.unit ?? null,
    window: { zh: definition.window_zh, en: definition.window_en },
    freshness: definition.freshness,
    privacy: definition.privacy,
    values: definition.values ?? [],
    optional: definition.default === "off",
    example_accuracy: EXAMPLE_ACCURACY.tags[definition.key] ?? null,
    profiling,
    members_with_value: coverage?.members ?? 0,
    abstained,
    coverage: total === 0 ? 0 : (coverage?.members ?? 0) / total,
    computed_at: coverage?.counted_at.toISOString() ?? null,
    stale: state.day !== null && state.day !== today,
    ...stateOf(definition.key, health),
    difference: state.full_at === null ? null : (state.difference_by_tag[definition.key] ?? 0),
    full_at: state.full_at?.toISOString() ?? null,
  };
}

/** How fresh one tag is: failed by itself, else as all of them are. */
function stateOf(key: string, health: TagHealth) {
  const failure = health.failures.find((one) => one.key === key);
  return {
    state: failure === undefined ? health.state : ("failed" as const),
    as_of: (failure?.failed_at ?? health.as_of).toISOString(),
    failure: failure?.detail ?? null,
  };
}

function spreadOf(tag: Tag, rows: readonly Spread[], shown: Shown): SpreadView[] {
  const { definition } = tag;
  return rows
    .filter((row) => row.tag === definition.key)
    .map((row) => {
      if (row.value !== null) {
        return {
          value: row.value,
          zh: displayValue(definition, row.value, shown, "zh"),
          en: displayValue(definition, row.value, shown, "en"),
          from: null,
          to: null,
          count: row.members,
          condition: valueCondition(tag, row.value),
        };
      }
      const label = (language: "zh" | "en") => bandLabel(definition, row, shown.currency, language);
      return {
        value: `${row.band_from ?? ""}..${row.band_to ?? ""}`,
        zh: label("zh"),
        en: label("en"),
        from: row.band_from,
        to: row.band_to,
        count: row.members,
        condition: bandCondition(definition, row),
      };
    });
}

function bandLabel(definition: TagDefinition, row: Spread, currency: string, language: "zh" | "en"): string {
  const show = (value: string | null) =>
    value === null ? null : displayNumber(trimmed(value), definition.unit, currency, language);
  const [from, to] = [show(row.band_from), show(row.band_to)];
  if (to === null) return language === "zh" ? `${from} 及以上` : `${from} and more`;
  return language === "zh" ? `${from} 至不到 ${to}` : `${from} to below ${to}`;
}

function valueCondition(tag: Tag, value: string): Expression {
  const reference = q.tag(tag.definition.key);
  if (tag.kind === "date") {
    return q.and(q.atLeast(reference, q.date(`${value}-01-01`)), q.compare(reference, "<=", q.date(`${value}-12-31`)));
  }
  return q.equals(reference, value);
}

function bandCondition(definition: TagDefinition, row: Spread): Expression {
  const reference = q.tag(definition.key);
  const border = (value: string): Expression =>
    value.includes(".") ? q.decimal(trimmed(value)) : { node: "integer", value: Number(value) };
  const parts: Expression[] = [];
  if (row.band_from !== null) parts.push(q.compare(reference, ">=", border(row.band_from)));
  if (row.band_to !== null) parts.push(q.compare(reference, "<", border(row.band_to)));
  return q.and(...parts);
}

/** "0.1667000000" → "0.1667". */
function trimmed(value: string): string {
  return value.includes(".") ? value.replace(/\.?0+$/, "") : value;
}
