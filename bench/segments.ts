import type { Ground } from "../src/ground.ts";
import { followRows, lakeEngine, newestBatch, refreshLake } from "../src/lake/index.ts";
import { build as q, type Expression } from "../src/query/index.ts";
import { countCondition } from "../src/segments/count.ts";
import { exportColumns } from "../src/segments/export-columns.ts";
import { runExport } from "../src/segments/export-run.ts";
import { insertExport } from "../src/segments/export-store.ts";
import { forgetBases } from "../src/segments/portrait-base.ts";
import { type Portrait, portraitOf } from "../src/segments/portrait.ts";
import { forgetSets } from "../src/segments/set-cache.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";
import { newUuid, sleep } from "../src/platform/index.ts";
import { bookOf, computeAll, mirrorVersion } from "../src/tags/index.ts";
import type { Bench, Figure } from "./main.ts";
import { openBenchWorld } from "./world.ts";

const MEMBERS = Number(process.env["BENCH_MEMBERS"] ?? 1_000_000);
const COUNT_MS_MAX = 500;
const PORTRAIT_MS_MAX = 2_000;
const QUIET = { signal: new AbortController().signal, progress: async () => {} };

/** The plain computation: one GROUP BY of everybody's net spend over all order lines. */
const REFERENCE = `select count(*) as members, sum(net) as net from (
  select member_id, sum(net_minor) as net from catalogue.order_lines group by member_id) t`;

const bought = (category: string, days: number, times: number): Expression =>
  q.atLeast(
    q.count("order_lines", {
      where: q.and(q.column("is_valid"), q.isIn(q.column("category_1"), [category])),
      window: q.lastDays(days),
    }),
    times,
  );

/** Five conditions: two tags, a fact of the profile, a purchase, a silence. Each number may be typed over. */
function fiveConditions(change: {
  spend?: number;
  days?: number;
  times?: number;
  silent?: number;
  city?: string;
}): Expression {
  const { spend = 50_000, days = 180, times = 1, silent = 30, city = "first" } = change;
  return q.and(
    q.atLeast(q.tag("spend_365d"), spend),
    q.isIn(q.tag("city_tier"), [city]),
    q.equals(q.member("phone_verified"), true),
    bought("乌龙茶", days, times),
    q.not(q.atLeast(q.count("events", { where: q.isIn(q.column("kind"), ["browse"]), window: q.lastDays(silent) }), 3)),
  );
}

/** What a person types over, one change after the other. */
const TYPED: readonly Parameters<typeof fiveConditions>[0][] = [
  ...[1, 2, 3, 4].map((times) => ({ times })),
  ...[30, 60, 90, 365].map((days) => ({ days })),
  ...[10_000, 20_000, 100_000, 200_000].map((spend) => ({ spend })),
  ...[7, 14, 60, 90].map((silent) => ({ silent })),
  ...["new_first", "second", "lower"].map((city) => ({ city })),
];

async function milliseconds(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;
}

const count = (ground: Ground, condition: Expression) => countCondition(ground, SYSTEM_SCOPE, condition);

async function tagsComputed(ground: Ground): Promise<boolean> {
  const found = await ground.store.read(SYSTEM_SCOPE, (tx) => tx.one("select 1 as one from tags.current limit 1"));
  return found !== undefined;
}

async function prepare(ground: Ground, say: (line: string) => void): Promise<void> {
  const batch = await ground.store.read(SYSTEM_SCOPE, newestBatch);
  if (batch === undefined) say(`lake after ${Math.round(await milliseconds(() => refreshLake(ground)))} ms`);
  if (!(await tagsComputed(ground)))
    say(`tags after ${Math.round(await milliseconds(() => computeAll(ground, bookOf(ground), QUIET)))} ms`);
  // a process makes its copies once, beside whoever counts meanwhile
  say(`copies in memory after ${Math.round(await milliseconds(() => copied(ground)))} ms`);
}

async function copied(ground: Ground): Promise<void> {
  while ((await mirrorVersion(ground)) === undefined) await sleep(100);
  await count(ground, fiveConditions({}));
  await followRows(ground);
  await portraitOf(ground, SYSTEM_SCOPE, { condition: fiveConditions({}) }, undefined);
}

async function typing(ground: Ground): Promise<{ cold: number[]; warm: number[] }> {
  const [cold, warm]: number[][] = [[], []];
  for (const change of TYPED) {
    forgetSets(ground);
    cold?.push(await milliseconds(() => count(ground, fiveConditions(change))));
  }
  forgetSets(ground);
  await count(ground, fiveConditions({}));
  for (const change of TYPED) warm?.push(await milliseconds(() => count(ground, fiveConditions(change))));
  return { cold: cold ?? [], warm: warm ?? [] };
}

/** A small group, the five conditions, and one of half of all: the work of a portrait grows with its group. */
const SITTERS: readonly (readonly [name: string, condition: Expression])[] = [
  ["of five conditions", fiveConditions({})],
  ["of a tenth", q.isIn(q.tag("city_tier"), ["first"])],
  ["of most", q.equals(q.member("phone_verified"), true)],
];

async function portraits(
  ground: Ground,
): Promise<{ name: string; first: number; value: number; portrait: Portrait }[]> {
  const drawn = [];
  for (const [name, condition] of SITTERS) {
    const draw = () => portraitOf(ground, SYSTEM_SCOPE, { condition }, undefined);
    forgetBases(ground);
    const first = await milliseconds(draw);
    const taken: number[] = [];
    let portrait = await draw();
    // the group itself was counted by whoever built it
    for (let round = 0; round < 5; round++) taken.push(await milliseconds(async () => (portrait = await draw())));
    drawn.push({ name, first, value: percentile(taken, 0.95), portrait });
  }
  return drawn;
}

const EXPORTED = [
  "member_id",
  "member_tier.tier",
  "rfm.cell",
  "tag.spend_365d",
  "tag.lifecycle_stage",
  "tag.favourite_category",
];

/** A CSV file of everybody with six columns, sealed part by part as the console's exports are. */
async function exportAll(ground: Ground): Promise<{ readonly seconds: number; readonly rows: number }> {
  const offered = new Set(exportColumns(ground).columns.map(({ key }) => key));
  const wanted = {
    segment_id: null,
    snapshot_id: null,
    name: "bench",
    condition: q.atLeast(q.member("member_id"), 1),
    format: "csv" as const,
    columns: EXPORTED.filter((key) => offered.has(key)),
    language: "zh" as const,
    reason: "bench",
    stores: null,
    file_id: newUuid(ground.clock.now()),
  };
  const { export_id } = await ground.store.write(SYSTEM_SCOPE, (tx) =>
    insertExport(tx, wanted, { person_id: null, name: null }, ground.clock.now()),
  );
  const began = performance.now();
  const made = await runExport({ ground, input: { export_id }, ...QUIET, cancelled: () => false });
  return { seconds: (performance.now() - began) / 1_000, rows: Number(made["rows"]) };
}

/** Counting while typing and the portrait of a group, at a million members. */
export const benches: readonly Bench[] = [
  {
    name: "segments",
    run: async (): Promise<Figure[]> => {
      const say = (line: string) => console.error(`  ${line}`);
      const world = await openBenchWorld({ members: MEMBERS, say });
      const { ground } = world;
      try {
        await prepare(ground, say);
        const reading = () => lakeEngine(ground).query(REFERENCE);
        await reading();
        const reference = percentile([await milliseconds(reading), await milliseconds(reading)], 0.5);
        const size = `at ${MEMBERS.toLocaleString("en")} members`;
        const figure = (name: string, value: number, max: number | null): Figure => ({
          name: `segments: ${name}, ${size}`,
          value,
          unit: "ms",
          reference,
          ratio: value / reference,
          bar: max === null ? "shown, beside one GROUP BY" : `≤ ${max} ms`,
          met: max === null || value <= max,
        });
        const { cold, warm } = await typing(ground);
        const drawn = await portraits(ground);
        for (const { name, portrait } of drawn)
          say(
            `${name}: ${portrait.group.count} of ${portrait.total} by ${portrait.engine}, ${portrait.facts.length} facts`,
          );
        const exported = await exportAll(ground);
        return [
          {
            name: `segments: export of ${exported.rows.toLocaleString("en")} members, six columns`,
            value: exported.rows / exported.seconds,
            unit: "rows/s",
            reference: null,
            ratio: null,
            bar: "shown",
            met: true,
          },
          figure("count of five conditions while typing, p95", percentile(warm, 0.95), COUNT_MS_MAX),
          figure("the same, median", percentile(warm, 0.5), null),
          figure("count of five conditions, nothing kept, p95", percentile(cold, 0.95), COUNT_MS_MAX),
          ...drawn.map(({ name, value }) => figure(`portrait ${name}, p95`, value, PORTRAIT_MS_MAX)),
          ...drawn.map(({ name, first }) => figure(`first portrait ${name}, base counted too`, first, PORTRAIT_MS_MAX)),
        ];
      } finally {
        await world.close();
      }
    },
  },
];
