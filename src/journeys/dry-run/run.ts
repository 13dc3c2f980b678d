import { performance } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { rehearseMessages } from "../../channels/index.ts";
import type { Ground } from "../../ground.ts";
import { addDays, businessDay, startOfDay } from "../../platform/index.ts";
import { rehearseEarnings, worthOf } from "../../points/index.ts";
import { readOfNow } from "../../segments/index.ts";
import { type JobContext, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { rehearseActs } from "../acts/acts.ts";
import type { JourneyDefinition } from "../definition.ts";
import type { Plan } from "../plan.ts";
import { prioritiesOf } from "../priority.ts";
import { entrySentence, nodeSentence } from "../sentence.ts";
import { toldThen } from "../variables/told-then.ts";
import type { Asked } from "./entries.ts";
import { versionNumbers } from "./history-store.ts";
import { type Note, NOTES } from "./notes.ts";
import type { Path } from "./path.ts";
import { type Effects, type Leading, playDays, type Reading } from "./play-days.ts";
import { keepDryRun } from "./result-store.ts";
import { type Settled, type Summary, summaryOf } from "./summary.ts";

export const DRY_RUN_JOB = "journeys.dry_run";

export interface DryRunInput {
  readonly journey: string;
  readonly version: number;
  /** As JSON text: places of nodes follow their order, which a job's input does not keep. */
  readonly definition: string;
  readonly days: number;
  readonly member_id: number | null;
  readonly segment_id: number | null;
  readonly person_id: number | null;
  /** The last instant that is played. */
  readonly until: string;
}

const PULSE_MS = 100;
/** As many as there are cores to spare where it was measured; one member needs no second. */
const HANDS = 2;

/** Plays a draft over past days and keeps what would have happened. Everything is read in one snapshot, nothing but the result written. */
export async function dryRun({ ground, job_id, input, signal, progress }: JobContext<DryRunInput>): Promise<unknown> {
  const begun = performance.now();
  const { timezone } = ground.config;
  const until = new Date(input.until);
  const from = startOfDay(addDays(businessDay(until, timezone), -input.days), timezone);
  const definition = JSON.parse(input.definition) as JourneyDefinition;
  const asked: Asked = { from, until, member_id: input.member_id, segment_id: input.segment_id };
  const steps_max = input.days + 3;
  let done = 0;
  const step = () => progress((done += 1), steps_max);
  const leading = { asked, pulse: pulseOf(signal), step };
  const others = input.member_id === null ? HANDS : 0;
  const played = await ground.store.readTogether(SYSTEM_SCOPE, others, (tx, hands) =>
    play({ tx, hands: others === 0 ? [tx] : hands }, ground, definition, leading),
  );
  signal.throwIfAborted();
  const elapsed_ms = Math.round(performance.now() - begun);
  const head = { ...input, job_id, from, until, elapsed_ms, made_at: ground.clock.now() };
  const dry_run_id = await ground.store.write(SYSTEM_SCOPE, (tx) => keepDryRun(tx, head, played));
  return { dry_run_id, entered: played.summary.entered, elapsed_ms };
}

/** Lets others have their turn, and stops when it was asked for. */
function pulseOf(signal: AbortSignal): () => Promise<void> {
  let last = performance.now();
  return async () => {
    signal.throwIfAborted();
    if (performance.now() - last < PULSE_MS) return;
    await nextTurn();
    signal.throwIfAborted();
    last = performance.now();
  };
}

export interface Played {
  readonly plan: Plan;
  readonly paths: readonly Path[];
  readonly settled: Settled;
  readonly summary: Summary;
}

async function play(
  reading: Reading,
  ground: Ground,
  definition: JourneyDefinition,
  leading: Leading,
): Promise<Played> {
  const { tx } = reading;
  await tx.query("set local jit = off");
  const { plan, paths, effects, notes: told } = await playDays(reading, ground, definition, leading);
  const settled = await settle(tx, ground, { plan, paths }, effects, leading);
  await leading.step();
  const given = settled.points.reduce((sum, one) => sum + (one.refused === undefined ? one.points : 0), 0);
  const notes = [
    NOTES.by_occurrence,
    NOTES.rules_of_now,
    ...told,
    ...(await notesOfNow(tx, ground, plan, leading.asked)),
  ];
  const points_minor = await worthOf(tx, ground, given);
  return { plan, paths, settled, summary: summaryOf(plan, paths, settled, { notes, points_minor }) };
}

/** What the gate and the ledger would have made of it, in the order of time. */
async function settle(
  tx: Tx,
  ground: Ground,
  { plan, paths }: Pick<Played, "plan" | "paths">,
  { messages, points, acts }: Effects,
  { asked: { from, until }, pulse }: Pick<Leading, "asked" | "pulse">,
): Promise<Settled> {
  const { definition } = plan;
  const granted = points.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const refused = await rehearseEarnings(
    tx,
    granted.map(({ earning }) => earning),
  );
  const asked = acts.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const kept_back = await rehearseActs(
    tx,
    ground,
    asked.map(({ ask }) => ask),
  );
  const given = {
    acts: asked.map((one, at) => ({ ...one, refused: kept_back[at] })),
    points: granted.map((one, at) => ({ ...one, refused: refused[at] })),
  };
  const told = await toldThen(tx, ground, { plan, paths }, messages, given);
  const first_words = (await versionNumbers(tx, definition.key)).map(String);
  const priority = await prioritiesOf(
    tx,
    definition,
    messages.map(({ member_id }) => member_id),
  );
  const inOrder = told
    .map((one) => ({ ...one, priority: priority(one.member_id) }))
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  const instead_of = { source: "journeys", first_words };
  // whoever is due at the very end is played, and the gate still looks at it
  const last = new Date(until.getTime() + 1);
  const fates = await rehearseMessages(tx, ground, inOrder, { from, until: last, instead_of, pulse });
  return {
    ...given,
    messages: inOrder.flatMap((one, at) => {
      const fate = fates[at];
      return fate === undefined ? [] : [{ ...one, fate }];
    }),
  };
}

async function notesOfNow(
  tx: Tx,
  ground: Ground,
  { stops, told, definition: { entry } }: Plan,
  { segment_id }: Asked,
): Promise<Note[]> {
  const notes: Note[] = [];
  if (told.member.size > 0) notes.push(NOTES.values_of_now);
  if (told.event.size > 0 && segment_id !== null) notes.push(NOTES.entry_untold);
  if (stops.some(({ node }) => node.kind === "staff_task" && node.otherwise !== undefined))
    notes.push(NOTES.tasks_undone);
  if (stops.some(({ node }) => node.kind === "enter")) notes.push(NOTES.other_journeys);
  if (entry.kind === "schedule" && entry.condition !== undefined) {
    const relations = await readOfNow(tx, ground, entry.condition);
    if (relations.length > 0) notes.push(NOTES.of_now(await entrySentence(tx, ground, entry), relations));
  }
  for (const { node } of stops) {
    if (node.kind !== "condition") continue;
    const relations = await readOfNow(tx, ground, node.condition);
    if (relations.length > 0) notes.push(NOTES.of_now(await nodeSentence(tx, ground, node), relations));
  }
  return notes;
}
