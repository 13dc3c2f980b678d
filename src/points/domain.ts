import type { Domain } from "../domains.ts";
import type { Ground } from "../ground.ts";
import { startLoop } from "../platform/index.ts";
import type { RestoreCheck } from "../recovery/index.ts";
import { type CancelledJob, type OutboxEvent, type OutboxHandler, SYSTEM_SCOPE } from "../store/index.ts";
import { PROGRAMMES } from "../../definitions/points/index.ts";
import { turnedDay } from "../tiers/index.ts";
import "./errors.ts";
import "./opening/errors.ts";
import "./offline/errors.ts";
import { pointIndicators } from "./indicators.ts";
import { startLedgerCheckpoints } from "./ledger/checkpoint.ts";
import { todayOf } from "./ledger/ledger.ts";
import { activateDue, releaseOverdue } from "./ledger/sweep.ts";
import { verifyLedger } from "./ledger/verify.ts";
import { isPaused } from "./pause.ts";
import { relations } from "./relations.ts";
import { pointRoutes } from "./routes/routes.ts";
import { cancelBulk } from "./grants/bulk-store.ts";
import { BULK, type BulkInput, pointJobs } from "./jobs.ts";
import { ensureProgrammes } from "./rules/programme-store.ts";
import { markEarning } from "./rules/settle-store.ts";
import { MARKS_MAX, settleMarked } from "./rules/settle.ts";
import { pointsStage } from "./rules/stage.ts";
import { expireJudged } from "./turn.ts";

const LOOK_EVERY_MS = 5_000;
const SETTLE_EVERY_MS = 300;

type Changed = {
  readonly member_id?: number;
  readonly member_ids?: readonly number[];
  readonly party_ids?: readonly number[];
};

/** Whatever says that members' sales, flags or identities changed. */
const mark: OutboxHandler = async (tx, _ground, events: readonly OutboxEvent<Changed>[]) => {
  const [first] = events;
  if (first === undefined) return;
  const member_ids = events.flatMap(({ payload }) => [
    ...(payload.member_ids ?? []),
    ...(payload.member_id === undefined ? [] : [payload.member_id]),
  ]);
  const party_ids = events.flatMap(({ payload }) => [...(payload.party_ids ?? [])]);
  await markEarning(tx, { member_ids: [...new Set(member_ids)], party_ids: [...new Set(party_ids)] }, first.emitted_at);
};

/** A bulk whose job was cancelled before it ran is cancelled too, and can be taken back or looked at as that. */
const cancelWaiting: OutboxHandler = async (tx, ground, events: readonly OutboxEvent<CancelledJob>[]) => {
  for (const { payload } of events)
    if (payload.kind === BULK) await cancelBulk(tx, (payload.input as BulkInput).bulk_id, ground.clock.now());
};

async function ledgerIsWhole(ground: Ground): Promise<RestoreCheck> {
  const { ok, sum, transfers, findings } = await verifyLedger(ground.store);
  const wrong = findings.filter((finding) => finding.wrong > 0).map(({ check }) => check);
  return {
    name: "points.ledger",
    ok,
    zh: ok ? `积分账完整：${transfers} 笔流水，总和 0` : `积分账不完整：总和 ${sum}，不符：${wrong.join("、")}`,
    en: ok
      ? `The points ledger is whole: ${transfers} transfers, sum 0`
      : `The points ledger is not whole: sum ${sum}, wrong: ${wrong.join(", ")}`,
  };
}

/** The turn of the day in the platform's order: pending becomes active, tiers are judged (by their own domain), then points expire. */
async function turn(ground: Ground): Promise<boolean> {
  if (isPaused(ground)) return false;
  const today = todayOf(ground);
  await releaseOverdue(ground);
  await activateDue(ground, today);
  // after an outage of days the tiers come first as well
  const tiers_day = await ground.store.read(SYSTEM_SCOPE, turnedDay);
  if (tiers_day === null || tiers_day >= today) await expireJudged(ground, today);
  return false;
}

async function start(ground: Ground): Promise<() => Promise<void>> {
  // looking is two index look-ups; whatever came due while nobody ran is found with the first
  const days = startLoop(() => turn(ground), {
    idle_ms: LOOK_EVERY_MS,
    onError: (error) => ground.log.error({ error: String(error) }, "the turn of points failed"),
  });
  const earning = startLoop(async () => !isPaused(ground) && (await settleMarked(ground)) === MARKS_MAX, {
    idle_ms: SETTLE_EVERY_MS,
    onError: (error) => ground.log.error({ error: String(error) }, "settling what members earn failed"),
  });
  const checkpoints = await startLedgerCheckpoints(ground);
  return async () => {
    await Promise.all([days.stop(), earning.stop(), checkpoints.stop()]);
  };
}

export const domain: Domain = {
  name: "points",
  indicators: pointIndicators,
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["points"],
  restoreCheck: async (ground) => [await ledgerIsWhole(ground)],
  relations,
  routes: pointRoutes,
  jobs: pointJobs,
  stage: pointsStage,
  events: {
    "trade.changed": mark,
    "members.changed": mark,
    "members.joined": mark,
    "members.split": mark,
    "members.erased": mark,
    "jobs.cancelled": cancelWaiting,
  },
  ready: (ground) => ground.store.write(SYSTEM_SCOPE, (tx) => ensureProgrammes(tx, PROGRAMMES, ground.clock.now())),
  start,
};
