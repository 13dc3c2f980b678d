import type { Ground } from "../ground.ts";
import { newestBatch } from "../lake/index.ts";
import { problem } from "../platform/index.ts";
import type { Expression } from "../query/index.ts";
import type { Scope } from "../store/index.ts";
import { type Condition, readCondition, sentenceOf } from "./condition.ts";
import { inPlace, limitStatement, todayOf, within } from "./count.ts";
import { GROUP_MEMBERS_MIN, PORTRAIT_SECONDS_MAX } from "./limits.ts";
import type { MemberSet } from "./member-set.ts";
import { sourceFor, type SetSource } from "./overlap.ts";
import { type Asking, type Base, baseOf } from "./portrait-base.ts";
import { askedBy, type Fact, type Facts, factsOf, type LeftOut } from "./portrait-facts.ts";
import { type FactView, compareFacts, namesOfSpreads, type Sides } from "./portrait-compare.ts";
import { type PortraitSentence, sentencesOf } from "./portrait-sentences.ts";
import { type OrdersView, ordersOf } from "./portrait-orders.ts";
import { recordFacts } from "./portrait-records-store.ts";
import { type FactSource, lakeFacts, type Spread } from "./portrait-store.ts";
import { existing } from "./segment-store.ts";

/** Whose portrait is drawn, or with whom one is compared. */
export interface Sitter {
  readonly segment_id?: number | undefined;
  readonly condition?: unknown;
}

export interface GroupView {
  readonly segment_id: number | null;
  readonly zh: string;
  readonly en: string;
  readonly count: number;
}

export interface Portrait {
  /** `small`: fewer than GROUP_MEMBERS_MIN members, of whom nothing but the number is said. */
  readonly state: "drawn" | "small";
  readonly engine: string;
  readonly as_of: string;
  /** When the distribution of the base was counted. */
  readonly base_as_of: string;
  readonly business_day: string;
  readonly elapsed_ms: number;
  readonly group: GroupView;
  /** What the group is compared with: everybody one may see, or another segment. */
  readonly base: GroupView;
  /** Everybody one may see. */
  readonly total: number;
  readonly sentences: readonly PortraitSentence[];
  readonly facts: readonly FactView[];
  readonly orders: OrdersView | null;
  readonly left_out: readonly LeftOut[];
  /** Tests made, of which the findings are judged together. */
  readonly tests: number;
}

/**
 * What is unusual about a group of members, each tag beside that of everybody or of another segment.
 * @throws segments.bad_condition, segments.busy, segments.too_slow, segments.cancelled.
 */
export async function portraitOf(
  ground: Ground,
  scope: Scope,
  sitter: Sitter,
  against: Sitter | undefined,
  signal?: AbortSignal,
): Promise<Portrait> {
  const draw = (inner: AbortSignal) =>
    ground.store.read(scope, (tx) => portrait({ tx, ground, scope, signal: inner }, sitter, against));
  return inPlace(ground, () => within(PORTRAIT_SECONDS_MAX, draw, signal));
}

interface Named {
  readonly segment_id: number | null;
  readonly zh: string;
  readonly en: string;
  readonly condition: Condition;
}

async function named({ tx, ground }: Asking, sitter: Sitter): Promise<Named> {
  const kept = sitter.segment_id === undefined ? undefined : await existing(tx, sitter.segment_id);
  if (kept === undefined && sitter.condition === undefined) throw problem("segments.not_found", { segment_id: 0 });
  const condition = await readCondition(tx, ground, kept?.condition ?? sitter.condition);
  const sentence = sentenceOf(ground, condition.root, condition.names);
  return {
    segment_id: kept?.segment_id ?? null,
    zh: kept?.name ?? sentence.zh,
    en: kept?.name ?? sentence.en,
    condition,
  };
}

async function portrait(asking: Asking, sitter: Sitter, against: Sitter | undefined): Promise<Portrait> {
  const { tx, ground, scope, signal } = asking;
  const started = performance.now();
  const one = await named(asking, sitter);
  const other = against === undefined ? undefined : await named(asking, against);
  const sets = await sourceFor(tx, ground, scope, signal);
  const [group, kept] = await sets.all([one, other].flatMap((side) => side?.condition.plain ?? []));
  if (group === undefined) throw new Error("a portrait without its group");
  const base = kept ?? sets.visible;
  const head = {
    engine: sets.engine,
    as_of: sets.as_of.toISOString(),
    business_day: todayOf(ground),
    group: { segment_id: one.segment_id, zh: one.zh, en: one.en, count: group.size },
    base: {
      segment_id: other?.segment_id ?? null,
      zh: other?.zh ?? "全体",
      en: other?.en ?? "everybody",
      count: base.size,
    },
    total: sets.visible.size,
  };
  const { facts, left_out } = factsOf(ground);
  if (Math.min(group.size, base.size) < GROUP_MEMBERS_MIN) {
    const nothing = { sentences: [], facts: [], orders: null, left_out, tests: 0, base_as_of: head.as_of };
    return { state: "small", ...head, ...nothing, elapsed_ms: Math.round(performance.now() - started) };
  }
  const everybody = await baseOf(asking, await factSource(asking, facts, sets), facts, sets);
  const sides = await sidesOf(everybody, facts, group, kept);
  const drawn = await describe(asking, facts, sides, one.condition, head);
  return {
    state: "drawn",
    ...head,
    base_as_of: everybody.as_of.toISOString(),
    ...drawn,
    left_out,
    elapsed_ms: Math.round(performance.now() - started),
  };
}

/** Columns of the live mirror where there is one and many members; else the records. */
async function factSource({ tx, ground }: Asking, facts: readonly Fact[], sets: SetSource): Promise<FactSource> {
  const batch = sets.engine === "duckdb" ? await newestBatch(tx) : undefined;
  const columns = batch && (await lakeFacts(ground, batch.batch_id, facts, todayOf(ground)));
  if (columns !== undefined) return columns;
  await limitStatement(tx, PORTRAIT_SECONDS_MAX);
  return recordFacts(tx, sets.visible, todayOf(ground));
}

type Spreads = ReadonlyMap<string, Spread>;

/** Spreads of the group, of the base, and of both together, which the test is against. */
async function sidesOf(all: Base, facts: Facts["facts"], group: MemberSet, kept?: MemberSet): Promise<Sides> {
  const { source, borders } = all;
  const spreads = (set: MemberSet): Promise<Spreads> => source.spreads(facts, set, borders);
  const own = await spreads(group);
  if (kept === undefined) return { group: own, base: all.spreads, either: all.spreads, borders };
  return { group: own, base: await spreads(kept), either: await spreads(group.or(kept)), borders };
}

async function describe(
  asking: Asking,
  facts: readonly Fact[],
  sides: Sides,
  condition: Condition,
  { group, base }: { readonly group: GroupView; readonly base: GroupView },
): Promise<Pick<Portrait, "sentences" | "facts" | "orders" | "tests">> {
  const { tx, ground } = asking;
  const names = await namesOfSpreads(tx, ground, facts, sides);
  const asked = askedBy(condition.plain as Expression, condition.defined.root);
  const sizes = { group: group.count, base: base.count };
  const compared = compareFacts(ground, facts, sides, names, asked, sizes);
  return {
    facts: compared.facts,
    tests: compared.tests,
    sentences: sentencesOf(compared.facts, base),
    orders: ordersOf(facts, sides, sizes),
  };
}
