import type { Books, ExpiryMove, Lot } from "./books.ts";
import { limitColumns } from "./budget-store.ts";
import type { Answer } from "./command.ts";
import { numbers } from "./read-store.ts";

export interface Answered {
  readonly key: string;
  readonly payload_hash: string;
  readonly answer: Answer;
}

/** What a batch changes, as it is written. */
export interface Changes {
  readonly books: Books;
  readonly moves: readonly ExpiryMove[];
  readonly answered: readonly Answered[];
}

/** Rows of one table that a batch may have, and the part of its statement that writes them. */
export interface Part {
  /** Columns of the rows, each an array; undefined when the batch has none of them. */
  readonly columns: (changes: Changes) => readonly unknown[] | undefined;
  /** @param $ the place of a column: $(0) is the first; the number of the batch is always $1, its instant $2 */
  readonly sql: ($: (column: number) => string) => string;
}

type CountOfLot = Exclude<keyof Lot, "active_from" | "last_day" | "reference" | "slide" | "slide_from">;
const PLACES = ["pending", "active", "held", "burned", "expired", "returned", "given"] as const;

const counts = (lots: readonly Lot[], names: readonly CountOfLot[]) =>
  names.map((name) => numbers(lots.map((lot) => lot[name])));
const arrayText = (values: readonly number[]) => `{${values.join(",")}}`;

/** Columns of rows, or nothing where there are no rows. */
const unlessNone = <Row>(rows: readonly Row[], columns: (rows: readonly Row[]) => readonly unknown[]) =>
  rows.length === 0 ? undefined : columns(rows);

/** Lots that were there before the batch. */
function movedLots({ made, changed }: Books): readonly Lot[] {
  if (made.length === 0) return [...changed];
  const fresh = new Set(made);
  return [...changed].filter((lot) => !fresh.has(lot));
}

const made: Part = {
  columns: ({ books }) =>
    unlessNone(books.made, (lots) => [
      ...counts(lots, ["lot_id", "owner", "points", ...PLACES]),
      lots.map((lot) => lot.active_from),
      lots.map((lot) => lot.last_day),
      lots.map((lot) => lot.reference),
      numbers(lots.map((lot) => lot.origin_lot_id)),
      lots.map((lot) => lot.slide),
      lots.map((lot) => lot.slide_from),
    ]),
  sql: ($) => `
  insert into points.lot (lot_id, owner, points, pending, active, held, burned, expired, returned, given, active_from, last_day,
    reference, origin_lot_id, slide, slide_from, batch_id)
  select u.*, $1 from unnest(${Array.from({ length: 10 }, (_, at) => `${$(at)}::bigint[]`).join(", ")},
    ${$(10)}::date[], ${$(11)}::date[], ${$(12)}::text[], ${$(13)}::bigint[], ${$(14)}::text[], ${$(15)}::date[]) u`,
};

const moved: Part = {
  columns: ({ books }) =>
    unlessNone(movedLots(books), (lots) => [
      ...counts(lots, ["lot_id", ...PLACES]),
      lots.map((lot) => lot.active_from),
      lots.map((lot) => lot.last_day),
    ]),
  sql: ($) => `
  update points.lot l set pending = u.pending, active = u.active, held = u.held, burned = u.burned, expired = u.expired,
    returned = u.returned, given = u.given, active_from = u.active_from,
    -- a last day only ever moves on
    last_day = greatest(l.last_day, u.last_day)
  from unnest(${Array.from({ length: 8 }, (_, at) => `${$(at)}::bigint[]`).join(", ")}, ${$(8)}::date[], ${$(9)}::date[])
    u (lot_id, pending, active, held, burned, expired, returned, given, active_from, last_day)
  where l.lot_id = u.lot_id`,
};

const owing: Part = {
  columns: ({ books }) =>
    unlessNone([...books.debtsChanged], (owners) => [owners, owners.map((owner) => books.owed(owner))]),
  sql: ($) => `
  insert into points.debt as d (owner, owed) select * from unnest(${$(0)}::bigint[], ${$(1)}::bigint[])
  on conflict (owner) do update set owed = excluded.owed where d.owed <> excluded.owed`,
};

const flowed: Part = {
  columns: ({ books }) =>
    unlessNone([...books.flows], (flows) => [
      flows.map(([account_id]) => account_id),
      flows.map(([, points]) => points),
    ]),
  sql: ($) => `
  update points.account a set balance = a.balance + u.points
  from unnest(${$(0)}::bigint[], ${$(1)}::bigint[]) u (account_id, points) where a.account_id = u.account_id`,
};

const held: Part = {
  columns: ({ books }) =>
    unlessNone(books.holdsMade, (holds) => [
      holds.map((hold) => hold.hold_id),
      holds.map((hold) => hold.reference),
      holds.map((hold) => hold.points),
      holds.map((hold) => hold.until_at),
      holds.map((hold) => hold.state),
      holds.map((hold) => arrayText(hold.wallet)),
    ]),
  sql: ($) => `
  insert into points.hold (hold_id, reference, points, until_at, state, wallet)
  select u.hold_id, u.reference, u.points, u.until_at, u.state, u.wallet::bigint[]
  from unnest(${$(0)}::bigint[], ${$(1)}::text[], ${$(2)}::bigint[], ${$(3)}::timestamptz[], ${$(4)}::text[], ${$(5)}::text[])
    u (hold_id, reference, points, until_at, state, wallet)`,
};

const heldParts: Part = {
  columns: ({ books }) =>
    unlessNone(
      books.holdsMade.flatMap((hold) => hold.parts.map((part) => ({ hold_id: hold.hold_id, ...part }))),
      (parts) => [
        parts.map((part) => part.hold_id),
        parts.map((part) => part.lot_id),
        parts.map((part) => part.points),
      ],
    ),
  sql: ($) => `
  insert into points.hold_part (hold_id, lot_id, points)
  select * from unnest(${$(0)}::bigint[], ${$(1)}::bigint[], ${$(2)}::bigint[])`,
};

const closed: Part = {
  columns: ({ books }) =>
    unlessNone([...books.holdsChanged], (holds) => [
      holds.map((hold) => hold.hold_id),
      holds.map((hold) => hold.state),
    ]),
  sql: ($) => `
  update points.hold h set state = u.state from unnest(${$(0)}::bigint[], ${$(1)}::text[]) u (hold_id, state)
  where h.hold_id = u.hold_id`,
};

const asked: Part = {
  columns: ({ answered }) =>
    unlessNone(answered, (all) => [
      all.map((one) => one.key),
      all.map((one) => one.payload_hash),
      all.map((one) => JSON.stringify(one.answer)),
    ]),
  sql: ($) => `
  insert into points.request (key, payload_hash, batch_id, answer)
  select u.key, decode(u.hash, 'hex'), $1, u.answer
  from unnest(${$(0)}::text[], ${$(1)}::text[], ${$(2)}::json[]) u (key, hash, answer)`,
};

const slid: Part = {
  columns: ({ moves }) =>
    unlessNone(moves, (all) => [
      numbers(all.map((move) => move.owner)),
      all.map((move) => arrayText(move.lots)),
      all.map((move) => move.from_day),
      all.map((move) => move.to_day),
      all.map((move) => move.by.kind),
      all.map((move) => move.by.day),
      all.map((move) => move.by.reference),
    ]),
  sql: ($) => `
  insert into points.expiry_move (batch_id, place, owner, lots, from_day, to_day, activity, activity_day, reference)
  select $1, u.place, u.owner, u.lots::bigint[], u.from_day, u.to_day, u.activity, u.activity_day, u.reference
  from unnest(${$(0)}::bigint[], ${$(1)}::text[], ${$(2)}::date[], ${$(3)}::date[], ${$(4)}::text[], ${$(5)}::date[],
    ${$(6)}::text[]) with ordinality u (owner, lots, from_day, to_day, activity, activity_day, reference, place)`,
};

const firstUsed: Part = {
  columns: ({ books }) =>
    unlessNone(
      books.limitChanges().filter(({ limit }) => !limit.is_kept),
      (changes) => limitColumns(changes).slice(0, 7),
    ),
  sql: ($) => `
  insert into points.budget_use (account_id, period, period_key, used, cap, worth_points, worth_minor)
  select * from unnest(${$(0)}::bigint[], ${$(1)}::text[], ${$(2)}::text[], ${$(3)}::bigint[], ${$(4)}::bigint[], ${$(5)}::bigint[],
    ${$(6)}::bigint[])`,
};

const moreUsed: Part = {
  columns: ({ books }) =>
    unlessNone(
      books.limitChanges().filter(({ limit }) => limit.is_kept),
      (changes) => limitColumns(changes).slice(7),
    ),
  sql: ($) => `
  update points.budget_use b set used = b.used + u.points
  from unnest(${$(0)}::bigint[], ${$(1)}::text[], ${$(2)}::text[], ${$(3)}::bigint[]) u (account_id, period, period_key, points)
  where (b.account_id, b.period, b.period_key) = (u.account_id, u.period, u.period_key)`,
};

const transferred: Part = {
  columns: ({ books: { transfers } }) =>
    unlessNone(transfers, (rows) => [
      numbers(rows.map((row) => row.transfer_id)),
      rows.map((row) => row.from.kind),
      numbers(rows.map((row) => row.from.id)),
      numbers(rows.map((row) => row.from.lot_id)),
      rows.map((row) => row.to.kind),
      numbers(rows.map((row) => row.to.id)),
      numbers(rows.map((row) => row.to.lot_id)),
      numbers(rows.map((row) => row.points)),
      rows.map((row) => row.reference),
    ]),
  sql: ($) => `
  insert into points.transfer (transfer_id, batch_id, from_kind, from_id, from_lot, to_kind, to_id, to_lot, points, reference, at)
  select u.id, $1, u.from_kind, u.from_id, u.from_lot, u.to_kind, u.to_id, u.to_lot, u.points, u.reference, $2
  from unnest(${$(0)}::bigint[], ${$(1)}::text[], ${$(2)}::bigint[], ${$(3)}::bigint[], ${$(4)}::text[], ${$(5)}::bigint[],
    ${$(6)}::bigint[], ${$(7)}::bigint[], ${$(8)}::text[]) u (id, from_kind, from_id, from_lot, to_kind, to_id, to_lot, points, reference)`,
};

/** In the order in which they are written. */
export const PARTS: readonly Part[] = [
  made,
  moved,
  owing,
  flowed,
  held,
  heldParts,
  closed,
  asked,
  slid,
  firstUsed,
  moreUsed,
  transferred,
];
