import { expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { accept, drainPipeline, ensureSource } from "../ingest/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { bookOf, settleTags } from "../tags/index.ts";
import { ensureLadders } from "./activation.ts";
import { settleTiers } from "./evaluate.ts";

const world = withDatabase();

test("everybody's tag says the tier as soon as there is one, also for those who never bought", async () => {
  const { ground } = world();
  const source = await ensureSource(ground, { key: "test", name: "Test", kind: "rest" });
  const join = (key: string, value: string) => ({
    kind: "member",
    key,
    occurred_at: ground.clock.now().toISOString(),
    identities: [{ kind: "phone" as const, value }],
    body: { gender: "female" },
  });
  const tiers = async () => {
    const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ tier: string | null }>("select value ->> 'tier' as tier from tags.current order by member_id"),
    );
    return rows.map(({ tier }) => tier);
  };
  const arrive = async (key: string, value: string) => {
    await accept(ground, source, [join(key, value)], { protocol: "rest" });
    await drainPipeline(ground);
    await settleTags(ground, bookOf(ground));
  };
  await arrive("a", "13911110001");
  expect(await tiers()).toEqual([null]);
  await ensureLadders(ground);
  await settleTags(ground, bookOf(ground));
  expect(await tiers()).toEqual(["ordinary"]);
  await arrive("b", "13911110002");
  await settleTiers(ground);
  await settleTags(ground, bookOf(ground));
  expect(await tiers()).toEqual(["ordinary", "ordinary"]);
});
