import type { Tx } from "../../store/index.ts";
import type { Actor } from "./redemption-store.ts";

export async function returnLines(
  tx: Tx,
  redemption_id: number,
  lines: readonly { readonly line_no: number; readonly returned_quantity: number; readonly refund_minor: number }[],
): Promise<void> {
  await tx.query(
    `update benefits.redemption_line l set returned_quantity = n.returned_quantity, refunded_minor = l.refunded_minor + n.refund_minor
     from json_to_recordset($2) as n (line_no int, returned_quantity int, refund_minor bigint)
     where l.redemption_id = $1 and l.line_no = n.line_no`,
    [redemption_id, JSON.stringify(lines)],
  );
}

/** What coupons gave for returned lines is no cost any more: of the part, of the coupon, of the budget of its batch. */
export async function returnParts(
  tx: Tx,
  redemption_id: number,
  parts: readonly { readonly issued_id: number; readonly line_no: number; readonly minor: number }[],
): Promise<void> {
  if (parts.length === 0) return;
  await tx.query(
    `with n as (
       select * from json_to_recordset($2) as n (issued_id bigint, line_no int, minor bigint)
     ), moved as (
       update benefits.redemption_part p set returned_minor = p.returned_minor + n.minor from n
       where p.redemption_id = $1 and p.issued_id = n.issued_id and p.line_no = n.line_no
     ), summed as (
       select issued_id, sum(minor)::bigint as minor from n group by issued_id
     ), coupon as (
       update benefits.redemption_coupon c set returned_minor = c.returned_minor + s.minor from summed s
       where c.redemption_id = $1 and c.issued_id = s.issued_id returning c.batch_id, s.minor
     ), batches as (
       select batch_id, sum(minor)::bigint as minor from coupon group by batch_id
     )
     update benefits.batch b set spent_minor = b.spent_minor - s.minor from batches s where b.batch_id = s.batch_id`,
    [redemption_id, JSON.stringify(parts)],
  );
}

export async function insertReturn(
  tx: Tx,
  made: {
    readonly redemption_id: number;
    readonly lines: readonly unknown[];
    readonly freight: unknown;
    readonly refund_minor: number;
    readonly discount_minor: number;
    readonly store_code: string | null;
    readonly now: Date;
  },
  by: Actor,
): Promise<number> {
  const row = await tx.one<{ return_id: number }>(
    `insert into benefits.redemption_return (redemption_id, lines, refunded_minor, discount_minor, store_code, made_by, client_id, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning return_id`,
    [
      made.redemption_id,
      JSON.stringify({ lines: made.lines, freight: made.freight }),
      made.refund_minor,
      made.discount_minor,
      made.store_code,
      by.person_id,
      by.client_id,
      made.now,
    ],
  );
  return row?.return_id ?? 0;
}
