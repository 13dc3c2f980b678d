import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import {
  build as q,
  Catalogue,
  checkedTree,
  type CheckedTree,
  checkTree,
  columnOf,
  columnsOf,
  describe,
  type Expression,
  type SentenceNames,
} from "../query/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import { bookOf, displayValue, judgesPeople, memberTagsRelation, REFUSES_PROFILING, storedTag } from "../tags/index.ts";
import { anniversaryPhrase } from "./anniversaries.ts";
import { segmentConditions } from "./segment-store.ts";

/** A condition ready to run, for both engines. */
export interface Condition {
  readonly root: Expression;
  /** Over records: tags as they are stored. */
  readonly stored: CheckedTree;
  /** Over the lake: tags by their definitions. */
  readonly defined: CheckedTree;
  /** As sent, with every segment it refers to replaced by that segment's condition; `held` as one of its last steps. */
  readonly plain: Expression;
  readonly names: SentenceNames;
}

const catalogues = new WeakMap<Ground, { readonly version: number; readonly catalogue: Catalogue }>();

/** The catalogue with the stored tags, as they are switched on at present, as one more profile. */
export function storedCatalogue(ground: Ground): Catalogue {
  const book = bookOf(ground);
  const known = catalogues.get(ground);
  if (known?.version === book.version) return known.catalogue;
  const catalogue = new Catalogue([...ground.catalogue.all(), memberTagsRelation(book)]);
  catalogues.set(ground, { version: book.version, catalogue });
  return catalogue;
}

const mirrors = new WeakMap<Ground, { readonly version: number; readonly catalogue: Catalogue }>();

/** The lake's catalogue with the live tags as one more profile: typed columns instead of one JSON. */
export function mirrorCatalogue(ground: Ground): Catalogue {
  const book = bookOf(ground);
  const known = mirrors.get(ground);
  if (known?.version === book.version) return known.catalogue;
  const stored = memberTagsRelation(book);
  const columns = stored.columns.map(({ name, type, zh, en }) => ({ name, type, zh, en }));
  const catalogue = new Catalogue([
    ...ground.catalogue.all().filter((relation) => relation.name !== stored.name),
    { ...stored, columns, lake: { partition: null } },
  ]);
  mirrors.set(ground, { version: book.version, catalogue });
  return catalogue;
}

/** Checks a condition as a person sent it. @throws segments.bad_condition with every problem and its path. */
export async function readCondition(tx: Tx, ground: Ground, input: unknown, self?: number): Promise<Condition> {
  const segments = await segmentConditions(tx);
  const book = bookOf(ground);
  const segment = (id: number): Expression | undefined => {
    // a segment that would contain itself is a circle: let the checker name it
    return id === self ? (input as Expression) : segments.get(id)?.condition;
  };
  const defined = checkTree(input, ground.catalogue, { ...book.references, segment }, "boolean");
  if (!defined.ok) {
    const first = defined.problems[0];
    throw problem(
      "segments.bad_condition",
      { count: defined.problems.length, first_zh: first?.zh ?? "", first_en: first?.en ?? "", path: first?.path ?? "" },
      defined.problems,
    );
  }
  refusePersonal(tx.scope, ground, defined.tree.root);
  const tag = (key: string): Expression | undefined => storedTag(book, key);
  const plain = willing(ground, withoutSegments(input as Expression, segments), defined.tree);
  const stored = checkTree(plain, storedCatalogue(ground), { tag, segment }, "boolean");
  if (!stored.ok) throw new Error(`stored tags do not fit: ${stored.problems[0]?.en}`);
  return {
    root: defined.tree.root,
    stored: stored.tree,
    defined: checkedTree(plain, ground.catalogue, { ...book.references, segment }),
    plain,
    names: sentenceNames(ground, segments),
  };
}

/**
 * A condition that rests on judgements about people holds for nobody who refuses to be judged, whichever way round it
 * asks ("not high value" too). Said last, so that the steps before it are counted as they stand.
 */
export function willing(ground: Ground, plain: Expression, tree: CheckedTree): Expression {
  const book = bookOf(ground);
  const judges = (key: string) => book.get(key)?.definition.profiling === true;
  if (!judgesPeople(plain, tree, ground.catalogue, judges)) return plain;
  const word = q.not(REFUSES_PROFILING);
  return plain.node === "and" ? { ...plain, parts: [...plain.parts, word] } : q.and(plain, word);
}

const LEVELS = ["L1", "L2", "L3", "L4"];

/** Whoever sees a column masked could find its values out by asking for each. @throws segments.condition_personal */
function refusePersonal({ asks }: Scope, ground: Ground, root: Expression): void {
  if (asks === undefined) return;
  for (const name of columnsOf(root)) {
    const [relation = "", column = ""] = name.split(".");
    const known = ground.catalogue.find(relation);
    const found = known === undefined ? undefined : columnOf(known, column);
    const level = found?.sensitivity ?? "L2";
    if (found !== undefined && LEVELS.indexOf(level) > LEVELS.indexOf(asks)) {
      throw problem("segments.condition_personal", { column_zh: found.zh, column_en: found.en, level });
    }
  }
}

/** A tree in which conditions stand in the place of the segments that it names; for trees that were checked. */
export function withoutSegments(
  node: Expression,
  segments: ReadonlyMap<number, { readonly condition: Expression }>,
): Expression {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    const { node: kind, id } = value as { node?: unknown; id?: unknown };
    const target = kind === "segment" && typeof id === "number" ? segments.get(id)?.condition : undefined;
    if (target !== undefined) return walk(target);
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, walk(part)]));
  };
  return walk(node) as Expression;
}

export function sentenceNames(ground: Ground, segments: ReadonlyMap<number, { readonly name: string }>): SentenceNames {
  const book = bookOf(ground);
  return {
    tag: (key) => book.get(key)?.definition,
    tagValue: (key, value) => {
      const definition = book.get(key)?.definition;
      if (definition === undefined) return undefined;
      return {
        zh: displayValue(definition, value, ground.config, "zh"),
        en: displayValue(definition, value, ground.config, "en"),
      };
    },
    segment: (id) => segments.get(id)?.name,
    phrase: anniversaryPhrase,
  };
}

/** One step of a count: a part of the top-level `and`, or the whole condition. */
export interface Step {
  readonly path: string;
  readonly node: Expression;
}

/** What can be counted one after the other: "of these, how many also …". */
export function stepsOf(root: Expression): Step[] {
  if (root.node !== "and" || root.parts.length === 0) return [{ path: "", node: root }];
  return root.parts.map((node, index) => ({ path: String(index), node }));
}

export function sentenceOf(ground: Ground, node: Expression, names: SentenceNames): { zh: string; en: string } {
  return describe(node, ground.catalogue, names);
}

/** The members that a person may see: those whose home store is in the person's stores. */
export function scopeCondition(scope: Scope): Expression | undefined {
  if (scope.stores === "all") return undefined;
  return scope.stores.length === 0 ? q.operand(false) : q.isIn(q.member("home_store_code"), scope.stores);
}
