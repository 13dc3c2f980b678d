import { beforeAll, describe, expect, test } from "vitest";
import { GROWTH_VALUE } from "../../definitions/tiers/growth-value.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { id, memberOf, record, rows, send } from "../../tests/support/member-records.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { ensureSource, type Source } from "../ingest/index.ts";
import { evaluate as evaluateTree, checkedTree } from "../query/index.ts";
import { catalogueData } from "../../tests/support/catalogue-data.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { activateLadder } from "./activation.ts";
import { evaluateAll, settleTiers } from "./evaluate.ts";
import { pointsTree } from "./ladder-check.ts";
import type { LadderDefinition, LadderWindow } from "./ladder.ts";
import { addVersion } from "./ladder-store.ts";

const world = withDatabase();
let till: Source;

const card = (who: number) => [id("card_no", `C${who}`)];
const bought = (who: number, day: string, yuan: number) =>
  record("order", day, card(who), {
    order_no: `${who}-${day}-${yuan}`,
    lines: [{ sku: "tea", quantity: "1", unit_price: String(yuan) }],
  });
const reviewed = (who: number, day: string, n: number) => ({
  ...record("review", day, card(who), { rating: 5, sku: `T${n}` }),
  key: `${who}-${day}-${n}`,
});
const PEOPLE = [1, 2, 3, 4];

async function put(window: LadderWindow): Promise<LadderDefinition> {
  const { ground } = world();
  const definition = { ...GROWTH_VALUE, window };
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const version = await addVersion(tx, definition, { origin: "console", person_id: null, now: ground.clock.now() });
    await activateLadder(
      tx,
      ground,
      { ladder: definition.key, version, definition },
      { protect: false, person_id: null },
    );
  });
  return definition;
}

async function arrive(...records: Parameters<typeof send>[2][number][]): Promise<void> {
  await send(world().ground, till, records);
  await deliverAll(world());
  await settleTiers(world().ground);
}

const shown = async (who: number) => {
  const member_id = await memberOf(world().ground, till, "card_no", `C${who}`);
  const [row] = await rows<{ tier: string; qualifying_minor: number }>(
    world().ground,
    "select tier, qualifying_minor from catalogue.member_tier where member_id = $1",
    [member_id],
  );
  return [row?.tier, row?.qualifying_minor];
};

beforeAll(async () => {
  till = await ensureSource(world().ground, { key: "till", name: "Till", kind: "rest" });
  await send(
    world().ground,
    till,
    PEOPLE.map((who) => ({
      ...record("member", `202${who}-03-0${who}`, card(who), { joined_at: `202${who}-03-0${who}T04:00:00Z` }),
      key: `M${who}`,
    })),
  );
  await deliverAll(world());
});

describe("a growth value", () => {
  test("rises with spend and with activity as each arrives", async () => {
    await put({ kind: "calendar_year" });
    await arrive(bought(1, "2026-11-01", 980));
    expect(await shown(1)).toEqual(["junior", 980]);
    await arrive(reviewed(1, "2026-11-02", 1));
    expect(await shown(1)).toEqual(["intermediate", 1_000]);
    await arrive(bought(2, "2025-05-01", 6_000), reviewed(2, "2026-01-01", 1), reviewed(3, "2026-11-20", 1));
    // what was reached last year lasts to the end of this one
    expect(await shown(2)).toEqual(["senior", 20]);
    expect(await shown(3)).toEqual(["junior", 20]);
    expect(await evaluateAll(world().ground)).toMatchObject({ changes: 0 });
    expect(await evaluateAll(world().ground)).toMatchObject({ difference: 0 });
  });

  test.each<LadderWindow>([{ kind: "calendar_year" }, { kind: "anniversary" }, { kind: "rolling", days: 90 }])(
    "over $kind equals the naive evaluator for everyone",
    async (window) => {
      await arrive(
        ...PEOPLE.flatMap((who) => [
          bought(who, "2026-02-20", 100 * who),
          bought(who, "2026-10-10", 50),
          reviewed(who, "2026-09-09", 7),
        ]),
      );
      const { measure } = await put(window);
      if (measure.kind !== "points") throw new Error("not points");
      const { ground } = world();
      const data = await catalogueData(ground);
      const stored = await rows<{ member_id: number; qualifying: number; from: string }>(
        ground,
        `select s.member_id, s.qualifying::int as qualifying, case $1 when 'calendar_year' then '2026-01-01' when 'rolling' then '2026-08-25'
           else (case when tiers.anniversary(m.join_day, 2026) <= '2026-11-22' then tiers.anniversary(m.join_day, 2026) else tiers.anniversary(m.join_day, 2025) end)::text end as from
         from tiers.standing s join catalogue.members m using (member_id) order by 1`,
        [window.kind],
      );
      for (const { member_id, qualifying, from } of stored) {
        const tree = checkedTree(pointsTree(measure.parts, from, "2026-11-22"), ground.catalogue);
        const points = evaluateTree(tree, data, ground.catalogue, member_id, "2026-11-22");
        expect([member_id, qualifying]).toEqual([member_id, Number(points)]);
      }
      expect(await evaluateAll(ground)).toMatchObject({ changes: 0 });
      expect(await evaluateAll(ground)).toMatchObject({ difference: 0 });
    },
  );
});
