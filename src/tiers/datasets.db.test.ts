import { describe, expect, test } from "vitest";
import { GROWTH } from "../../definitions/tiers/growth.ts";
import { type TestWorld, withDatabase } from "../../tests/support/database.ts";
import { dataSet, makeMembers, plainSql, tradeRecord } from "../../tests/support/retail-data.ts";
import type { IdentifiedRecord } from "../ingest/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { apply } from "../trade/index.ts";
import { activateLadder } from "./activation.ts";
import { coverageGaps } from "./dirty-store.ts";
import type { LadderDefinition } from "./ladder.ts";
import { addVersion } from "./ladder-store.ts";

const long = process.env["HUITOU_LONG"] === "1";
const retail = dataSet("online-retail/online_retail.csv.gz");
const journey = dataSet("complete-journey/transactions.parquet");

interface Document {
  readonly number: string;
  readonly customer: string | null;
  readonly at: string;
  readonly minor: string;
}
interface Placed {
  readonly customer: string;
  readonly rank: number;
  readonly qualifying: number;
}

/** One line for each document, which gives the same net spend as its lines. */
async function take(
  { ground }: TestWorld,
  currency: string,
  documents: readonly Document[],
  parties: Map<string, number>,
): Promise<void> {
  const records = documents.map(({ number, customer, at, minor }): IdentifiedRecord => {
    const party_id = customer === null ? null : (parties.get(customer) ?? null);
    const isReturn = number.startsWith("C");
    const line = isReturn ? { refund_minor: -Number(minor) } : { net_minor: Number(minor) };
    const body = { currency, lines: [{ sku: "ALL", quantity: "1", ...line }] };
    return tradeRecord(isReturn ? "return" : "order", number, new Date(at), party_id, body);
  });
  for (let i = 0; i < records.length; i += 5_000) {
    const rejects = await ground.store.write(SYSTEM_SCOPE, (tx) => apply(tx, ground, records.slice(i, i + 5_000)));
    expect(rejects).toEqual([]);
  }
}

/** Puts the growth ladder in force with other borders, and reads where it places everyone. */
async function place({ ground }: TestWorld, currency: string, scale: number): Promise<Placed[]> {
  const ladder: LadderDefinition = {
    ...GROWTH,
    currency,
    tiers: GROWTH.tiers.map((tier) => {
      if (tier.from === undefined) return tier;
      const from = "above" in tier.from ? { above: tier.from.above / scale } : { at_least: tier.from.at_least / scale };
      return { ...tier, from };
    }),
  };
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const version = await addVersion(tx, ladder, { origin: "console", person_id: null, now: ground.clock.now() });
    await activateLadder(
      tx,
      ground,
      { ladder: ladder.key, version, definition: ladder },
      { protect: false, person_id: null },
    );
    expect(await coverageGaps(tx)).toMatchObject({ without: 0, strangers: 0 });
    return tx.query<Placed>(
      `select m.city as customer, t.tier_rank as rank, t.qualifying_minor as qualifying
       from catalogue.member_tier t join catalogue.members m using (member_id) order by m.city collate "C"`,
    );
  });
}

/** The same from the raw documents: this year and the last, borders as in requirements (…, ≤ 50,000 platinum, above it diamond). */
const plain = (documents: string, customers: string, year: number, scale: number) => `
  with years as (
    select customer, sum(minor) filter (where year(day) = ${year}) as this, sum(minor) filter (where year(day) = ${year - 1}) as last
    from (${documents}) where customer is not null and day <= make_date(${year}, 12, 31) group by customer
  ), best as (
    select c.customer, coalesce(this, 0)::bigint as this, greatest(coalesce(this, 0), coalesce(last, 0)) * ${scale} as amount
    from (${customers}) c left join years using (customer)
  )
  select customer, case when amount > 5000000 then 3 when amount >= 2000000 then 2 when amount >= 500000 then 1 else 0 end::int as rank,
    this::double as qualifying
  from best order by customer`;

/** The quick run takes the customers whose number ends with 1: a tenth of all, of every tier. */
const chosen = long ? "true" : "customer like '%1'";

describe.skipIf(retail === undefined)(
  "UCI Online Retail (skipped where ../shared/data/online-retail is absent)",
  () => {
    const world = withDatabase();
    const raw = `(select InvoiceNo as number, split_part(CustomerID, '.', 1) as customer, InvoiceDate as moment,
    cast(round(cast(Quantity as bigint) * cast(UnitPrice as decimal(18, 6)) * 100, 0) as bigint) as minor
    from read_csv('${retail}', header = true, all_varchar = true, types = {'InvoiceDate': 'TIMESTAMP'}))`;
    const documents = `select number, nullif(max(customer), '') as customer, min(moment) as moment, sum(minor) as minor from ${raw} where ${chosen} group by number`;

    test("every customer's tier equals plain SQL over the invoices", async () => {
      world().clock.set("2011-12-10T04:00:00Z");
      const list = await plainSql<Document>(
        `select number, customer, strftime(moment, '%Y-%m-%dT%H:%M:%S+08:00') as at, minor::varchar as minor from (${documents}) order by number`,
      );
      const parties = await makeMembers(world(), [...new Set(list.flatMap((row) => row.customer ?? []))]);
      await take(world(), "GBP", list, parties);
      const placed = await place(world(), "GBP", 1);
      const counted = `select customer, moment::date as day, minor from (${documents}) where number like 'C%' or minor > 0`;
      const expected = await plainSql<Placed>(
        plain(counted, `select distinct customer from (${documents}) where customer is not null`, 2011, 1),
      );
      expect(placed).toHaveLength(long ? 4_372 : 430);
      expect(placed).toEqual(expected);
      expect(new Set(placed.map((row) => row.rank))).toEqual(new Set([0, 1, 2, 3]));
    });
  },
);

describe.skipIf(journey === undefined || !long)(
  "The Complete Journey (skipped without HUITOU_LONG=1 or where ../shared/data/complete-journey is absent)",
  () => {
    const world = withDatabase();
    const documents = `select basket_id::varchar as number, any_value(household_id)::varchar as customer, min(transaction_timestamp) as moment,
      sum(cast(round(sales_value * 100) as bigint)) as minor from '${journey}' group by basket_id`;

    test("every household's tier equals plain SQL over the baskets, at borders a twentieth as high", async () => {
      world().clock.set("2017-12-30T04:00:00Z");
      const list = await plainSql<Document>(
        `select number, customer, strftime(moment, '%Y-%m-%dT%H:%M:%S+08:00') as at, minor::varchar as minor from (${documents}) order by number`,
      );
      const parties = await makeMembers(world(), [...new Set(list.flatMap((row) => row.customer ?? []))]);
      await take(world(), "USD", list, parties);
      const placed = await place(world(), "USD", 20);
      const counted = `select customer, moment::date as day, minor from (${documents}) where minor > 0 and moment::date <= date '2017-12-30'`;
      const expected = await plainSql<Placed>(plain(counted, `select distinct customer from (${documents})`, 2017, 20));
      expect(placed).toEqual(expected);
      expect(new Set(placed.map((row) => row.rank)).size).toBeGreaterThan(2);
    });
  },
);
