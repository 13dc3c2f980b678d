import { performance } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { rehearseMessages } from "../../channels/index.ts";
import type { Ground } from "../../ground.ts";
import { addDays, businessDay, problem, startOfDay } from "../../platform/index.ts";
import { rehearseEarnings, worthOf } from "../../points/index.ts";
import { membersMeetingThen, readOfNow } from "../../segments/index.ts";
import { type JobContext, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { rehearseActs } from "../acts/acts.ts";
import { askOf, earnOf } from "../advance.ts";
import type { JourneyDefinition } from "../definition.ts";
import { type Plan, planOf } from "../plan.ts";
import { prioritiesOf } from "../priority.ts";
import { entrySentence, nodeSentence } from "../sentence.ts";
import type { Walk, Walker } from "../walk.ts";
import { type Asked, historyOf } from "./entries.ts";
import { earlierRuns, versionNumbers } from "./history-store.ts";
import { type Note, NOTES } from "./notes.ts";
import { Play, STEPS_MAX } from "./play.ts";
import { keepDryRun } from "./result-store.ts";
import {
  type ActEffect,
  type MessageEffect,
  type PointsEffect,
  type Settled,
  type Summary,
  summaryOf,
} from "./summary.ts";

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

/** No published version has it: what a dry run asks for has keys of its own, which nothing else ever sees. */
const NO_VERSION = 0;
const CONDITION_MEMBERS_MAX = 10_000;
const PULSE_MS = 100;

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
  const played = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    playDays(tx, ground, definition, { asked, pulse: pulseOf(signal), step }),
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

interface Leading {
  readonly asked: Asked;
  readonly pulse: () => Promise<void>;
  readonly step: () => Promise<void>;
}

export interface Played {
  readonly plan: Plan;
  readonly paths: Play["paths"];
  readonly settled: Settled;
  readonly summary: Summary;
}

async function playDays(
  tx: Tx,
  ground: Ground,
  definition: JourneyDefinition,
  { asked, pulse, step }: Leading,
): Promise<Played> {
  const { timezone } = ground.config;
  await tx.query("set local jit = off");
  const history = await historyOf(tx, ground, definition, asked);
  const effects: Effects = { messages: [], points: [], acts: [] };
  const plan = planOf(NO_VERSION, definition);
  const { walk, turnTo } = pastWalk(tx, ground, plan, effects);
  const play = new Play(walk, await earlierRuns(tx, definition.key, asked.from, asked.member_id));
  const last = new Date(asked.until.getTime() + 1);
  for (let day = businessDay(asked.from, timezone), begins = asked.from; begins < last; ) {
    const ends = startOfDay(addDays(day, 1), timezone);
    const until = ends < last ? ends : last;
    turnTo(day);
    await play.day(await history.between(begins, until), until, pulse);
    if (play.steps > STEPS_MAX) throw problem("journeys.dry_run_too_long", { limit: STEPS_MAX, day });
    await step();
    [day, begins] = [addDays(day, 1), ends];
  }
  const settled = await settle(tx, ground, definition, effects, { asked, pulse });
  await step();
  const given = settled.points.reduce((sum, one) => sum + (one.refused === undefined ? one.points : 0), 0);
  const notes = [NOTES.by_occurrence, NOTES.rules_of_now, ...history.notes, ...(await notesOfNow(tx, ground, plan))];
  const points_minor = await worthOf(tx, ground, given);
  return { plan, paths: play.paths, settled, summary: summaryOf(plan, play.paths, settled, { notes, points_minor }) };
}

interface Effects {
  readonly messages: MessageEffect[];
  readonly points: PointsEffect[];
  readonly acts: ActEffect[];
}

/** The engine's walk, led through a past day: conditions are asked as of then, messages and points are noted. */
function pastWalk(tx: Tx, ground: Ground, plan: Plan, effects: Effects) {
  const { timezone } = ground.config;
  let today = "";
  const effect = ({ place }: { readonly place: number }, { run, step, now }: Walker) => ({
    path: run.run_id,
    member_id: run.member_id,
    step,
    place,
    at: now,
  });
  const walk: Walk = {
    plan,
    timezone,
    meeting: async (condition, walkers) => {
      const meeting = new Set<Walker>();
      for (const part of partsOf(walkers)) {
        const thens = part.map(({ run, now }) => ({ member_id: run.member_id, at: now }));
        const ids = await membersMeetingThen(tx, ground, condition, { today, thens });
        for (const walker of part) if (ids.has(walker.run.member_id)) meeting.add(walker);
      }
      return meeting;
    },
    message: (stop, walker, template) => effects.messages.push({ ...effect(stop, walker), template }),
    points: (stop, walker, node) => {
      const earning = earnOf(plan, stop, walker, node, timezone);
      effects.points.push({ ...effect(stop, walker), points: node.points, earning });
    },
    act: (stop, walker, node) => effects.acts.push({ ...effect(stop, walker), ask: askOf(plan, stop, walker, node) }),
    exposed: () => {},
  };
  const turnTo = (day: string) => {
    today = day;
  };
  return { walk, turnTo };
}

/** Parts in which nobody is twice: one question has one instant for each member. */
function partsOf(walkers: readonly Walker[]): Walker[][] {
  const parts: { readonly ids: Set<number>; readonly walkers: Walker[] }[] = [];
  for (const walker of walkers) {
    const id = walker.run.member_id;
    let part = parts.find(({ ids }) => !ids.has(id) && ids.size < CONDITION_MEMBERS_MAX);
    if (part === undefined) parts.push((part = { ids: new Set(), walkers: [] }));
    part.ids.add(id);
    part.walkers.push(walker);
  }
  return parts.map((part) => part.walkers);
}

/** What the gate and the ledger would have made of it, in the order of time. */
async function settle(
  tx: Tx,
  ground: Ground,
  definition: JourneyDefinition,
  { messages, points, acts }: Effects,
  { asked: { from, until }, pulse }: Pick<Leading, "asked" | "pulse">,
): Promise<Settled> {
  const first_words = (await versionNumbers(tx, definition.key)).map(String);
  const priority = await prioritiesOf(
    tx,
    definition,
    messages.map(({ member_id }) => member_id),
  );
  const inOrder = messages
    .map((one) => ({ ...one, priority: priority(one.member_id) }))
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  const instead_of = { source: "journeys", first_words };
  // whoever is due at the very end is played, and the gate still looks at it
  const last = new Date(until.getTime() + 1);
  const fates = await rehearseMessages(tx, ground, inOrder, { from, until: last, instead_of, pulse });
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
  return {
    acts: asked.map((one, at) => ({ ...one, refused: kept_back[at] })),
    messages: inOrder.flatMap((one, at) => {
      const fate = fates[at];
      return fate === undefined ? [] : [{ ...one, fate }];
    }),
    points: granted.map((one, at) => ({ ...one, refused: refused[at] })),
  };
}

async function notesOfNow(tx: Tx, ground: Ground, { stops, definition: { entry } }: Plan): Promise<Note[]> {
  const notes: Note[] = [];
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
