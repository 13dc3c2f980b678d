import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { dumpTrade, emptyTrade, histories, type Message, recordsOf } from "../../tests/support/trade-history.ts";
import { modelOf } from "../../tests/support/trade-model.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { apply, retract } from "./stage.ts";

const world = withDatabase();
const RUNS = process.env["HUITOU_SOAK"] === "1" ? 400 : process.env["HUITOU_LONG"] === "1" ? 120 : 8;

type Batches = readonly (readonly ReturnType<typeof recordsOf>[number][])[];

/** The tables after these batches, from an empty start. */
async function tablesAfter(batches: Batches, takenBack: Batches = []) {
  const { ground } = world();
  await ground.store.write(SYSTEM_SCOPE, emptyTrade);
  for (const batch of batches) await ground.store.write(SYSTEM_SCOPE, (tx) => apply(tx, ground, batch));
  for (const batch of takenBack) await ground.store.write(SYSTEM_SCOPE, (tx) => retract(tx, ground, batch));
  return ground.store.read(SYSTEM_SCOPE, dumpTrade);
}

const all = (history: readonly Message[], pieces: boolean) =>
  history.flatMap((message, i) => recordsOf(message, i, pieces));

/** The records in any order, some of them twice, cut into batches at any place. */
function arrivals(history: readonly Message[]) {
  const indices = history.map((_, i) => i);
  return fc.record({
    order: fc.shuffledSubarray(indices, { minLength: indices.length }),
    again: fc.subarray(indices),
    batch: fc.integer({ min: 1, max: 6 }),
    pieces: fc.boolean(),
  });
}

function batchesOf(
  history: readonly Message[],
  arrival: { order: number[]; again: number[]; batch: number; pieces: boolean },
): Batches {
  const records = [...arrival.order, ...arrival.again].flatMap((i) =>
    recordsOf(history[i] as Message, i, arrival.pieces),
  );
  return Array.from({ length: Math.ceil(records.length / arrival.batch) }, (_, i) =>
    records.slice(i * arrival.batch, (i + 1) * arrival.batch),
  );
}

const withArrival = histories.chain((history) => fc.tuple(fc.constant(history), arrivals(history)));

describe("the state of sales does not depend on how messages arrive", () => {
  test("shuffled, repeated and split messages give the tables that the model works out", async () => {
    await fc.assert(
      fc.asyncProperty(withArrival, async ([history, arrival]) => {
        const tables = await tablesAfter(batchesOf(history, arrival));
        expect(summary(tables)).toEqual(expected(history));
      }),
      { numRuns: RUNS },
    );
  });

  test("every column of every table is the same as when all arrives once, in order", async () => {
    await fc.assert(
      fc.asyncProperty(withArrival, async ([history, arrival]) => {
        const inOrder = await tablesAfter([all(history, arrival.pieces)]);
        expect(await tablesAfter(batchesOf(history, arrival))).toEqual(inOrder);
      }),
      { numRuns: RUNS },
    );
  });

  test("taking records back leaves what the others say", async () => {
    await fc.assert(
      fc.asyncProperty(withArrival, fc.integer({ min: 0, max: 13 }), async ([history, arrival], cut) => {
        const [kept, gone] = [history.slice(0, cut), history.slice(cut)];
        const without = await tablesAfter([all(kept, false)]);
        const taken = gone.map((message, i) => recordsOf(message, cut + i, arrival.pieces));
        const before = [all(kept, false), ...taken];
        expect(inUse(await tablesAfter(before, taken))).toEqual(inUse(without));
      }),
      { numRuns: RUNS },
    );
  });
});

type Tables = Awaited<ReturnType<typeof tablesAfter>>;
type Row = Record<string, unknown>;

/** Without stubs that no live line or header mentions: they are swept when records are taken back, and say nothing. */
function inUse(tables: Tables): Tables {
  const skus = new Set(
    [...(tables["lines"] ?? []), ...(tables["return_lines"] ?? [])].map((row) => (row as Row)["sku"]),
  );
  const stores = new Set((tables["orders"] ?? []).map((row) => (row as Row)["store_code"]));
  const keep = (key: string, used: Set<unknown>) => (row: unknown) =>
    (row as Row)["is_stub"] === false || used.has((row as Row)[key]);
  return {
    ...tables,
    products: (tables["products"] ?? []).filter(keep("sku", skus)),
    stores: (tables["stores"] ?? []).filter(keep("store_code", stores)),
  };
}

const pick = (rows: unknown[] | undefined, ...names: string[]) =>
  (rows ?? []).map((row) => names.map((name) => (row as Row)[name]));

function summary(tables: Tables) {
  return {
    orders: pick(
      tables["orders"],
      "source_id",
      "order_no",
      "party_id",
      "status",
      "store_code",
      "line_net_minor",
      "refund_minor",
    ),
    lines: pick(
      tables["lines"],
      "source_id",
      "order_no",
      "line_key",
      "sku",
      "gross_minor",
      "discount_minor",
      "tender_minor",
      "net_minor",
      "refund_minor",
    ),
    returns: pick(
      tables["returns"],
      "source_id",
      "return_no",
      "order_source_id",
      "order_no",
      "party_id",
      "refund_minor",
    ),
    products: pick(tables["products"], "sku", "name", "line_name"),
  };
}

function expected(history: readonly Message[]) {
  const model = modelOf(history);
  const byText = (a: unknown[], b: unknown[]) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  return {
    orders: model.orders
      .map((o) => {
        const net = [...o.lines.values()].reduce((sum, line) => sum + line.net, 0);
        return [o.source_id, o.order_no, o.party_id, o.status, o.store_code, net, o.refund];
      })
      .sort(byText),
    lines: model.orders
      .flatMap((o) =>
        [...o.lines].map(([key, l]) => [
          o.source_id,
          o.order_no,
          key,
          l.sku,
          l.gross,
          l.discount,
          l.tender,
          l.net,
          l.refund,
        ]),
      )
      .sort(byText),
    returns: model.returns
      .map((r) => [
        r.source_id,
        r.return_no,
        r.order?.source_id ?? null,
        r.order?.order_no ?? null,
        r.party_id,
        r.refund,
      ])
      .sort(byText),
    products: [...model.products].map(([sku, p]) => [sku, p.name, p.line_name]).sort(byText),
  };
}
