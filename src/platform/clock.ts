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
