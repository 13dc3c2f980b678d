import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { sampleSealed } from "../../vault/index.ts";

const CANARIES = 40;
/** The newest so many rows of a table: a fault of today shows there. */
const ROWS_MAX = 20_000;
/** Shorter values are also words and numbers of other things. */
const LETTERS_MIN = 8;

export interface PlainScan {
  readonly canaries: number;
  readonly tables: number;
  /** Tables in which a sealed value stands in clear. */
  readonly hits: readonly string[];
}

/**
 * Takes values that are sealed in the vault and looks for them in clear in every table of the record store: real values
 * find what an invented one would not. What the lake holds is a copy of the catalogue's views over these tables.
 */
export async function plainScan(ground: Ground): Promise<PlainScan> {
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const sealed = await sampleSealed(tx, ground.vault, CANARIES);
    const canaries = sealed.filter((value) => value.length >= LETTERS_MIN);
    if (canaries.length === 0) return { canaries: 0, tables: 0, hits: [] };
    const pattern = canaries.map((value) => value.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
    const tables = await storedTables(tx);
    const hits: string[] = [];
    for (const table of tables) {
      const row = await tx.one<{ found: boolean }>(
        `select exists (select 1 from (select t::text as line from ${table} t limit ${ROWS_MAX}) l where line ~ $1) as found`,
        [pattern],
      );
      if (row?.found === true) hits.push(table);
    }
    return { canaries: canaries.length, tables: tables.length, hits };
  });
}

async function storedTables(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema|graphile|queue|catalogue)' and has_table_privilege(c.oid, 'select')
     order by 1`,
  );
  return rows.map(({ name }) => name);
}
