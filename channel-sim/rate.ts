/** Counts calls per robot or number within a while, and keeps one silent that was called too often. */
export class Rate {
  readonly #limits: readonly (readonly [window_ms: number, calls: number])[];
  readonly #silence_ms: number;
  readonly #calls = new Map<string, number[]>();
  readonly #silent = new Map<string, number>();

  constructor(limits: readonly (readonly [number, number])[], silence_ms = 0) {
    this.#limits = limits;
    this.#silence_ms = silence_ms;
  }

  exceeded(robot: string, at_ms: number): boolean {
    if ((this.#silent.get(robot) ?? 0) > at_ms) return true;
    const longest = Math.max(...this.#limits.map(([window]) => window));
    const calls = (this.#calls.get(robot) ?? []).filter((call) => call > at_ms - longest);
    const over = this.#limits.some(([window, most]) => calls.filter((call) => call > at_ms - window).length >= most);
    if (over) this.#silent.set(robot, at_ms + this.#silence_ms);
    else calls.push(at_ms);
    this.#calls.set(robot, calls);
    return over;
  }
}
