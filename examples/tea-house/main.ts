import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { writeFiles } from "./files.ts";
import { SOURCES } from "./sheet.ts";
import { records } from "./stream.ts";
import { createWorld, MEMBERS_DEFAULT, SEED_DEFAULT, type World, type WorldOptions } from "./world.ts";

const USAGE = `The tea house as files.
  node examples/tea-house/main.ts [--members N] [--seed S] [--until YYYY-MM-DD] [--tidy] [--out DIR] [--files DIR] [--accuracy]
  --members  how many members (default ${MEMBERS_DEFAULT})
  --seed     another world of the same kind (default ${SEED_DEFAULT})
  --until    the day after the last one (default: today)
  --tidy     nothing late, twice or out of order
  --out      one file of records for each source, a JSON object a line
  --files    exports as people make them: CSV, JSON, XLSX
  --accuracy seeds it into a database of its own and judges every tag against what is truly so
  --keep     with --accuracy: also writes the figures that the tags' pages show (definitions/tags/example-accuracy.ts)
  --trouble  how much of the identity troubles, 0.2 by default
Without --out, --files and --accuracy it counts the records of each kind.`;

interface Values {
  readonly members?: string;
  readonly seed?: string;
  readonly until?: string;
  readonly tidy?: boolean;
  readonly trouble?: string;
}

function optionsOf(values: Values): WorldOptions {
  const day = values.until ?? new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  return {
    members: Number(values.members ?? MEMBERS_DEFAULT),
    seed: Number(values.seed ?? SEED_DEFAULT),
    until: new Date(`${day}T00:00:00+08:00`),
    untidy: values.tidy !== true,
    ...(values.trouble === undefined ? {} : { trouble: Number(values.trouble) }),
  };
}

async function judge(options: WorldOptions, keep: boolean): Promise<void> {
  // only here: the server's packages take their time to load
  const { measureTags } = await import("./measure.ts");
  const { scoreModule, scoreTable } = await import("./score-tags.ts");
  const { TAG_DEFINITIONS } = await import("../../definitions/tags/index.ts");
  const { members, judged, scores } = await measureTags(options);
  const names = new Map(TAG_DEFINITIONS.map(({ key, zh }) => [key, zh]));
  process.stdout.write(`会员 ${members} 位，判定 ${judged} 位。\n\n${scoreTable(scores, names)}\n`);
  if (keep) {
    const file = new URL("../../definitions/tags/example-accuracy.ts", import.meta.url);
    await writeFile(file, scoreModule(scores, { members: judged, until: options.until }));
  }
  for (const { tag, wrong } of scores)
    if (wrong.length > 0) process.stderr.write(`${tag}: ${wrong.slice(0, 5).join("; ")}\n`);
}

async function writeRecords(world: World, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const outputs = new Map(SOURCES.map((source) => [source, createWriteStream(join(folder, `${source}.ndjson`))]));
  for await (const batch of records(world)) {
    const output = outputs.get(batch.source);
    const text = batch.records.map((record) => `${JSON.stringify(record)}\n`).join("");
    if (output?.write(text) === false) await once(output, "drain");
  }
  for (const output of outputs.values()) {
    output.end();
    await once(output, "finish");
  }
}

async function count(world: World): Promise<Map<string, number>> {
  const kinds = new Map<string, number>();
  for await (const batch of records(world)) {
    for (const { kind } of batch.records) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return kinds;
}

async function main(): Promise<void> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    members: text,
    seed: text,
    until: text,
    out: text,
    files: text,
    tidy: flag,
    trouble: text,
    accuracy: flag,
    keep: flag,
    help: flag,
  };
  const { values } = parseArgs({ options });
  if (values.help === true) return void process.stdout.write(`${USAGE}\n`);
  if (values.accuracy === true) return judge(optionsOf(values), values.keep === true);
  const world = createWorld(optionsOf(values));
  if (values.out !== undefined) await writeRecords(world, values.out);
  if (values.files !== undefined) {
    for (const file of await writeFiles(world, values.files)) process.stdout.write(`${file.name}: ${file.rows} rows\n`);
  }
  if (values.out !== undefined || values.files !== undefined) return;
  const kinds = await count(world);
  for (const [kind, found] of kinds) process.stdout.write(`${kind.padEnd(18)} ${found}\n`);
}

await main();
