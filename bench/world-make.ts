import { openBenchWorld } from "./world.ts";

/** `BENCH_WORLD_DIR=… node bench/world-make.ts 100000 1000000` makes worlds before the benches that want them. */
for (const members of process.argv.slice(2).map(Number)) {
  const world = await openBenchWorld({ members, say: (line) => console.error(`  ${line}`) });
  console.error(`${members} members, ${world.orders} orders, ${world.lines} lines`);
  await world.close();
}
