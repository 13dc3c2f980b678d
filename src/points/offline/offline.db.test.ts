import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { PointsShop } from "../../../tests/support/points-shop.ts";
import { staffOf } from "../../../tests/support/people.ts";
import { bindTablet, clerkWithPin, PIN } from "../../../tests/support/tablet-desk.ts";
import { signatureSuite, signDocument, signerOf } from "../../access/index.ts";
import { setSetting, SYSTEM_SCOPE } from "../../store/index.ts";
import { ledgerOf } from "../ledger/ledger.ts";
import { verifyLedger } from "../ledger/verify.ts";
import { type Allowance, issueAllowance, type Signed, type Till } from "./allowance.ts";
import { type Burn, settleException, uploadBurns } from "./burn.ts";
import { OFFLINE_SETTING, type OfflineRules } from "./rules.ts";

const world = withDatabase();
let shop: PointsShop;
let receipts = 0;
const HZ: Till = { till: "tablet:1", store_code: "HZ01" };
const HZ2: Till = { till: "tablet:2", store_code: "HZ01" };
const RULES: OfflineRules = { till_points: 300, member_points: 200, hours: 12, shortfall: "debt" };

/** A device with a key of its own. */
const device = () => signerOf(signatureSuite("ed25519")?.generate().private_pem ?? "");
const rules = (more: Partial<OfflineRules> = {}) =>
  world().ground.store.write(SYSTEM_SCOPE, (tx) => setSetting(tx, OFFLINE_SETTING, { ...RULES, ...more }));
const later = (minutes: number) => new Date(world().clock.now().getTime() + minutes * 60_000);

/** A till that is offline from now on. */
async function till(of: Till = HZ) {
  const key = device();
  const { ground } = world();
  const allowance = await issueAllowance(ground, of, { device_key: key.public_pem, person_id: null });
  const burn = (member_id: number, points: number, more: Partial<Burn> = {}): Signed<Burn> =>
    signDocument(
      {
        format: "huitou-offline-burn/1" as const,
        allowance_id: allowance.allowance_id,
        receipt: `R${++receipts}`,
        member_id,
        points,
        at: world().clock.now().toISOString(),
        ...more,
      },
      key,
    );
  const upload = (...burns: Signed<Burn>[]) => uploadBurns(ground, of, allowance, burns);
  return { allowance, burn, upload };
}
async function member(points: number): Promise<number> {
  const id = await shop.newMember();
  if (points > 0)
    await ledgerOf(world().ground).submit({
      key: `give ${id}`,
      command: { type: "earn", owner: id, points, reference: `gift:${id}` },
    });
  return id;
}
const told = (rows: readonly { state: string; code: string | null; posted: number; debt: number }[]) =>
  rows.map(({ state, code, posted, debt }) => [state, code, posted, debt]);
const whole = async () => expect((await verifyLedger(world().ground.store)).ok).toBe(true);

beforeAll(() => {
  shop = new PointsShop(world());
});
beforeEach(async () => {
  shop.setDay("2026-11-22");
  await shop.query("delete from points.offline_burn; delete from points.offline_use; delete from points.allowance");
  await rules();
});

describe("burned offline within an allowance", () => {
  test("is posted when it is uploaded, and the same upload again changes nothing", async () => {
    const anna = await member(500);
    const { burn, upload } = await till();
    const first = burn(anna, 120);
    expect(told(await upload(first))).toEqual([["posted", null, 120, 0]]);
    const again = await Promise.all([upload(first), upload(first), upload(first)]);
    for (const rows of again) expect(told(rows)).toEqual([["posted", null, 120, 0]]);
    expect(await shop.has(anna)).toMatchObject({ active: 380, owed: 0 });
    expect(await shop.query("select 1 from points.offline_burn")).toHaveLength(1);
    await whole();
  });

  test("of one balance at two tills: the second finds what is left, and the rest is a debt, also where one was owed before", async () => {
    const ben = await member(150);
    const [one, two] = [await till(HZ), await till(HZ2)];
    const [a, b] = [one.burn(ben, 100), two.burn(ben, 100)];
    const rows = (await Promise.all([one.upload(a), two.upload(b)])).flat();
    expect(rows.map(({ posted, debt }) => [posted, debt]).toSorted()).toEqual([
      [100, 0],
      [50, 50],
    ]);
    expect(await shop.has(ben)).toMatchObject({ active: 0, owed: 50 });
    expect(told(await two.upload(two.burn(ben, 30)))).toEqual([["posted", null, 0, 30]]);
    expect(await shop.has(ben)).toMatchObject({ active: 0, owed: 80 });
    await whole();
  });

  test("is refused beyond the balance where the rule says so: what is covered is posted, the rest stands on the list", async () => {
    await rules({ shortfall: "refuse" });
    const carl = await member(60);
    const { burn, upload } = await till();
    const [row] = await upload(burn(carl, 100));
    expect(told(row === undefined ? [] : [row])).toEqual([["open", "points.offline_uncovered", 60, 0]]);
    expect(await shop.has(carl)).toMatchObject({ active: 0, owed: 0 });
    await whole();
  });

  test("beyond the till's limit of the day or the member's stands on the list and takes nothing, whatever allowances were asked for", async () => {
    const [dora, eve] = [await member(1_000), await member(1_000)];
    const [one, same] = [await till(), await till()];
    expect(told(await one.upload(one.burn(dora, 150)))).toEqual([["posted", null, 150, 0]]);
    expect(told(await same.upload(same.burn(dora, 60)))).toEqual([["open", "points.offline_over_member", 0, 0]]);
    expect(told(await same.upload(same.burn(eve, 160)))).toEqual([["open", "points.offline_over_till", 0, 0]]);
    expect(told(await same.upload(same.burn(eve, 150)))).toEqual([["posted", null, 150, 0]]);
    expect(await shop.has(dora)).toMatchObject({ active: 850 });
    await whole();
  });

  test("in an upload whose order is reversed, or in uploads that come in reverse, is counted once and never beyond the limit", async () => {
    await rules({ till_points: 1_000 });
    const [fay, gail] = [await member(1_000), await member(1_000)];
    const { burn, upload } = await till();
    const of = (id: number) => [0, 1, 2, 3].map((n) => burn(id, 60, { at: later(n - 4).toISOString() }));
    const burns = of(fay);
    const rows = await upload(...burns.toReversed());
    expect(told(rows.toReversed())).toEqual([
      ["posted", null, 60, 0],
      ["posted", null, 60, 0],
      ["posted", null, 60, 0],
      ["open", "points.offline_over_member", 0, 0],
    ]);
    for (const one of burns.toReversed()) await upload(one);
    expect(await shop.has(fay)).toMatchObject({ active: 820 });
    const singly = [];
    for (const one of of(gail).toReversed()) singly.push(...(await upload(one)));
    expect(singly.map(({ state, posted }) => [state, posted])).toEqual([
      ["posted", 60],
      ["posted", 60],
      ["posted", 60],
      ["open", 0],
    ]);
    expect(await shop.has(gail)).toMatchObject({ active: 820 });
    await whole();
  });

  test("under a receipt that was uploaded before, from whichever till, is a duplicate", async () => {
    const gus = await member(500);
    const [one, two] = [await till(HZ), await till(HZ2)];
    const first = one.burn(gus, 50);
    await one.upload(first);
    expect(told(await two.upload(two.burn(gus, 50, { receipt: first.receipt })))).toEqual([
      ["open", "points.offline_duplicate", 0, 0],
    ]);
    expect(told(await one.upload(one.burn(gus, 40, { receipt: first.receipt })))).toEqual([
      ["open", "points.offline_duplicate", 0, 0],
    ]);
    expect(await shop.has(gus)).toMatchObject({ active: 450 });
  });

  test("of a hold posts the hold, once, from whichever till", async () => {
    const hal = await member(100);
    const { hold_id = 0 } = await ledgerOf(world().ground).submit({
      key: `hold ${hal}`,
      command: { type: "hold", wallet: [hal], points: 80, reference: "redeem:H1", until_at: later(60) },
    });
    const [one, two] = [await till(HZ), await till(HZ2)];
    expect(told(await one.upload(one.burn(hal, 80, { hold_id })))).toEqual([["posted", null, 80, 0]]);
    expect(told(await two.upload(two.burn(hal, 80, { hold_id })))).toEqual([
      ["open", "points.offline_duplicate", 0, 0],
    ]);
    expect(await shop.has(hal)).toMatchObject({ active: 20 });
    await whole();
  });
});

describe("what nobody signed", () => {
  test("an allowance that was changed, or made elsewhere, takes nothing of its upload", async () => {
    const ida = await member(500);
    const { allowance, burn } = await till();
    const { ground } = world();
    const one = burn(ida, 50);
    for (const forged of [
      { ...allowance, points_max: 1_000_000 },
      { ...allowance, expires_at: "2030-01-01T00:00:00.000Z" },
      signDocument(allowance as Allowance, device()),
    ] as Signed<Allowance>[])
      await expect(uploadBurns(ground, HZ, forged, [one])).rejects.toMatchObject({
        code: "points.offline_allowance_forged",
      });
    await expect(uploadBurns(ground, HZ2, allowance, [one])).rejects.toMatchObject({
      code: "points.offline_other_till",
    });
    expect(await shop.has(ida)).toMatchObject({ active: 500 });
  });

  test("a burn that another device signed, or that was changed, is never posted, and keeps no receipt from the true one", async () => {
    const jim = await member(500);
    const { allowance, burn, upload } = await till();
    const good = burn(jim, 50);
    const { suite: _, key_id: __, signature: ___, ...plain } = good;
    const rows = await upload({ ...good, points: 5 }, signDocument(plain, device()));
    expect(told(rows)).toEqual([
      ["open", "points.offline_forged", 0, 0],
      ["open", "points.offline_forged", 0, 0],
    ]);
    const by = { act: "post", reason: "try", person_id: 1, stores: null } as const;
    await expect(
      world().ground.store.write(SYSTEM_SCOPE, (tx) => settleException(tx, world().ground, rows[0]?.burn_id ?? 0, by)),
    ).rejects.toMatchObject({ code: "points.offline_cannot_post" });
    expect(told(await upload(good))).toEqual([["posted", null, 50, 0]]);
    const other = await till();
    const strange = { ...other.burn(jim, 10), allowance_id: allowance.allowance_id };
    expect(told(await upload(strange))).toEqual([["open", "points.offline_forged", 0, 0]]);
  });
});

describe("the till's clock", () => {
  test("after the allowance's end, before its beginning or ahead of the platform, it leaves the burn to a person", async () => {
    const kim = await member(500);
    const { allowance, burn, upload } = await till();
    const rows = [
      burn(kim, 10, { at: later(-30).toISOString() }),
      burn(kim, 10, { at: later(30).toISOString() }),
      burn(kim, 10, { at: later(4).toISOString() }),
    ];
    expect(told(await upload(...rows))).toEqual([
      ["open", "points.offline_clock", 0, 0],
      ["open", "points.offline_clock", 0, 0],
      ["posted", null, 10, 0],
    ]);
    const late = burn(kim, 10, { at: later(13 * 60).toISOString() });
    const inTime = burn(kim, 10, { at: later(11 * 60).toISOString() });
    const forgotten = burn(kim, 10, { at: later(60).toISOString() });
    world().clock.set(new Date(Date.parse(allowance.expires_at) + 2 * 86_400_000));
    expect(told(await upload(late, inTime))).toEqual([
      ["open", "points.offline_expired", 0, 0],
      ["posted", null, 10, 0],
    ]);
    world().clock.set(new Date(Date.parse(allowance.expires_at) + 8 * 86_400_000));
    expect(told(await upload(forgotten))).toEqual([["open", "points.offline_late", 0, 0]]);
    expect(await shop.has(kim)).toMatchObject({ active: 480 });
  });
});

describe("the store's list", () => {
  test("is settled once, by name and reason: posted after all, with a debt for what is missing, or dropped", async () => {
    const lea = await member(250);
    const { burn, upload } = await till();
    const [, over, dropped] = await upload(burn(lea, 200), burn(lea, 60), burn(lea, 70));
    const settle = (burn_id: number | undefined, act: "post" | "drop", stores: string[] | null = null) =>
      world().ground.store.write(SYSTEM_SCOPE, (tx) =>
        settleException(tx, world().ground, burn_id ?? 0, { act, reason: "小票核对过", person_id: 7, stores }),
      );
    await expect(settle(over?.burn_id, "post", ["SH01"])).rejects.toMatchObject({
      code: "points.offline_burn_unknown",
    });
    expect(await settle(over?.burn_id, "post", ["HZ01"])).toMatchObject({
      state: "settled",
      posted: 50,
      debt: 10,
      settled_by: 7,
      settled_reason: "小票核对过",
    });
    expect(await settle(dropped?.burn_id, "drop")).toMatchObject({ state: "settled", posted: 0, debt: 0 });
    await expect(settle(over?.burn_id, "drop")).rejects.toMatchObject({ code: "points.offline_settled" });
    expect(await shop.has(lea)).toMatchObject({ active: 0, owed: 10 });
    await whole();
  });
});

describe("over the interface", () => {
  let staff: Awaited<ReturnType<typeof staffOf>>;
  afterAll(() => staff.app.close());

  test("only a bound tablet has an allowance, for its own store; the list shows the asker's stores only", async () => {
    staff = await staffOf(world());
    const owner = staff.owner;
    const clerk = await clerkWithPin(staff, ["HZ01"]);
    const { browser } = await bindTablet(staff, owner, "HZ01");
    expect((await browser.enter(clerk.person_id, PIN)).status).toBeLessThan(300);
    const key = device();
    const wish = { store_code: "HZ01", device_key: key.public_pem };
    expect((await owner.call("POST", "/api/points/offline/allowances", wish)).body).toMatchObject({
      code: "points.offline_no_till",
    });
    const path = "/api/points/offline/allowances";
    expect((await browser.call("POST", path, { ...wish, store_code: "SH01" })).body["code"]).toBe(
      "points.offline_store",
    );
    expect((await browser.call("POST", path, { ...wish, device_key: "no key" })).body["code"]).toBe(
      "points.offline_bad_key",
    );
    const asked = await browser.call("POST", path, wish);
    expect(asked.status).toBe(201);
    const allowance = asked.body["allowance"] as Signed<Allowance>;
    expect(allowance).toMatchObject({ store_code: "HZ01", points_max: 300, member_max: 200, suite: "ed25519" });
    const mia = await member(500);
    const burn = (points: number) =>
      signDocument(
        {
          format: "huitou-offline-burn/1",
          allowance_id: allowance.allowance_id,
          receipt: `R${++receipts}`,
          member_id: mia,
          points,
          at: world().clock.now().toISOString(),
        },
        key,
      );
    const sent = await browser.call("POST", "/api/points/offline/burns", { allowance, burns: [burn(150), burn(100)] });
    expect(sent.body["items"]).toMatchObject([
      { state: "posted", posted: 150, reason: null },
      { state: "open", posted: 0, reason: { code: "points.offline_over_member" } },
    ]);
    const list = async (by: { call: typeof owner.call }, state = "open") =>
      (await by.call("GET", `/api/points/offline/exceptions?state=${state}`)).body["items"] as { burn_id: number }[];
    const [mine] = await list(owner);
    expect(mine).toMatchObject({ store_code: "HZ01", member_id: mia, points: 100, may_post: true });
    const elsewhere = await staff.add("manager", ["SH01"]);
    expect(await list(elsewhere)).toEqual([]);
    const settle = `/api/points/offline/exceptions/${mine?.burn_id}/settle`;
    const how = { act: "post", reason: "小票核对过" };
    expect((await elsewhere.call("POST", settle, how)).body["code"]).toBe("points.offline_burn_unknown");
    expect((await owner.call("POST", settle, how)).body).toMatchObject({ state: "settled", posted: 100 });
    expect(await list(owner)).toEqual([]);
    expect(await list(owner, "settled")).toMatchObject([{ settled_act: "post", settled_reason: "小票核对过" }]);
    expect((await owner.call("PUT", "/api/points/offline/rules", { ...RULES, hours: 6 })).status).toBe(200);
    expect((await owner.call("GET", "/api/points/offline/rules")).body).toMatchObject({ hours: 6 });
  });
});
