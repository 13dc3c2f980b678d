import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";
import { tagSpread } from "../tags/index.ts";
import type { Lists, ValueOption } from "./subject.ts";
import { CHANNEL_NAMES } from "../trade/index.ts";

/** Values offered for one column; a longer list is typed instead of chosen. */
const LIST_MAX = 300;

interface Source {
  readonly column: string;
  readonly relation: string;
  readonly value: string;
  readonly label: string;
}

const SOURCES: readonly Source[] = [
  { column: "store_code", relation: "stores", value: "store_code", label: "name" },
  { column: "home_store_code", relation: "stores", value: "store_code", label: "name" },
  { column: "region_code", relation: "stores", value: "region_code", label: "coalesce(region_name, region_code)" },
  { column: "category_1", relation: "products", value: "category_1", label: "category_1" },
  { column: "category", relation: "products", value: "category_1", label: "category_1" },
  { column: "category_2", relation: "products", value: "category_2", label: "category_2" },
  { column: "category_3", relation: "products", value: "category_3", label: "category_3" },
  { column: "brand", relation: "products", value: "brand", label: "brand" },
  { column: "series", relation: "products", value: "series", label: "series" },
  { column: "sku", relation: "products", value: "sku", label: "name" },
  { column: "city", relation: "members", value: "city", label: "city" },
  { column: "province", relation: "members", value: "province", label: "province" },
  { column: "join_channel", relation: "members", value: "join_channel", label: "join_channel" },
];

/** The values that occur, for the columns whose values one chooses rather than types. */
export async function valueLists(tx: Tx, ground: Ground): Promise<Lists> {
  const columns = new Map<string, readonly ValueOption[]>([["channel", CHANNEL_NAMES]]);
  for (const source of SOURCES) {
    if (ground.catalogue.find(source.relation) === undefined) continue;
    const rows = await tx.query<{ value: string; label: string }>(
      `select ${source.value} as value, min(${source.label}) as label from catalogue.${source.relation}
       where ${source.value} is not null group by 1 order by count(*) desc, 1 limit ${LIST_MAX + 1}`,
    );
    if (rows.length === 0 || rows.length > LIST_MAX) continue;
    columns.set(
      source.column,
      rows.map(({ value, label }) => ({ value, zh: label ?? value, en: label ?? value })),
    );
  }
  return { columns, tags: await tagSpread(tx) };
}
