import { Clusters } from "./clusters.ts";
import type { Link, Resolution } from "./evidence.ts";

/** A join that stands. Together they are a spanning forest: one path between any two parties of a member. */
export interface ActiveJoin {
  readonly join_id: number;
  readonly a: number;
  readonly b: number;
}

export interface MadeJoin extends Link {
  /** The member that went on, and the one that became part of it. */
  readonly kept: number;
  readonly absorbed: number;
}

/** What has to be written so that the stored members are those of a resolution. */
export interface Reconciliation {
  readonly moves: readonly { readonly party_id: number; readonly member_id: number }[];
  readonly made: readonly MadeJoin[];
  /** Joins whose two sides are no longer one person. */
  readonly undone: readonly number[];
}

/** A member is called by its oldest party, so that taking a join back gives both sides the names they had. */
function memberIdOf(cluster: readonly number[]): number {
  return Math.min(...cluster);
}

/**
 * Compares what is stored with what the evidence says now.
 * @param current party → member as stored; every party of the resolution must be there.
 */
export function reconcile(
  current: ReadonlyMap<number, number>,
  active: readonly ActiveJoin[],
  resolution: Resolution,
): Reconciliation {
  const moves: { party_id: number; member_id: number }[] = [];
  const target = new Map<number, number>();
  for (const cluster of resolution.clusters) {
    const member_id = memberIdOf(cluster);
    for (const party_id of cluster) {
      target.set(party_id, member_id);
      if (current.get(party_id) !== member_id) moves.push({ party_id, member_id });
    }
  }
  const standing = new Clusters(target.keys());
  const undone: number[] = [];
  for (const { join_id, a, b } of active) {
    if (target.has(a) && target.get(a) === target.get(b)) standing.unite(a, b);
    else undone.push(join_id);
  }
  const made: MadeJoin[] = [];
  for (const link of resolution.links) {
    if (standing.together(link.a, link.b)) continue;
    const [x, y] = [memberIdOf(standing.membersOf(link.a)), memberIdOf(standing.membersOf(link.b))];
    standing.unite(link.a, link.b);
    made.push({ ...link, kept: Math.min(x, y), absorbed: Math.max(x, y) });
  }
  return { moves, made, undone };
}

/** The two sides of a join within its member: what each would be without it. */
export function sidesOf(
  join: ActiveJoin,
  active: readonly ActiveJoin[],
): readonly [readonly number[], readonly number[]] {
  const others = active.filter((other) => other.join_id !== join.join_id);
  const standing = new Clusters([join.a, join.b, ...others.flatMap((other) => [other.a, other.b])]);
  for (const { a, b } of others) standing.unite(a, b);
  const side = (id: number) => [...standing.membersOf(id)].sort((x, y) => x - y);
  return [side(join.a), side(join.b)];
}
