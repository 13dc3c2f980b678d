import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { insertErrands, knownRobots, type NewErrand, robotsWithErrands } from "./errand-store.ts";
import { FLOWS } from "../../robots/index.ts";
import { inputFields } from "./flows.ts";
import { type Inputs, listRobots } from "./robot-store.ts";
import { startByItself } from "./robots.ts";

/** After a run that failed errands wait for so long. */
const REST_MS = 600_000;

/** Why a robot takes no errands, as the code of an error. */
type Refusal = "robots.unknown" | "robots.takes_no_errands" | "robots.inputs_invalid";

async function refusalsOf(
  tx: Tx,
  errands: readonly { readonly robot_id: number; readonly inputs: Inputs }[],
): Promise<(Refusal | undefined)[]> {
  const known = new Map(
    (
      await knownRobots(
        tx,
        errands.map(({ robot_id }) => robot_id),
      )
    ).map((row) => [row.robot_id, row]),
  );
  return errands.map(({ robot_id, inputs }) => {
    const flow = FLOWS.find((one) => one.key === known.get(robot_id)?.flow);
    if (flow === undefined) return "robots.unknown";
    if (flow.errands !== true) return "robots.takes_no_errands";
    const free = new Set(inputFields(flow).flatMap(({ name, address }) => (address ? [] : [name])));
    return Object.keys(inputs).every((name) => free.has(name)) ? undefined : "robots.inputs_invalid";
  });
}

/**
 * Asks robots to do something for members, in the caller's transaction, each once for its key; runs start by themselves.
 * @returns for each why it was refused; undefined: it waits for its run
 */
export async function askErrands(
  tx: Tx,
  ground: Ground,
  errands: readonly NewErrand[],
): Promise<(string | undefined)[]> {
  const refusals = await refusalsOf(tx, errands);
  const taken = errands.filter((_, at) => refusals[at] === undefined);
  if (taken.length > 0) await insertErrands(tx, taken, ground.clock.now());
  return refusals;
}

/** What {@link askErrands} would refuse. */
export function rehearseErrands(
  tx: Tx,
  errands: readonly { readonly robot_id: number; readonly inputs: Inputs }[],
): Promise<(string | undefined)[]> {
  return refusalsOf(tx, errands);
}

/** Robots that take errands, for whoever chooses one. */
export async function errandRobots(tx: Tx) {
  const flows = new Map(FLOWS.filter((flow) => flow.errands === true).map((flow) => [flow.key, flow]));
  return (await listRobots(tx)).flatMap(({ robot_id, name, flow: key }) => {
    const flow = flows.get(key);
    if (flow === undefined) return [];
    const inputs = inputFields(flow).filter(({ address }) => !address);
    return [{ robot_id, name, inputs: inputs.map(({ name: field, zh, en }) => ({ name: field, zh, en })) }];
  });
}

/** What a robot is called; undefined: it is not there. */
export async function robotName(tx: Tx, robot_id: number): Promise<string | undefined> {
  return (await knownRobots(tx, [robot_id]))[0]?.name;
}

/** Starts robots that have errands: one run for all that wait. @returns how many */
export async function startErrands(ground: Ground): Promise<number> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const due = await robotsWithErrands(tx, new Date(ground.clock.now().getTime() - REST_MS));
    const at = ground.clock.now().toISOString();
    for (const { robot_id, newest } of due) await startByItself(tx, ground, robot_id, `errands ${newest} ${at}`);
    return due.length;
  });
}
