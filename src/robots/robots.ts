import type { Ground } from "../ground.ts";
import { businessDay, Problem, problem, timeOfDay } from "../platform/index.ts";
import { cancelJob, startJob, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { flowOf, originsOf, requireOrigins, soundInputs } from "./flows.ts";
import { reopenItems } from "./item-store.ts";
import {
  dueRobots,
  forgetSecrets,
  giveRobot,
  type Inputs,
  insertRobot,
  keepSecret,
  robotById,
  type RobotChange,
  type RobotRow,
  updateRobot,
} from "./robot-store.ts";
import { insertRun, noteJob, openRun, runById, runByKey, type RunRow } from "./run-store.ts";
import { rightsWhileAway } from "../access/index.ts";

/** Jobs of one kind follow each other; robots work in so many lanes, each always in its own. */
export const LANES = 2;
export const laneOf = (robot_id: number) => `robots.run_${(robot_id % LANES) + 1}`;

const localNow = (ground: Ground) => {
  const now = ground.clock.now();
  const { timezone } = ground.config;
  return { day: businessDay(now, timezone), time: timeOfDay(now, timezone) };
};

/** One whose time of today is over begins tomorrow. */
const doneToday = (ground: Ground, daily_at: string | null): string | null => {
  const { day, time } = localNow(ground);
  return daily_at !== null && daily_at <= time ? day : null;
};

export interface NewRobot {
  readonly flow: string;
  readonly name: string;
  readonly inputs: Inputs;
  readonly daily_at: string | null;
  readonly patience_seconds?: number | undefined;
}

/** Whoever makes a robot owns it. @throws robots.flow_unknown, robots.inputs_invalid, robots.address_refused, robots.full */
export async function makeRobot(ground: Ground, wanted: NewRobot, owner_id: number): Promise<number> {
  const flow = flowOf(wanted.flow);
  const inputs = soundInputs(flow, wanted.inputs);
  await requireOrigins(ground, originsOf(flow, inputs));
  const last_day = doneToday(ground, wanted.daily_at);
  return ground.store.write(SYSTEM_SCOPE, (tx) =>
    insertRobot(tx, { ...wanted, inputs, owner_id, last_day }, ground.wall.now()),
  );
}

/**
 * Changes a robot. Where it goes and what it is given only its owner changes; another address forgets its secrets, so that
 * they are typed nowhere else. @throws robots.owner_only, robots.inputs_invalid, robots.address_refused
 */
export async function changeRobot(
  ground: Ground,
  robot_id: number,
  change: Omit<RobotChange, "last_day">,
  person_id: number,
): Promise<{ readonly secrets_forgotten: boolean }> {
  const before = await ground.store.read(SYSTEM_SCOPE, (tx) => robotById(tx, robot_id));
  const flow = flowOf(before.flow);
  const inputs = change.inputs === undefined ? undefined : soundInputs(flow, change.inputs);
  const origins = originsOf(flow, inputs ?? before.inputs);
  if (inputs !== undefined) await requireOrigins(ground, origins);
  const last_day = typeof change.daily_at === "string" ? doneToday(ground, change.daily_at) : null;
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const robot = await robotById(tx, robot_id, true);
    if (inputs !== undefined && robot.owner_id !== person_id) throw problem("robots.owner_only");
    if (change.on === true) await requireOwner(ground, robot);
    await updateRobot(tx, robot_id, { ...change, inputs, ...(last_day === null ? {} : { last_day }) });
    const moved = originsOf(flow, robot.inputs).join(" ") !== origins.join(" ");
    if (moved) await forgetSecrets(tx, robot_id);
    return { secrets_forgotten: moved };
  });
}

/** @throws robots.no_owner, robots.owner_left */
async function requireOwner(ground: Ground, { owner_id }: RobotRow): Promise<void> {
  if (owner_id === null) throw problem("robots.no_owner");
  if ((await rightsWhileAway(ground, owner_id)) === undefined) throw problem("robots.owner_left");
}

/** Makes somebody its owner. What it signs in with is forgotten when it was another's: it was theirs. */
export async function takeOver(
  ground: Ground,
  robot_id: number,
  person_id: number,
): Promise<{ readonly secrets_forgotten: boolean }> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const { owner_id } = await robotById(tx, robot_id, true);
    const theirs = owner_id !== null && owner_id !== person_id;
    await giveRobot(tx, robot_id, person_id);
    if (theirs) await forgetSecrets(tx, robot_id);
    return { secrets_forgotten: theirs };
  });
}

/** @throws robots.owner_only, robots.secret_unknown */
export async function setSecret(
  ground: Ground,
  robot_id: number,
  { name, value }: { readonly name: string; readonly value: string },
  person_id: number,
): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const robot = await robotById(tx, robot_id, true);
    if (robot.owner_id !== person_id) throw problem("robots.owner_only");
    if (!(name in flowOf(robot.flow).secrets)) throw problem("robots.secret_unknown", { secret: name });
    await keepSecret(tx, ground, { robot_id, name, value, set_by: person_id });
  });
}

export interface Asking {
  readonly robot_id: number;
  /** What asks: the same again is the same run. */
  readonly run_key: string;
  /** Over those of the robot; addresses stay the robot's own. */
  readonly inputs?: Inputs;
  readonly asked_by: number | null;
}

/**
 * Asks for a run in the caller's transaction. @returns the run, new or as it was asked for before by the same key
 * @throws robots.not_on, robots.already_running, robots.inputs_invalid
 */
export async function requestRun(tx: Tx, ground: Ground, asking: Asking): Promise<RunRow> {
  const { robot_id, run_key, asked_by } = asking;
  const known = await runByKey(tx, robot_id, run_key);
  if (known !== undefined) return known;
  const robot = await robotById(tx, robot_id, true);
  if (robot.state !== "on") throw problem(robot.stopped_why ?? "robots.not_on");
  const open = await openRun(tx, robot_id);
  if (open !== undefined) throw problem("robots.already_running", { run_id: open.run_id });
  const flow = flowOf(robot.flow);
  const inputs = soundInputs(flow, { ...robot.inputs, ...asking.inputs });
  if (originsOf(flow, inputs).join(" ") !== originsOf(flow, robot.inputs).join(" ")) throw problem("robots.owner_only");
  const run = await insertRun(
    tx,
    { robot_id, run_key, inputs, owner_id: robot.owner_id, asked_by },
    ground.clock.now(),
  );
  if (run === undefined) return runAsked(tx, robot_id, run_key);
  const job_id = await startJob(tx, ground, laneOf(robot_id), { run_id: run.run_id }, { person_id: asked_by });
  await noteJob(tx, run.run_id, job_id);
  return { ...run, job_id };
}

async function runAsked(tx: Tx, robot_id: number, run_key: string): Promise<RunRow> {
  const run = await runByKey(tx, robot_id, run_key);
  if (run === undefined) throw problem("robots.run_unknown", { run_id: 0 });
  return run;
}

/** Asks a run to stop; one that waits ends at once. */
export async function stopRun(ground: Ground, run_id: number): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const { job_id } = await runById(tx, run_id);
    if (job_id !== null) await cancelJob(tx, ground, job_id);
  });
}

/** Opens failed items again and asks for a run that looks each up first. @throws robots.item_unknown and what {@link requestRun} throws */
export async function retryItems(
  ground: Ground,
  robot_id: number,
  items: readonly string[] | null,
  by: { readonly run_key: string; readonly person_id: number | null },
): Promise<RunRow> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const opened = await reopenItems(tx, robot_id, items);
    if (opened === 0) throw problem("robots.item_unknown", { item: items?.join(", ") ?? "" });
    return requestRun(tx, ground, { robot_id, run_key: by.run_key, asked_by: by.person_id });
  });
}

/** Starts robots whose time of day has come: each once a business day, by whichever process looks first. @returns how many */
export async function startDue(ground: Ground): Promise<number> {
  const { day, time } = localNow(ground);
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const due = await dueRobots(tx, day, time);
    for (const robot of due) {
      await updateRobot(tx, robot.robot_id, { last_day: day });
      await startByItself(tx, ground, robot.robot_id, `daily ${day}`);
    }
    return due.length;
  });
}

/** A run that nobody waits for: why it does not start is told in the log. */
export async function startByItself(tx: Tx, ground: Ground, robot_id: number, run_key: string): Promise<void> {
  try {
    await requestRun(tx, ground, { robot_id, run_key, asked_by: null });
  } catch (error) {
    // yesterday's is still under way, or its inputs no longer fit the flow: its page shows which
    if (!(error instanceof Problem)) throw error;
    ground.log.warn({ robot_id, code: error.code }, "a robot did not start by itself");
  }
}
