import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";
import { maskText } from "../vault/index.ts";
import { orderProducts, productNames, storeNames } from "./catalogue-names.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { partyIds, sourceNames } from "./member-page.ts";
import { sealedToken } from "./profile-fact.ts";
import { ruleSentence } from "./rules.ts";

/** One thing on a member's timeline: a kind and what its sentence needs; the console words it. */
export interface TimelineItem {
  readonly id: string;
  readonly at: Date;
  readonly kind: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly source: string | null;
  readonly amount_minor: number | null;
  readonly currency: string | null;
  readonly store_name: string | null;
  /** Free text of a review or a service contact, with anything personal in it masked. */
  readonly detail: string | null;
}

export interface TimelinePage {
  readonly items: readonly TimelineItem[];
  readonly next_cursor: string | null;
}

interface EventRow {
  readonly event_id: number;
  readonly occurred_at: Date;
  readonly place: string;
  readonly kind: string;
  readonly source_id: number | null;
  readonly store_code: string | null;
  readonly channel: string | null;
  readonly sku: string | null;
  readonly category: string | null;
  readonly subject: string | null;
  readonly amount_minor: number | null;
  readonly quantity: string | null;
  readonly properties: Readonly<Record<string, unknown>> | null;
}

const PAGE_MAX = 200;
const DETAIL_CHARACTERS_MAX = 300;
const JOIN_KINDS: ReadonlySet<string> = new Set(["join", "join_undone"]);

/** A page of everything that happened, newest first. @param kinds only these; none: all. */
export async function timeline(
  tx: Tx,
  ground: Ground,
  member_id: number,
  query: { cursor?: string; limit?: number; kinds?: readonly string[] },
): Promise<TimelinePage> {
  const limit = Math.min(query.limit ?? 50, PAGE_MAX);
  const kinds = query.kinds === undefined || query.kinds.length === 0 ? null : query.kinds;
  const parties = await partyIds(tx, member_id);
  const [eventPlace, joinPlace] = (decodeCursor(query.cursor, 2) ?? [null, null]) as ([string, number] | null)[];
  const events = await eventRows(tx, parties, kinds, eventPlace ?? null, limit + 1);
  const joins =
    kinds === null || kinds.some((kind) => JOIN_KINDS.has(kind))
      ? await joinRows(tx, parties, kinds, joinPlace ?? null, limit + 1)
      : [];
  const merged = [
    ...events.map((row) => ({ row, at: row.occurred_at.getTime(), join: false })),
    ...joins.map((row) => ({ row, at: row.at.getTime(), join: true })),
  ]
    .sort((a, b) => b.at - a.at || Number(b.join) - Number(a.join))
    .slice(0, limit);
  const shownEvents = merged.filter((one) => !one.join).map((one) => one.row as EventRow);
  const shownJoins = merged.filter((one) => one.join).map((one) => one.row as JoinMoment);
  const items = new Map((await eventItems(tx, ground, shownEvents)).map((item) => [item.id, item]));
  const page = merged.map(({ row, join }) =>
    join ? joinItem(row as JoinMoment) : items.get(`e${(row as EventRow).event_id}`),
  );
  const lastEvent = shownEvents.at(-1);
  const lastJoin = shownJoins.at(-1);
  const more = merged.length < events.length + joins.length;
  return {
    items: page.filter((item) => item !== undefined),
    next_cursor: more
      ? encodeCursor([
          lastEvent === undefined ? (eventPlace ?? null) : [lastEvent.place, lastEvent.event_id],
          lastJoin === undefined ? (joinPlace ?? null) : [lastJoin.place, lastJoin.moment],
        ])
      : null,
  };
}

/** Each party's newest rows come straight off the index; only their merge is sorted. */
async function eventRows(
  tx: Tx,
  parties: readonly number[],
  kinds: readonly string[] | null,
  place: [string, number] | null,
  limit: number,
): Promise<EventRow[]> {
  return tx.query<EventRow>(
    `select e.*, e.occurred_at::text as place from unnest($1::bigint[]) as p (party_id) cross join lateral (
       select event_id, occurred_at, kind, source_id, store_code, channel, sku, category, subject, amount_minor, quantity, properties
       from members.event e
       where e.party_id = p.party_id and ($2::text[] is null or e.kind = any($2))
         and ($3::timestamptz is null or (e.occurred_at, e.event_id) < ($3, $4::bigint))
       order by e.occurred_at desc, e.event_id desc limit $5) e
     order by e.occurred_at desc, e.event_id desc limit $5`,
    [parties, kinds, place?.[0] ?? null, place?.[1] ?? null, limit],
  );
}

/** Events of these parties that came after one, oldest first: what a live page has not seen. */
export async function eventsAfter(
  tx: Tx,
  ground: Ground,
  parties: readonly number[],
  event_id: number,
  limit: number,
): Promise<TimelineItem[]> {
  const rows = await tx.query<EventRow>(
    `select event_id, occurred_at, occurred_at::text as place, kind, source_id, store_code, channel, sku, category, subject, amount_minor, quantity, properties
     from members.event where party_id = any($1::bigint[]) and event_id > $2 order by event_id limit $3`,
    [parties, event_id, limit],
  );
  return eventItems(tx, ground, rows);
}

async function eventItems(tx: Tx, ground: Ground, rows: readonly EventRow[]): Promise<TimelineItem[]> {
  const stores = await storeNames(
    tx,
    rows.map((row) => row.store_code),
  );
  const products = await productNames(
    tx,
    rows.map((row) => row.sku),
  );
  const sources = await sourceNames(
    tx,
    rows.map((row) => row.source_id),
  );
  const order_ids = rows.flatMap((row) =>
    row.kind === "order" && typeof row.properties?.["order_id"] === "number" ? [row.properties["order_id"]] : [],
  );
  const lines = await orderProducts(tx, order_ids);
  const texts = await ground.vault.openMasked(
    tx,
    rows.flatMap((row) => sealedToken(row.properties?.["text"]) ?? []),
    ({ value }) => maskText(value).slice(0, DETAIL_CHARACTERS_MAX),
  );
  return rows.map((row): TimelineItem => {
    const text = texts.get(sealedToken(row.properties?.["text"]) ?? "");
    const currency = row.properties?.["currency"];
    return {
      id: `e${row.event_id}`,
      at: row.occurred_at,
      kind: row.kind,
      params: paramsOf(row, products, lines),
      source: row.source_id === null ? null : (sources.get(row.source_id) ?? null),
      amount_minor: row.amount_minor,
      currency: typeof currency === "string" ? currency : row.amount_minor === null ? null : ground.config.currency,
      store_name: row.store_code === null ? null : (stores.get(row.store_code) ?? row.store_code),
      detail: text ?? null,
    };
  });
}

function paramsOf(
  row: EventRow,
  products: ReadonlyMap<string, string>,
  lines: ReadonlyMap<number, readonly string[]>,
): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row.properties ?? {})) {
    // Sealed texts, free extras and another person's number stay behind.
    if (typeof value === "object" || name === "counterpart_party_id") continue;
    params[name] = value;
  }
  const add = (name: string, value: unknown) => {
    if (value !== null && value !== undefined) params[name] = value;
  };
  add("channel", row.channel);
  add("sku", row.sku);
  add("product_name", row.sku === null ? null : products.get(row.sku));
  add("category", row.category);
  add("quantity", row.quantity === null ? null : Number(row.quantity));
  add("subject", row.subject);
  if (row.kind === "order") {
    add("order_no", row.subject);
    add("products", lines.get(Number(row.properties?.["order_id"])));
  }
  if (row.kind === "return") add("return_no", row.subject);
  return params;
}

interface JoinMoment {
  /** Two moments of one join: 2·id made, 2·id + 1 undone. */
  readonly moment: number;
  readonly at: Date;
  readonly place: string;
  readonly rule: string;
  readonly undone: boolean;
  readonly reason: string | null;
  readonly join_id: number;
}

async function joinRows(
  tx: Tx,
  parties: readonly number[],
  kinds: readonly string[] | null,
  place: [string, number] | null,
  limit: number,
): Promise<JoinMoment[]> {
  return tx.query<JoinMoment>(
    `with own as (
       select * from members.join_log where party_a = any($1::bigint[])
       union select * from members.join_log where party_b = any($1::bigint[]))
     select *, at::text as place from (
       select join_id * 2 as moment, join_id, joined_at as at, rule, false as undone, null as reason from own
       union all
       select join_id * 2 + 1, join_id, undone_at, rule, true, undone_reason from own where undone_at is not null) m
     where ($2::text[] is null or (case when undone then 'join_undone' else 'join' end) = any($2))
       and ($3::timestamptz is null or (at, moment) < ($3, $4::bigint))
     order by at desc, moment desc limit $5`,
    [parties, kinds, place?.[0] ?? null, place?.[1] ?? null, limit],
  );
}

function joinItem(row: JoinMoment): TimelineItem {
  const { zh, en } = ruleSentence(row.rule);
  return {
    id: `j${row.moment}`,
    at: row.at,
    kind: row.undone ? "join_undone" : "join",
    params: {
      join_id: row.join_id,
      rule: row.rule,
      rule_zh: zh,
      rule_en: en,
      ...(row.reason === null ? {} : { reason: row.reason }),
    },
    source: null,
    amount_minor: null,
    currency: null,
    store_name: null,
    detail: null,
  };
}
