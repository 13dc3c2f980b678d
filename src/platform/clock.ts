/** The only source of "now": everything that depends on time takes one of these. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A clock that tests move by hand. */
export class FakeClock implements Clock {
  #at: number;

  constructor(start: string | Date = "2026-11-22T02:00:00Z") {
    this.#at = new Date(start).getTime();
  }

  now(): Date {
    return new Date(this.#at);
  }

  set(at: string | Date): void {
    this.#at = new Date(at).getTime();
  }

  advance(by: { seconds?: number; minutes?: number; hours?: number; days?: number }): void {
    const { seconds = 0, minutes = 0, hours = 0, days = 0 } = by;
    this.#at += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  }
}

/**
 * The time of a demo world: real time plus a lead that grows while the world runs faster than real time. It never goes
 * back, and it never leads by more than it was allowed to (`allow`): what is allowed is on disk before it is used, so
 * that a world that was killed does not wake up earlier than it had been.
 */
export class WorldClock implements Clock {
  /** Whether this process lets the world go on; otherwise it only keeps the lead that it once had. */
  readonly live: boolean;
  readonly #wall: Clock;
  #rate: number;
  #anchor_ms: number;
  #lead_ms: number;
  #lead_ms_max: number;
  #last_ms = Number.NEGATIVE_INFINITY;

  /** @param start.lead_ms how far the world is ahead of real time; @param start.rate world seconds for a real one, 0: it stands still. */
  constructor(wall: Clock, start: { lead_ms: number; rate: number; live?: boolean }) {
    this.live = start.live ?? false;
    this.#wall = wall;
    this.#rate = start.rate;
    this.#anchor_ms = wall.now().getTime();
    this.#lead_ms = start.lead_ms;
    this.#lead_ms_max = start.lead_ms;
  }

  now(): Date {
    const at_ms = this.#wall.now().getTime() + this.lead_ms;
    this.#last_ms = Math.max(this.#last_ms, at_ms);
    return new Date(this.#last_ms);
  }

  get rate(): number {
    return this.#rate;
  }

  /** How far the world is ahead of real time; negative while it stands still longer than it was ahead. */
  get lead_ms(): number {
    const passed_ms = Math.max(0, this.#wall.now().getTime() - this.#anchor_ms);
    return Math.min(this.#lead_ms_max, this.#lead_ms + passed_ms * (this.#rate - 1));
  }

  /** Lets the world lead by as much as this, which must be kept somewhere already. It runs on from where it is. */
  allow(lead_ms: number): void {
    this.#anchorAt(this.lead_ms, this.#rate);
    this.#lead_ms_max = Math.max(this.#lead_ms_max, lead_ms);
  }

  /** Another pace from now on. A world that stood still takes up real time again where it has fallen behind. */
  setRate(rate: number): void {
    this.#anchorAt(rate > 0 ? Math.max(0, this.lead_ms) : this.lead_ms, rate);
  }

  /** Moves the world forward to an instant; an earlier one changes nothing. `allow` decides how far it really comes. */
  moveTo(at: Date): void {
    const lead_ms = at.getTime() - this.#wall.now().getTime();
    if (lead_ms > this.lead_ms) this.#anchorAt(Math.min(lead_ms, this.#lead_ms_max), this.#rate);
  }

  #anchorAt(lead_ms: number, rate: number): void {
    this.#anchor_ms = this.#wall.now().getTime();
    this.#lead_ms = lead_ms;
    this.#rate = rate;
  }
}

/**
 * How much of the clock's time passes while a machine works for a second: what limits and figures of the machine's own
 * delay are measured with. 1 outside of a world that runs faster.
 */
export function paceOf(clock: Clock): number {
  return clock instanceof WorldClock ? Math.max(1, clock.rate) : 1;
}

/** Seconds that the machine took since an instant of the clock. */
export function delaySeconds(clock: Clock, since: Date): number {
  return (clock.now().getTime() - since.getTime()) / 1000 / paceOf(clock);
}
