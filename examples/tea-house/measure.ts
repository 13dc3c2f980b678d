import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import type { Ground } from "../../src/ground.ts";
import { FakeClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { bookOf, settleTags } from "../../src/tags/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { OPTIONAL_TAGS, type TagAccuracy, tagAccuracy } from "./accuracy.ts";
import { seedWorld } from "./seed.ts";
import { truth } from "./truth.ts";
import { createWorld, type WorldOptions } from "./world.ts";

/** Seeds a world into a database of its own, through the edge and the pipeline, and judges its tags. */
export async function measureTags(options: WorldOptions): Promise<TagAccuracy> {
  const data_dir = await mkdtemp(join(tmpdir(), "huitou-accuracy-"));
  // the embedded server may run as another user
  await chmod(data_dir, 0o755);
  const clock = new FakeClock();
  clock.set(options.until);
  const composition = await compose({
    config: { ...loadConfig({ ...process.env, HUITOU_DATA: data_dir, DATABASE_URL: "" }), data_dir },
    clock,
    log: makeLog("error"),
    domains: await loadDomains(),
    throwaway: true,
  });
  try {
    const { ground } = composition;
    await seedWorld(ground, options);
    await switchOn(ground);
    for (const domain of composition.domains) await domain.ready?.(ground);
    await settleTags(ground, bookOf(ground));
    return await tagAccuracy(ground, truth(createWorld(options)));
  } finally {
    await composition.close();
    await rm(data_dir, { recursive: true, force: true });
  }
}

/** Optional tags are judged as well. */
export async function switchOn(ground: Ground): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    tx.query(
      "insert into tags.switch (key, enabled, switched_at) select unnest($1::text[]), true, $2 on conflict do nothing",
      [OPTIONAL_TAGS, ground.clock.now()],
    ),
  );
}
