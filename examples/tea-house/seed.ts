import type { Ground } from "../../src/ground.ts";
import { accept, drainPipeline, ensureSource, type Source, type SourceKind } from "../../src/ingest/index.ts";
import type { SourceName } from "./sheet.ts";
import { records } from "./stream.ts";
import { createWorld, MEMBERS_DEFAULT, SEED_DEFAULT } from "./world.ts";

export interface SeedOptions {
  readonly members?: number;
  readonly seed?: number;
  /** End of the history; the ground's clock by default, so that the demo is alive today. */
  readonly until?: Date;
  /** Start of the history; two years before its end by default. */
  readonly from?: Date;
  readonly untidy?: boolean;
  readonly trouble?: number;
  readonly progress?: (done_days: number, total_days: number, note: string) => void | Promise<void>;
  readonly cancelled?: () => boolean;
}

/** What an installation remembers of its example world, so that it can be gone on with: dates as ISO texts. */
export interface Demo {
  readonly members: number;
  readonly seed: number;
  readonly from: string;
  /** What happened before this instant came with the seeding. */
  readonly until: string;
  /** False while it is being filled in: a start that was broken off goes on with the same world. */
  readonly filled: boolean;
}

/** The example world that a fresh installation gets now. */
export function demoNow(ground: Ground, members: number, seed: number): Demo {
  const until = ground.clock.now();
  const world = createWorld({ members, seed, until });
  return { members, seed, from: new Date(world.from).toISOString(), until: until.toISOString(), filled: false };
}

export interface SeedResult {
  readonly records: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly cancelled: boolean;
}

interface DemoSource {
  readonly name: string;
  readonly kind: SourceKind;
  readonly expected_every_seconds: number;
}

/** The five systems of 山野茶 as sources of the installation. */
const DEMO_SOURCES: Readonly<Record<SourceName, DemoSource>> = {
  crm: { name: "会员 CRM", kind: "rest", expected_every_seconds: 86_400 },
  mini_program: { name: "小程序", kind: "rest", expected_every_seconds: 86_400 },
  mall: { name: "线上商城", kind: "rest", expected_every_seconds: 86_400 },
  pos: { name: "门店 POS", kind: "rest", expected_every_seconds: 86_400 },
  service: { name: "客服系统", kind: "rest", expected_every_seconds: 3 * 86_400 },
};

/** Days at the end of the history that arrive one by one. */
const DAILY_DAYS = 31;
/** Batches accepted at once: they share group commits. */
const BATCHES_AT_ONCE = 6;

const DAY_MS = 86_400_000;

/**
 * Feeds the tea house through the edge exactly as its five systems would, then waits until the pipeline has applied
 * everything. Records carry the keys of the world, so that a run that was broken off can simply be started again with
 * the same members, seed and until: what is there already counts as duplicate.
 */
export async function seedWorld(ground: Ground, options: SeedOptions = {}): Promise<SeedResult> {
  const now = ground.clock.now();
  const until = options.until ?? now;
  const world = createWorld({
    members: options.members ?? MEMBERS_DEFAULT,
    seed: options.seed ?? SEED_DEFAULT,
    until,
    ...(options.from === undefined ? {} : { from: options.from }),
    untidy: options.untidy ?? true,
    trouble: options.trouble ?? 0.2,
  });
  const sources = await ensureSources(ground);
  const totals = { records: 0, accepted: 0, duplicates: 0, rejected: 0 };
  const total_days = Math.ceil((world.until - world.from) / DAY_MS);
  const stopped = options.cancelled ?? (() => false);
  let running: Promise<void>[] = [];
  for await (const batch of records(world, { daily_days: DAILY_DAYS })) {
    if (stopped()) break;
    const source = sources.get(batch.source) as Source;
    // Received when it arrived in the story; the edge refuses instants more than a day ahead of that.
    const received_at = new Date(Math.min(batch.until, now.getTime()));
    running.push(
      accept(ground, source, batch.records, { protocol: "rest", received_at }).then((result) => {
        totals.records += batch.records.length;
        totals.accepted += result.accepted;
        totals.duplicates += result.duplicates;
        totals.rejected += result.rejected;
      }),
    );
    if (running.length < BATCHES_AT_ONCE) continue;
    await Promise.all(running);
    running = [];
    await options.progress?.(Math.floor((batch.until - world.from) / DAY_MS), total_days, `${totals.records}`);
  }
  await Promise.all(running);
  const cancelled = stopped();
  if (!cancelled) await drainPipeline(ground, stopped);
  return { ...totals, cancelled };
}

async function ensureSources(ground: Ground): Promise<Map<SourceName, Source>> {
  const sources = new Map<SourceName, Source>();
  for (const [key, source] of Object.entries(DEMO_SOURCES) as [SourceName, DemoSource][]) {
    sources.set(key, await ensureSource(ground, { key, ...source }));
  }
  return sources;
}
