import type { Column, Relation } from "../query/index.ts";
import { duckType, isFiled, isPersonal, storedColumns } from "./layout.ts";

/** Schema of the in-memory tables that hold what may not be written to files. */
export const RESIDENT = "resident";
/** Schema of the views without personal columns: reading them needs nothing in memory, and no join with it. */
export const FILED = "filed";

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * The select behind `catalogue.<relation>` in DuckDB: files, the current member of each party, and personal columns from
 * memory.
 * @param paths absolute paths of the relation's files. @param personal false: without the personal columns.
 */
export function viewSelect(relation: Relation, paths: readonly string[], personal = true): string {
  if (isFiled(relation) && paths.length === 0) return emptySelect(relation, personal);
  return selectFrom(relation, `read_parquet([${paths.map(literal).join(", ")}])`, personal);
}

/**
 * The same in the SQL that all engines read, over any source of the relation's stored columns.
 * @param personal false: without the personal columns, for an engine that must not hold them. @param also more of `s`, the
 * source, for the list of columns.
 */
export function selectFrom(relation: Relation, source: string, personal = true, also: readonly string[] = []): string {
  if (relation.lake !== false && "derived" in relation.lake) return relation.lake.derived;
  if (!isFiled(relation)) throw new Error(`${relation.name} is not in the lake`);
  const parties = partyColumns(relation);
  const shown = relation.columns.filter((column) => personal || !isPersonal(column));
  const columns = shown.map((column) => `${readColumn(relation, column, parties)} as "${column.name}"`);
  const joins = [...parties].map(
    ([source, alias]) => `left join catalogue.parties ${alias} on ${alias}.party_id = s.${source}`,
  );
  const resident = shown.some(isPersonal)
    ? [
        `left join ${RESIDENT}.${relation.name} r on ${relation.key.map((name) => `r.${name} = s.${name}`).join(" and ")}`,
      ]
    : [];
  return `select ${[...columns, ...also].join(", ")} from ${source} s ${[...joins, ...resident].join(" ")}`;
}

/** Which stored party columns are looked up, each under an alias. */
function partyColumns(relation: Relation): Map<string, string> {
  const stored = new Set(storedColumns(relation).map((column) => column.name));
  const sources = relation.columns.flatMap(({ resolved_from }) => {
    if (resolved_from === undefined) return [];
    // a boolean of the row itself is completed by the party's flags
    return resolved_from.endsWith("party_id") ? [resolved_from] : ["party_id"];
  });
  return new Map([...new Set(sources)].filter((name) => stored.has(name)).map((name, i) => [name, `p${i}`]));
}

function readColumn(relation: Relation, column: Column, parties: ReadonlyMap<string, string>): string {
  if (isPersonal(column)) return `r."${column.name}"`;
  const from = column.resolved_from;
  if (from === undefined) return `s."${column.name}"`;
  const unflagged = `not coalesce(${parties.get("party_id")}.is_excluded, false)`;
  if (!from.endsWith("party_id")) return `(s.${from} and ${unflagged})`;
  const alias = parties.get(from);
  if (alias === undefined)
    throw new Error(`${relation.name}.${column.name} is resolved from ${from}, which is not stored`);
  return column.type === "boolean" ? `(${unflagged})` : `${alias}.member_id`;
}

function emptySelect(relation: Relation, personal: boolean): string {
  const shown = relation.columns.filter((column) => personal || !isPersonal(column));
  const columns = shown.map((column) => `null::${duckType(column.type)} as "${column.name}"`);
  return `select ${columns.join(", ")} where false`;
}

/** Relations in an order in which each view finds what it reads: parties first, derived ones last. */
export function viewOrder(relations: readonly Relation[]): Relation[] {
  const rank = (relation: Relation) => {
    if (relation.name === "parties") return 0;
    return isFiled(relation) ? 1 : 2;
  };
  return relations.filter((relation) => relation.lake !== false).sort((a, b) => rank(a) - rank(b));
}
