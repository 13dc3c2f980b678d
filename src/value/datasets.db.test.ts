import { describe, expect, test } from "vitest";
import { type TestWorld, withDatabase } from "../../tests/support/database.ts";
import { dataSet, makeMembers, plainSql, tradeRecord } from "../../tests/support/retail-data.ts";
import type { IdentifiedRecord } from "../ingest/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { apply } from "../trade/index.ts";
import { computeClv } from "./clv-compute.ts";
import { computeRfm } from "./compute.ts";
import { cellRows } from "./rfm-page.ts";
import { currentRun } from "./run-store.ts";

const long = process.env["HUITOU_LONG"] === "1";
const retail = dataSet("online-retail/online_retail.csv.gz");
const journey = dataSet("complete-journey/transactions.parquet");

async function takeAll({ ground }: TestWorld, records: readonly IdentifiedRecord[]): Promise<void> {
  for (let i = 0; i < records.length; i += 5_000) {
    const rejects = await ground.store.write(SYSTEM_SCOPE, (tx) => apply(tx, ground, records.slice(i, i + 5_000)));
    expect(rejects).toEqual([]);
  }
}

const one = async <Row>({ ground }: TestWorld, sql: string) =>
  ground.store.read(SYSTEM_SCOPE, (tx) => tx.one<Row>(sql));

/**
 * The house formula over plain purchase days (customer, day, net) of a year or so: R is the repurchase rate and G is 0.
 * Whole numbers only, rounded half away from zero.
 */
const plainClv = (days: string, day: string) => `with days as (${days}),
  m as (select customer, count(*) filter (where net > 0 and day > date '${day}' - 365) as f,
      sum(net) filter (where day > date '${day}' - 365)::hugeint as m,
      least(365, greatest(90, (date '${day}' - min(day) filter (where net > 0))::int + 1))::hugeint as d
    from days where day <= date '${day}' group by customer),
  r as (select count(*) filter (where f >= 2)::hugeint as again, count(*) filter (where f > 0)::hugeint as buyers from m),
  n as (select *, least(5, greatest(1, buyers // (buyers - again))) as years from r)
  select customer, (sign(m) * ((2 * abs(m) * 365 * again * years + d * buyers) // (2 * d * buyers)))::varchar as clv_minor, years::int as years
  from m, n where f > 0 order by customer`;

const storedClv = ({ ground }: TestWorld) =>
  ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query(
      `select m.city as customer, c.clv_minor::text as clv_minor, c.years from catalogue.clv c join catalogue.members m using (member_id) order by m.city collate "C"`,
    ),
  );

describe.skipIf(retail === undefined)(
  "UCI Online Retail (skipped where ../shared/data/online-retail is absent)",
  () => {
    const world = withDatabase();

    interface RetailLine {
      readonly invoice: string;
      readonly sku: string;
      readonly description: string | null;
      readonly quantity: string;
      readonly at: string;
      readonly minor: string;
      /** Null where a line stands for a whole document. */
      readonly price: string | null;
      readonly customer: string | null;
    }

    const raw = `(select InvoiceNo as invoice, StockCode as sku, nullif(trim(Description), '') as description, Quantity as quantity, InvoiceDate as moment, UnitPrice as price,
      cast(round(cast(Quantity as bigint) * cast(UnitPrice as decimal(18, 6)) * 100, 0) as bigint) as minor, split_part(CustomerID, '.', 1) as customer
    from read_csv('${retail}', header = true, all_varchar = true, types = {'InvoiceDate': 'TIMESTAMP'}))`;
    const stamp = (moment: string) => `strftime(${moment}, '%Y-%m-%dT%H:%M:%S+08:00') as "at"`;
    /** The long tests take every line; the others one line for each document, which gives the same purchase days. */
    const chosen = long
      ? `select invoice, sku, description, quantity, ${stamp("moment")}, minor::varchar as minor, price, customer from ${raw}`
      : `select invoice, 'ALL' as sku, null as description, if(invoice like 'C%', '-1', '1') as quantity, ${stamp("min(moment)")}, sum(minor)::varchar as minor, null as price,
         max(customer) as customer from ${raw} group by invoice`;

    async function records(): Promise<IdentifiedRecord[]> {
      const lines = await plainSql<RetailLine>(chosen);
      expect(lines).toHaveLength(long ? 541_909 : 25_900);
      const parties = await makeMembers(world(), [...new Set(lines.flatMap((line) => line.customer ?? []))]);
      expect(parties.size).toBe(4_372);
      return [...Map.groupBy(lines, (line) => line.invoice)].map(([number, own]) => {
        const at = new Date(own[0]?.at ?? "");
        const party_id = parties.get(own.find((line) => line.customer !== null)?.customer ?? "") ?? null;
        const kind = number.startsWith("C") ? "return" : "order";
        return tradeRecord(kind, number, at, party_id, {
          currency: "GBP",
          lines: own.map((line) => (kind === "order" ? orderLine(line) : returnLine(line))),
        });
      });
    }

    const orderLine = ({ sku, description, quantity, price, minor }: RetailLine) => ({
      sku,
      product_name: description,
      quantity,
      ...(price === null ? { net_minor: Number(minor) } : { unit_price: price }),
    });
    const returnLine = ({ sku, quantity, minor }: RetailLine) => ({
      sku,
      quantity: quantity.replace("-", ""),
      refund_minor: -Number(minor),
    });

    test("sales are exact to the penny, RFM at D = 2011-12-09 is that of measures.md to the printed digits, and CLV equals plain SQL for every member", async () => {
      await takeAll(world(), await records());
      const counts = await one(
        world(),
        "select (select count(*) from catalogue.order_lines) as sales, (select count(*) from catalogue.returns) as returns",
      );
      expect(counts).toEqual(long ? { sales: 532_621, returns: 9_288 } : { sales: 22_064, returns: 3_836 });
      const [total] = await plainSql<{ minor: string }>(`select sum(minor)::varchar as minor from ${raw}`);
      const stored = await one(
        world(),
        "select ((select sum(net_minor) from catalogue.order_lines) - (select sum(refund_minor) from catalogue.returns))::text as minor",
      );
      expect(stored).toEqual(total);

      await computeRfm(world().ground, { thresholds: "first" });
      const [run, cells] = await world().ground.store.read(
        SYSTEM_SCOPE,
        async (tx) => [await currentRun(tx), await cellRows(tx)] as const,
      );
      expect(run).toMatchObject({
        business_day: "2011-12-09",
        data_ended: true,
        currency: "GBP",
        population: 4_260,
        m_hi_minor: 254_646,
        f_hi: 8,
        r1_days: 30,
        r2_days: 90,
      });
      const percent = Object.fromEntries(cells.map((cell) => [cell.cell, (cell.share * 100).toFixed(1)]));
      expect(percent).toEqual({
        A1: "7.4",
        A2: "0.7",
        A3: "0.1",
        B1: "3.6",
        B2: "2.3",
        B3: "0.9",
        C1: "28.1",
        C2: "25.6",
        C3: "31.3",
      });

      await computeClv(world().ground, { borders: "first" });
      const sums = `select max(customer) as customer, min(moment)::date as day, sum(minor) as minor, invoice from ${raw} group by invoice`;
      const plain = await plainSql(
        plainClv(
          `select customer, day, sum(minor) as net from (${sums}) where customer is not null and (invoice like 'C%' or minor > 0) group by all`,
          "2011-12-09",
        ),
      );
      expect(plain).toHaveLength(4_260);
      expect(await storedClv(world())).toEqual(plain);
    });
  },
);

describe.skipIf(journey === undefined || !long)(
  "The Complete Journey (skipped without HUITOU_LONG=1 or where ../shared/data/complete-journey is absent)",
  () => {
    const world = withDatabase();

    interface Basket {
      readonly basket: string;
      readonly household: string;
      readonly store: string;
      readonly at: string;
      readonly lines: string;
    }

    const cents = "cast(round(sales_value * 100) as bigint)";

    test("sales are exact to the cent, and RFM and CLV of every household equal plain SQL", async () => {
      const households = await plainSql<{ id: string }>(
        `select distinct household_id::varchar as id from '${journey}'`,
      );
      const parties = await makeMembers(
        world(),
        households.map((h) => h.id),
      );
      expect(parties.size).toBe(2_446);
      const months = await plainSql<{ month: string }>(
        `select distinct strftime(transaction_timestamp, '%Y-%m') as month from '${journey}' order by 1`,
      );
      for (const { month } of months) {
        const baskets =
          await plainSql<Basket>(`select basket_id::varchar as basket, any_value(household_id)::varchar as household, any_value(store_id)::varchar as store,
          strftime(min(transaction_timestamp), '%Y-%m-%dT%H:%M:%S+08:00') as at,
          to_json(list({'sku': product_id::varchar, 'quantity': quantity::varchar, 'net_minor': ${cents}}))::varchar as lines
        from '${journey}' group by basket_id having strftime(min(transaction_timestamp), '%Y-%m') = '${month}'`);
        await takeAll(
          world(),
          baskets.map((b) =>
            tradeRecord("order", b.basket, new Date(b.at), parties.get(b.household) ?? null, {
              currency: "USD",
              store_code: b.store,
              lines: JSON.parse(b.lines) as unknown[],
            }),
          ),
        );
      }
      const [total] = await plainSql<{ lines: string; minor: string }>(
        `select count(*)::varchar as lines, sum(${cents})::varchar as minor from '${journey}'`,
      );
      expect(total?.lines).toBe("1095181");
      expect(
        await one(world(), "select count(*)::text as lines, sum(net_minor)::text as minor from catalogue.order_lines"),
      ).toEqual(total);

      await computeRfm(world().ground, { thresholds: "first" });
      const day =
        (await one<{ business_day: string }>(world(), "select business_day from value.rfm_run"))?.business_day ?? "";
      const plain = await plainSql(`with days as (
        select household_id::varchar as household, day, sum(net) as net from (
          select household_id, basket_id, min(transaction_timestamp)::date as day, sum(${cents}) as net from '${journey}' group by all having sum(${cents}) > 0)
        group by all)
      select household, (date '${day}' - max(day))::int as r_days, count(*)::int as f, sum(net)::int as m_minor
      from days where day > date '${day}' - 365 and day <= date '${day}' and net > 0 group by household order by household`);
      const stored = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
        tx.query(
          `select m.city as household, r.r_days, r.f, r.m_minor from catalogue.rfm r join catalogue.members m using (member_id) order by m.city collate "C"`,
        ),
      );
      expect(stored).toHaveLength(plain.length);
      expect(stored).toEqual(plain);

      await computeClv(world().ground, { borders: "first" });
      const values = await plainSql(
        plainClv(
          `select customer, day, sum(net) as net from (
            select household_id::varchar as customer, basket_id, min(transaction_timestamp)::date as day, sum(${cents}) as net from '${journey}' group by all having sum(${cents}) > 0)
          group by all`,
          day,
        ),
      );
      expect(values).toHaveLength(plain.length);
      expect(await storedClv(world())).toEqual(values);
    });
  },
);
