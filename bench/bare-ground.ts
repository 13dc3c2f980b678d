import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type Composition, compose } from "../src/composition.ts";
import { loadConfig } from "../src/config.ts";
import { type Domain, loadDomains } from "../src/domains.ts";
import type { Ground } from "../src/ground.ts";
import { type Clock, systemClock } from "../src/platform/clock.ts";
import { makeLog } from "../src/platform/log.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";

/** An empty installation of its own on an embedded server. */
export interface BareGround {
  readonly ground: Ground;
  readonly composition: Composition;
  readonly domains: readonly Domain[];
  /** One statement as the application, in a transaction of its own. */
  readonly write: (text: string, values?: readonly unknown[]) => Promise<unknown[]>;
  /** Statements as the owner of the database: the application may not create tables or keep statistics. */
  readonly asOwner: (...texts: readonly string[]) => Promise<void>;
}

/** Opens one, measures and removes it. */
export async function onBareGround<T>(
  run: (bare: BareGround) => Promise<T>,
  { clock = systemClock, names }: { readonly clock?: Clock; readonly names?: readonly string[] } = {},
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "huitou-bench-"));
  await chmod(folder, 0o755);
  const domains = await loadDomains(names);
  const config = loadConfig({ HUITOU_DATA: folder });
  const composition = await compose({ config, clock, log: makeLog("error"), domains });
  const { ground } = composition;
  try {
    return await run({
      ground,
      composition,
      domains,
      write: (text, values = []) => ground.store.write(SYSTEM_SCOPE, (tx) => tx.query(text, values)),
      asOwner: async (...texts) => {
        const admin = new pg.Client({ connectionString: composition.databases.admin_url });
        await admin.connect();
        try {
          for (const text of texts) await admin.query(text);
        } finally {
          await admin.end();
        }
      },
    });
  } finally {
    await composition.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}
