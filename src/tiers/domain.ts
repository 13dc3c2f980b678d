import type { Domain } from "../domains.ts";
import type { Ground } from "../ground.ts";
import { startLoop } from "../platform/index.ts";
import { type OutboxEvent, type OutboxHandler, SYSTEM_SCOPE } from "../store/index.ts";
import { ensureLadders } from "./activation.ts";
import { computeMonth, ensureActivity, monthBefore } from "./activity.ts";
import { forgetActivity, monthRows } from "./activity-store.ts";
import { markDirty } from "./dirty-store.ts";
import "./errors.ts";
import "./opening/errors.ts";
import { evaluateDirty, MARKS_MAX, todayOf, turnDay } from "./evaluate.ts";
import { tierJobs, tierSchedules } from "./jobs.ts";
import { registerTierMetrics } from "./metrics.ts";
import { relations } from "./relations.ts";
import { tierRoutes } from "./routes.ts";
import { membersTotal } from "./standing-store.ts";
import { tierStage } from "./stage.ts";

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
  await markDirty(tx, { member_ids: [...new Set(member_ids)], party_ids: [...new Set(party_ids)] }, first.emitted_at);
};

/** Erased members count in no month's list any more; their standing goes with the next evaluation. */
const forget: OutboxHandler = async (tx, ground, events) => {
  const erased = events.map(({ payload }) => payload as Required<Changed>);
  await forgetActivity(tx, [...new Set(erased.flatMap(({ member_id, party_ids }) => [member_id, ...party_ids]))]);
  await mark(tx, ground, events);
};

const IDLE_MS = 300;
const FIRST_MAX = 50_000;
const FIRST_MONTHS = 6;

/** What was seeded has its active members before the first page is asked for; many members wait for the night. */
async function firstMonths(ground: Ground): Promise<void> {
  const { known, members } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
    known: (await monthRows(tx, 1)).length > 0,
    members: await membersTotal(tx),
  }));
  if (known || members === 0 || members > FIRST_MAX) return;
  const running = todayOf(ground).slice(0, 7);
  const months = Array.from({ length: FIRST_MONTHS - 1 }).reduce<string[]>(
    (list) => [monthBefore(list[0] ?? running), ...list],
    [running],
  );
  for (const month of months) await computeMonth(ground, month);
}

async function start(ground: Ground): Promise<() => Promise<void>> {
  registerTierMetrics(ground);
  const onError = (error: unknown) => ground.log.error({ error: String(error) }, "evaluating tiers failed");
  const loop = startLoop(
    async () => {
      const more = await turnDay(ground);
      return (await evaluateDirty(ground)) === MARKS_MAX || more;
    },
    { idle_ms: IDLE_MS, onError },
  );
  return () => loop.stop();
}

export const domain: Domain = {
  name: "tiers",
  no_indicators: "Its evaluation and months are jobs: one that fails is told by store.failed_jobs.",
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["tiers"],
  relations,
  routes: tierRoutes,
  jobs: tierJobs,
  schedules: tierSchedules,
  stage: tierStage,
  events: {
    "trade.changed": mark,
    "members.created": mark,
    "members.changed": mark,
    "members.joined": mark,
    "members.split": mark,
    "members.erased": forget,
  },
  ready: async (ground) => {
    await ensureLadders(ground);
    await ensureActivity(ground);
    await firstMonths(ground);
  },
  start,
};
