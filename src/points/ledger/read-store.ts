import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { Account, Counters, HoldState, LimitState, Lot, Snapshot } from "./books.ts";
import { type Drawn, drawnBy, limitsSql } from "./budget-store.ts";
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
  readonly limits: readonly LimitState[] | null;
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
  readonly drawn: readonly Drawn[];
}

function reachOf(commands: readonly Command[], today: BusinessDay): Reach {
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
  const drawn = drawnBy(commands, today);
  return { owners: [...owners], debtors: [...debtors], references: [...references], holds: [...holds], drawn };
}

/** The end of the chain. */
export interface Head extends Counters {
  readonly hash: Buffer;
}

/** A statement that its connection keeps prepared: planning these takes longer than running them. */
export async function prepared<Row>(
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
export const numbers = (values: readonly (number | null)[]) => `{${values.map((value) => value ?? "NULL").join(",")}}`;

/** Takes the end of the chain: from here to the commit nobody else writes. */
export async function lockHead(tx: Tx): Promise<Head> {
  const text = "select batch_id, transfer_id, lot_id, hold_id, hash from points.head where singleton for update";
  // the statements of a batch take far longer to plan than to run, and one plan fits all batches
  await tx.client.query("set local plan_cache_mode = force_generic_plan");
  const [head] = await prepared<Head>(tx.client, "points_head", text, []);
  if (head === undefined) throw new Error("points.head is empty");
  return head;
}

/** Whose lots and debts a plain command may change. */
export function numbersOf(command: Command): readonly number[] {
  switch (command.type) {
    case "earn":
      return [command.owner, ...(command.wallet ?? [])];
    case "grant":
      return command.owners;
    case "transfer":
      return [...command.wallet, command.to];
    default:
      return "wallet" in command ? (command.wallet ?? []) : [];
  }
}

/** A lot as an array: with its columns' names the text was three times as long, and building it half of the statement's time. */
const LOT = `json_build_array(l.lot_id, l.owner, l.points, l.pending, l.active, l.held, l.burned, l.expired, l.returned, l.given,
  l.active_from, l.last_day, l.reference, l.origin_lot_id, l.slide, l.slide_from)`;
type Counts = [number, number, number, number, number, number, number, number, number, number];
type LotArray = readonly [
  ...Counts,
  BusinessDay | null,
  BusinessDay | null,
  string,
  number | null,
  string | null,
  BusinessDay | null,
];

function lotOf(row: LotArray): Lot {
  const [lot_id, owner, points, pending, active, held, burned, expired, returned, given] = row;
  const [, , , , , , , , , , active_from, last_day, reference, origin_lot_id, slide, slide_from] = row;
  const places = { pending, active, held, burned, expired, returned, given };
  return { lot_id, owner, points, ...places, active_from, last_day, reference, origin_lot_id, slide, slide_from };
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
  union select lot_id from points.lot where slide is not null and open
    and owner = any(array(select unnest(wallet) from points.hold where hold_id = any($3::bigint[])))
  union select unnest($5::bigint[])
), lots as (select l.* from points.lot l where l.lot_id = any(array(select lot_id from wanted)))
select
  (select json_agg(${LOT}) from lots l) as lots,
  (select json_agg(json_build_object('owner', owner, 'owed', owed)) from points.debt
    where owed > 0 and (owner = any($1::bigint[]) or owner = any($6::bigint[]) or owner in (select owner from lots))) as debts,
  (select json_agg(json_build_object('account_id', account_id, 'kind', kind, 'name', name, 'balance', balance,
      'floor', floor))
    from points.account) as accounts,
  ${limitsSql("$7", "$8")},
  (select json_agg(json_build_object('hold_id', h.hold_id, 'reference', h.reference, 'points', h.points, 'until_at', h.until_at,
      'state', h.state, 'wallet', coalesce(h.wallet, '{}'), 'parts', (select json_agg(json_build_object('lot_id', p.lot_id, 'points', p.points) order by p.lot_id)
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
  today: BusinessDay,
): Promise<{ snapshot: Snapshot; known: Map<string, Known> }> {
  const reach = reachOf(
    requests.map(({ command }) => command),
    today,
  );
  const keys = requests.map(({ key }) => key);
  const [row] = await prepared<Read>(tx.client, "points_read", READ, [
    reach.owners,
    reach.references,
    reach.holds,
    keys,
    [],
    reach.debtors,
    ...drawnColumns(reach.drawn),
  ]);
  return {
    snapshot: snapshotOf(counters, row),
    known: new Map((row?.known ?? []).map(({ key, ...rest }) => [key, rest])),
  };
}

/** Whether a command looks at nothing but what members have now: no reference, no hold. */
export function isPlain({ type }: Command): boolean {
  return PLAIN.has(type);
}

const PLAIN: ReadonlySet<Command["type"]> = new Set(["earn", "grant", "spend", "hold", "transfer", "fund"]);

/**
 * What plain commands may touch, and the end of the chain as of the same instant, in half the time of the statement above.
 * Debts and limits are looked at by those batches alone that may meet one: most spend, and then they are a tenth of the time.
 */
const readPlainSql = (debts: boolean, limits: boolean) => `
select h.batch_id, h.transfer_id, h.lot_id, h.hold_id, h.hash,
  (select json_agg(${LOT}) from points.lot l where l.owner = any($1::bigint[]) and l.open) as lots,
  (select json_agg(json_build_object('account_id', account_id, 'kind', kind, 'name', name, 'balance', balance,
      'floor', floor))
    from points.account) as accounts,
  (select json_agg(json_build_object('key', key, 'payload_hash', encode(payload_hash, 'hex'), 'answer', answer))
    from points.request where key = any($2::text[])) as known
  ${
    debts
      ? `, (select json_agg(json_build_object('owner', owner, 'owed', owed)) from points.debt
    where owed > 0 and owner = any($3::bigint[])) as debts`
      : ""
  }
  ${limits ? `, ${limitsSql("$4", "$5")}` : ""}
from points.head h where h.singleton`;

const READ_SPENDS = readPlainSql(false, false);
const READ_EARNS = readPlainSql(true, false);
const READ_DRAWS = readPlainSql(true, true);

/** Everything that plain requests may touch, without waiting for whoever writes now. */
export async function readPlain(
  client: Connection,
  requests: readonly Request[],
  today: BusinessDay,
): Promise<{ head: Head; snapshot: Snapshot; known: Map<string, Known> }> {
  const { owners, debtors, drawn } = reachOf(
    requests.map(({ command }) => command),
    today,
  );
  const values = [numbers(owners), requests.map(({ key }) => key)];
  const rows: Promise<PlainRow[]> =
    drawn.length > 0
      ? prepared(client, "points_read_draws", READ_DRAWS, [...values, numbers(debtors), ...drawnColumns(drawn)])
      : debtors.length > 0
        ? prepared(client, "points_read_earns", READ_EARNS, [...values, numbers(debtors)])
        : prepared(client, "points_read_spends", READ_SPENDS, values);
  const [row] = await rows;
  if (row === undefined) throw new Error("points.head is empty");
  const { batch_id, transfer_id, lot_id, hold_id, hash, known, lots, accounts, debts = null, limits = null } = row;
  const head = { batch_id, transfer_id, lot_id, hold_id, hash };
  return {
    head,
    snapshot: snapshotOf(head, { lots, accounts, debts, limits, holds: null, spent: null, clawed: null }),
    known: new Map((known ?? []).map(({ key, ...rest }) => [key, rest])),
  };
}

type PlainRow = Head & Pick<Read, "lots" | "accounts" | "known"> & Partial<Pick<Read, "debts" | "limits">>;

/** Everything that commands without a key may touch. */
export async function readCommands(
  tx: Tx,
  counters: Counters,
  commands: readonly Command[],
  today: BusinessDay,
): Promise<Snapshot> {
  const { owners, references, holds, debtors, drawn } = reachOf(commands, today);
  const values = [owners, references, holds, [], [], debtors, ...drawnColumns(drawn)];
  const [row] = await prepared<Read>(tx.client, "points_read", READ, values);
  return snapshotOf(counters, row);
}

const drawnColumns = (drawn: readonly Drawn[]) => [drawn.map(({ budget }) => budget), drawn.map(({ day }) => day)];

/** The same for holds whose time is over. */
export async function readHolds(tx: Tx, counters: Counters, holds: readonly number[]): Promise<Snapshot> {
  const [row] = await prepared<Read>(tx.client, "points_read", READ, [[], [], holds, [], [], [], [], []]);
  return snapshotOf(counters, row);
}

const LOT_COLUMNS = `lot_id, owner, points, pending, active, held, burned, expired, returned, given, active_from, last_day, reference,
  origin_lot_id, slide, slide_from`;

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
  const accounts = await tx.query<Account>("select account_id, kind, name, balance, floor from points.account");
  return { counters, lots, debts, accounts, holds: [], spent: [], clawed: [], activities: [], limits: [] };
}

/** Lots of numbers whose last day moves on. */
export async function readSliding(tx: Tx, counters: Counters, owners: readonly number[]): Promise<Snapshot> {
  const lots = await tx.query<Lot>(
    `select ${LOT_COLUMNS} from points.lot where owner = any($1::bigint[]) and open and slide is not null order by lot_id`,
    [owners],
  );
  return { counters, lots, debts: [], accounts: [], holds: [], spent: [], clawed: [], activities: [], limits: [] };
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
    activities: [],
    limits: row?.limits ?? [],
  };
}
