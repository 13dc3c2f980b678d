import {
  type Catalogue,
  type CheckedTree,
  checkedTree,
  checkTree,
  type Expression,
  type Output,
  type TreeProblem,
  wakeTree,
} from "../query/index.ts";
import { addDays, daysBetween } from "../platform/index.ts";
import { computedExpression } from "./abstention.ts";
import type { TagDefinition } from "./definition.ts";
import { type LostRules, NO_LOST_RULES } from "./lost-rule-store.ts";
import { withLostRules } from "./lost-rules.ts";

/** The kind in which a tag's values are stored. `since` keeps the date and counts its days at reading. */
export type StoredKind = "text" | "number" | "date" | "boolean" | "since";

/** What people made, as of a revision of theirs. */
export interface MadeTags {
  readonly revision: number;
  readonly definitions: readonly TagDefinition[];
}

const NOTHING_MADE: MadeTags = { revision: 0, definitions: [] };

/** A definition that fits the catalogue, with its trees. */
export interface Tag {
  readonly definition: TagDefinition;
  readonly kind: StoredKind;
  /** What is computed and stored: of a tag that only counts days since a date, the date. */
  readonly stored: CheckedTree;
  /** The full value, for segments and examples. */
  readonly tree: CheckedTree;
}

/** The tags of this installation by key; definitions whose relations are not registered (yet) are left out, by name. */
export class TagBook {
  readonly #shipped: readonly TagDefinition[];
  readonly #shippedKeys: ReadonlySet<string>;
  #made: MadeTags = NOTHING_MADE;
  #lost: LostRules = NO_LOST_RULES;
  readonly #catalogue: Catalogue;
  #tags = new Map<string, Tag>();
  #missing = new Map<string, readonly TreeProblem[]>();
  #off = new Map<string, Tag>();
  #switches: ReadonlyMap<string, boolean> = new Map();
  #version = 0;

  constructor(definitions: readonly TagDefinition[], catalogue: Catalogue) {
    this.#shipped = definitions;
    this.#shippedKeys = new Set(definitions.map(({ key }) => key));
    this.#catalogue = catalogue;
    this.#fill();
  }

  get tags(): ReadonlyMap<string, Tag> {
    return this.#tags;
  }

  get missing(): ReadonlyMap<string, readonly TreeProblem[]> {
    return this.#missing;
  }

  /** Tags that are switched off: to be read about, not computed, not to be referred to. */
  get off(): ReadonlyMap<string, Tag> {
    return this.#off;
  }

  /** Grows whenever the tags become others. */
  get version(): number {
    return this.#version;
  }

  get shipped(): readonly TagDefinition[] {
    return this.#shipped;
  }

  isShipped(key: string): boolean {
    return this.#shippedKeys.has(key);
  }

  /** Whether people made it. */
  isCustom(key: string): boolean {
    return !this.#shippedKeys.has(key) && this.#made.definitions.some((definition) => definition.key === key);
  }

  /** The revision of what people made that this book follows. */
  get revision(): number {
    return this.#made.revision;
  }

  /** The version of the rules of categories that this book follows. */
  get lostVersion(): number {
    return this.#lost.version;
  }

  /**
   * @param switches what people switched on or off, by key; all others are as their definitions say.
   * @param made tags that people made; a shipped tag of the same key goes first.
   * @param lost after how many days members of a category are lost.
   */
  follow(switches: ReadonlyMap<string, boolean>, made: MadeTags = this.#made, lost: LostRules = this.#lost): void {
    const same =
      switches.size === this.#switches.size &&
      made.revision === this.#made.revision &&
      lost.version === this.#lost.version;
    if (same && [...switches].every(([key, on]) => this.#switches.get(key) === on)) return;
    this.#switches = switches;
    this.#made = made;
    this.#lost = lost;
    this.#fill();
    this.#version += 1;
  }

  #fill(): void {
    const on = ({ key, default: initially }: TagDefinition) => this.#switches.get(key) ?? initially !== "off";
    const shipped = this.#shipped.map((definition) => withLostRules(definition, this.#lost.rules));
    const definitions = [...shipped, ...this.#made.definitions.filter(({ key }) => !this.#shippedKeys.has(key))];
    const byKey = new Map(definitions.map((definition) => [definition.key, definition]));
    const expressionOf = (key: string): Expression | undefined => {
      const definition = byKey.get(key);
      return definition === undefined ? undefined : computedExpression(definition);
    };
    const onOnly = (key: string): Expression | undefined => {
      const definition = byKey.get(key);
      return definition !== undefined && on(definition) ? computedExpression(definition) : undefined;
    };
    const rawOf = (onlyOn: boolean) => (key: string) => {
      const definition = byKey.get(key);
      return definition !== undefined && (!onlyOn || on(definition)) ? definition.expression : undefined;
    };
    this.#tags = new Map();
    this.#off = new Map();
    this.#missing = new Map();
    for (const definition of definitions) {
      const options = { tag: on(definition) ? onOnly : expressionOf };
      // within a tag that leaves out those who refuse, what it refers to need not leave them out once more
      const within = definition.profiling === true ? { tag: rawOf(on(definition)) } : options;
      const result = checkTree(computedExpression(definition), this.#catalogue, within);
      const kept = on(definition) ? this.#tags : this.#off;
      if (result.ok) kept.set(definition.key, this.#tag(definition, result.tree, within));
      else this.#missing.set(definition.key, result.problems);
    }
  }

  get(key: string): Tag | undefined {
    return this.tags.get(key);
  }

  /** For trees that refer to tags: `checkTree(tree, catalogue, book.references)`. */
  get references(): { tag: (key: string) => Expression | undefined } {
    return {
      tag: (key) => {
        const definition = this.tags.get(key)?.definition;
        return definition === undefined ? undefined : computedExpression(definition);
      },
    };
  }

  /**
   * What to compute for a member on `today`: the stored values of all tags or of those with these keys, and the first
   * day on which one of them may change by itself.
   */
  outputs(today: string, keys?: readonly string[]): { values: readonly Output[]; wakes: readonly Output[] } {
    const values: Output[] = [];
    const wakes = new Map<string, CheckedTree>();
    for (const [key, tag] of this.tags) {
      if (keys?.includes(key) === false) continue;
      values.push({ name: key, tree: tag.stored });
      const wake = wakeTree(tag.stored, this.#catalogue, today);
      if (wake !== undefined) wakes.set(JSON.stringify(wake.root), wake);
    }
    return { values, wakes: [...wakes.values()].map((tree, index) => ({ name: `wake_${index + 1}`, tree })) };
  }

  #tag(definition: TagDefinition, tree: CheckedTree, options: { tag: (key: string) => Expression | undefined }): Tag {
    const anchor = anchorOf(definition.expression);
    if (anchor !== undefined) {
      return {
        definition,
        kind: "since",
        stored: checkedTree(computedExpression({ ...definition, expression: anchor }), this.#catalogue, options),
        tree,
      };
    }
    return { definition, kind: kindOf(tree), stored: tree, tree };
  }
}

/** How the values of an expression are stored. */
export function storedKindOf(expression: Expression, tree: CheckedTree): StoredKind {
  return anchorOf(expression) === undefined ? kindOf(tree) : "since";
}

function kindOf(tree: CheckedTree): StoredKind {
  switch (tree.type.kind) {
    case "integer":
    case "decimal":
      return "number";
    case "date":
      return "date";
    case "boolean":
      return "boolean";
    default:
      return "text";
  }
}

/** `days_between(X, today)` changes every day for everyone: X is kept instead. */
function anchorOf(expression: Expression): Expression | undefined {
  return expression.node === "days_between" && expression.to.node === "today" ? expression.from : undefined;
}

/** The value of a day from what is stored. */
export function valueOn(kind: StoredKind, stored: string, today: string): string {
  return kind === "since" ? String(daysBetween(stored, today)) : stored;
}

/** What is stored for a value: the way back of `valueOn`, for conditions on `since` tags. */
export function storedFor(kind: StoredKind, value: string, today: string): string {
  return kind === "since" ? addDays(today, -Number(value)) : value;
}
