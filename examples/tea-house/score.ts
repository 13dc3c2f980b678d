import type { Truth } from "./truth.ts";

export interface JoinScore {
  /** Pairs of accounts that stand in one cluster, and those of them that are one person. */
  readonly joined_pairs: number;
  readonly right_pairs: number;
  /** right ÷ joined; 1 when nothing was joined. */
  readonly precision: number;
  readonly joinable_pairs: number;
  readonly found_pairs: number;
  /** found ÷ joinable. */
  readonly recall: number;
  readonly hard_pairs: number;
  /** Pairs joined although the records themselves say that they are two people. Must be 0. */
  readonly hard_joined: number;
  /** Examples of wrong and of missed pairs. */
  readonly wrong: readonly string[];
  readonly missed: readonly string[];
}

const EXAMPLES_MAX = 20;

/**
 * Pairwise precision and recall of joins against the kept truth.
 * @param clusters the cluster (member) in which each account was found, by account id; accounts not found stand alone
 */
export function scoreJoins(truth: Truth, clusters: ReadonlyMap<string, string | number>): JoinScore {
  const members = new Map<string | number, string[]>();
  for (const [account, cluster] of clusters) {
    if (!truth.accounts.has(account)) throw new RangeError(`the world has no account ${account}`);
    const list = members.get(cluster);
    if (list === undefined) members.set(cluster, [account]);
    else list.push(account);
  }
  const together = (a: string, b: string): boolean => clusters.has(a) && clusters.get(a) === clusters.get(b);
  const wrong: string[] = [];
  let joined_pairs = 0;
  let right_pairs = 0;
  for (const list of members.values()) {
    const people = new Map<number, string[]>();
    for (const account of list) {
      const person = truth.accounts.get(account)?.person ?? -1;
      people.set(person, [...(people.get(person) ?? []), account]);
    }
    joined_pairs += pairs(list.length);
    for (const own of people.values()) right_pairs += pairs(own.length);
    if (people.size > 1 && wrong.length < EXAMPLES_MAX)
      wrong.push([...people.values()].map((own) => own.join(" = ")).join(" ≠ "));
  }
  const missing = truth.must_join.filter(({ a, b }) => !together(a, b));
  const hard = truth.must_not_join.filter((pair) => pair.hard);
  const found_pairs = truth.must_join.length - missing.length;
  return {
    joined_pairs,
    right_pairs,
    precision: joined_pairs === 0 ? 1 : right_pairs / joined_pairs,
    joinable_pairs: truth.must_join.length,
    found_pairs,
    recall: truth.must_join.length === 0 ? 1 : found_pairs / truth.must_join.length,
    hard_pairs: hard.length,
    hard_joined: hard.filter(({ a, b }) => together(a, b)).length,
    wrong,
    missed: missing.slice(0, EXAMPLES_MAX).map(({ a, b, why }) => `${a} ~ ${b} (${why})`),
  };
}

function pairs(count: number): number {
  return (count * (count - 1)) / 2;
}
