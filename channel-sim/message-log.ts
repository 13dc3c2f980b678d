export const KINDS = ["wecom", "dingtalk", "feishu", "mail", "sms", "wechat", "wecom_app", "webhook"] as const;
export type Kind = (typeof KINDS)[number];

/** One message as it arrived, taken or not. */
export interface Arrived {
  readonly id: number;
  readonly at: string;
  readonly kind: Kind;
  /** The robot's key or id, the recipients, or the number. */
  readonly to: string;
  readonly title: string;
  readonly text: string;
  /** Whether the service showed it to people. */
  readonly taken: boolean;
  /** What was answered; null when the answer was withheld. */
  readonly answer: unknown;
}

const KEPT_MAX = 50_000;

/** What arrived, oldest first; the newest are kept. */
export class MessageLog {
  #rows: Arrived[] = [];
  #last = 0;

  add(row: Omit<Arrived, "id">): void {
    this.#last += 1;
    this.#rows.push({ id: this.#last, ...row });
    if (this.#rows.length > KEPT_MAX) this.#rows = this.#rows.slice(-KEPT_MAX);
  }

  list(filter: { kind?: string | undefined; since?: number | undefined } = {}): readonly Arrived[] {
    return this.#rows.filter(
      (row) => (filter.kind === undefined || row.kind === filter.kind) && row.id > (filter.since ?? 0),
    );
  }

  clear(): void {
    this.#rows = [];
  }
}

export type Outcome = "ok" | "error" | "http_500" | "refuse" | "lost" | "redirect";
export const OUTCOMES: readonly Outcome[] = ["ok", "error", "http_500", "refuse", "lost", "redirect"];

export interface Dial {
  readonly outcome: Outcome;
  readonly slow_ms: number;
  /** For how many messages; null: for all. */
  readonly next: number | null;
}

export const CALM: Dial = { outcome: "ok", slow_ms: 0, next: null };

/** How each service behaves at the moment. */
export class Dials {
  readonly #dials = new Map<Kind, Dial>();

  set(kind: Kind, dial: Partial<Dial>): void {
    this.#dials.set(kind, { ...CALM, ...dial });
  }

  all(): Record<string, Dial> {
    return Object.fromEntries(KINDS.map((kind) => [kind, this.#dials.get(kind) ?? CALM]));
  }

  /** The dial for the next message; one with a number of messages counts down. */
  take(kind: Kind): Dial {
    const dial = this.#dials.get(kind) ?? CALM;
    if (dial.next === null) return dial;
    if (dial.next <= 1) this.#dials.delete(kind);
    else this.#dials.set(kind, { ...dial, next: dial.next - 1 });
    return dial;
  }
}
