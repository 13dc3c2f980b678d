import type { Tx } from "../store/index.ts";

export interface MetricsState {
  /** The last day whose figures were computed after it had closed. */
  readonly through_day: string;
  /** The first month that closes by itself; earlier ones were history when the first figures were computed. */
  readonly first_month: string;
  readonly currency: string;
  readonly computed_at: Date;
}

export async function metricsState(tx: Tx): Promise<MetricsState | undefined> {
  return tx.one<MetricsState>("select through_day, first_month, currency, computed_at from metrics.state");
}

export async function writeState(tx: Tx, state: MetricsState): Promise<void> {
  await tx.query(
    `insert into metrics.state (through_day, first_month, currency, computed_at) values ($1, $2, $3, $4)
     on conflict (one) do update set through_day = excluded.through_day, computed_at = excluded.computed_at, currency = excluded.currency`,
    [state.through_day, state.first_month, state.currency, state.computed_at],
  );
}

/** One computation of figures at a time, until the transaction ends. @returns false when another is at work. */
export async function tryLock(tx: Tx): Promise<boolean> {
  const row = await tx.one<{ got: boolean }>(
    "select pg_try_advisory_xact_lock(hashtextextended('metrics.compute', 0)) as got",
  );
  return row?.got === true;
}

/** Something changed on these days. */
export async function markDays(tx: Tx, days: readonly string[]): Promise<void> {
  if (days.length === 0) return;
  await tx.query(
    `insert into metrics.dirty_day (day, mark) select day, nextval('metrics.dirty_mark') from unnest($1::date[]) as d (day) order by day
     on conflict (day) do update set mark = excluded.mark`,
    [[...new Set(days)]],
  );
}

/** The join days of the members to whom these parties belong. */
export async function joinDays(tx: Tx, party_ids: readonly number[]): Promise<string[]> {
  const rows = await tx.query<{ join_day: string }>(
    `select distinct m.join_day from catalogue.parties p join catalogue.members m using (member_id) where p.party_id = any($1)`,
    [party_ids],
  );
  return rows.map((row) => row.join_day);
}

export interface DirtyDay {
  readonly day: string;
  readonly mark: number;
}

/** Marked days up to `until`, earliest first. */
export async function dirtyDays(tx: Tx, until: string): Promise<DirtyDay[]> {
  return tx.query<DirtyDay>("select day, mark from metrics.dirty_day where day <= $1 order by day", [until]);
}

/** Takes off the marks that a computation saw; a day that was marked again since keeps its mark. */
export async function clearDirty(tx: Tx, days: readonly DirtyDay[]): Promise<void> {
  await tx.query(
    "delete from metrics.dirty_day d using unnest($1::date[], $2::bigint[]) as seen (day, mark) where d.day = seen.day and d.mark = seen.mark",
    [days.map((day) => day.day), days.map((day) => day.mark)],
  );
}

export async function membersTotal(tx: Tx): Promise<number> {
  return (await tx.one<{ members: number }>("select count(*) as members from catalogue.members"))?.members ?? 0;
}

export interface DataReach {
  readonly first_day: string | null;
  readonly last_day: string | null;
}

/** The first and the last day up to `until` with an order. */
export async function ordersReach(tx: Tx, until: string): Promise<DataReach> {
  const row = await tx.one<DataReach>(
    "select min(business_day) as first_day, max(business_day) as last_day from catalogue.orders where business_day <= $1",
    [until],
  );
  return row ?? { first_day: null, last_day: null };
}

/** The brand's currency where any order is in it, else the one with most orders. */
export async function brandCurrency(tx: Tx, configured: string): Promise<string> {
  const row = await tx.one<{ currency: string }>(
    `select currency from catalogue.orders group by currency order by (currency = $1) desc, count(*) desc, currency limit 1`,
    [configured],
  );
  return row?.currency ?? configured;
}

/** The region of each store. */
export async function storeRegions(tx: Tx): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ store_code: string; region_code: string | null }>(
    "select store_code, region_code from catalogue.stores where region_code is not null",
  );
  return new Map(rows.map((row) => [row.store_code, row.region_code ?? ""]));
}
