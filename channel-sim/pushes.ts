const TRIES = 3;
const RETRY_MS = 1_000;
const TIMEOUT_MS = 5_000;

/** What services tell by themselves: posted to the address that was named to them, three times at most until it is heard. */
export class Pushes {
  to: string | undefined;
  #stopped = false;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #open = new Set<Promise<void>>();

  tell(body: unknown, after_ms: number): void {
    if (this.to !== undefined) this.tellAt(this.to, body, after_ms);
  }

  /** Told to an address of its own. */
  tellAt(to: string, body: unknown, after_ms: number): void {
    this.#later(() => this.#post(to, body, 1), after_ms);
  }

  /** Waits for what is under way. */
  async settled(): Promise<void> {
    while (this.#timers.size > 0 || this.#open.size > 0) {
      await new Promise((done) => setTimeout(done, 5));
      await Promise.all(this.#open);
    }
  }

  #later(run: () => Promise<void>, after_ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const open = run().finally(() => this.#open.delete(open));
      this.#open.add(open);
    }, after_ms);
    this.#timers.add(timer);
  }

  async #post(to: string, body: unknown, tried: number): Promise<void> {
    if (this.#stopped) return;
    const answer = await fetch(to, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch(() => undefined);
    if (answer?.ok !== true && tried < TRIES) this.#later(() => this.#post(to, body, tried + 1), RETRY_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.to = undefined;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
