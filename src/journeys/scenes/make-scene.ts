import { shipTemplates } from "../../channels/index.ts";
import type { Ground } from "../../ground.ts";
import type { Tx } from "../../store/index.ts";
import { saveJourney } from "../journeys.ts";
import { freeKey, setScene } from "./scene-store.ts";
import { journeyOf, type Scene } from "./scene.ts";

/**
 * Makes a journey of a scene: a draft with the templates that it names, which are drafts too and are approved like any
 * other. Templates that are there already stay as they are. A second journey of a scene has a key of its own.
 */
export async function makeScene(
  tx: Tx,
  ground: Ground,
  scene: Scene,
  { person_id, approved = false }: { readonly person_id: number | null; readonly approved?: boolean },
): Promise<{ readonly journey: string }> {
  const state = approved ? "approved" : "draft";
  await shipTemplates(
    tx,
    scene.templates.map((one) => ({ ...one, state })),
    ground.clock.now(),
  );
  const journey = await freeKey(tx, scene.key);
  await saveJourney(tx, ground, journeyOf(scene, journey), { person_id });
  await setScene(tx, journey, scene.key);
  return { journey };
}
