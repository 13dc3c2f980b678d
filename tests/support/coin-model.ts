import { addDays } from "../../src/platform/index.ts";
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
  /** How its last day moves on, and from when on what its owner does counts; undefined: it does not. */
  slide: { readonly days: number; readonly spending: boolean } | undefined;
  since: string;
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
  readonly holds: { reference: string; state: "open" | "posted" | "voided"; until: Date; wallet: readonly number[] }[] =
    [];
  /** What members did that keeps points alive. */
  readonly done: { owner: number; day: string; spending: boolean }[] = [];
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
        this.#spentBy(taken, command.wallet);
        return taken.length;
      }
      case "hold": {
        const taken = this.#choose(command.wallet, command.points);
        this.holds.push({
          reference: command.reference,
          state: "open",
          until: command.until_at,
          wallet: command.wallet,
        });
        for (const coin of taken) Object.assign(coin, { place: "held", hold: this.holds.length });
        return taken.length;
      }
      case "post":
        return this.#post(command.hold_id, command.points);
      case "void":
        return this.release(command.hold_id);
      case "return_spent":
        return this.#returnSpent(command);
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

  /** A member bought something on a day, maybe one that is long over. */
  buy(owner: number, day: string, wallet: readonly number[]): void {
    this.done.push({ owner, day, spending: false });
    this.look(wallet);
  }

  /** What a member has that lies in no other hands lives as long as everything they did says. */
  look(wallet: readonly number[]): void {
    const there = this.coins.filter(
      (coin) => wallet.includes(coin.owner) && ["pending", "active", "held"].includes(coin.place),
    );
    this.#moveOn(new Set(there.map((coin) => coin.lot)), wallet);
  }

  #spentBy(taken: readonly Coin[], wallet: readonly number[]): void {
    for (const owner of new Set(taken.map((coin) => coin.owner)))
      this.done.push({ owner, day: this.today, spending: true });
    this.look(wallet);
  }

  /** Coins that came together have one last day, wherever they are. */
  #moveOn(lots: ReadonlySet<number>, wallet: readonly number[]): void {
    for (const coin of this.coins) if (lots.has(coin.lot)) coin.last_day = this.#endOf(coin, wallet);
  }

  #endOf(coin: Coin, wallet: readonly number[]): string {
    const { slide, since } = coin;
    if (slide === undefined) return coin.last_day;
    let end = coin.last_day;
    const days = this.done
      .filter(({ owner, spending }) => wallet.includes(owner) && (slide.spending || !spending))
      .map(({ day }) => day)
      .filter((day) => day >= since)
      .toSorted();
    for (const day of days) if (day <= end && addDays(day, slide.days) > end) end = addDays(day, slide.days);
    return end;
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
    const { owner, points, reference, budget, slide } = command;
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
      ...(slide === undefined ? {} : { slide: { days: slide.days ?? 0, spending: slide.spending }, since: slide.from }),
    });
    if (!waits) this.#pay(made, command.wallet ?? [owner]);
    return points;
  }

  #mint(
    points: number,
    coin: Pick<Coin, "owner" | "last_day" | "active_from" | "place" | "earned_for"> &
      Partial<Pick<Coin, "slide" | "since">>,
  ): Coin[] {
    this.#lots += 1;
    const made = Array.from({ length: points }, () => ({
      slide: undefined,
      since: "",
      ...coin,
      lot: this.#lots,
      spent_for: "",
      hold: 0,
    }));
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
    this.#spentBy(held.slice(0, wanted), [...hold.wallet, ...held.map((coin) => coin.owner)]);
    return wanted;
  }

  #returnSpent(command: Extract<Command, { type: "return_spent" }>): number {
    const { reference, points, grace_last_day: grace, wallet = [] } = command;
    const spent = this.coins.filter((coin) => coin.place === "burned" && coin.spent_for === reference);
    if (spent.length < points) throw new Refused("more_than_spent");
    const end = (coin: Coin) =>
      this.coins.some(({ lot, place }) => lot === coin.lot && place === "expired")
        ? coin.last_day
        : this.#endOf(coin, [coin.owner, ...wallet]);
    const ends = new Map(spent.map((coin) => [coin, { lot: coin.lot, last_day: end(coin) }]));
    const endOf = (coin: Coin) => ends.get(coin) ?? coin;
    const back = spent.toSorted((a, b) => soonest(endOf(b), endOf(a))).slice(0, points);
    const groups: Coin[][] = [];
    for (const lot of new Set(back.map((coin) => coin.lot))) {
      const same = back.filter((coin) => coin.lot === lot);
      const owner = same[0]?.owner ?? 0;
      const last_day = endOf(same[0] as Coin).last_day;
      for (const coin of this.coins) if (coin.lot === lot) coin.last_day = last_day;
      if (last_day >= this.today) {
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
      const slide = same[0]?.slide;
      const fresh = { owner: to, last_day, active_from: "", place: "active", earned_for: "", slide } as const;
      made.push(this.#mint(same.length, { ...fresh, since: this.today }));
    }
    for (const coins of made) this.#pay(coins, [to]);
    return points;
  }
}

function soonest(a: Pick<Coin, "last_day" | "lot">, b: Pick<Coin, "last_day" | "lot">): number {
  if (a.last_day !== b.last_day) return a.last_day < b.last_day ? -1 : 1;
  return a.lot - b.lot;
}
