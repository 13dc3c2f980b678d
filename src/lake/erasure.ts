import { join } from "node:path";
import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { DuckDBInstance } from "@duckdb/node-api";
import { type FiledRelation, isFiled, storedColumns } from "./layout.ts";
import { currentFiles } from "./manifest-store.ts";
import { refreshLake, type RefreshOptions, type RefreshResult } from "./refresh.ts";
import { lakeFolders } from "./writer.ts";

const PARTY_COLUMNS = new Set(["party_id", "counterpart_party_id"]);

/**
 * Writes anew every file in which one of these parties occurs, and removes the old ones from the disk at once. To be
 * called when the record store has let go of the parties already: what it still holds would be copied again.
 */
export async function eraseFromLake(
  ground: Ground,
  party_ids: readonly number[],
  options: RefreshOptions = {},
): Promise<RefreshResult> {
  const also = await daysWith(ground, party_ids);
  return refreshLake(ground, { ...options, also, forget_now: true });
}

async function daysWith(
  ground: Ground,
  party_ids: readonly number[],
): Promise<{ relation: string; business_day: string }[]> {
  const { root } = lakeFolders(ground.config.data_dir);
  const files = await ground.store.read(SYSTEM_SCOPE, currentFiles);
  const relations = new Map(
    ground.catalogue
      .all()
      .filter(isFiled)
      .map((relation) => [relation.name, relation]),
  );
  const instance = await DuckDBInstance.create(":memory:", { memory_limit: "1GB", threads: "2" });
  const connection = await instance.connect();
  const list = party_ids.map((id) => Math.trunc(id)).join(", ");
  const found: { relation: string; business_day: string }[] = [];
  for (const file of files) {
    const condition = partyCondition(relations.get(file.relation), list);
    if (condition === undefined || file.from_day === null) continue;
    const place = join(root, file.path).replaceAll("'", "''");
    const hit = await connection.runAndReadAll(`select 1 from read_parquet('${place}') where ${condition} limit 1`);
    if (hit.currentRowCount > 0) found.push({ relation: file.relation, business_day: file.from_day });
  }
  connection.closeSync();
  instance.closeSync();
  return found;
}

function partyCondition(relation: FiledRelation | undefined, list: string): string | undefined {
  if (relation === undefined || list === "") return undefined;
  const columns = storedColumns(relation).filter((column) => PARTY_COLUMNS.has(column.name));
  return columns.length === 0 ? undefined : columns.map((column) => `${column.name} in (${list})`).join(" or ");
}
