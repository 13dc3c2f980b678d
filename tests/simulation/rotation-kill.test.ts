import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Composition, compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { sleep } from "../../src/platform/timers.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { keyStatus } from "../../src/vault/index.ts";

const LONG = process.env["HUITOU_LONG"] === "1";
const KILLS = LONG ? 8 : 1;
const VALUES = LONG ? 60_000 : 8_000;
const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

let folder = "";
let composition: Composition;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "huitou-rotation-"));
  composition = await compose({
    config: loadConfig({ HUITOU_DATA: folder }),
    clock: systemClock,
    log: makeLog("fatal"),
    domains: await loadDomains(),
  });
});
afterAll(async () => {
  await composition.close();
  await rm(folder, { recursive: true, force: true });
});

const value = (n: number) => {
  const text = `+86199${String(n).padStart(8, "0")}`;
  return { token: composition.ground.vault.token("phone", text), kind: "phone", value: text };
};

function command(...args: string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, "keys", ...args], {
    env: { ...process.env, HUITOU_DATA: folder, DATABASE_URL: "" },
    stdio: "ignore",
  });
}

/** Reads all values again and again, as the platform would, until told to stop. */
async function readOn(until: { done: boolean }): Promise<number> {
  const { ground } = composition;
  let reads = 0;
  while (!until.done) {
    const from = (reads * 997) % (VALUES - 50);
    const wanted = Array.from({ length: 50 }, (_, i) => value(from + i));
    const opened = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      ground.vault.open(
        tx,
        wanted.map((v) => v.token),
      ),
    );
    for (const one of wanted) expect(opened.get(one.token)?.value).toBe(one.value);
    reads += 1;
  }
  return reads;
}

test("kill -9 amid a rotation: every value stays readable, and the next run goes on where it was", async () => {
  const { ground } = composition;
  for (let from = 0; from < VALUES; from += 2_000)
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      ground.vault.seal(
        tx,
        Array.from({ length: 2_000 }, (_, i) => value(from + i)),
      ),
    );
  const until = { done: false };
  const reading = readOn(until);
  let left_before = VALUES;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const child = command(kill === 0 ? "rotate" : "continue");
    const left = async () => (await keyStatus(ground)).versions.at(-1)?.left_values ?? VALUES;
    while ((await left()) >= left_before && child.exitCode === null) await sleep(5);
    expect(child.exitCode).toBe(null);
    child.kill("SIGKILL");
    await once(child, "exit");
    left_before = await left();
    expect(left_before).toBeGreaterThan(0);
    expect((await keyStatus(ground)).current_version).toBe(2);
  }
  const last = command("continue");
  await once(last, "exit");
  expect(last.exitCode).toBe(0);
  until.done = true;
  expect(await reading).toBeGreaterThan(10);
  const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query("select get_byte(ciphertext, 1) as version, count(*)::int as count from vault.sealed group by 1"),
  );
  expect(rows).toEqual([{ version: 2, count: VALUES }]);
  expect((await keyStatus(ground)).versions).toMatchObject([
    { version: 1, destroyed_at: null, emptied_at: expect.any(Date) },
    { version: 2, left_values: 0, unreadable_values: 0 },
  ]);
});
