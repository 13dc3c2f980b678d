const TRIES = 3;
const RETRY_MS = 1_000;
const TIMEOUT_MS = 5_000;

/** What services tell by themselves: posted to the address that was named to them, three times at most until it is heard. */
export class Pushes {
  to: string | undefined;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #open = new Set<Promise<void>>();

  tell(body: unknown, after_ms: number): void {
    if (this.to === undefined) return;
    this.#later(() => this.#post(body, 1), after_ms);
  }

  #later(run: () => Promise<void>, after_ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const open = run().finally(() => this.#open.delete(open));
      this.#open.add(open);
    }, after_ms);
    this.#timers.add(timer);
  }

  async #post(body: unknown, tried: number): Promise<void> {
    const { to } = this;
    if (to === undefined) return;
    const answer = await fetch(to, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch(() => undefined);
    if (answer?.ok !== true && tried < TRIES) this.#later(() => this.#post(body, tried + 1), RETRY_MS);
  }

  stop(): void {
    this.to = undefined;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
