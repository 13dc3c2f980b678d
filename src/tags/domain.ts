import type { Domain } from "../domains.ts";
import type { Ground } from "../ground.ts";
import { startLoop } from "../platform/index.ts";
import { type OutboxEvent, type OutboxHandler, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { prepareAhead } from "./ahead.ts";
import { computeDirty } from "./compute.ts";
import { markDirty } from "./dirty-store.ts";
import "./errors.ts";
import { ensureComputed, fullJob } from "./full.ts";
import { registerTagMetrics } from "./metrics.ts";
import { followMirror } from "./mirror.ts";
import { tagReference } from "./reference.ts";
import { bookOf } from "./registry.ts";
import { relations } from "./relations.ts";
import { tagRoutes } from "./routes.ts";
import { tagStage } from "./stage.ts";
import { countStatistics, statisticsDue, writeStatistics } from "./statistics-store.ts";
import { tagIndicators } from "./indicators.ts";
import { forgetMembers, memberTotal } from "./tags-store.ts";

type Changed = {
  /** Of sales: the parties that no record of a sale names; the others were marked with their record. */
  readonly other_party_ids?: readonly number[];
  readonly member_id?: number;
  readonly member_ids?: readonly number[];
  readonly party_ids?: readonly number[];
};

/** Whatever says that members changed: both sides of a join or split, facts changed by a person, late matches of sales. */
const mark: OutboxHandler = async (tx: Tx, _ground: Ground, events: readonly OutboxEvent<Changed>[]) => {
  const member_ids = new Set(
    events.flatMap(({ payload }) => [payload.member_id ?? [], payload.member_ids ?? []].flat()),
  );
  const party_ids = new Set(events.flatMap(({ payload }) => [...(payload.other_party_ids ?? payload.party_ids ?? [])]));
  const since = events[0]?.emitted_at;
  if (since !== undefined) await markDirty(tx, { member_ids: [...member_ids], party_ids: [...party_ids] }, since);
};

const forget: OutboxHandler = async (tx, ground, events) => {
  const erased = events.map(({ payload }) => payload as Required<Changed>);
  await forgetMembers(tx, [...new Set(erased.flatMap(({ member_id, party_ids }) => [member_id, ...party_ids]))]);
  await mark(tx, ground, events);
};

const IDLE_MS = 250;
/** Above this the spread of tags is counted by the nightly computation only. */
const COUNTED_ALWAYS_MAX = 100_000;
const COUNT_EVERY_MS = 30_000;
const MIRROR_EVERY_MS = 1_000;

async function start(ground: Ground): Promise<() => Promise<void>> {
  registerTagMetrics(ground);
  const book = bookOf(ground);
  const onError = (error: unknown) => ground.log.error({ error: String(error) }, "computing tags failed");
  const round = async () => (await computeDirty(ground, book)).more || (await prepareAhead(ground, book)) > 0;
  const worker = startLoop(round, { idle_ms: IDLE_MS, onError });
  const counter = startLoop(() => countSpread(ground), { idle_ms: COUNT_EVERY_MS, onError });
  const mirror = startLoop(() => followMirror(ground).then(() => false), { idle_ms: MIRROR_EVERY_MS, onError });
  const forget = ground.signals.on("records.applied", () => worker.wake());
  return async () => {
    forget();
    await Promise.all([worker.stop(), counter.stop(), mirror.stop()]);
  };
}

async function countSpread(ground: Ground): Promise<boolean> {
  const at = ground.clock.now();
  const counted = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    if (!(await statisticsDue(tx)) || (await memberTotal(tx)) > COUNTED_ALWAYS_MAX) return undefined;
    return countStatistics(tx);
  });
  if (counted !== undefined) await ground.store.write(SYSTEM_SCOPE, (tx) => writeStatistics(tx, counted, at));
  return false;
}

export const domain: Domain = {
  name: "tags",
  indicators: tagIndicators,
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["tags"],
  relations,
  routes: tagRoutes,
  jobs: [fullJob],
  // the full computation after the turn of the day, when the lake has the whole of it
  schedules: [{ kind: "tags.full", cron: "30 2 * * *" }],
  events: {
    "members.joined": mark,
    "members.split": mark,
    "members.changed": mark,
    "members.created": mark,
    // their values go at once, and those who invited them are computed again
    "members.erased": forget,
    "trade.changed": mark,
  },
  stage: tagStage,
  reference: async () => [{ file: "tags.md", text: tagReference() }],
  start,
  ready: ensureComputed,
};
