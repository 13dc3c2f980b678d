import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { lakeEngine } from "./engines.ts";
import { type FiledRelation, isFiled, storedColumns } from "./layout.ts";

export interface DifferingDay {
  readonly relation: string;
  readonly business_day: string;
}

interface DaySums {
  readonly day: string;
  readonly [sum: string]: unknown;
}

/**
 * Days on which the lake's rows are not those of the record store, by row counts and by the sums of all stored integers.
 * Each side is read at its own moment, so days that change meanwhile may be named without need.
 */
export async function differingDays(
  ground: Ground,
  options: {
    readonly signal?: AbortSignal;
    readonly progress?: (done: number, total: number, note: string) => Promise<void>;
  } = {},
): Promise<DifferingDay[]> {
  const relations = ground.catalogue
    .all()
    .filter(isFiled)
    .filter((relation) => relation.lake.partition !== null);
  const found: DifferingDay[] = [];
  for (const [done, relation] of relations.entries()) {
    options.signal?.throwIfAborted();
    await options.progress?.(done, relations.length, relation.name);
    const sql = sumsOf(relation);
    const stored = await ground.store.read(SYSTEM_SCOPE, (tx) => tx.query<DaySums>(sql));
    const lake = (await lakeEngine(ground).query(sql)).rows as readonly unknown[] as readonly DaySums[];
    for (const business_day of difference(stored, lake)) found.push({ relation: relation.name, business_day });
  }
  return found;
}

function sumsOf(relation: FiledRelation): string {
  const integers = storedColumns(relation).filter((column) => column.type === "integer");
  const sums = integers.map((column) => `cast(sum(coalesce(${column.name}, 0)) as decimal(38, 0)) as ${column.name}`);
  return `select cast(${relation.lake.partition} as varchar) as day, count(*) as rows, ${sums.join(", ")}
    from catalogue.${relation.name} group by 1 order by 1`;
}

function difference(stored: readonly DaySums[], lake: readonly DaySums[]): string[] {
  const texts = (rows: readonly DaySums[]) =>
    new Map(rows.map(({ day, ...sums }) => [day, Object.values(sums).map(String).join("|")]));
  const [a, b] = [texts(stored), texts(lake)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((day) => a.get(day) !== b.get(day)).sort();
}
