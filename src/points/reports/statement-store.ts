import type { Tx } from "../../store/index.ts";

/** What happened to members' points in a period. Opening + the movements = closing, to the point. */
export interface StatementRow {
  /** '2026-11', or '2026-11-30'. */
  readonly period: string;
  readonly issued: number;
  readonly burned: number;
  /** Spent points that came back with a refund. */
  readonly given_back: number;
  readonly expired: number;
  /** Taken back because what earned them was returned, debts included. */
  readonly taken_back: number;
}

export interface Statement {
  readonly opening: number;
  readonly rows: readonly (StatementRow & { readonly closing: number })[];
  readonly closing: number;
}

/** What a transfer does to the sum of what members have less what they owe. Transfers between members do nothing. */
const FLOWS = `
  coalesce(sum(points) filter (where from_kind in ('issuer', 'budget') and to_kind in ('pending', 'active')), 0)::bigint as issued,
  coalesce(sum(points) filter (where to_kind = 'burned'), 0)::bigint as burned,
  coalesce(sum(points) filter (where from_kind = 'burned'), 0)::bigint as given_back,
  coalesce(sum(points) filter (where to_kind = 'expired'), 0)::bigint as expired,
  coalesce(sum(points) filter (where from_kind in ('pending', 'active', 'held', 'debt') and to_kind in ('issuer', 'budget')), 0)::bigint
    as taken_back`;

const net = (row: Omit<StatementRow, "period">) =>
  row.issued - row.burned + row.given_back - row.expired - row.taken_back;

/**
 * Movements by day or month, with opening and closing balances that add up.
 * @param from first instant, included @param to last instant, excluded @param timezone whose days count
 */
export async function statement(
  tx: Tx,
  { from, to, by, timezone }: { from: Date; to: Date; by: "day" | "month"; timezone: string },
): Promise<Statement> {
  const before = await tx.one<Omit<StatementRow, "period">>(`select ${FLOWS} from points.transfer where at < $1`, [
    from,
  ]);
  const rows = await tx.query<StatementRow>(
    `select to_char(at at time zone $3, $4) as period, ${FLOWS}
     from points.transfer where at >= $1 and at < $2 group by 1 order by 1`,
    [from, to, timezone, by === "day" ? "YYYY-MM-DD" : "YYYY-MM"],
  );
  const opening = before === undefined ? 0 : net(before);
  let closing = opening;
  const listed = rows.map((row) => {
    closing += net(row);
    return { ...row, closing };
  });
  return { opening, rows: listed, closing };
}

/** What rules and other causes have given and taken back in a period. */
export interface RuleRow {
  readonly rule: string;
  readonly issued: number;
  readonly taken_back: number;
  readonly causes: number;
}

/** A cause's reference is '<order|event>:<id>:<rule>:<owner>'; others begin with their own word. */
const RULE = `case when split_part(reference, ':', 1) in ('order', 'event') then split_part(reference, ':', 3)
  else split_part(reference, ':', 1) end`;

export async function byRule(tx: Tx, from: Date, to: Date): Promise<RuleRow[]> {
  return tx.query<RuleRow>(
    `select ${RULE} as rule,
       coalesce(sum(points) filter (where from_kind in ('issuer', 'budget')), 0)::bigint as issued,
       coalesce(sum(points) filter (where to_kind in ('issuer', 'budget')), 0)::bigint as taken_back,
       count(distinct reference) filter (where from_kind in ('issuer', 'budget')) as causes
     from points.transfer where at >= $1 and at < $2
       and ((from_kind in ('issuer', 'budget') and to_kind in ('pending', 'active'))
         or (from_kind in ('pending', 'active', 'held', 'debt', 'expired') and to_kind in ('issuer', 'budget')))
     group by 1 order by 2 desc, 1`,
    [from, to],
  );
}

/** What the brand owes its members now. */
export interface Liability {
  readonly pending: number;
  readonly active: number;
  readonly held: number;
  readonly owed: number;
  /** Member numbers that have points. */
  readonly owners: number;
  /** Of all points that came to an end: those that were used. Null until some did. */
  readonly redeemed_permille: number | null;
  /** Of all points given: those that were used. */
  readonly used_permille: number | null;
  readonly expiring: readonly { readonly month: string | null; readonly points: number }[];
}

export async function liability(tx: Tx): Promise<Liability> {
  const sums = await tx.one<Omit<Liability, "expiring">>(
    `with open as (
       select coalesce(sum(pending), 0)::bigint as pending, coalesce(sum(active), 0)::bigint as active,
         coalesce(sum(held), 0)::bigint as held, count(distinct owner) as owners
       from points.lot where open
     ), ended as (
       select coalesce(sum(balance) filter (where kind = 'burned'), 0) as burned, coalesce(sum(balance) filter (where kind = 'expired'), 0) as expired
       from points.account
     )
     select pending, active, held, owners, (select coalesce(sum(owed), 0)::bigint from points.debt) as owed,
       (burned * 1000 / nullif(burned + expired, 0))::int as redeemed_permille,
       (burned * 1000 / nullif(burned + expired + pending + active + held, 0))::int as used_permille
     from open, ended`,
  );
  const expiring = await tx.query<{ month: string | null; points: number }>(
    `select to_char(last_day, 'YYYY-MM') as month, sum(pending + active + held)::bigint as points
     from points.lot where open group by 1 order by 1 nulls last`,
  );
  const none = { pending: 0, active: 0, held: 0, owed: 0, owners: 0, redeemed_permille: null, used_permille: null };
  return { ...none, ...sums, expiring };
}

/** Points that rules gave and the ledger refused, by reason. */
export async function refusedPoints(
  tx: Tx,
): Promise<{ readonly rule: string; readonly refused: string; readonly points: number; readonly causes: number }[]> {
  return tx.query(
    `select rule, refused, sum(wanted - points)::bigint as points, count(*) as causes from points.earning
     where refused is not null group by rule, refused order by points desc`,
  );
}
