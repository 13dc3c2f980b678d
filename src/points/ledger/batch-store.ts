import { createHash } from "node:crypto";
import type { Tx } from "../../store/index.ts";
import type { Books, ExpiryMove, Lot, Side, TransferRow } from "./books.ts";
import { limitColumns } from "./budget-store.ts";
import type { Answer } from "./command.ts";
import { type Head, numbers, prepared } from "./read-store.ts";

/**
 * All rows of a batch in one statement; the constraints of the tables are the last word about every limit. The end of the
 * chain is moved first, and only from where it stood when the rows were read: if it stands elsewhere the batch has no
 * number, and the statement fails as a whole (isOvertaken).
 */
const WRITE = `
with headed as (
  update points.head set batch_id = $1, transfer_id = $56, lot_id = $57, hold_id = $58, hash = $55
  where singleton and batch_id = $1 - 1 returning batch_id
), made as (
  insert into points.lot (lot_id, owner, points, pending, active, held, burned, expired, returned, given, active_from, last_day,
    reference, origin_lot_id, slide, slide_from, batch_id)
  select u.*, $1 from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
    $9::bigint[], $10::bigint[], $11::bigint[], $12::date[], $13::date[], $14::text[], $15::bigint[],
    $59::text[], $60::date[]) u
), moved as (
  update points.lot l set pending = u.pending, active = u.active, held = u.held, burned = u.burned, expired = u.expired,
    returned = u.returned, given = u.given, active_from = u.active_from,
    -- a last day only ever moves on
    last_day = greatest(l.last_day, u.last_day)
  from unnest($16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[], $22::bigint[],
    $23::bigint[], $24::date[], $61::date[]) u (lot_id, pending, active, held, burned, expired, returned, given, active_from, last_day)
  where l.lot_id = u.lot_id
), owing as (
  insert into points.debt as d (owner, owed) select * from unnest($25::bigint[], $26::bigint[])
  on conflict (owner) do update set owed = excluded.owed where d.owed <> excluded.owed
), flowed as (
  update points.account a set balance = a.balance + u.points
  from unnest($27::bigint[], $28::bigint[]) u (account_id, points) where a.account_id = u.account_id
), held as (
  insert into points.hold (hold_id, reference, points, until_at, state, wallet)
  select u.hold_id, u.reference, u.points, u.until_at, u.state, u.wallet::bigint[]
  from unnest($29::bigint[], $30::text[], $31::bigint[], $32::timestamptz[], $33::text[], $62::text[])
    u (hold_id, reference, points, until_at, state, wallet)
), held_parts as (
  insert into points.hold_part (hold_id, lot_id, points) select * from unnest($34::bigint[], $35::bigint[], $36::bigint[])
), closed as (
  update points.hold h set state = u.state from unnest($37::bigint[], $38::text[]) u (hold_id, state) where h.hold_id = u.hold_id
), asked as (
  insert into points.request (key, payload_hash, batch_id, answer)
  select u.key, decode(u.hash, 'hex'), $1, u.answer
  from unnest($39::text[], $40::text[], $41::json[]) u (key, hash, answer)
), slid as (
  insert into points.expiry_move (batch_id, place, owner, lots, from_day, to_day, activity, activity_day, reference)
  select $1, u.place, u.owner, u.lots::bigint[], u.from_day, u.to_day, u.activity, u.activity_day, u.reference
  from unnest($63::bigint[], $64::text[], $65::date[], $66::date[], $67::text[], $68::date[], $69::text[])
    with ordinality u (owner, lots, from_day, to_day, activity, activity_day, reference, place)
), first_used as (
  insert into points.budget_use (account_id, period, period_key, used, cap, worth_points, worth_minor)
  select * from unnest($70::bigint[], $71::text[], $72::text[], $73::bigint[], $74::bigint[], $75::bigint[], $76::bigint[])
), more_used as (
  update points.budget_use b set used = b.used + u.points
  from unnest($77::bigint[], $78::text[], $79::text[], $80::bigint[]) u (account_id, period, period_key, points)
  where (b.account_id, b.period, b.period_key) = (u.account_id, u.period, u.period_key)
), linked as (
  insert into points.batch (batch_id, first_transfer_id, transfers, at, previous_hash, hash)
  values ((select batch_id from headed), $52, $53, $42, $54, $55)
)
insert into points.transfer (transfer_id, batch_id, from_kind, from_id, from_lot, to_kind, to_id, to_lot, points, reference, at)
select u.id, $1, u.from_kind, u.from_id, u.from_lot, u.to_kind, u.to_id, u.to_lot, u.points, u.reference, $42
from unnest($43::bigint[], $44::text[], $45::bigint[], $46::bigint[], $47::text[], $48::bigint[], $49::bigint[], $50::bigint[],
  $51::text[]) u (id, from_kind, from_id, from_lot, to_kind, to_id, to_lot, points, reference)
where (select batch_id from headed) is not null`;

/** Whether a batch was not written because another one has been there since its rows were read. */
export function isOvertaken(error: unknown): boolean {
  const { code, table, column } = error as { code?: string; table?: string; column?: string };
  return code === "23502" && table === "batch" && column === "batch_id";
}

export interface Answered {
  readonly key: string;
  readonly payload_hash: string;
  readonly answer: Answer;
}

/** Writes what the books have changed as the next batch of the chain. */
export async function writeBatch(
  { client }: Pick<Tx, "client">,
  { head, books, at }: { readonly head: Head; readonly books: Books; readonly at: Date },
  answered: readonly Answered[],
): Promise<void> {
  const { counters, transfers } = books;
  const moves = books.expiryMoves();
  if (transfers.length === 0 && answered.length === 0 && moves.length === 0) return;
  const owing = [...books.debtsChanged];
  await prepared(client, "points_write", WRITE, [
    head.batch_id + 1,
    ...lotColumns(books),
    owing,
    owing.map((owner) => books.owed(owner)),
    [...books.flows.keys()],
    [...books.flows.values()],
    ...holdColumns(books),
    answered.map((one) => one.key),
    answered.map((one) => one.payload_hash),
    answered.map((one) => one.answer),
    at,
    ...transferColumns(books),
    head.transfer_id + 1,
    transfers.length,
    head.hash,
    batchHash(head.hash, transfers, at, moves),
    counters.transfer_id,
    counters.lot_id,
    counters.hold_id,
    ...slideColumns(books, moves),
    ...limitColumns(books.limitChanges()),
  ]);
}

const sideLine = ({ kind, id, lot_id }: Side) => `${kind}|${id}|${lot_id ?? 0}`;

const moveLine = ({ owner, lots, from_day, to_day, by }: ExpiryMove) =>
  `move|${owner}|${lots.join(",")}|${from_day}|${to_day}|${by.kind}|${by.day}|${[...by.reference].length}|${by.reference}`;

/** SHA-256 of the hash before, the transfers and the moves in their canonical form; points.batch_hash says the same in SQL. */
export function batchHash(
  previous: Buffer,
  transfers: readonly TransferRow[],
  at: Date,
  moves: readonly ExpiryMove[] = [],
): Buffer {
  const ms = at.getTime();
  const instant = `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, "0")}000`;
  const lines = transfers.map(
    ({ transfer_id, from, to, points, reference }) =>
      `${transfer_id}|${sideLine(from)}|${sideLine(to)}|${points}|${[...reference].length}|${reference}|${instant}`,
  );
  const all = [...lines, ...moves.map(moveLine)];
  return createHash("sha256").update(previous).update(all.join("\n")).digest();
}

type CountOfLot = Exclude<keyof Lot, "active_from" | "last_day" | "reference" | "slide" | "slide_from">;

/** Lots that were there before the batch. */
function movedLots({ made, changed }: Books): readonly Lot[] {
  const fresh = new Set(made);
  return [...changed].filter((lot) => !fresh.has(lot));
}

function lotColumns(books: Books): unknown[] {
  const { made } = books;
  const moved = movedLots(books);
  const counts = (lots: readonly Lot[], names: readonly CountOfLot[]) =>
    names.map((name) => numbers(lots.map((lot) => lot[name])));
  const places = ["pending", "active", "held", "burned", "expired", "returned", "given"] as const;
  return [
    ...counts(made, ["lot_id", "owner", "points", ...places]),
    made.map((lot) => lot.active_from),
    made.map((lot) => lot.last_day),
    made.map((lot) => lot.reference),
    numbers(made.map((lot) => lot.origin_lot_id)),
    ...counts(moved, ["lot_id", ...places]),
    moved.map((lot) => lot.active_from),
  ];
}

function holdColumns({ holdsMade, holdsChanged }: Books): unknown[] {
  const parts = holdsMade.flatMap((hold) => hold.parts.map((part) => ({ hold_id: hold.hold_id, ...part })));
  const closed = [...holdsChanged];
  return [
    holdsMade.map((hold) => hold.hold_id),
    holdsMade.map((hold) => hold.reference),
    holdsMade.map((hold) => hold.points),
    holdsMade.map((hold) => hold.until_at),
    holdsMade.map((hold) => hold.state),
    parts.map((part) => part.hold_id),
    parts.map((part) => part.lot_id),
    parts.map((part) => part.points),
    closed.map((hold) => hold.hold_id),
    closed.map((hold) => hold.state),
  ];
}

const arrayText = (values: readonly number[]) => `{${values.join(",")}}`;

function slideColumns(books: Books, moves: readonly ExpiryMove[]): unknown[] {
  const { made, holdsMade } = books;
  return [
    made.map((lot) => lot.slide),
    made.map((lot) => lot.slide_from),
    movedLots(books).map((lot) => lot.last_day),
    holdsMade.map((hold) => arrayText(hold.wallet)),
    numbers(moves.map((move) => move.owner)),
    moves.map((move) => arrayText(move.lots)),
    moves.map((move) => move.from_day),
    moves.map((move) => move.to_day),
    moves.map((move) => move.by.kind),
    moves.map((move) => move.by.day),
    moves.map((move) => move.by.reference),
  ];
}

function transferColumns({ transfers }: Books): unknown[] {
  return [
    numbers(transfers.map((row) => row.transfer_id)),
    transfers.map((row) => row.from.kind),
    numbers(transfers.map((row) => row.from.id)),
    numbers(transfers.map((row) => row.from.lot_id)),
    transfers.map((row) => row.to.kind),
    numbers(transfers.map((row) => row.to.id)),
    numbers(transfers.map((row) => row.to.lot_id)),
    numbers(transfers.map((row) => row.points)),
    transfers.map((row) => row.reference),
  ];
}
