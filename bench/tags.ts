import { readFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Ground } from "../src/ground.ts";
import { lakeEngine, newestBatch, refreshLake } from "../src/lake/index.ts";
import { columnOf, columnsOf } from "../src/query/index.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";
import { bookOf, computeAll, mirrorVersion } from "../src/tags/index.ts";
import type { Bench, Figure } from "./main.ts";
import { openBenchWorld } from "./world.ts";

const MEMBERS = Number(process.env["BENCH_MEMBERS"] ?? 1_000_000);
/** The same with a tenth of the members, for the growth. */
const FEWER = MEMBERS / 10;
const RATIO_MAX = 6;
const GROWTH_MAX = 10;
const MEMORY_GIB_MAX = 4;
const GIB = 2 ** 30;

interface Measured {
  readonly members: number;
  readonly lines: number;
  /** Seconds. */
  readonly reference: number;
  readonly lines_reference: number;
  readonly first: number;
  readonly full: number;
  readonly mirror: number;
  readonly peak_bytes: number;
  readonly difference: number;
  readonly lagging: number;
}

/**
 * What the full computation is measured by: every relation that a tag reads grouped by member once, with sum, min and max
 * of each number among the columns that the tags read, and min and max of every other one.
 */
function groupedBy(ground: Ground): Map<string, string> {
  const columns = new Map<string, Set<string>>();
  for (const [, tag] of bookOf(ground).tags) {
    for (const name of columnsOf(tag.tree.root)) {
      const [relation = "", column = ""] = name.split(".");
      if (column !== "member_id") columns.set(relation, (columns.get(relation) ?? new Set()).add(column));
    }
  }
  return new Map(
    [...columns].map(([relation, names]) => {
      const type = (name: string) => columnOf(ground.catalogue.get(relation), name)?.type ?? "text";
      const taken = [...names].flatMap((name) => {
        const functions = /^(integer|decimal)/.test(type(name)) ? ["sum", "min", "max"] : ["min", "max"];
        return functions.map((one) => `${one}("${name}") as "${one}_${name}"`);
      });
      const from = `from catalogue."${relation}" where member_id is not null group by member_id`;
      return [relation, `select member_id, ${taken.join(", ")} ${from}`];
    }),
  );
}

/** Everything that was computed goes into one number, so that no engine may leave any of it out. */
const summed = (select: string) => `select count(*) as members, bit_xor(hash(t))::varchar as sum from (${select}) t`;

async function seconds(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1000;
}

/** The process's own peak, as the kernel kept it. */
function peakBytes(): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
  return Number(line?.[1] ?? 0) * 1024;
}

/** In a process of its own: the peak is that of this computation. */
async function measure(members: number): Promise<Measured> {
  const world = await openBenchWorld({ members, say: (line) => console.error(`  ${line}`) });
  const { ground } = world;
  const quiet = { signal: new AbortController().signal, progress: async () => {} };
  try {
    if ((await ground.store.read(SYSTEM_SCOPE, newestBatch)) === undefined) await refreshLake(ground);
    const grouped = groupedBy(ground);
    const [first = "", ...others] = [...grouped.keys()].toSorted((a) => (a === "members" ? -1 : 1));
    const all = `with ${[...grouped].map(([name, select]) => `"${name}" as (${select})`).join(", ")}
      select * from "${first}" ${others.map((name) => `left join "${name}" using (member_id)`).join(" ")}`;
    const engine = lakeEngine(ground);
    // the files are in the machine's memory before anything is measured
    await engine.query(summed(all));
    const filled = await seconds(() => computeAll(ground, bookOf(ground), quiet));
    const reference = await seconds(() => engine.query(summed(all)));
    let found = { difference: -1, lagging: -1 };
    const full = await seconds(async () => {
      found = await computeAll(ground, bookOf(ground), quiet);
    });
    const again = await seconds(() => engine.query(summed(all)));
    const lines = await seconds(() => engine.query(summed(grouped.get("order_lines") ?? "")));
    const peak_bytes = peakBytes();
    const mirror = await seconds(async () => {
      while ((await mirrorVersion(ground)) === undefined) await new Promise((done) => setTimeout(done, 100));
    });
    return {
      members,
      lines: world.lines,
      reference: Math.min(reference, again),
      lines_reference: lines,
      first: filled,
      full,
      mirror,
      peak_bytes,
      difference: found.difference,
      lagging: found.lagging,
    };
  } finally {
    await world.close();
  }
}

function measureApart(members: number): Promise<Measured> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), String(members)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
    child.on("error", failed);
    child.on("exit", (code) => {
      if (code === 0) done(JSON.parse(said) as Measured);
      else failed(new Error(`measuring ${members} members ended with code ${code}`));
    });
  });
}

function figuresOf(few: Measured, many: Measured): Figure[] {
  const of = `${many.members.toLocaleString("en")} members, ${many.lines.toLocaleString("en")} order lines`;
  const figure = (name: string, value: number, unit: string, reference: number | null, bar: string, met: boolean) => ({
    name: `tags: ${name}`,
    value,
    unit,
    reference,
    ratio: reference === null ? null : value / reference,
    bar,
    met,
  });
  const growth = many.full / few.full;
  return [
    figure(
      `full computation, ${of}`,
      many.full,
      "s",
      many.reference,
      `≤ ${RATIO_MAX} × one GROUP BY member over the same columns`,
      many.full <= RATIO_MAX * many.reference,
    ),
    figure("the same beside GROUP BY over the order lines alone", many.full, "s", many.lines_reference, "shown", true),
    figure("growth from a tenth of the members", growth, "×", null, `≤ ${GROWTH_MAX} ×`, growth <= GROWTH_MAX),
    figure(
      "peak of the process's memory",
      many.peak_bytes / GIB,
      "GiB",
      null,
      `≤ ${MEMORY_GIB_MAX} GiB`,
      many.peak_bytes <= MEMORY_GIB_MAX * GIB,
    ),
    figure("members whose stored values were wrong", many.difference, "members", null, "0", many.difference === 0),
    figure("members whom the lake did not know as stored", many.lagging, "members", null, "0", many.lagging === 0),
    figure("first values of everybody", many.first, "s", many.reference, "shown", true),
    figure("first copy of all tags for counting", many.mirror, "s", many.reference, "shown", true),
  ];
}

/** All tags of everybody in the lake's engine, compared with what is stored, beside one plain GROUP BY of the same run. */
export const benches: readonly Bench[] = [
  {
    name: "tags",
    run: async (): Promise<Figure[]> => figuresOf(await measureApart(FEWER), await measureApart(MEMBERS)),
  },
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(JSON.stringify(await measure(Number(process.argv[2]))));
}
