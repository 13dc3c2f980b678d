import type { Tx } from "../store/index.ts";

/** Catalogue relations of later domains that pages show names from, where they are there. */
const OPTIONAL = ["stores", "products", "orders", "order_lines", "segment_members", "tag_values"] as const;
type OptionalRelation = (typeof OPTIONAL)[number];

export async function present(tx: Tx, relation: OptionalRelation): Promise<boolean> {
  const row = await tx.one<{ present: boolean }>("select to_regclass($1) is not null as present", [
    `catalogue.${relation}`,
  ]);
  return row?.present === true;
}

/** Names of stores by code; a store without a record is called by its code. */
export async function storeNames(tx: Tx, codes: readonly (string | null)[]): Promise<Map<string, string>> {
  const wanted = [...new Set(codes.filter((code) => code !== null))];
  const names = new Map(wanted.map((code) => [code, code]));
  if (wanted.length === 0 || !(await present(tx, "stores"))) return names;
  const rows = await tx.query<{ store_code: string; name: string }>(
    "select store_code, name from catalogue.stores where store_code = any($1::text[])",
    [wanted],
  );
  for (const row of rows) names.set(row.store_code, row.name);
  return names;
}

export async function productNames(tx: Tx, skus: readonly (string | null)[]): Promise<Map<string, string>> {
  const wanted = [...new Set(skus.filter((sku) => sku !== null))];
  if (wanted.length === 0 || !(await present(tx, "products"))) return new Map();
  const rows = await tx.query<{ sku: string; name: string }>(
    "select sku, name from catalogue.products where sku = any($1::text[])",
    [wanted],
  );
  return new Map(rows.map((row) => [row.sku, row.name]));
}

const PRODUCTS_SHOWN = 3;

/** The first few product names of orders, by order id. */
export async function orderProducts(tx: Tx, order_ids: readonly number[]): Promise<Map<number, string[]>> {
  const found = new Map<number, string[]>();
  if (order_ids.length === 0 || !(await present(tx, "order_lines"))) return found;
  const rows = await tx.query<{ order_id: number; product_name: string }>(
    "select order_id, product_name from catalogue.order_lines where order_id = any($1::bigint[]) order by order_id, net_minor desc, line_key",
    [order_ids],
  );
  for (const { order_id, product_name } of rows) {
    const names = found.get(order_id) ?? [];
    if (names.length < PRODUCTS_SHOWN && !names.includes(product_name)) names.push(product_name);
    found.set(order_id, names);
  }
  return found;
}
