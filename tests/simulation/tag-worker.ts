// The background work as a process of its own, so that the test can kill it; its clock is told line by line.
import { createInterface } from "node:readline";
import { startBackground } from "../../src/background.ts";
import { compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { FakeClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";

const clock = new FakeClock(process.argv[2]);
createInterface({ input: process.stdin }).on("line", (at) => clock.set(at));
const composition = await compose({
  config: loadConfig(process.env),
  clock,
  log: makeLog("fatal"),
  domains: await loadDomains(),
});
await startBackground(composition);
process.stdout.write("working\n");
