import type { Ground } from "../ground.ts";
import { isWhole, type Scope, SYSTEM_SCOPE } from "../store/index.ts";
import { type OwnRows, scopeOf } from "./access-store.ts";
import type { RowScope } from "./matrix.ts";

/** No rows at all. */
export const NOTHING: Scope = { regions: [], stores: [], brands: [] };
const WHOLE: Scope = { regions: "all", stores: "all", brands: "all" };

/** Regions and brands of stores move seldom; a new store is seen by its region after so long. */
const STORES_FRESH_MS = 10_000;
const known = new WeakMap<Ground, Map<string, { readonly at: number; readonly stores: readonly string[] }>>();

/** The rows of a person in a data domain whose scope for their role is `rows`. */
export async function rowsFor(ground: Ground, person: OwnRows, rows: RowScope): Promise<Scope> {
  if (rows === "all") return WHOLE;
  if (rows === "none") return NOTHING;
  const own = scopeOf(person);
  if (isWhole(own)) return rows === "assigned" ? NOTHING : WHOLE;
  if (own.regions === "all" && own.brands === "all") return own;
  return { ...own, stores: await storesWithin(ground, own) };
}

/** Members belong to stores: regions and brands reach them as the stores that lie in them. */
async function storesWithin(ground: Ground, own: Scope): Promise<readonly string[]> {
  const key = JSON.stringify(own);
  const now = ground.wall.now().getTime();
  const kept = known.get(ground) ?? new Map();
  known.set(ground, kept);
  const found = kept.get(key);
  if (found !== undefined && now - found.at < STORES_FRESH_MS) return found.stores;
  const list = (codes: Scope["stores"]) => (codes === "all" ? null : codes);
  const rows = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const there = await tx.one<{ there: boolean }>("select to_regclass('catalogue.stores') is not null as there");
    if (there?.there !== true) return [];
    return tx.query<{ store_code: string }>(
      `select store_code from catalogue.stores where ($1::text[] is null or region_code = any($1))
         and ($2::text[] is null or store_code = any($2)) and ($3::text[] is null or brand_code = any($3)) order by store_code`,
      [list(own.regions), list(own.stores), list(own.brands)],
    );
  });
  const stores = rows.map((row) => row.store_code);
  kept.set(key, { at: now, stores });
  return stores;
}
