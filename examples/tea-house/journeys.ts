import { SCENES } from "../../definitions/journeys/index.ts";
import type { Ground } from "../../src/ground.ts";
import { enterPast, makeScene, publishJourney } from "../../src/journeys/index.ts";
import { settingOf, setSetting, type Tx } from "../../src/store/index.ts";

const SETTING = "tea_house.journeys";
/** As if the scenes had been in force so long: records of hours, moments of days. */
const PAST = { hours: 24, days: 6 };

/** Every shipped scene, in force with its templates approved, and members on their way. Once. */
export async function seedJourneys(tx: Tx, ground: Ground): Promise<void> {
  if ((await settingOf(tx, SETTING)) !== undefined) return;
  const now = ground.clock.now();
  for (const scene of SCENES) {
    const { journey } = await makeScene(tx, ground, scene, { person_id: null, approved: true });
    await publishJourney(tx, ground, journey, { person_id: null });
    await enterPast(tx, ground, journey, PAST);
  }
  await setSetting(tx, SETTING, { at: now.toISOString() });
}
