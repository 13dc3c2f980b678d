import { beforeEach, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { TierShop } from "../../tests/support/tier-shop.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { ensureLadders } from "./activation.ts";
import { addGrant } from "./grant-store.ts";
import { coverageGaps, markDirty } from "./dirty-store.ts";
import { evaluateAll, settleTiers, turnDay } from "./evaluate.ts";

const world = withDatabase();
let shop: TierShop;
const PEOPLE = 12;

interface Row {
  readonly member_id: number;
  readonly rank: number;
  readonly since_day: string;
  readonly period_until: string | null;
  readonly qualifying: number;
}
const standings = () =>
  shop.query<Row>("select member_id, rank, since_day, period_until, qualifying from tiers.standing order by member_id");
const history = () =>
  shop.query("select member_id, from_tier, to_tier, day, reason from tiers.history order by member_id, history_id");

/** Twelve members with sales in two years; every third has a tier to lose at the end of 2026. */
async function fill(): Promise<void> {
  shop.setDay("2026-12-20");
  await shop.clear();
  for (let n = 1; n <= PEOPLE; n++) await shop.member(n, "2024-05-01");
  await ensureLadders(world().ground);
  for (let n = 1; n <= PEOPLE; n++) {
    await shop.order(n, "2025-06-01", n % 3 === 0 ? 3_000_000 : 10_000);
    await shop.order(n, "2026-06-01", n % 2 === 0 ? 600_000 : 5_000);
  }
  await touch(...Array.from({ length: PEOPLE }, (_, i) => i + 1));
}

async function touch(...member_ids: number[]): Promise<void> {
  const { ground } = world();
  await ground.store.write(SYSTEM_SCOPE, (tx) => markDirty(tx, { member_ids }, ground.clock.now()));
  await settleTiers(ground);
}

async function through(...days: string[]): Promise<{ standings: Row[]; history: unknown[] }> {
  await fill();
  for (const day of days) {
    shop.setDay(day);
    await settleTiers(world().ground);
  }
  return { standings: await standings(), history: await history() };
}

beforeEach(() => {
  shop = new TierShop(world());
});

describe("the turn of the day", () => {
  test("gives the same after days of outage as without one", async () => {
    const daily = await through("2026-12-31", "2027-01-01", "2027-01-30", "2027-01-31", "2027-02-01", "2027-02-03");
    const outage = await through("2027-02-03");
    expect(outage).toEqual(daily);
    expect(daily.history.filter((row) => (row as { reason: string }).reason === "fell").length).toBeGreaterThan(0);
  });

  test("also over more than one missed end of a period", async () => {
    const daily = await through("2027-01-31", "2028-01-31", "2028-06-01");
    const outage = await through("2028-06-01");
    // who fell twice during the outage has held the last tier since the last fall, of which only one is written down
    const held = (rows: readonly Row[]) => rows.map((row) => ({ ...row, since_day: null }));
    expect(held(outage.standings)).toEqual(held(daily.standings));
  });

  test("may stop in the middle of any member and is finished by going on", async () => {
    const whole = await through("2027-01-31");
    await fill();
    shop.setDay("2027-01-31");
    const { ground } = world();
    // whatever statement fails, the transaction leaves either nothing or all of its members
    for (let stop = 1; ; stop++) {
      let statements = 0;
      const broken = {
        ...ground,
        store: {
          ...ground.store,
          write: (scope: typeof SYSTEM_SCOPE, run: Parameters<typeof ground.store.write>[1]) =>
            ground.store.write(scope, (tx) => {
              const count = () => {
                statements += 1;
                if (statements === stop) throw new Error("killed");
              };
              return run({
                ...tx,
                query: (text, values) => (count(), tx.query(text, values)) as never,
                one: (text, values) => (count(), tx.one(text, values)) as never,
                execute: (text, values) => (count(), tx.execute(text, values)),
              });
            }) as never,
        },
      };
      const before = await standings();
      const killed = await turnDay(broken).then(
        () => false,
        () => true,
      );
      if (!killed) break;
      expect(await standings()).toEqual(before);
    }
    await settleTiers(ground);
    expect({ standings: await standings(), history: await history() }).toEqual(whole);
    expect(await evaluateAll(ground)).toMatchObject({ changes: 0 });
  });
});

describe("joins", () => {
  const one = new Map([
    [1, 1],
    [2, 1],
  ]);
  const two = new Map([
    [1, 1],
    [2, 2],
  ]);
  const joined = new Map([
    [1, "2024-05-01"],
    [2, "2024-05-01"],
  ]);

  test("the better tier and its grant win, a split gives each back its own, and both histories stay", async () => {
    shop.setDay("2026-11-22");
    await shop.clear();
    await shop.member(1, "2024-05-01");
    await shop.member(2, "2024-05-01");
    await ensureLadders(world().ground);
    await shop.order(1, "2026-11-01", 500_000);
    const { ground } = world();
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      addGrant(tx, {
        member_id: 2,
        tier: "platinum",
        from_day: "2026-11-22",
        until_day: "2027-06-30",
        reason: "贵宾",
        person_id: null,
        granted_at: ground.clock.now(),
      }),
    );
    await touch(1, 2);
    const apart = await standings();
    expect(apart.map((row) => row.rank)).toEqual([1, 2]);

    shop.setDay("2026-11-25");
    await shop.identities(one, joined);
    await touch(1, 2);
    expect((await standings()).map((row) => [row.member_id, row.rank])).toEqual([[1, 2]]);
    const shown = await shop.query("select member_id, tier, is_manual, valid_until from catalogue.member_tier");
    expect(shown).toEqual([{ member_id: 1, tier: "platinum", is_manual: true, valid_until: "2027-06-30" }]);
    expect(await ground.store.read(SYSTEM_SCOPE, coverageGaps)).toEqual({ members: 1, without: 0, strangers: 0 });

    shop.setDay("2026-11-27");
    await shop.identities(two, joined);
    await touch(1, 2);
    expect(await standings()).toEqual(apart);
    expect((await history()).map((row) => [(row as Row).member_id, (row as { reason: string }).reason])).toEqual([
      [1, "earned"],
      [1, "joined"],
      [1, "split"],
      [2, "granted"],
    ]);
  });

  test("someone who is no member any more leaves no trace", async () => {
    await shop.query("delete from members.profile where member_id = 2; delete from members.party where party_id = 2");
    await touch(2);
    expect(await shop.query("select member_id from tiers.history where member_id = 2")).toEqual([]);
    expect(await world().ground.store.read(SYSTEM_SCOPE, coverageGaps)).toEqual({
      members: 1,
      without: 0,
      strangers: 0,
    });
  });
});

describe("coverage", () => {
  test("the figure finds a member without a standing and a standing without a member", async () => {
    await shop.clear();
    await shop.member(1, "2024-05-01");
    await ensureLadders(world().ground);
    await shop.member(2, "2024-05-01");
    await shop.query(
      `insert into tiers.standing (member_id, rank, since_day, earned_rank, qualifying, previous, closing, amount_until, evaluated_at)
       values (99, 0, '2026-01-01', 0, 0, 0, 0, '9999-12-31', now())`,
    );
    const gaps = () => world().ground.store.read(SYSTEM_SCOPE, coverageGaps);
    expect(await gaps()).toEqual({ members: 2, without: 1, strangers: 1 });
    // the view already shows everybody once
    expect(await shop.query("select member_id, tier from catalogue.member_tier order by member_id")).toEqual([
      { member_id: 1, tier: "ordinary" },
      { member_id: 2, tier: "ordinary" },
    ]);
    await evaluateAll(world().ground);
    expect(await gaps()).toEqual({ members: 2, without: 0, strangers: 0 });
  });
});
