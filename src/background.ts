import type { Composition } from "./composition.ts";
import {
  defineJob,
  openPool,
  startJobWorkers,
  startOutbox,
  startWorldSchedules,
  sweepOutbox,
  SYSTEM_SCOPE,
  type Subscription,
} from "./store/index.ts";

const sweepJob = defineJob({
  kind: "store.sweep",
  run: async ({ ground }) => ({
    forgotten: await ground.store.write(SYSTEM_SCOPE, (tx) => sweepOutbox(tx, [], ground.wall.now())),
  }),
});

/** Everything a `work` process does: jobs, schedules, outbox, and the domains' own loops. @returns how to stop it all. */
export async function startBackground(composition: Composition): Promise<() => Promise<void>> {
  const { ground, domains, databases } = composition;
  const stops: (() => Promise<void>)[] = [];
  const pool = openPool({
    ...databases.jobs,
    size_max: 8,
    onError: (error) => ground.log.error({ error: error.message }, "a queue connection was lost"),
  });
  const schedules = [{ kind: "store.sweep", cron: "17 19 * * *" }, ...domains.flatMap((d) => [...(d.schedules ?? [])])];
  // the queue's own schedules follow real time; in a world that runs ahead of it they follow the world
  const ahead = ground.clock !== ground.wall;
  const workers = await startJobWorkers(
    ground,
    pool,
    [sweepJob, ...domains.flatMap((d) => [...(d.jobs ?? [])])],
    ahead ? [] : schedules,
  );
  stops.push(async () => {
    await workers.stop();
    await pool.end();
  });
  if (ahead) {
    const world = await startWorldSchedules(ground, schedules);
    stops.push(() => world.stop());
  }
  const outbox = await startOutbox(ground, subscriptionsOf(composition));
  stops.push(() => outbox.stop());
  for (const domain of domains) {
    if (domain.start !== undefined) stops.push(await domain.start(ground));
  }
  return async () => {
    // the other way round: what feeds others stops last
    for (const stop of stops.reverse()) await stop();
  };
}

/** Which domain listens to what. */
export function subscriptionsOf({ domains }: Composition): Subscription[] {
  return domains.flatMap((domain) =>
    Object.entries(domain.events ?? {}).map(([type, handle]) => ({ subscriber: domain.name, type, handle })),
  );
}
