import type { Tx } from "../store/index.ts";
import { insertRows, overwrite, type Shape } from "./record-set.ts";

const PRODUCT: Shape = {
  sku: "text",
  name: "text",
  category_1: "text",
  category_2: "text",
  category_3: "text",
  brand: "text",
  series: "text",
  list_price_minor: "bigint",
  cost_minor: "bigint",
  launched_on: "date",
  is_stub: "boolean",
};
const STORE: Shape = {
  store_code: "text",
  name: "text",
  region_code: "text",
  brand_code: "text",
  city: "text",
  ownership: "text",
  opened_on: "date",
  is_stub: "boolean",
};
const STAFF: Shape = { staff_code: "text", name_token: "text", store_code: "text", role: "text", left_on: "date" };
const STUB: Shape = { sku: "text", line_name: "text", line_name_at: "timestamptz", line_name_record_id: "uuid" };

export interface ProductStub {
  readonly sku: string;
  readonly line_name: string | null;
  readonly line_name_at: Date | null;
  readonly line_name_record_id: string | null;
}

export interface StorePlace {
  readonly store_code: string;
  readonly region_code: string | null;
  readonly brand_code: string | null;
}

export async function writeProducts(tx: Tx, rows: readonly object[]): Promise<void> {
  await insertRows(tx, "trade.product", PRODUCT, rows, overwrite("trade.product", ["sku"], PRODUCT));
}

/** Products known from lines only; the name of the earliest line stays, whatever the order of arrival. */
export async function writeProductStubs(tx: Tx, stubs: readonly ProductStub[]): Promise<void> {
  if (stubs.length === 0) return;
  await tx.query(
    `insert into trade.product (sku, is_stub, line_name, line_name_at, line_name_record_id)
     select sku, true, line_name, line_name_at, line_name_record_id
     from jsonb_to_recordset($1::jsonb) as r (${Object.entries(STUB)
       .map(([name, type]) => `${name} ${type}`)
       .join(", ")})
     on conflict (sku) do update
       set line_name = excluded.line_name, line_name_at = excluded.line_name_at, line_name_record_id = excluded.line_name_record_id
       where excluded.line_name is not null and (product.line_name is null
         or (excluded.line_name_at, excluded.line_name collate "C", excluded.line_name_record_id)
           < (product.line_name_at, product.line_name collate "C", product.line_name_record_id))`,
    [JSON.stringify(stubs)],
  );
}

/** @returns the stores whose region or brand is new or moved: their sales carry both as scope. */
export async function writeStores(tx: Tx, rows: readonly object[]): Promise<StorePlace[]> {
  return insertRows<StorePlace>(
    tx,
    "trade.store",
    STORE,
    rows,
    `${overwrite("trade.store", ["store_code"], STORE)} returning store_code, region_code, brand_code`,
  );
}

export async function writeStoreStubs(tx: Tx, codes: readonly string[]): Promise<void> {
  if (codes.length === 0) return;
  await tx.query(
    "insert into trade.store (store_code, is_stub) select code, true from unnest($1::text[]) as code on conflict do nothing",
    [codes],
  );
}

/** Sets the scope columns of all sales of moved stores. */
export async function moveStoreSales(tx: Tx, stores: readonly StorePlace[]): Promise<void> {
  if (stores.length === 0) return;
  for (const table of ["trade.sales_order", "trade.sales_return"]) {
    await tx.query(
      `update ${table} t set region_code = r.region_code, brand_code = r.brand_code
       from jsonb_to_recordset($1::jsonb) as r (store_code text, region_code text, brand_code text)
       where t.store_code = r.store_code and (t.region_code, t.brand_code) is distinct from (r.region_code, r.brand_code)`,
      [JSON.stringify(stores)],
    );
  }
}

/** A region is called what the newest statement of any of its stores calls it. */
export async function writeRegions(tx: Tx): Promise<void> {
  await tx.query(
    `insert into trade.region (region_code, name)
     select distinct on (body->>'region_code') body->>'region_code', body->>'region_name'
     from trade.statement where kind = 'store' and body ? 'region_code'
     order by body->>'region_code', body ? 'region_name' desc, version_at desc, record_id desc
     on conflict (region_code) do update set name = excluded.name where region.name is distinct from excluded.name`,
  );
  await tx.query(
    "delete from trade.region r where not exists (select from trade.statement s where s.kind = 'store' and s.body->>'region_code' = r.region_code)",
  );
}

export async function writeStaff(tx: Tx, rows: readonly object[]): Promise<void> {
  await insertRows(tx, "trade.staff", STAFF, rows, overwrite("trade.staff", ["staff_code"], STAFF));
}

export async function storePlaces(tx: Tx, codes: readonly string[]): Promise<Map<string, StorePlace>> {
  if (codes.length === 0) return new Map();
  const rows = await tx.query<StorePlace>(
    "select store_code, region_code, brand_code from trade.store where store_code = any($1)",
    [codes],
  );
  return new Map(rows.map((row) => [row.store_code, row]));
}

/** Masters of which no statement is left become stubs again; stubs that no sale mentions go. */
export async function forgetMasters(
  tx: Tx,
  kind: "product" | "store" | "staff",
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  if (kind === "staff") await tx.query("delete from trade.staff where staff_code = any($1)", [keys]);
  if (kind === "product") {
    await tx.query(
      `update trade.product set name = null, category_1 = null, category_2 = null, category_3 = null, brand = null, series = null,
         list_price_minor = null, cost_minor = null, launched_on = null, is_stub = true where sku = any($1)`,
      [keys],
    );
  }
  if (kind === "store") {
    await tx.query(
      `update trade.store set name = null, region_code = null, brand_code = null, city = null, ownership = null,
         opened_on = null, is_stub = true where store_code = any($1)`,
      [keys],
    );
    await moveStoreSales(
      tx,
      keys.map((store_code) => ({ store_code, region_code: null, brand_code: null })),
    );
  }
}

/** Removes stubs that no sale mentions any more and renames those whose name came from records taken back. */
export async function sweepStubs(
  tx: Tx,
  skus: readonly string[],
  store_codes: readonly string[],
  record_ids: readonly string[],
): Promise<void> {
  await tx.query(
    `delete from trade.product p where p.sku = any($1) and p.is_stub
       and not exists (select from trade.order_line l where l.sku = p.sku)
       and not exists (select from trade.return_line l where l.sku = p.sku)`,
    [skus],
  );
  await tx.query(
    `delete from trade.store s where s.store_code = any($1) and s.is_stub
       and not exists (select from trade.sales_order o where o.store_code = s.store_code)
       and not exists (select from trade.sales_return r where r.store_code = s.store_code)`,
    [store_codes],
  );
  await tx.query(
    `with orphan as (select sku from trade.product where sku = any($1) and line_name_record_id = any($2::uuid[])),
     first as (
       select distinct on (o.sku) o.sku, btrim(l->>'product_name') as line_name, s.version_at, s.record_id
       from orphan o
       left join (trade.statement s cross join lateral jsonb_array_elements(s.body->'lines') l)
         on s.kind = 'order' and l->>'sku' = o.sku and btrim(l->>'product_name') <> ''
       order by o.sku, s.version_at, btrim(l->>'product_name') collate "C", s.record_id
     )
     update trade.product p set line_name = f.line_name, line_name_at = f.version_at, line_name_record_id = f.record_id
     from first f where p.sku = f.sku`,
    [skus, record_ids],
  );
}
