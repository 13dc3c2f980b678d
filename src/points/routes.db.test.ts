import { addDays } from "../platform/index.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLASSIC_POINTS } from "../../definitions/points/classic.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { type OwnerSession, signInAs, signInOwner } from "../../tests/support/owner.ts";
import { PointsShop } from "../../tests/support/points-shop.ts";
import { runQueuedJobs } from "../../tests/support/queued-jobs.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import type { Replay } from "./rules/replay.ts";

const world = withDatabase();
let owner: OwnerSession;
let shop: PointsShop;
let keys = 0;
const START = "2026-03-02";

interface Points {
  readonly active: number;
  readonly pending: number;
  readonly held: number;
  readonly lots: readonly { readonly lot_id: number; readonly reference: string }[];
  readonly expiring_soon: number;
}
const points = async (member_id: number) => (await owner.get(`/api/members/${member_id}/points`)).body as Points;

/** A write with its key. */
async function act(url: string, payload: object, key = `test ${(keys += 1)}`, session = owner) {
  const answer = await session.app.inject({
    method: "POST",
    url,
    payload,
    headers: { cookie: session.cookie, "idempotency-key": key },
  });
  return { status: answer.statusCode, body: answer.json() as Record<string, unknown> };
}

beforeAll(async () => {
  owner = await signInOwner(world());
  shop = new PointsShop(world());
  shop.setDay(START);
  await shop.staySignedIn();
  await shop.clear();
  const definition = { ...CLASSIC_POINTS, pending_days: 0, notice_days: 10 };
  const saved = await owner.post("/api/points/programmes/classic/versions", { definition });
  expect(saved).toMatchObject({ status: 201, body: { programme: "classic", version: 1 } });
  const put = await owner.post("/api/points/programmes/classic/versions/1/activate", { from_day: START });
  expect(put).toMatchObject({ status: 200, body: { from_day: START } });
});
afterAll(() => owner.app.close());

describe("a programme", () => {
  test("that is wrong is refused with every place; the same check answers while it is written", async () => {
    const definition = { ...CLASSIC_POINTS, pending_days: -1, rules: [] };
    const refused = await owner.post("/api/points/programmes/classic/versions", { definition });
    expect(refused).toMatchObject({ status: 422, body: { code: "points.bad_programme" } });
    const { problems } = (await owner.post("/api/points/programmes/check", { definition })).body as {
      problems: { path: string }[];
    };
    expect(problems.map(({ path }) => path).sort()).toEqual(["/pending_days", "/rules"]);
  });

  test("changes with the notice that the one in force promises, and can be taken back until it holds", async () => {
    await owner.post("/api/points/programmes/classic/versions", { definition: CLASSIC_POINTS });
    const soon = await owner.post("/api/points/programmes/classic/versions/2/activate", { from_day: "2026-03-11" });
    expect(soon).toMatchObject({ status: 422, body: { code: "points.too_soon", params: { earliest: "2026-03-12" } } });
    const later = await owner.post("/api/points/programmes/classic/versions/2/activate", { from_day: "2026-03-12" });
    expect(later.status).toBe(200);
    const { activations } = (await owner.get("/api/points/programmes")).body as {
      activations: { activation_id: number; from_day: string }[];
    };
    expect(activations.map(({ from_day }) => from_day)).toEqual(["2026-03-12", START]);
    const back = (at: number) => owner.post(`/api/points/activations/${activations[at]?.activation_id}/withdraw`);
    expect((await back(0)).status).toBe(200);
    expect(await back(1)).toMatchObject({ status: 409, body: { code: "points.activation_holds" } });
  });
});

describe("at the till", () => {
  test("points are redeemed once for a key, and come back to their lots", async () => {
    const anna = await shop.newMember();
    await shop.buy(anna, 50_000);
    const wish = { member_id: anna, points: 200, reference: "T-1" };
    const first = await act("/api/points/redemptions", wish, "till 1");
    expect(first).toMatchObject({ status: 200, body: { points: 200 } });
    expect(await act("/api/points/redemptions", wish, "till 1")).toEqual(first);
    const other = await act("/api/points/redemptions", { ...wish, points: 201 }, "till 1");
    expect(other).toMatchObject({ status: 422, body: { code: "points.key_reused" } });
    expect(await points(anna)).toMatchObject({ active: 300 });
    const much = await act("/api/points/redemptions", { ...wish, points: 301 });
    expect(much).toMatchObject({ status: 409, body: { code: "points.insufficient_balance" } });
    await act("/api/points/redemptions/return", { reference: "T-1", points: 150 });
    expect(await points(anna)).toMatchObject({ active: 450 });
    const more = await act("/api/points/redemptions/return", { reference: "T-1", points: 51 });
    expect(more).toMatchObject({ status: 409, body: { code: "points.more_than_spent" } });
  });

  test("points are held, posted in part, voided", async () => {
    const ben = await shop.newMember();
    await shop.buy(ben, 10_000);
    const held = await act("/api/points/holds", { member_id: ben, points: 80, reference: "T-2", minutes: 30 });
    expect(await points(ben)).toMatchObject({ active: 20, held: 80 });
    const posted = await act(`/api/points/holds/${String(held.body["hold_id"])}/post`, { points: 50 });
    expect(posted).toMatchObject({ status: 200, body: { points: 50 } });
    expect(await points(ben)).toMatchObject({ active: 50, held: 0 });
    const again = await act(`/api/points/holds/${String(held.body["hold_id"])}/void`, {});
    expect(again).toMatchObject({ status: 409, body: { code: "points.hold_closed" } });
  });

  test("without a key, for nobody, for half a point or too many: refused by name, nothing changed", async () => {
    const carl = await shop.newMember();
    const wish = { member_id: carl, points: 1, reference: "T-3" };
    const bare = await owner.post("/api/points/redemptions", wish);
    expect(bare.status).toBe(400);
    expect((await act("/api/points/redemptions", { ...wish, member_id: 999_999 })).status).toBe(404);
    expect((await act("/api/points/redemptions", { ...wish, points: 0.5 })).status).toBe(400);
    expect((await act("/api/points/redemptions", { ...wish, points: 1e15 })).status).toBe(400);
    expect(await points(carl)).toMatchObject({ active: 0 });
  });

  test("a receipt without a member gives its points once, within 30 days, and to nobody else afterwards", async () => {
    const [dora, emil] = [await shop.newMember(), await shop.newMember()];
    const claim = async (member_id: number, order_no: string) =>
      owner.post("/api/points/claims", { member_id, order_no, store_code: "S01" });
    const receipt = async (order_no: string, day: string) => {
      const order_id = await shop.order(1, day, 8_800);
      await shop.line(order_id, 8_800);
      await shop.query(
        "update trade.sales_order set party_id = null, order_no = $2, store_code = 'S01' where order_id = $1",
        [order_id, order_no],
      );
    };
    await receipt("R-1", START);
    expect(await claim(dora, "R-1")).toMatchObject({ status: 201, body: { points: 88 } });
    expect(await points(dora)).toMatchObject({ active: 88 });
    expect(await claim(emil, "R-1")).toMatchObject({ status: 409, body: { code: "points.receipt_claimed" } });
    await receipt("R-2", "2026-01-30");
    expect(await claim(emil, "R-2")).toMatchObject({ status: 409, body: { code: "points.receipt_too_old" } });
    expect(await claim(emil, "R-9")).toMatchObject({ status: 404, body: { code: "points.receipt_unknown" } });
  });
});

describe("by hand", () => {
  test("a manager's adjustment waits for a colleague, is carried out once, and stands in the history with its reason", async () => {
    const finn = await shop.newMember();
    const manager = await signInAs(owner, "manager");
    const asked = await act(
      "/api/points/adjustments",
      { member_id: finn, points: 500, reason: "missed campaign" },
      "adj 1",
      manager,
    );
    expect(asked.status).toBeGreaterThanOrEqual(400);
    expect(String(asked.body["code"])).toMatch(/^access\./);
    expect(await points(finn)).toMatchObject({ active: 0 });
    const own = await act(
      "/api/points/adjustments",
      { member_id: finn, points: 500, reason: "missed campaign" },
      "adj 2",
    );
    expect(own).toMatchObject({ status: 200, body: { points: 500 } });
    await act("/api/points/adjustments", { member_id: finn, points: -100, reason: "given twice" }, "adj 3");
    expect(await points(finn)).toMatchObject({ active: 400 });
    const { items } = (await owner.get(`/api/members/${finn}/points/history`)).body as {
      items: { what: string; points: number; reference: string; reason: string | null }[];
    };
    expect(items.map(({ what, points: count, reference, reason }) => [what, count, reference, reason])).toEqual([
      ["spent", 100, "adjust:adj 3", "given twice"],
      ["earned", 500, "adjust:adj 2", "missed campaign"],
    ]);
  });

  test("by hand live as the programme says, until a day that is named, or for good; the same request on another day is the same", async () => {
    const olga = await shop.newMember();
    const give = (more: object, key: string) =>
      act("/api/points/adjustments", { member_id: olga, points: 10, reason: "电话 13812345678 的客人", ...more }, key);
    const first = await give({}, "life 1");
    expect(first.status).toBe(200);
    expect((await give({ last_day: "2027-05-05" }, "life 2")).status).toBe(200);
    expect((await give({ last_day: null }, "life 3")).status).toBe(200);
    const past = await give({ last_day: "2020-01-01" }, "life 4");
    expect(past).toMatchObject({ status: 422, body: { code: "points.bad_day" } });
    const lots = async () =>
      ((await owner.get(`/api/members/${olga}/points`)).body as { lots: { last_day: string | null }[] }).lots.map(
        ({ last_day }) => last_day,
      );
    const before = await lots();
    expect(before).toHaveLength(3);
    expect(before.filter((day) => day !== null && day !== "2027-05-05")).toHaveLength(1);
    expect(before).toEqual(expect.arrayContaining(["2027-05-05", null]));
    const today = shop.today();
    shop.setDay(addDays(today, 1));
    await shop.staySignedIn();
    expect((await give({}, "life 1")).body).toEqual(first.body);
    shop.setDay(today);
    await shop.staySignedIn();
    expect(await lots()).toEqual(before);
    const { items } = (await owner.get(`/api/members/${olga}/points/history`)).body as {
      items: { reason: string | null }[];
    };
    expect(items[0]?.reason).toBe("电话 138****5678 的客人");
  });

  test("points go from one member to another with the expiry they have", async () => {
    const [gina, hans] = [await shop.newMember(), await shop.newMember()];
    await shop.buy(gina, 10_000);
    const wish = { member_id: gina, to_member_id: hans, points: 40, reason: "family" };
    expect(await act("/api/points/transfers", wish)).toMatchObject({ status: 200 });
    expect([(await points(gina)).active, (await points(hans)).active]).toEqual([60, 40]);
  });
});

describe("finance", () => {
  test("a statement adds up by months and by rules, also after expiry, and as an Excel file", async () => {
    const ida = await shop.newMember();
    await shop.buy(ida, 30_000);
    await shop.goTo("2027-12-31");
    await shop.staySignedIn();
    await shop.goTo("2028-01-01");
    await shop.staySignedIn();
    const { liability } = (await owner.get("/api/points")).body as { liability: Record<string, number> };
    const query = "from_day=2026-01-01&to_day=2028-01-01";
    const report = (await owner.get(`/api/points/statement?${query}`)).body as {
      opening: number;
      closing: number;
      rows: Record<string, number>[];
      rules: { rule: string; issued: number; taken_back: number }[];
    };
    const sum = (key: string) => report.rows.reduce((all, row) => all + (row[key] ?? 0), 0);
    expect(report.opening).toBe(0);
    expect(report.closing).toBe(sum("issued") - sum("burned") + sum("given_back") - sum("expired") - sum("taken_back"));
    const { active = 0, pending = 0, held = 0, owed = 0 } = liability;
    expect(report.closing).toBe(active + pending + held - owed);
    expect(report.rules.reduce((all, row) => all + row.issued, 0)).toBe(sum("issued"));
    expect(sum("expired")).toBeGreaterThan(0);
    const file = await owner.app.inject({
      url: `/api/points/statement.xlsx?${query}`,
      headers: { cookie: owner.cookie },
    });
    expect(file.rawPayload.subarray(0, 2).toString()).toBe("PK");
  });

  test("from a balance to its lot, to every movement, to the order and back", async () => {
    const jan = await shop.newMember();
    const order_id = await shop.buy(jan, 12_000);
    const [lot] = (await points(jan)).lots;
    expect(lot?.reference).toBe(`order:${order_id}:per_yuan:${jan}`);
    const whole = (await owner.get(`/api/points/lots/${lot?.lot_id}`)).body as {
      lot: { points: number };
      lines: { reference: string }[];
      batch: { hash: string };
    };
    expect(whole).toMatchObject({ lot: { points: 120 }, lines: [{ reference: lot?.reference }] });
    expect(whole.batch.hash).toMatch(/^[0-9a-f]{64}$/);
    const back = await owner.get(`/api/points/transfers?reference=${encodeURIComponent(lot?.reference ?? "")}`);
    expect(back.body).toMatchObject({ rule: "per_yuan", items: [{ points: 120 }] });
    expect((await owner.get("/api/points/lots/99999999")).status).toBe(404);
  });

  test("a budget is made, filled, and gives what it could not give before", async () => {
    expect((await owner.post("/api/points/budgets", { budget: "spring" })).status).toBe(201);
    expect((await owner.post("/api/points/budgets", { budget: "spring" })).status).toBe(409);
    expect(await act("/api/points/budgets/spring/fund", { points: 1_000 })).toMatchObject({ status: 200 });
    const { budgets } = (await owner.get("/api/points")).body as { budgets: unknown[] };
    const spring = { budget: "spring", balance: 1_000, funded: 1_000, is_funded: true, left: 1_000, limits: [] };
    expect(budgets).toContainEqual(spring);
  });
});

test("a replay says what a draft would have given, beside what is in force, and changes nothing", async () => {
  const kim = await shop.newMember();
  await shop.buy(kim, 10_000);
  const { ground } = world();
  const before = await shop.has(kim);
  const twice = { ...CLASSIC_POINTS, rules: CLASSIC_POINTS.rules.map((rule) => ({ ...rule, points: 2 })) };
  const today = shop.today();
  const started = await owner.post("/api/points/simulations", { definition: twice, from_day: today, to_day: today });
  expect(started.status).toBe(202);
  const { job_id } = started.body as { job_id: string };
  await runQueuedJobs(world());
  const { result } = (await owner.get(`/api/points/simulations/${job_id}`)).body as { result: Replay };
  const examples = result.examples.filter(({ member_id }) => member_id === kim);
  expect(examples).toEqual([{ member_id: kim, draft: 200, against: 100 }]);
  expect(result.draft.points).toBe(2 * (result.against?.points ?? 0));
  expect(await shop.has(kim)).toEqual(before);
  expect((await ground.store.read(SYSTEM_SCOPE, (tx) => tx.query("select 1 from points.dirty"))).length).toBe(0);
});
