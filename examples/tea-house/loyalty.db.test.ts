import { beforeAll, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { verifyLedger } from "../../src/points/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { seedLoyalty } from "./loyalty.ts";
import { seedWorld } from "./seed.ts";

const world = withDatabase();
const NOW = new Date("2026-11-22T02:00:00Z");

const counts = async () =>
  (
    await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ months: number; transfers: number; kinds: string[] }>(
        `select count(distinct to_char(at, 'YYYY-MM')) as months, count(*) as transfers,
           array_agg(distinct to_kind order by to_kind) as kinds from points.transfer`,
      ),
    )
  )[0];

beforeAll(async () => {
  const { ground } = world();
  await seedWorld(ground, { members: 60, seed: 4, until: NOW });
});

test("a year of points stands in the ledger month by month, whole, and filling it in again adds nothing", async () => {
  const { ground } = world();
  await seedLoyalty(ground, NOW, 4);
  const first = await counts();
  expect(first?.months).toBeGreaterThanOrEqual(12);
  expect(first?.kinds).toEqual(expect.arrayContaining(["active", "burned", "pending"]));
  expect(await verifyLedger(ground.store)).toMatchObject({ ok: true, sum: 0 });
  await seedLoyalty(ground, NOW, 4);
  expect((await counts())?.transfers).toBe(first?.transfers);
});
