import type { DataRow, DataSet } from "../../src/query/index.ts";
import type { Ground } from "../../src/ground.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";

/** Every catalogue relation as PostgreSQL shows it now, in the form that the naive evaluator reads. */
export async function catalogueData(ground: Ground): Promise<DataSet> {
  const data: Record<string, readonly DataRow[]> = {};
  await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    for (const relation of ground.catalogue.all()) {
      if (relation.per_member === "none" || relation.name === "tag_values") continue;
      const columns = relation.columns.map(({ name, type }) => {
        if (type === "instant") return `to_char("${name}" at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') as "${name}"`;
        return type.startsWith("decimal") ? `trim_scale("${name}")::text as "${name}"` : `"${name}"`;
      });
      data[relation.name] = await tx.query<DataRow>(`select ${columns.join(", ")} from catalogue."${relation.name}"`);
    }
  });
  return data;
}
