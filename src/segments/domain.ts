import type { Domain } from "../domains.ts";
import type { Ground } from "../ground.ts";
import { startLoop } from "../platform/index.ts";
import type { OutboxEvent, OutboxHandler, Tx } from "../store/index.ts";
import type { TagFollower } from "../tags/index.ts";
import "./errors.ts";
import { segmentJobs, segmentSchedules } from "./jobs.ts";
import { fillWaiting, followMembers } from "./membership.ts";
import { forgetMembers, LANE, markDirty } from "./membership-store.ts";
import { registerSegmentMetrics } from "./metrics.ts";
import { relations } from "./relations.ts";
import { segmentRoutes } from "./routes.ts";
import { segmentStage } from "./stage.ts";
import { segmentIndicators } from "./indicators.ts";

type Changed = {
  /** Of sales: the parties that no record of a sale names; the others were marked with their record. */
  readonly other_party_ids?: readonly number[];
  readonly member_ids?: readonly number[];
  readonly party_ids?: readonly number[];
};

interface Erased {
  readonly member_id: number;
  readonly party_ids: readonly number[];
}

/** Whatever says that members changed without a record: joins, splits, facts changed by a person, late matches of sales. */
const mark: OutboxHandler = async (tx: Tx, _ground: Ground, events: readonly OutboxEvent<Changed>[]) => {
  const since = events[0]?.emitted_at;
  if (since === undefined) return;
  const member_ids = [...new Set(events.flatMap(({ payload }) => [...(payload.member_ids ?? [])]))];
  const party_ids = [
    ...new Set(events.flatMap(({ payload }) => [...(payload.other_party_ids ?? payload.party_ids ?? [])])),
  ];
  await markDirty(tx, { member_ids, party_ids }, since);
};

/** Whoever has other tags may be in other segments. */
const followTags: TagFollower = (tx, ground, { member_ids, later }) =>
  markDirty(tx, { member_ids }, ground.clock.now(), null, later ? LANE.turn : LANE.now);

/** Members who were erased are in no segment, list or movement any more. */
const forget: OutboxHandler = async (tx, _ground, events: readonly OutboxEvent<Erased>[]) => {
  await forgetMembers(tx, [...new Set(events.flatMap(({ payload }) => [payload.member_id, ...payload.party_ids]))]);
};

const IDLE_MS = 250;
const FILL_IDLE_MS = 2_000;

async function start(ground: Ground): Promise<() => Promise<void>> {
  registerSegmentMetrics(ground);
  const onError = (error: unknown) => ground.log.error({ error: String(error) }, "following segments failed");
  const follower = startLoop(async () => (await followMembers(ground)).taken > 0, { idle_ms: IDLE_MS, onError });
  const filler = startLoop(
    async (signal) => {
      await fillWaiting(ground, signal);
      return false;
    },
    { idle_ms: FILL_IDLE_MS, onError },
  );
  const forget = [
    ground.signals.on("tags.changed", () => follower.wake()),
    ground.signals.on("records.applied", () => follower.wake()),
    ground.signals.on("segments.saved", () => filler.wake()),
  ];
  return async () => {
    for (const end of forget) end();
    await Promise.all([follower.stop(), filler.stop()]);
  };
}

export const domain: Domain = {
  name: "segments",
  indicators: segmentIndicators,
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["segments"],
  relations,
  routes: segmentRoutes,
  jobs: segmentJobs,
  schedules: segmentSchedules,
  events: {
    "members.joined": mark,
    "members.split": mark,
    "members.changed": mark,
    "members.created": mark,
    "members.erased": forget,
    "trade.changed": mark,
  },
  stage: segmentStage,
  tagFollower: followTags,
  start,
};
