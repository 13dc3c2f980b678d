import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";

/** A lot as its member sees it. */
export interface WalletLot {
  readonly lot_id: number;
  readonly owner: number;
  readonly points: number;
  readonly pending: number;
  readonly active: number;
  readonly held: number;
  readonly active_from: BusinessDay | null;
  readonly last_day: BusinessDay | null;
  readonly reference: string;
  /** How its last day moves on with what the member does ('P12M', 'P90D+spend'); null: it stays. */
  readonly slide: string | null;
}

/** Lots of a member's numbers that have something left, soonest expiry first. */
export async function walletLots(tx: Tx, numbers: readonly number[], limit: number): Promise<WalletLot[]> {
  return tx.query<WalletLot>(
    `select lot_id, owner, points, pending, active, held, active_from, last_day, reference, slide from points.lot
     where owner = any($1::bigint[]) and open
     order by last_day nulls last, lot_id limit $2`,
    [numbers, limit],
  );
}

/** What of numbers expires until a day, and what of it comes first, whenever that is. */
export async function expiries(
  tx: Tx,
  numbers: readonly number[],
  { from_day, to_day }: { readonly from_day: BusinessDay; readonly to_day: BusinessDay },
): Promise<{ readonly expiring_soon: number; readonly next_expiry: { last_day: BusinessDay; points: number } | null }> {
  const rows = await tx.query<{ last_day: BusinessDay; points: number; soon: number }>(
    `select last_day, sum(active)::bigint as points,
       coalesce(sum(sum(active)) filter (where last_day <= $3::date) over (), 0)::bigint as soon
     from points.lot where owner = any($1::bigint[]) and open and active > 0 and last_day >= $2::date
     group by last_day order by last_day limit 1`,
    [numbers, from_day, to_day],
  );
  const [first] = rows;
  if (first === undefined) return { expiring_soon: 0, next_expiry: null };
  return { expiring_soon: first.soon, next_expiry: { last_day: first.last_day, points: first.points } };
}

/** The numbers whose points were spent for a reference. */
export async function spendersFor(tx: Tx, reference: string): Promise<number[]> {
  const rows = await tx.query<{ owner: number }>(
    "select distinct from_id as owner from points.transfer where reference = $1 and to_kind = 'burned' order by 1",
    [reference],
  );
  return rows.map(({ owner }) => owner);
}

/** The numbers whose points a hold has set aside. */
export async function holdersOf(tx: Tx, hold_id: number): Promise<number[]> {
  const rows = await tx.query<{ owner: number }>(
    "select distinct owner from points.hold_part join points.lot using (lot_id) where hold_id = $1 order by 1",
    [hold_id],
  );
  return rows.map(({ owner }) => owner);
}

/** The same numbers and all others of their members. */
export async function numbersBeside(tx: Tx, numbers: readonly number[]): Promise<number[]> {
  const rows = await tx.query<{ number: number }>(
    `select unnest($1::bigint[]) as number union
     select other.party_id from catalogue.parties own join catalogue.parties other using (member_id)
     where own.party_id = any($1::bigint[]) order by 1`,
    [numbers],
  );
  return rows.map(({ number }) => number);
}

/** What a member has: all of it, however many lots are shown. */
export interface Balance {
  readonly pending: number;
  readonly active: number;
  readonly held: number;
  readonly owed: number;
  /** Ever earned, spent, expired. */
  readonly earned: number;
  readonly burned: number;
  readonly expired: number;
}

/** @param today what is past its last day is no balance, whether or not the midnight run has been there */
export async function balanceOf(tx: Tx, numbers: readonly number[], today: BusinessDay): Promise<Balance> {
  const row = await tx.one<Balance>(
    `select coalesce(sum(pending), 0)::bigint as pending,
       coalesce(sum(active) filter (where last_day is null or last_day >= $2::date), 0)::bigint as active,
       coalesce(sum(held), 0)::bigint as held,
       coalesce((select sum(owed) from points.debt where owner = any($1::bigint[])), 0)::bigint as owed,
       coalesce(sum(points - returned) filter (where origin_lot_id is null), 0)::bigint as earned,
       coalesce(sum(burned), 0)::bigint as burned, coalesce(sum(expired), 0)::bigint as expired
     from points.lot where owner = any($1::bigint[])`,
    [numbers, today],
  );
  return row ?? { pending: 0, active: 0, held: 0, owed: 0, earned: 0, burned: 0, expired: 0 };
}

/** A movement of a member's points, as a line of their history. */
export interface HistoryLine {
  readonly transfer_id: number;
  readonly at: Date;
  readonly reference: string;
  readonly points: number;
  readonly what:
    | "earned"
    | "activated"
    | "spent"
    | "given_back"
    | "held"
    | "released"
    | "expired"
    | "taken_back"
    | "debt"
    | "debt_paid"
    | "received"
    | "given";
  readonly lot_id: number | null;
}

const WHAT = `case
  when t.from_kind in ('issuer', 'budget') then 'earned'
  when t.from_kind = 'pending' and t.to_kind = 'active' then 'activated'
  when t.to_kind = 'burned' then 'spent'
  when t.from_kind = 'burned' then 'given_back'
  when t.to_kind = 'held' then 'held'
  when t.from_kind = 'held' and t.to_kind = 'active' then 'released'
  when t.to_kind = 'expired' then 'expired'
  when t.from_kind = 'debt' then 'debt'
  when t.to_kind = 'debt' then 'debt_paid'
  when t.to_kind in ('issuer', 'budget') then 'taken_back'
  when t.to_kind = 'active' and t.to_id = any($1::bigint[]) then 'received'
  else 'given' end`;

/** Movements of a member's numbers, newest first. @param before a transfer's number; those before it follow */
export async function history(
  tx: Tx,
  numbers: readonly number[],
  { before, limit }: { readonly before: number | undefined; readonly limit: number },
): Promise<HistoryLine[]> {
  return tx.query<HistoryLine>(
    `with mine as (
       (select * from points.transfer where from_id = any($1::bigint[]) and from_kind in ('pending', 'active', 'held', 'debt') and transfer_id < $2 order by transfer_id desc limit $3)
       union
       (select * from points.transfer where to_id = any($1::bigint[]) and to_kind in ('pending', 'active', 'held', 'debt') and transfer_id < $2 order by transfer_id desc limit $3)
     )
     select t.transfer_id, t.at, t.reference, t.points, ${WHAT} as what, coalesce(t.to_lot, t.from_lot) as lot_id
     from mine t order by t.transfer_id desc limit $3`,
    [numbers, before ?? Number.MAX_SAFE_INTEGER, limit],
  );
}

/** A transfer as the ledger has it, with its place in the chain. */
export interface LedgerLine {
  readonly transfer_id: number;
  readonly batch_id: number;
  readonly at: Date;
  readonly from_kind: string;
  readonly from_id: number;
  readonly from_lot: number | null;
  readonly to_kind: string;
  readonly to_id: number;
  readonly to_lot: number | null;
  readonly points: number;
  readonly reference: string;
}
const LINE = "transfer_id, batch_id, at, from_kind, from_id, from_lot, to_kind, to_id, to_lot, points, reference";

export interface LotWhole extends WalletLot {
  readonly burned: number;
  readonly expired: number;
  readonly returned: number;
  readonly given: number;
  readonly origin_lot_id: number | null;
}

export async function lotById(tx: Tx, lot_id: number): Promise<LotWhole | undefined> {
  return tx.one<LotWhole>(
    `select lot_id, owner, points, pending, active, held, burned, expired, returned, given, active_from, last_day, reference, slide,
       origin_lot_id from points.lot where lot_id = $1`,
    [lot_id],
  );
}

/** Every movement of a lot, oldest first: what made it, and where its points went. */
export async function linesOfLot(tx: Tx, lot: LotWhole, limit: number): Promise<LedgerLine[]> {
  // a lot's transfers name its owner on one side, which has an index
  return tx.query<LedgerLine>(
    `select ${LINE} from (
       select ${LINE} from points.transfer where from_id = $2 and from_kind in ('pending', 'active', 'held', 'debt') and from_lot = $1
       union select ${LINE} from points.transfer where to_id = $2 and to_kind in ('pending', 'active', 'held', 'debt') and to_lot = $1
       union select ${LINE} from points.transfer where from_lot = $1 and from_kind in ('burned', 'expired')
         and reference = any(array(select reference from points.transfer where from_id = $2 and from_lot = $1))
     ) lines order by transfer_id limit $3`,
    [lot.lot_id, lot.owner, limit],
  );
}

/** Every movement for a reference, oldest first. */
export async function linesFor(tx: Tx, reference: string, limit: number): Promise<LedgerLine[]> {
  return tx.query<LedgerLine>(
    `select ${LINE} from points.transfer where reference = $1 order by transfer_id limit $2`,
    [reference, limit],
  );
}

export async function batchOf(
  tx: Tx,
  batch_id: number,
): Promise<
  { readonly batch_id: number; readonly at: Date; readonly hash: string; readonly previous_hash: string } | undefined
> {
  return tx.one(
    "select batch_id, at, encode(hash, 'hex') as hash, encode(previous_hash, 'hex') as previous_hash from points.batch where batch_id = $1",
    [batch_id],
  );
}

/** A moving of a lot's last day: from when to when, in which batch, and by what its member did. */
export interface LotMove {
  readonly from_day: BusinessDay;
  readonly to_day: BusinessDay;
  readonly activity: "purchase" | "spend";
  readonly activity_day: BusinessDay;
  readonly reference: string;
  readonly batch_id: number;
  readonly at: Date;
}

/** Every moving of a lot's last day, oldest first. */
export async function movesOfLot(tx: Tx, { lot_id, owner }: LotWhole, limit: number): Promise<LotMove[]> {
  return tx.query<LotMove>(
    `select m.from_day, m.to_day, m.activity, m.activity_day, m.reference, m.batch_id, b.at
     from points.expiry_move m join points.batch b using (batch_id)
     where m.owner = $2 and $1::bigint = any(m.lots) order by m.batch_id, m.place limit $3`,
    [lot_id, owner, limit],
  );
}
