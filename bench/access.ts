import { currentMatrix } from "../src/access/index.ts";
import type { Ground } from "../src/ground.ts";
import { listMembers } from "../src/members/index.ts";
import { type Scope, SYSTEM_SCOPE, type Tx } from "../src/store/index.ts";
import type { Bench, Figure } from "./main.ts";
import { openBenchWorld } from "./world.ts";

const MEMBERS = Number(process.env["BENCH_MEMBERS"] ?? 1_000_000);
const ROUNDS = Number(process.env["BENCH_REQUESTS"] ?? 60);
const RATIO_MAX = 1.3;
const SORTS = ["joined", "net", "orders", "last_order"] as const;

const middle = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

/** The stores that hold about a third of the members, as a regional manager has them. */
async function someStores(ground: Ground): Promise<string[]> {
  const rows = await ground.store.read(SYSTEM_SCOPE, (tx: Tx) =>
    tx.query<{ code: string; members: number }>(
      "select home_store_code as code, count(*)::int as members from members.profile where home_store_code is not null group by 1 order by 1",
    ),
  );
  return rows.filter((_, place) => place % 3 === 0).map((row) => row.code);
}

/**
 * A page of the member list for somebody who has a third of the stores, by each of its orders: through the matrix (its
 * look-up, the scoped role and the policies of the database; its version comes with the session, in the same statement)
 * against the same conditions without any of them. Both are asked in turn, so that nothing else of the machine decides.
 */
export const benches: readonly Bench[] = [
  {
    name: "access",
    run: async (): Promise<Figure[]> => {
      const world = await openBenchWorld({ members: MEMBERS, say: (line) => console.error(`  ${line}`) });
      const { ground } = world;
      try {
        const matrix = await currentMatrix(ground);
        const bound: Scope = { regions: "all", stores: await someStores(ground), brands: "all" };
        const scopes: readonly [string, Scope][] = [
          ["a third of the stores", bound],
          ["the whole brand", SYSTEM_SCOPE],
        ];
        const figures: Figure[] = [];
        for (const [who, scope] of scopes) {
          for (const sort of SORTS) {
            const through = () => {
              if (matrix.outcome("manager", "members.read", "L2") === "deny") throw new Error("managers see members");
              return ground.store.read(scope, (tx) => listMembers(tx, ground, { sort }, scope));
            };
            const without = () => ground.store.read(SYSTEM_SCOPE, (tx) => listMembers(tx, ground, { sort }, scope));
            const taken: { through: number[]; without: number[] } = { through: [], without: [] };
            for (let round = 0; round < ROUNDS; round += 1) {
              const [a, b] = [await timed(without), await timed(through)];
              if (round < 5) continue;
              taken.without.push(a);
              taken.through.push(b);
            }
            const [value, reference] = [middle(taken.through), middle(taken.without)];
            figures.push({
              name: `access: member list by ${sort}, ${who}, at ${MEMBERS.toLocaleString("en")} members`,
              value,
              unit: "ms",
              reference,
              ratio: value / reference,
              bar: `≤ ${RATIO_MAX} ×`,
              met: value <= RATIO_MAX * reference,
            });
          }
        }
        return figures;
      } finally {
        await world.close();
      }
    },
  },
];
