import { createHash } from "node:crypto";
import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { Account, Books, Counters, HoldState, Lot, Side, Snapshot, TransferRow } from "./books.ts";
import type { Answer, Command, Request } from "./command.ts";

/** What is committed under a key. */
export interface Known {
  readonly payload_hash: string;
  readonly answer: Answer;
}

interface Read {
  readonly lots: readonly LotArray[] | null;
  readonly debts: Snapshot["debts"] | null;
  readonly accounts: readonly Account[] | null;
  readonly holds: readonly (Omit<HoldState, "until_at"> & { readonly until_at: string })[] | null;
  readonly spent: Snapshot["spent"] | null;
  readonly clawed: Snapshot["clawed"] | null;
  readonly known: readonly (Known & { readonly key: string })[] | null;
}

/** What commands may touch. */
interface Reach {
  /** Whose lots may be spent. */
  readonly owners: readonly number[];
  /** Whose debts may be paid. */
  readonly debtors: readonly number[];
  /** Orders and the like whose points are given or taken back. */
  readonly references: readonly string[];
  readonly holds: readonly number[];
}

function reachOf(commands: readonly Command[]): Reach {
  const owners = new Set<number>();
  const debtors = new Set<number>();
  const references = new Set<string>();
  const holds = new Set<number>();
  for (const command of commands) {
    if (command.type === "earn") for (const owner of command.wallet ?? [command.owner]) debtors.add(owner);
    else if (command.type === "grant") for (const owner of command.owners) debtors.add(owner);
    else if ("wallet" in command) for (const owner of command.wallet) owners.add(owner);
    if (command.type === "transfer") debtors.add(command.to);
    if (command.type === "return_spent" || command.type === "claw_back" || command.type === "settle")
      references.add(command.reference);
    if ("hold_id" in command) holds.add(command.hold_id);
  }
  return { owners: [...owners], debtors: [...debtors], references: [...references], holds: [...holds] };
}

/** The end of the chain. */
export interface Head extends Counters {
  readonly hash: Buffer;
}

/** A statement that its connection keeps prepared: planning these takes longer than running them. */
async function prepared<Row>(
  client: Connection,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  return (await client.query({ name, text, values: [...values] })).rows as Row[];
}

/** A connection inside or outside of a transaction. */
export type Connection = Tx["client"];

/** An array of numbers as PostgreSQL reads it: the driver looks at each element for what must be quoted. */
const numbers = (values: readonly (number | null)[]) => `{${values.map((value) => value ?? "NULL").join(",")}}`;

/** Takes the end of the chain: from here to the commit nobody else writes. */
export async function lockHead(tx: Tx): Promise<Head> {
  const text = "select batch_id, transfer_id, lot_id, hold_id, hash from points.head where singleton for update";
  // the statements of a batch take far longer to plan than to run, and one plan fits all batches
  await tx.client.query("set local plan_cache_mode = force_generic_plan");
  const [head] = await prepared<Head>(tx.client, "points_head", text, []);
  if (head === undefined) throw new Error("points.head is empty");
  return head;
}

/** A lot as an array: with its columns' names the text was three times as long, and building it half of the statement's time. */
const LOT = `json_build_array(l.lot_id, l.owner, l.points, l.pending, l.active, l.held, l.burned, l.expired, l.returned, l.given,
  l.active_from, l.last_day, l.reference, l.origin_lot_id)`;
type Counts = [number, number, number, number, number, number, number, number, number, number];
type LotArray = readonly [...Counts, BusinessDay | null, BusinessDay | null, string, number | null];

function lotOf(row: LotArray): Lot {
  const [lot_id, owner, points, pending, active, held, burned, expired, returned, given] = row;
  const [, , , , , , , , , , active_from, last_day, reference, origin_lot_id] = row;
  const places = { pending, active, held, burned, expired, returned, given };
  return { lot_id, owner, points, ...places, active_from, last_day, reference, origin_lot_id };
}

/**
 * One statement for everything: at 64 requests a batch each further round trip costs more than its rows. The arrays that a
 * batch has nothing for are empty, and their parts cost nothing. It is a statement of its own after the lock, because a
 * statement that waits for the lock itself would read as of before it waited. Lots are found by an array, not by a join: the
 * planner, which knows nothing of the arrays, would read the whole table for one.
 */
const READ = `
with wanted as (
  select lot_id from points.lot where owner = any($1::bigint[]) and open
  union select lot_id from points.lot where reference = any($2::text[])
  union select to_lot from points.transfer where reference = any($2::text[]) and to_kind = 'burned'
  union select lot_id from points.hold_part where hold_id = any($3::bigint[])
  union select unnest($5::bigint[])
), lots as (select l.* from points.lot l where l.lot_id = any(array(select lot_id from wanted)))
select
  (select json_agg(${LOT}) from lots l) as lots,
  (select json_agg(json_build_object('owner', owner, 'owed', owed)) from points.debt
    where owed > 0 and (owner = any($1::bigint[]) or owner = any($6::bigint[]) or owner in (select owner from lots))) as debts,
  (select json_agg(json_build_object('account_id', account_id, 'kind', kind, 'name', name, 'balance', balance))
    from points.account) as accounts,
  (select json_agg(json_build_object('hold_id', h.hold_id, 'reference', h.reference, 'points', h.points, 'until_at', h.until_at,
      'state', h.state, 'parts', (select json_agg(json_build_object('lot_id', p.lot_id, 'points', p.points) order by p.lot_id)
        from points.hold_part p where p.hold_id = h.hold_id)))
    from points.hold h where h.hold_id = any($3::bigint[])) as holds,
  (select json_agg(s) from (select reference, lot_id, sum(points)::bigint as points from (
      select reference, to_lot as lot_id, points from points.transfer where reference = any($2::text[]) and to_kind = 'burned'
      union all
      select reference, from_lot, -points from points.transfer where reference = any($2::text[]) and from_kind = 'burned') m
    group by reference, lot_id) s) as spent,
  (select json_agg(s) from (select reference, sum(points)::bigint as points from points.transfer
    where reference = any($2::text[]) and to_kind in ('issuer', 'budget') and from_kind <> 'issuer' group by reference) s) as clawed,
  (select json_agg(json_build_object('key', key, 'payload_hash', encode(payload_hash, 'hex'), 'answer', answer))
    from points.request where key = any($4::text[])) as known`;

/** Everything that a batch of requests may touch, and what is known of their keys. */
export async function readBatch(
  tx: Tx,
  counters: Counters,
  requests: readonly Request[],
): Promise<{ snapshot: Snapshot; known: Map<string, Known> }> {
  const reach = reachOf(requests.map(({ command }) => command));
  const keys = requests.map(({ key }) => key);
  const [row] = await prepared<Read>(tx.client, "points_read", READ, [
    reach.owners,
    reach.references,
    reach.holds,
    keys,
    [],
    reach.debtors,
  ]);
  return {
    snapshot: snapshotOf(counters, row),
    known: new Map((row?.known ?? []).map(({ key, ...rest }) => [key, rest])),
  };
}

/** Whether commands look at nothing but what members have now: no reference, no hold. */
export function isPlain(commands: readonly Command[]): boolean {
  return commands.every(({ type }) => PLAIN.has(type));
}

const PLAIN: ReadonlySet<Command["type"]> = new Set(["earn", "grant", "spend", "hold", "transfer", "fund"]);

/**
 * What plain commands may touch, and the end of the chain as of the same instant, in half the time of the statement above.
 */
const READ_PLAIN = `
select h.batch_id, h.transfer_id, h.lot_id, h.hold_id, h.hash,
  (select json_agg(${LOT}) from points.lot l where l.owner = any($1::bigint[]) and l.open) as lots,
  (select json_agg(json_build_object('owner', owner, 'owed', owed)) from points.debt
    where owed > 0 and owner = any($2::bigint[])) as debts,
  (select json_agg(json_build_object('account_id', account_id, 'kind', kind, 'name', name, 'balance', balance))
    from points.account) as accounts,
  (select json_agg(json_build_object('key', key, 'payload_hash', encode(payload_hash, 'hex'), 'answer', answer))
    from points.request where key = any($3::text[])) as known
from points.head h where h.singleton`;

/** Everything that plain requests may touch, without waiting for whoever writes now. */
export async function readPlain(
  client: Connection,
  requests: readonly Request[],
): Promise<{ head: Head; snapshot: Snapshot; known: Map<string, Known> }> {
  const reach = reachOf(requests.map(({ command }) => command));
  const keys = requests.map(({ key }) => key);
  const values = [numbers(reach.owners), numbers(reach.debtors), keys];
  const [row] = await prepared<Head & Pick<Read, "lots" | "debts" | "accounts" | "known">>(
    client,
    "points_read_plain",
    READ_PLAIN,
    values,
  );
  if (row === undefined) throw new Error("points.head is empty");
  const { batch_id, transfer_id, lot_id, hold_id, hash, known, ...read } = row;
  const head = { batch_id, transfer_id, lot_id, hold_id, hash };
  return {
    head,
    snapshot: snapshotOf(head, { ...read, holds: null, spent: null, clawed: null }),
    known: new Map((known ?? []).map(({ key, ...rest }) => [key, rest])),
  };
}

/** Everything that commands without a key may touch. */
export async function readCommands(tx: Tx, counters: Counters, commands: readonly Command[]): Promise<Snapshot> {
  const { owners, references, holds, debtors } = reachOf(commands);
  const [row] = await prepared<Read>(tx.client, "points_read", READ, [owners, references, holds, [], [], debtors]);
  return snapshotOf(counters, row);
}

/** The same for holds whose time is over. */
export async function readHolds(tx: Tx, counters: Counters, holds: readonly number[]): Promise<Snapshot> {
  const [row] = await prepared<Read>(tx.client, "points_read", READ, [[], [], holds, [], [], []]);
  return snapshotOf(counters, row);
}

const LOT_COLUMNS = `lot_id, owner, points, pending, active, held, burned, expired, returned, given, active_from, last_day, reference,
  origin_lot_id`;

/**
 * Lots that are due on a day, with what their owners owe: as rows, because thousands of them as JSON took longer to read
 * than to write. @param condition on points.lot, with the day as $1
 */
export async function readDue(
  tx: Tx,
  counters: Counters,
  { condition, order, day, limit }: { condition: string; order: string; day: BusinessDay; limit: number },
): Promise<Snapshot> {
  const lots = await tx.query<Lot>(
    `select ${LOT_COLUMNS} from points.lot where ${condition} order by ${order}, lot_id limit $2`,
    [day, limit],
  );
  const debts = await tx.query<Snapshot["debts"][number]>(
    "select owner, owed from points.debt where owed > 0 and owner = any($1::bigint[])",
    [lots.map((lot) => lot.owner)],
  );
  const accounts = await tx.query<Account>("select account_id, kind, name, balance from points.account");
  return { counters, lots, debts, accounts, holds: [], spent: [], clawed: [] };
}

function snapshotOf(counters: Counters, row: Omit<Read, "known"> | undefined): Snapshot {
  return {
    counters,
    lots: (row?.lots ?? []).map(lotOf),
    debts: row?.debts ?? [],
    accounts: row?.accounts ?? [],
    holds: (row?.holds ?? []).map((hold) => ({ ...hold, until_at: new Date(hold.until_at) })),
    spent: row?.spent ?? [],
    clawed: row?.clawed ?? [],
  };
}

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
    reference, origin_lot_id, batch_id)
  select u.*, $1 from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
    $9::bigint[], $10::bigint[], $11::bigint[], $12::date[], $13::date[], $14::text[], $15::bigint[]) u
), moved as (
  update points.lot l set pending = u.pending, active = u.active, held = u.held, burned = u.burned, expired = u.expired,
    returned = u.returned, given = u.given, active_from = u.active_from
  from unnest($16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[], $22::bigint[],
    $23::bigint[], $24::date[]) u (lot_id, pending, active, held, burned, expired, returned, given, active_from)
  where l.lot_id = u.lot_id
), owing as (
  insert into points.debt as d (owner, owed) select * from unnest($25::bigint[], $26::bigint[])
  on conflict (owner) do update set owed = excluded.owed where d.owed <> excluded.owed
), flowed as (
  update points.account a set balance = a.balance + u.points
  from unnest($27::bigint[], $28::bigint[]) u (account_id, points) where a.account_id = u.account_id
), held as (
  insert into points.hold (hold_id, reference, points, until_at, state)
  select * from unnest($29::bigint[], $30::text[], $31::bigint[], $32::timestamptz[], $33::text[])
), held_parts as (
  insert into points.hold_part (hold_id, lot_id, points) select * from unnest($34::bigint[], $35::bigint[], $36::bigint[])
), closed as (
  update points.hold h set state = u.state from unnest($37::bigint[], $38::text[]) u (hold_id, state) where h.hold_id = u.hold_id
), asked as (
  insert into points.request (key, payload_hash, batch_id, answer)
  select u.key, decode(u.hash, 'hex'), $1, u.answer
  from unnest($39::text[], $40::text[], $41::json[]) u (key, hash, answer)
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
  if (transfers.length === 0 && answered.length === 0) return;
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
    batchHash(head.hash, transfers, at),
    counters.transfer_id,
    counters.lot_id,
    counters.hold_id,
  ]);
}

const sideLine = ({ kind, id, lot_id }: Side) => `${kind}|${id}|${lot_id ?? 0}`;

/** SHA-256 of the hash before and the transfers in their canonical form; points.batch_hash says the same in SQL. */
export function batchHash(previous: Buffer, transfers: readonly TransferRow[], at: Date): Buffer {
  const ms = at.getTime();
  const instant = `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, "0")}000`;
  const lines = transfers.map(
    ({ transfer_id, from, to, points, reference }) =>
      `${transfer_id}|${sideLine(from)}|${sideLine(to)}|${points}|${[...reference].length}|${reference}|${instant}`,
  );
  return createHash("sha256").update(previous).update(lines.join("\n")).digest();
}

type CountOfLot = Exclude<keyof Lot, "active_from" | "last_day" | "reference">;

function lotColumns({ made, changed }: Books): unknown[] {
  const fresh = new Set(made);
  const moved = [...changed].filter((lot) => !fresh.has(lot));
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
