import type { Ground } from "../ground.ts";
import { lakeEngine } from "../lake/index.ts";
import { duckdb, type Expression, planOutputs, printPlan, relationsOf } from "../query/index.ts";
import type { Tag, TagBook } from "./book.ts";
import type { LakeRow } from "./full.ts";

/**
 * Every member's values out of the lake, in portions; undefined while the lake has no members. Tags that read a relation
 * which is not copied there (layers of the value domain) are left out: PostgreSQL alone computes them.
 */
export async function lakeValues(
  ground: Ground,
  book: TagBook,
  today: string,
): Promise<AsyncIterable<readonly LakeRow[]> | undefined> {
  const engine = lakeEngine(ground);
  const filled = await engine.query('select 1 as one from catalogue."members" limit 1');
  if (filled.rows.length === 0) return undefined;
  const tags = [...book.tags].filter(([, tag]) => inLake(tag, ground));
  const outputs = tags.map(([name, tag]) => ({ name, tree: tag.stored, as: "text" as const }));
  const sql = printPlan(planOutputs(outputs, ground.catalogue, today), duckdb, { kind: "all" });
  return portions(engine.stream(sql));
}

/** Whether the lake holds everything that a tag reads. */
export function inLake(tag: Tag, ground: Ground): boolean {
  return treeInLake(tag.tree.root, ground);
}

function treeInLake(root: Expression, ground: Ground): boolean {
  return [...relationsOf(root)].every((name) => ground.catalogue.get(name).lake !== false);
}

type EngineRow = Readonly<Record<string, unknown>>;

async function* portions(rows: AsyncIterable<readonly EngineRow[]>): AsyncIterable<readonly LakeRow[]> {
  for await (const portion of rows) {
    yield portion.map(({ member_id, ...value }) => ({
      member_id: Number(member_id),
      value: value as Record<string, string | null>,
    }));
  }
}
