import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ChannelSim, startChannelSim } from "../../channel-sim/server.ts";
import { sleep } from "../../src/platform/timers.ts";
import { WebhookReceiver } from "../support/webhook-receiver.ts";
import { Rig } from "./ingest-rig.ts";

const KILLS = process.env["HUITOU_SOAK"] === "1" ? 200 : process.env["HUITOU_LONG"] === "1" ? 20 : 4;
const WORKER = fileURLToPath(new URL("./channels-worker.ts", import.meta.url));
const PER_STEP = 5;

let rig: Rig;
let sim: ChannelSim;
let receiver: WebhookReceiver;
const asked = new Set<number>();

beforeAll(async () => {
  [sim, receiver, rig] = await Promise.all([startChannelSim(), WebhookReceiver.open(), Rig.start()]);
  sim.aliyun.limited = false;
  // the server has migrated the database; here only channels are at work
  await rig.killServer();
  await start("prepare", sim.url, `${receiver.url}/hook`);
});
afterAll(async () => {
  await Promise.all([rig.close(), sim.stop(), receiver.close()]);
});

async function start(...args: readonly string[]): Promise<ChildProcess> {
  for (;;) {
    const child = spawn(process.execPath, [WORKER, ...args], {
      env: {
        ...process.env,
        VITEST: "",
        HUITOU_DATA: join(rig.folder, "server"),
        DATABASE_URL: rig.database_url,
        HUITOU_WEBHOOK_ORIGINS: receiver.url,
      },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const working = new Promise<boolean>((resolve) => {
      lines.on("line", (line) => {
        if (line === "working") resolve(true);
        else asked.add(Number(line.split(" ")[1]));
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
const next = () => String(Math.max(0, ...asked) + PER_STEP);

test(`kill -9 of the process and of PostgreSQL, ${KILLS} times, answers lost in between: no SMS twice, none lost; no webhook lost, each under one number`, async () => {
  let worker = await start("run", "0");
  for (let round = 0; round < KILLS; round += 1) {
    const before = taken().length;
    if (round % 2 === 0) sim.dials.set("sms", { outcome: round % 4 === 0 ? "lost" : "http_500", next: 2 });
    receiver.dial("/hook", round % 2 === 0 ? "lost" : 200);
    while (taken().length < before + 12) await sleep(5);
    await sleep((round * 7919) % 300);
    if (round % 3 === 2) {
      rig.killPostgres();
      await sleep((round * 104_729) % 200);
      await rig.startPostgres();
    } else {
      await kill(worker);
      // whether the last step was committed nobody knows: it is asked again
      worker = await start("run", next());
    }
  }
  await kill(worker);
  sim.dials.set("sms", { outcome: "ok" });
  receiver.dial("/hook", 200);
  // nobody asks for more: what was asked for is brought to its end
  worker = await start("run", "drain");
  const last = Math.max(...asked);
  const open = async () =>
    (
      await rig.query<{ n: number }>(
        `select ((select count(*) from channels.pending p join channels.message m using (message_id) where m.effect_key = any($1))
           + (select count(*) from channels.webhook_delivery d join channels.webhook_message m using (message_id)
              where d.state <> 'delivered' and (m.data -> 'changes' -> 0 ->> 'member_id')::int <= $2))::int as n`,
        [[...asked].flatMap((n) => Array.from({ length: PER_STEP }, (_, i) => `effect ${n + i}`)), last],
      )
    )[0]?.n ?? 0;
  // what was put off by a failing endpoint is brought forward: its table is of hours
  while ((await open()) > 0) {
    await rig.query(
      "update channels.webhook_delivery set next_try_at = now() where state = 'waiting' and next_try_at > now()",
    );
    await sleep(200);
  }
  await kill(worker);

  const ids = taken().map(({ title }) => title);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  expect(twice).toEqual([]);
  const points = new Set(taken().map(({ text }) => Number(/"points":"(\d+)"/.exec(text)?.[1])));
  expect(points.size, "each effect is one SMS").toBe(ids.length);
  const wanted = [...asked].flatMap((n) => Array.from({ length: PER_STEP }, (_, i) => n + i));
  expect(wanted.filter((n) => !points.has(n))).toEqual([]);

  const [log] = await rig.query<{ accepted: number; others: number; parts: number; cost: number }>(
    `select count(*) filter (where state = 'accepted')::int as accepted, count(*) filter (where state <> 'accepted')::int as others,
       sum(parts)::int as parts, sum(cost_minor)::int as cost from channels.outcome`,
  );
  expect(log, "the log agrees with the witness, and the cost with billed parts").toEqual({
    accepted: ids.length,
    others: 0,
    parts: ids.length,
    cost: ids.length * 5,
  });

  const told = receiver.at("/hook").map(({ id, body }) => ({
    id,
    first: (JSON.parse(body) as { data: { changes: { member_id: number }[] } }).data.changes[0]?.member_id ?? -1,
  }));
  expect([...asked].filter((n) => !told.some(({ first }) => first === n))).toEqual([]);
  for (const [first, copies] of Map.groupBy(told, (one) => one.first))
    expect(new Set(copies.map(({ id }) => id)).size, `change ${first}`).toBe(1);
});
