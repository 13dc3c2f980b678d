import { afterAll, beforeAll, expect, test } from "vitest";
import { seedWorld } from "../../examples/tea-house/seed.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { addDays } from "../platform/index.ts";
import { build as q } from "../query/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { settleTags } from "./compute.ts";
import { computeAll, ensureComputed } from "./full.ts";
import { keepDay } from "./history.ts";
import { HISTORY_DAYS_MAX } from "./history-store.ts";
import { bookOf } from "./registry.ts";
import { countStatistics, writeStatistics } from "./statistics-store.ts";

const world = withDatabase();
const NOW = new Date("2026-11-22T08:00:00Z");
const TODAY = "2026-11-22";
let owner: OwnerSession;

beforeAll(async () => {
  const { ground, clock } = world();
  clock.set(NOW);
  await seedWorld(ground, { members: 40, seed: 6, until: NOW });
  await deliverAll(world());
  await ensureComputed(ground);
  await settleTags(ground, bookOf(ground));
  owner = await signInOwner(world());
});
afterAll(async () => {
  await owner.app.close();
});

interface History {
  readonly days: readonly {
    readonly day: string;
    readonly members: number;
    readonly total: number;
    readonly values: readonly { value: string; members: number }[];
    readonly quartiles: readonly { value: string }[] | null;
    readonly psi_bp: number | null;
    readonly jump: boolean;
  }[];
}
const history = async (key: string) => (await owner.get(`/api/tags/${key}/history`)).body as History;

/** As a full computation of another day would leave it, with other values. */
async function onDay(day: string, change: string): Promise<void> {
  const { ground, clock } = world();
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await tx.query("update tags.state set day = $1", [day]);
    await tx.query(`update tags.current set value = value || ${change}`);
    await writeStatistics(tx, await countStatistics(tx), clock.now());
  });
  await keepDay(ground, bookOf(ground));
}

test("a full computation keeps each tag's day once, whatever is computed again on it", async () => {
  const { ground } = world();
  const first = await history("join_channel");
  expect(first.days).toHaveLength(1);
  expect(first.days[0]).toMatchObject({ day: TODAY, psi_bp: null, jump: false });
  const [day] = first.days;
  expect(day?.values.reduce((sum, value) => sum + value.members, 0)).toBe(day?.members);
  await computeAll(ground, bookOf(ground), { signal: new AbortController().signal, progress: async () => {} });
  expect(await history("join_channel")).toEqual(first);
  const numbers = await history("orders_365d");
  expect(numbers.days[0]?.quartiles).toHaveLength(3);
});

test("a day that jumps is marked, for values and for numbers; one that stands still is not", async () => {
  await onDay(addDays(TODAY, 1), "'{}'::jsonb");
  for (const key of ["join_channel", "orders_365d"])
    expect((await history(key)).days[1]).toMatchObject({ psi_bp: 0, jump: false });
  await onDay(addDays(TODAY, 2), `'{"join_channel": "pos", "orders_365d": "77"}'::jsonb`);
  for (const key of ["join_channel", "orders_365d"]) {
    const { days } = await history(key);
    expect(days[2], key).toMatchObject({ day: addDays(TODAY, 2), jump: true });
    expect(days[2]?.psi_bp).toBeGreaterThan(2_000);
  }
});

test("history is bounded", async () => {
  await onDay(addDays(TODAY, HISTORY_DAYS_MAX + 2), "'{}'::jsonb");
  expect((await history("join_channel")).days.map(({ day }) => day)).toEqual([addDays(TODAY, HISTORY_DAYS_MAX + 2)]);
});

test("lineage names what a tag reads with the sources that fill it, and who reads the tag", async () => {
  await owner.post("/api/segments", { name: "老客", condition: q.compare(q.tag("orders_365d"), ">=", 1) });
  const { body } = await owner.get("/api/tags/orders_365d/lineage");
  expect(body).toMatchObject({
    relations: [
      {
        relation: "orders",
        zh: "订单",
        computed: false,
        columns: expect.arrayContaining([expect.objectContaining({ column: "is_valid" })]),
        sources: expect.arrayContaining([expect.objectContaining({ last_received_at: expect.any(String) })]),
      },
    ],
    readers: expect.arrayContaining([expect.objectContaining({ kind: "segment", zh: "老客" })]),
  });
  const tier = (await owner.get("/api/tags/tier/lineage")).body;
  expect(tier).toMatchObject({ relations: expect.arrayContaining([expect.objectContaining({ computed: true })]) });
  expect((await owner.get("/api/tags/nothing/lineage")).status).toBe(404);
});
