import { hash } from "node:crypto";
import { type BusinessDay, problem } from "../../platform/index.ts";
import type { Slide } from "./slide.ts";

/** More would overflow nothing, but no brand gives it: a slip of a scale is refused. */
export const POINTS_MAX = 1_000_000_000;
/** Members that one grant names. */
export const GRANT_MAX = 5_000;
const KEY_LENGTH_MAX = 200;

/** Points for something; pending until `active_from` where that lies ahead. */
export interface Earn {
  readonly type: "earn";
  /** The member number that earns them. */
  readonly owner: number;
  /** All numbers of the member: what any of them owes is paid first. Absent: the owner alone. */
  readonly wallet?: readonly number[];
  readonly points: number;
  /** The business day from which they can be spent; absent: now. */
  readonly active_from?: BusinessDay;
  /** The last business day on which they can be spent; absent: they do not expire. */
  readonly last_day?: BusinessDay;
  /** How that day moves on with what the member does. */
  readonly slide?: Slide;
  /** What they are for: an order line, a check-in. A return names it again. */
  readonly reference: string;
  /** The budget that pays; it cannot go below zero, nor beyond its limits. */
  readonly budget?: string;
  /** A budget that does not pay, and whose limits count these points as well. */
  readonly within?: string;
  /** The day on which they count for limits; absent: today. What is taken back counts on the day on which it was given. */
  readonly budget_day?: BusinessDay;
}

/** The same points for many, as one request: of at most {@link GRANT_MAX} members, so that others wait no longer than for a batch. */
export interface Grant {
  readonly type: "grant";
  readonly owners: readonly number[];
  readonly points: number;
  readonly last_day?: BusinessDay;
  readonly reference: string;
  readonly budget?: string;
  readonly within?: string;
  readonly budget_day?: BusinessDay;
}

/** Burns points of a wallet, those that expire soonest first. */
export interface Spend {
  readonly type: "spend";
  /** All numbers of the member. */
  readonly wallet: readonly number[];
  readonly points: number;
  readonly reference: string;
}

/** Sets points aside until they are posted or voided, at the latest at `until_at`. */
export interface Hold {
  readonly type: "hold";
  readonly wallet: readonly number[];
  readonly points: number;
  readonly reference: string;
  readonly until_at: Date;
}

/** Burns held points; what is not taken goes back to its lots. */
export interface Post {
  readonly type: "post";
  readonly hold_id: number;
  /** Absent: all of them. */
  readonly points?: number;
}

export interface Void {
  readonly type: "void";
  readonly hold_id: number;
}

/** Points spent for a reference go back to their own lots, those that expire last first. */
export interface ReturnSpent {
  readonly type: "return_spent";
  readonly reference: string;
  readonly points: number;
  /** Until when points live whose own lot has expired meanwhile. */
  readonly grace_last_day: BusinessDay;
  /** The numbers of the member: what they did meanwhile may have kept points alive. Absent: the lots' own alone. */
  readonly wallet?: readonly number[];
}

/** Points earned for a reference are taken back: pending, then active, then any others of the wallet, then as debt. */
export interface ClawBack {
  readonly type: "claw_back";
  readonly reference: string;
  /** The numbers of the member who earned them; others of theirs pay before a debt arises. */
  readonly wallet: readonly number[];
  readonly points: number;
  /** The budget that paid them and gets them back; absent, or no longer there: the issuer. */
  readonly budget?: string;
  readonly within?: string;
  readonly budget_day?: BusinessDay;
}

/**
 * Brings what an owner has got for a reference to `points`, by earning or taking back the difference: whoever computes
 * what an order is worth says so again whenever the order changes, and saying it twice changes nothing.
 */
export interface Settle extends Omit<Earn, "type" | "wallet"> {
  readonly type: "settle";
  /** All numbers of the member, the owner among them. */
  readonly wallet: readonly number[];
}

/** Points of a wallet become another member's, with the expiry they have. */
export interface Transfer {
  readonly type: "transfer";
  readonly wallet: readonly number[];
  readonly to: number;
  readonly points: number;
  readonly reference: string;
}

/** Puts points of the issuer into a budget, from which earning takes them; makes the budget when there is none. */
export interface Fund {
  readonly type: "fund";
  readonly budget: string;
  readonly points: number;
  readonly reference: string;
}

export type Command = Earn | Grant | Spend | Hold | Post | Void | ReturnSpent | ClawBack | Transfer | Fund | Settle;

/** A command with the key under which it has one effect. */
export interface Request {
  readonly key: string;
  readonly command: Command;
}

/** What was done: the part of each lot, or the hold. */
export interface Answer {
  readonly points: number;
  readonly lots: readonly { readonly lot_id: number; readonly points: number }[];
  readonly hold_id?: number;
  /** Of points taken back: how many nobody had any more. */
  readonly debt?: number;
  /** Of points earned: how many paid a debt at once. */
  readonly repaid?: number;
}

/** @throws points.bad_key, points.bad_amount, points.bad_day, points.to_itself, points.too_many */
export function checkRequest({ key, command }: Request): void {
  if (key.length < 1 || key.length > KEY_LENGTH_MAX) throw problem("points.bad_key");
  const points = command.type === "void" ? 1 : (command.points ?? 1);
  const least = command.type === "settle" ? 0 : 1;
  if (!Number.isSafeInteger(points) || points < least || points > POINTS_MAX)
    throw problem("points.bad_amount", { points, max: POINTS_MAX });
  if (command.type === "transfer" && command.wallet.includes(command.to)) throw problem("points.to_itself");
  if (command.type === "grant" && (command.owners.length < 1 || command.owners.length > GRANT_MAX))
    throw problem("points.too_many", { count: command.owners.length, max: GRANT_MAX });
  if (command.type !== "earn" && command.type !== "settle") return;
  const { active_from, last_day, slide } = command;
  if (slide !== undefined && last_day === undefined)
    throw new Error("points that move on have a last day to begin with");
  if (active_from !== undefined && last_day !== undefined && last_day < active_from)
    throw problem("points.bad_day", { last_day, first_day: active_from });
}

/** SHA-256, in hexadecimal, of the command with its fields in alphabetical order: the same content, however it was written. */
export function payloadHash(command: Command): string {
  const sorted = Object.entries(command)
    .filter(([, value]) => value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return hash("sha256", JSON.stringify(sorted));
}
