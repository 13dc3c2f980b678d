import type { Ground } from "../ground.ts";
import { lastClosedDay, startLoop } from "../platform/index.ts";
import { type OutboxHandler, startJob, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { computeClvMembers } from "./clv-compute.ts";
import { computeMembers } from "./compute.ts";
import { COMPUTE, COMPUTE_KEY, ignoreRunning } from "./jobs.ts";
import { currentRun, type Run } from "./run-store.ts";
import { forgetMembers, markStale, membersOfParties, staleSince } from "./stale-store.ts";

/** So many members are brought up to date at once; more wait for a whole computation. */
const MEMBERS_AT_ONCE_MAX = 1_000;
/** A stream of changes is let end before all is computed anew, but not waited for longer than this. */
const QUIET_MS = 5_000;
const WAIT_MS_MAX = 60_000;
const LOOK_MS = 2_000;

interface TradeChanged {
  readonly party_ids: readonly number[];
  readonly first_day: string;
}

/** Sales of closed days changed: late records, returns, an import. Sales of today do not touch D. */
export const tradeChanged: OutboxHandler = async (tx, ground, events) => {
  const changes = events.map((event) => event.payload as TradeChanged);
  const run = await currentRun(tx);
  const closed = changes.filter(
    ({ first_day }) => first_day <= lastClosedDay(ground.clock.now(), ground.config.timezone),
  );
  if (closed.length === 0) return;
  const member_ids = await membersOfParties(tx, [...new Set(closed.flatMap((change) => change.party_ids))]);
  await bringUpToDate(tx, ground, run, member_ids);
};

/** Members were joined or split: their purchases moved with them. */
export const membersMoved: OutboxHandler = async (tx, ground, events) => {
  const member_ids = events.flatMap((event) => (event.payload as { member_ids: readonly number[] }).member_ids);
  await bringUpToDate(tx, ground, await currentRun(tx), [...new Set(member_ids)]);
};

/** Members who refuse profiling leave every layer with the word; those who allow it again are layered at once. */
export const profilingChanged: OutboxHandler = async (tx, ground, events) => {
  const said = events.map((event) => event.payload as { member_id: number; refused: boolean });
  const refused = said.filter((one) => one.refused).map(({ member_id }) => member_id);
  await forgetMembers(tx, refused);
  const member_ids = [...new Set(said.map(({ member_id }) => member_id))];
  // no sale changed, so that day and thresholds stand
  if (!(await computeMembers(tx, ground, member_ids))) return;
  await computeClvMembers(tx, ground, member_ids);
};

/** Members who were erased are in no layer any more. */
export const membersErased: OutboxHandler = async (tx, _ground, events) => {
  const erased = events.map((event) => event.payload as { member_id: number; party_ids: readonly number[] });
  await forgetMembers(tx, [...new Set(erased.flatMap(({ member_id, party_ids }) => [member_id, ...party_ids]))]);
};

async function bringUpToDate(
  tx: Tx,
  ground: Ground,
  run: Run | undefined,
  member_ids: readonly number[],
): Promise<void> {
  if (member_ids.length === 0) return;
  // Where the data ended earlier, D moves with it; without a version the thresholds move too.
  const settled = run !== undefined && !run.data_ended && run.version > 0;
  if (settled && member_ids.length <= MEMBERS_AT_ONCE_MAX) {
    await computeMembers(tx, ground, member_ids);
    await computeClvMembers(tx, ground, member_ids);
  } else await markStale(tx, ground.clock.now());
}

/** Starts a whole computation once changes have come to rest, or have gone on for long. */
export async function startWhenQuiet(ground: Ground): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const stale = await staleSince(tx);
    const now = ground.clock.now().getTime();
    if (stale === undefined) return;
    if (now - stale.latest.getTime() < QUIET_MS && now - stale.since.getTime() < WAIT_MS_MAX) return;
    await startJob(tx, ground, COMPUTE, { thresholds: "keep" }, { key: COMPUTE_KEY }).catch(ignoreRunning);
  });
}

/** Looks for a stale run every few seconds. @returns how to stop looking. */
export function watchStaleness(ground: Ground): () => Promise<void> {
  const look = async () => {
    await startWhenQuiet(ground);
    return false;
  };
  const onError = (error: unknown) => ground.log.error({ error: String(error) }, "looking for stale RFM failed");
  const loop = startLoop(look, { idle_ms: LOOK_MS, onError });
  return () => loop.stop();
}
