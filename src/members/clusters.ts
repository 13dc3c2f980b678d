/** Sets of parties that only ever unite (union by size, with path halving). */
export class Clusters {
  readonly #parent = new Map<number, number>();
  readonly #members = new Map<number, number[]>();

  constructor(ids: Iterable<number>) {
    for (const id of ids) {
      this.#parent.set(id, id);
      this.#members.set(id, [id]);
    }
  }

  has(id: number): boolean {
    return this.#parent.has(id);
  }

  rootOf(id: number): number {
    let at = id;
    for (;;) {
      const up = this.#parent.get(at);
      if (up === undefined) throw new Error(`party ${id} is not in this component`);
      if (up === at) return at;
      const above = this.#parent.get(up) ?? up;
      this.#parent.set(at, above);
      at = above;
    }
  }

  together(a: number, b: number): boolean {
    return this.rootOf(a) === this.rootOf(b);
  }

  membersOf(id: number): readonly number[] {
    return this.#members.get(this.rootOf(id)) ?? [];
  }

  /** @returns false when they were one already. */
  unite(a: number, b: number): boolean {
    let [large, small] = [this.rootOf(a), this.rootOf(b)];
    if (large === small) return false;
    if (this.membersOf(large).length < this.membersOf(small).length) [large, small] = [small, large];
    this.#parent.set(small, large);
    this.#members.get(large)?.push(...(this.#members.get(small) ?? []));
    this.#members.delete(small);
    return true;
  }

  all(): number[][] {
    return [...this.#members.values()].map((ids) => [...ids].sort((a, b) => a - b));
  }
}
