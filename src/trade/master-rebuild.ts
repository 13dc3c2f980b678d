import type { Tx } from "../store/index.ts";
import {
  foldMaster,
  PRODUCT_FIELDS,
  type ProductBody,
  STAFF_FIELDS,
  type StaffBody,
  STORE_FIELDS,
  type StoreBody,
} from "./master.ts";
import {
  forgetMasters,
  moveStoreSales,
  type ProductStub,
  writeProducts,
  writeProductStubs,
  writeRegions,
  writeStaff,
  writeStores,
  writeStoreStubs,
} from "./master-store.ts";
import type { OrderBody } from "./order.ts";
import type { EntityStatement } from "./reading.ts";
import type { ReturnBody } from "./return.ts";
import type { Entity } from "./stage.ts";
import type { Statement } from "./statement.ts";

export interface Masters {
  readonly products: readonly Entity[];
  readonly stores: readonly Entity[];
  readonly staff: readonly Entity[];
}

/** Folds masters anew. */
export async function rebuildMasters(tx: Tx, masters: Masters): Promise<void> {
  await writeProducts(tx, folded<ProductBody>(masters.products, "sku", PRODUCT_FIELDS, { is_stub: false }));
  await forgetMasters(tx, "product", gone(masters.products));
  if (masters.stores.length > 0) {
    const moved = await writeStores(
      tx,
      folded<StoreBody>(masters.stores, "store_code", STORE_FIELDS, { is_stub: false }),
    );
    await moveStoreSales(tx, moved);
    await forgetMasters(tx, "store", gone(masters.stores));
    await writeRegions(tx);
  }
  await writeStaff(tx, folded<StaffBody>(masters.staff, "staff_code", STAFF_FIELDS, {}));
  await forgetMasters(tx, "staff", gone(masters.staff));
}

function folded<Body extends object>(
  entities: readonly Entity[],
  key: string,
  fields: readonly (keyof Body & string)[],
  constant: object,
): object[] {
  return entities
    .filter((entity) => entity.statements.length > 0)
    .map((entity) => ({
      [key]: entity.key.entity,
      ...foldMaster(entity.statements as unknown as Statement<Body>[], fields),
      ...constant,
    }));
}

function gone(entities: readonly Entity[]): string[] {
  return entities.filter((entity) => entity.statements.length === 0).map((entity) => entity.key.entity);
}

/** Products and stores that sales mention, so that nothing refers to what does not exist. */
export async function writeStubs(tx: Tx, sales: readonly EntityStatement[]): Promise<void> {
  const stubs = new Map<string, ProductStub>();
  const stores = new Set<string>();
  for (const statement of sales) {
    const body = statement.body as OrderBody & ReturnBody;
    if (body.store_code !== undefined) stores.add(body.store_code);
    for (const line of body.lines ?? []) {
      const name = "name" in line ? (line.name as string | null) : null;
      const stub = stubOf(line.sku, name, statement);
      const known = stubs.get(line.sku);
      if (known === undefined || isEarlierName(stub, known)) stubs.set(line.sku, stub);
    }
  }
  await writeProductStubs(tx, [...stubs.values()]);
  await writeStoreStubs(tx, [...stores]);
}

function stubOf(sku: string, name: string | null, statement: EntityStatement): ProductStub {
  if (name === null) return { sku, line_name: null, line_name_at: null, line_name_record_id: null };
  return { sku, line_name: name, line_name_at: statement.version_at, line_name_record_id: statement.record_id };
}

function isEarlierName(a: ProductStub, b: ProductStub): boolean {
  if (a.line_name === null || a.line_name_at === null) return false;
  if (b.line_name === null || b.line_name_at === null) return true;
  const later = a.line_name_at.getTime() - b.line_name_at.getTime();
  // bytes, as PostgreSQL compares with collation "C"
  const byName = later || Buffer.compare(Buffer.from(a.line_name), Buffer.from(b.line_name ?? ""));
  return byName < 0 || (byName === 0 && (a.line_name_record_id ?? "") < (b.line_name_record_id ?? ""));
}
