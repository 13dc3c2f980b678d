// A worker process of its own, so that the test can kill it: counts to a hundred in the database, one step per commit.
import { compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { sleep } from "../../src/platform/timers.ts";
import { defineJob, openPool, settingOf, setSetting, startJobWorkers, SYSTEM_SCOPE } from "../../src/store/index.ts";

export const STEPS = 60;

export const countJob = defineJob({
  kind: "test.count",
  run: async ({ ground, progress, signal }) => {
    for (;;) {
      const count = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const next = ((await settingOf<number>(tx, "test.count")) ?? 0) + 1;
        if (next <= STEPS) await setSetting(tx, "test.count", next);
        return next;
      });
      if (count > STEPS || signal.aborted) return { count: count - 1 };
      await progress(count, STEPS);
      await sleep(10, signal);
    }
  },
});

if (process.argv[2] === "run") {
  const domains = await loadDomains([]);
  const composition = await compose({
    config: loadConfig(process.env),
    clock: systemClock,
    log: makeLog("fatal"),
    domains,
  });
  const pool = openPool({ ...composition.databases.jobs, size_max: 6, onError: () => undefined });
  await startJobWorkers(composition.ground, pool, [countJob], []);
  process.stdout.write("working\n");
}
