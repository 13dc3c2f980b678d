import type { Ground } from "../ground.ts";
import type { Expression } from "../query/index.ts";
import type { Tx } from "../store/index.ts";
import type { CodeNames } from "../tags/index.ts";
import { GROUP_MEMBERS_MIN, PORTRAIT_CELLS_MAX, PORTRAIT_INDEX_MIN_BP } from "./limits.ts";
import { type Named, namedBand, namedValue, namesFor, numberText } from "./portrait-cells.ts";
import type { Fact } from "./portrait-facts.ts";
import { basisPoints, deviation, effect, findings, logP, shownCells } from "./portrait-statistics.ts";
import type { Borders, Spread } from "./portrait-store.ts";

type Spreads = ReadonlyMap<string, Spread>;

/** The group, what it is compared with, and both together. */
export interface Sides {
  readonly group: Spreads;
  readonly base: Spreads;
  readonly either: Spreads;
  readonly borders: Borders;
}

/** One value in the group beside the base. Shares are of those who have any value of the fact. */
export interface CellView {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly count: number;
  readonly share_bp: number;
  readonly base_share_bp: number | null;
  /** The index: 10,000 × share in the group ÷ share in the base. */
  readonly index_bp: number | null;
  /** Standard deviations from chance; null where the test may not be made. */
  readonly z: number | null;
  /** Whether the deviation is a finding among all tests, and large enough to speak of. */
  readonly unusual: boolean;
  /** Evidence × size: |z| × Cohen's h. Orders the sentences. */
  readonly weight: number;
  readonly condition: Expression;
}

export interface QuartilesView {
  readonly zh: readonly string[];
  readonly en: readonly string[];
}

export interface FactView {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly family: string;
  readonly kind: Fact["kind"];
  /** The condition asks for it, so that it cannot surprise. */
  readonly by_definition: boolean;
  /** Members with a value, of all; null where the missing ones are so few that they would be told of. */
  readonly known_bp: number | null;
  readonly base_known_bp: number | null;
  readonly cells: readonly CellView[];
  /** Members of further values, and of values of fewer than GROUP_MEMBERS_MIN members. */
  readonly others: number;
  /** First quartile, median, third quartile. */
  readonly quartiles: QuartilesView | null;
  readonly base_quartiles: QuartilesView | null;
}

/** The names behind the codes of every value that may be shown. */
export async function namesOfSpreads(tx: Tx, ground: Ground, facts: readonly Fact[], sides: Sides): Promise<CodeNames> {
  const values = facts.map((fact) => ({ fact, values: [...(sides.group.get(fact.key)?.values.keys() ?? [])] }));
  return namesFor(tx, ground, values);
}

interface Drawn {
  readonly fact: Fact;
  readonly by_definition: boolean;
  readonly cells: readonly CellView[];
  readonly others: number;
}

/** Every fact of the group beside the base, tested together. @param sizes members of group and base. */
export function compareFacts(
  ground: Ground,
  facts: readonly Fact[],
  sides: Sides,
  names: CodeNames,
  asked: (fact: Fact) => boolean,
  sizes: { readonly group: number; readonly base: number },
): { facts: FactView[]; tests: number } {
  const drawn = facts.map((fact): Drawn => {
    const { cells, others } = cellsOf(ground, fact, sides, names);
    return { fact, by_definition: asked(fact), cells, others };
  });
  const tested = drawn.flatMap(({ by_definition, cells }) => (by_definition ? [] : cells.filter((c) => c.z !== null)));
  const found = findings(tested.map((cell) => logP(cell.z ?? 0)));
  const unusual = new Set(tested.filter((cell, index) => found[index] === true && isLarge(cell)));
  return {
    tests: tested.length,
    facts: drawn
      .filter(({ cells }) => cells.length > 0)
      .map(({ cells, ...rest }) => ({
        ...viewOf(ground, rest.fact, sides, sizes),
        by_definition: rest.by_definition,
        others: rest.others,
        cells: cells.map((cell) => ({ ...cell, unusual: unusual.has(cell) })),
      })),
  };
}

function isLarge({ index_bp }: CellView): boolean {
  return index_bp !== null && (index_bp >= PORTRAIT_INDEX_MIN_BP || index_bp * PORTRAIT_INDEX_MIN_BP <= 10_000 ** 2);
}

/** Cells of fewer than GROUP_MEMBERS_MIN members are counted with the others, on either side. */
function cellsOf(ground: Ground, fact: Fact, sides: Sides, names: CodeNames): { cells: CellView[]; others: number } {
  const [own, base, either] = [sides.group, sides.base, sides.either].map((side) => side.get(fact.key));
  if (own === undefined || base === undefined || either === undefined || own.known === 0)
    return { cells: [], others: 0 };
  const values = [...own.values];
  const listed = values.reduce((sum, [, members]) => sum + members, 0);
  const shown = shownCells(
    values.map(([, members]) => members),
    own.known - listed,
    GROUP_MEMBERS_MIN,
  );
  const open = values.filter((_, index) => shown[index] === true);
  const all = open.map(([value, k]) => {
    const inBase = base.values.get(value) ?? 0;
    const seen = inBase >= GROUP_MEMBERS_MIN ? basisPoints(inBase, base.known) : null;
    const counts = { k, n: own.known, k_all: either.values.get(value) ?? 0, n_all: either.known };
    return cellOf(named(ground, fact, sides, value, names), k, own.known, inBase / base.known, seen, counts);
  });
  const cells = inOrder(fact, kept(all));
  return { cells, others: own.known - cells.reduce((sum, cell) => sum + cell.count, 0) };
}

/** The commonest, and among them the one that deviates most. */
function kept(cells: readonly CellView[]): CellView[] {
  if (cells.length <= PORTRAIT_CELLS_MAX) return [...cells];
  const common = [...cells].sort((a, b) => b.count - a.count).slice(0, PORTRAIT_CELLS_MAX);
  const [strongest] = [...cells].sort((a, b) => b.weight - a.weight);
  if (strongest === undefined || common.includes(strongest)) return common;
  return [...common.slice(0, -1), strongest];
}

function cellOf(
  { value, zh, en, condition }: Named,
  count: number,
  known: number,
  base_share: number,
  base_share_bp: number | null,
  counts: Parameters<typeof deviation>[0],
): CellView {
  const z = base_share_bp === null ? null : deviation(counts);
  const share = count / known;
  return {
    value,
    zh,
    en,
    count,
    share_bp: basisPoints(count, known) ?? 0,
    base_share_bp,
    index_bp: base_share_bp === null ? null : Math.round((10_000 * share) / base_share),
    z: z === null ? null : Math.round(z * 100) / 100,
    unusual: false,
    weight: z === null ? 0 : Math.abs(z) * effect(share, base_share),
    condition,
  };
}

function named(ground: Ground, fact: Fact, sides: Sides, value: string, names: CodeNames): Named {
  if (fact.kind === "values") return namedValue(ground, fact, value, names);
  return namedBand(ground, fact, sides.borders.get(fact.key) ?? [], Number(value));
}

/** Bands from the lowest; values in the order of their definition, else the commonest first. */
function inOrder(fact: Fact, cells: readonly CellView[]): CellView[] {
  if (fact.kind === "bands") return [...cells].sort((a, b) => Number(a.value) - Number(b.value));
  const defined = fact.definition?.values?.map(({ value }) => value) ?? [];
  const place = ({ value }: CellView) => (defined.includes(value) ? defined.indexOf(value) : defined.length);
  return [...cells].sort((a, b) => place(a) - place(b) || b.count - a.count);
}

function viewOf(ground: Ground, fact: Fact, sides: Sides, sizes: { group: number; base: number }) {
  const { key, zh, en, family, kind } = fact;
  const [own, base] = [sides.group.get(key), sides.base.get(key)];
  const quartiles = (spread: Spread | undefined): QuartilesView | null => {
    // of few values the quartiles are values of persons
    if (spread?.quartiles == null || spread.known < GROUP_MEMBERS_MIN) return null;
    const text = (language: "zh" | "en") => (spread.quartiles ?? []).map((v) => numberText(ground, fact, v, language));
    return { zh: text("zh"), en: text("en") };
  };
  const known = (spread: Spread | undefined, size: number) => {
    const unknown = size - (spread?.known ?? 0);
    return unknown > 0 && unknown < GROUP_MEMBERS_MIN ? null : basisPoints(spread?.known ?? 0, size);
  };
  return {
    key,
    zh,
    en,
    family,
    kind,
    known_bp: known(own, sizes.group),
    base_known_bp: known(base, sizes.base),
    quartiles: quartiles(own),
    base_quartiles: quartiles(base),
  };
}
