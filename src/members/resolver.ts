import { Clusters } from "./clusters.ts";
import { agreement, doubt, hardConflict } from "./conflict.ts";
import type { Component, CrowdedValue, FoundConflict, Holding, Link, Party, Resolution } from "./evidence.ts";
import { ANCHOR_ORDER, IDENTIFIER_RULES, PERSON_RULE, type ConflictKind, type IdentifierRule } from "./rules.ts";

/**
 * Says which parties are one person. Rules go from the surest identifier to the weakest; one value joins the groups
 * that hold it where nothing hard stands between any two of their parties and no doubt attaches to the value itself.
 * Everything is decided in an order that depends on the evidence only (anchors and tokens, never ids or arrival).
 */
export function resolve(component: Component): Resolution {
  return new Resolver(component).run();
}

type Verdict =
  | { readonly ok: true; readonly agreed: number }
  | { readonly ok: false; readonly conflict: ConflictKind; readonly a: number; readonly b: number };

class Resolver {
  readonly #component: Component;
  readonly #parties: readonly Party[];
  readonly #byId = new Map<number, Party>();
  readonly #clusters: Clusters;
  readonly #links: Link[] = [];
  readonly #conflicts: FoundConflict[] = [];
  readonly #crowded: CrowdedValue[] = [];
  readonly #hard = new Map<string, ConflictKind | null>();
  /** Pairs that a person judged: what speaks against them otherwise is heard no more. */
  readonly #decided = new Map<string, "join" | "apart">();
  readonly #inOrder: (a: string, b: string) => number;
  readonly #byAnchor: (p: Party, q: Party) => number;

  constructor(component: Component) {
    this.#component = component;
    this.#inOrder = orderOf(component.ties);
    this.#byAnchor = (p, q) => anchorRank(p) - anchorRank(q) || this.#inOrder(p.anchor.token, q.anchor.token);
    this.#parties = [...component.parties].sort(this.#byAnchor);
    for (const party of this.#parties) this.#byId.set(party.party_id, party);
    this.#clusters = new Clusters(this.#byId.keys());
  }

  run(): Resolution {
    this.#applyDecisions();
    for (const rule of IDENTIFIER_RULES) this.#applyRule(rule);
    return { clusters: this.#clusters.all(), links: this.#links, conflicts: this.#stillOpen(), crowded: this.#crowded };
  }

  #applyDecisions(): void {
    const decisions = [...this.#component.decisions].sort((a, b) => a.decision_id - b.decision_id);
    for (const { sides, verdict } of decisions) {
      for (const a of sides[0]) for (const b of sides[1]) this.#decided.set(pairKey(a, b), verdict);
    }
    for (const { sides, verdict } of decisions) {
      if (verdict !== "join") continue;
      const [a, b] = [this.#firstKnown(sides[0]), this.#firstKnown(sides[1])];
      if (a === undefined || b === undefined || this.#decided.get(pairKey(a, b)) !== "join") continue;
      if (this.#blocker(a, b) === null) this.#unite(a, b, { rule: PERSON_RULE.rule, kind: null, token: null });
    }
  }

  #firstKnown(ids: readonly number[]): number | undefined {
    return ids.find((id) => this.#byId.has(id));
  }

  #applyRule(rule: IdentifierRule): void {
    const holders = this.#holdersByToken(rule);
    const joining: [token: string, ids: number[]][] = [];
    // Counted before any value of this kind joins anybody: otherwise the first value would change the second's count.
    for (const [token, ids] of holders) {
      const people = this.#people(token, ids);
      if (people > rule.shared_max && !this.#component.released.has(token)) {
        this.#crowded.push({ kind: rule.kind, token, holders: people });
      } else joining.push([token, ids]);
    }
    for (const [token, ids] of joining) {
      if (rule.kind === "cookie") this.#joinDevice(rule, token, ids);
      else this.#joinHolders(rule, token, ids);
    }
  }

  /** Values of one kind that two or more parties hold, in token order, each with its holders in anchor order. */
  #holdersByToken(rule: IdentifierRule): [string, number[]][] {
    const byToken = new Map<string, number[]>();
    for (const party of this.#parties) {
      const held = party.holdings.filter((h) => h.kind === rule.kind);
      if (held.length > rule.held_max && party.anchor.kind !== rule.kind) continue;
      for (const holding of held) {
        if (this.#component.barred.has(holding.token) || !usable(holding)) continue;
        const ids = byToken.get(holding.token);
        if (ids === undefined) byToken.set(holding.token, [party.party_id]);
        else ids.push(party.party_id);
      }
    }
    return [...byToken].filter(([, ids]) => ids.length > 1).sort(([a], [b]) => this.#inOrder(a, b));
  }

  /**
   * How many persons hold a value: groups made by surer rules, those with a name or birthday in common counted once.
   * The value's own party and bare devices are nobody in particular.
   */
  #people(token: string, ids: readonly number[]): number {
    const somebody = (party: Party) => party.anchor.token !== token && party.anchor.kind !== "cookie";
    const groups = this.#groups(ids).filter((group) => group.some(somebody));
    const counted: Party[][] = [];
    for (const group of groups) {
      const same = counted.find((other) => agreement(other, group) > 0);
      if (same === undefined) counted.push([...group]);
      else same.push(...group);
    }
    return counted.length;
  }

  #groups(ids: readonly number[]): Party[][] {
    const byRoot = new Map<number, Party[]>();
    for (const id of ids) {
      const root = this.#clusters.rootOf(id);
      if (!byRoot.has(root)) byRoot.set(root, this.#partiesOf(root));
    }
    return [...byRoot.values()];
  }

  #partiesOf(id: number): Party[] {
    return this.#clusters
      .membersOf(id)
      .map((member) => this.#byId.get(member))
      .filter((party) => party !== undefined)
      .sort(this.#byAnchor);
  }

  /** Joins the groups that hold one value, those with more in common first, and none whose place is unclear. */
  #joinHolders(rule: IdentifierRule, token: string, ids: readonly number[]): void {
    for (;;) {
      const groups = this.#groups(ids);
      if (groups.length < 2) return;
      const verdicts = this.#verdicts(groups, rule, token);
      const pair = bestPair(groups.length, verdicts);
      if (pair === undefined) {
        this.#report(groups, verdicts, rule, token);
        return;
      }
      const [a, b] = [this.#holderIn(groups[pair[0]], ids), this.#holderIn(groups[pair[1]], ids)];
      this.#unite(a, b, { rule: rule.rule, kind: rule.kind, token });
    }
  }

  #holderIn(group: readonly Party[] | undefined, ids: readonly number[]): number {
    const holders = new Set(ids);
    const holder = group?.find((party) => holders.has(party.party_id));
    if (holder === undefined) throw new Error("a group of holders without a holder");
    return holder.party_id;
  }

  #verdicts(groups: readonly Party[][], rule: IdentifierRule, token: string): Verdict[][] {
    return groups.map((x, i) =>
      groups.slice(0, i).map((y): Verdict => {
        const hard = this.#hardBetween(x, y);
        if (hard !== null) return { ok: false, ...hard };
        const [p, q] = [x[0], y[0]] as [Party, Party];
        const doubted = this.#anyDecidedJoin(x, y) ? null : doubt(x, y, { kind: rule.kind, token });
        if (doubted !== null) return { ok: false, conflict: doubted, a: p.party_id, b: q.party_id };
        return { ok: true, agreed: agreement(x, y) };
      }),
    );
  }

  #hardBetween(x: readonly Party[], y: readonly Party[]): { conflict: ConflictKind; a: number; b: number } | null {
    for (const p of x) {
      for (const q of y) {
        const conflict = this.#hardPair(p, q);
        if (conflict !== null) return { conflict, a: p.party_id, b: q.party_id };
      }
    }
    return null;
  }

  #hardPair(p: Party, q: Party): ConflictKind | null {
    const key = pairKey(p.party_id, q.party_id);
    const decided = this.#decided.get(key);
    if (decided !== undefined) return decided === "apart" ? "decided_apart" : null;
    let found = this.#hard.get(key);
    if (found === undefined) {
      found = hardConflict(p, q);
      this.#hard.set(key, found);
    }
    return found;
  }

  #anyDecidedJoin(x: readonly Party[], y: readonly Party[]): boolean {
    return x.some((p) => y.some((q) => this.#decided.get(pairKey(p.party_id, q.party_id)) === "join"));
  }

  #blocker(a: number, b: number): { conflict: ConflictKind } | null {
    return this.#hardBetween(this.#partiesOf(a), this.#partiesOf(b));
  }

  /** A device's own party goes to the one account on it; a device with two accounts belongs to nobody. */
  #joinDevice(rule: IdentifierRule, token: string, ids: readonly number[]): void {
    const device = this.#parties.find((p) => p.anchor.token === token);
    if (device === undefined || !ids.includes(device.party_id)) return;
    const accounts = this.#groups(ids.filter((id) => this.#byId.get(id)?.anchor.kind !== "cookie"));
    const fitting = accounts.filter((group) => this.#hardBetween(group, [device]) === null);
    if (fitting.length !== 1) return;
    this.#unite(this.#holderIn(fitting[0], ids), device.party_id, { rule: rule.rule, kind: rule.kind, token });
  }

  #unite(a: number, b: number, why: Pick<Link, "rule" | "kind" | "token">): void {
    if (this.#clusters.unite(a, b)) this.#links.push({ a, b, ...why });
  }

  #report(groups: readonly Party[][], verdicts: readonly Verdict[][], rule: IdentifierRule, token: string): void {
    for (const [i, row] of verdicts.entries()) {
      for (const [j, verdict] of row.entries()) {
        const [x, y] = [groups[i]?.[0], groups[j]?.[0]];
        if (x === undefined || y === undefined) continue;
        const found = verdict.ok ? { conflict: "ambiguous" as const, a: x.party_id, b: y.party_id } : verdict;
        this.#conflicts.push({ conflict: found.conflict, a: found.a, b: found.b, kind: rule.kind, token });
      }
    }
  }

  /** Two groups that one value could not join may have been joined by another: then there is nothing left to ask. */
  #stillOpen(): FoundConflict[] {
    return this.#conflicts.filter(({ a, b }) => !this.#clusters.together(a, b));
  }
}

/** An ended binding joins nobody, but a number once held still says who was who at that time (see conflict.ts). */
function usable(holding: Holding): boolean {
  return holding.ended_day === null || holding.kind === "phone" || holding.kind === "email";
}

/**
 * The pair of groups to join next: the most in common first. A pair is passed over while a third group fits one of the
 * two at least as well and cannot be the other: then nobody can tell.
 */
function bestPair(count: number, verdicts: readonly Verdict[][]): readonly [number, number] | undefined {
  const at = (i: number, j: number): Verdict | undefined => (i > j ? verdicts[i]?.[j] : verdicts[j]?.[i]);
  const rival = (k: number, mine: number, other: number, agreed: number): boolean => {
    const [to, against] = [at(k, mine), at(k, other)];
    return to?.ok === true && to.agreed >= agreed && against?.ok === false;
  };
  let best: { pair: readonly [number, number]; agreed: number } | undefined;
  for (let i = 0; i < count; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const verdict = at(i, j);
      if (verdict?.ok !== true || (best !== undefined && verdict.agreed <= best.agreed)) continue;
      const others = Array.from({ length: count }, (_, k) => k).filter((k) => k !== i && k !== j);
      if (others.some((k) => rival(k, i, j, verdict.agreed) || rival(k, j, i, verdict.agreed))) continue;
      best = { pair: [j, i], agreed: verdict.agreed };
    }
  }
  return best?.pair;
}

function pairKey(a: number, b: number): string {
  return a < b ? `${a}|${b}` : `${b}|${a}`;
}

const anchorRank = (party: Party): number => ANCHOR_ORDER.indexOf(party.anchor.kind);

/** Tokens that had a place before an exchange keep it among themselves; the others follow by what they are. */
export function orderOf(ties: ReadonlyMap<string, number> = new Map()): (a: string, b: string) => number {
  const place = (token: string) => ties.get(token) ?? Number.MAX_SAFE_INTEGER;
  return (a, b) => place(a) - place(b) || (a < b ? -1 : a > b ? 1 : 0);
}
