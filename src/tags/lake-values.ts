import type { Ground } from "../ground.ts";
import { clusterEngine, type EngineName, lakeEngine } from "../lake/index.ts";
import {
  columnOf,
  columnsOf,
  duckdb,
  type Expression,
  planOutputs,
  printPlan,
  relationsOf,
  spark,
} from "../query/index.ts";
import type { Tag, TagBook } from "./book.ts";
import type { LakeRow } from "./full.ts";

export interface LakeValues {
  readonly engine: EngineName;
  readonly rows: AsyncIterable<readonly LakeRow[]>;
}

/**
 * Every member's values out of the lake, in portions, by the cluster where there is one; undefined while the lake has no
 * members. Left out are tags that read a relation which is not copied there (layers of the value domain), and on the
 * cluster those that read personal columns, which do not go there: PostgreSQL alone computes them.
 */
export async function lakeValues(ground: Ground, book: TagBook, today: string): Promise<LakeValues | undefined> {
  const engine = (await clusterEngine(ground)) ?? lakeEngine(ground);
  const filled = await engine.query("select 1 as one from catalogue.members limit 1");
  if (filled.rows.length === 0) return undefined;
  const far = engine.name === "spark";
  const tags = [...book.tags].filter(([, tag]) => inLake(tag, ground) && !(far && readsPersonal(tag, ground)));
  const outputs = tags.map(([name, tag]) => ({ name, tree: tag.stored, as: "text" as const }));
  const plan = planOutputs(outputs, ground.catalogue, today);
  return {
    engine: engine.name,
    rows: portions(engine.stream(printPlan(plan, far ? spark : duckdb, { kind: "all" }))),
  };
}

/** Whether the lake holds everything that a tag reads. */
export function inLake(tag: Tag, ground: Ground): boolean {
  return treeInLake(tag.tree.root, ground);
}

function treeInLake(root: Expression, ground: Ground): boolean {
  return [...relationsOf(root)].every((name) => ground.catalogue.get(name).lake !== false);
}

function readsPersonal(tag: Tag, ground: Ground): boolean {
  return [...columnsOf(tag.tree.root)].some((name) => {
    const [relation = "", column = ""] = name.split(".");
    const { sensitivity } = columnOf(ground.catalogue.get(relation), column) ?? {};
    return sensitivity === "L3" || sensitivity === "L4";
  });
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
