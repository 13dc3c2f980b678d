import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Ground } from "../src/ground.ts";
import { rotateKey, sourceByKey } from "../src/ingest/index.ts";
import { addDays, businessDay, startOfDay } from "../src/platform/index.ts";
import { build as q } from "../src/query/index.ts";
import { saveSegment } from "../src/segments/segments.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";
import { computeAll } from "../src/tags/index.ts";
import { prepareAhead } from "../src/tags/ahead.ts";
import { computeDirty } from "../src/tags/compute.ts";
import { bookOf } from "../src/tags/registry.ts";
import type { Bench, Figure } from "./main.ts";
import { type BenchWorld, openBenchWorld } from "./world.ts";
import { benchMember } from "./world-members.ts";

const MEMBERS = Number(process.env["BENCH_MEMBERS"] ?? 1_000_000);
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 60);
const RATE_PER_SECOND = 1_000;
const BATCH_RECORDS = 100;
const FRESH_SECONDS_MAX = 2;
const WAKE_SECONDS_MAX = 60;
/** An order so large that nobody of the bench world has one: whose it is enters the kept segment and no one else. */
const SAMPLE_FEN = 99_999_900;

interface Server {
  readonly child: ChildProcess;
  readonly address: string;
}

/** The real server in a process of its own on the world's database, which keeps what it says it keeps. */
async function startServer({ composition, ground }: BenchWorld): Promise<Server> {
  const port = await freePort();
  const child = spawn(process.execPath, ["--max-semi-space-size=32", "src/main.ts", "all", "--empty"], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: {
      ...process.env,
      HUITOU_DATA: ground.config.data_dir,
      DATABASE_URL: composition.databases.admin_url,
      PORT: String(port),
      LOG_LEVEL: "error",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on("data", (data: Buffer) => {
      if (data.toString().includes("ready")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { child, address: `http://127.0.0.1:${port}` };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** What people do in an app and at the till, by hundredths. */
const MIX = [
  [62, "browse"],
  [10, "login"],
  [8, "search"],
  [6, "cart"],
  [5, "message"],
  [2, "points_movement"],
  [2, "share"],
  [1, "like"],
  [1, "review"],
  [3, "order"],
] as const;
const KINDS = MIX.flatMap(([share, kind]) => Array.from({ length: share }, () => kind));

const BODIES: Readonly<Record<string, object>> = {
  browse: { page: "product" },
  login: { platform: "mini_program" },
  search: { keyword: "乌龙" },
  cart: { sku: "WY-DHP-50", action: "add" },
  message: { medium: "sms", message_id: "m", stage: "sent" },
  points_movement: { points: 5, reason: "earn" },
  share: { target: "friend" },
  like: { direction: "received" },
  review: { rating: 5 },
};

function record(kind: string, key: string, member: number, net_minor = 8_800): object {
  const body =
    kind === "order"
      ? { order_no: key, status: "paid", lines: [{ line_no: "1", sku: "WY-DHP-50", quantity: "1", net_minor }] }
      : BODIES[kind];
  return {
    kind,
    key,
    occurred_at: new Date().toISOString(),
    identities: [{ kind: "phone", value: benchMember(member).phone }],
    body,
  };
}

interface Sample {
  readonly member_id: number;
  readonly answered: number;
  tag?: number;
  segment?: number;
}

/** Sends RATE_PER_SECOND for SECONDS, one sampled order in each batch. */
async function load(server: Server, write_key: string, samples: Map<number, Sample>): Promise<number> {
  const began = performance.now();
  const batches = (RATE_PER_SECOND * SECONDS) / BATCH_RECORDS;
  const pause_ms = (1000 * BATCH_RECORDS) / RATE_PER_SECOND;
  const running: Promise<void>[] = [];
  for (let n = 0; n < batches; n += 1) {
    const due = began + n * pause_ms - performance.now();
    if (due > 0) await new Promise((wake) => setTimeout(wake, due));
    const sampled = Math.floor((n * MEMBERS) / batches);
    const records = KINDS.map((kind, i) => record(kind, `load-${n}-${i}`, (n * 7_919 + i * 104_729 + 13) % MEMBERS));
    records[0] = record("order", `sample-${n}`, sampled, SAMPLE_FEN);
    running.push(
      post(server, write_key, records).then(() => {
        const { member_id } = benchMember(sampled);
        samples.set(member_id, { member_id, answered: Date.now() });
      }),
    );
  }
  await Promise.all(running);
  return (batches * BATCH_RECORDS) / ((performance.now() - began) / 1000);
}

async function post(server: Server, write_key: string, records: readonly object[]): Promise<void> {
  const answer = await fetch(`${server.address}/api/records`, {
    method: "POST",
    headers: { authorization: `Bearer ${write_key}`, "content-type": "application/json" },
    body: JSON.stringify({ records }),
  });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`records answered ${answer.status}: ${said.slice(0, 300)}`);
}

/** Looks every 50 ms which samples' tags and memberships have changed, until told that no more will come and all have. */
async function watch(ground: Ground, segment_id: number, samples: Map<number, Sample>, loading: () => boolean) {
  let last = Date.now();
  for (;;) {
    const open = [...samples.values()].filter((one) => one.tag === undefined || one.segment === undefined);
    if (open.length === 0 && !loading()) return;
    if (!loading() && Date.now() - last > 60_000) return;
    if (loading()) last = Date.now();
    const ids = open.map(({ member_id }) => member_id);
    const { rows } = await ground.store.pool.query<{ member_id: number; tag: boolean; segment: boolean }>(
      `select id as member_id, (select (c.value ->> 'spend_365d')::bigint >= $3 from tags.current c where c.member_id = id) as tag,
         exists (select 1 from segments.member m where m.segment_id = $2 and m.member_id = id) as segment
       from unnest($1::bigint[]) id`,
      [ids, segment_id, SAMPLE_FEN],
    );
    const now = Date.now();
    for (const row of rows) {
      const sample = samples.get(row.member_id);
      if (sample === undefined) continue;
      if (row.tag) sample.tag ??= now;
      if (row.segment) sample.segment ??= now;
    }
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

function p95(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? Number.POSITIVE_INFINITY;
}

async function underLoad(world: BenchWorld): Promise<Figure[]> {
  const { ground } = world;
  const write_key = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const source = await sourceByKey(tx, "crm");
    if (source === undefined) throw new Error("the bench world has no source crm");
    await tx.query("update ingest.source set rate_per_second_max = 1000000 where source_id = $1", [source.source_id]);
    return rotateKey(tx, source.source_id, new Date(), 0);
  });
  const large = q.and(q.column("is_valid"), q.atLeast(q.column("net_minor"), SAMPLE_FEN));
  const condition = q.atLeast(q.count("orders", { where: large, window: q.lastDays(1) }), 1);
  const { segment_id } = await saveSegment(
    ground,
    { name: "bench", description: "", condition },
    { person_id: null, name: null },
  );
  const server = await startServer(world);
  const samples = new Map<number, Sample>();
  try {
    let loading = true;
    const watching = watch(ground, segment_id, samples, () => loading);
    const rate = await load(server, write_key, samples);
    loading = false;
    await watching;
    const seconds = (which: "tag" | "segment") =>
      p95([...samples.values()].map((one) => ((one[which] ?? Number.POSITIVE_INFINITY) - one.answered) / 1000));
    const figure = (name: string, value: number): Figure => ({
      name: `${name} at ${Math.round(rate)} events/s, ${MEMBERS} members`,
      value,
      unit: "s",
      reference: null,
      ratio: null,
      bar: `≤ ${FRESH_SECONDS_MAX} s`,
      met: value <= FRESH_SECONDS_MAX && rate >= 0.95 * RATE_PER_SECOND,
    });
    return [figure("freshness.tag_p95", seconds("tag")), figure("freshness.segment_p95", seconds("segment"))];
  } finally {
    server.child.kill("SIGTERM");
    await new Promise((resolve) => server.child.once("exit", resolve));
  }
}

/** From midnight until the last member whose day it is has its tags of the new day. */
async function atMidnight({ ground }: BenchWorld): Promise<Figure> {
  const { timezone } = ground.config;
  const today = businessDay(ground.clock.now(), timezone);
  const ahead_ms = startOfDay(addDays(today, 1), timezone).getTime() - Date.now();
  const moved = (by_ms: number): Ground => ({ ...ground, clock: { now: () => new Date(Date.now() + by_ms) } });
  const evening = moved(ahead_ms - 3_600_000);
  while ((await prepareAhead(evening, bookOf(evening))) > 0) continue;
  const tomorrow = moved(ahead_ms);
  const book = bookOf(tomorrow);
  const { rows } = await ground.store.pool.query<{ ready: number }>("select count(*)::int as ready from tags.ahead");
  const ready = rows[0]?.ready ?? 0;
  const began = performance.now();
  let marks = 0;
  for (;;) {
    const round = await computeDirty(tomorrow, book);
    marks += round.marks;
    if (round.marks === 0) break;
  }
  const value = (performance.now() - began) / 1000;
  return {
    name: `freshness.wake_ups at midnight: ${ready} members prepared, ${marks} marked`,
    value,
    unit: "s",
    reference: null,
    ratio: null,
    bar: `≤ ${WAKE_SECONDS_MAX} s`,
    met: value <= WAKE_SECONDS_MAX,
  };
}

async function run(): Promise<readonly Figure[]> {
  const world = await openBenchWorld({ members: MEMBERS, durable: true, say: (line) => console.error(line) });
  try {
    await computeAll(world.ground, bookOf(world.ground), {
      signal: new AbortController().signal,
      progress: async () => {},
    });
    console.error("everybody's tags");
    const figures = await underLoad(world);
    return [...figures, await atMidnight(world)];
  } finally {
    await world.close();
  }
}

/** Under a stream of events, and at the turn of a day: from what happens to what tags and segments say of it. */
export const benches: readonly Bench[] = [{ name: "freshness-load", run }];
