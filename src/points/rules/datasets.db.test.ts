import { describe, expect, test } from "vitest";
import { CLASSIC_POINTS } from "../../../definitions/points/classic.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { dataSet, makeMembers, plainSql, tradeRecord } from "../../../tests/support/retail-data.ts";
import type { IdentifiedRecord } from "../../ingest/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { apply } from "../../trade/index.ts";
import { replay } from "./replay.ts";

const long = process.env["HUITOU_LONG"] === "1";
const journey = dataSet("complete-journey/transactions.parquet");
/** The quick run takes the households whose number ends with 1: a tenth. */
const chosen = long ? "true" : "household_id::varchar like '%1'";

interface Line {
  readonly number: string;
  readonly customer: string;
  readonly moment: string;
  readonly lines: string;
}

describe.skipIf(journey === undefined)(
  "The Complete Journey under the classic programme (skipped where ../shared/data/complete-journey is absent)",
  () => {
    const world = withDatabase();
    const cents = `(select basket_id::varchar as number, household_id::varchar as customer, transaction_timestamp as moment, product_id::varchar as sku,
      cast(round(sales_value * 100) as bigint) as minor from '${journey}' where ${chosen})`;

    test("every basket's points equal plain SQL over the raw lines, to the point", async () => {
      world().clock.set("2018-01-15T04:00:00Z");
      const baskets = await plainSql<Line>(
        `select number, any_value(customer) as customer, strftime(min(moment), '%Y-%m-%dT%H:%M:%S+08:00') as moment,
           to_json(list(json_object('sku', sku, 'quantity', '1', 'net_minor', minor) order by sku, minor))::varchar as lines
         from ${cents} group by number order by number`,
      );
      const parties = await makeMembers(world(), [...new Set(baskets.map((row) => row.customer))]);
      const { ground } = world();
      for (let i = 0; i < baskets.length; i += 2_000) {
        const records = baskets.slice(i, i + 2_000).map(({ number, customer, moment, lines }): IdentifiedRecord => {
          const body = { currency: "CNY", lines: JSON.parse(lines) as unknown[] };
          return tradeRecord("order", number, new Date(moment), parties.get(customer) ?? null, body);
        });
        expect(await ground.store.write(SYSTEM_SCOPE, (tx) => apply(tx, ground, records))).toEqual([]);
      }
      const result = await replay(
        ground,
        { draft: CLASSIC_POINTS, against: null, from_day: "2016-01-01", to_day: "2018-01-15" },
        async () => true,
      );
      const [expected] = await plainSql<{ points: string; orders: string; members: string }>(
        `select sum(points)::varchar as points, count(*) filter (where points > 0)::varchar as orders,
           count(distinct customer) filter (where points > 0)::varchar as members
         from (select number, any_value(customer) as customer, greatest(sum(minor), 0) // 100 as points
           from ${cents} group by number)`,
      );
      expect({
        points: result?.draft.points,
        orders: result?.draft.orders,
        members: result?.draft.members,
      }).toEqual({
        points: Number(expected?.points),
        orders: Number(expected?.orders),
        members: Number(expected?.members),
      });
    });
  },
);
