import { PRODUCTS } from "./products.ts";
import { STORES } from "./places.ts";

/**
 * The tea house by plain arithmetic, for benchmarks of millions: no names, no stories, only the shape (few buy much, a
 * third has left, three lines a ticket). Each relation is a SELECT made of integer arithmetic over generate_series, so
 * that the database makes its own rows: nothing is sent, and PostgreSQL and DuckDB make the same ones, digit for digit.
 * A million members have 6.4 M orders and 19 M order lines.
 */
export interface BulkOptions {
  readonly members: number;
  readonly seed: number;
  readonly dialect: "postgresql" | "duckdb";
  /** Day number (since 1970) after the last day. */
  readonly until_day: number;
  readonly events_per_member?: number;
}

export interface BulkSql {
  /** member, joined_day, city, store, gender (0 female), birth_year, birth_month, birth_day, has_mini, has_mall, orders */
  readonly members: string;
  /** order_id, member, day, second (of the day), channel (0 store, 1 mini program, 2 mall), store, lines */
  readonly orders: string;
  /** order_id, member, line_no, product, quantity, gross_fen, discount_fen, net_fen */
  readonly lines: string;
  /** event_id, member, day, second, kind (0 … 9: BULK_EVENT_KINDS), product */
  readonly events: string;
}

export const BULK_EVENT_KINDS = [
  "login",
  "login",
  "login",
  "browse",
  "browse",
  "browse",
  "search",
  "cart",
  "content_read",
  "message",
] as const;

const HISTORY_DAYS = 730;
/** Order ids of one member start at its number times this. */
const ORDERS_PER_MEMBER_MAX = 128;
const EVENTS_PER_MEMBER_MAX = 256;
const LINES_PER_ORDER_MAX = 8;
/** 2^31 − 1: products of two remainders fit a signed 64-bit integer. */
const PRIME = 2_147_483_647;

/** How many orders a member has, by thousandths of the members: few buy much. */
const ORDER_STEPS: readonly (readonly [below: number, orders: number])[] = [
  [100, 0],
  [350, 1],
  [550, 2],
  [700, 4],
  [820, 8],
  [920, 14],
  [980, 26],
  [997, 50],
  [1000, 120],
];

/** Price of a product in fen, by its number, as the SELECTs compute it. */
export function bulkPrice(product: number): number {
  return 2_800 + ((product * product * 97) % 300) * 100;
}

export function bulkSql(options: BulkOptions): BulkSql {
  const { members, seed, dialect, until_day } = options;
  if (!Number.isSafeInteger(members) || members < 1) throw new RangeError(`members is ${members}`);
  /** A pseudo-random integer in [0, below) that belongs to `id` and `salt`: a quadratic step between two linear ones. */
  const draw = (id: string, salt: number, below: number): string => {
    const x = `((${id} * 48271 + ${(salt * 69_621 + (seed % PRIME)) % PRIME}) % ${PRIME})`;
    return `((((${x} * ${x}) % ${PRIME}) * 16807 + ${salt}) % ${PRIME} % ${below})`;
  };
  /** Whole division: DuckDB writes it with two strokes. */
  const over = (value: string, by: number): string => `(${value} ${dialect === "postgresql" ? "/" : "//"} ${by})`;
  const series = (count: string, name: string): string =>
    dialect === "postgresql"
      ? `cross join lateral generate_series(0::bigint, ${count} - 1) ${name}(n)`
      : `cross join lateral (select unnest(range(${count}))) ${name}(n)`;
  const people = `generate_series(0::bigint, ${members - 1}::bigint) p(m)`;
  const steps = ORDER_STEPS.map(([below, orders]) => `when ${draw("m", 1, 1000)} < ${below} then ${orders}`).join(" ");
  const away = `(case when ${draw("m", 2, 3)} = 0 then ${draw("m", 3, 500)} else 0 end)`;
  const member = `select m, (case ${steps} end)::bigint as k, ${away} as away from ${people}`;
  const day = (id: string, salt: number) =>
    `${until_day - 1} - away - ${draw(id, salt, 1_000_000)} % (${HISTORY_DAYS} - away)`;

  const orderRows = `select m * ${ORDERS_PER_MEMBER_MAX} + s.n as o, m, away from (${member}) q ${series("k", "s")}`;
  const lineCount = `(1 + ${draw("o", 5, 5)})`;
  const lineRows = `select o, m, l.n as n, o * ${LINES_PER_ORDER_MAX} + l.n as x from (${orderRows}) w ${series(lineCount, "l")}`;
  const product = draw("x", 6, PRODUCTS.length);
  const priced = `select o, m, n, ${product} as product, 1 + ${over(draw("x", 7, 10), 8)} as quantity, ${draw("x", 8, 5)} = 0 as cheap
    from (${lineRows}) y`;
  const gross = `select *, quantity * (2800 + ((product * product * 97) % 300) * 100) as gross from (${priced}) z`;
  const each = String(options.events_per_member ?? 5);
  const eventRows = `select m * ${EVENTS_PER_MEMBER_MAX} + s.n as e, m, away from (${member}) q ${series(each, "s")}`;
  const kind = draw("e", 22, BULK_EVENT_KINDS.length);
  return {
    members: `select m as member, ${until_day - HISTORY_DAYS} - ${draw("m", 10, 1400)} as joined_day, ${draw("m", 11, 20)} as city,
      ${draw("m", 12, STORES.length)} as store, ${over(draw("m", 13, 5), 3)} as gender, 1955 + ${draw("m", 14, 53)} as birth_year,
      1 + ${draw("m", 15, 12)} as birth_month, 1 + ${draw("m", 16, 28)} as birth_day, ${draw("m", 17, 100)} < 35 as has_mini,
      ${draw("m", 18, 100)} < 30 as has_mall, k as orders from (${member}) q`,
    orders: `select o as order_id, m as member, ${day("o", 4)} as day, 32400 + ${draw("o", 9, 45_000)} as second,
      ${over(draw("o", 19, 5), 2)} as channel, ${draw("m", 12, STORES.length)} as store, ${lineCount} as lines from (${orderRows}) w`,
    lines: `select o as order_id, m as member, n + 1 as line_no, product, quantity, gross as gross_fen,
      (case when cheap then ${over("gross", 10)} else 0 end) as discount_fen, gross - (case when cheap then ${over("gross", 10)} else 0 end) as net_fen
      from (${gross}) g`,
    events: `select e as event_id, m as member, ${day("e", 20)} as day, 28800 + ${draw("e", 21, 50_000)} as second,
      ${kind} as kind, ${draw("e", 23, PRODUCTS.length)} as product from (${eventRows}) w`,
  };
}
