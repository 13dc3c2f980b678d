/** Types of the fixed number system. A decimal has a fixed scale; no floating point anywhere. */
export type ColumnType = "integer" | `decimal(${number},${number})` | "text" | "date" | "instant" | "boolean";

/** L1 public, L2 internal, L3 personal, L4 sensitive personal (GB/T 35273-2020 annex B). */
export type Sensitivity = "L1" | "L2" | "L3" | "L4";

export interface ColumnValue {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
}

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly zh: string;
  readonly en: string;
  /** L2 unless said. */
  readonly sensitivity?: Sensitivity;
  /** What the number counts: fen of the row's currency, people, days … Amounts (`minor`) are shown in major units. */
  readonly unit?: "minor" | "count" | "days" | "quantity" | "rating" | "points";
  /** The closed list of values, where there is one. */
  readonly values?: readonly ColumnValue[];
  /** PostgreSQL only: the value stands as text under the column's name inside this jsonb column of the view. */
  readonly json_of?: string;
  /** In the lake copy this column is not stored but looked up at reading: the current member of the party in `resolved_from`. */
  readonly resolved_from?: string;
}

/**
 * One source of the catalogue. It is the view `catalogue.<name>` in PostgreSQL and, when `lake` is set, the view of the
 * same name and columns in DuckDB over the Parquet copy.
 */
export interface Relation {
  readonly name: string;
  readonly zh: string;
  readonly en: string;
  /** One sentence: what one row is. */
  readonly grain_zh: string;
  readonly grain_en: string;
  /** How many rows a member has: `one` for profiles, `many` for histories, `none` for masters such as products. */
  readonly per_member: "one" | "many" | "none";
  /** The columns that make a row unique: the last tie-break of first/last/arg_max. */
  readonly key: readonly string[];
  /** The business day that windows are measured on; absent: the relation has no windows. */
  readonly day?: string;
  /** The instant that orders rows inside a day (sequences, first, last). */
  readonly instant?: string;
  /** Columns that carry the row scope of people's rights. */
  readonly scope?: { readonly store?: string; readonly region?: string; readonly brand?: string };
  /** Its rows are judgements about people, which those who refuse profiling have none of. */
  readonly profiling?: true;
  /** The kinds of `events` from whose rows this relation is derived; absent: from none. */
  readonly derived_from_events?: readonly string[];
  /**
   * How the lake has it: not at all; as files by a partition column; or `derived`, a select over other catalogue
   * relations in SQL that PostgreSQL, DuckDB and Spark read alike.
   */
  readonly lake: false | { readonly partition: string | null } | { readonly derived: string };
  readonly columns: readonly Column[];
}

/** All relations by name. Domains register theirs in domain order; names are unique. */
export class Catalogue {
  readonly #relations = new Map<string, Relation>();

  constructor(relations: Iterable<Relation> = []) {
    for (const relation of relations) this.register(relation);
  }

  /** @throws when the name is taken, or a column that the relation names does not exist. */
  register(relation: Relation): void {
    if (this.#relations.has(relation.name)) throw new Error(`relation registered twice: ${relation.name}`);
    const names = new Set(relation.columns.map((column) => column.name));
    if (names.size !== relation.columns.length) throw new Error(`a column name occurs twice in ${relation.name}`);
    const used = [...relation.key, relation.day, relation.instant, ...Object.values(relation.scope ?? {})];
    if (relation.per_member !== "none") used.push("member_id");
    if (relation.lake !== false && "partition" in relation.lake) used.push(relation.lake.partition ?? undefined);
    for (const name of used) {
      if (name !== undefined && !names.has(name)) throw new Error(`relation ${relation.name} has no column ${name}`);
    }
    this.#relations.set(relation.name, relation);
  }

  find(name: string): Relation | undefined {
    return this.#relations.get(name);
  }

  /** @throws when there is none: for names that were checked before. */
  get(name: string): Relation {
    const relation = this.#relations.get(name);
    if (relation === undefined) throw new Error(`no relation ${name} in the catalogue`);
    return relation;
  }

  all(): Relation[] {
    return [...this.#relations.values()];
  }
}

export function columnOf(relation: Relation, name: string): Column | undefined {
  return relation.columns.find((column) => column.name === name);
}
