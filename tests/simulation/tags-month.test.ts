import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../examples/tea-house/random.ts";
import { seedWorld } from "../../examples/tea-house/seed.ts";
import { type Batch, records } from "../../examples/tea-house/stream.ts";
import { createWorld } from "../../examples/tea-house/world.ts";
import { subscriptionsOf } from "../../src/background.ts";
import { compose, type Composition } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { accept, drainPipeline, sourceByKey } from "../../src/ingest/index.ts";
import { closeLake, refreshLake } from "../../src/lake/index.ts";
import { correctField } from "../../src/members/index.ts";
import { undoJoin } from "../../src/members/deciding.ts";
import { FakeClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { sleep } from "../../src/platform/timers.ts";
import { build as q } from "../../src/query/index.ts";
import { checkSegment, settleMembership } from "../../src/segments/membership.ts";
import { saveSegment } from "../../src/segments/segments.ts";
import { SYSTEM_SCOPE, type Tx } from "../../src/store/index.ts";
import { computeAll, settleTags } from "../../src/tags/index.ts";
import { bookOf } from "../../src/tags/registry.ts";
import { deliverAll } from "../support/outbox.ts";
import { TagChanges } from "../support/tag-changes.ts";
import { keptTags, tagTruth } from "../support/tag-truth.ts";

const LONG = process.env["HUITOU_LONG"] === "1";
const MEMBERS = Number(process.env["HUITOU_MONTH_MEMBERS"] ?? (LONG ? 800 : 60));
const DAYS = LONG ? 31 : 3;
/** Records made at random besides what the tea house sends; the environment may ask for more. */
const CHANGES = Number(process.env["HUITOU_MONTH_CHANGES"] ?? (LONG ? 15_000 : 600));
const BATCH_RECORDS = LONG ? 250 : 100;
/** The naive evaluator looks at everybody's every row: in a large world the two engines judge each other. */
const NAIVE_MEMBERS_MAX = 200;
const DAY_MS = 86_400_000;
/** 22:30 in Shanghai, counted from 08:00. */
const EVENING_MS = 14.5 * 3_600_000;
/** 08:00 in Shanghai; the history before it is half a year. */
const START = new Date("2026-10-20T00:00:00Z");
const FROM = new Date(START.getTime() - 180 * DAY_MS);
const SEED = 11;
const by = { person_id: 1, reason: "simulation" };
const quiet = { signal: new AbortController().signal, progress: async () => {} };

const clock = new FakeClock(START);
const random = new Random(SEED, 99);
let data_dir = "";
let composition: Composition;
let worker: ChildProcess | undefined;
let segments: number[] = [];

const ground = () => composition.ground;

/** Work in the record store that goes on when PostgreSQL was killed under it. */
async function withPatience<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 100 || typeof (error as { status?: unknown }).status === "number") throw error;
      await sleep(200);
    }
  }
}
const read = <T>(work: (tx: Tx) => Promise<T>) => withPatience(() => ground().store.read(SYSTEM_SCOPE, work));
const write = <T>(work: (tx: Tx) => Promise<T>) => withPatience(() => ground().store.write(SYSTEM_SCOPE, work));

function startWorker(): Promise<ChildProcess> {
  return new Promise((done) => {
    const program = fileURLToPath(new URL("./tag-worker.ts", import.meta.url));
    const child = spawn(process.execPath, [program, clock.now().toISOString()], {
      env: { ...process.env, HUITOU_DATA: data_dir, VITEST: "" },
      stdio: ["pipe", "pipe", "ignore"],
    });
    child.stdin?.on("error", () => undefined);
    child.stdout?.once("data", () => done(child));
    // PostgreSQL was away when it began
    child.once("exit", () => done(child));
  });
}

/** Both processes live at this instant from now on. */
function setClock(at: Date): void {
  clock.set(at);
  worker?.stdin?.write(`${at.toISOString()}\n`);
}

async function restartWorker(): Promise<void> {
  worker?.kill("SIGKILL");
  do worker = await startWorker();
  while (worker.exitCode !== null);
}

/** kill -9 of the database server; whoever started it starts it again. */
function killPostgres(): void {
  const pid = composition.databases.embedded?.pid();
  if (pid !== undefined) process.kill(pid, "SIGKILL");
}

async function keepSegments(): Promise<number[]> {
  const conditions = [
    q.atLeast(q.count("orders", { where: q.column("is_valid"), window: q.lastDays(30) }), 1),
    q.equals(q.tag("lifecycle_stage"), "silent"),
    q.atLeast(q.count("events", { where: q.isIn(q.column("kind"), ["browse"]), window: q.lastDays(3) }), 1),
    q.and(q.equals(q.profile("members", "gender"), "female"), q.atLeast(q.tag("days_since_last_purchase"), 40)),
  ];
  const kept: number[] = [];
  for (const [n, condition] of conditions.entries()) {
    const draft = { name: `simulation ${n}`, description: "", condition };
    kept.push((await saveSegment(ground(), draft, { person_id: null, name: null })).segment_id);
  }
  return kept;
}

/** A join taken back, or a person's correction. */
async function interfere(): Promise<void> {
  const standing = await read((tx) =>
    tx.query<{ join_id: number }>("select join_id from members.join_log where undone_at is null order by join_id"),
  );
  const join = standing[Math.floor(random.uniform() * standing.length)];
  if (join !== undefined && random.chance(0.5))
    await write((tx) => undoJoin(tx, ground(), join.join_id, { ...by, now: clock.now() }));
  const members = await read((tx) =>
    tx.query<{ member_id: number }>("select member_id from catalogue.members order by 1"),
  );
  const one = members[Math.floor(random.uniform() * members.length)];
  const city = random.pick(["厦门", "杭州", "成都"]);
  if (one !== undefined)
    await write((tx) =>
      correctField(tx, ground(), one.member_id, { field: "city", value: city }, { ...by, now: clock.now() }),
    );
}

type Delivery = Pick<Batch, "source" | "records">;

/** What the tea house sends, by the day on which it arrives. */
async function monthOf(): Promise<Map<number, Delivery[]>> {
  const until = new Date(START.getTime() + DAYS * DAY_MS);
  const world = createWorld({ members: MEMBERS, seed: SEED, from: FROM, until, trouble: 1 });
  const days = new Map<number, Delivery[]>();
  for await (const batch of records(world, { daily_days: DAYS + 2, batch_records_max: BATCH_RECORDS })) {
    const day = Math.min(DAYS, Math.ceil((batch.until - START.getTime()) / DAY_MS));
    if (day < 1) continue;
    days.set(day, [...(days.get(day) ?? []), batch]);
  }
  return days;
}

const made = new TagChanges(new Random(SEED, 98), Math.ceil(MEMBERS / 2), CHANGES);

/** One day's records made at random. */
function changesOf(): Delivery[] {
  return Array.from({ length: Math.ceil(CHANGES / DAYS / BATCH_RECORDS / 2) }, () => ({
    source: "crm",
    records: Array.from({ length: BATCH_RECORDS }, () => made.next(clock.now())),
  }));
}

async function takeIn({ source, records: list }: Delivery): Promise<number> {
  const from = await read((tx) => sourceByKey(tx, source));
  if (from === undefined) throw new Error(`no source ${source}`);
  const { accepted } = await withPatience(() => accept(ground(), from, list, { protocol: "rest" }));
  return accepted;
}

beforeAll(async () => {
  data_dir = await mkdtemp(join(tmpdir(), "huitou-month-"));
  await chmod(data_dir, 0o755);
  composition = await compose({
    config: loadConfig({ HUITOU_DATA: data_dir }),
    clock,
    log: makeLog("fatal"),
    domains: await loadDomains(),
  });
  await seedWorld(ground(), { members: MEMBERS, seed: SEED, from: FROM, until: START, trouble: 1 });
  await deliverAll({ ground: ground(), composition });
  await computeAll(ground(), bookOf(ground()), quiet);
  await settleTags(ground(), bookOf(ground()));
  segments = await keepSegments();
  await settleMembership(ground());
  worker = await startWorker();
});
afterAll(async () => {
  worker?.kill("SIGKILL");
  await closeLake(ground());
  await composition.close();
  await rm(data_dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

/** What waited when the last process was killed, in this one: pipeline, outbox, tags, memberships. */
async function settleEverything(): Promise<void> {
  await withPatience(() => drainPipeline(ground()));
  await withPatience(() => deliverAll({ ground: ground(), composition }));
  await withPatience(() => settleTags(ground(), bookOf(ground())));
  await withPatience(() => deliverAll({ ground: ground(), composition }));
  await withPatience(() => settleMembership(ground()));
}

describe(`${DAYS} days of ${MEMBERS} members, with kills of the worker and of PostgreSQL`, () => {
  test(
    "what was kept step by step is what everything computed at once says: 0 differences",
    async () => {
      const month = await monthOf();
      expect(subscriptionsOf(composition).length).toBeGreaterThan(5);
      let changes = 0;
      for (let day = 1; day <= DAYS; day += 1) {
        // an evening, in which the next day is prepared while records go on to come, and a morning
        setClock(new Date(START.getTime() + (day - 1) * DAY_MS + EVENING_MS));
        for (const batch of changesOf()) changes += await takeIn(batch);
        await sleep(500);
        setClock(new Date(START.getTime() + day * DAY_MS - 3_600_000));
        for (const batch of [...(month.get(day) ?? []), ...changesOf()]) {
          changes += await takeIn(batch);
          if (random.chance(LONG ? 0.01 : 0.1)) await restartWorker();
        }
        await interfere();
        if (day % (LONG ? 10 : 3) === 0) {
          killPostgres();
          await sleep(500);
          await restartWorker();
        }
      }
      await sleep(random.uniform() * 2_000);
      worker?.kill("SIGKILL");
      await settleEverything();
      expect(changes).toBeGreaterThan(CHANGES * 0.9);

      if (MEMBERS <= NAIVE_MEMBERS_MAX) expect(await keptTags(ground())).toEqual(await tagTruth(ground()));
      const before = await keptTags(ground());
      const records_say = await computeAll(ground(), bookOf(ground()), quiet);
      expect(records_say).toMatchObject({ difference: 0 });
      await refreshLake(ground());
      const lake_says = await computeAll(ground(), bookOf(ground()), quiet);
      expect(lake_says).toMatchObject({ engine: "duckdb", difference: 0, lagging: 0 });
      expect(await keptTags(ground())).toEqual(before);
      for (const segment_id of segments) expect(await checkSegment(ground(), segment_id)).toBe(0);
      process.stdout.write(`${changes} changes of ${MEMBERS} members in ${DAYS} days\n`);
    },
    (LONG ? 1_800_000 : 180_000) + 10 * CHANGES,
  );
});
