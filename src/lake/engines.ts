import type { Ground } from "../ground.ts";
import { DuckDbEngine } from "./duckdb-engine.ts";
import type { LakeEngine } from "./engine.ts";

const engines = new WeakMap<Ground, LakeEngine>();

/** The engine that reads the lake for this process. */
export function lakeEngine(ground: Ground): LakeEngine {
  const known = engines.get(ground);
  if (known !== undefined) return known;
  const engine = new DuckDbEngine(ground);
  engines.set(ground, engine);
  return engine;
}

/** Gives the engine's memory back; the next query opens it again. */
export async function closeLake(ground: Ground): Promise<void> {
  await engines.get(ground)?.close();
}
