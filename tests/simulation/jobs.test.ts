import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compose, type Composition } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { sleep } from "../../src/platform/timers.ts";
import { jobById, setSetting, settingOf, startJob, SYSTEM_SCOPE } from "../../src/store/index.ts";
import { STEPS } from "./job-worker.ts";

let data_dir = "";
let composition: Composition;
const children: ChildProcess[] = [];

beforeAll(async () => {
  data_dir = await mkdtemp(join(tmpdir(), "huitou-jobs-"));
  await chmod(data_dir, 0o755);
  composition = await compose({
    config: loadConfig({ HUITOU_DATA: data_dir }),
    clock: systemClock,
    log: makeLog("fatal"),
    domains: await loadDomains([]),
  });
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await composition.close();
  await rm(data_dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

function startWorker(): Promise<ChildProcess> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL("./job-worker.ts", import.meta.url)), "run"], {
      env: { ...process.env, HUITOU_DATA: data_dir, VITEST: "" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    child.stdout?.once("data", () => done(child));
    child.once("exit", (code) => failed(new Error(`worker ended with ${code}`)));
  });
}

async function reached(steps: number): Promise<void> {
  const { store } = composition.ground;
  while (((await store.read(SYSTEM_SCOPE, (tx) => settingOf<number>(tx, "test.count"))) ?? 0) < steps) await sleep(20);
}

/** kill -9 of the database server; whoever started it starts it again. */
function killPostgres(): void {
  const pid = composition.databases.embedded?.pid();
  if (pid === undefined) throw new Error("no embedded server to kill");
  process.kill(pid, "SIGKILL");
}

describe("a job of a killed process", () => {
  it("is taken up again by the next one and finishes its work exactly once", async () => {
    const { ground } = composition;
    const job_id = await ground.store.write(SYSTEM_SCOPE, (tx) => startJob(tx, ground, "test.count", {}));
    const first = await startWorker();
    await reached(10);
    first.kill("SIGKILL");
    await startWorker();
    for (;;) {
      const row = await ground.store.read(SYSTEM_SCOPE, (tx) => jobById(tx, job_id));
      if (row.state === "done") {
        expect(row.result).toEqual({ count: STEPS });
        break;
      }
      expect(["queued", "running"]).toContain(row.state);
      await sleep(100);
    }
    expect(await ground.store.read(SYSTEM_SCOPE, (tx) => settingOf<number>(tx, "test.count"))).toBe(STEPS);
  });

  it("goes on in the same process when it was PostgreSQL that was killed", async () => {
    const { ground } = composition;
    await ground.store.write(SYSTEM_SCOPE, (tx) => setSetting(tx, "test.count", 0));
    const job_id = await ground.store.write(SYSTEM_SCOPE, (tx) => startJob(tx, ground, "test.count", {}));
    await reached(10);
    killPostgres();
    for (;;) {
      const row = await ground.store.read(SYSTEM_SCOPE, (tx) => jobById(tx, job_id)).catch(() => undefined);
      if (row?.state === "done") break;
      expect(["queued", "running", undefined]).toContain(row?.state);
      await sleep(100);
    }
    expect(await ground.store.read(SYSTEM_SCOPE, (tx) => settingOf<number>(tx, "test.count"))).toBe(STEPS);
  });
});
