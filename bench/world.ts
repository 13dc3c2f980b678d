import { rm } from "node:fs/promises";
import pg from "pg";
import { BULK_EVENT_KINDS, bulkSql } from "../examples/tea-house/bulk.ts";
import { dayOf, startOfDay } from "../examples/tea-house/calendar.ts";
import { REGIONS, STORES } from "../examples/tea-house/places.ts";
import { PRODUCTS } from "../examples/tea-house/products.ts";
import { type Composition, compose } from "../src/composition.ts";
import { loadConfig } from "../src/config.ts";
import { loadDomains } from "../src/domains.ts";
import type { Ground } from "../src/ground.ts";
import { ensureSource } from "../src/ingest/index.ts";
import { systemClock } from "../src/platform/clock.ts";
import { makeLog } from "../src/platform/log.ts";
import { closeLake, refreshLake } from "../src/lake/index.ts";
import { BENCH_SOURCES, fillMembers } from "./world-members.ts";
import { withoutIndexes } from "./world-copy.ts";
import { keepWorld, shelf, takeWorld, type WorldKind } from "./world-shelf.ts";

/** A database of its own with the tea house of so many members, made by plain arithmetic (examples/tea-house/bulk.ts). */
export interface BenchWorld {
  readonly composition: Composition;
  readonly ground: Ground;
  readonly members: number;
  /** Orders and order lines that were made. */
  readonly orders: number;
  readonly lines: number;
  readonly seconds: number;
  close(): Promise<void>;
}

export interface BenchWorldOptions {
  readonly members: number;
  readonly seed?: number;
  /** Events of the apps for each member, besides one for each order; 5 by default. */
  readonly events_per_member?: number;
  /** Whether what is committed stays although the machine fails, as for people; false by default, which fills faster. */
  readonly durable?: boolean;
  /** Told what was finished and after how many seconds. */
  readonly say?: (line: string) => void;
}

/**
 * Fills a throwaway PostgreSQL: members with identifiers, facts, search keys and sealed values as the pipeline would
 * leave them, two years of orders with lines, and the timeline. Ingest's own tables (inbox, records) and trade's
 * statements stay empty: nothing reads them after a record is applied. Member `n` is benchMember(n). With BENCH_WORLD_DIR
 * it is kept there with its lake, and made once for all benches (world-shelf.ts).
 */
export async function openBenchWorld(options: BenchWorldOptions): Promise<BenchWorld> {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const say = (what: string) => options.say?.(`${what} after ${seconds().toFixed(1)} s`);
  const kind: WorldKind = {
    members: options.members,
    seed: options.seed ?? 1,
    events_per_member: options.events_per_member ?? 5,
  };
  const taken = await takeWorld(kind);
  const { data_dir } = taken;
  const composition = await composeAt(data_dir, options.durable ?? false);
  if (taken.made === undefined) {
    say("empty database");
    const counts = await fillWorld(composition, kind, say);
    if (shelf() !== undefined) {
      // the copy in the lake takes minutes too
      await refreshLake(composition.ground);
      say("lake");
      await closeLake(composition.ground);
      await composition.close();
      await keepWorld(data_dir, kind, counts);
      return openBenchWorld(options);
    }
    return world(counts);
  }
  say("kept world");
  return world(taken.made);

  function world(counts: { readonly orders: number; readonly lines: number }): BenchWorld {
    return {
      composition,
      ground: composition.ground,
      members: options.members,
      orders: counts.orders,
      lines: counts.lines,
      seconds: seconds(),
      close: async () => {
        await closeLake(composition.ground);
        await composition.close();
        if (!taken.keeps) await rm(data_dir, { recursive: true, force: true });
      },
    };
  }
}

async function composeAt(data_dir: string, durable: boolean): Promise<Composition> {
  return compose({
    config: { ...loadConfig({ ...process.env, HUITOU_DATA: data_dir, DATABASE_URL: "" }), data_dir },
    clock: systemClock,
    log: makeLog("error"),
    domains: await loadDomains(process.env["BENCH_DOMAINS"]?.split(",")),
    throwaway: !durable,
  });
}

async function fillWorld(
  { ground, databases }: Composition,
  kind: WorldKind,
  say: (what: string) => void,
): Promise<{ orders: number; lines: number }> {
  for (const key of BENCH_SOURCES) await ensureSource(ground, { key, name: key, kind: "rest" });
  const bulk = { members: kind.members, seed: kind.seed, until_day: dayOf(ground.clock.now().getTime()) };
  await fillMembers(ground, { admin: databases.admin_url, keys: databases.keys_url }, bulk);
  say("members");
  const client = new pg.Client({ connectionString: databases.admin_url });
  await client.connect();
  await client.query("set work_mem = '512MB'; set synchronous_commit = off");
  await fillMasters(client);
  const sql = bulkSql({ ...bulk, dialect: "postgresql", events_per_member: kind.events_per_member });
  const counts = await fillTrade(client, sql, say);
  await fillTimeline(client, sql, kind.members);
  say("timeline");
  await client.query(TOTALS);
  await client.query("vacuum (analyze)");
  await client.query("checkpoint");
  say("statistics");
  await client.end();
  return counts;
}

async function fillMasters(client: pg.Client): Promise<void> {
  const columns = <Row>(rows: readonly Row[], ...read: readonly ((row: Row) => unknown)[]) =>
    read.map((one) => rows.map(one));
  await client.query(
    "insert into trade.region (region_code, name) select * from unnest($1::text[], $2::text[])",
    columns(
      Object.entries(REGIONS),
      ([code]) => code,
      ([, name]) => name,
    ),
  );
  await client.query(
    `insert into trade.store (store_code, name, region_code, city, ownership, opened_on, brand_code, is_stub)
     select *, 'SHANYE', false from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[])`,
    columns(
      STORES,
      (s) => s.code,
      (s) => s.name,
      (s) => s.region,
      (s) => s.city,
      (s) => s.ownership,
      (s) => s.opened_on,
    ),
  );
  await client.query(
    `insert into trade.product (sku, name, category_1, category_2, series, list_price_minor, brand, launched_on, is_stub)
     select *, '山野茶', date '2018-03-01', false from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])`,
    columns(
      PRODUCTS,
      (p) => p.sku,
      (p) => p.name,
      (p) => p.category,
      (p) => p.kind,
      (p) => p.series,
      (p) => p.price_fen,
    ),
  );
}

const literal = (values: readonly string[]): string => `(array[${values.map((value) => `'${value}'`).join(", ")}])`;
const SKUS = literal(PRODUCTS.map((product) => product.sku));
const STORE_CODES = literal(STORES.map((store) => store.code));
const STORE_REGIONS = literal(STORES.map((store) => store.region));
const CHANNELS = literal(["store", "mini_program", "mall"]);
/** Instant of a business day and its second. */
const INSTANT = `to_timestamp(day::bigint * 86400 + second + ${startOfDay(0) / 1000})`;
/** Order ids count from one; the bulk's from nought. */
const ORDER_ID = "order_id + 1";

async function fillTrade(
  client: pg.Client,
  sql: { readonly orders: string; readonly lines: string },
  say: (what: string) => void,
): Promise<{ orders: number; lines: number }> {
  let lines = 0;
  let orders = 0;
  await withoutIndexes(client, ["trade.order_line", "trade.sales_order"], async () => {
    const filled = await client.query(
      `insert into trade.order_line (order_id, line_key, sku, quantity, unit_price, gross_minor, discount_minor, coupon_minor,
         tender_minor, net_minor)
       select ${ORDER_ID}, line_no::text, ${SKUS}[product + 1], quantity, gross_fen / quantity / 100.0, gross_fen, discount_fen, 0, 0, net_fen
       from (${sql.lines}) l`,
    );
    lines = filled.rowCount ?? 0;
    say(`${lines} order lines`);
    const sold = await client.query(
      `insert into trade.sales_order (order_id, order_no, source_id, party_id, placed_at, business_day, hour, status, store_code,
         region_code, brand_code, channel, currency, gross_minor, discount_minor, coupon_minor, freight_minor, order_discount_minor,
         points_paid_minor, gift_card_minor, line_net_minor, items, line_count, payments)
       overriding system value
       select ${ORDER_ID}, 'B' || order_id, 4, member + 1, ${INSTANT}, date '1970-01-01' + day::int, second / 3600, 'paid',
         case when channel = 0 then ${STORE_CODES}[store + 1] end, case when channel = 0 then ${STORE_REGIONS}[store + 1] end, 'SHANYE',
         ${CHANNELS}[channel + 1], 'CNY', l.gross, l.discount, 0, 0, 0, 0, 0, l.net, l.items, l.lines, '[]'
       from (${sql.orders}) o join (
         select order_id - 1 as id, sum(gross_minor) as gross, sum(discount_minor) as discount, sum(net_minor) as net,
           sum(quantity) as items, count(*) as lines
         from trade.order_line group by order_id) l on l.id = o.order_id`,
    );
    orders = sold.rowCount ?? 0;
  });
  await client.query(
    "select setval(pg_get_serial_sequence('trade.sales_order', 'order_id'), (select max(order_id) from trade.sales_order))",
  );
  say(`${orders} orders`);
  return { orders, lines };
}

async function fillTimeline(client: pg.Client, sql: { readonly events: string }, members: number): Promise<void> {
  const kinds = literal(BULK_EVENT_KINDS);
  await withoutIndexes(client, ["members.event"], async () => {
    await client.query(
      `insert into members.event (party_id, occurred_at, kind, record_id, source_id, received_at, store_code, channel, subject,
         amount_minor, quantity, properties)
       select party_id, placed_at, 'order', ('00000000-0000-4001-8000-' || lpad(to_hex(order_id), 12, '0'))::uuid, source_id, placed_at,
         store_code, channel, order_no, line_net_minor, items, jsonb_build_object('order_id', order_id, 'currency', 'CNY', 'items', items)
       from trade.sales_order`,
    );
    // Who has a mini program does there what is done in it; the others are heard of by their card.
    await client.query(
      `insert into members.event (party_id, occurred_at, kind, record_id, source_id, received_at, channel, sku, category)
       select coalesce(m.party_id, member + 1), ${INSTANT}, ${kinds}[kind + 1],
         ('00000000-0000-4002-8000-' || lpad(to_hex(event_id), 12, '0'))::uuid, case when m.party_id is null then 1 else 2 end, ${INSTANT},
         'mini_program', ${SKUS}[product + 1], p.category_1
       from (${sql.events}) e join trade.product p on p.sku = ${SKUS}[product + 1]
       left join members.party m on m.party_id = ${members} + e.member + 1`,
    );
  });
}

/** What the list of members shows of their orders. */
const TOTALS = `
  update members.profile f set orders = t.orders, net_minor = t.net, last_order_at = t.last
  from (
    select party_id, count(*) as orders, sum(line_net_minor) as net, max(placed_at) as last from trade.sales_order group by party_id
  ) t where t.party_id = f.member_id`;
