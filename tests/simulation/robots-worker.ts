// A process of its own, so that the test can kill it: prepares gifts that are due, or does what robots are asked for.
import { startMallOffice } from "../../examples/mall-office/server.ts";
import { compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import type { FakeClock } from "../../src/platform/clock.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { robotJobs } from "../../src/robots/jobs.ts";
import { openPool, startJobWorkers } from "../../src/store/index.ts";
import { RobotDesk } from "../support/robot-desk.ts";

const [mode = "", office_url = "", gifts = "0"] = process.argv.slice(2);
const domains = await loadDomains();
const composition = await compose({
  config: loadConfig(process.env),
  clock: systemClock,
  log: makeLog("fatal"),
  domains,
  migrated: true,
});
const { ground } = composition;

if (mode === "prepare") {
  // the back office of the test is the one that counts
  const own = await startMallOffice();
  const world = { ground, clock: ground.clock as FakeClock, composition, domains };
  const desk = await RobotDesk.open(world, { ...own, url: office_url });
  await desk.gifts(Array.from({ length: Number(gifts) }, (_, n) => `客${n}`));
  const robot = await desk.robot(desk.staff.owner, "birthday_gifts");
  const asked = await desk.staff.owner.call("POST", `/api/robots/${robot}/runs`, {});
  await desk.close();
  await composition.close();
  process.stdout.write(`asked ${JSON.stringify(asked.body)}\nworking\n`);
}

if (mode === "run") {
  const pool = openPool({ ...composition.databases.jobs, size_max: 6, onError: () => undefined });
  await startJobWorkers(ground, pool, robotJobs, []);
  process.stdout.write("working\n");
}
