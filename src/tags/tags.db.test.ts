import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedWorld } from "../../examples/tea-house/seed.ts";
import { eraseNow } from "../../tests/support/erase-member.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { keptTags, tagTruth } from "../../tests/support/tag-truth.ts";
import { accept, drainPipeline, ensureSource } from "../ingest/index.ts";
import { refreshLake } from "../lake/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { prepareAhead } from "./ahead.ts";
import { computeDirty, settleTags } from "./compute.ts";
import { markDirty } from "./dirty-store.ts";
import { computeAll } from "./full.ts";
import { memberTags } from "./member-tags.ts";
import { bookOf } from "./registry.ts";
import { spreads } from "./statistics-store.ts";

const world = withDatabase();
const NOW = new Date("2026-11-22T08:00:00Z");
const quiet = { signal: new AbortController().signal, progress: async () => {} };

interface Stored {
  readonly member_id: number;
  readonly value: Readonly<Record<string, string>>;
}

const stored = () =>
  world().ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<Stored>("select member_id, value from tags.current order by 1"),
  );

async function expectTruth(): Promise<void> {
  expect(await keptTags(world().ground)).toEqual(await tagTruth(world().ground));
}

describe("tags of the tea house", () => {
  let owner: OwnerSession;
  beforeAll(async () => {
    const { ground, clock } = world();
    clock.set(NOW);
    await seedWorld(ground, { members: 60, seed: 3, until: NOW });
    await deliverAll(world());
    await settleTags(ground, bookOf(ground));
    owner = await signInOwner(world());
  });
  afterAll(async () => {
    await owner.app.close();
  });

  test("what the records' own marks led to is what the naive evaluator says", async () => {
    expect((await stored()).length).toBeGreaterThan(40);
    await expectTruth();
  });

  test("the full computation finds no difference", async () => {
    const { ground } = world();
    await computeAll(ground, bookOf(ground), quiet);
    const again = await computeAll(ground, bookOf(ground), quiet);
    expect(again).toMatchObject({ difference: 0, members: (await stored()).length });
  });

  test("the lake computes the same values for everyone", async () => {
    const { ground } = world();
    await refreshLake(ground);
    const result = await computeAll(ground, bookOf(ground), quiet);
    expect(result).toMatchObject({ engine: "duckdb", difference: 0, lagging: 0, members: (await stored()).length });
  });

  test("a queue that fell behind computes each member once, and everything that was marked", async () => {
    const { ground } = world();
    const count = (await stored()).length;
    await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await tx.query("update tags.current set value = '{}'");
      await tx.query(
        `insert into tags.dirty (party_id, since, kind)
         select party_id, $1, kind from generate_series(1, 60), unnest(array['browse', 'review', null]) kind, members.party`,
        [NOW],
      );
    });
    let rounds = 0;
    for (;;) {
      const round = await computeDirty(ground, bookOf(ground));
      if (round.marks === 0) break;
      rounds += 1;
    }
    expect(rounds).toBeLessThan(10);
    expect((await stored()).length).toBe(count);
    await expectTruth();
  });

  test("a new order reaches its member's tags and nobody else's", async () => {
    const { ground } = world();
    const before = new Map((await stored()).map((row) => [row.member_id, JSON.stringify(row.value)]));
    const source = await ensureSource(ground, { key: "test", name: "Test", kind: "rest" });
    const identity = { kind: "phone" as const, value: "13911112222" };
    const occurred_at = "2026-11-22T03:00:00Z";
    await accept(
      ground,
      source,
      [
        { kind: "member", key: "m", occurred_at, identities: [identity], body: { gender: "female", city: "厦门" } },
        {
          kind: "order",
          key: "o",
          occurred_at,
          identities: [identity],
          body: {
            order_no: "T1",
            status: "paid",
            channel: "store",
            store_code: "S01",
            currency: "CNY",
            lines: [{ line_no: "1", sku: "X", quantity: "2", net_minor: 12000 }],
          },
        },
      ],
      { protocol: "rest" },
    );
    await drainPipeline(ground);
    expect(await settleTags(ground, bookOf(ground))).toBe(1);
    const changed = (await stored()).filter((row) => before.get(row.member_id) !== JSON.stringify(row.value));
    expect(changed).toHaveLength(1);
    expect(changed[0]?.value).toMatchObject({
      gender: "female",
      orders_365d: "1",
      spend_365d: "12000",
      items_per_order: "2.0",
    });
    await expectTruth();
  });

  test("a join gives one member the tags of both, a split gives each back their own", async () => {
    const { ground } = world();
    const source = await ensureSource(ground, { key: "test", name: "Test", kind: "rest" });
    const occurred_at = "2026-11-22T03:00:00Z";
    const phone = { kind: "phone" as const, value: "13922223333" };
    const union = { kind: "unionid" as const, value: "o-tags-test-union-01" };
    const order = (no: string, identities: (typeof phone | typeof union)[], net_minor: number) => ({
      kind: "order",
      key: no,
      occurred_at,
      identities,
      body: {
        order_no: no,
        status: "paid",
        channel: "mall",
        currency: "CNY",
        lines: [{ line_no: "1", sku: "X", quantity: "1", net_minor }],
      },
    });
    const settle = async () => {
      await drainPipeline(ground);
      await deliverAll(world());
      await settleTags(ground, bookOf(ground));
      await expectTruth();
      return (await stored())
        .map((row) => row.value["lifetime_spend"])
        .filter((spend) => ["111", "222", "333"].includes(spend ?? ""));
    };
    await accept(ground, source, [order("J1", [phone], 111), order("J2", [union], 222)], { protocol: "rest" });
    expect((await settle()).sort()).toEqual(["111", "222"]);
    await accept(ground, source, [{ kind: "login", key: "J3", occurred_at, identities: [phone, union], body: {} }], {
      protocol: "rest",
    });
    expect(await settle()).toEqual(["333"]);

    const joins = (await owner.get("/api/joins?state=standing")).body as { items: { join_id: number; at: string }[] };
    const newest = joins.items.toSorted((a, b) => b.join_id - a.join_id)[0];
    expect((await owner.post(`/api/joins/${newest?.join_id}/undo`, { reason: "two people" })).status).toBe(200);
    expect((await settle()).sort()).toEqual(["111", "222"]);
  });

  test("what invited people do, and who they turn out to be, reaches the member who invited them", async () => {
    const { ground } = world();
    const source = await ensureSource(ground, { key: "test", name: "Test", kind: "rest" });
    const occurred_at = "2026-11-22T04:00:00Z";
    const [host, guest, alias] = ["13933334441", "13933334442", "o-tags-test-guest-02"].map((value, nth) => ({
      kind: nth === 2 ? ("unionid" as const) : ("phone" as const),
      value,
    })) as [{ kind: "phone"; value: string }, { kind: "phone"; value: string }, { kind: "unionid"; value: string }];
    const invite = (nth: number, other: { kind: string; value: string }) => ({
      kind: "referral",
      key: `R${nth}`,
      occurred_at,
      identities: [host],
      body: { referral_id: `R${nth}`, role: "inviter", stage: "joined", counterpart: { [other.kind]: other.value } },
    });
    const order = (no: string, identity: { kind: "phone" | "unionid"; value: string }, net_minor: number) => ({
      kind: "order",
      key: no,
      occurred_at,
      identities: [identity],
      body: {
        order_no: no,
        status: "paid",
        channel: "mall",
        currency: "CNY",
        lines: [{ line_no: "1", sku: "X", quantity: "1", net_minor }],
      },
    });
    const hostTags = async (...records: Parameters<typeof accept>[2][number][]) => {
      await accept(ground, source, records, { protocol: "rest" });
      await drainPipeline(ground);
      await deliverAll(world());
      await settleTags(ground, bookOf(ground));
      await expectTruth();
      const rows = (await stored()).filter(({ value }) => value["invited_members"] !== "0");
      const own = rows.find(({ value }) => ["4440", "5550", "9990", "8880"].includes(value["referral_value"] ?? ""));
      return own && [own.value["invited_members"], own.value["referral_value"], own.value["influence_score"]];
    };
    const login = (key: string, identities: { kind: "phone" | "unionid"; value: string }[]) => ({
      kind: "login",
      key,
      occurred_at,
      identities,
      body: {},
    });
    await hostTags(login("G1", [guest]), login("G2", [alias]), login("G3", [host]));
    expect(await hostTags(invite(1, guest), invite(2, alias), order("G4", guest, 4440))).toEqual(["2", "4440", "20"]);
    expect(await hostTags(order("G5", alias, 5550))).toEqual(["2", "9990", "20"]);
    expect(await hostTags(login("G6", [guest, alias]))).toEqual(["1", "9990", "10"]);

    const [joined] = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ member_id: number }>(
        "select member_id from catalogue.members m join catalogue.orders o using (member_id) where o.order_no = 'G4'",
      ),
    );
    await eraseNow(ground, joined?.member_id ?? 0);
    await hostTags();
    expect((await stored()).some((row) => row.member_id === joined?.member_id)).toBe(false);
  });

  test("what the evening prepared is in place at midnight, but for those of whom something came since", async () => {
    const { ground, clock } = world();
    const book = bookOf(ground);
    const rows = (sql: string) => ground.store.read(SYSTEM_SCOPE, (tx) => tx.query(sql));
    clock.set("2026-11-22T10:00:00Z");
    expect(await prepareAhead(ground, book)).toBe(0);
    clock.set("2026-11-22T15:00:00Z");
    const ready = await prepareAhead(ground, book);
    expect(ready).toBeGreaterThan(10);
    expect(await prepareAhead(ground, book)).toBe(0);
    const [late] = await rows("select member_id from tags.ahead order by 1 limit 1");
    const tell = (tx: Tx) => markDirty(tx, { member_ids: [Number(late?.["member_id"])] }, clock.now());
    await ground.store.write(SYSTEM_SCOPE, tell);
    await settleTags(ground, book);
    expect(await rows("select 1 from tags.ahead")).toHaveLength(ready - 1);
    await expectTruth();
    clock.set("2026-11-22T16:00:00Z");
    expect((await computeDirty(ground, book)).marks).toBe(1);
    expect(await rows("select 1 from tags.ahead")).toHaveLength(0);
    await expectTruth();
  });

  test("days pass: wake-ups alone keep every value true", async () => {
    const { ground, clock } = world();
    for (const days of [1, 6, 30, 60, 200, 370]) {
      clock.set(new Date(NOW.getTime() + days * 86_400_000));
      await settleTags(ground, bookOf(ground));
      await expectTruth();
    }
  });

  test("a stored value that is wrong is found, counted and mended", async () => {
    const { ground } = world();
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query(`update tags.current set value = value || '{"gender": "other", "city": "nowhere"}'
        where member_id = (select min(member_id) from tags.current)`),
    );
    const result = await computeAll(ground, bookOf(ground), quiet);
    expect(result).toMatchObject({ difference: 1, difference_by_tag: { city: 1 } });
    await expectTruth();
  });

  test("every value of a member has its reason in both languages", async () => {
    const { ground } = world();
    const busy = (await stored()).sort((a, b) => Object.keys(b.value).length - Object.keys(a.value).length)[0];
    const tags = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      memberTags(tx, ground, bookOf(ground), busy?.member_id ?? 0),
    );
    expect(tags.length).toBeGreaterThan(25);
    for (const tag of tags) {
      expect(tag.why.zh, tag.key).toMatch(/[\u4e00-\u9fff].*。$/);
      expect(tag.why.en, tag.key).toMatch(/^[^{}]+\.$/);
      expect(tag.why.zh + tag.why.en + tag.display_zh, tag.key).not.toMatch(/[{}]|undefined|NaN/);
    }
    // other tags inside a reason are said by the names of their values
    expect(tags.find(({ key }) => key === "churn_risk")?.why.zh).toMatch(/^[^a-z]+$/);
  });

  test("the spread of a tag adds up to its coverage", async () => {
    const { ground } = world();
    const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      spreads(tx, ["city_tier", "spend_365d", "days_since_last_purchase"]),
    );
    const members = await stored();
    for (const key of ["city_tier", "spend_365d", "days_since_last_purchase"]) {
      const counted = rows.filter((row) => row.tag === key).reduce((total, row) => total + row.members, 0);
      expect(counted, key).toBe(members.filter((row) => row.value[key] !== undefined).length);
    }
  });
});
