import type { Command } from "../../src/points/index.ts";

/** One point, as somebody with a box of coins would keep it. */
interface Coin {
  owner: number;
  /** Coins that came together, in order of their coming. */
  lot: number;
  last_day: string;
  active_from: string;
  place: "pending" | "active" | "held" | "burned" | "expired" | "gone";
  /** What it was earned for; empty for coins that came from another lot. */
  earned_for: string;
  spent_for: string;
  hold: number;
}

const NEVER = "9999-12-31";

/** Why the model refuses: the last part of the ledger's error codes. */
export class Refused extends Error {}

/**
 * The simplest ledger of points that can be thought of: every point is a coin that lies somewhere. It knows nothing of
 * accounts, transfers or batches, and takes no care to be quick.
 */
export class CoinModel {
  readonly coins: Coin[] = [];
  readonly debts = new Map<number, number>();
  readonly budgets = new Map<string, number>();
  readonly holds: { reference: string; state: "open" | "posted" | "voided"; until: Date }[] = [];
  readonly clawed = new Map<string, number>();
  today = "";
  #lots = 0;

  /** @returns how many points moved @throws Refused */
  apply(command: Command): number {
    switch (command.type) {
      case "earn":
        return this.#earn(command);
      case "grant":
        for (const owner of command.owners) this.#earn({ ...command, type: "earn", owner });
        return command.owners.length * command.points;
      case "spend": {
        const taken = this.#choose(command.wallet, command.points);
        for (const coin of taken) Object.assign(coin, { place: "burned", spent_for: command.reference });
        return taken.length;
      }
      case "hold": {
        const taken = this.#choose(command.wallet, command.points);
        this.holds.push({ reference: command.reference, state: "open", until: command.until_at });
        for (const coin of taken) Object.assign(coin, { place: "held", hold: this.holds.length });
        return taken.length;
      }
      case "post":
        return this.#post(command.hold_id, command.points);
      case "void":
        return this.release(command.hold_id);
      case "return_spent":
        return this.#returnSpent(command.reference, command.points, command.grace_last_day);
      case "claw_back":
        return this.#clawBack(command.reference, command.wallet, command.points, command.budget);
      case "transfer":
        return this.#transfer(command.wallet, command.to, command.points);
      case "settle": {
        const got = this.coins.filter((coin) => coin.owner === command.owner && coin.earned_for === command.reference);
        const given = got.length - (this.clawed.get(command.reference) ?? 0);
        if (command.points > given) return this.#earn({ ...command, type: "earn", points: command.points - given });
        if (command.points === given) return 0;
        return this.#clawBack(command.reference, command.wallet, given - command.points, command.budget);
      }
      case "fund":
        throw new Error("budgets are funded before a run");
    }
  }

  /** Midnight: what waits becomes active and pays debts, what is past its last day expires. */
  turnDay(day: string): void {
    this.today = day;
    const due = this.coins.filter((coin) => coin.place === "pending" && coin.active_from <= day);
    const order = (coin: Coin) => coin.active_from + String(coin.lot).padStart(9, "0");
    for (const coin of due.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))) {
      coin.place = "active";
      this.#pay([coin], [coin.owner]);
    }
    for (const coin of this.coins) if (coin.place === "active" && coin.last_day < day) coin.place = "expired";
  }

  releaseOverdue(now: Date): void {
    for (const [at, hold] of this.holds.entries())
      if (hold.state === "open" && hold.until.getTime() <= now.getTime()) this.release(at + 1);
  }

  release(hold_id: number): number {
    const hold = this.#open(hold_id);
    hold.state = "voided";
    const held = this.coins.filter((coin) => coin.place === "held" && coin.hold === hold_id);
    for (const coin of held) coin.place = "active";
    return held.length;
  }

  /** What a member number has, by place, with the active points by their last day. */
  standing(owner: number): { pending: number; held: number; owed: number; active: Record<string, number> } {
    const own = this.coins.filter((coin) => coin.owner === owner);
    const active: Record<string, number> = {};
    for (const coin of own) if (coin.place === "active") active[coin.last_day] = (active[coin.last_day] ?? 0) + 1;
    const count = (place: Coin["place"]) => own.filter((coin) => coin.place === place).length;
    return { pending: count("pending"), held: count("held"), owed: this.debts.get(owner) ?? 0, active };
  }

  #earn(command: Extract<Command, { type: "earn" }>): number {
    const { owner, points, reference, budget } = command;
    if (budget !== undefined) {
      const left = this.budgets.get(budget);
      if (left === undefined) throw new Refused("budget_unknown");
      if (left < points) throw new Refused("budget_exhausted");
      this.budgets.set(budget, left - points);
    }
    const waits = command.active_from !== undefined && command.active_from > this.today;
    const made = this.#mint(points, {
      owner,
      last_day: command.last_day ?? NEVER,
      active_from: command.active_from ?? "",
      place: waits ? "pending" : "active",
      earned_for: reference,
    });
    if (!waits) this.#pay(made, command.wallet ?? [owner]);
    return points;
  }

  #mint(points: number, coin: Pick<Coin, "owner" | "last_day" | "active_from" | "place" | "earned_for">): Coin[] {
    this.#lots += 1;
    const made = Array.from({ length: points }, () => ({ ...coin, lot: this.#lots, spent_for: "", hold: 0 }));
    this.coins.push(...made);
    return made;
  }

  #pay(coins: readonly Coin[], debtors: readonly number[]): void {
    for (const debtor of debtors)
      for (const coin of coins) {
        const owed = this.debts.get(debtor) ?? 0;
        if (owed === 0 || coin.place !== "active") continue;
        coin.place = "gone";
        this.debts.set(debtor, owed - 1);
      }
  }

  #choose(wallet: readonly number[], points: number): Coin[] {
    const can = this.coins.filter(
      (coin) => wallet.includes(coin.owner) && coin.place === "active" && coin.last_day >= this.today,
    );
    if (can.length < points) throw new Refused("insufficient_balance");
    return can.toSorted(soonest).slice(0, points);
  }

  #open(hold_id: number) {
    const hold = this.holds[hold_id - 1];
    if (hold === undefined) throw new Refused("hold_unknown");
    if (hold.state !== "open") throw new Refused("hold_closed");
    return hold;
  }

  #post(hold_id: number, points: number | undefined): number {
    const hold = this.#open(hold_id);
    const held = this.coins.filter((coin) => coin.place === "held" && coin.hold === hold_id).toSorted(soonest);
    const wanted = points ?? held.length;
    if (wanted > held.length) throw new Refused("hold_too_small");
    hold.state = "posted";
    for (const [at, coin] of held.entries())
      Object.assign(coin, at < wanted ? { place: "burned", spent_for: hold.reference } : { place: "active" });
    return wanted;
  }

  #returnSpent(reference: string, points: number, grace: string): number {
    const spent = this.coins.filter((coin) => coin.place === "burned" && coin.spent_for === reference);
    if (spent.length < points) throw new Refused("more_than_spent");
    const back = spent.toSorted((a, b) => soonest(b, a)).slice(0, points);
    const groups: Coin[][] = [];
    for (const lot of new Set(back.map((coin) => coin.lot))) {
      const same = back.filter((coin) => coin.lot === lot);
      const owner = same[0]?.owner ?? 0;
      if ((same[0]?.last_day ?? NEVER) >= this.today) {
        for (const coin of same) Object.assign(coin, { place: "active", spent_for: "" });
        groups.push(same);
        continue;
      }
      for (const coin of same) coin.place = "gone";
      const fresh = { owner, last_day: grace, active_from: "", place: "active", earned_for: "" } as const;
      groups.push(this.#mint(same.length, fresh));
    }
    // all are back before any pays
    for (const group of groups) this.#pay(group, [group[0]?.owner ?? 0]);
    return points;
  }

  #clawBack(reference: string, wallet: readonly number[], points: number, budget?: string): number {
    const own = this.coins.filter((coin) => coin.earned_for === reference && wallet.includes(coin.owner));
    const clawed = this.clawed.get(reference) ?? 0;
    if (own.length - clawed < points) throw new Refused("more_than_earned");
    const others = this.coins.filter((coin) => wallet.includes(coin.owner) && coin.last_day >= this.today);
    const of = (coins: readonly Coin[], place: Coin["place"]) =>
      coins.filter((coin) => coin.place === place).toSorted(soonest);
    const order = [...of(own, "pending"), ...of(own, "active"), ...of(own, "expired"), ...of(others, "active")];
    const taken = [...new Set(order)].slice(0, points);
    for (const coin of taken) coin.place = "gone";
    const debt = points - taken.length;
    const debtor = [...own].sort((a, b) => a.lot - b.lot)[0]?.owner ?? wallet[0] ?? 0;
    if (debt > 0) this.debts.set(debtor, (this.debts.get(debtor) ?? 0) + debt);
    this.clawed.set(reference, clawed + points);
    if (budget !== undefined) this.budgets.set(budget, (this.budgets.get(budget) ?? 0) + points);
    return taken.length;
  }

  #transfer(wallet: readonly number[], to: number, points: number): number {
    const taken = this.#choose(wallet, points);
    const made: Coin[][] = [];
    for (const lot of new Set(taken.map((coin) => coin.lot))) {
      const same = taken.filter((coin) => coin.lot === lot);
      const last_day = same[0]?.last_day ?? NEVER;
      for (const coin of same) coin.place = "gone";
      made.push(this.#mint(same.length, { owner: to, last_day, active_from: "", place: "active", earned_for: "" }));
    }
    for (const coins of made) this.#pay(coins, [to]);
    return points;
  }
}

function soonest(a: Coin, b: Coin): number {
  if (a.last_day !== b.last_day) return a.last_day < b.last_day ? -1 : 1;
  return a.lot - b.lot;
}
