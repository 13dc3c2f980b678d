import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { addPull, type PullInput, removePull, runPull } from "./pull.ts";

const world = withDatabase();
const name = `shop_${process.pid}`;
let shop: pg.Client;
let address: { host: string; port: number; user: string; password: string };

beforeAll(async () => {
  const { admin_url } = inject("postgres");
  const admin = new pg.Client({ connectionString: admin_url });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = new URL(admin_url);
  url.pathname = `/${name}`;
  shop = new pg.Client({ connectionString: url.toString() });
  await shop.connect();
  address = {
    host: url.hostname,
    port: Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
});

afterAll(async () => {
  await shop.end();
  const admin = new pg.Client({ connectionString: inject("postgres").admin_url });
  await admin.connect();
  await admin.query(`drop database ${name} with (force)`);
  await admin.end();
});

beforeEach(async () => {
  await shop.query("drop table if exists sale");
  await shop.query(`create table sale (id bigint primary key, receipt text, sku text, qty numeric, price numeric, phone text,
    sold_at timestamptz, changed_at timestamptz(6))`);
});

const quiet = { signal: new AbortController().signal, progress: async () => undefined };
let pulls = 0;

function input(): PullInput {
  pulls += 1;
  return {
    ...address,
    name: `till ${pulls}`,
    dialect: "postgresql",
    database: name,
    table: "public.sale",
    cursor_column: "changed_at",
    key_column: "id",
    record_kind: "order",
    mapping: {
      order_no: { column: "receipt" },
      "lines.sku": { column: "sku" },
      "lines.quantity": { column: "qty" },
      "lines.unit_price": { column: "price" },
      "identity.phone": { column: "phone" },
      occurred_at: { column: "sold_at" },
    },
    every_seconds: 60,
  };
}

async function sell(from: number, to: number, changed_at: string): Promise<void> {
  await shop.query(
    `insert into sale select n, 'R' || (n / 3), 'S' || n % 7, 2, 9.90, '1390000' || lpad((n % 50)::text, 4, '0'),
       '2026-11-01 10:00+08', $3 from generate_series($1::bigint, $2::bigint) n`,
    [from, to, changed_at],
  );
}

/** Lines taken so far, over all records of the pull's source. */
async function lines(source_id: number): Promise<string[]> {
  const rows = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ line_no: string }>(
      `select line ->> 'line_no' as line_no from ingest.record join ingest.inbox using (inbox_id),
         jsonb_array_elements(body -> 'lines') line where source_id = $1`,
      [source_id],
    ),
  );
  return rows.map((row) => row.line_no).sort((a, b) => Number(a) - Number(b));
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

test("ties in the cursor are read over several pages, each row once", async () => {
  const { ground } = world();
  await sell(1, 12_000, "2026-11-01 02:00:00.123456+00");
  const pull = await addPull(ground, input());
  const result = await runPull(ground, pull.pull_id, quiet);
  expect(result).toMatchObject({ rows: 12_000, rejected: 0, complete: true });
  expect(await lines(pull.source_id)).toEqual(numbers(1, 12_000));
});

test("a second run brings only what is new, also rows that were committed late", async () => {
  const { ground } = world();
  await sell(1, 30, "2026-11-01 02:10:00+00");
  const pull = await addPull(ground, input());
  await runPull(ground, pull.pull_id, quiet);
  await sell(31, 40, "2026-11-01 02:20:00+00");
  // Its clock was read before the first run, its transaction ended after it.
  await sell(41, 41, "2026-11-01 02:09:30+00");
  await runPull(ground, pull.pull_id, quiet);
  expect(await lines(pull.source_id)).toEqual(numbers(1, 41));
  const again = await runPull(ground, pull.pull_id, quiet);
  expect(again.accepted).toBe(0);
  expect(await lines(pull.source_id)).toEqual(numbers(1, 41));
});

test("a run that breaks off goes on behind the last page it took, and every row comes in once", async () => {
  const { ground } = world();
  await sell(1, 12_000, "2026-11-01 02:00:00+00");
  const pull = await addPull(ground, input());
  const stop = new AbortController();
  const first = await runPull(ground, pull.pull_id, { signal: stop.signal, progress: async () => stop.abort() });
  expect(first).toMatchObject({ rows: 5_000, complete: false });
  await runPull(ground, pull.pull_id, quiet);
  expect(await lines(pull.source_id)).toEqual(numbers(1, 12_000));
});

test("a row that cannot be used is set aside once, with its reason, however often its page is read", async () => {
  const { ground } = world();
  await sell(1, 3, "2026-11-01 02:00:00+00");
  await shop.query("update sale set qty = null where id = 2");
  await shop.query("insert into sale (id, receipt, changed_at) values (99, 'R99', null)");
  const pull = await addPull(ground, input());
  const first = await runPull(ground, pull.pull_id, quiet);
  expect(first).toMatchObject({ rows: 3, rejected: 1, uncursored: 1 });
  await runPull(ground, pull.pull_id, quiet);
  const rejects = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query("select code, place from ingest.reject where source_id = $1", [pull.source_id]),
  );
  expect(rejects).toEqual([{ code: "row.required_empty", place: "key 2" }]);
});

test("the password is sealed, and its key goes with the pull", async () => {
  const { ground } = world();
  const pull = await addPull(ground, { ...input(), password: address.password });
  const [row] = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query("select p::text as all_columns from ingest.pull p where pull_id = $1", [pull.pull_id]),
  );
  expect(JSON.stringify(row)).not.toContain(address.password);
  await removePull(ground, pull.pull_id);
  const key = await ground.vault.namedKey(pull.secret_key);
  expect(() => key.decrypt(pull.password_sealed, "password")).toThrow();
});

test.each([
  [{ table: "public.nowhere" }, "pull.table_missing"],
  [{ table: "sale; drop table sale" }, "pull.bad_name"],
  [{ cursor_column: "changed" }, "pull.column_missing"],
  [{ database: "nowhere" }, "pull.connect_failed"],
  [{ mapping: { order_no: { column: "receipt" }, "lines.sku": { column: "sku" } } }, "import.field_missing"],
])("a wrong setting is told at once: %j", async (change, code) => {
  await expect(addPull(world().ground, { ...input(), ...change })).rejects.toMatchObject({ code });
});
