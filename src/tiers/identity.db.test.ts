import { afterAll, beforeAll, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { id, record, rows, send } from "../../tests/support/member-records.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { ensureSource, type Source } from "../ingest/index.ts";
import { ensureLadders } from "./activation.ts";
import { evaluateAll, settleTiers } from "./evaluate.ts";

const world = withDatabase();
let owner: OwnerSession;
let till: Source;

beforeAll(async () => {
  owner = await signInOwner(world());
  till = await ensureSource(world().ground, { key: "till", name: "Till", kind: "rest" });
  await ensureLadders(world().ground);
});
afterAll(() => owner.app.close());

async function arrive(records: Parameters<typeof send>[2]): Promise<void> {
  await send(world().ground, till, records);
  await settle();
}
async function settle(): Promise<void> {
  await deliverAll(world());
  await settleTiers(world().ground);
}
const tiers = () =>
  rows<{ tier: string; qualifying_minor: number }>(
    world().ground,
    "select tier, qualifying_minor from catalogue.member_tier order by member_id",
  );
const bought = (card: string, yuan: number) =>
  record("order", "2026-11-10", [id("card_no", card)], {
    order_no: card,
    lines: [{ sku: "tea", quantity: "1", unit_price: String(yuan) }],
  });
const phone = (card: string, name: string) => ({
  ...record("member", "2026-11-12", [id("card_no", card), id("phone", "13812345678")], { name }),
  key: card,
});

test("members whom the evidence joins have one tier by what both bought; taking the join back gives each its own", async () => {
  await arrive([bought("C1", 4_000), bought("C2", 6_000)]);
  const apart = await tiers();
  expect(apart).toEqual([
    { tier: "ordinary", qualifying_minor: 400_000 },
    { tier: "gold", qualifying_minor: 600_000 },
  ]);
  await arrive([phone("C1", "欧阳明"), phone("C2", "欧阳明")]);
  expect(await tiers()).toEqual([{ tier: "gold", qualifying_minor: 1_000_000 }]);

  const [join] = await rows<{ join_id: number }>(
    world().ground,
    "select join_id from members.join_log where undone_at is null",
  );
  expect((await owner.post(`/api/joins/${join?.join_id}/undo`, { reason: "两个人" })).status).toBeLessThan(300);
  await settle();
  expect(await tiers()).toEqual(apart);
  expect(await evaluateAll(world().ground)).toMatchObject({ changes: 0 });
  expect(await evaluateAll(world().ground)).toMatchObject({ difference: 0 });
});
