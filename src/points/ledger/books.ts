import { type BusinessDay, problem } from "../../platform/index.ts";
import type { Activity, OwnActivity } from "./slide.ts";

/** Where a point of a lot can be. */
export type Place = "pending" | "active" | "held" | "burned" | "expired" | "returned" | "given";

/** Points earned together, as the ledger has them. */
export interface Lot {
  readonly lot_id: number;
  readonly owner: number;
  readonly points: number;
  pending: number;
  active: number;
  held: number;
  burned: number;
  expired: number;
  returned: number;
  given: number;
  active_from: BusinessDay | null;
  last_day: BusinessDay | null;
  readonly reference: string;
  readonly origin_lot_id: number | null;
  /** How its last day moves on (slide.ts); null: it does not. */
  readonly slide: string | null;
  readonly slide_from: BusinessDay | null;
}

/** Lots of one number whose last day moved on together. */
export interface ExpiryMove {
  readonly owner: number;
  readonly lots: readonly number[];
  readonly from_day: BusinessDay;
  readonly to_day: BusinessDay;
  readonly by: Activity;
}

export interface HoldState {
  readonly hold_id: number;
  readonly reference: string;
  readonly points: number;
  readonly until_at: Date;
  /** All numbers of whoever holds; empty for holds made before they were kept. */
  readonly wallet: readonly number[];
  state: "open" | "posted" | "voided";
  readonly parts: readonly { readonly lot_id: number; readonly points: number }[];
}

/** An account that belongs to no member. */
export interface Account {
  readonly account_id: number;
  readonly kind: "issuer" | "burned" | "expired" | "budget";
  readonly name: string;
  readonly balance: number;
  /** What the balance cannot fall below; null: it may. */
  readonly floor: number | null;
}

/** What a budget may give in one period, in points, and has given. */
export interface LimitState {
  readonly account_id: number;
  readonly budget: string;
  /** A day of the period, by which it was asked for. */
  readonly day: BusinessDay;
  readonly period: "day" | "week" | "month" | "quarter" | "year" | "ever";
  readonly period_key: string;
  used: number;
  /** Null: a limit in money while nothing says what points are worth. */
  readonly cap: number | null;
  readonly worth_points: number | null;
  readonly worth_minor: number | null;
  /** Whether the period has a row already. */
  readonly is_kept: boolean;
}

export interface Side {
  readonly kind: Account["kind"] | "pending" | "active" | "held" | "debt";
  readonly id: number;
  readonly lot_id: number | null;
}

export interface TransferRow {
  readonly transfer_id: number;
  readonly from: Side;
  readonly to: Side;
  readonly points: number;
  readonly reference: string;
}

/** The numbers given so far. */
export interface Counters {
  batch_id: number;
  transfer_id: number;
  lot_id: number;
  hold_id: number;
}

/** What was read for a batch: all that its commands may touch. */
export interface Snapshot {
  readonly counters: Counters;
  readonly lots: readonly Lot[];
  readonly debts: readonly { readonly owner: number; readonly owed: number }[];
  readonly accounts: readonly Account[];
  readonly holds: readonly HoldState[];
  /** By reference and lot: points burned for it and not given back. */
  readonly spent: readonly { readonly reference: string; readonly lot_id: number; readonly points: number }[];
  /** By reference: points taken back by the issuer or a budget. */
  readonly clawed: readonly { readonly reference: string; readonly points: number }[];
  /** What members did whose spent points come back. */
  readonly activities: readonly OwnActivity[];
  readonly limits: readonly LimitState[];
}

/** Soonest expiry first; the older lot first among equals. */
export function bySoonest(a: Pick<Lot, "last_day" | "lot_id">, b: Pick<Lot, "last_day" | "lot_id">): number {
  if (a.last_day !== b.last_day) return (a.last_day ?? "9999-12-31") < (b.last_day ?? "9999-12-31") ? -1 : 1;
  return a.lot_id - b.lot_id;
}

/** The part of the ledger that a batch works on, and what it has changed there. Every change is a transfer. */
export class Books {
  readonly counters: Counters;
  readonly transfers: TransferRow[] = [];
  readonly made: Lot[] = [];
  readonly changed = new Set<Lot>();
  readonly debtsChanged = new Set<number>();
  readonly holdsMade: HoldState[] = [];
  readonly holdsChanged = new Set<HoldState>();
  /** By account: what entered less what left. */
  readonly flows = new Map<number, number>();
  readonly activities: readonly OwnActivity[];
  readonly #limits = new Map<string, LimitState[]>();
  readonly #used = new Map<LimitState, number>();
  readonly #moves: { readonly lot: Lot; readonly from_day: BusinessDay; readonly to_day: BusinessDay; by: Activity }[] =
    [];
  readonly #lots = new Map<number, Lot>();
  readonly #byOwner = new Map<number, Lot[]>();
  readonly #byReference = new Map<string, Lot[]>();
  readonly #debts: Map<number, number>;
  readonly #accounts: Map<string, Account>;
  readonly #holds: Map<number, HoldState>;
  readonly #spent = new Map<string, Map<number, number>>();
  readonly #clawed: Map<string, number>;

  constructor(snapshot: Snapshot) {
    this.counters = { ...snapshot.counters };
    this.activities = snapshot.activities;
    const periods = new Map<string, LimitState>();
    for (const limit of snapshot.limits) {
      // two days of one month share its limit
      const key = `${limit.account_id} ${limit.period} ${limit.period_key}`;
      const state = periods.get(key) ?? limit;
      periods.set(key, state);
      listAt(this.#limits, `${limit.budget} ${limit.day}`).push(state);
    }
    for (const lot of snapshot.lots) this.#know(lot);
    this.#debts = new Map(snapshot.debts.map(({ owner, owed }) => [owner, owed]));
    this.#accounts = new Map(snapshot.accounts.map((account) => [`${account.kind} ${account.name}`, account]));
    this.#holds = new Map(snapshot.holds.map((hold) => [hold.hold_id, hold]));
    for (const { reference, lot_id, points } of snapshot.spent) this.#spentOf(reference).set(lot_id, points);
    this.#clawed = new Map(snapshot.clawed.map(({ reference, points }) => [reference, points]));
  }

  lotsOf(wallet: readonly number[]): Lot[] {
    return wallet.flatMap((owner) => this.#byOwner.get(owner) ?? []);
  }

  lotsFor(reference: string): readonly Lot[] {
    return this.#byReference.get(reference) ?? [];
  }

  lot(lot_id: number): Lot {
    const lot = this.#lots.get(lot_id);
    if (lot === undefined) throw new Error(`lot ${lot_id} was not read for its batch`);
    return lot;
  }

  owed(owner: number): number {
    return this.#debts.get(owner) ?? 0;
  }

  account(kind: Account["kind"], name = ""): Account | undefined {
    return this.#accounts.get(`${kind} ${name}`);
  }

  /** What an account holds after what this batch did so far. */
  balance({ account_id, balance }: Account): number {
    return balance + (this.flows.get(account_id) ?? 0);
  }

  /** What limits a budget on a day. */
  limitsOf(budget: string, day: BusinessDay): readonly LimitState[] {
    return this.#limits.get(`${budget} ${day}`) ?? [];
  }

  /** Counts points in a limit; below zero goes nothing, because points may be older than the limit. */
  use(limit: LimitState, points: number): void {
    const change = Math.max(-limit.used, points);
    limit.used += change;
    this.#used.set(limit, (this.#used.get(limit) ?? 0) + change);
  }

  /** What this batch has changed of limits. */
  limitChanges(): { readonly limit: LimitState; readonly points: number }[] {
    return [...this.#used].filter(([, points]) => points !== 0).map(([limit, points]) => ({ limit, points }));
  }

  /** @throws points.hold_unknown, points.hold_closed */
  openHold(hold_id: number): HoldState {
    const hold = this.#holds.get(hold_id);
    if (hold === undefined) throw problem("points.hold_unknown", { hold_id });
    if (hold.state !== "open") {
      const state_zh = hold.state === "posted" ? "扣除" : "释放";
      throw problem("points.hold_closed", { hold_id, state: hold.state, state_zh });
    }
    return hold;
  }

  /** Points burned for a reference and not given back, by lot. */
  spentFor(reference: string): ReadonlyMap<number, number> {
    return this.#spent.get(reference) ?? new Map();
  }

  clawedFor(reference: string): number {
    return this.#clawed.get(reference) ?? 0;
  }

  makeLot(
    lot: Pick<Lot, "owner" | "points" | "last_day" | "reference" | "active_from" | "origin_lot_id"> &
      Partial<Pick<Lot, "slide" | "slide_from">>,
  ): Lot {
    this.counters.lot_id += 1;
    const none = { pending: 0, active: 0, held: 0, burned: 0, expired: 0, returned: 0, given: 0 };
    const made: Lot = { lot_id: this.counters.lot_id, slide: null, slide_from: null, ...lot, ...none };
    this.#know(made);
    this.made.push(made);
    return made;
  }

  makeHold(hold: Pick<HoldState, "reference" | "points" | "until_at" | "parts" | "wallet">): HoldState {
    this.counters.hold_id += 1;
    const made: HoldState = { hold_id: this.counters.hold_id, state: "open", ...hold };
    this.#holds.set(made.hold_id, made);
    this.holdsMade.push(made);
    return made;
  }

  closeHold(hold: HoldState, state: "posted" | "voided"): void {
    hold.state = state;
    if (!this.holdsMade.includes(hold)) this.holdsChanged.add(hold);
  }

  /** Moves points between two places of one lot, or between a lot and an account. */
  move(
    lot: Lot,
    from: Place | "new",
    to: Place,
    points: number,
    account: Account | undefined,
    reference: string,
  ): void {
    if (from !== "new") this.#add(lot, from, -points);
    this.#add(lot, to, points);
    const side = (place: Place | "new"): Side =>
      place === "pending" || place === "active" || place === "held"
        ? { kind: place, id: lot.owner, lot_id: lot.lot_id }
        : this.#accountSide(account, lot.lot_id);
    this.#record(side(from), side(to), points, reference);
    if (to === "burned" || from === "burned") this.#note(reference, lot.lot_id, to === "burned" ? points : -points);
    if (to === "returned") this.#clawed.set(reference, this.clawedFor(reference) + points);
  }

  /** All pending points of a lot become active. */
  activate(lot: Lot, reference: string): void {
    this.move(lot, "pending", "active", lot.pending, undefined, reference);
    lot.active_from = null;
  }

  /** A last day moves on. */
  moveOn(lot: Lot, to_day: BusinessDay, by: Activity): void {
    if (lot.last_day === null) return;
    this.#moves.push({ lot, from_day: lot.last_day, to_day, by });
    lot.last_day = to_day;
    this.changed.add(lot);
  }

  /** What moved on in this batch: lots of one number that went the same way for the same reason, as one. */
  expiryMoves(): ExpiryMove[] {
    const groups = Map.groupBy(this.#moves, ({ lot, from_day, to_day, by }) =>
      JSON.stringify([lot.owner, from_day, to_day, by.kind, by.day, by.reference]),
    );
    return [...groups.values()].flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const { lot, from_day, to_day, by } = first;
      return [{ owner: lot.owner, lots: group.map((one) => one.lot.lot_id), from_day, to_day, by }];
    });
  }

  /** Moves points of a lot to another lot: another member's, or one with a later expiry. */
  give(
    from: { readonly lot: Lot; readonly place: "active" | "burned" },
    to: Lot,
    points: number,
    reference: string,
  ): void {
    const { lot, place } = from;
    this.#add(lot, place, -points);
    this.#add(lot, "given", points);
    this.#add(to, "active", points);
    const left =
      place === "active"
        ? ({ kind: "active", id: lot.owner, lot_id: lot.lot_id } as const)
        : this.#accountSide(this.account("burned"), lot.lot_id);
    this.#record(left, { kind: "active", id: to.owner, lot_id: to.lot_id }, points, reference);
    if (place === "burned") this.#note(reference, lot.lot_id, -points);
  }

  /** Points that nobody has any more become a debt; whoever paid them has them back. */
  owe(owner: number, points: number, payer: Account, reference: string): void {
    this.#debts.set(owner, this.owed(owner) + points);
    this.debtsChanged.add(owner);
    const debt: Side = { kind: "debt", id: owner, lot_id: null };
    this.#record(debt, this.#accountSide(payer, null), points, reference);
    this.#clawed.set(reference, this.clawedFor(reference) + points);
  }

  /** Active points of a lot pay a debt of a number of the same member. */
  repay(lot: Lot, owner: number, points: number, reference: string): void {
    this.#add(lot, "active", -points);
    this.#add(lot, "returned", points);
    this.#debts.set(owner, this.owed(owner) - points);
    this.debtsChanged.add(owner);
    const from: Side = { kind: "active", id: lot.owner, lot_id: lot.lot_id };
    this.#record(from, { kind: "debt", id: owner, lot_id: null }, points, reference);
  }

  /** Points that expired unused go back to whoever paid them. */
  unexpire(lot: Lot, points: number, expired: Account, payer: Account, reference: string): void {
    this.#add(lot, "expired", -points);
    this.#add(lot, "returned", points);
    const { lot_id } = lot;
    this.#record(this.#accountSide(expired, lot_id), this.#accountSide(payer, lot_id), points, reference);
    this.#clawed.set(reference, this.clawedFor(reference) + points);
  }

  /** Between two accounts that belong to no member. */
  fund(from: Account, to: Account, points: number, reference: string): void {
    this.#record(this.#accountSide(from, null), this.#accountSide(to, null), points, reference);
  }

  #accountSide(account: Account | undefined, lot_id: number | null): Side {
    if (account === undefined) throw new Error("a side of a transfer without its account");
    return { kind: account.kind, id: account.account_id, lot_id };
  }

  #record(from: Side, to: Side, points: number, reference: string): void {
    this.counters.transfer_id += 1;
    this.transfers.push({ transfer_id: this.counters.transfer_id, from, to, points, reference });
    this.#flow(from, -points);
    this.#flow(to, points);
  }

  #flow({ kind, id }: Side, points: number): void {
    if (kind === "pending" || kind === "active" || kind === "held" || kind === "debt") return;
    this.flows.set(id, (this.flows.get(id) ?? 0) + points);
  }

  #add(lot: Lot, place: Place, points: number): void {
    lot[place] += points;
    this.changed.add(lot);
  }

  #know(lot: Lot): void {
    this.#lots.set(lot.lot_id, lot);
    listAt(this.#byOwner, lot.owner).push(lot);
    listAt(this.#byReference, lot.reference).push(lot);
  }

  #note(reference: string, lot_id: number, points: number): void {
    const spent = this.#spentOf(reference);
    spent.set(lot_id, (spent.get(lot_id) ?? 0) + points);
  }

  #spentOf(reference: string): Map<number, number> {
    const known = this.#spent.get(reference) ?? new Map<number, number>();
    this.#spent.set(reference, known);
    return known;
  }
}

function listAt<Key, Value>(map: Map<Key, Value[]>, key: Key): Value[] {
  const known = map.get(key) ?? [];
  map.set(key, known);
  return known;
}
