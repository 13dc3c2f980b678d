import type { Tx } from "../store/index.ts";

/** What a record of the timeline says, as its source said it: columns and properties under the names of the vocabulary. */
export interface ToldEvent {
  readonly event_id: number;
  readonly party_id: number;
  readonly occurred_at: Date;
  /** Of an order or a return: its number. */
  readonly subject: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

const TOLD = `select e.event_id, e.party_id, e.occurred_at, e.subject,
  coalesce(e.properties, '{}') || jsonb_strip_nulls(jsonb_build_object('store_code', e.store_code, 'channel', e.channel,
    'sku', e.sku, 'category', e.category, 'amount_minor', e.amount_minor, 'quantity', e.quantity::text)) as body
  from members.event e`;

/** A record by its number in the catalogue, with what finds it: its member and its instant. */
export interface EventPlace {
  readonly event_id: number;
  readonly member_id: number;
  readonly at: Date;
}

/** Records by their numbers; those that a correction has moved or taken away are not found. */
export function toldEvents(tx: Tx, places: readonly EventPlace[]): Promise<ToldEvent[]> {
  return tx.query(
    `${TOLD} join members.party p on p.party_id = e.party_id
     join unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) u (event_id, member_id, at)
       on u.member_id = p.member_id and e.occurred_at = u.at and e.event_id = u.event_id`,
    [places.map((one) => one.event_id), places.map((one) => one.member_id), places.map((one) => one.at.toISOString())],
  );
}

/** The orders, or returns, of these numbers that stand on these parties' timelines. */
export function toldSales(
  tx: Tx,
  kind: "order" | "return",
  party_ids: readonly number[],
  numbers: readonly string[],
): Promise<ToldEvent[]> {
  return tx.query(`${TOLD} where e.party_id = any($1::bigint[]) and e.kind = $2 and e.subject = any($3::text[])`, [
    party_ids,
    kind,
    numbers,
  ]);
}

/** A member's newest record of a kind. */
export function newestTold(tx: Tx, member_id: number, kind: string): Promise<ToldEvent | undefined> {
  return tx.one(
    `${TOLD} where e.party_id in (select party_id from members.party where member_id = $1) and e.kind = $2
     order by e.occurred_at desc, e.event_id desc limit 1`,
    [member_id, kind],
  );
}
