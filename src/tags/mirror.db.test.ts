import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedWorld } from "../../examples/tea-house/seed.ts";
import { eraseNow } from "../../tests/support/erase-member.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import type { Ground } from "../ground.ts";
import { accept, drainPipeline, ensureSource } from "../ingest/index.ts";
import { closeLake, lakeEngine } from "../lake/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { settleTags } from "./compute.ts";
import { computeAll } from "./full.ts";
import { followMirror, mirrorProgress, mirrorVersion, withCodedTags } from "./mirror.ts";
import { bookOf } from "./registry.ts";

const world = withDatabase();
const NOW = new Date("2026-11-22T08:00:00Z");
const quiet = { signal: new AbortController().signal, progress: async () => {} };
const occurred_at = "2026-11-21T03:00:00Z";

/** What a process holds, member by member: texts as in the record store, missing values left out. */
async function held(ground: Ground): Promise<Map<number, Record<string, string>>> {
  const keys = [...bookOf(ground).tags.keys()];
  const columns = keys.map((key) => `"${key}"::varchar as "${key}"`).join(", ");
  const { rows } = await lakeEngine(ground).query(`select member_id, ${columns} from catalogue.member_tags`);
  return new Map(
    rows.map(({ member_id, ...values }) => [
      Number(member_id),
      Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Record<string, string>,
    ]),
  );
}

async function stored(): Promise<Map<number, Record<string, string>>> {
  const rows = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ member_id: number; value: Record<string, string> }>("select member_id, value from tags.current"),
  );
  return new Map(rows.map((row) => [row.member_id, row.value]));
}

/** Brings a process's copy up to date and compares it with the record store. @returns its version. */
async function expectSame(ground = world().ground): Promise<number | undefined> {
  const version = await mirrorVersion(ground);
  expect(await held(ground)).toEqual(await stored());
  expect(await heldAsCodes(ground)).toEqual(await stored());
  return version;
}

/** The same out of the columns of codes. */
async function heldAsCodes(ground: Ground): Promise<Map<number, Record<string, string>>> {
  const keys = [...bookOf(ground).tags.keys()];
  const found = new Map([...(await stored()).keys()].map((id) => [id, {} as Record<string, string>]));
  await withCodedTags(ground, keys, async (columns) => {
    expect([...columns.keys()].sort()).toEqual(keys.toSorted());
    for (const [key, column] of columns) {
      for (const [member_id, code] of column.codes.entries()) {
        if (code === 0) continue;
        const values = found.get(member_id) ?? {};
        found.set(member_id, { ...values, [key]: column.word(code) });
      }
    }
  });
  return found;
}

type Records = Parameters<typeof accept>[2];

async function take(records: Records): Promise<void> {
  const { ground } = world();
  const source = await ensureSource(ground, { key: "mirror", name: "Mirror", kind: "rest" });
  await accept(ground, source, records, { protocol: "rest" });
  await drainPipeline(ground);
  await deliverAll(world());
  await settleTags(ground, bookOf(ground));
}

const phone = { kind: "phone" as const, value: "13955550001" };
const union = { kind: "unionid" as const, value: "o-mirror-test-union-1" };
const order = (order_no: string, identity: typeof phone | typeof union, net_minor: number) => ({
  kind: "order",
  key: order_no,
  occurred_at,
  identities: [identity],
  body: {
    order_no,
    status: "paid",
    channel: "mall",
    currency: "CNY",
    lines: [{ line_no: "1", sku: 'X "1" \\ 2', quantity: "1", net_minor }],
  },
});

describe("the live copy of all tags", () => {
  let owner: OwnerSession;
  /** Another process over the same record store: an engine and a copy of its own. */
  let other: Ground;

  beforeAll(async () => {
    const { ground, clock } = world();
    clock.set(NOW);
    other = { ...ground };
    await seedWorld(ground, { members: 25, seed: 6, until: NOW });
    await deliverAll(world());
    await settleTags(ground, bookOf(ground));
    owner = await signInOwner(world());
  });
  afterAll(async () => {
    await owner.app.close();
    await closeLake(other);
  });

  test("holds what is stored, with a type for every tag", async () => {
    await expectSame();
    const { columns } = await lakeEngine(world().ground).query("select * from catalogue.member_tags limit 1");
    const types = new Map(columns.map(({ name, type }) => [name, type]));
    expect(types.size).toBe(bookOf(world().ground).tags.size + 1);
    expect([types.get("gender"), types.get("spend_365d"), types.get("first_purchase_date")]).toEqual([
      "VARCHAR",
      "BIGINT",
      "DATE",
    ]);
    expect(types.get("average_rating")).toBe("DECIMAL(24,1)");
  });

  test("follows rounds, joins, splits and erasures, in every process", async () => {
    const first = await expectSame();
    await expectSame(other);
    await take([order("M1", phone, 111), order("M2", union, 222)]);
    const second = await expectSame();
    expect(second).toBeGreaterThan(first ?? Number.NaN);
    await take([{ kind: "login", key: "M3", occurred_at, identities: [phone, union], body: {} }]);
    expect(await expectSame()).toBeGreaterThan(second ?? Number.NaN);

    const joins = (await owner.get("/api/joins?state=standing")).body as { items: { join_id: number; at: string }[] };
    const newest = joins.items.toSorted((a, b) => b.join_id - a.join_id)[0];
    expect((await owner.post(`/api/joins/${newest?.join_id}/undo`, { reason: "two people" })).status).toBe(200);
    await take([order("M4", phone, 333)]);
    await expectSame();

    const spends = [...(await stored())].find(([, value]) => value["lifetime_spend"] === "444");
    await eraseNow(world().ground, spends?.[0] ?? 0);
    await take([]);
    // nobody has to ask for the copy so that a person disappears from it
    await followMirror(world().ground);
    expect((await held(world().ground)).has(spends?.[0] ?? 0)).toBe(false);
    await expectSame();
    await expectSame(other);
  });

  test("stands at the same version as long as nothing changes", async () => {
    expect(await mirrorVersion(world().ground)).toBe(await mirrorVersion(world().ground));
    expect(await mirrorVersion(other)).toBe(await mirrorVersion(world().ground));
  });

  test("is made anew after the engine was closed, and follows the full computation", async () => {
    const { ground } = world();
    await closeLake(ground);
    await expectSame();
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("delete from tags.current where member_id in (select member_id from tags.current order by 1 limit 3)"),
    );
    await expectSame();
    await computeAll(ground, bookOf(ground), quiet);
    await expectSame();
  });

  test("of many members is made beside who asks, and says how far it is", async () => {
    const { ground } = world();
    await closeLake(ground);
    const fresh = { ...ground };
    const admin = new pg.Client({ connectionString: world().composition.databases.admin_url });
    await admin.connect();
    // as if many were stored: a caller does not wait for the first copy of so many
    await admin.query("update pg_class set reltuples = 100000 where oid = 'tags.current'::regclass");
    expect(mirrorProgress(fresh)).toBeUndefined();
    expect(await mirrorVersion(fresh)).toBeUndefined();
    await expect.poll(() => mirrorProgress(fresh)?.total, { interval: 1 }).toBe(100_000);
    expect(mirrorProgress(fresh)?.done).toBeLessThanOrEqual(100_000);
    await followMirror(fresh);
    expect(mirrorProgress(fresh)).toBeUndefined();
    await admin.query("analyze tags.current");
    await admin.end();
    await expectSame(fresh);
    await closeLake(fresh);
  });

  test("has the columns of the tags that are switched on", async () => {
    const { ground } = world();
    bookOf(ground).follow(
      new Map([
        ["occupation", true],
        ["gender", false],
      ]),
    );
    await mirrorVersion(ground);
    const { columns } = await lakeEngine(ground).query("select * from catalogue.member_tags limit 1");
    const names = columns.map(({ name }) => name);
    expect([names.includes("occupation"), names.includes("gender")]).toEqual([true, false]);
    bookOf(ground).follow(new Map());
    await expectSame();
  });
});
