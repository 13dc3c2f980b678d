import { addDays } from "../../src/platform/index.ts";
import type { LadderDefinition } from "../../src/tiers/ladder.ts";

/** One amount on a day: an order after its refund, or a stray return. */
export interface Sale {
  readonly day: string;
  readonly net_minor: number;
}

export interface ModelStanding {
  earned: number;
  until: string | null;
}

interface Period {
  readonly from: string;
  readonly until: string;
}

/** The rules of tiers for one member at a time, written as plainly as they are told in docs/data/tiers.md. */
export class TierModel {
  readonly #ladder: LadderDefinition;

  constructor(ladder: LadderDefinition) {
    this.#ladder = ladder;
  }

  /** Brings a standing to `today` in place. @returns the amount of the current window. */
  evaluate(standing: ModelStanding, sales: readonly Sale[], joined: string, today: string): number {
    const { grace_days } = this.#ladder;
    const sum = (from: string, until: string) =>
      sales
        .filter(({ day }) => day >= from && day <= until && day <= today)
        .reduce((total, { net_minor }) => total + this.#counted(net_minor), 0);
    while (standing.until !== null && addDays(standing.until, grace_days) < today) {
      const { until } = standing;
      const closing = sum(this.#endingOn(until, joined).from, until);
      const grace = sum(addDays(until, 1), addDays(until, grace_days));
      standing.earned = this.#afterPeriod(standing.earned, closing, Math.max(closing, grace));
      standing.until = standing.earned === 0 ? null : this.#next(until, joined);
    }
    const current = this.#holding(today, joined);
    const amount = sum(current.from, today);
    const rolls = this.#ladder.window.kind === "rolling";
    const before = rolls ? 0 : sum(this.#holding(addDays(current.from, -1), joined).from, addDays(current.from, -1));
    const reached = this.rank(Math.max(amount, before));
    if (reached > standing.earned) {
      standing.earned = reached;
      standing.until = rolls ? this.#shift(today, -1) : current.until;
    }
    return amount;
  }

  rank(amount: number): number {
    return this.#ladder.tiers.filter(({ from }) => {
      if (from === undefined) return false;
      return "above" in from ? amount > from.above : amount >= from.at_least;
    }).length;
  }

  #counted(net_minor: number): number {
    const { measure } = this.#ladder;
    const cap = measure.kind === "net_spend" ? measure.cap_per_order_minor : undefined;
    return cap === undefined ? net_minor : Math.min(cap, net_minor);
  }

  #afterPeriod(rank: number, closing: number, best: number): number {
    const reached = this.rank(best);
    if (reached >= rank) return reached;
    const renewal = this.#ladder.tiers[rank]?.renew_at_least;
    if (renewal === undefined ? this.rank(closing) >= rank : closing >= renewal) return rank;
    return this.#ladder.downgrade === "one_step" ? Math.max(rank - 1, reached) : reached;
  }

  #days(): number {
    return this.#ladder.window.kind === "rolling" ? this.#ladder.window.days : 0;
  }

  #shift(day: string, by: number): string {
    return addDays(day, this.#days() + by);
  }

  /** The period that holds a day; of a rolling window, the one that ends on it. */
  #holding(day: string, joined: string): Period {
    const year = Number(day.slice(0, 4));
    switch (this.#ladder.window.kind) {
      case "calendar_year":
        return { from: `${year}-01-01`, until: `${year}-12-31` };
      case "anniversary": {
        const begun = anniversary(joined, year) <= day ? year : year - 1;
        return { from: anniversary(joined, begun), until: addDays(anniversary(joined, begun + 1), -1) };
      }
      case "rolling":
        return { from: addDays(day, 1 - this.#days()), until: day };
    }
  }

  #endingOn(until: string, joined: string): Period {
    return this.#holding(until, joined);
  }

  #next(until: string, joined: string): string {
    return this.#ladder.window.kind === "rolling"
      ? this.#shift(until, 0)
      : this.#holding(addDays(until, 1), joined).until;
  }
}

function anniversary(joined: string, year: number): string {
  const isLeap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
  return joined.endsWith("-02-29") && !isLeap ? `${year}-03-01` : `${year}${joined.slice(4)}`;
}
