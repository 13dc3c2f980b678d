import type { Ground } from "../ground.ts";
import { newestBatch } from "../lake/index.ts";
import { businessDay } from "../platform/index.ts";
import { type Catalogue, type CheckedTree, checkedTree, type Expression, relationsOf } from "../query/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import { bookOf, mirrorVersion, storedTag } from "../tags/index.ts";
import { mirrorCatalogue, scopeCondition, storedCatalogue } from "./condition.ts";
import { RECORD_SET_MS } from "./limits.ts";
import { MemberSet } from "./member-set.ts";
import { setCache } from "./set-cache.ts";
import { lakeMembers, lakeSets, recordSets } from "./sets-store.ts";

type Kind<K extends Expression["node"]> = Extract<Expression, { node: K }>;
type Joined = Kind<"and" | "or" | "not" | "boolean">;

/** Where a condition that is no combination of others is read. */
interface Leaf {
  readonly key: string;
  readonly from: "mirror" | "lake" | "records";
  readonly tree: CheckedTree;
}

/**
 * Conditions as sets of members. Each condition that is not itself an `and`, `or` or `not` is read once per version of the
 * data and kept; while a person types, only the part that changed is read, and the rest is words and-ed in memory.
 */
export class Sets {
  readonly business_day: string;
  /** What the lake knew when it was last written. */
  readonly as_of: Date;
  /** Everybody the scope lets one see. */
  readonly visible: MemberSet;
  readonly #ground: Ground;
  readonly #tx: Tx;
  readonly #signal: AbortSignal;
  readonly #everybody: MemberSet;
  readonly #versions: Versions;

  private constructor(base: Base, visible: MemberSet) {
    this.#ground = base.ground;
    this.#tx = base.tx;
    this.#signal = base.signal;
    this.#everybody = base.everybody;
    this.#versions = base.versions;
    this.business_day = base.versions.day;
    this.as_of = base.versions.as_of;
    this.visible = visible;
  }

  /** @returns undefined while the lake holds nothing. */
  static async open(tx: Tx, ground: Ground, scope: Scope, signal: AbortSignal): Promise<Sets | undefined> {
    const versions = await versionsOf(tx, ground);
    if (versions === undefined) return undefined;
    const key = `everybody ${versions.batch_id}`;
    const cache = setCache(ground);
    const everybody = cache.get(key) ?? (await lakeMembers(ground, signal));
    cache.set(key, everybody);
    const base = { tx, ground, signal, versions, everybody };
    const inScope = scopeCondition(scope);
    if (inScope === undefined) return new Sets(base, everybody);
    return new Sets(base, await new Sets(base, everybody).of(inScope));
  }

  /** Width of the bitmaps: one more than the greatest id. */
  get bits(): number {
    return this.#everybody.bytes.length * 8;
  }

  /** Which engines the condition is read by. */
  enginesOf(plain: Expression): ReadonlySet<"duckdb" | "postgresql"> {
    return new Set(leavesOf(plain).map((leaf) => (this.#leaf(leaf).from === "records" ? "postgresql" : "duckdb")));
  }

  /** The visible members for whom a condition holds. @param plain without references to segments. */
  async of(plain: Expression): Promise<MemberSet> {
    return (await this.all([plain]))[0] ?? new MemberSet(this.bits);
  }

  /** As `of`, for several conditions: what none of them was read before is read in one statement. */
  async all(plain: readonly Expression[]): Promise<MemberSet[]> {
    const found = await this.#read(plain.flatMap(leavesOf));
    return plain.map((node) => this.#combined(node, found).and(this.visible));
  }

  /** The set of every leaf, by the leaf's text. */
  async #read(nodes: readonly Expression[]): Promise<ReadonlyMap<string, MemberSet>> {
    const cache = setCache(this.#ground);
    const leaves = new Map(nodes.map((node) => [JSON.stringify(node), this.#leaf(node)]));
    const found = new Map<string, MemberSet>();
    const missing: [string, Leaf][] = [];
    for (const [text, leaf] of leaves) {
      const known = cache.get(leaf.key);
      if (known === undefined) missing.push([text, leaf]);
      else found.set(text, known);
    }
    for (const from of ["mirror", "lake", "records"] as const) {
      const wanted = missing.filter(([, leaf]) => leaf.from === from);
      if (wanted.length === 0) continue;
      const sets = await this.#sets(
        from,
        wanted.map(([, leaf]) => leaf),
      );
      for (const [index, [text, leaf]] of wanted.entries()) {
        const set = sets[index] ?? new MemberSet(this.bits);
        found.set(text, set);
        cache.set(leaf.key, set);
      }
    }
    return found;
  }

  #sets(from: Leaf["from"], leaves: readonly Leaf[]): Promise<MemberSet[]> {
    const outputs = leaves.map(({ tree }, index) => ({ name: `c${index}`, tree }));
    if (from === "records")
      return recordSets(this.#tx, storedCatalogue(this.#ground), outputs, this.business_day, this.bits);
    const asking = {
      ground: this.#ground,
      catalogue: from === "mirror" ? mirrorCatalogue(this.#ground) : this.#ground.catalogue,
      batch_id: this.#versions.batch_id,
      today: this.business_day,
      everybody: this.#everybody,
      signal: this.#signal,
    };
    return lakeSets(asking, outputs);
  }

  /** Tags come from the live mirror, without one from their definitions, and what the lake has not from the records. */
  #leaf(node: Expression): Leaf {
    const ground = this.#ground;
    const book = bookOf(ground);
    const text = JSON.stringify(node);
    const { batch_id, tags_version, day, moment } = this.#versions;
    const stored = (catalogue: Catalogue) =>
      checkedTree(node, catalogue, { tag: (key: string) => storedTag(book, key) });
    const lake = `${batch_id} ${day} ${text}`;
    if (tags_version !== undefined) {
      const tree = stored(mirrorCatalogue(ground));
      if (inLake(tree, mirrorCatalogue(ground))) {
        const tagged = relationsOf(tree.root).has("member_tags");
        return { key: tagged ? `tags ${tags_version} ${lake}` : `lake ${lake}`, from: "mirror", tree };
      }
    } else {
      const tree = checkedTree(node, ground.catalogue, book.references);
      if (inLake(tree, ground.catalogue)) return { key: `lake ${lake}`, from: "lake", tree };
    }
    return { key: `records ${moment} ${lake}`, from: "records", tree: stored(storedCatalogue(ground)) };
  }

  #combined(node: Expression, found: ReadonlyMap<string, MemberSet>): MemberSet {
    if (!isJoined(node)) return found.get(JSON.stringify(node)) ?? new MemberSet(this.bits);
    switch (node.node) {
      case "boolean":
        return node.value ? this.#everybody : new MemberSet(this.bits);
      case "not":
        return this.#everybody.without(this.#combined(node.part, found));
      case "and":
        return node.parts.reduce((set, part) => set.and(this.#combined(part, found)), this.#everybody);
      case "or":
        return node.parts.reduce((set, part) => set.or(this.#combined(part, found)), new MemberSet(this.bits));
    }
  }
}

interface Base {
  readonly tx: Tx;
  readonly ground: Ground;
  readonly signal: AbortSignal;
  readonly versions: Versions;
  readonly everybody: MemberSet;
}

interface Versions {
  readonly batch_id: number;
  readonly as_of: Date;
  readonly tags_version: number | undefined;
  readonly day: string;
  /** Changes every few seconds: how long a set out of the record store is used again. */
  readonly moment: number;
}

async function versionsOf(tx: Tx, ground: Ground): Promise<Versions | undefined> {
  const batch = await newestBatch(tx);
  if (batch === undefined) return undefined;
  const now = ground.clock.now();
  return {
    batch_id: batch.batch_id,
    as_of: batch.snapshot_at,
    tags_version: await mirrorVersion(ground),
    day: businessDay(now, ground.config.timezone),
    moment: Math.floor(now.getTime() / RECORD_SET_MS),
  };
}

function isJoined(node: Expression): node is Joined {
  return node.node === "and" || node.node === "or" || node.node === "not" || node.node === "boolean";
}

/** The conditions that are read, below the ands, ors and nots. */
function leavesOf(node: Expression): Expression[] {
  if (!isJoined(node)) return [node];
  if (node.node === "boolean") return [];
  return node.node === "not" ? leavesOf(node.part) : node.parts.flatMap(leavesOf);
}

function inLake(tree: CheckedTree, catalogue: Catalogue): boolean {
  return [...relationsOf(tree.root)].every((name) => catalogue.get(name).lake !== false);
}
