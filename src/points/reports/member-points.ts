import type { Ground } from "../../ground.ts";
import { addDays, type BusinessDay, Gather } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { todayOf } from "../ledger/ledger.ts";
import { allTerms, ruleNames, termsOn } from "../rules/programme-store.ts";
import { walletsOf } from "../rules/settle-store.ts";
import { reasonsOf } from "./reason-store.ts";
import {
  type Balance,
  balanceOf,
  expiries,
  type HistoryLine,
  history,
  numbersBeside,
  spendersFor,
  type WalletLot,
  walletLots,
} from "./wallet-store.ts";

/** Lots shown; the balance counts all of them. */
const LOTS_SHOWN = 200;
/** Points that expire within so many days are named. */
export const SOON_DAYS = 30;

/** What a member has, and what will become of it. */
export interface MemberPoints extends Balance {
  readonly numbers: readonly number[];
  readonly lots: readonly WalletLot[];
  readonly expiring_soon: number;
  readonly soon_days: number;
  /** The points that expire first, as things stand; null: none do. */
  readonly next_expiry: { readonly last_day: BusinessDay; readonly points: number } | null;
  /** What points are worth where they pay; null without a programme. */
  readonly worth: { readonly points: number; readonly minor: number; readonly currency: string } | null;
  /** How the rules are called that stand in references. */
  readonly rules: ReturnType<typeof ruleNames>;
}

/** The numbers of a member whom the person may see. */
export async function numbersOf(tx: Tx, member_id: number): Promise<number[]> {
  return (await walletsOf(tx, [member_id])).get(member_id) ?? [member_id];
}

const lookups = new WeakMap<Ground, Gather<number, number[]>>();

/** The same outside of a transaction: members that tills ask for in one moment are looked up together. */
export function findNumbers(ground: Ground, member_id: number): Promise<number[]> {
  const known = lookups.get(ground);
  const lookup =
    known ??
    new Gather<number, number[]>(async (members) => {
      const wallets = await ground.store.glance((tx) => walletsOf(tx, members));
      return members.map((member) => wallets.get(member) ?? [member]);
    });
  if (known === undefined) lookups.set(ground, lookup);
  return lookup.ask(member_id);
}

/** The numbers of the member who spent points for a reference. */
export async function spenderOf(tx: Tx, reference: string): Promise<number[]> {
  return numbersBeside(tx, await spendersFor(tx, reference));
}

export async function memberPoints(tx: Tx, ground: Ground, member_id: number): Promise<MemberPoints> {
  const today = todayOf(ground);
  const numbers = await numbersOf(tx, member_id);
  const balance = await balanceOf(tx, numbers, today);
  const lots = (await walletLots(tx, numbers, LOTS_SHOWN)).filter(
    (lot) => lot.last_day === null || lot.last_day >= today,
  );
  const coming = await expiries(tx, numbers, { from_day: today, to_day: addDays(today, SOON_DAYS) });
  const all = await allTerms(tx);
  const terms = termsOn(all, today);
  const worth = terms === undefined ? null : { ...terms.definition.worth, currency: terms.definition.currency };
  return { ...balance, numbers, lots, ...coming, soon_days: SOON_DAYS, worth, rules: ruleNames(all) };
}

/** A movement with the reason that somebody wrote for it. */
export interface MovedLine extends HistoryLine {
  readonly reason: string | null;
}

/** A page of a member's movements, newest first, with the cursor of the next one. */
export async function memberHistory(
  tx: Tx,
  member_id: number,
  page: { readonly before: number | undefined; readonly limit: number },
): Promise<{ readonly items: readonly MovedLine[]; readonly next: number | null }> {
  const numbers = await numbersOf(tx, member_id);
  const items = await history(tx, numbers, { ...page, limit: page.limit + 1 });
  const shown = items.slice(0, page.limit);
  const reasons = await reasonsOf(
    tx,
    shown.map(({ reference }) => reference),
  );
  const lines = shown.map((line) => ({ ...line, reason: reasons.get(line.reference) ?? null }));
  return { items: lines, next: items.length > page.limit ? (shown.at(-1)?.transfer_id ?? null) : null };
}
