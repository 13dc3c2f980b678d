import type { BrowserContext } from "playwright-core";
import type { Flow } from "../../robots/contract.ts";
import { FLOWS } from "../../robots/index.ts";
import { rightsWhileAway } from "../access/index.ts";
import type { Ground } from "../ground.ts";
import { addDays, businessDay, Problem, problem } from "../platform/index.ts";
import { isLostConnection, type JobContext, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { withContext } from "./browsers.ts";
import { Film } from "./film.ts";
import { flowOf, openOrigins, originsOf } from "./flows.ts";
import { type Gate, openGate } from "./gate.ts";
import { type Equipment, Hands } from "./hands.ts";
import { Items } from "./items.ts";
import { Owner } from "./owner.ts";
import { phoneOf, platformFor } from "./platform-acts.ts";
import { openSecrets, type RobotRow, robotById, stopRobot } from "./robot-store.ts";
import { beginRun, endRun, type RunRow } from "./run-store.ts";

const MINUTE_MS = 60_000;

export interface RunInput {
  readonly run_id: number;
}

/** What a run came to, as its job keeps it. */
interface Came {
  readonly state: RunRow["state"];
  readonly code?: unknown;
}

/** The process stops: the run is taken up again after the restart. */
class Left extends Error {}

/** Brings one run to its end, or leaves it to the next process as it is. */
export async function performRun(context: JobContext<RunInput>): Promise<Came> {
  const { ground, input } = context;
  const run = await ground.store.write(SYSTEM_SCOPE, (tx) => beginRun(tx, input.run_id, ground.clock.now()));
  if (run === undefined) return { state: "stopped" };
  const robot = await ground.store.read(SYSTEM_SCOPE, (tx) => robotById(tx, run.robot_id));
  const covers = FLOWS.find((one) => one.key === robot.flow)?.covers ?? [];
  const film = new Film(ground, { run_id: run.run_id, attempt: run.attempts }, covers);
  try {
    const outputs = await work(context, robot, run, film);
    return await ended(ground, run, { state: "done", outputs, failure: null });
  } catch (error) {
    if (context.signal.aborted && !context.cancelled()) throw new Left("the process stops");
    // neither is a database that went away the run's own failure: the queue takes it up again
    if (isLostConnection(error)) throw error;
    if (!(error instanceof Problem)) ground.log.error({ run_id: run.run_id, error: String(error) }, "a robot failed");
    const failure = film.failure(error);
    const by_itself = failure["code"] === "robots.owner_left" || failure["code"] === "robots.no_owner";
    if (by_itself)
      await ground.store.write(SYSTEM_SCOPE, (tx) => stopRobot(tx, robot.robot_id, String(failure["code"])));
    const state = by_itself || failure["code"] === "robots.stopped" ? "stopped" : "failed";
    return ended(ground, run, { state, outputs: null, failure });
  }
}

async function ended(
  ground: Ground,
  { run_id, robot_id }: RunRow,
  end: {
    readonly state: "done" | "failed" | "stopped";
    readonly outputs: unknown;
    readonly failure: Record<string, unknown> | null;
  },
): Promise<Came> {
  await ground.store.write(SYSTEM_SCOPE, (tx) => endRun(tx, run_id, { ...end, now: ground.clock.now() }));
  ground.signals.emit("robots", { robot_id, run_id, state: end.state });
  return { state: end.state, ...(end.failure === null ? {} : { code: end.failure["code"] }) };
}

/** The owner as they are now, with everything that the flow declares to need. @throws robots.no_owner, robots.owner_left, robots.owner_may_not */
async function ownerOf(ground: Ground, flow: Flow, robot: RobotRow, run: RunRow): Promise<Owner> {
  if (robot.owner_id === null) throw problem("robots.no_owner");
  if ((await rightsWhileAway(ground, robot.owner_id)) === undefined) throw problem("robots.owner_left");
  const owner = new Owner(ground, { robot_id: robot.robot_id, run_id: run.run_id, owner_id: robot.owner_id });
  for (const { permission, level } of flow.needs) await owner.require(permission, level);
  return owner;
}

async function work(context: JobContext<RunInput>, robot: RobotRow, run: RunRow, film: Film): Promise<unknown> {
  const { ground } = context;
  const flow = flowOf(robot.flow);
  const owner = await ownerOf(ground, flow, robot, run);
  const secrets = await ground.store.read(SYSTEM_SCOPE, (tx) => openSecrets(tx, ground, robot.robot_id));
  for (const [name, { zh: secret_zh, en: secret_en }] of Object.entries(flow.secrets))
    if (!secrets.has(name)) throw problem("robots.secret_missing", { secret_zh, secret_en });
  const origins = originsOf(flow, run.inputs);
  const gate = await openGate({ origins, open: await openOrigins(ground) });
  const limit = AbortSignal.timeout(flow.minutes_max * MINUTE_MS);
  const signal = reasonOf(context, limit, flow.minutes_max);
  try {
    return await withContext(ground, gate.server, async (browser) => {
      const hands = await equip({ context, robot, run, film, owner, flow, secrets, origins, gate, signal }, browser);
      const close = () => void browser.close().catch(() => undefined);
      signal.addEventListener("abort", close, { once: true });
      try {
        await hands.signIn();
        const outputs = await flow.run(hands);
        signal.throwIfAborted();
        return outputs;
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      } finally {
        signal.removeEventListener("abort", close);
      }
    });
  } finally {
    await gate.close();
  }
}

/** Aborts when a person stops the run, its time is over or the process stops, with the reason. */
function reasonOf(context: JobContext<RunInput>, limit: AbortSignal, minutes: number): AbortSignal {
  const ending = new AbortController();
  const stop = () => ending.abort(context.cancelled() ? problem("robots.stopped") : new Left("the process stops"));
  if (context.signal.aborted) stop();
  context.signal.addEventListener("abort", stop, { once: true });
  limit.addEventListener("abort", () => ending.abort(problem("robots.too_long", { minutes })), { once: true });
  return ending.signal;
}

interface Parts {
  readonly context: JobContext<RunInput>;
  readonly robot: RobotRow;
  readonly run: RunRow;
  readonly film: Film;
  readonly owner: Owner;
  readonly flow: Flow;
  readonly secrets: ReadonlyMap<string, string>;
  readonly origins: readonly string[];
  readonly gate: Gate;
  readonly signal: AbortSignal;
}

async function equip(parts: Parts, browser: BrowserContext): Promise<Hands> {
  const { context, robot, run, film, owner, flow, secrets, origins, gate, signal } = parts;
  const { ground } = context;
  const page = await browser.newPage();
  // a question of the page would hold everything up
  page.on("dialog", (dialog) => void dialog.dismiss().catch(() => undefined));
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  const control = { signal, cancelled: () => context.cancelled(), progress: context.progress };
  const { robot_id } = robot;
  const acting = { ground, owner, owner_id: robot.owner_id ?? 0, robot_id, run_id: run.run_id, control };
  const doing = {
    ground,
    flow: flow.key,
    robot_id: robot.robot_id,
    run_id: run.run_id,
    signal,
    progress: context.progress,
  };
  const items = new Items(doing);
  return new Hands({
    ground,
    page,
    gate,
    origins,
    film,
    signal,
    seconds: robot.patience_seconds,
    inputs: run.inputs,
    secrets,
    secret_names: flow.secrets,
    session: flow.session as Equipment["session"],
    days: { today, yesterday: addDays(today, -1) },
    platform: platformFor(acting),
    phoneOf: (member_id) => phoneOf(acting, member_id),
    items: (hands, all, doIt) => items.each(hands, all, doIt),
  });
}

/** A run whose job was stopped before it began. */
export async function endUnrun(tx: Tx, ground: Ground, run_id: number): Promise<void> {
  const { code, detail_zh, detail } = problem("robots.stopped").toJSON();
  const failure = { code, detail_zh, detail };
  await endRun(tx, run_id, { state: "stopped", outputs: null, failure, now: ground.clock.now() });
}
