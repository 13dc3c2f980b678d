import type { ClearIdentity, ClearRecord } from "../../src/ingest/record.ts";
import { DAY_MS, dayText, utcText } from "./calendar.ts";
import { fullName } from "./names.ts";
import { clerkPhone } from "./phones.ts";
import { CARELESS_STORES, REGIONS, STAFF_PER_STORE, STORES, staffCode } from "./places.ts";
import { PRODUCTS, TOPICS } from "./products.ts";
import { Random } from "./random.ts";
import type { SourceName } from "./sheet.ts";
import type { World } from "./world.ts";

const REFERENCE_STREAM = 9;
const ARTICLES = 60;

/** Stores, staff and products as the till and the mall send them. */
export function referenceRecords(world: World): { source: SourceName; records: ClearRecord[] }[] {
  const at = utcText(world.from - DAY_MS);
  const master = (
    kind: string,
    key: string,
    body: ClearRecord["body"],
    identities: ClearIdentity[] = [],
  ): ClearRecord => {
    return { kind, key: `${kind}:${key}`, occurred_at: at, identities, body };
  };
  const random = new Random(world.seed, REFERENCE_STREAM, -1);
  const stores = STORES.map((store) =>
    master("store", store.code, {
      store_code: store.code,
      name: store.name,
      region_code: store.region,
      region_name: REGIONS[store.region],
      city: store.city,
      brand_code: "SHANYE",
      ownership: store.ownership,
      opened_on: store.opened_on,
    }),
  );
  const staff = STORES.flatMap((store, at) =>
    Array.from({ length: STAFF_PER_STORE }, (_, nth) => {
      const staff_code = staffCode(store.code, nth);
      const name = fullName(random, random.chance(0.6) ? "female" : "male");
      const role = nth === 0 ? "店长" : "导购";
      // Of one careless clerk the number is on file; those of the others only their many holders give away.
      const told = nth === 1 && store.code === CARELESS_STORES[0];
      const phones: ClearIdentity[] = told ? [{ kind: "phone", value: clerkPhone(at) }] : [];
      return master("staff", staff_code, { staff_code, name, store_code: store.code, role }, phones);
    }),
  );
  const articles = Array.from({ length: ARTICLES }, (_, nth) => {
    const properties = { topic: TOPICS[nth % TOPICS.length] };
    const item_id = `article-${nth}`;
    return master("item", item_id, { item_type: "article", item_id, name: "item_set", properties });
  });
  const products = PRODUCTS.map((product) =>
    master("product", product.sku, {
      sku: product.sku,
      name: product.name,
      category_1: product.category,
      category_2: product.kind,
      brand: "山野茶",
      series: product.series,
      list_price_minor: product.price_fen,
      cost_minor: product.cost_fen,
      launched_on: launchDay(world, product.launched_in),
    }),
  );
  return [
    { source: "pos", records: [...stores, ...staff] },
    { source: "mall", records: products },
    { source: "mini_program", records: articles },
  ];
}

function launchDay(world: World, launched_in: number | undefined): string {
  if (launched_in === undefined) return "2018-03-01";
  const day = world.day_from + launched_in;
  return dayText(day);
}
