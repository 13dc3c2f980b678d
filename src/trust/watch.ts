import type { Ground } from "../ground.ts";
import { type Indicator, type Reading, setSetting, settingOf, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { planDeliveries } from "./delivery-store.ts";
import {
  addNote,
  changeIncident,
  dueEscalations,
  episodesOf,
  type IncidentRow,
  insertIncident,
} from "./incident-store.ts";
import { indicatorsOf, type Limits, limitsOf, movedLimits } from "./indicators.ts";
import { ESCALATE_MINUTES, ESCALATIONS_MAX, isWorse, judge, type Level, MINUTE_MS, RESPONSE_MINUTES } from "./judge.ts";
import { keepReadings, PARTS_MAX, sweepReadings } from "./reading-store.ts";
import { dueReports } from "./report-clock.ts";

/** What the last round of looking knows of itself. */
export interface WatchState {
  readonly read_at: string;
  /** Indicators that could not be read, and why. */
  readonly failed: Readonly<Record<string, string>>;
}

const STATE = "trust.watch";
/** What happened while nobody looked is looked at afterwards, no further back than this. */
export const LOOK_BACK_MS = 24 * 3_600_000;
const INSTANTS_MAX = 150;

export function watchState(tx: Tx): Promise<WatchState | undefined> {
  return settingOf<WatchState>(tx, STATE);
}

export interface Watched {
  readonly readings: number;
  readonly opened: number;
  readonly failed: number;
}

/** One round: reads every indicator, opens and closes incidents, passes on what nobody took. */
export async function watch(ground: Ground): Promise<Watched> {
  const now = ground.wall.now();
  const { state, moved } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
    state: await watchState(tx),
    moved: await movedLimits(tx),
  }));
  const last = state === undefined ? undefined : new Date(state.read_at);
  const failed: Record<string, string> = {};
  let readings = 0;
  let opened = 0;
  for (const indicator of indicatorsOf(ground)) {
    const limits = limitsOf(indicator, moved);
    if (!limits.enabled) continue;
    try {
      for (const at of instantsOf(indicator, last, now)) {
        const found = await readAt(ground, indicator, at);
        readings += found.length;
        opened += await judgeAll(ground, indicator, limits, found, at);
      }
    } catch (error) {
      failed[indicator.name] = error instanceof Error ? error.message.slice(0, 200) : String(error);
      ground.log.error({ indicator: indicator.name, error: failed[indicator.name] }, "an indicator was not read");
    }
  }
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await escalate(tx, ground, now);
    for (const due of await dueReports(tx, now)) await planDeliveries(tx, ground, due.incident, due.step);
    if (now.getUTCMinutes() === 0) await sweepReadings(tx, now);
    await setSetting(tx, STATE, { read_at: now.toISOString(), failed } satisfies WatchState);
  });
  ground.signals.emit("trust.watched", { opened });
  return { readings, opened, failed: Object.keys(failed).length };
}

/** The instants to read at: now, and those that fell into a time when nobody looked. */
export function instantsOf(indicator: Pick<Indicator, "window_minutes">, last: Date | undefined, now: Date): Date[] {
  if (indicator.window_minutes === null || last === undefined) return [now];
  const window_ms = indicator.window_minutes * MINUTE_MS;
  const from = Math.max(last.getTime(), now.getTime() - LOOK_BACK_MS);
  const instants: Date[] = [];
  // half a window apart, so that what one window holds is not cut in two
  const step_ms = Math.max(window_ms / 2, LOOK_BACK_MS / INSTANTS_MAX);
  if (now.getTime() - from > window_ms)
    for (let at = from + step_ms; at < now.getTime(); at += step_ms) instants.push(new Date(at));
  return [...instants, now];
}

/** The instant in the time the business lives in. */
function worldAt(ground: Ground, at: Date): Date {
  return new Date(at.getTime() + ground.clock.now().getTime() - ground.wall.now().getTime());
}

async function readAt(ground: Ground, indicator: Indicator, at: Date): Promise<readonly Reading[]> {
  const found = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    indicator.read({ tx, ground, at, world_at: worldAt(ground, at) }),
  );
  return mostTelling(found, indicator);
}

/** Of very many parts the worst. */
export function mostTelling(found: readonly Reading[], indicator: Pick<Indicator, "direction">): readonly Reading[] {
  if (found.length <= PARTS_MAX) return found;
  const sign = indicator.direction === "above" ? -1 : 1;
  return found.toSorted((a, b) => sign * (a.value - b.value)).slice(0, PARTS_MAX);
}

async function judgeAll(
  ground: Ground,
  indicator: Indicator,
  limits: Limits,
  found: readonly Reading[],
  at: Date,
): Promise<number> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await keepReadings(tx, indicator.name, found, at);
    const episodes = new Map((await episodesOf(tx, indicator.name)).map((row) => [row.part, row]));
    const byPart = new Map(found.map((reading) => [reading.part, reading]));
    let opened = 0;
    for (const part of new Set([...byPart.keys(), ...episodes.keys()])) {
      const step = { tx, ground, indicator, limits, at, reading: byPart.get(part), episode: episodes.get(part) };
      if (await judgeOne(step)) opened += 1;
    }
    return opened;
  });
}

interface Step {
  readonly tx: Tx;
  readonly ground: Ground;
  readonly indicator: Indicator;
  readonly limits: Limits;
  readonly at: Date;
  readonly reading: Reading | undefined;
  readonly episode: IncidentRow | undefined;
}

/** @returns whether an incident was opened */
async function judgeOne(step: Step): Promise<boolean> {
  const { tx, ground, indicator, limits, at, reading, episode } = step;
  const verdict = judge(reading?.value, limits, indicator.direction, episode, at);
  if (verdict.act === "open" && reading !== undefined) {
    if (episode !== undefined) await changeIncident(tx, episode.incident_id, { still_beyond: false });
    const opened = { indicator, reading, level: verdict.level, synthetic: false, at };
    return (await openIncident(tx, ground, opened)) !== undefined;
  }
  if (episode === undefined) return false;
  const { incident_id } = episode;
  if (verdict.act === "forget") await changeIncident(tx, incident_id, { still_beyond: false });
  if (verdict.act === "go_on" && reading !== undefined) await goOn(step, reading, verdict.raised);
  if (verdict.act === "calm") {
    await changeIncident(tx, incident_id, { calm_since: at, last_value: reading?.value ?? episode.last_value });
    await addNote(tx, incident_id, { at, what: "calm", text: "" });
  }
  if (verdict.act === "close") {
    await changeIncident(tx, incident_id, { state: "closed", closed_at: at, escalates_at: null });
    await addNote(tx, incident_id, { at, what: "closed", text: "" });
    await planDeliveries(tx, ground, episode, "closed");
  }
  return false;
}

async function goOn({ tx, ground, indicator, at, episode }: Step, reading: Reading, raised: boolean): Promise<void> {
  if (episode === undefined) return;
  const worse = isWorse(reading.value, episode.worst_value, indicator.direction);
  await changeIncident(tx, episode.incident_id, {
    last_value: reading.value,
    calm_since: null,
    ...(worse ? { worst_value: reading.value } : {}),
    ...(raised ? { level: "alarm" as const } : {}),
  });
  if (!raised) return;
  await addNote(tx, episode.incident_id, { at, what: "raised", text: String(reading.value) });
  await planDeliveries(tx, ground, { ...episode, level: "alarm" }, "raised");
}

export interface Opening {
  readonly indicator: Indicator;
  readonly reading: Reading;
  readonly level: Level;
  readonly synthetic: boolean;
  readonly at: Date;
}

/** Opens the one incident of an episode and has it told. @returns undefined where it is open already */
export async function openIncident(
  tx: Tx,
  ground: Ground,
  { indicator, reading, level, synthetic, at }: Opening,
): Promise<{ incident: IncidentRow; channels: number } | undefined> {
  const now = ground.wall.now();
  const after = (minutes: number) => new Date(now.getTime() + minutes * MINUTE_MS);
  const incident = await insertIncident(tx, {
    indicator: indicator.name,
    part: reading.part,
    label: reading.label ?? "",
    synthetic,
    level,
    value: reading.value,
    opened_at: at,
    // the clock runs from when somebody could know
    due_at: after(RESPONSE_MINUTES),
    escalates_at: synthetic ? null : after(ESCALATE_MINUTES),
  });
  if (incident === undefined) return undefined;
  await addNote(tx, incident.incident_id, { at: now, what: "opened", text: String(reading.value) });
  return { incident, channels: await planDeliveries(tx, ground, incident, "opened") };
}

async function escalate(tx: Tx, ground: Ground, now: Date): Promise<void> {
  for (const incident of await dueEscalations(tx, now)) {
    const escalations = incident.escalations + 1;
    const next = escalations >= ESCALATIONS_MAX ? null : new Date(now.getTime() + ESCALATE_MINUTES * MINUTE_MS);
    await changeIncident(tx, incident.incident_id, { escalations, escalates_at: next });
    await addNote(tx, incident.incident_id, { at: now, what: "escalated", text: String(escalations) });
    await planDeliveries(tx, ground, incident, `escalated-${escalations}`);
  }
}
