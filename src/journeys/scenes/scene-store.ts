import type { Tx } from "../../store/index.ts";

/** The first key after a scene's own that no journey has. */
export async function freeKey(tx: Tx, scene: string): Promise<string> {
  // two who make the same scene at once take turns
  await tx.query("select pg_advisory_xact_lock(hashtext('journeys.scene'))");
  const rows = await tx.query<{ journey: string }>(
    "select journey from journeys.journey where journey = $1 or journey ~ ('^' || $1 || '_[0-9]+$')",
    [scene],
  );
  const taken = new Set(rows.map((row) => row.journey));
  if (!taken.has(scene)) return scene;
  for (let number = 2; ; number += 1) if (!taken.has(`${scene}_${number}`)) return `${scene}_${number}`;
}

export async function setScene(tx: Tx, journey: string, scene: string): Promise<void> {
  await tx.execute("update journeys.journey set scene = $2 where journey = $1", [journey, scene]);
}
