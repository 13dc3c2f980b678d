import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MallOffice, startMallOffice } from "../../examples/mall-office/server.ts";
import { sleep } from "../../src/platform/timers.ts";
import { Rig } from "./ingest-rig.ts";

const KILLS = process.env["HUITOU_SOAK"] === "1" ? 60 : process.env["HUITOU_LONG"] === "1" ? 10 : 4;
/** Some are entered between two kills, and some are left for the last process. */
const GIFTS = KILLS * 3 + 4;
const WORKER = fileURLToPath(new URL("./robots-worker.ts", import.meta.url));

let rig: Rig;
let office: MallOffice;

beforeAll(async () => {
  [office, rig] = await Promise.all([startMallOffice(), Rig.start()]);
  await rig.killServer();
  const preparing = await start("prepare", office.url, String(GIFTS));
  if (preparing.exitCode === null) await once(preparing, "exit");
});
afterAll(async () => {
  await Promise.all([rig.close(), office.stop()]);
});

async function start(...args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [WORKER, ...args], {
    env: { ...process.env, VITEST: "", HUITOU_DATA: join(rig.folder, "server"), DATABASE_URL: rig.database_url },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const working = new Promise<boolean>((resolve) => {
    lines.on("line", (line) => {
      if (line === "working") resolve(true);
    });
    child.once("exit", () => resolve(false));
  });
  expect(await working, "the worker began").toBe(true);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = child.exitCode !== null || child.signalCode !== null ? undefined : once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

const runs = () =>
  rig.query<{ state: string; attempts: number; items_done: number; failure: unknown }>(
    "select state, attempts, items_done, failure from robots.run",
  );

test(`kill -9 while gifts are entered, ${KILLS} times: the back office has each order once, each gift is handed out with its number`, async () => {
  // an order is taken at once and answered late: most kills leave one of which nobody knows
  office.dial({ answer_late_ms: 900 });
  let worker = await start("run");
  for (let round = 0; round < KILLS; round += 1) {
    const before = office.office.gifts.length;
    while (office.office.gifts.length === before) await sleep(5);
    await sleep((round * 7919) % 1_400);
    await kill(worker);
    worker = await start("run");
  }
  office.dial({ answer_late_ms: 0 });
  while ((await runs()).some(({ state }) => state === "queued" || state === "running")) await sleep(300);
  await kill(worker);

  const references = office.office.gifts.map(({ reference }) => reference);
  expect(
    references.filter((one, at) => references.indexOf(one) !== at),
    "entered twice",
  ).toEqual([]);
  expect(references).toHaveLength(GIFTS);
  const kept = await rig.query<{ reference: string; state: string; note: string }>(
    "select 'HT-' || entitlement_id as reference, state, note from benefits.entitlement where benefit = 'desk_gift'",
  );
  const numbers = new Map(office.office.gifts.map((gift) => [gift.reference, `礼品单 ${gift.order_no}`]));
  expect(kept.map(({ reference, state, note }) => [reference, state, note]).toSorted()).toEqual(
    [...numbers].map(([reference, note]) => [reference, "fulfilled", note]).toSorted(),
  );
  const items = await rig.query<{ state: string; n: number }>(
    "select state, count(*)::int as n from robots.item group by state",
  );
  expect(items).toEqual([{ state: "done", n: GIFTS }]);
  const [run] = await runs();
  expect(run).toMatchObject({ state: "done", attempts: KILLS + 1, failure: null });
});
