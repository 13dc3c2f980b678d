import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";

export type CodeRelation = "stores" | "products";
/** Names by relation and code. */
export type CodeNames = ReadonlyMap<CodeRelation, ReadonlyMap<string, string>>;

const KEYS: Readonly<Record<CodeRelation, string>> = { stores: "store_code", products: "sku" };

/** The names of codes; what has none is missing. */
export async function codeNames(
  tx: Tx,
  ground: Ground,
  wanted: ReadonlyMap<CodeRelation, readonly string[]>,
): Promise<CodeNames> {
  const found = new Map<CodeRelation, Map<string, string>>();
  for (const [relation, codes] of wanted) {
    if (codes.length === 0 || ground.catalogue.find(relation) === undefined) continue;
    const key = KEYS[relation];
    const rows = await tx.query<{ code: string; name: string }>(
      `select ${key} as code, name from catalogue.${relation} where ${key} = any($1)`,
      [codes],
    );
    found.set(relation, new Map(rows.map((row) => [row.code, row.name])));
  }
  return found;
}
