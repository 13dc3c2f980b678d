import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { compose } from "../src/composition.ts";
import { loadConfig } from "../src/config.ts";
import { loadDomains } from "../src/domains.ts";
import type { Ground } from "../src/ground.ts";
import { addDays, businessDay } from "../src/platform/index.ts";
import { systemClock } from "../src/platform/clock.ts";
import { makeLog } from "../src/platform/log.ts";
import { type Command, ledgerOf, turnDay, verifyLedger } from "../src/points/index.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";
import { BARE_MEMBERS } from "./bare-members.ts";
import type { Bench, Figure } from "./main.ts";
import { type Load, loadOverHttp } from "./points-http.ts";

const MEMBERS = Number(process.env["BENCH_POINTS_MEMBERS"] ?? 1_000_000);
const SECONDS = Number(process.env["BENCH_POINTS_SECONDS"] ?? 30);
const SCALE = Number(process.env["BENCH_POINTS_SCALE"] ?? 50);
const CLIENTS = 64;
const GRANT = 5_000;
const ENGINE_RATIO_MIN = 8;
const HTTP_RATIO_MIN = 2.5;
const HOT_RATIO_MIN = 5;
const P99_MS_MAX = 100;
const GRANT_RATE_MIN = 25_000;
const EXPIRY_SECONDS_MAX = 60;

const run = promisify(execFile);

function findPgbench(): string | undefined {
  const folders = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql") : [];
  const known = ["/usr/bin/pgbench", ...folders.map((version) => `/usr/lib/postgresql/${version}/bin/pgbench`)];
  return known.find((path) => existsSync(path));
}

/** tps of TPC-B as pgbench plays it, median of three, on the same server. */
async function reference(admin_url: string): Promise<{ tps: number; by: string }> {
  const url = new URL(admin_url);
  const admin = new pg.Client({ connectionString: admin_url });
  await admin.connect();
  await admin.query("create database bench_tpcb");
  await admin.end();
  url.pathname = "/bench_tpcb";
  const pgbench = findPgbench();
  const rates: number[] = [];
  const by = pgbench === undefined ? "own TPC-B loop (no pgbench here)" : "pgbench";
  if (pgbench !== undefined) await run(pgbench, ["-i", "-q", "-s", String(SCALE), url.toString()]);
  else await fillTpcb(url.toString());
  for (let round = 0; round < 3; round += 1) {
    if (pgbench === undefined) rates.push(await loopTpcb(url.toString()));
    else {
      const args = ["-c", String(CLIENTS), "-j", "2", "-M", "prepared", "-T", String(SECONDS), url.toString()];
      const { stdout } = await run(pgbench, args);
      rates.push(Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1]));
    }
  }
  return { tps: median(rates), by };
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function fillTpcb(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    create table pgbench_accounts as select i as aid, 0 as abalance from generate_series(1, ${SCALE * 100_000}) i;
    alter table pgbench_accounts add primary key (aid);
    create table pgbench_tellers as select i as tid, 0 as tbalance from generate_series(1, ${SCALE * 10}) i;
    alter table pgbench_tellers add primary key (tid);
    create table pgbench_branches as select i as bid, 0 as bbalance from generate_series(1, ${SCALE}) i;
    alter table pgbench_branches add primary key (bid);
    create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp)`);
  await client.end();
}

async function loopTpcb(url: string): Promise<number> {
  const pick = (count: number) => 1 + Math.floor(Math.random() * count);
  const until = performance.now() + SECONDS * 1000;
  let done = 0;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      while (performance.now() < until) {
        const [aid, tid, bid, delta] = [pick(SCALE * 100_000), pick(SCALE * 10), pick(SCALE), pick(5000)];
        await client.query("begin");
        await client.query({
          name: "a",
          text: "update pgbench_accounts set abalance = abalance + $1 where aid = $2",
          values: [delta, aid],
        });
        await client.query({ name: "s", text: "select abalance from pgbench_accounts where aid = $1", values: [aid] });
        await client.query({
          name: "t",
          text: "update pgbench_tellers set tbalance = tbalance + $1 where tid = $2",
          values: [delta, tid],
        });
        await client.query({
          name: "b",
          text: "update pgbench_branches set bbalance = bbalance + $1 where bid = $2",
          values: [delta, bid],
        });
        await client.query({
          name: "h",
          text: "insert into pgbench_history values ($1, $2, $3, $4, now())",
          values: [tid, bid, aid, delta],
        });
        await client.query("commit");
        done += 1;
      }
      await client.end();
    }),
  );
  return done / SECONDS;
}

let keys = 0;

/** Clients that each send their next request when the one before is answered. */
async function load(ground: Ground, next: (count: number) => Command): Promise<Load> {
  const ledger = ledgerOf(ground);
  const until = performance.now() + SECONDS * 1000;
  const took: number[] = [];
  let refused = 0;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (performance.now() < until) {
        const began = performance.now();
        keys += 1;
        try {
          await ledger.submit({ key: `bench ${keys}`, command: next(keys) });
          took.push(performance.now() - began);
        } catch {
          refused += 1;
        }
      }
    }),
  );
  took.sort((a, b) => a - b);
  return { rate: took.length / SECONDS, p99_ms: took[Math.floor(took.length * 0.99)] ?? Number.NaN, refused };
}

async function grantAll(ground: Ground, reference: string, last_day: string | undefined): Promise<number> {
  const ledger = ledgerOf(ground);
  const began = performance.now();
  for (let first = 1; first <= MEMBERS; first += GRANT) {
    const owners = Array.from({ length: Math.min(GRANT, MEMBERS - first + 1) }, (_, at) => first + at);
    const life = last_day === undefined ? {} : { last_day };
    const command = { type: "grant" as const, owners, points: 1_000, reference, ...life };
    await ledger.submit({ key: `${reference} ${first}`, command });
  }
  return MEMBERS / ((performance.now() - began) / 1000);
}

/** Members that are nothing but a number, and tills that redeem their points. */
async function overHttp(ground: Ground): Promise<Load> {
  const [party = "", profile = ""] = BARE_MEMBERS;
  for (const made of [party, profile]) await ground.store.write(SYSTEM_SCOPE, (tx) => tx.query(made, [MEMBERS]));
  return loadOverHttp(ground, {
    clients: CLIENTS,
    seconds: SECONDS,
    members: MEMBERS,
    data_dir: ground.config.data_dir,
  });
}

async function figures(ground: Ground, admin_url: string): Promise<Figure[]> {
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  const granted = await grantAll(ground, "welcome", undefined);
  const { tps, by } = await reference(admin_url);
  const member = () => 1 + Math.floor(Math.random() * MEMBERS);
  const engine: Load[] = [];
  for (let round = 0; round < 3; round += 1)
    engine.push(await load(ground, (n) => ({ type: "spend", wallet: [member()], points: 1, reference: `spend ${n}` })));
  const rate = median(engine.map((one) => one.rate));
  const p99_ms = Math.max(...engine.map((one) => one.p99_ms));
  const http = await overHttp(ground);
  const budget = Math.floor(rate * SECONDS * 0.8);
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    tx.query("insert into points.account (kind, name, floor) values ('budget', 'flash', 0)"),
  );
  await ledgerOf(ground).submit({
    key: "flash",
    command: { type: "fund", budget: "flash", points: budget, reference: "flash" },
  });
  const hot = await load(ground, (n) => ({
    type: "earn",
    owner: member(),
    points: 1,
    budget: "flash",
    reference: `hot ${n}`,
  }));
  const left = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.one<{ balance: number; given: number }>(
      `select balance, (select coalesce(sum(points), 0)::bigint from points.transfer
        where from_kind = 'budget' and from_id = account_id) as given from points.account where name = 'flash'`,
    ),
  );
  const oversold = Math.max(0, (left?.given ?? Number.NaN) - budget) + Math.max(0, -(left?.balance ?? Number.NaN));
  await grantAll(ground, "short", today);
  const began = performance.now();
  const { expired } = await turnDay(ground, addDays(today, 1));
  const expiry = (performance.now() - began) / 1000;
  const whole = await verifyLedger(ground.store);
  return [
    {
      name: `points: transfers/s, ${CLIENTS} clients, ${MEMBERS.toLocaleString("en")} members, engine call`,
      value: rate,
      unit: "/s",
      reference: tps,
      ratio: rate / tps,
      bar: `≥ ${ENGINE_RATIO_MIN} × ${by}`,
      met: rate >= ENGINE_RATIO_MIN * tps,
    },
    shown("points: the same, p99", p99_ms, "ms", `≤ ${P99_MS_MAX} ms`, p99_ms <= P99_MS_MAX),
    {
      name: `points: redemptions over HTTP, ${CLIENTS} clients (${http.refused.toLocaleString("en")} refused)`,
      value: http.rate,
      unit: "/s",
      reference: tps,
      ratio: http.rate / tps,
      bar: `≥ ${HTTP_RATIO_MIN} × ${by}`,
      met: http.rate >= HTTP_RATIO_MIN * tps && http.refused === 0,
    },
    shown("points: the same, p99", http.p99_ms, "ms", `≤ ${P99_MS_MAX} ms`, http.p99_ms <= P99_MS_MAX),
    {
      name: `points: one hot account, ${CLIENTS} clients (${hot.refused.toLocaleString("en")} told that it is empty)`,
      value: hot.rate,
      unit: "/s",
      reference: tps,
      ratio: hot.rate / tps,
      bar: `≥ ${HOT_RATIO_MIN} × ${by}`,
      met: hot.rate >= HOT_RATIO_MIN * tps,
    },
    shown("points: overdrawn from the hot account", oversold, "points", "0", oversold === 0),
    shown(
      `points: grant to ${MEMBERS.toLocaleString("en")} members`,
      granted,
      "/s",
      `≥ ${GRANT_RATE_MIN}/s`,
      granted >= GRANT_RATE_MIN,
    ),
    shown(
      `points: expiry of ${expired.toLocaleString("en")} lots`,
      expiry,
      "s",
      `≤ ${EXPIRY_SECONDS_MAX} s for 1,000,000`,
      expiry <= (EXPIRY_SECONDS_MAX * expired) / 1_000_000,
    ),
    shown("points: ledger verified afterwards, sum", whole.sum, "points", "0, every check right", whole.ok),
  ];
}

function shown(name: string, value: number, unit: string, bar: string, met: boolean): Figure {
  return { name, value, unit, reference: null, ratio: null, bar, met };
}

async function runAll(): Promise<readonly Figure[]> {
  const data_dir = await mkdtemp(join(tmpdir(), "huitou-bench-"));
  await chmod(data_dir, 0o755);
  const composition = await compose({
    config: loadConfig({ HUITOU_DATA: data_dir }),
    clock: systemClock,
    log: makeLog("error"),
    domains: await loadDomains(),
  });
  try {
    return await figures(composition.ground, composition.databases.admin_url);
  } finally {
    await composition.close();
    await rm(data_dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}

export const benches: readonly Bench[] = [{ name: "points", run: runAll }];
