import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import type { JourneyDefinition } from "./definition.ts";
import { journeyProblems } from "./definition-check.ts";
import { draftOf, type JourneyState, lockJourney, saveDraft, setPublished, setState } from "./journey-store.ts";
import { forgetUnheard } from "./own-events.ts";
import { makeDue, moveRuns } from "./run-store.ts";
import { beginSchedule, endMoments, skipPause } from "./schedule/moment-store.ts";

interface Author {
  readonly person_id: number | null;
}

/** Keeps a draft; it may have problems. @returns its version */
export async function saveJourney(
  tx: Tx,
  ground: Ground,
  definition: JourneyDefinition,
  { person_id }: Author,
): Promise<number> {
  return saveDraft(tx, definition, { person_id, at: ground.clock.now() });
}

/** @throws journeys.not_sound with every problem */
export async function requireSound(tx: Tx, ground: Ground, definition: JourneyDefinition): Promise<void> {
  const problems = await journeyProblems(tx, ground, definition);
  const [first] = problems;
  if (first !== undefined)
    throw problem(
      "journeys.not_sound",
      { count: problems.length, path: first.path, first_zh: first.zh, first_en: first.en },
      problems,
    );
}

/**
 * Puts the draft into force: whoever enters from now on walks it.
 * @param running where members under way go on: on their own version, or at the node of the same name in the new one; who
 * stands at a node that the new one does not have stays on the old
 * @throws journeys.not_sound with every problem, journeys.no_draft, journeys.unknown
 */
export async function publishJourney(
  tx: Tx,
  ground: Ground,
  journey: string,
  { person_id, running = "stay" }: Author & { readonly running?: "stay" | "move" },
): Promise<{ readonly version_id: number; readonly version: number; readonly moved: number }> {
  await lockJourney(tx, journey);
  const draft = await draftOf(tx, journey);
  await requireSound(tx, ground, draft.definition);
  const at = ground.clock.now();
  await forgetUnheard(tx);
  await setPublished(tx, draft.version_id, person_id, at);
  await setState(tx, journey, "live");
  const { entry } = draft.definition;
  if (entry.kind === "segment" && entry.movement === "entered" && entry.present === true)
    await tx.execute("insert into journeys.entering (version_id) values ($1)", [draft.version_id]);
  if (entry.kind === "schedule") await beginSchedule(tx, draft.version_id, at);
  const moved = running === "move" ? await moveRuns(tx, journey, draft.version_id, draft.definition, at) : 0;
  return { version_id: draft.version_id, version: draft.version, moved };
}

const ALLOWED: Readonly<Record<JourneyState, readonly JourneyState[]>> = {
  draft: [],
  live: ["paused", "ended"],
  paused: ["live", "ended"],
  ended: [],
};

/** Pauses, goes on, or ends for good. @throws journeys.state_differs, journeys.unknown */
export async function changeState(tx: Tx, ground: Ground, journey: string, state: JourneyState): Promise<void> {
  const before = await lockJourney(tx, journey);
  if (!ALLOWED[before.state].includes(state)) throw problem("journeys.state_differs", { journey, state: before.state });
  await setState(tx, journey, state);
  const now = ground.clock.now();
  if (state === "live") await skipPause(tx, journey, now);
  if (state !== "ended") return;
  await endMoments(tx, journey, now);
  // whoever waits for something that will not come any more leaves now
  await makeDue(tx, journey, now);
}
