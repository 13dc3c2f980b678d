import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import { build as q, type Expression } from "../query/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import { readCondition, sentenceOf } from "./condition.ts";
import { inPlace, setsFor, within } from "./count.ts";
import { STATEMENT_SECONDS_MAX } from "./limits.ts";
import { MemberSet, regionSizes } from "./member-set.ts";
import { existing } from "./segment-store.ts";
import { smallSets } from "./small-sets.ts";

/** One of the groups compared: a kept segment or a condition with a name. */
export interface Compared {
  readonly segment_id?: number | undefined;
  readonly name?: string | undefined;
  readonly condition?: unknown;
}

/** What is asked of sets, whether they come from the lake or were read for this question. */
export interface SetSource {
  readonly engine: "duckdb" | "postgresql";
  readonly as_of: Date;
  readonly visible: MemberSet;
  all(plain: readonly Expression[]): Promise<MemberSet[]>;
}

export interface OverlapAnswer {
  readonly engine: string;
  readonly as_of: string;
  readonly total: number;
  readonly sets: readonly { name: string; zh: string; en: string; segment_id: number | null; count: number }[];
  /** Who is in exactly these sets; every combination with members, the largest first, and those in none. */
  readonly regions: readonly { in: readonly number[]; count: number; condition: Expression }[];
  /** How many are in both, and of those in either. `jaccard` in 1/10,000, half up; null when both are empty. */
  readonly pairs: readonly { a: number; b: number; both: number; either: number; jaccard_bp: number | null }[];
}

/** The sets of one question: kept in memory with many members, read from the records with few. */
export async function sourceFor(tx: Tx, ground: Ground, scope: Scope, signal: AbortSignal): Promise<SetSource> {
  const sets = await setsFor(tx, ground, scope, signal);
  if (sets === undefined) return smallSets(tx, ground, scope, signal);
  return {
    engine: "duckdb",
    as_of: sets.as_of,
    visible: sets.visible,
    all: (plain) => sets.all(plain),
  };
}

/** Sizes of all intersections of up to OVERLAP_MAX groups, and of every pair. */
export async function overlapOf(
  ground: Ground,
  scope: Scope,
  groups: readonly Compared[],
  signal?: AbortSignal,
): Promise<OverlapAnswer> {
  const work = (inner: AbortSignal) => ground.store.read(scope, (tx) => overlap(tx, ground, scope, groups, inner));
  return inPlace(ground, () => within(STATEMENT_SECONDS_MAX, work, signal));
}

async function overlap(tx: Tx, ground: Ground, scope: Scope, groups: readonly Compared[], signal: AbortSignal) {
  const named: { view: Omit<OverlapAnswer["sets"][number], "count">; node: Expression; plain: Expression }[] = [];
  for (const group of groups) {
    const kept = group.segment_id === undefined ? undefined : await existing(tx, group.segment_id);
    if (kept === undefined && group.condition === undefined) throw problem("segments.not_found", { segment_id: 0 });
    const condition = await readCondition(tx, ground, kept?.condition ?? group.condition);
    const sentence = sentenceOf(ground, condition.root, condition.names);
    named.push({
      view: {
        name: kept?.name ?? group.name ?? sentence.zh,
        ...sentence,
        segment_id: kept?.segment_id ?? null,
      },
      node: kept === undefined ? (group.condition as Expression) : q.segment(kept.segment_id),
      plain: condition.plain,
    });
  }
  const source = await sourceFor(tx, ground, scope, signal);
  const sets = await source.all(named.map(({ plain }) => plain));
  return {
    engine: source.engine,
    as_of: source.as_of.toISOString(),
    total: source.visible.size,
    sets: named.map(({ view }, index) => ({ ...view, count: sets[index]?.size ?? 0 })),
    regions: regionsOf(
      source.visible,
      sets,
      named.map(({ node }) => node),
    ),
    pairs: pairsOf(sets),
  };
}

function regionsOf(visible: MemberSet, sets: readonly MemberSet[], nodes: readonly Expression[]) {
  return regionSizes(visible, sets)
    .map((count, region) => ({ region, count }))
    .filter(({ region, count }) => count > 0 || region === 0)
    .sort((a, b) => Number(a.region === 0) - Number(b.region === 0) || b.count - a.count || a.region - b.region)
    .map(({ region, count }) => ({
      in: nodes.flatMap((_, index) => ((region & (1 << index)) === 0 ? [] : [index])),
      count,
      condition: q.and(...nodes.map((node, index) => ((region & (1 << index)) === 0 ? q.not(node) : node))),
    }));
}

function pairsOf(sets: readonly MemberSet[]): OverlapAnswer["pairs"] {
  return sets.flatMap((one, a) =>
    sets.slice(a + 1).map((other, index) => {
      const both = one.and(other).size;
      const either = one.size + other.size - both;
      const jaccard_bp = either === 0 ? null : Math.floor((both * 20_000 + either) / (2 * either));
      return { a, b: a + 1 + index, both, either, jaccard_bp };
    }),
  );
}
