import { Clusters } from "./clusters.ts";
import type { Component, Decision } from "./evidence.ts";
import { sidesOf, type ActiveJoin } from "./join-ledger.ts";
import { resolve } from "./resolver.ts";

export type Verdict = Pick<Decision, "verdict" | "sides">;

/** Rounds until a split holds; each settles at least one pair, so that a handful is plenty. */
const ROUNDS_MAX = 50;

/**
 * What has to be decided so that taking back one join leaves exactly the members there were without it.
 * The first verdict keeps the two sides apart. Taking a join away can also let other evidence speak that the join had
 * outweighed: parties would move to somebody else in the same moment. Those moves are held back (`apart`) or pinned
 * (`join`) by further verdicts until a person decides about them.
 * @param active the standing joins of all parties of the component.
 */
export function splitVerdicts(component: Component, join: ActiveJoin, active: readonly ActiveJoin[]): Verdict[] {
  const verdicts: Verdict[] = [{ verdict: "apart", sides: sidesOf(join, active) }];
  const others = active.filter((other) => other.join_id !== join.join_id);
  const wanted = new Clusters(component.parties.map((party) => party.party_id));
  for (const { a, b } of others) wanted.unite(a, b);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const further = deviation(component, verdicts, wanted, others);
    if (further === undefined) return verdicts;
    verdicts.push(further);
  }
  return verdicts;
}

function deviation(
  component: Component,
  verdicts: readonly Verdict[],
  wanted: Clusters,
  others: readonly ActiveJoin[],
): Verdict | undefined {
  const first = 1 + Math.max(0, ...component.decisions.map((decision) => decision.decision_id));
  const decisions = [...component.decisions, ...verdicts.map((verdict, i) => ({ decision_id: first + i, ...verdict }))];
  const { clusters } = resolve({ ...component, decisions });
  const found = new Map(clusters.flatMap((ids, i) => ids.map((id) => [id, i] as const)));
  const broken = others.find(({ a, b }) => found.get(a) !== found.get(b));
  if (broken !== undefined) return { verdict: "join", sides: [[broken.a], [broken.b]] };
  for (const ids of clusters) {
    const stranger = ids.find((id) => !wanted.together(id, ids[0] ?? id));
    if (stranger !== undefined)
      return { verdict: "apart", sides: [wanted.membersOf(ids[0] ?? stranger), wanted.membersOf(stranger)] };
  }
  return undefined;
}
