import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { accept, type ClearRecord, drainPipeline, ensureSource } from "../ingest/index.ts";
import { SYSTEM_SCOPE, type Scope } from "../store/index.ts";
import { relations } from "./relations.ts";

const world = withDatabase();
let owner: OwnerSession;

const card = (value: string) => [{ kind: "card_no" as const, value }];
const tea = { line_no: "1", sku: "tea", product_name: "Tea", quantity: "2", unit_price: "19.90" };

function order(
  order_no: string,
  occurred_at: string,
  who: string | null,
  change: Record<string, unknown> = {},
): ClearRecord {
  const body = { order_no, store_code: "S1", channel: "store", lines: [tea], ...change };
  return {
    kind: "order",
    key: `${order_no}@${occurred_at}`,
    occurred_at,
    identities: who === null ? [] : card(who),
    body,
  };
}

async function take(records: readonly ClearRecord[], key = "till"): Promise<void> {
  const { ground } = world();
  const source = await ensureSource(ground, { key, name: key, kind: "rest", namespace: "brand" });
  await accept(ground, source, records, { protocol: "rest" });
  await drainPipeline(ground);
}

async function rows(sql: string, scope: Scope = SYSTEM_SCOPE) {
  return world().ground.store.read(scope, (tx) => tx.query(sql));
}

beforeAll(async () => {
  owner = await signInOwner(world());
  await take([
    {
      kind: "store",
      key: "S1",
      occurred_at: "2026-01-01T00:00:00Z",
      identities: [],
      body: { store_code: "S1", name: "人民路店", region_code: "E", region_name: "华东", brand_code: "B" },
    },
    order("A1", "2026-11-20T04:00:00Z", "C1", {
      remark: "楼下的李先生，13912345678",
      payments: [{ method: "wechat", amount_minor: 3980 }],
    }),
    order("A2", "2026-11-20T05:00:00Z", null),
    order("A3", "2026-11-20T06:00:00Z", "C2", { store_code: "S2" }),
    order("A4", "2026-11-19T06:00:00Z", "STAFF"),
    order("A5", "2026-11-20T07:00:00Z", "C1", { status: "cancelled" }),
    {
      kind: "member",
      key: "STAFF",
      occurred_at: "2026-11-01T00:00:00Z",
      identities: card("STAFF"),
      body: { flag: "staff" },
    },
  ]);
});
afterAll(() => owner.app.close());

describe("what others may read", () => {
  test("every relation has the columns and types of its view", async () => {
    const kinds: Record<string, RegExp> = {
      integer: /^(smallint|integer|bigint)$/,
      text: /^text$/,
      date: /^date$/,
      instant: /^timestamp with time zone$/,
      boolean: /^boolean$/,
    };
    for (const relation of relations) {
      const found = await rows(
        `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 'catalogue.${relation.name}'::regclass and attnum > 0 order by attnum`,
      );
      const types = new Map(found.map((row) => [row["name"], String(row["type"])]));
      for (const column of relation.columns) {
        const expected =
          kinds[column.type] ?? new RegExp(`^${column.type.replace("decimal", "numeric").replace(/[()]/g, "\\$&")}$`);
        expect(types.get(column.name), `${relation.name}.${column.name}`).toMatch(expected);
      }
    }
  });

  test("no statement holds what the record says about a person", async () => {
    const stored = JSON.stringify(await rows("select body from trade.statement"));
    expect(stored).not.toMatch(/李先生|13912345678|remark|receiver/);
  });

  test("valid orders are paid, above zero, and not of staff", async () => {
    const found = await rows("select order_no, is_valid from catalogue.orders order by order_no");
    expect(found).toEqual(["A1", "A2", "A3", "A4", "A5"].map((order_no) => ({ order_no, is_valid: order_no < "A4" })));
  });
});

describe("rights by row", () => {
  const scope = (change: Partial<Scope>): Scope => ({ ...SYSTEM_SCOPE, ...change });

  test("a person of one store, region or brand sees its orders and lines only", async () => {
    for (const narrow of [scope({ stores: ["S1"] }), scope({ regions: ["E", "W"] }), scope({ brands: ["B"] })]) {
      const orders = await rows("select order_no from catalogue.orders order by order_no", narrow);
      expect(orders.map((row) => row["order_no"])).toEqual(["A1", "A2", "A4", "A5"]);
      expect(await rows("select distinct store_code from catalogue.order_lines", narrow)).toEqual([
        { store_code: "S1" },
      ]);
    }
    expect(await rows("select 1 from catalogue.orders", scope({ stores: ["S9"] }))).toEqual([]);
  });

  test("without a scope nothing is seen", async () => {
    const { rows: found } = await world().ground.store.pool.query("select 1 from catalogue.orders");
    expect(found).toEqual([]);
  });

  test("a store that moves to another region takes its sales with it", async () => {
    await take([
      {
        kind: "store",
        key: "S2",
        occurred_at: "2026-11-21T00:00:00Z",
        identities: [],
        body: { store_code: "S2", region_code: "W" },
      },
    ]);
    expect(await rows("select order_no from catalogue.orders", scope({ regions: ["W"] }))).toEqual([
      { order_no: "A3" },
    ]);
  });
});

describe("returns", () => {
  test("before their order are kept as unmatched and matched when it comes, on the order's day and member", async () => {
    const back: ClearRecord = {
      kind: "return",
      key: "R9",
      occurred_at: "2026-11-21T02:00:00Z",
      identities: [],
      body: { return_no: "R9", original_order_no: "A9", lines: [{ sku: "tea", quantity: "1", refund_minor: 1990 }] },
    };
    await take([back]);
    expect(await rows("select state, member_id, attributed_day from catalogue.returns")).toEqual([
      { state: "unmatched", member_id: null, attributed_day: "2026-11-21" },
    ]);
    await take([order("A9", "2026-11-18T02:00:00Z", "C1")]);
    expect(await rows("select state, attributed_day, member_id is not null as known from catalogue.returns")).toEqual([
      { state: "matched", attributed_day: "2026-11-18", known: true },
    ]);
    expect(await rows("select net_minor, refund_minor from catalogue.orders where order_no = 'A9'")).toEqual([
      { net_minor: 1990, refund_minor: 1990 },
    ]);
    expect(
      await rows("select net_minor, orders from catalogue.purchase_days where business_day = '2026-11-18'"),
    ).toEqual([{ net_minor: 1990, orders: 1 }]);
  });

  test("of another source find the only order of that number, but are not guessed between two", async () => {
    const back = (key: string): ClearRecord => ({
      kind: "return",
      key,
      occurred_at: "2026-11-21T03:00:00Z",
      identities: [],
      body: { return_no: key, original_order_no: "A3", whole_order: true },
    });
    await take([back("Q1")], "mall");
    expect(
      await rows(
        "select refund_minor, state from catalogue.returns r where r.order_id = (select order_id from catalogue.orders where order_no = 'A3')",
      ),
    ).toEqual([{ refund_minor: 3980, state: "matched" }]);
    await take([order("A3", "2026-11-20T06:30:00Z", null)], "crm");
    expect(await rows("select count(*) as unmatched from catalogue.returns where state = 'unmatched'")).toEqual([
      { unmatched: 1 },
    ]);
    expect(await rows("select sum(refund_minor)::int as refunds from catalogue.orders where order_no = 'A3'")).toEqual([
      { refunds: 0 },
    ]);
  });
});

describe("the timeline", () => {
  test("has one row for an order however often it changes, and it follows the member", async () => {
    const on = () => rows("select kind, subject, amount_minor from catalogue.events where subject = 'A1'");
    expect(await on()).toEqual([{ kind: "order", subject: "A1", amount_minor: 3980 }]);
    await take(
      [
        order("A1", "2026-11-20T04:00:00Z", "C1", {
          updated_at: "2026-11-21T00:00:00Z",
          lines: [{ ...tea, quantity: "1" }],
        }),
      ].map((record) => ({ ...record, key: "A1-v2" })),
    );
    expect(await on()).toEqual([{ kind: "order", subject: "A1", amount_minor: 1990 }]);
    const member =
      "select p.member_id from catalogue.events e join catalogue.parties p using (party_id) where e.subject = 'A1'";
    const [before] = await rows(member);
    await take([{ ...order("A1", "2026-11-21T05:00:00Z", "C7", { lines: undefined }), key: "A1-v3" }]);
    const [after] = await rows(member);
    expect(await on()).toHaveLength(1);
    expect(after).not.toEqual(before);
  });

  test("sales without a member have no row", async () => {
    expect(await rows("select 1 from catalogue.events where subject = 'A2'")).toEqual([]);
  });
});

describe("what is told to later domains", () => {
  test("the days and parties that changed", async () => {
    await world().ground.store.write(SYSTEM_SCOPE, (tx) => tx.query("delete from store.outbox"));
    await take([order("B1", "2026-11-17T20:00:00Z", "C2")]);
    const told = await rows(
      "select type, payload from store.outbox where type in ('catalogue.changed', 'trade.changed') order by event_id",
    );
    for (const relation of ["orders", "order_lines", "events"])
      expect(told).toContainEqual({ type: "catalogue.changed", payload: { relation, days: ["2026-11-18"] } });
    expect(told.find((row) => row["type"] === "trade.changed")).toMatchObject({
      payload: { party_ids: [expect.any(Number)], other_party_ids: [], first_day: "2026-11-18" },
    });
  });

  test("and which of the parties no record of the batch names: whose sale it was before", async () => {
    await take([order("B2", "2026-11-17T20:00:00Z", "C2")]);
    const ofB2 = "select party_id from catalogue.orders where order_no = 'B2'";
    const [before] = await rows(ofB2);
    await world().ground.store.write(SYSTEM_SCOPE, (tx) => tx.query("delete from store.outbox"));
    const later = { updated_at: "2026-11-21T00:00:00Z" };
    await take([{ ...order("B2", "2026-11-17T20:00:00Z", "C3", later), key: "B2-v2" }]);
    const [after] = await rows(ofB2);
    const [told] = await rows("select payload from store.outbox where type = 'trade.changed'");
    expect(told).toMatchObject({
      payload: {
        party_ids: expect.arrayContaining([before?.["party_id"], after?.["party_id"]]),
        other_party_ids: [before?.["party_id"]],
      },
    });
  });
});

describe("a record that cannot be used", () => {
  test("is rejected with its reason, and the others of its batch are taken", async () => {
    await take([
      order("D1", "2026-11-20T04:00:00Z", null, { lines: [{ sku: "tea", quantity: "1" }] }),
      order("D2", "2026-11-20T04:00:00Z", null),
    ]);
    expect(await rows("select order_no from catalogue.orders where order_no like 'D%'")).toEqual([{ order_no: "D2" }]);
    const rejects = await rows("select code, params from ingest.reject where code like 'trade.%'");
    expect(rejects).toEqual([
      { code: "trade.line_unusable", params: expect.objectContaining({ line: 1, field: "net_minor" }) },
    ]);
  });
});

describe("pages", () => {
  test("one order with its lines, payments and returns", async () => {
    const [row] = await rows("select order_id from catalogue.orders where order_no = 'A9'");
    const { status, body } = await owner.get(`/api/orders/${String(row?.["order_id"])}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      order_no: "A9",
      store_name: "人民路店",
      net_minor: 1990,
      lines: [{ sku: "tea", product_name: "Tea", refund_minor: 1990 }],
      returns: [{ return_no: "R9", refund_minor: 1990 }],
    });
    expect(await owner.get("/api/orders/999999")).toMatchObject({
      status: 404,
      body: { code: "trade.order_not_found" },
    });
  });

  test("products and stores by code", async () => {
    expect((await owner.get("/api/products?q=te")).body).toMatchObject({
      items: [{ sku: "tea", name: "Tea", is_stub: true }],
      next_cursor: null,
    });
    expect((await owner.get("/api/stores?limit=1")).body).toMatchObject({
      items: [{ store_code: "S1", name: "人民路店", region_name: "华东" }],
      next_cursor: "S1",
    });
  });

  test("stores of a day with the share of tickets with a member", async () => {
    const { body } = await owner.get("/api/store-days?day=2026-11-20");
    const { items } = body as { items: { store_code: string }[] };
    expect(items.find((item) => item.store_code === "S1")).toMatchObject({
      orders: 4,
      member_orders: 1,
      currency: "CNY",
    });
  });
});
