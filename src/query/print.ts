import { typeOf } from "./annotations.ts";
import type { DayRange } from "./day-range.ts";
import type { Dialect, SortKey } from "./dialects/dialect.ts";
import type { AggregateNode, EdgeNode, Measure } from "./node.ts";
import type { DaysScan, ModeScan, Output, Plan, RowFilter, RowSlot, RowsScan, Scan, SequenceScan } from "./plan.ts";
import { type Names, ScalarPrinter } from "./print-scalar.ts";
import type { Relation } from "./relation.ts";
import { columnOf } from "./relation.ts";
import { typeOfColumn } from "./value-type.ts";
import { type Source, sourcesOf, widest } from "./sources.ts";

/**
 * For whom: `all` members of the relation `members`; those `present` in the one source that the plan reads (`onlySource`),
 * which saves a join with everybody; `given` ids, as an SQL expression that is an array (PostgreSQL: `$1::bigint[]`), or
 * `query`, a select with one column `member_id`.
 */
export type Population =
  | { readonly kind: "all" }
  | { readonly kind: "present" }
  | { readonly kind: "given"; readonly array: string }
  | { readonly kind: "query"; readonly sql: string };

/** The one scan or profile that a plan reads; undefined when it reads several, or none. */
export function onlySource(plan: Plan): { readonly scan?: Scan; readonly profile?: Relation } | undefined {
  if (plan.scans.length + plan.profiles.length !== 1) return undefined;
  const [[scan], [profile]] = [plan.scans, plan.profiles];
  return scan === undefined ? { ...(profile && { profile }) } : { scan };
}

/** One statement whose rows are member_id and a column for each output, in the units of its type. */
export function printPlan(plan: Plan, dialect: Dialect, population: Population): string {
  return new PlanPrinter(plan, dialect, population).statement();
}

const NO_NAMES: Names = {
  profile: () => {
    throw new Error("a profile inside a row");
  },
  measure: () => {
    throw new Error("a measure inside a row");
  },
};

class PlanPrinter {
  readonly #plan: Plan;
  readonly #dialect: Dialect;
  readonly #population: Population;
  readonly #scalar: ScalarPrinter;
  readonly #quoted: (name: string) => string;
  readonly #member_id: string;
  /**
   * Rows that several scans read are fetched once and kept for all of them: of few members in every engine, of all
   * members where the dialect says so.
   */
  readonly #shared: ReadonlyMap<Relation, Source>;
  /** Whether the kept rows are those of all members. */
  readonly #everyone: boolean;

  constructor(plan: Plan, dialect: Dialect, population: Population) {
    this.#plan = plan;
    this.#dialect = dialect;
    this.#population = population;
    this.#scalar = new ScalarPrinter(dialect, plan.today);
    this.#quoted = dialect.quoted;
    this.#member_id = dialect.quoted("member_id");
    const everyone = population.kind === "all" && dialect.keepsAllRows;
    const sources = population.kind === "given" || everyone ? sourcesOf(plan, everyone) : [];
    this.#everyone = everyone;
    this.#shared = new Map(sources.filter(({ scans }) => scans > 1).map((source) => [source.relation, source]));
  }

  statement(): string {
    const present = this.#population.kind === "present";
    const parts = [
      ...(present ? [] : [`m as (${this.#members()})`]),
      ...[...this.#shared.values()].map((source) => this.#sharedSource(source)),
      ...this.#plan.scans.map((scan) => this.#scan(scan)),
    ];
    const outputs = this.#plan.outputs.map((output) => `  ${this.#output(output)} as ${this.#quoted(output.name)}`);
    const sources = [
      ...this.#plan.profiles.map((profile) => {
        const name = this.#quoted(`p_${profile.name}`);
        return { name, from: `${this.#dialect.relation(profile.name)} ${name}` };
      }),
      ...this.#plan.scans.map((scan) => ({ name: this.#quoted(scan.name), from: this.#quoted(scan.name) })),
    ];
    const [only] = sources;
    if (present && (only === undefined || sources.length > 1)) throw new Error("a plan of one source is wanted");
    const base = present ? (only?.name ?? "") : "m";
    const from = present
      ? [`from ${only?.from}`]
      : ["from m", ...sources.map((s) => `left join ${s.from} on ${s.name}.${this.#member_id} = m.${this.#member_id}`)];
    const columns = [`  ${base}.${this.#member_id}`, ...outputs].join(",\n");
    const head = parts.length === 0 ? [] : [`with ${parts.join(",\n")}`];
    return [...head, `select\n${columns}`, ...from].join("\n");
  }

  #output({ tree, as }: Output): string {
    const value = this.#scalar.value(tree.root, this.#memberNames());
    if (as !== "text") return value;
    return this.#dialect.toText(tree.type.kind === "decimal" ? this.#dialect.decimal(value, tree.type.scale) : value);
  }

  #members(): string {
    switch (this.#population.kind) {
      case "all":
      case "present":
        return `select ${this.#member_id} from ${this.#dialect.relation("members")}`;
      case "given":
        return `select ${this.#dialect.elements(this.#population.array)} as ${this.#member_id}`;
      case "query":
        return this.#population.sql;
    }
  }

  #sharedSource({ relation, columns, reach, shared }: Source): string {
    const names = [...columns].toSorted().map((name) => `r.${this.#quoted(name)}`);
    const clauses = [this.#ofMembers(`r.${this.#member_id}`), ...(reach === undefined ? [] : this.#range(reach, "r"))];
    // the rows of one member are few whatever is asked of them; of all members those that nothing takes are the most
    const row: Names = { ...NO_NAMES, row: { relation, alias: "r" } };
    if (this.#everyone) clauses.push(...shared.map((part) => this.#scalar.condition(part, row)));
    const select = `select ${names.join(", ")} from ${this.#dialect.relation(relation.name)} r where ${clauses.join(" and ")}`;
    return `${this.#sharedName(relation)} ${this.#dialect.once} (\n  ${select}\n)`;
  }

  /** Where a scan reads a relation, and what it must ask so as to see only the members wanted. */
  #read(relation: Relation, alias: string): { from: string; clauses: string[] } {
    if (this.#shared.has(relation)) return { from: `${this.#sharedName(relation)} ${alias}`, clauses: [] };
    return {
      from: `${this.#dialect.relation(relation.name)} ${alias}`,
      clauses: [this.#ofMembers(`${alias}.${this.#member_id}`)],
    };
  }

  /** The rows of the members asked for. Ids go in as an array, which PostgreSQL turns into index look-ups. */
  #ofMembers(column: string): string {
    switch (this.#population.kind) {
      case "all":
      case "present":
        return `${column} is not null`;
      case "given":
        return this.#dialect.isElement(column, this.#population.array);
      case "query":
        return `${column} in (select ${this.#member_id} from m)`;
    }
  }

  #memberNames(): Names {
    const relations = new Map(this.#plan.profiles.map((relation) => [relation.name, relation]));
    return {
      profile: (name) => {
        const relation = relations.get(name);
        if (relation === undefined) throw new Error(`profile ${name} was not planned`);
        return { alias: this.#quoted(`p_${name}`), relation };
      },
      measure: (node: Measure) => {
        const found = this.#plan.slotOf(node);
        const sql = `${this.#quoted(found.scan)}.${found.slot}`;
        return found.empty === null ? sql : `coalesce(${sql}, ${found.empty})`;
      },
    };
  }

  #scan(scan: Scan): string {
    const body = (): string => {
      switch (scan.kind) {
        case "rows":
          return this.#rows(scan);
        case "days":
          return this.#days(scan);
        case "mode":
          return this.#mode(scan);
        case "sequence":
          return this.#sequence(scan);
      }
    };
    return `${this.#quoted(scan.name)} as (\n${body()}\n)`;
  }

  #rows(scan: RowsScan): string {
    const names: Names = { ...NO_NAMES, row: { relation: scan.relation, alias: "r" } };
    const conditions = scan.slots.map((slot) => this.#filter(slot, names).join(" and "));
    const distinct = new Set(conditions);
    const columns = scan.slots.map((slot, index) => {
      const filter = distinct.size > 1 && conditions[index] !== "" ? ` filter (where ${conditions[index]})` : "";
      return `    ${this.#aggregate(slot.measure, scan.relation, filter, names)} as ${slot.name}`;
    });
    const where = distinct.size === 1 ? [conditions[0] ?? ""] : this.#reach(scan.slots);
    const member = scan.via === undefined ? `r.${this.#member_id}` : `x.${this.#member_id}`;
    if (scan.via === undefined) where.unshift(...this.#read(scan.relation, "r").clauses);
    const clauses = where.filter((part) => part !== "");
    return [
      `  select ${member},`,
      columns.join(",\n"),
      `  from ${this.#source(scan)}`,
      ...(clauses.length === 0 ? [] : [`  where ${clauses.join(" and ")}`]),
      `  group by ${member}`,
    ].join("\n");
  }

  #source(scan: RowsScan): string {
    if (scan.via === undefined || scan.viaRelation === undefined) return this.#read(scan.relation, "r").from;
    const names: Names = { ...NO_NAMES, row: { relation: scan.viaRelation, alias: "t" } };
    const rows = this.#viaRead(scan.relation, "r");
    const ties = this.#viaRead(scan.viaRelation, "t");
    const reached = `t.${this.#quoted(scan.via.column)}`;
    const filter = {
      ...(scan.via.where ? { where: scan.via.where } : {}),
      ...(scan.viaRange ? { range: scan.viaRange } : {}),
    };
    const clauses = [this.#ofMembers(`t.${this.#member_id}`), `${reached} is not null`, ...this.#filter(filter, names)];
    const through = `select distinct t.${this.#member_id}, ${reached} as reached from ${ties}`;
    return `(${through} where ${clauses.join(" and ")}) x join ${rows} on r.${this.#member_id} = x.reached`;
  }

  /** Of few members the rows of those they reached are not among the kept ones. */
  #viaRead(relation: Relation, alias: string): string {
    return this.#everyone ? this.#read(relation, alias).from : `${this.#dialect.relation(relation.name)} ${alias}`;
  }

  #filter(filter: RowFilter, names: Names): string[] {
    const alias = names.row?.alias ?? "r";
    const parts = filter.range === undefined ? [] : this.#range(filter.range, alias);
    if (filter.where !== undefined) parts.push(this.#scalar.condition(filter.where, names));
    return parts;
  }

  #aggregate(measure: AggregateNode | EdgeNode, relation: Relation, filter: string, names: Names): string {
    if (measure.node !== "aggregate") {
      return this.#dialect.firstBy(
        this.#scalar.value(measure.value, names),
        this.#edgeOrder(measure, relation, names),
        filter,
      );
    }
    if (measure.function === "count" || measure.value === undefined) return `count(*)${filter}`;
    const value = this.#scalar.value(measure.value, names);
    const type = typeOf(measure.value);
    switch (measure.function) {
      case "sum":
        return this.#dialect.toInteger(`sum(${value})${filter}`);
      case "count_distinct":
        return `count(distinct ${value})${filter}`;
      case "median":
        return this.#dialect.median(value, filter);
      case "min":
      case "max":
        return `${measure.function}(${type.kind === "text" ? this.#dialect.byCodePoint(value) : value})${filter}`;
    }
  }

  #edgeOrder(measure: EdgeNode, relation: Relation, names: Names): SortKey[] {
    const descending = measure.node === "last";
    const natural = relation.instant ?? relation.day;
    const keys: SortKey[] = [];
    if (measure.by !== undefined) {
      keys.push({ sql: this.#scalar.value(measure.by, names), descending, kind: typeOf(measure.by).kind });
    } else if (natural !== undefined) keys.push(this.#columnKey(relation, natural, descending));
    for (const name of relation.key) keys.push(this.#columnKey(relation, name, false));
    return keys;
  }

  #columnKey(relation: Relation, name: string, descending: boolean): SortKey {
    const column = columnOf(relation, name);
    if (column === undefined) throw new Error(`no column ${relation.name}.${name}`);
    return { sql: `r.${this.#quoted(name)}`, descending, kind: typeOfColumn(column.type).kind };
  }

  #days(scan: DaysScan): string {
    const names: Names = { ...NO_NAMES, row: { relation: scan.relation, alias: "r" } };
    const day = `r.${this.#quoted(scan.range?.column ?? "")}`;
    const rows = this.#read(scan.relation, "r");
    const clauses = [...rows.clauses, `${day} is not null`, ...this.#filter(scan, names)];
    const gap = this.#dialect.daysBetween("lag(day) over w", "day");
    const columns = scan.slots.map(({ name, measure }) => {
      if (measure.node === "nth_day") return `    min(day) filter (where place = ${measure.n}) as ${name}`;
      if (measure.function === "median") return `    ${this.#dialect.median("gap", "")} as ${name}`;
      return `    ${measure.function}(gap) as ${name}`;
    });
    return [
      `  select ${this.#member_id},`,
      columns.join(",\n"),
      `  from (select ${this.#member_id}, day, row_number() over w as place, ${gap} as gap`,
      `    from (select distinct r.${this.#member_id}, ${day} as day from ${rows.from}`,
      `      where ${clauses.join(" and ")}) d`,
      `    window w as (partition by ${this.#member_id} order by day)) g`,
      `  group by ${this.#member_id}`,
    ].join("\n");
  }

  #mode(scan: ModeScan): string {
    const names: Names = { ...NO_NAMES, row: { relation: scan.relation, alias: "r" } };
    const columns = scan.slots.map(({ name, measure }) => {
      const order: SortKey[] = [{ sql: "weight", descending: true, kind: "integer" }];
      if (scan.range !== undefined) order.push({ sql: "latest", descending: true, kind: "date" });
      order.push({ sql: "value", descending: false, kind: typeOf(measure.value).kind });
      return { name, measure, pick: this.#dialect.firstBy("value", order, "") };
    });
    const only = columns[0];
    if (only === undefined) throw new Error("a mode scan without its measure");
    const value = this.#scalar.value(only.measure.value, names);
    const weight =
      only.measure.weight === undefined
        ? "count(*)"
        : `coalesce(sum(${this.#scalar.value(only.measure.weight, names)}), 0)`;
    const latest = scan.range === undefined ? "" : `, max(r.${this.#quoted(scan.range.column)}) as latest`;
    const rows = this.#read(scan.relation, "r");
    const clauses = [...rows.clauses, ...this.#filter(scan, names)];
    return [
      `  select ${this.#member_id}, ${only.pick} as ${only.name}`,
      `  from (select r.${this.#member_id}, ${value} as value, ${weight} as weight${latest}`,
      `    from ${rows.from}${clauses.length === 0 ? "" : ` where ${clauses.join(" and ")}`} group by 1, 2) g`,
      "  where value is not null",
      `  group by ${this.#member_id}`,
    ].join("\n");
  }

  #sequence(scan: SequenceScan): string {
    const side = (step: SequenceScan["first"], alias: string) => {
      const names: Names = { ...NO_NAMES, row: { relation: step.relation, alias } };
      const { from, clauses } = this.#read(step.relation, alias);
      return { from, members: clauses, filters: this.#filter(step, names), relation: step.relation, alias };
    };
    const a = side(scan.first, "a");
    const b = side(scan.then, "b");
    const instant = ({ relation, alias }: typeof a) => `${alias}.${this.#quoted(relation.instant ?? "")}`;
    const day = ({ relation, alias }: typeof a) => `${alias}.${this.#quoted(relation.day ?? "")}`;
    const follows = [
      `b.${this.#member_id} = a.${this.#member_id}`,
      `${instant(b)} > ${instant(a)}`,
      `${day(b)} <= ${this.#dialect.shiftDays(day(a), scan.within_days)}`,
      ...b.filters,
    ];
    return [
      `  select a.${this.#member_id}, count(*) as ${scan.slots[0]?.name} from ${a.from}`,
      `  where ${[...a.members, ...a.filters, `exists (select 1 from ${b.from} where ${follows.join(" and ")})`].join(" and ")}`,
      `  group by a.${this.#member_id}`,
    ].join("\n");
  }

  #sharedName(relation: Relation): string {
    return this.#quoted(`rows_${relation.name}`);
  }

  /** Lets the engine skip partitions before it filters slot by slot. */
  #reach(slots: readonly RowSlot[]): string[] {
    const reach = widest(slots);
    return reach === undefined ? [] : this.#range(reach, "r");
  }

  #range(days: DayRange, alias: string): string[] {
    const column = `${alias}.${this.#quoted(days.column)}`;
    return [
      ...(days.after === undefined ? [] : [`${column} > date '${days.after}'`]),
      ...(days.until === undefined ? [] : [`${column} <= date '${days.until}'`]),
    ];
  }
}
