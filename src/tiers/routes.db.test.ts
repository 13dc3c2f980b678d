import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GROWTH } from "../../definitions/tiers/growth.ts";
import { CLASSIC } from "../../definitions/tiers/classic.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { TierShop } from "../../tests/support/tier-shop.ts";
import { addDays } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { activateLadder, ensureLadders } from "./activation.ts";
import { markDirty } from "./dirty-store.ts";
import { evaluateAll, settleTiers } from "./evaluate.ts";
import type { LadderDefinition } from "./ladder.ts";
import { newestVersion } from "./ladder-store.ts";

const world = withDatabase();
let owner: OwnerSession;
let shop: TierShop;
const TODAY = "2026-11-22";

interface Overview {
  readonly tiers: readonly { readonly tier: string; readonly members: number; readonly granted: number }[];
  readonly coverage: unknown;
  readonly near: { readonly by_tier: readonly { readonly tier: string; readonly members: number }[] };
  readonly fall: { readonly by_tier: readonly { readonly tier: string; readonly members: number }[] };
  readonly moved: { readonly up: number; readonly down: number };
}
interface WhatIfAnswer {
  readonly up: number;
  readonly down: number;
  readonly moves: readonly { readonly from_rank: number; readonly to_rank: number; readonly members: number }[];
  readonly tiers: readonly { readonly rank: number; readonly members: number }[];
}

const yuan = (amount: number) => amount * 100;
const overview = async (query = "") => (await owner.get(`/api/tiers${query}`)).body as Overview;
const members = async (query: string) =>
  (
    (await owner.get(`/api/tiers/members?${query}`)).body as {
      items: { member_id: number; standing: Record<string, unknown> }[];
    }
  ).items;
const tierOf = async (member_id: number) =>
  (await owner.get(`/api/members/${member_id}/tier`)).body as {
    readonly standing: Record<string, unknown>;
    readonly history: readonly Record<string, unknown>[];
    readonly grants: readonly Record<string, unknown>[];
  };

async function buy(who: number, day: string, amount: number): Promise<number> {
  const order_id = await shop.order(who, day, amount);
  await touch(who);
  return order_id;
}

async function touch(...member_ids: number[]): Promise<void> {
  const { ground } = world();
  await ground.store.write(SYSTEM_SCOPE, (tx) => markDirty(tx, { member_ids }, ground.clock.now()));
  await settleTiers(ground);
}

async function wait(until: string): Promise<void> {
  shop.setDay(until);
  await shop.staySignedIn();
  await settleTiers(world().ground);
}

beforeAll(async () => {
  owner = await signInOwner(world());
  shop = new TierShop(world());
});
afterAll(() => owner.app.close());
beforeEach(async () => {
  shop.setDay(TODAY);
  await shop.staySignedIn();
  await shop.clear();
  await shop.query("delete from tiers.ladder");
  for (let number = 1; number <= 6; number++) await shop.member(number, "2024-05-01");
  await ensureLadders(world().ground);
});

describe("the growth ladder", () => {
  test("its borders: 5,000 and 20,000 belong to the higher tier, 50,000 to platinum, a fen more is diamond", async () => {
    const amounts = [yuan(5_000) - 1, yuan(5_000), yuan(20_000) - 1, yuan(20_000), yuan(50_000), yuan(50_000) + 1];
    for (const [i, amount] of amounts.entries()) await shop.order(i + 1, "2026-03-01", amount);
    await touch(1, 2, 3, 4, 5, 6);
    expect((await overview()).tiers.map((row) => row.members)).toEqual([1, 2, 2, 1]);
    expect((await tierOf(5)).standing).toMatchObject({ tier: "platinum", next_tier: "diamond", to_next_minor: 1 });
    expect((await tierOf(6)).standing).toMatchObject({ tier: "diamond", next_tier: null, to_next_minor: null });
    expect((await overview()).coverage).toEqual({ exactly_one: 6, without: 0, strangers: 0 });
  });

  test("up at once with what was bought, told to later domains and to the tags", async () => {
    await buy(1, TODAY, yuan(5_000));
    const { standing, history } = await tierOf(1);
    expect(standing).toMatchObject({ tier: "gold", since_day: TODAY, valid_until: "2026-12-31", is_manual: false });
    expect(history).toMatchObject([
      { from_tier: "ordinary", to_tier: "gold", reason: "earned", evidence: { qualifying: 500_000, entry: 500_000 } },
    ]);
    const told = await shop.query("select payload from store.outbox where type = 'tiers.changed'");
    expect(told).toEqual([
      { payload: { changes: [{ member_id: 1, from: "ordinary", to: "gold", reason: "earned", direction: 1 }] } },
    ]);
    expect(await shop.query("select member_id from tags.dirty where member_id = 1")).not.toEqual([]);
    expect((await overview()).moved).toMatchObject({ up: 1, down: 0 });
    expect((await members("list=moved&direction=up")).map((row) => row.member_id)).toEqual([1]);
  });

  test("a refund takes nothing back before the end of the period and its grace, then one step", async () => {
    const order_id = await buy(1, "2026-11-01", yuan(20_000));
    await shop.refund(order_id, yuan(19_000));
    await touch(1);
    expect((await tierOf(1)).standing).toMatchObject({ tier: "platinum", qualifying_minor: yuan(1_000) });
    // the sale of the year before still speaks for the tier until it is decided about
    await wait("2027-01-30");
    expect((await tierOf(1)).standing).toMatchObject({ tier: "platinum", valid_until: "2026-12-31" });
    await wait("2027-01-31");
    expect((await tierOf(1)).standing).toMatchObject({
      tier: "gold",
      since_day: "2027-01-31",
      valid_until: "2027-12-31",
      to_keep_minor: yuan(5_000),
    });
    expect((await tierOf(1)).history[0]).toMatchObject({ reason: "fell", evidence: { closed: yuan(1_000) } });
  });

  test("who would fall is told before, and what was bought in the grace saves the tier", async () => {
    await buy(1, "2025-06-01", yuan(6_000));
    await buy(2, "2025-06-01", yuan(6_000));
    await buy(3, "2026-06-01", yuan(6_000));
    expect((await tierOf(1)).standing).toMatchObject({ tier: "gold", valid_until: "2026-12-31" });
    expect((await overview()).fall.by_tier).toEqual([{ tier: "gold", members: 2, amount: yuan(10_000) }]);
    expect((await members("list=fall")).map((row) => [row.member_id, row.standing])).toMatchObject([
      [1, { to_keep: yuan(5_000), falls_to: "ordinary", decided_on: "2027-01-30" }],
      [2, { to_keep: yuan(5_000), falls_to: "ordinary" }],
    ]);
    await wait("2027-01-15");
    await buy(2, "2027-01-15", yuan(5_000));
    expect((await members("list=fall")).map((row) => row.member_id)).toEqual([1]);
    const foretold = (await members("list=fall")).map((row) => [row.member_id, row.standing["falls_to"]]);
    await wait("2027-01-31");
    const fell = await shop.query<{ member_id: number; to_tier: string }>(
      "select member_id, to_tier from tiers.history where reason = 'fell'",
    );
    expect(fell.map((row) => [row.member_id, row.to_tier])).toEqual(foretold);
    expect((await tierOf(2)).standing).toMatchObject({ tier: "gold", valid_until: "2027-12-31" });
    expect((await tierOf(3)).standing).toMatchObject({ tier: "gold", valid_until: "2027-12-31" });
  });

  test("near the next tier: those of whom at most so much is missing", async () => {
    await buy(1, TODAY, yuan(4_600));
    await buy(2, TODAY, yuan(4_400));
    await buy(3, TODAY, yuan(19_999));
    expect((await overview(`?within=${yuan(500)}`)).near.by_tier).toMatchObject([
      { tier: "gold", members: 1 },
      { tier: "platinum", members: 1 },
    ]);
    expect((await members(`list=near&within=${yuan(500)}`)).map((row) => row.member_id)).toEqual([3, 1]);
    expect((await members(`list=near&within=${yuan(600)}&tier=gold`)).map((row) => row.member_id)).toEqual([1, 2]);
  });

  test("pages of a list hold everybody once", async () => {
    for (let i = 1; i <= 6; i++) await shop.order(i, TODAY, yuan(100 * (i % 3)));
    await touch(1, 2, 3, 4, 5, 6);
    const seen: number[] = [];
    let cursor = "";
    do {
      const page = (await owner.get(`/api/tiers/members?list=tier&tier=ordinary&limit=2&cursor=${cursor}`)).body as {
        items: { member_id: number }[];
        next_cursor: string | null;
      };
      seen.push(...page.items.map((row) => row.member_id));
      cursor = page.next_cursor ?? "";
    } while (cursor !== "");
    expect(seen).toEqual([2, 5, 1, 4, 3, 6]);
    expect((await owner.get("/api/tiers/members?list=tier&cursor=x")).status).toBe(400);
  });
});

describe("grants", () => {
  const grant = (change: Record<string, unknown> = {}) =>
    owner.post("/api/tiers/grants", {
      member_id: 1,
      tier: "platinum",
      until_day: "2027-03-31",
      reason: "开业贵宾",
      ...change,
    });

  test("hold until their last day whatever the amounts say, and end with it", async () => {
    expect(await grant()).toMatchObject({ status: 201, body: { tier: "platinum" } });
    expect((await tierOf(1)).standing).toMatchObject({ tier: "platinum", is_manual: true, valid_until: "2027-03-31" });
    await buy(1, TODAY, yuan(10));
    await wait("2027-02-15");
    await evaluateAll(world().ground);
    expect((await tierOf(1)).standing).toMatchObject({ tier: "platinum", is_manual: true });
    await wait("2027-03-31");
    expect((await tierOf(1)).standing).toMatchObject({ tier: "platinum" });
    await wait("2027-04-01");
    expect((await tierOf(1)).standing).toMatchObject({ tier: "ordinary", is_manual: false, valid_until: null });
    expect((await tierOf(1)).history.map((row) => row["reason"])).toEqual(["grant_ended", "granted"]);
  });

  test("are a floor: what is earned above is shown, and stays when the grant is ended by hand", async () => {
    const { grant_id } = (await grant({ tier: "gold" })).body as { grant_id: number };
    await buy(1, TODAY, yuan(20_000));
    expect((await tierOf(1)).standing).toMatchObject({ tier: "platinum", is_manual: false });
    expect((await owner.post(`/api/tiers/grants/${grant_id}/end`, { reason: "误操作" })).body).toEqual({
      tier: "platinum",
    });
    expect((await owner.post(`/api/tiers/grants/${grant_id}/end`, { reason: "再次" })).status).toBe(409);
    expect((await tierOf(1)).grants).toMatchObject([{ state: "ended", end_reason: "误操作" }]);
  });

  test("refuse a past day, an unknown tier and an unknown member in words", async () => {
    expect((await grant({ until_day: addDays(TODAY, -1) })).body).toMatchObject({ code: "tiers.grant_in_past" });
    expect((await grant({ tier: "silver" })).body).toMatchObject({ code: "tiers.tier_not_found" });
    expect((await grant({ member_id: 99 })).body).toMatchObject({ code: "tiers.member_not_found" });
  });

  test("are given and ended only for members of one's own stores", async () => {
    const sign = { name: "店区经理", email: "manager@example.com", role: "manager", scope_stores: ["S1"] };
    const { link } = (await owner.post("/api/people", sign)).body as { link: string };
    const invited = { token: new URL(link).searchParams.get("token"), password: "longjing-spring-1987" };
    const joined = await owner.app.inject({ method: "POST", url: "/api/invitation", payload: invited });
    const cookie = String(joined.headers["set-cookie"]).split(";")[0] ?? "";
    const asManager = (url: string, payload: object) =>
      owner.app.inject({ method: "POST", url, payload, headers: { cookie } });
    const gift = { member_id: 1, tier: "gold", until_day: "2027-03-31", reason: "开业贵宾" };
    await shop.query("update members.profile set home_store_code = 'S2' where member_id = 1");
    expect((await asManager("/api/tiers/grants", gift)).json()).toMatchObject({ code: "tiers.member_not_found" });
    const { grant_id } = (await grant()).body as { grant_id: number };
    expect((await asManager(`/api/tiers/grants/${grant_id}/end`, { reason: "误操作" })).statusCode).toBe(404);
    expect((await tierOf(1)).standing).toMatchObject({ tier: "platinum", is_manual: true });
    await shop.query("update members.profile set home_store_code = 'S1' where member_id = 1");
    // as shipped it is put to a colleague first (tests/scenarios/approvals.db.test.ts)
    const asked = (await asManager("/api/tiers/grants", gift)).json<{
      code: string;
      params: { approval_id: number };
    }>();
    expect(asked).toMatchObject({
      code: "access.approval_asked",
      params: { what_zh: expect.stringContaining("会员 1") },
    });
    const { approval_id } = asked.params;
    await shop.query(
      `update access.approval set decision = 'approved', decided_at = asked_at, expires_at = asked_at + interval '1 day',
         approver_id = (select person_id from access.person where role = 'owner') where approval_id = $1`,
      [approval_id],
    );
    const given = await asManager(`/api/approvals/${approval_id}/execute`, {});
    expect([given.statusCode, given.json<object>()]).toMatchObject([201, { grant_id: expect.any(Number) }]);
    expect((await asManager(`/api/approvals/${approval_id}/execute`, {})).json()).toMatchObject({
      code: "access.approval_used",
    });
  });

  test("are audited with whom they were for", async () => {
    await grant();
    const [row] = await shop.query<{ subject: Record<string, unknown> }>(
      "select subject from access.audit where action like '%grants%' order by sequence desc limit 1",
    );
    expect(row?.subject).toMatchObject({ member_id: 1 });
  });
});

describe("a change of rules", () => {
  const lowered: LadderDefinition = {
    ...GROWTH,
    tiers: GROWTH.tiers.map((tier) =>
      tier.key === "gold"
        ? { ...tier, from: { at_least: yuan(3_000) } }
        : tier.key === "platinum"
          ? { ...tier, from: { at_least: yuan(30_000) } }
          : tier,
    ),
  };

  async function sell(): Promise<void> {
    const amounts = [4_000, 2_999, 5_000, 25_000, 30_000, 60_000];
    for (const [i, amount] of amounts.entries()) await shop.order(i + 1, "2026-03-01", yuan(amount));
    await touch(1, 2, 3, 4, 5, 6);
  }

  test.each([
    { name: "edited thresholds", definition: lowered, protect: false },
    { name: "edited thresholds, tiers protected", definition: lowered, protect: true },
    { name: "another ladder", definition: CLASSIC, protect: false },
    { name: "another ladder, tiers protected", definition: CLASSIC, protect: true },
  ])("$name: what was foretold is what happens", async ({ definition, protect }) => {
    await sell();
    await owner.post("/api/tiers/grants", { member_id: 2, tier: "gold", until_day: "2027-03-31", reason: "补偿" });
    const foretold = (await owner.post("/api/tiers/what-if", { definition, protect })).body as WhatIfAnswer;
    const before = await shop.query<{ member_id: number; rank: number }>("select member_id, rank from tiers.standing");
    const saved = await owner.post(`/api/tiers/ladders/${definition.key}/versions`, { definition });
    expect(saved.status).toBe(201);
    const { ground } = world();
    const happened = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const version = await newestVersion(tx, definition.key);
      if (version === undefined) throw new Error("not saved");
      return activateLadder(tx, ground, version, { protect, person_id: null });
    });
    const after = await shop.query<{ member_id: number; rank: number }>("select member_id, rank from tiers.standing");
    const ranks = new Map(after.map((row) => [row.member_id, row.rank]));
    const moves = Map.groupBy(before, (row) => `${row.rank}>${ranks.get(row.member_id)}`);
    expect(Object.fromEntries(foretold.moves.map((m) => [`${m.from_rank}>${m.to_rank}`, m.members]))).toEqual(
      Object.fromEntries([...moves].map(([key, rows]) => [key, rows.length])),
    );
    expect(foretold.tiers.map((tier) => tier.members)).toEqual(
      definition.tiers.map((_, rank) => after.filter((row) => row.rank === rank).length),
    );
    expect(happened).toBeGreaterThan(0);
    expect(await evaluateAll(ground)).toMatchObject({ difference: 0 });
    if (!protect) expect(foretold.down).toBeGreaterThan(0);
    else expect(foretold.down).toBe(0);
  });

  test("a protected tier stays until the period ends", async () => {
    await sell();
    await owner.post(`/api/tiers/ladders/growth/versions`, { definition: lowered });
    const { ground } = world();
    await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const version = await newestVersion(tx, "growth");
      if (version !== undefined) await activateLadder(tx, ground, version, { protect: true, person_id: null });
    });
    expect((await tierOf(4)).standing).toMatchObject({ tier: "platinum", valid_until: "2026-12-31" });
    await wait("2027-01-31");
    expect((await tierOf(4)).standing).toMatchObject({ tier: "gold" });
  });

  test("a ladder that cannot be is refused with every place and reason", async () => {
    const [ordinary, gold] = GROWTH.tiers;
    const wrong = {
      ...GROWTH,
      window: { kind: "rolling", days: 3 },
      tiers: [
        ordinary,
        gold,
        { ...gold, key: "gold2", from: { at_least: 1 } },
        { key: "gold", zh: "", en: "x", benefits: [] },
      ],
      colour: "red",
    };
    const answer = await owner.post("/api/tiers/ladders/growth/versions", { definition: wrong });
    expect(answer.status).toBe(422);
    const { errors } = answer.body as { errors: { path: string; code: string }[] };
    expect(errors.map(({ path, code }) => `${path} ${code}`)).toEqual([
      " tiers.unknown_field",
      "/window/days tiers.out_of_range",
      "/tiers/3/key tiers.key_twice",
      "/tiers/3/zh tiers.wrong_shape",
      "/tiers/3/from tiers.entry_missing",
    ]);
    const falling = { ...GROWTH, tiers: [ordinary, gold, { ...gold, key: "gold2", from: { at_least: 1 } }] };
    const checked = (await owner.post("/api/tiers/ladders/check", { definition: falling })).body as {
      problems: unknown[];
    };
    expect(checked.problems).toMatchObject([{ path: "/tiers/2/from", code: "tiers.not_rising" }]);
  });

  test("drafts and versions keep who made them and when", async () => {
    await owner.post("/api/tiers/ladders/growth/versions", { definition: lowered });
    const { body } = await owner.get("/api/tiers/ladders/growth");
    expect(body).toMatchObject({
      in_force: 1,
      versions: [
        { version: 2, origin: "console", activated_at: null },
        { version: 1, origin: "shipped" },
      ],
    });
    expect((await owner.get("/api/tiers/ladders")).body).toMatchObject({
      in_force: { ladder: "growth", version: 1 },
      items: expect.arrayContaining(
        ["growth", "classic", "growth_value"].map((ladder) =>
          expect.objectContaining({ ladder, versions: ladder === "growth" ? 2 : 1 }),
        ),
      ),
    });
  });
});

describe("outbox", () => {
  test("sales of members reach their tiers by themselves", async () => {
    await shop.order(1, TODAY, yuan(5_000));
    await shop.query(
      `insert into store.outbox (type, payload) values ('trade.changed', '{"party_ids": [1], "first_day": "2026-11-22"}')`,
    );
    await deliverAll(world());
    await settleTiers(world().ground);
    expect((await tierOf(1)).standing).toMatchObject({ tier: "gold" });
  });
});
