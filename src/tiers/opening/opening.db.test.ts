import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { OpeningFile } from "../../../tests/support/opening-file.ts";
import { signInOwner } from "../../../tests/support/owner.ts";
import { runQueuedJobs } from "../../../tests/support/queued-jobs.ts";
import { TierShop } from "../../../tests/support/tier-shop.ts";
import { uploadFile } from "../../ingest/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { ensureLadders } from "../activation.ts";
import { markDirty } from "../dirty-store.ts";
import { evaluateAll, settleTiers } from "../evaluate.ts";
import { endGrant } from "../grant-store.ts";
import { openingTiers } from "./opening.ts";

const world = withDatabase();
const file = new OpeningFile(world, openingTiers);
let shop: TierShop;
const HEAD = "memberid,等级,生效日,等级到期日,等级规则";
const PEOPLE = 8;

const tierOf = async (member_id: number) =>
  (
    await shop.query<{ tier: string; since_day: string; valid_until: string | null }>(
      "select tier, since_day, valid_until from catalogue.member_tier where member_id = $1",
      [member_id],
    )
  )[0];
const history = (member_id: number) =>
  shop.query<{ to_tier: string; reason: string }>(
    "select to_tier, reason from tiers.history where member_id = $1 order by history_id",
    [member_id],
  );
async function settle(day?: string, ...touched: number[]): Promise<void> {
  const { ground } = world();
  if (day !== undefined) shop.setDay(day);
  await ground.store.write(SYSTEM_SCOPE, (tx) => markDirty(tx, { member_ids: touched }, ground.clock.now()));
  await settleTiers(ground);
}
const give = async (...lines: string[]) => {
  const opening_id = await file.checked([HEAD, ...lines]);
  await file.give(opening_id);
  return opening_id;
};

beforeEach(async () => {
  shop = new TierShop(world());
  shop.setDay("2026-11-22");
  await shop.clear();
  await shop.query("delete from tiers.opening");
  for (let n = 1; n <= PEOPLE; n++) await shop.member(n, "2024-05-01");
  await ensureLadders(world().ground);
  await settle(undefined, ...Array.from({ length: PEOPLE }, (_, i) => i + 1));
});

describe("the dry run of opening tiers", () => {
  test("names each row that brings nothing in, counts the others by tier and month, and moves nobody", async () => {
    const opening_id = await file.checked([
      HEAD,
      "1,金卡,2025-06-01,2027-06-30,成长型",
      "2,Platinum,2025-06-01,2027-12-31,growth",
      "3,普通,,,",
      "99,金卡,2025-06-01,2027-06-30,",
      "4,黑金,2025-06-01,2027-06-30,",
      "4,金卡,2025-06-01,2026-11-21,",
      "4,金卡,2025-06-01,,",
      "4,金卡,2026-11-23,2027-06-30,",
      "4,金卡,2025-06-01,2027-06-30,经典型",
      "1,白金,2025-06-01,2027-06-30,",
      "4,,2025-06-01,2027-06-30,",
      ",金卡,2025-06-01,2027-06-30,",
      "4,金卡,2025-06-01,someday,",
    ]);
    expect(await file.problems(opening_id)).toEqual([
      [5, "members.opening_nobody"],
      [6, "tiers.opening_tier_unknown"],
      [7, "members.opening_over"],
      [8, "tiers.opening_no_until"],
      [9, "members.opening_ahead"],
      [10, "tiers.opening_other_ladder"],
      [11, "tiers.opening_member_twice"],
      [12, "tiers.opening_no_tier"],
      [13, "members.opening_no_member"],
      [14, "row.not_a_date"],
    ]);
    expect((await file.read(opening_id)).totals).toEqual([
      { what: "members", key: null, n: 3 },
      { what: "tier", key: "gold", n: 1 },
      { what: "tier", key: "ordinary", n: 1 },
      { what: "tier", key: "platinum", n: 1 },
      { what: "month", key: "2027-06", n: 1 },
      { what: "month", key: "2027-12", n: 1 },
      { what: "month", key: null, n: 1 },
    ]);
    expect(await tierOf(1)).toMatchObject({ tier: "ordinary" });
  });

  test("is signed with the other system's sums only, and where they differ only when that is said", async () => {
    const opening_id = await file.checked([HEAD, "1,金卡,2025-06-01,2027-06-30,"]);
    const stated = [
      { what: "members", key: null, n: 1 },
      { what: "tier", key: "platinum", n: 1 },
    ];
    await expect(file.sign(opening_id, { stated })).rejects.toMatchObject({
      code: "members.opening_differs",
      params: { count: 2, what: "tier", key: "gold", stated: 0, found: 1 },
    });
    await file.sign(opening_id, { stated, despite: true });
    await expect(file.sign(opening_id)).rejects.toMatchObject({ code: "members.opening_state" });
  });
});

describe("opening tiers", () => {
  test("hold from their day until their last day; the history says opening; a full evaluation finds nothing to mend", async () => {
    await evaluateAll(world().ground);
    await give("1,金卡,2025-06-01,2027-06-30,", "2,普通,,,");
    expect(await tierOf(1)).toEqual({ tier: "gold", since_day: "2025-06-01", valid_until: "2027-06-30" });
    expect((await history(1)).at(-1)).toEqual({ to_tier: "gold", reason: "opening" });
    expect(await tierOf(2)).toMatchObject({ tier: "ordinary", valid_until: null });
    expect(await evaluateAll(world().ground)).toEqual({ difference: 0, changes: 0 });
  });

  test("are never lost before the last day and the grace, and then by what the amounts of the period say", async () => {
    await give("1,白金,2025-06-01,2027-06-30,", "2,金卡,2025-06-01,2027-06-30,");
    await shop.order(2, "2027-03-01", 500_000);
    await settle("2027-06-30", 2);
    expect((await tierOf(1))?.tier).toBe("platinum");
    await settle("2027-07-30");
    expect((await tierOf(1))?.tier).toBe("platinum");
    await settle("2027-07-31");
    // one step by the ladder's rule, and the one who spent enough goes on
    expect(await tierOf(1)).toMatchObject({ tier: "gold", valid_until: "2027-12-31" });
    expect(await tierOf(2)).toMatchObject({ tier: "gold", valid_until: "2027-12-31" });
    expect((await history(1)).at(-1)).toEqual({ to_tier: "gold", reason: "fell" });
  });

  test("are left at once for a higher tier, and never fall below what was brought before its last day", async () => {
    await give("1,金卡,2025-06-01,2030-06-30,");
    await shop.order(1, "2026-11-22", 2_500_000);
    await settle(undefined, 1);
    expect(await tierOf(1)).toMatchObject({ tier: "platinum" });
    // the periods of the higher tier end one after the other; what was brought is still the floor
    await settle("2029-03-01");
    await settle("2030-06-30");
    expect(await tierOf(1)).toMatchObject({ tier: "gold", valid_until: "2030-06-30" });
    await settle("2030-07-01");
    expect(await tierOf(1)).toMatchObject({ tier: "ordinary" });
  });

  test("change nothing for who has earned as much already, but for a longer validity", async () => {
    await shop.order(1, "2026-11-20", 2_500_000);
    await shop.order(2, "2026-11-20", 600_000);
    await settle(undefined, 1, 2);
    await give("1,金卡,2025-06-01,2026-12-20,", "2,金卡,2025-06-01,2027-06-30,");
    expect(await tierOf(1)).toMatchObject({ tier: "platinum", valid_until: "2026-12-31" });
    expect(await tierOf(2)).toMatchObject({ tier: "gold", valid_until: "2027-06-30" });
  });

  test("come in once: the same file is refused, and a row of another file is named as there", async () => {
    const lines = [HEAD, "1,金卡,2025-06-01,2027-06-30,", "2,金卡,2025-06-01,2027-06-30,"];
    const first = await file.checked(lines);
    const second = await file.checked([...lines, "3,金卡,2025-06-01,2027-06-30,"]);
    const third = await file.checked(lines);
    await file.give(first);
    await expect(file.sign(third)).rejects.toMatchObject({ code: "members.opening_posted" });
    // it was read before the first was given
    await file.give(second);
    expect(await file.progress(second)).toMatchObject({ giving: "done", given: 1, refused: 2 });
    expect(await file.exceptions(second)).toEqual([
      [2, "refused", "members.opening_there"],
      [3, "refused", "members.opening_there"],
    ]);
    const fourth = await file.checked([...lines, "4,金卡,2025-06-01,2027-06-30,"]);
    expect(await file.problems(fourth)).toEqual([
      [2, "members.opening_there"],
      [3, "members.opening_there"],
    ]);
  });

  test("that two workers give at once are given once", async () => {
    const opening_id = await file.checked([HEAD, "1,金卡,2025-06-01,2027-06-30,", "2,白金,2025-06-01,2027-06-30,"]);
    await file.sign(opening_id);
    await Promise.all([file.carry(opening_id), file.carry(opening_id), file.carry(opening_id)]);
    expect(await file.progress(opening_id)).toMatchObject({ giving: "done", given: 2, waiting: 0 });
    expect(await shop.query("select tier from tiers.grant order by grant_id")).toEqual([
      { tier: "gold" },
      { tier: "platinum" },
    ]);
    expect((await history(1)).filter(({ reason }) => reason === "opening")).toHaveLength(1);
  });

  test("follow a member who is joined, and come back with the split", async () => {
    await give("1,白金,2025-06-01,2027-06-30,");
    await shop.query("update members.party set member_id = 2 where party_id = 1");
    await shop.query("delete from members.profile where member_id = 1");
    await settle(undefined, 1, 2);
    expect(await tierOf(2)).toMatchObject({ tier: "platinum", valid_until: "2027-06-30" });
    const both = [1, 2].map((n): [number, number] => [n, n]);
    await shop.identities(new Map(both), new Map());
    await settle(undefined, 1, 2);
    expect(await tierOf(1)).toMatchObject({ tier: "platinum", valid_until: "2027-06-30" });
    expect(await tierOf(2)).toMatchObject({ tier: "ordinary" });
  });

  test("are taken back as a whole; what ended, rose or was joined since stays and says why; then the file may come again", async () => {
    const opening_id = await give(
      "1,金卡,2025-06-01,2027-06-30,",
      "2,金卡,2025-06-01,2027-06-30,",
      "3,金卡,2025-06-01,2027-06-30,",
      "4,金卡,2025-06-01,2027-06-30,",
      "5,普通,,,",
    );
    const { ground } = world();
    await shop.order(2, "2026-11-22", 2_500_000);
    const [floor] = await shop.query<{ grant_id: number }>("select grant_id from tiers.grant where member_id = 3");
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      endGrant(tx, floor?.grant_id ?? 0, { person_id: null, reason: "by hand", now: ground.clock.now() }),
    );
    await shop.query("update members.party set member_id = 6 where party_id = 4");
    await shop.query("delete from members.profile where member_id = 4");
    await settle(undefined, 2, 3, 4, 6);
    await file.undo(opening_id);
    expect(await file.progress(opening_id)).toMatchObject({ giving: "undone", undone: 2, kept: 3 });
    expect(await file.exceptions(opening_id)).toEqual([
      [3, "kept", "tiers.opening_changed"],
      [4, "kept", "tiers.opening_ended"],
      [5, "kept", "tiers.opening_joined"],
    ]);
    expect(await tierOf(1)).toMatchObject({ tier: "ordinary", valid_until: null });
    expect((await history(1)).at(-1)).toEqual({ to_tier: "ordinary", reason: "opening_undone" });
    expect((await tierOf(2))?.tier).toBe("platinum");
    expect((await tierOf(6))?.tier).toBe("gold");
    await evaluateAll(ground);
    expect(await evaluateAll(ground)).toEqual({ difference: 0, changes: 0 });
    await give("1,金卡,2025-06-01,2027-06-30,");
    expect((await tierOf(1))?.tier).toBe("gold");
  });
});

describe("over the interface", () => {
  let owner: Awaited<ReturnType<typeof signInOwner>>;
  afterAll(() => owner.app.close());

  test("even the owner needs a second person to sign opening tiers; whoever has some stores is refused", async () => {
    const { ground } = world();
    owner = await signInOwner(world());
    async function* bytes() {
      yield Buffer.from(`${HEAD}\n1,金卡,2025-06-01,2027-06-30,`);
    }
    const { import_id } = await uploadFile(ground, { file_name: "等级.csv", stream: bytes() });
    const call = async (method: "get" | "post" | "put", path: string, payload?: unknown) =>
      (await owner[method](path, payload)) as { status: number; body: Record<string, unknown> };
    const seen = await call("get", `/api/tiers/openings/files/${import_id}`);
    expect(seen.body["guess"]).toMatchObject({
      member_key: "member_id",
      tier: 1,
      from_day: 2,
      until_day: 3,
      ladder: 4,
    });
    const made = await call("post", "/api/tiers/openings", { import_id, reading: seen.body["guess"] });
    expect(made.status).toBe(201);
    await runQueuedJobs(world());
    const url = `/api/tiers/openings/${made.body["opening_id"]}`;
    const stated = await call("put", `${url}/stated`, [{ what: "members", key: null, n: 1 }]);
    expect(stated.body).toMatchObject({ state: "checked", differences: [], progress: { giving: "draft", waiting: 1 } });
    const asked = await call("post", `${url}/sign`, { reason: "切换上线" });
    expect(asked.body).toMatchObject({ status: 403, code: "access.approval_asked_alone" });
    const { items } = (await call("get", "/api/approvals/mine")).body;
    expect(JSON.stringify(items)).toMatch(/签发期初等级「等级.csv」：1 位会员（gold 1）；0 行不入账.*全部一致/);
    expect((await call("get", "/api/tiers/openings")).body["items"]).toHaveLength(1);
    const gone = await owner.app.inject({ method: "DELETE", url, headers: { cookie: owner.cookie } });
    expect(gone.statusCode).toBe(204);
    await ground.store.write(SYSTEM_SCOPE, (tx) => tx.query("update access.person set scope_stores = '{HZ01}'"));
    expect((await call("post", "/api/tiers/openings", { import_id, reading: seen.body["guess"] })).body).toMatchObject({
      status: 403,
      code: "members.opening_all_stores",
    });
  });
});
