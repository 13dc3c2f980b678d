import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { sleep } from "../../src/platform/timers.ts";
import { Load } from "./ingest-load.ts";
import { Rig } from "./ingest-rig.ts";

const SMALL = "size=320m";
const LARGE = "size=900m";
const folder = mkdtempSync(join(tmpdir(), "huitou-full-"));
const mounted =
  process.getuid?.() === 0 && spawnSync("mount", ["-t", "tmpfs", "-o", SMALL, "tmpfs", folder]).status === 0;
let rig: Rig | undefined;

afterAll(async () => {
  await rig?.close(true);
  if (mounted) spawnSync("umount", ["-l", folder]);
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

/** Fills what is left of the disk, to the last block. */
async function fill(): Promise<void> {
  const block = Buffer.alloc(4_096, 1);
  for (const size of [1_048_576, 4_096]) {
    for (let n = 0; ; n += 1) {
      const content = size === 4_096 ? block : Buffer.alloc(size, 1);
      try {
        await writeFile(join(folder, `ballast-${size}-${n}`), content);
      } catch {
        break;
      }
    }
  }
}

// Mounting a small disk needs root; elsewhere this test is skipped by name.
describe.skipIf(!mounted)("disk full during ingest (needs root for a small tmpfs)", () => {
  test("nothing is acknowledged that is not kept, and after making room everything acknowledged is there once", async () => {
    rig = await Rig.start(folder);
    expect(existsSync(join(folder, "database", "postgresql", "PG_VERSION"))).toBe(true);
    const load = new Load(rig, { segment: 2, sensors: 2 });
    while (load.acknowledged.size < 200) await sleep(20);
    await fill();
    const failuresBefore = load.failures;
    // Senders that get no acknowledgement any more: database and spool are on the full disk both.
    while (load.failures < failuresBefore + 8) await sleep(50);
    expect(spawnSync("mount", ["-o", `remount,${LARGE}`, folder]).status).toBe(0);
    await rig.startPostgres();
    const atRoom = load.acknowledged.size;
    while (load.acknowledged.size < atRoom + 200) await sleep(50);
    await load.stop();
    await rig.settled();
    const ids = [...load.acknowledged];
    for (const table of ["ingest.record", "members.event"]) {
      const [row] = await rig.query<{ n: number }>(
        `select count(*)::int as n from ${table} where record_id = any($1::uuid[])`,
        [ids],
      );
      expect([table, row?.n]).toEqual([table, ids.length]);
    }
    expect(await rig.query("select record_id from members.event group by record_id having count(*) > 1")).toEqual([]);
  });
});
