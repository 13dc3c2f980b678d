import type { Ground } from "../ground.ts";
import { lakeEngine } from "../lake/index.ts";
import type { MemberSet } from "./member-set.ts";
import type { Fact } from "./portrait-facts.ts";

/** How the members of one group are spread over the values of one fact. */
export interface Spread {
  /** Those with any value. */
  readonly known: number;
  /** Members by value, the commonest of the group; a band of a number is its place among the borders. */
  readonly values: ReadonlyMap<string, number>;
  /** First quartile, median and third quartile by nearest rank; sum of all. Of numbers only. */
  readonly quartiles: readonly string[] | null;
  readonly sum: number | null;
}

/** Borders between the bands of a number: its distinct quintiles over everybody. */
export type Borders = ReadonlyMap<string, readonly string[]>;

/** Where the columns of the facts are read. */
export interface FactSource {
  readonly engine: "duckdb" | "postgresql";
  borders(facts: readonly Fact[], within: MemberSet): Promise<Borders>;
  spreads(facts: readonly Fact[], within: MemberSet, borders: Borders): Promise<ReadonlyMap<string, Spread>>;
}

/** Values counted for one fact; what is beyond stands among the others. */
export const VALUES_MAX = 200;
export const QUINTILES = [0.2, 0.4, 0.6, 0.8];
export const QUARTILES = [0.25, 0.5, 0.75];
/** Numbers are tags only. */
const TAGS = "g_member_tags";
const NUMBER = /^-?\d+(\.\d+)?$/;

type Row = Readonly<Record<string, unknown>>;

interface Reader {
  run(sql: string): Promise<readonly Row[]>;
  /** `with …`: g_member_tags and g_members, a row for each member of the group, a column f0, f1 … for each fact. */
  readonly rows: string;
}

const quantiles = (column: string, at: readonly number[]): string =>
  `cast(quantile_disc(${column}, [${at.join(", ")}]) as varchar[])`;

const fromOf = ({ column }: Fact): string => `g_${column.relation}`;

function placesOf(facts: readonly Fact[], kind: Fact["kind"]) {
  return facts.flatMap((fact, place) => (fact.kind === kind ? [{ fact, column: `f${place}` }] : []));
}

async function bordersBy(facts: readonly Fact[], reader: Reader): Promise<Borders> {
  const numbers = placesOf(facts, "bands");
  if (numbers.length === 0) return new Map();
  const columns = numbers.map(({ column }) => `${quantiles(column, QUINTILES)} as ${column}`);
  const [row = {}] = await reader.run(`${reader.rows} select ${columns.join(", ")} from ${TAGS}`);
  return new Map(numbers.map(({ fact, column }) => [fact.key, [...new Set(texts(row[column]))]]));
}

/**
 * One statement that counts every value and band, one that takes the quartiles. The columns of the group are taken out
 * once (`materialized`): at a million members and forty texts, that is a third of the time of as many scans.
 */
async function spreadsBy(facts: readonly Fact[], borders: Borders, reader: Reader): Promise<Map<string, Spread>> {
  const counts = facts.map((fact, place) => countOf(fact, place, borders.get(fact.key) ?? []));
  const counted = await reader.run(`${reader.rows} ${counts.join(" union all ")}`);
  const numbers = placesOf(facts, "bands");
  const columns = numbers.flatMap(({ column }) => [
    `${quantiles(column, QUARTILES)} as ${column}`,
    `cast(sum(${column}) as varchar) as s_${column}`,
  ]);
  const [measured = {}] =
    numbers.length === 0 ? [] : await reader.run(`${reader.rows} select ${columns.join(", ")} from ${TAGS}`);
  return new Map(facts.map((fact, place) => [fact.key, spreadOf(fact, place, counted, measured)]));
}

/** Rows of one fact: its place, a value, its members, and in each row all who have a value. */
function countOf(fact: Fact, place: number, borders: readonly string[]): string {
  const column = `f${place}`;
  const value = fact.kind === "values" ? column : bandOf(column, borders);
  const grouped = `select ${value} as value, count(*) as members from ${fromOf(fact)} where ${column} is not null group by 1`;
  const listed = `select value, members, sum(members) over () as known from (${grouped}) c${place}`;
  return `select ${place} as place, cast(value as varchar) as value, members, cast(known as bigint) as known
    from (${listed} order by members desc, value limit ${VALUES_MAX}) l${place}`;
}

function bandOf(column: string, borders: readonly string[]): string {
  const checked = borders.filter((border) => NUMBER.test(border));
  const branches = checked.map((border, index) => `when ${column} < ${border} then '${index}'`);
  return branches.length === 0 ? "'0'" : `case ${branches.join(" ")} else '${checked.length}' end`;
}

function spreadOf(fact: Fact, place: number, counted: readonly Row[], measured: Row): Spread {
  const own = counted.filter((row) => Number(row["place"]) === place);
  const column = `f${place}`;
  const quartiles = fact.kind === "bands" ? texts(measured[column]) : [];
  return {
    known: Number(own[0]?.["known"] ?? 0),
    values: new Map(own.map((row) => [String(row["value"]), Number(row["members"])])),
    quartiles: quartiles.length === QUARTILES.length ? quartiles : null,
    sum: fact.kind === "bands" ? Number(measured[`s_${column}`] ?? 0) : null,
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => item !== null).map(String) : [];
}

/** The columns of the live mirror of tags and of the profile, in the lake's engine. */
export function lakeFacts(ground: Ground, today: string, signal: AbortSignal): FactSource {
  const readerFor = (facts: readonly Fact[], within: MemberSet): Reader => ({
    rows: lakeRows(facts, today, within.bytes.length * 8),
    run: async (sql) => (await lakeEngine(ground).query(sql, [within.bytes], { signal })).rows as readonly Row[],
  });
  return {
    engine: "duckdb",
    borders: (facts, within) => bordersBy(facts, readerFor(facts, within)),
    spreads: (facts, within, borders) => spreadsBy(facts, borders, readerFor(facts, within)),
  };
}

function lakeRows(facts: readonly Fact[], today: string, width: number): string {
  // ids beyond the bitmap are newer than the group: get_bit would fail on them, in whatever order a filter runs
  const inside = `case when member_id < ${width} then get_bit($1::blob::bit, cast(member_id as integer)) else 0 end = 1`;
  const parts = (["member_tags", "members"] as const).map((relation) => {
    const columns = facts.flatMap(({ column }, place) => {
      if (column.relation !== relation) return [];
      return column.since
        ? [`datediff('day', "${column.name}", date '${today}') as f${place}`]
        : [`"${column.name}" as f${place}`];
    });
    if (columns.length === 0) return [];
    return [`g_${relation} as materialized (select ${columns.join(", ")} from catalogue.${relation} where ${inside})`];
  });
  return `with ${parts.flat().join(", ")}`;
}
