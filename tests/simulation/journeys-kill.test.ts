import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ChannelSim, startChannelSim } from "../../channel-sim/server.ts";
import { isAmong } from "../../src/journeys/bucket.ts";
import { sleep } from "../../src/platform/timers.ts";
import { Rig } from "./ingest-rig.ts";

const KILLS = process.env["HUITOU_SOAK"] === "1" ? 200 : process.env["HUITOU_LONG"] === "1" ? 12 : 3;
const WORKER = fileURLToPath(new URL("./journeys-worker.ts", import.meta.url));
const PER_STEP = 5;
const MEMBERS = KILLS * 60 + 100;

let rig: Rig;
let sim: ChannelSim;
const entered = new Set<number>();

beforeAll(async () => {
  [sim, rig] = await Promise.all([startChannelSim(), Rig.start()]);
  sim.aliyun.limited = false;
  // the server has migrated the database; here only journeys and the gate are at work
  await rig.killServer();
  await start("prepare", sim.url, String(MEMBERS));
});
afterAll(async () => {
  await Promise.all([rig.close(), sim.stop()]);
});

async function start(...args: readonly string[]): Promise<ChildProcess> {
  for (;;) {
    const child = spawn(process.execPath, [WORKER, ...args], {
      env: { ...process.env, VITEST: "", HUITOU_DATA: join(rig.folder, "server"), DATABASE_URL: rig.database_url },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const working = new Promise<boolean>((resolve) => {
      lines.on("line", (line) => {
        if (line === "working") resolve(true);
        else entered.add(Number(line.split(" ")[1]));
      });
      child.once("exit", () => resolve(false));
    });
    if (await working) return child;
    await sleep(200);
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = child.exitCode !== null || child.signalCode !== null ? undefined : once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

const taken = () => sim.log.list({ kind: "sms" }).filter((row) => row.taken);
const next = () => String(Math.max(-PER_STEP, ...entered) + PER_STEP);

test(`kill -9 of the worker and of PostgreSQL, ${KILLS} times: each member who entered walks to the end, each SMS arrives once, points are given once, counts are what the trails say`, async () => {
  let worker = await start("run", "0", String(MEMBERS));
  for (let round = 0; round < KILLS; round += 1) {
    const before = taken().length;
    if (round % 2 === 0) sim.dials.set("sms", { outcome: round % 4 === 0 ? "lost" : "http_500", next: 2 });
    while (taken().length < before + 6) await sleep(5);
    await sleep((round * 7919) % 300);
    if (round % 3 === 2) {
      rig.killPostgres();
      await sleep((round * 104_729) % 200);
      await rig.startPostgres();
    } else {
      await kill(worker);
      worker = await start("run", next(), String(MEMBERS));
    }
  }
  await kill(worker);
  sim.dials.set("sms", { outcome: "ok" });
  worker = await start("run", "drain");
  const open = async () =>
    (
      await rig.query<{ n: number }>(
        `select ((select count(*) from journeys.run where ended is null) + (select count(*) from channels.pending))::int as n`,
      )
    )[0]?.n ?? 0;
  while ((await open()) > 0) await sleep(500);
  await kill(worker);

  const runs = await rig.query<{ member_id: number; ended: string; trail: number[] }>(
    "select member_id::int, ended, trail from journeys.run order by member_id",
  );
  const members = runs.map((run) => run.member_id);
  const said = [...entered].flatMap((n) => Array.from({ length: PER_STEP }, (_, at) => n + at + 1));
  expect(said.filter((one) => !members.includes(one))).toEqual([]);
  expect(new Set(runs.map((run) => run.ended))).toEqual(new Set(["finished"]));

  // the service's own log is the witness
  const phone = (member: number) => `138${String(member).padStart(8, "0")}`;
  const first = members.filter((one) => isAmong("kill split", one, 50));
  const arrived = (words: string) =>
    taken()
      .filter(({ text }) => text.includes(words))
      .map(({ to }) => to)
      .sort();
  expect(arrived("SMS_FIRST")).toEqual(first.map(phone).sort());
  expect(arrived("SMS_SECOND")).toEqual(members.map(phone).sort());

  const given = await rig.query<{ owner: number; points: number }>(
    `select owner::int, sum(points)::int as points from points.lot group by owner order by owner`,
  );
  expect(given).toEqual(members.map((owner) => ({ owner, points: 10 })));
  const counted = await rig.query<{ edge: number; members: number }>(
    "select edge::int, sum(members)::int as members from journeys.edge_count group by edge order by edge",
  );
  const walked = new Map<number, number>();
  for (const { trail } of runs) for (const edge of trail) walked.set(edge, (walked.get(edge) ?? 0) + 1);
  expect(new Map(counted.map((row) => [row.edge, row.members]))).toEqual(walked);
});
