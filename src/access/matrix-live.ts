import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { compileMatrix, type Matrix } from "./matrix.ts";
import { SHIPPED } from "./matrix-defaults.ts";
import { contentOf } from "./matrix-store.ts";

export const SHIPPED_MATRIX = compileMatrix(0, SHIPPED, SHIPPED);

const compiled = new WeakMap<Ground, Matrix>();

/**
 * The matrix in force. Which version that is comes with the session of every request, so that a permission taken away is
 * gone with the next request; a version never changes, so that it is read and compiled once by each process.
 */
export async function matrixAt(ground: Ground, version: number | null): Promise<Matrix> {
  if (version === null) return SHIPPED_MATRIX;
  const known = compiled.get(ground);
  if (known?.version === version) return known;
  const content = await ground.store.read(SYSTEM_SCOPE, (tx) => contentOf(tx, version));
  const matrix = compileMatrix(version, content, SHIPPED);
  compiled.set(ground, matrix);
  return matrix;
}

/** The number of the version in force; null: the shipped one. */
export async function activeVersion(tx: Tx): Promise<number | null> {
  const row = await tx.one<{ version: number }>("select version from access.matrix_version where state = 'active'");
  return row?.version ?? null;
}

/** The matrix in force at this moment. */
export async function currentMatrix(ground: Ground): Promise<Matrix> {
  return matrixAt(ground, await ground.store.read(SYSTEM_SCOPE, activeVersion));
}
