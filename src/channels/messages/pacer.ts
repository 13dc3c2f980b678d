import { sleep } from "../../platform/index.ts";

/** Lets so many calls of a service go in a second, evenly: its own limit, so that it never has to say so. */
export class Pacer {
  readonly #gap_ms: number;
  #next_ms = 0;

  constructor(per_second: number) {
    this.#gap_ms = 1_000 / per_second;
  }

  async turn(now_ms = performance.now()): Promise<void> {
    const at = Math.max(this.#next_ms, now_ms);
    this.#next_ms = at + this.#gap_ms;
    // a timer is no finer than a millisecond
    if (at - now_ms >= 1) await sleep(at - now_ms);
  }
}
