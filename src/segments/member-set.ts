/**
 * A set of member ids as a bitmap, so that conditions are combined and counted by machine words. Member n is the bit
 * 0x80 >> (n mod 8) of byte n div 8: the order of DuckDB's BIT type, so that a set goes in and out of the lake as it is.
 */
export class MemberSet {
  readonly bytes: Uint8Array;
  readonly #words: Uint32Array;

  /** @param bits one more than the greatest id that may be a member. */
  constructor(bits: number, filled?: Uint8Array) {
    this.bytes = new Uint8Array(bytesFor(bits));
    if (filled !== undefined) this.bytes.set(filled.subarray(0, this.bytes.length));
    this.#words = new Uint32Array(this.bytes.buffer);
  }

  static of(bits: number, ids: Iterable<number>): MemberSet {
    const set = new MemberSet(bits);
    for (const id of ids) set.add(id);
    return set;
  }

  /** Ids beyond the width are left out: they are newer than what the set stands for. */
  add(id: number): void {
    const at = id >>> 3;
    if (at < this.bytes.length) this.bytes[at] = (this.bytes[at] ?? 0) | (0x80 >> (id & 7));
  }

  has(id: number): boolean {
    return ((this.bytes[id >>> 3] ?? 0) & (0x80 >> (id & 7))) !== 0;
  }

  get size(): number {
    let size = 0;
    for (const word of this.#words) size += ones(word);
    return size;
  }

  and(other: MemberSet): MemberSet {
    return this.#with(other, (a, b) => a & b);
  }

  or(other: MemberSet): MemberSet {
    return this.#with(other, (a, b) => a | b);
  }

  /** Those of this set that are not in the other. */
  without(other: MemberSet): MemberSet {
    return this.#with(other, (a, b) => a & ~b);
  }

  /** All ids, ascending. */
  ids(): Uint32Array {
    const ids = new Uint32Array(this.size);
    let place = 0;
    for (let at = 0; at < this.bytes.length; at++) {
      const byte = this.bytes[at] ?? 0;
      for (let bit = 0, rest = byte; rest !== 0; bit++, rest = (rest << 1) & 0xff) {
        if ((rest & 0x80) === 0) continue;
        ids[place] = at * 8 + bit;
        place += 1;
      }
    }
    return ids;
  }

  /** Ids greater than `after`, in order. */
  *idsAfter(after: number): Generator<number> {
    const first = after + 1;
    for (let at = Math.max(0, first) >>> 3; at < this.bytes.length; at++) {
      const byte = this.bytes[at] ?? 0;
      if (byte === 0) continue;
      for (let bit = 0; bit < 8; bit++) {
        const id = at * 8 + bit;
        if ((byte & (0x80 >> bit)) !== 0 && id >= first) yield id;
      }
    }
  }

  /** The greatest ids first. */
  last(limit: number): number[] {
    const found: number[] = [];
    for (let at = this.bytes.length - 1; at >= 0 && found.length < limit; at--) {
      const byte = this.bytes[at] ?? 0;
      for (let bit = 7; byte !== 0 && bit >= 0 && found.length < limit; bit--) {
        if ((byte & (0x80 >> bit)) !== 0) found.push(at * 8 + bit);
      }
    }
    return found;
  }

  #with(other: MemberSet, combine: (a: number, b: number) => number): MemberSet {
    const set = new MemberSet(this.bytes.length * 8);
    const [from, to] = [other.#words, set.#words];
    for (const [index, word] of this.#words.entries()) to[index] = combine(word, from[index] ?? 0);
    return set;
  }
}

/** Whole words, so that the bitmap has no half-used end. */
export function bytesFor(bits: number): number {
  return Math.max(4, Math.ceil(bits / 32) * 4);
}

/** Bits that are set in a word (Hacker's Delight, 5–1). */
function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * How many members are in exactly each combination of the sets: entry k counts those who are in set i for every bit i of
 * k and in no other. All 2^n regions in one pass.
 */
export function regionSizes(universe: MemberSet, sets: readonly MemberSet[]): number[] {
  const sizes = Array.from({ length: 2 ** sets.length }, () => 0);
  const bytes = sets.map((set) => set.bytes);
  for (const [at, all] of universe.bytes.entries()) {
    if (all === 0) continue;
    for (let mask = 0x80; mask !== 0; mask >>= 1) {
      if ((all & mask) === 0) continue;
      let region = 0;
      for (let i = 0; i < bytes.length; i++) if (((bytes[i]?.[at] ?? 0) & mask) !== 0) region |= 1 << i;
      sizes[region] = (sizes[region] ?? 0) + 1;
    }
  }
  return sizes;
}
