import { readFileSync } from "node:fs";
import { dataSet } from "../tests/support/retail-data.ts";
import type { Ground } from "../src/ground.ts";
import { refreshLake } from "../src/lake/index.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";
import { fitBgNbd } from "../src/value/bgnbd.ts";
import { computeClv } from "../src/value/clv-compute.ts";
import { computeRfm } from "../src/value/compute.ts";
import { fitGammaGamma } from "../src/value/gamma-gamma.ts";
import { computeLifecycle, computeRfmFlows, computeSilence } from "../src/value/lifecycle.ts";
import type { Bench, Figure } from "./main.ts";
import { openBenchWorld } from "./world.ts";

const MEMBERS = Number(process.env["BENCH_MEMBERS"] ?? 1_000_000);
const FIT_SECONDS_MAX = 2;

/** The plain computation: purchase days, first and last, and net spend of each member, once over all orders. */
const REFERENCE = `select count(*) as members, sum(net)::text as net from (
  select member_id, min(business_day), max(business_day), count(*), sum(net_minor) as net from catalogue.purchase_days group by member_id) t`;

async function seconds(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1000;
}

function fits(): Figure[] {
  const file = dataSet("cdnow/cdnow_customers_summary_with_transactions.csv");
  if (file === undefined) return [];
  const rows = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [, x = 0, t_x = 0, T = 0, mean = 0] = line.split(",").map(Number);
      return { x, t_x, T, mean };
    });
  const began = performance.now();
  fitBgNbd(rows);
  fitGammaGamma(rows);
  const value = (performance.now() - began) / 1000;
  return [
    {
      name: "value: fit of BG/NBD and Gamma-Gamma on CDNOW",
      value,
      unit: "s",
      reference: null,
      ratio: null,
      bar: `≤ ${FIT_SECONDS_MAX} s`,
      met: value <= FIT_SECONDS_MAX,
    },
  ];
}

const reference = (ground: Ground) => seconds(() => ground.store.read(SYSTEM_SCOPE, (tx) => tx.query(REFERENCE)));

/** RFM, lifetime value, and thirteen months of stages and cells of everybody, beside one plain GROUP BY. */
export const benches: readonly Bench[] = [
  {
    name: "value",
    run: async (): Promise<Figure[]> => {
      const world = await openBenchWorld({ members: MEMBERS, say: (line) => console.error(`  ${line}`) });
      const { ground } = world;
      try {
        const bare = await reference(ground);
        const figure = (name: string, value: number): Figure => ({
          name: `value: ${name}, ${MEMBERS.toLocaleString("en")} members, ${world.orders.toLocaleString("en")} orders`,
          value,
          unit: "s",
          reference: bare,
          ratio: value / bare,
          bar: "shown",
          met: true,
        });
        const rfm = await seconds(() => computeRfm(ground, { thresholds: "first" }));
        const clv = await seconds(() => computeClv(ground, { borders: "first" }));
        await refreshLake(ground);
        const stages = await seconds(() => computeLifecycle(ground));
        const cells = await seconds(() => computeRfmFlows(ground));
        const silence = await seconds(() => computeSilence(ground));
        return [
          ...fits(),
          figure("RFM", rfm),
          figure("lifetime value, models and hold-out", clv),
          figure("stages at 14 month ends", stages),
          figure("RFM cells at 14 month ends", cells),
          figure("signs of silence", silence),
        ];
      } finally {
        await world.close();
      }
    },
  },
];
