import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sleep } from "../../src/platform/timers.ts";
import { verifyLedger } from "../../src/points/index.ts";
import { openStore } from "../../src/store/index.ts";
import { Rig } from "./ingest-rig.ts";
import { requestOf } from "./ledger-worker.ts";

const KILLS = process.env["HUITOU_SOAK"] === "1" ? 200 : process.env["HUITOU_LONG"] === "1" ? 20 : 4;
const WORKER = fileURLToPath(new URL("./ledger-worker.ts", import.meta.url));

let rig: Rig;
const answered = new Map<number, string>();
let highest = 0;

beforeAll(async () => {
  rig = await Rig.start();
  // the server has migrated the database; here only the ledger is at work
  await rig.killServer();
});
afterAll(() => rig.close());

/** @param range the numbers of the requests to send; without an end until it is killed */
async function startWorker(range: readonly number[]): Promise<ChildProcess> {
  for (;;) {
    const child = spawn(process.execPath, [WORKER, "run", ...range.map(String)], {
      env: { ...process.env, VITEST: "", HUITOU_DATA: join(rig.folder, "server"), DATABASE_URL: rig.database_url },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const working = new Promise<boolean>((resolve) => {
      lines.on("line", (line) => {
        if (line === "working") resolve(true);
        else note(line);
      });
      child.once("exit", () => resolve(false));
    });
    if (await working) return child;
    await sleep(200);
  }
}

function note(line: string): void {
  const [number = "", how = "", ...rest] = line.split(" ");
  highest = Math.max(highest, Number(number));
  if (how !== "ok") return;
  const answer = rest.join(" ");
  const before = answered.get(Number(number));
  if (before !== undefined) expect(answer, `request ${number}`).toBe(before);
  answered.set(Number(number), answer);
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = child.exitCode !== null || child.signalCode !== null ? undefined : once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

test(`kill -9 of the ledger's process and of PostgreSQL, ${KILLS} times: what was acknowledged is there, once; the books balance`, async () => {
  let worker = await startWorker([0]);
  for (let round = 0; round < KILLS; round += 1) {
    const before = answered.size;
    while (answered.size < before + 20) await sleep(5);
    await sleep((round * 7919) % 300);
    if (round % 3 === 0) {
      rig.killPostgres();
      await sleep((round * 104_729) % 200);
      await rig.startPostgres();
    } else {
      await kill(worker);
      // it begins somewhat before the end: nobody knows what became of the last ones
      worker = await startWorker([Math.max(0, highest - 64)]);
    }
  }
  await kill(worker);
  const keys = [...answered.keys()].map((number) => requestOf(number).key);
  expect(keys.length).toBeGreaterThan(KILLS * 20);
  const there = await rig.query<{ n: number }>("select count(*)::int as n from points.request where key = any($1)", [
    keys,
  ]);
  expect(there[0]?.n).toBe(keys.length);
  const twice = await rig.query(
    "select reference from points.transfer where from_kind = 'issuer' group by reference having count(*) > 1",
  );
  expect(twice).toEqual([]);
  const unasked = await rig.query(
    `select distinct reference from points.transfer t where not exists (select from points.request r where r.key = t.reference)`,
  );
  expect(unasked).toEqual([]);
  await expectBalanced();

  // everything once more: the same answers, nothing else
  const count = async () => (await rig.query<{ n: number }>("select count(*)::int as n from points.transfer"))[0]?.n;
  const [before, known] = [await count(), new Map(answered)];
  const again = [...known.keys()].toSorted((a, b) => a - b).slice(-500);
  const replay = await startWorker([again[0] ?? 0, again.at(-1) ?? 0]);
  await once(replay, "exit");
  for (const number of again) expect(answered.get(number)).toBe(known.get(number));
  expect(await count()).toBeGreaterThanOrEqual(before ?? 0);
  await expectBalanced();
});

async function expectBalanced(): Promise<void> {
  const store = openStore({ url: rig.database_url, onError: () => undefined });
  try {
    expect(await verifyLedger(store)).toMatchObject({ ok: true, sum: 0 });
  } finally {
    await store.close();
  }
}
