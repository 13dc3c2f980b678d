import { beforeAll, describe, expect, it } from "vitest";
import { CouponShop, yuanOff } from "../../../tests/support/coupon-shop.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { codeAt, codeHash } from "./code.ts";
import { codeKey } from "./code-key.ts";
import { beginIssuance, continueIssuance, ISSUE_AT_ONCE } from "./issue.ts";
import { issuanceById, usedOfIssuance } from "./issue-store.ts";
import { beginUndo, continueUndo } from "./undo.ts";

const MANY = process.env["HUITOU_LONG"] === "1" ? 100_000 : 25_000;
const world = withDatabase();
let shop: CouponShop;
const by = () => ({ person_id: null, now: world().ground.clock.now() });
const issuance = (id: number) => world().ground.store.read(SYSTEM_SCOPE, (tx) => issuanceById(tx, id));

beforeAll(async () => {
  shop = new CouponShop(world());
  for (let number = 1; number <= 6; number++) await shop.member(number);
});

/** A segment as the segments' own loop leaves it. */
async function segment(members: readonly number[]): Promise<number> {
  const [row] = await shop.query<{ segment_id: number }>(
    "insert into segments.segment (name, condition, created_at, updated_at) values ($1, '{}', now(), now()) returning segment_id",
    [shop.key()],
  );
  const segment_id = row?.segment_id ?? 0;
  await shop.query(
    "insert into segments.member (segment_id, member_id, entered_at) select $1, m, now() from unnest($2::bigint[]) m",
    [segment_id, members],
  );
  return segment_id;
}

describe("codes", () => {
  it(`${MANY} in portions, all different, none in the database; a portion that was cut off is taken up`, async () => {
    const batch = await shop.batch(yuanOff(1), { number: MANY });
    const { ground } = world();
    const issuing = {
      batch_id: batch,
      audience: { kind: "codes", number: MANY } as const,
      again: false,
      stores: null,
      reason: "test",
      key: null,
    };
    const { issuance_id } = await ground.store.write(SYSTEM_SCOPE, (tx) => beginIssuance(tx, ground, issuing, by()));
    await continueIssuance(ground, issuance_id, issuing);
    expect(await issuance(issuance_id)).toMatchObject({ made: ISSUE_AT_ONCE, state: "running" });
    while ((await continueIssuance(ground, issuance_id, issuing))?.state === "running");
    expect(await issuance(issuance_id)).toMatchObject({ made: MANY, state: "done" });
    const [count] = await shop.query(
      "select count(*)::int as rows, count(distinct code_hash)::int as codes from benefits.issued where batch_id = $1",
      [batch],
    );
    expect(count).toEqual({ rows: MANY, codes: MANY });
    const code = codeAt(await codeKey(ground), batch, 1);
    const holding = await shop.query(
      "select 1 from benefits.issued i where batch_id = $1 and i::text like '%' || $2 || '%'",
      [batch, code],
    );
    expect(holding).toEqual([]);
    expect((await shop.redeem([{ code }])).discount_minor).toBe(1);
  });

  it("a code that exists already is passed over, and as many are made as were asked for", async () => {
    const { ground } = world();
    const first = await shop.batch(yuanOff(2));
    const key = await codeKey(ground);
    await shop.codes(first, 1);
    const second = await shop.batch(yuanOff(2));
    // as if the key had given the third code of the second batch to the first one
    await shop.query("update benefits.issued set code_hash = $2 where batch_id = $1", [
      first,
      codeHash(key, codeAt(key, second, 3)),
    ]);
    const issued = await shop.issue(second, { kind: "codes", number: 5 });
    expect(await issuance(issued)).toMatchObject({ made: 5, state: "done" });
    const places = await shop.query("select ordinal from benefits.issued where batch_id = $1 order by ordinal", [
      second,
    ]);
    expect(places).toEqual([1, 2, 4, 5, 6].map((ordinal) => ({ ordinal })));
  });

  it("no more than the batch has, not from a shared code, not from a paused batch", async () => {
    const batch = await shop.batch(yuanOff(3), { number: 5 });
    await expect(shop.issue(batch, { kind: "codes", number: 6 })).rejects.toMatchObject({
      code: "benefits.batch_too_small",
    });
    await shop.query("update benefits.batch set state = 'paused' where batch_id = $1", [batch]);
    await expect(shop.issue(batch, { kind: "codes", number: 1 })).rejects.toMatchObject({
      code: "benefits.batch_closed",
    });
    const shared = await shop.batch(yuanOff(4), { code: "ISSUE4" });
    await expect(shop.issue(shared, { kind: "codes", number: 1 })).rejects.toMatchObject({
      code: "benefits.batch_shared",
    });
    await expect(shop.query("update benefits.batch set made = number + 1")).rejects.toThrow(/batch_number/);
  });
});

describe("to members", () => {
  it("each once, those who have one already are left out, unknown numbers are named", async () => {
    const batch = await shop.batch(yuanOff(5), { number: 10 });
    await shop.issue(batch, { kind: "members", member_ids: [1, 2] });
    const second = await shop.issue(batch, { kind: "members", member_ids: [1, 2, 3, 3] });
    expect(await issuance(second)).toMatchObject({ made: 1 });
    await expect(shop.issue(batch, { kind: "members", member_ids: [1] })).rejects.toMatchObject({
      code: "benefits.nobody",
    });
    await expect(shop.issue(batch, { kind: "members", member_ids: [1, 99] })).rejects.toMatchObject({
      code: "benefits.members_unknown",
      params: { count: 1, first: 99 },
    });
    await shop.issue(batch, { kind: "members", member_ids: [1] }, { again: true });
    const owners = await shop.query(
      "select owner, count(*)::int as n from benefits.issued where batch_id = $1 group by 1 order by 1",
      [batch],
    );
    expect(owners).toEqual([
      { owner: 1, n: 2 },
      { owner: 2, n: 1 },
      { owner: 3, n: 1 },
    ]);
  });

  it("the same key issues once, whatever is sent how often at the same time", async () => {
    const batch = await shop.batch(yuanOff(6));
    const { ground } = world();
    const issuing = {
      batch_id: batch,
      audience: { kind: "members", member_ids: [1, 2, 3] } as const,
      again: true,
      stores: null,
      reason: "test",
      key: "issue once",
    };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 16 }, () =>
        ground.store.write(SYSTEM_SCOPE, (tx) => beginIssuance(tx, ground, issuing, by())),
      ),
    );
    expect(outcomes.some((one) => one.status === "fulfilled")).toBe(true);
    expect(await shop.figures(batch)).toMatchObject({ made: 3 });
  });

  it("a segment: its members at the time, those who have one skipped, cut off and taken up again", async () => {
    const batch = await shop.batch(yuanOff(7), { number: 5 });
    await shop.issue(batch, { kind: "members", member_ids: [2] });
    const segment_id = await segment([1, 2, 3, 4]);
    const issued = await shop.issue(batch, { kind: "segment", segment_id });
    expect(await issuance(issued)).toMatchObject({ made: 3, skipped: 1, state: "done", wanted: 4 });
    expect(await shop.figures(batch)).toMatchObject({ made: 4 });
    await expect(shop.issue(batch, { kind: "segment", segment_id: 999 })).rejects.toMatchObject({
      code: "benefits.nobody",
    });
  });
});

describe("taking an issuance back", () => {
  it("voids what nobody has used, lists what orders have, and cannot be done twice", async () => {
    const { ground } = world();
    const batch = await shop.batch(yuanOff(8), { number: 100 });
    const id = await shop.issue(batch, { kind: "members", member_ids: [1, 2, 3, 4, 5] });
    const coupons = await shop.query<{ issued_id: number; owner: number }>(
      "select issued_id, owner from benefits.issued where issuance_id = $1 order by owner",
      [id],
    );
    const use = (i: number, hold_minutes: number | null) =>
      shop.redeem([{ issued_id: coupons[i]?.issued_id ?? 0 }], {
        member_id: coupons[i]?.owner ?? 0,
        hold_minutes,
        order_reference: `U-${i}`,
      });
    await use(0, null);
    await use(1, 10);
    await ground.store.write(SYSTEM_SCOPE, (tx) => beginUndo(tx, id, "wrong segment"));
    expect(await continueUndo(ground, id)).toBe(3);
    expect(await continueUndo(ground, id)).toBe(0);
    expect(await issuance(id)).toMatchObject({ state: "undone", undo_reason: "wrong segment" });
    expect(await shop.figures(batch)).toMatchObject({ made: 5, voided: 3, redeemed: 1, held: 1 });
    const used = await ground.store.read(SYSTEM_SCOPE, (tx) => usedOfIssuance(tx, id, 0, 10));
    expect(used.map((one) => [one.owner, one.order_reference, one.state, one.discount_minor])).toEqual([
      [1, "U-0", "posted", 8],
      [2, "U-1", "held", 8],
    ]);
    await expect(ground.store.write(SYSTEM_SCOPE, (tx) => beginUndo(tx, id, "again"))).rejects.toMatchObject({
      code: "benefits.issuance_undone",
    });
  });
});
