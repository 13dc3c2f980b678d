import type { Ground } from "../ground.ts";

const paused = new WeakSet<Ground>();

/**
 * Lets the work of points in the background rest while history is written into the ledger at its own time: midnight of
 * today would come in between. @returns how to go on
 */
export function pausePoints(ground: Ground): () => void {
  paused.add(ground);
  return () => paused.delete(ground);
}

export const isPaused = (ground: Ground): boolean => paused.has(ground);
