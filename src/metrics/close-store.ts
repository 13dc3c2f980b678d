import type { Tx } from "../store/index.ts";

/** What the records hold of a month: what a restatement is explained by. */
export interface MonthBasis {
  readonly orders: number;
  readonly orders_minor: number;
  readonly refunds: number;
  readonly refunds_minor: number;
}

export interface MonthClose extends MonthBasis {
  readonly month: string;
  readonly closed_at: Date;
  readonly person_id: number | null;
}

/** Valid orders of the days and their net before refunds; refunds that count on them. */
export async function monthBasis(tx: Tx, from: string, to: string): Promise<MonthBasis> {
  const row = await tx.one<MonthBasis>(
    `select o.orders, o.orders_minor, r.refunds, r.refunds_minor from
       (select count(*) as orders, coalesce(sum(line_net_minor), 0)::bigint as orders_minor
        from catalogue.orders where is_valid and business_day between $1 and $2) o,
       (select count(distinct return_id) as refunds, coalesce(sum(refund_minor), 0)::bigint as refunds_minor
        from catalogue.returns where is_valid and attributed_day between $1 and $2) r`,
    [from, to],
  );
  return row ?? { orders: 0, orders_minor: 0, refunds: 0, refunds_minor: 0 };
}

const CLOSE = "month, closed_at, person_id, orders, orders_minor, refunds, refunds_minor";

export async function closeOf(tx: Tx, month: string): Promise<MonthClose | undefined> {
  return tx.one<MonthClose>(`select ${CLOSE} from metrics.month_close where month = $1`, [month]);
}

export async function listCloses(tx: Tx): Promise<MonthClose[]> {
  return tx.query<MonthClose>(`select ${CLOSE} from metrics.month_close order by month desc`);
}

/** Freezes the month's figures as they stand. */
export async function writeClose(tx: Tx, close: MonthClose): Promise<void> {
  const { month, closed_at, person_id, orders, orders_minor, refunds, refunds_minor } = close;
  await tx.query(`insert into metrics.month_close (${CLOSE}) values ($1, $2, $3, $4, $5, $6, $7)`, [
    month,
    closed_at,
    person_id,
    orders,
    orders_minor,
    refunds,
    refunds_minor,
  ]);
  await tx.query(
    `insert into metrics.closed_figure (metric, month, part, code, numerator, denominator, value, version)
     select metric, month, part, code, numerator, denominator, value, version from metrics.month_figure where month = $1`,
    [month],
  );
}

export async function reopen(
  tx: Tx,
  close: MonthClose,
  by: { readonly reason: string; readonly person_id: number | null; readonly now: Date },
): Promise<void> {
  await tx.query(
    "insert into metrics.month_reopening (month, reason, person_id, closed_at, reopened_at) values ($1, $2, $3, $4, $5)",
    [close.month, by.reason, by.person_id, close.closed_at, by.now],
  );
  await tx.query("delete from metrics.month_close where month = $1", [close.month]);
}

export interface Reopening {
  readonly month: string;
  readonly reason: string;
  readonly person_id: number | null;
  readonly closed_at: Date;
  readonly reopened_at: Date;
}

export async function listReopenings(tx: Tx): Promise<Reopening[]> {
  return tx.query<Reopening>(
    "select month, reason, person_id, closed_at, reopened_at from metrics.month_reopening order by reopened_at desc limit 100",
  );
}

/** Months that have figures, newest first. */
export async function knownMonths(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ month: string }>("select distinct month from metrics.month_figure order by month desc");
  return rows.map((row) => row.month);
}
