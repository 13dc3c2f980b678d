import { setTimeout as sleep } from "node:timers/promises";
import type { Ground } from "../src/ground.ts";
import { rotateKey, sourceByKey } from "../src/ingest/index.ts";
import { refreshLake } from "../src/lake/index.ts";
import { writeState } from "../src/metrics/state-store.ts";
import { lastClosedDay } from "../src/platform/index.ts";
import { build as q } from "../src/query/index.ts";
import { fillWaiting } from "../src/segments/membership.ts";
import { saveSegment } from "../src/segments/segments.ts";
import { settleTiers } from "../src/tiers/evaluate.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";
import { computeAll } from "../src/tags/index.ts";
import { bookOf } from "../src/tags/registry.ts";
import { wakeUps } from "./freshness-wake.ts";
import { type LiveServer, processorSeconds, startServer } from "./live-server.ts";
import type { Bench, Figure } from "./main.ts";
import { BATCH_RECORDS, mallBatch, MIX_SAID, SAMPLE_FEN, SAMPLE_SKU } from "./mall-stream.ts";
import { type BenchWorld, openBenchWorld } from "./world.ts";
import { benchMember } from "./world-members.ts";

const MEMBERS = Number(process.env["BENCH_MEMBERS"] ?? 1_000_000);
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 60);
/** Before anything is counted the stream flows for so long: a server just started compiles its code and fills its caches. */
const WARM_SECONDS = Number(process.env["BENCH_WARM_SECONDS"] ?? 15);
const RATE_PER_SECOND = Number(process.env["BENCH_RATE"] ?? 1_000);
const FRESH_SECONDS_MAX = 2;
/** Samples that were not seen so long after the stream ended count as never seen. */
const WAIT_SECONDS_MAX = 30;
/** Requests under way at a time; a server that does not keep up makes the rate fall, and so the figure. */
const REQUESTS_MAX = 32;
const ANSWER_SECONDS_MAX = 30;
/** Jobs of a server's first start (the first copy in the lake, the first figures) are no part of its daily work. */
const JOBS_SECONDS_MAX = 900;
const LOOK_MS = 50;
const REPORT_MS = 5_000;

const began = performance.now();
const say = (line: string) =>
  console.error(`  ${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${line}`);
const began_at = Date.now();
const now = () => Date.now() / 1000;

/** What is waited for of one accepted event. */
interface Sample {
  readonly member_id: number;
  /** When the request was answered. */
  readonly answered: number;
  readonly counted: boolean;
  seen?: number;
}

type Waited = "tag" | "segment" | "behaviour";
type Samples = Readonly<Record<Waited, Sample[]>>;

interface Sent {
  readonly rate: number;
  readonly answers: readonly number[];
  readonly failed: number;
}

/** Sends RATE_PER_SECOND for so many seconds. */
async function stream(
  server: LiveServer,
  write_key: string,
  run: string,
  seconds: number,
  samples: Samples,
): Promise<Sent> {
  const start = performance.now();
  const batches = Math.ceil((RATE_PER_SECOND * seconds) / BATCH_RECORDS);
  const pause_ms = (1000 * BATCH_RECORDS) / RATE_PER_SECOND;
  const under_way = new Set<Promise<void>>();
  const answers: number[] = [];
  // in a world that is used again nobody may be a sample twice
  const shift = Math.random();
  let failed = 0;
  for (let n = 0; n < batches; n += 1) {
    const due = start + n * pause_ms - performance.now();
    if (due > 0) await sleep(due);
    while (under_way.size >= REQUESTS_MAX) await Promise.race(under_way);
    const { records, buyer, looker } = mallBatch(run, n + shift, batches, MEMBERS);
    const sent = performance.now();
    const one = post(server, write_key, records).then(
      () => {
        answers.push((performance.now() - sent) / 1000);
        const sample = (member: number) => ({
          member_id: benchMember(member).member_id,
          answered: now(),
          counted: run.startsWith("load"),
        });
        samples.tag.push(sample(buyer));
        samples.segment.push(sample(buyer));
        samples.behaviour.push(sample(looker));
      },
      (error: unknown) => {
        if (failed === 0) say(`a request failed: ${String(error)}`);
        failed += 1;
      },
    );
    under_way.add(one);
    void one.finally(() => under_way.delete(one));
  }
  await Promise.all(under_way);
  return { rate: ((batches - failed) * BATCH_RECORDS) / ((performance.now() - start) / 1000), answers, failed };
}

async function post(server: LiveServer, write_key: string, records: readonly object[]): Promise<void> {
  const answer = await fetch(`${server.address}/api/records`, {
    method: "POST",
    headers: { authorization: `Bearer ${write_key}`, "content-type": "application/json" },
    body: JSON.stringify({ records }),
    signal: AbortSignal.timeout(ANSWER_SECONDS_MAX * 1_000),
  });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`records answered ${answer.status}: ${said.slice(0, 300)}`);
}

interface Kept {
  readonly buyers: number;
  readonly lookers: number;
}

/** For what is waited, a select of the members among $1 of whom it can be seen now. */
const SEEN: Readonly<Record<Waited, (kept: Kept) => string>> = {
  tag: () =>
    `select member_id from tags.current where member_id = any($1) and (value ->> 'spend_365d')::bigint >= ${SAMPLE_FEN}`,
  segment: ({ buyers }) => `select member_id from segments.member where segment_id = ${buyers} and member_id = any($1)`,
  behaviour: ({ lookers }) =>
    `select member_id from segments.member where segment_id = ${lookers} and member_id = any($1)`,
};

/** Looks every LOOK_MS which samples can be seen, until `done` and all were seen or nothing more is waited for. */
async function watch(ground: Ground, kept: Kept, samples: Samples, done: () => number | undefined): Promise<void> {
  for (;;) {
    let open = 0;
    for (const waited of ["tag", "segment", "behaviour"] as const) {
      const waiting = samples[waited].filter((one) => one.seen === undefined);
      open += waiting.length;
      if (waiting.length === 0) continue;
      const { rows } = await ground.store.pool.query<{ member_id: number }>(SEEN[waited](kept), [
        waiting.map(({ member_id }) => member_id),
      ]);
      const at = now();
      const seen = new Set(rows.map((row) => row.member_id));
      for (const one of waiting) if (seen.has(one.member_id)) one.seen = at;
    }
    const ended = done();
    if (ended !== undefined && (open === 0 || now() - ended > WAIT_SECONDS_MAX)) return;
    await sleep(LOOK_MS);
  }
}

/** Every few seconds what waits where, so that a run says where its time goes. */
async function report(world: BenchWorld, server: LiveServer, running: () => boolean): Promise<void> {
  const postgres = world.composition.databases.embedded?.pid();
  const used = () => [processorSeconds(server.pid), processorSeconds(postgres, true), process.cpuUsage().user / 1e6];
  for (let before = used(); running(); ) {
    await sleep(REPORT_MS);
    const { rows } = await world.ground.store.pool.query<Record<string, number | null>>(WAITING);
    const after = used();
    const cores = after.map((seconds, i) => ((seconds - (before[i] ?? 0)) / (REPORT_MS / 1000)).toFixed(2));
    before = after;
    const waiting = Object.entries(rows[0] ?? {}).map(([name, value]) => `${name} ${value ?? 0}`);
    say(`waiting: ${waiting.join(", ")}; cores: server ${cores[0]}, PostgreSQL ${cores[1]}, client ${cores[2]}`);
  }
}

const WAITING = `select
  (select coalesce(sum(accepted), 0)::int from ingest.inbox where state = 'received') as records,
  (select count(*)::int from tags.dirty where lane = 0) as tag_marks,
  (select round(extract(epoch from clock_timestamp() - min(since)), 1)::float from tags.dirty where lane = 0) as tag_age,
  (select count(*)::int from segments.dirty where lane = 0) as segment_marks,
  (select round(extract(epoch from clock_timestamp() - min(since)), 1)::float from segments.dirty where lane = 0) as segment_age`;

/** Conditions such as people keep, beside the two by which samples are seen: a mark has all of them evaluated. */
async function keepSegments(ground: Ground): Promise<Kept> {
  const valid = q.column("is_valid");
  const { rows: there } = await ground.store.pool.query<{ segment_id: number; name: string }>(
    "select segment_id, name from segments.segment",
  );
  const save = async (name: string, condition: ReturnType<typeof q.and>) =>
    there.find((segment) => segment.name === name)?.segment_id ??
    (await saveSegment(ground, { name, description: "", condition }, { person_id: null, name: null })).segment_id;
  const looked = (days: number) =>
    q.count("events", { where: q.isIn(q.column("kind"), ["browse"]), window: q.lastDays(days) });
  await save("bought within 30 days", q.atLeast(q.count("orders", { where: valid, window: q.lastDays(30) }), 1));
  await save("silent", q.equals(q.tag("lifecycle_stage"), "silent"));
  await save("looked three times within 3 days", q.atLeast(looked(3), 3));
  await save(
    "women who have not bought for 40 days",
    q.and(q.equals(q.profile("members", "gender"), "female"), q.atLeast(q.tag("days_since_last_purchase"), 40)),
  );
  await save("spent 1,000 yuan", q.atLeast(q.tag("spend_365d"), 100_000));
  await save(
    "looked and did not buy",
    q.and(q.atLeast(looked(7), 1), q.not(q.atLeast(q.count("orders", { where: valid, window: q.lastDays(7) }), 1))),
  );
  const large = q.and(valid, q.atLeast(q.column("net_minor"), SAMPLE_FEN));
  const buyers = await save(
    "samples: buyers",
    q.atLeast(q.count("orders", { where: large, window: q.lastDays(1) }), 1),
  );
  const sample = q.and(q.isIn(q.column("kind"), ["browse"]), q.equals(q.column("sku"), SAMPLE_SKU));
  const lookers = await save(
    "samples: lookers",
    q.atLeast(q.count("events", { where: sample, window: q.lastDays(1) }), 1),
  );
  return { buyers, lookers };
}

async function writeKey({ ground }: BenchWorld): Promise<string> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const source = await sourceByKey(tx, "crm");
    if (source === undefined) throw new Error("the bench world has no source crm");
    await tx.query("update ingest.source set rate_per_second_max = 1000000 where source_id = $1", [source.source_id]);
    return rotateKey(tx, source.source_id, new Date(), 0);
  });
}

/**
 * A world of a brand that has run before: layers, lifetime values and tiers stand, the past has its figures, everybody's
 * tags and memberships are there and nothing waits. What a first start does takes minutes of both cores and is no part of a
 * day's work. Repeatable: of a settled world it costs a few look-ups.
 */
async function settleWorld(world: BenchWorld): Promise<Kept> {
  const { ground, composition } = world;
  const at = ground.clock.now();
  const through_day = lastClosedDay(at, ground.config.timezone);
  const first_month = through_day.slice(0, 7);
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    writeState(tx, { through_day, first_month, currency: ground.config.currency, computed_at: at }),
  );
  const { rows } = await ground.store.pool.query("select 1 from tags.state where full_at is not null");
  if (rows.length === 0) {
    for (const name of ["lake", "value", "tiers"])
      await composition.domains.find((domain) => domain.name === name)?.ready?.(ground);
    say("layers, lifetime values and tiers stand");
    await settleTiers(ground);
    say("everybody has a standing");
    // the values of everybody that follow stand for all of these marks
    await ground.store.pool.query("delete from tags.dirty");
    await refreshLake(ground);
    say("the lake is up to date");
    const quiet = { signal: new AbortController().signal, progress: async () => {} };
    await computeAll(ground, bookOf(ground), quiet);
    say("everybody's tags");
    const { difference, lagging } = await computeAll(ground, bookOf(ground), quiet);
    say(`compared: ${difference} differ, ${lagging} are ahead of the lake`);
  }
  const kept = await keepSegments(ground);
  await ground.store.pool.query("delete from segments.dirty");
  await fillWaiting(ground);
  say("kept segments are filled");
  return kept;
}

/** Waits for the jobs of the first start. */
async function settleJobs({ ground }: BenchWorld): Promise<void> {
  for (const from = now(); now() - from < JOBS_SECONDS_MAX; ) {
    const { rows } = await ground.store.pool.query<{ kind: string }>(
      "select kind from store.job where finished_at is null",
    );
    if (rows.length === 0) return say("the jobs of the first start have ended");
    await sleep(1_000);
  }
  say(`jobs of the first start still run after ${JOBS_SECONDS_MAX} s: the stream meets them`);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.POSITIVE_INFINITY;
}

function figureOf(name: string, samples: readonly Sample[], rate: number): Figure {
  const counted = samples.filter((one) => one.counted);
  const seconds = counted.map((one) => (one.seen ?? Number.POSITIVE_INFINITY) - one.answered);
  const unseen = seconds.filter((one) => !Number.isFinite(one)).length;
  const value = quantile(seconds, 0.95);
  say(
    `${name}: p50 ${quantile(seconds, 0.5).toFixed(2)} s, p95 ${value.toFixed(2)} s, p99 ${quantile(seconds, 0.99).toFixed(2)} s, ${unseen} of ${counted.length} never seen`,
  );
  return {
    name: `${name} at ${Math.round(rate)} events/s, ${MEMBERS.toLocaleString("en")} members${unseen > 0 ? `, ${unseen} of ${counted.length} never seen` : ""}`,
    value,
    unit: "s",
    reference: null,
    ratio: null,
    bar: `≤ ${FRESH_SECONDS_MAX} s`,
    met: value <= FRESH_SECONDS_MAX && rate >= 0.95 * RATE_PER_SECOND,
  };
}

async function underLoad(world: BenchWorld): Promise<Figure[]> {
  const { ground } = world;
  const kept = await settleWorld(world);
  const write_key = await writeKey(world);
  const server = await startServer(world);
  say("the server is ready");
  const samples: Samples = { tag: [], segment: [], behaviour: [] };
  let ended: number | undefined;
  try {
    await settleJobs(world);
    const reporting = report(world, server, () => ended === undefined);
    const watching = watch(ground, kept, samples, () => ended);
    say(`the stream: ${MIX_SAID}`);
    await stream(server, write_key, `warm-${began_at}`, WARM_SECONDS, samples);
    say("warm");
    const sent = await stream(server, write_key, `load-${began_at}`, SECONDS, samples);
    ended = now();
    say(
      `sent at ${Math.round(sent.rate)} events/s, answered within ${quantile(sent.answers, 0.95).toFixed(3)} s (p95), ${sent.failed} failed`,
    );
    await watching;
    await reporting;
    return [
      figureOf("freshness.tag_p95", samples.tag, sent.rate),
      figureOf("freshness.segment_p95", samples.segment, sent.rate),
      figureOf("freshness.behaviour_segment_p95", samples.behaviour, sent.rate),
    ];
  } finally {
    ended ??= now();
    await server.stop();
    say("the server has stopped");
  }
}

async function run(): Promise<readonly Figure[]> {
  const world = await openBenchWorld({ members: MEMBERS, durable: true, say: (line) => say(line) });
  try {
    const figures = process.env["BENCH_WAKE_ONLY"] === "1" ? [] : await underLoad(world);
    return [...figures, ...(await wakeUps(world, say))];
  } finally {
    await world.close();
  }
}

/** Under a stream of events, and at the turn of a day: from what happens to what tags and segments say of it. */
export const benches: readonly Bench[] = [{ name: "freshness-load", run }];
