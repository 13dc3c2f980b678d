import type { Ground } from "../ground.ts";
import { DuckDbEngine } from "./duckdb-engine.ts";
import type { EmbeddedEngine, LakeEngine } from "./engine.ts";

const engines = new WeakMap<Ground, EmbeddedEngine>();
const clusters = new WeakMap<Ground, Promise<LakeEngine>>();

/** The embedded engine that reads the lake for this process. */
export function lakeEngine(ground: Ground): EmbeddedEngine {
  const known = engines.get(ground);
  if (known !== undefined) return known;
  const engine = new DuckDbEngine(ground);
  engines.set(ground, engine);
  return engine;
}

/**
 * The Spark cluster of SPARK_CONNECT_URL, for work over all members; undefined without one. Its client is loaded at the
 * first use, so that an installation without a cluster pays nothing.
 */
export async function clusterEngine(ground: Ground): Promise<LakeEngine | undefined> {
  const url = ground.config.spark_connect_url;
  if (url === "") return undefined;
  const opening =
    clusters.get(ground) ?? import("./spark/spark-engine.ts").then(({ SparkEngine }) => new SparkEngine(ground, url));
  clusters.set(ground, opening);
  return opening;
}

/** Gives the engines' memory back; the next query opens them again. */
export async function closeLake(ground: Ground): Promise<void> {
  await engines.get(ground)?.close();
  await (await clusters.get(ground))?.close();
}
