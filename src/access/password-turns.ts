import { availableParallelism } from "node:os";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";

/**
 * Password hashes made at once in a process: half of the cores stay free for everybody who is signed in. Each takes 19 MiB
 * and about 35 ms.
 */
export const HASHES_AT_ONCE = Math.max(1, Math.floor(availableParallelism() / 2));
/** Beyond so many that wait a further one is refused at once: with one core, about seven seconds. */
export const WAITING_MAX = 200;
/** When whoever was refused may come again. */
const RETRY_SECONDS = 10;
/** Tags of addresses and accounts that are behind the present turn are forgotten at so many. */
const TAGS_MAX = 10_000;

/** For whom a hash is made: who asks from where, and for which account. */
export interface Asker {
  readonly place: string;
  readonly account: string;
}

/** Refused: too many wait. */
export const busy = () => problem("access.sign_in_busy", { seconds: RETRY_SECONDS });

interface Waiting {
  readonly asker: Asker;
  readonly turn: number;
  readonly start: () => void;
  readonly refuse: () => void;
}

/**
 * Start-time fair queueing over addresses and accounts: a request's turn is the present one, or one behind the last turn
 * that was given to its address or its account, whichever is later. So whoever asks for the first time goes before the many
 * requests of one address and before the many for one account. Of one account never two are made at once: the attempts
 * that are over count before the next one is judged.
 */
export class PasswordTurns {
  readonly #at_once: number;
  readonly #waiting_max: number;
  #waiting: Waiting[] = [];
  #now = 0;
  #running = 0;
  #entered = 0;
  readonly #accounts_running = new Set<string>();
  readonly #last = new Map<string, number>();

  constructor(at_once = HASHES_AT_ONCE, waiting_max = WAITING_MAX) {
    this.#at_once = at_once;
    this.#waiting_max = waiting_max;
  }

  /** How many are on their way or wait, and for how many addresses and accounts a turn is kept: both are bounded. */
  get sizes(): { readonly entered: number; readonly waiting: number; readonly running: number; readonly tags: number } {
    return { entered: this.#entered, waiting: this.#waiting.length, running: this.#running, tags: this.#last.size };
  }

  /**
   * Counts a request that is on its way to its turn, until it calls what this gives; undefined: so many are on their way
   * that it would not be served, and it goes before none that waits.
   */
  enter(asker: Asker): (() => void) | undefined {
    const is_full = this.#entered >= this.#waiting_max;
    if (is_full && this.#turnOf(asker) >= (this.#waiting.at(-1)?.turn ?? 0)) return undefined;
    this.#entered += 1;
    let inside = true;
    return () => {
      if (inside) this.#entered -= 1;
      inside = false;
    };
  }

  /** Runs when it is its turn. @throws access.sign_in_busy when too many wait before it */
  async run<Result>(asker: Asker, make: () => Promise<Result>): Promise<Result> {
    await this.#turn(asker);
    try {
      return await make();
    } finally {
      this.#running -= 1;
      this.#accounts_running.delete(asker.account);
      this.#startNext();
    }
  }

  #turnOf({ place, account }: Asker): number {
    const behind = (key: string) => (this.#last.get(key) ?? -1) + 1;
    return Math.max(this.#now, behind(`place ${place}`), behind(`account ${account}`));
  }

  #turn(asker: Asker): Promise<void> {
    return new Promise((start, reject) => {
      const turn = this.#turnOf(asker);
      this.#last.set(`place ${asker.place}`, turn);
      this.#last.set(`account ${asker.account}`, turn);
      const after = this.#waiting.findIndex((other) => other.turn > turn);
      const one = { asker, turn, start, refuse: () => reject(busy()) };
      this.#waiting.splice(after === -1 ? this.#waiting.length : after, 0, one);
      if (this.#waiting.length > this.#waiting_max) this.#waiting.pop()?.refuse();
      this.#forgetPast();
      this.#startNext();
    });
  }

  #startNext(): void {
    while (this.#running < this.#at_once) {
      const next = this.#waiting.findIndex(({ asker }) => !this.#accounts_running.has(asker.account));
      const [one] = next === -1 ? [] : this.#waiting.splice(next, 1);
      if (one === undefined) return;
      this.#now = Math.max(this.#now, one.turn);
      this.#running += 1;
      this.#accounts_running.add(one.asker.account);
      one.start();
    }
  }

  /** A turn that has passed gives nobody a later one; what is left beyond the bound is forgotten, the oldest first. */
  #forgetPast(): void {
    if (this.#last.size <= TAGS_MAX) return;
    for (const [key, turn] of this.#last) if (turn < this.#now) this.#last.delete(key);
    for (const key of this.#last.keys()) {
      if (this.#last.size <= TAGS_MAX) break;
      this.#last.delete(key);
    }
  }
}

const turns = new WeakMap<Ground, PasswordTurns>();

/** The one queue of a process for everything that hashes a password. */
export function passwordTurns(ground: Ground): PasswordTurns {
  let one = turns.get(ground);
  if (one === undefined) turns.set(ground, (one = new PasswordTurns()));
  return one;
}

/** A hash for whoever has shown already who they are, by a session or a link. */
export function hashInTurn<Result>(ground: Ground, who: string, make: () => Promise<Result>): Promise<Result> {
  return passwordTurns(ground).run({ place: who, account: who }, make);
}
