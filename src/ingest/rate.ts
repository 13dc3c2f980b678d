/** A token bucket: `rate` tokens a second, at most `burst` saved up. A batch larger than the burst drains it whole. */
export class TokenBucket {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #at_ms: number;

  constructor(rate: number, burst: number, now: Date) {
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at_ms = now.getTime();
  }

  get rate(): number {
    return this.#rate;
  }

  /** Takes `count` tokens. @returns 0 when they were there, else the whole seconds after which to come again. */
  take(count: number, now: Date): number {
    const elapsed_ms = Math.max(0, now.getTime() - this.#at_ms);
    this.#tokens = Math.min(this.#burst, this.#tokens + (elapsed_ms / 1000) * this.#rate);
    this.#at_ms = now.getTime();
    const needed = Math.min(count, this.#burst);
    if (this.#tokens >= needed) {
      this.#tokens -= count;
      return 0;
    }
    return Math.max(1, Math.ceil((needed - this.#tokens) / this.#rate));
  }
}
