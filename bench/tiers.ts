import { CLASSIC } from "../definitions/tiers/classic.ts";
import { GROWTH } from "../definitions/tiers/growth.ts";
import type { Ground } from "../src/ground.ts";
import { SYSTEM_SCOPE, type Tx } from "../src/store/index.ts";
import { ensureLadders } from "../src/tiers/activation.ts";
import { evaluateAll } from "../src/tiers/evaluate.ts";
import { ladderState } from "../src/tiers/ladder-store.ts";
import { nearDefault, overview } from "../src/tiers/lists.ts";
import { simulate } from "../src/tiers/what-if.ts";
import type { Bench, Figure } from "./main.ts";
import { openBenchWorld } from "./world.ts";

const MEMBERS = Number(process.env["BENCH_MEMBERS"] ?? 1_000_000);
const ROUNDS = 3;
const RATIO_MAX = 6;

/** The plain computation: net spend of this year and the last for each member, summed once over the same orders. */
const REFERENCE = `
  select count(*) as members, sum(net)::text as net from (
    select p.member_id, sum(o.line_net_minor - o.refund_minor) as net
    from trade.sales_order o join members.party p using (party_id)
    where o.status = 'paid' and o.line_net_minor > 0 and o.currency = 'CNY'
      and o.business_day >= date_trunc('year', current_date)::date - interval '1 year'
    group by p.member_id) t`;

/** The middle of a few runs, in seconds. */
async function seconds(run: () => Promise<unknown>, rounds = ROUNDS): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const began = performance.now();
    await run();
    taken.push((performance.now() - began) / 1000);
  }
  return taken.toSorted((a, b) => a - b)[Math.floor(taken.length / 2)] ?? Number.NaN;
}

const reference = (ground: Ground) =>
  ground.store.read(SYSTEM_SCOPE, async (tx) => {
    await tx.query("set local jit = off");
    await tx.query(REFERENCE);
  });

/** Every number of the page, counted anew. */
async function countAll(tx: Tx, ground: Ground): Promise<void> {
  await tx.query("set local jit = off");
  const state = await ladderState(tx);
  if (state === undefined) throw new Error("no ladder is in force");
  await overview(tx, ground, state, SYSTEM_SCOPE, nearDefault(state.definition));
}

/** A million members on the growth ladder: everyone placed, everyone evaluated again, and a change of rule tried. */
export const benches: readonly Bench[] = [
  {
    name: "tiers",
    run: async (): Promise<Figure[]> => {
      const world = await openBenchWorld({ members: MEMBERS, say: (line) => console.error(`  ${line}`) });
      const { ground } = world;
      const size = `at ${MEMBERS.toLocaleString("en")} members, ${world.orders.toLocaleString("en")} orders`;
      try {
        const bare = await seconds(() => reference(ground));
        const figure = (name: string, value: number): Figure => ({
          name: `tiers: ${name}, ${size}`,
          value,
          unit: "s",
          reference: bare,
          ratio: value / bare,
          bar: `≤ ${RATIO_MAX} × GROUP BY of net spend`,
          met: value <= RATIO_MAX * bare,
        });
        const first = await seconds(() => ensureLadders(ground), 1);
        const full = await seconds(() => evaluateAll(ground));
        const edited = await seconds(() =>
          ground.store.write(SYSTEM_SCOPE, (tx) => simulate(tx, ground, { ...GROWTH, grace_days: 0 }, false)),
        );
        const other = await seconds(() =>
          ground.store.write(SYSTEM_SCOPE, (tx) => simulate(tx, ground, CLASSIC, false)),
        );
        const page = await seconds(() => ground.store.read(SYSTEM_SCOPE, (tx) => countAll(tx, ground)));
        return [
          figure("all counts of the page", page),
          { ...figure("first placement of everyone", first), bar: "shown", met: true },
          figure("full evaluation", full),
          figure("what-if of edited rules", edited),
          figure("what-if of another ladder", other),
        ];
      } finally {
        await world.close();
      }
    },
  },
];
