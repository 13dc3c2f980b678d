import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Bench, Figure } from "./main.ts";

/** The kill and disk-full simulations at full count; their own assertions decide, this only reports. */
async function run(): Promise<readonly Figure[]> {
  const root = fileURLToPath(new URL("../", import.meta.url));
  const began = performance.now();
  const result = spawnSync("npx", ["vitest", "run", "--project", "simulation"], {
    cwd: root,
    env: { ...process.env, HUITOU_LONG: "1" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const met = result.status === 0;
  return [
    {
      name: "crash.violations",
      value: met ? 0 : 1,
      unit: `in ${Math.round((performance.now() - began) / 1000)} s`,
      reference: null,
      ratio: null,
      bar: "0 lost, 0 doubled",
      met,
    },
  ];
}

export const benches: readonly Bench[] = [{ name: "crash", run }];
