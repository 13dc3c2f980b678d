import { Clusters } from "./clusters.ts";
import { hardConflict } from "./conflict.ts";
import type { Component, Decision } from "./evidence.ts";
import { sidesOf, type ActiveJoin } from "./join-ledger.ts";
import { resolve } from "./resolver.ts";

export type Verdict = Pick<Decision, "verdict" | "sides">;

export interface LapsedJoin extends ActiveJoin {
  readonly at_once: boolean;
}

/** Rounds until a split holds; each settles at least one pair, so that a handful is plenty. */
const ROUNDS_MAX = 50;

/**
 * What has to be decided so that taking back one join leaves exactly the members there were without it.
 *
 * The first verdict keeps the two sides apart, as they were when they were joined. Taking a join away can also let
 * other evidence speak that the join had outweighed: parties would move to somebody else in the same moment. Joins
 * older than this one and those of other members are pinned (`join`), and groups that were never one are held back (`apart`), until a person
 * decides about them. Joins that only followed from this one go with it.
 * @param active the standing joins of all parties of the component, without those that only followed from this one.
 * @param lapsed older joins that were undone since this one was made: they may come back; those undone with its making
 *   (`at_once`) belong to what was there before, unless something hard stands between their two parties.
 */
export function splitVerdicts(
  component: Component,
  join: ActiveJoin,
  active: readonly ActiveJoin[],
  lapsed: readonly LapsedJoin[] = [],
): Verdict[] {
  const others = active.filter((other) => other.join_id !== join.join_id);
  const parties = new Map(component.parties.map((party) => [party.party_id, party]));
  const possible = ({ a, b }: ActiveJoin): boolean => {
    const [p, q] = [parties.get(a), parties.get(b)];
    return p !== undefined && q !== undefined && hardConflict(p, q) === null;
  };
  const older = [
    ...others.filter((other) => other.join_id < join.join_id),
    ...lapsed.filter((other) => other.at_once),
  ].filter(possible);
  const elsewhere = joinsElsewhere(component, join, active).filter(possible);
  const verdicts: Verdict[] = [{ verdict: "apart", sides: sidesOf(join, older) }];
  const allowed = new Clusters(component.parties.map((party) => party.party_id));
  for (const { a, b } of [...others, ...lapsed]) if (allowed.has(a) && allowed.has(b)) allowed.unite(a, b);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const further = deviation(component, verdicts, allowed, [...older, ...elsewhere]);
    if (further === undefined) break;
    verdicts.push(further);
  }
  return verdicts;
}

/**
 * Joins made since in which nobody of the split member takes part. One of the two sides may stand in the way of such a
 * join by a value that all of them hold; whoever is split must not move a third person.
 */
function joinsElsewhere(component: Component, join: ActiveJoin, active: readonly ActiveJoin[]): ActiveJoin[] {
  const now = new Clusters(component.parties.map((party) => party.party_id));
  for (const { a, b } of [...active, join]) if (now.has(a) && now.has(b)) now.unite(a, b);
  return active.filter(({ join_id, a }) => join_id > join.join_id && now.has(a) && !now.together(a, join.a));
}

function deviation(
  component: Component,
  verdicts: readonly Verdict[],
  allowed: Clusters,
  pinned: readonly ActiveJoin[],
): Verdict | undefined {
  const first = 1 + Math.max(0, ...component.decisions.map((decision) => decision.decision_id));
  const decisions = [...component.decisions, ...verdicts.map((verdict, i) => ({ decision_id: first + i, ...verdict }))];
  const { clusters } = resolve({ ...component, decisions });
  const found = new Map(clusters.flatMap((ids, i) => ids.map((id) => [id, i] as const)));
  const broken = pinned.find(({ a, b }) => found.get(a) !== found.get(b));
  if (broken !== undefined) return { verdict: "join", sides: [[broken.a], [broken.b]] };
  for (const ids of clusters) {
    const [some] = ids;
    const stranger = some === undefined ? undefined : ids.find((id) => !allowed.together(id, some));
    if (some !== undefined && stranger !== undefined) {
      return { verdict: "apart", sides: [allowed.membersOf(some), allowed.membersOf(stranger)] };
    }
  }
  return undefined;
}
