import { IMPORT_LIMITS } from "../limits.ts";

const START_SLOTS = 1 << 16;
const LOAD = 0.8;

/**
 * Counts equal contents over a whole file in bounded memory: ten bytes for each distinct content, whatever its length
 * (an object map took 110). Contents are known by 64 bits of their hash: among 16 million, the chance that any two
 * different ones meet is 1 in 144,000.
 */
export class LineCounter {
  readonly #limit: number;
  #high: Uint32Array = new Uint32Array(START_SLOTS);
  #low: Uint32Array = new Uint32Array(START_SLOTS);
  #counts: Uint16Array = new Uint16Array(START_SLOTS);
  #size = 0;

  constructor(limit: number = IMPORT_LIMITS.distinct_lines_max) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * @param hash at least 8 bytes of a hash of the content.
   * @returns which of the equal contents this one is, from 1; undefined when the limit of distinct contents is reached.
   */
  next(hash: Buffer): number | undefined {
    const high = hash.readUInt32LE(0);
    const low = hash.readUInt32LE(4);
    let slot = this.#find(high, low);
    if (this.#counts[slot] === 0) {
      if (this.#size >= this.#limit) return undefined;
      if (this.#size + 1 > this.#counts.length * LOAD) {
        this.#grow();
        slot = this.#find(high, low);
      }
      this.#high[slot] = high;
      this.#low[slot] = low;
      this.#size += 1;
    }
    const count = (this.#counts[slot] ?? 0) + 1;
    // 65,535 equal lines in one document: beyond it they would meet, so the counter says that it is full.
    if (count > 0xffff) return undefined;
    this.#counts[slot] = count;
    return count;
  }

  #find(high: number, low: number): number {
    const slots = this.#counts.length;
    let slot = (high ^ (low << 7)) >>> 0;
    slot %= slots;
    while (this.#counts[slot] !== 0 && (this.#high[slot] !== high || this.#low[slot] !== low)) {
      slot += 1;
      if (slot === slots) slot = 0;
    }
    return slot;
  }

  #grow(): void {
    const [high, low, counts] = [this.#high, this.#low, this.#counts];
    const slots = Math.min(counts.length * 2, Math.ceil(this.#limit / LOAD) + 1);
    this.#high = new Uint32Array(slots);
    this.#low = new Uint32Array(slots);
    this.#counts = new Uint16Array(slots);
    for (let i = 0; i < counts.length; i += 1) {
      const count = counts[i] ?? 0;
      if (count === 0) continue;
      const slot = this.#find(high[i] ?? 0, low[i] ?? 0);
      this.#high[slot] = high[i] ?? 0;
      this.#low[slot] = low[i] ?? 0;
      this.#counts[slot] = count;
    }
  }
}
