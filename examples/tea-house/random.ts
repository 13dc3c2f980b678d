/**
 * Seeded pseudo-random numbers: xoshiro128** (Blackman and Vigna 2018), its state filled by splitmix32.
 * A stream is named by a path of integers (seed, person, week …), so that any part of the world can be made
 * again alone, in any order: nothing depends on how often somebody else drew a number.
 */
export class Random {
  private a = 0;
  private b = 0;
  private c = 0;
  private d = 0;

  constructor(...path: readonly number[]) {
    this.reseed(...path);
  }

  /** Starts the stream named by `path` in this object (saves an allocation in hot loops). */
  reseed(...path: readonly number[]): this {
    let state = hash(...path);
    const fill = (): number => {
      state = (state + 0x9e3779b9) | 0;
      return mix(state);
    };
    this.a = fill();
    this.b = fill();
    this.c = fill();
    this.d = fill() | 1; // the state must not be all zero
    return this;
  }

  /** The next 32 bits as an unsigned integer. */
  next(): number {
    const scrambled = Math.imul(rotate(Math.imul(this.b, 5), 7), 9);
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = rotate(this.d, 11);
    return scrambled >>> 0;
  }

  /** Uniform in [0, 1), 32 bits fine. */
  uniform(): number {
    return this.next() / 4294967296;
  }

  /** Uniform integer in [0, below). */
  integer(below: number): number {
    return Math.floor(this.uniform() * below);
  }

  /** Uniform integer in [from, to], both included. */
  between(from: number, to: number): number {
    return from + this.integer(to - from + 1);
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.integer(items.length)];
    if (item === undefined) throw new RangeError("pick needs a list with at least one item");
    return item;
  }

  /** Index drawn with probability proportional to its weight. */
  weighted(weights: ArrayLike<number>): number {
    let total = 0;
    for (let i = 0; i < weights.length; i++) total += weights[i] ?? 0;
    let rest = this.uniform() * total;
    for (let i = 0; i < weights.length; i++) {
      rest -= weights[i] ?? 0;
      if (rest < 0) return i;
    }
    return weights.length - 1;
  }
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) | 0;
}

/** 32-bit hash of a path of integers; fractions and the part above 2^32 count too. */
export function hash(...path: readonly number[]): number {
  let state = 0x6d2b79f5;
  for (const part of path) {
    state = mix((state ^ part) + 0x9e3779b9);
    const high = Math.floor(part / 4294967296);
    if (high !== 0 && high !== -1) state = mix((state ^ high) + 0x85ebca6b);
  }
  return state;
}

/** Uniform in [0, 1) that belongs to a path: one draw without keeping a stream. */
export function uniformOf(...path: readonly number[]): number {
  return (hash(...path) >>> 0) / 4294967296;
}
