import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { whileAdding } from "../../tests/support/open-transaction.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { accept, type ClearRecord, drainPipeline, ensureSource } from "../ingest/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { computeRfm } from "./compute.ts";
import { bandEdges, bandOf, classOf, deriveThresholds, levelOf } from "./rfm.ts";
import { addVersion, listVersions } from "./run-store.ts";
import { startWhenQuiet } from "./staleness.ts";

const world = withDatabase();
let owner: OwnerSession;

interface Purchase {
  readonly who: number;
  readonly day: string;
  readonly yuan: number;
}

const PEOPLE = 40;
/** Person n buys n % 7 + 1 times for 10 n yuan in the weeks before 21 November; person 39 long ago, person 40 never. */
const purchases: Purchase[] = Array.from({ length: PEOPLE - 2 }, (_, i) => i + 1).flatMap((who) =>
  Array.from({ length: (who % 7) + 1 }, (_, k) => ({
    who,
    day: dayBefore(((who * 5) % 120) + k * 30),
    yuan: 10 * who,
  })),
);

function dayBefore(days: number): string {
  return new Date(Date.parse("2026-11-21T00:00:00Z") - days * 86_400_000).toISOString().slice(0, 10);
}

function order(key: string, who: number, day: string, yuan: number, change: Record<string, unknown> = {}): ClearRecord {
  const body = {
    order_no: key,
    currency: "CNY",
    lines: [{ line_no: "1", sku: "tea", quantity: "1", unit_price: String(yuan) }],
    ...change,
  };
  return {
    kind: "order",
    key,
    occurred_at: `${day}T04:00:00Z`,
    identities: [{ kind: "card_no", value: `C${who}` }],
    body,
  };
}

async function take(records: readonly ClearRecord[]): Promise<void> {
  const { ground } = world();
  const source = await ensureSource(ground, { key: "till", name: "Till", kind: "rest" });
  const { outcomes } = await accept(ground, source, records, { protocol: "rest" });
  expect(outcomes.map((outcome) => outcome.status)).not.toContain("rejected");
  await drainPipeline(ground);
  await deliverAll(world());
}

const rows = <T>(sql: string) =>
  world().ground.store.read(SYSTEM_SCOPE, (tx) => tx.query<T & Record<string, unknown>>(sql));
const rfm = async () => (await owner.get("/api/rfm")).body as Record<string, unknown>;

beforeAll(async () => {
  owner = await signInOwner(world());
  const members = Array.from(
    { length: PEOPLE },
    (_, i): ClearRecord => ({
      kind: "member",
      key: `M${i + 1}`,
      occurred_at: "2024-01-01T00:00:00Z",
      identities: [{ kind: "card_no", value: `C${i + 1}` }],
      body: { joined_at: "2024-01-01T00:00:00Z", ...(i + 1 === 38 ? { flag: "staff" } : {}) },
    }),
  );
  await take([
    ...members,
    ...purchases.map(({ who, day, yuan }, i) => order(`O${i}`, who, day, yuan)),
    order("OLD", 39, "2025-01-05", 100),
    order("TODAY", 40, "2026-11-22", 100),
    order("USD", 40, "2026-11-20", 100, { currency: "USD" }),
  ]);
});
afterAll(() => owner.app.close());

describe("RFM of a brand", () => {
  test("before any computation the page says that there is none", async () => {
    expect(await rfm()).toEqual({ state: "none" });
    expect((await owner.get("/api/rfm/members?cell=A1")).body).toEqual({ items: [], next_cursor: null });
  });

  test("classifies as the pure rules do", async () => {
    await computeRfm(world().ground, { thresholds: "first" });
    const stored = await rows<{ r_days: number; f: number; m_minor: number; class: string; level: number }>(
      "select r_days, f, m_minor, class, level from catalogue.rfm",
    );
    const thresholds = deriveThresholds(stored);
    if (thresholds === undefined) throw new Error("nobody bought");
    for (const row of stored) {
      expect(row.class).toBe(classOf(row, thresholds));
      expect(row.level).toBe(levelOf(row.r_days, thresholds));
    }
    // 37 of 38 buyers: one is staff
    expect(stored).toHaveLength(37);
    const answer = await rfm();
    expect(answer).toMatchObject({
      business_day: "2026-11-21",
      data_ended: false,
      version: 1,
      currency: "CNY",
      population: 37,
      thresholds: { ...thresholds },
    });
    expect(answer["others"]).toEqual({ never: 0, over_365: 1, refused: 0, flagged: 1, other_currency: 1 });
    expect(answer["bands"]).toEqual({
      f: bandEdges(stored.map((r) => r.f)),
      m_minor: bandEdges(stored.map((r) => r.m_minor)),
    });
  });

  test("cells and maps count everybody once, and each place can be opened", async () => {
    const answer = (await rfm()) as unknown as {
      cells: { cell: string; members: number; share: number; net_minor: number }[];
      map: { level: number; f_band: number; m_band: number; members: number }[];
      bands: { f: number[]; m_minor: number[] };
    };
    const sum = (list: readonly { members: number }[]) => list.reduce((total, row) => total + row.members, 0);
    expect(answer.cells.map((row) => row.cell)).toEqual(["A1", "A2", "A3", "B1", "B2", "B3", "C1", "C2", "C3"]);
    expect([sum(answer.cells), sum(answer.map)]).toEqual([37, 37]);
    expect(answer.cells.reduce((total, row) => total + row.share, 0)).toBeCloseTo(1);
    const stored = await rows<{ level: number; f: number; m_minor: number }>(
      "select level, f, m_minor from catalogue.rfm",
    );
    for (const place of answer.map) {
      const there = stored.filter(
        (r) =>
          r.level === place.level &&
          bandOf(r.f, answer.bands.f) === place.f_band &&
          bandOf(r.m_minor, answer.bands.m_minor) === place.m_band,
      );
      expect(there).toHaveLength(place.members);
      const page = await owner.get(
        `/api/rfm/members?level=${place.level}&f_band=${place.f_band}&m_band=${place.m_band}`,
      );
      expect((page.body as { items: unknown[] }).items).toHaveLength(place.members);
    }
    for (const { cell, members } of answer.cells) expect(await pages(`cell=${cell}`)).toHaveLength(members);
    expect(await pages("cell=over_365")).toHaveLength(1);
    expect(await pages("cell=never")).toHaveLength(0);
  });

  test("a return long after closes its day anew, without thresholds moving", async () => {
    const [before] = await rows<{ m_minor: number; f: number }>(
      "select m_minor, f from catalogue.rfm where m_minor = (select max(m_minor) from catalogue.rfm)",
    );
    const target = purchases.find((p) => p.who === 37);
    const index = purchases.indexOf(target as Purchase);
    await take([
      {
        kind: "return",
        key: "R1",
        occurred_at: "2026-11-22T01:00:00Z",
        identities: [],
        body: {
          return_no: "R1",
          original_order_no: `O${index}`,
          lines: [{ sku: "tea", quantity: "1", refund_minor: 37_000 }],
        },
      },
    ]);
    const [after] = await rows<{ m_minor: number; f: number }>(
      `select m_minor, f from catalogue.rfm r where member_id = (select member_id from catalogue.orders where order_no = 'O${index}')`,
    );
    const own = purchases.filter((p) => p.who === 37);
    expect(before).toBeDefined();
    expect(after).toEqual({ m_minor: 37_000 * (own.length - 1), f: own.length - 1 });
    expect(await rfm()).toMatchObject({ version: 1 });
  });
});

describe("a stream of old sales", () => {
  const jobs = () =>
    rows<{ input: unknown }>("select input from store.job where kind = 'value.rfm' and state = 'queued'");

  test("marks the run stale when it is larger than can be brought up to date at once, and one job starts when it rests", async () => {
    const many = Array.from({ length: 1_001 }, (_, i) => order(`N${i}`, 1_000 + i, "2026-11-01", 1));
    await take(many);
    expect(await rfm()).toMatchObject({ stale: true, population: 37 });
    await startWhenQuiet(world().ground);
    expect(await jobs()).toEqual([]);
    world().clock.advance({ seconds: 6 });
    await startWhenQuiet(world().ground);
    await startWhenQuiet(world().ground);
    expect(await jobs()).toEqual([{ input: { thresholds: "keep" } }]);
    await world().ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("delete from value.stale; update store.job set state = 'done'"),
    );
    await computeRfm(world().ground, { thresholds: "keep" });
    expect(await rfm()).toMatchObject({ stale: false, population: 1_038, version: 1 });
  });
});

describe("thresholds are versions", () => {
  test("set by hand, they classify anew; the older version can be put in force again", async () => {
    const { version, thresholds } = (await rfm()) as { version: number; thresholds: Record<string, number> };
    expect(
      (await owner.post("/api/rfm/versions", { m_hi_minor: 100, f_hi: 3, r1_days: 90, r2_days: 30 })).body,
    ).toMatchObject({ code: "value.thresholds_invalid" });
    const set = await owner.post("/api/rfm/versions", { m_hi_minor: 100, f_hi: 3, r1_days: 10, r2_days: 20 });
    expect(set).toMatchObject({ status: 202, body: { version: 2 } });
    await computeRfm(world().ground, { thresholds: "keep" });
    expect(await rfm()).toMatchObject({ version: 2, thresholds: { m_hi_minor: 100, f_hi: 3 } });
    expect(await rows("select count(*) as c from catalogue.rfm where class = 'C'")).toEqual([{ c: 0 }]);
    await world().ground.store.write(SYSTEM_SCOPE, (tx) => tx.query("update store.job set state = 'done'"));
    expect(await owner.post(`/api/rfm/versions/${version}/activate`)).toMatchObject({ status: 202 });
    await computeRfm(world().ground, { thresholds: "keep" });
    expect(await rfm()).toMatchObject({ version, thresholds });
    expect(await owner.post("/api/rfm/versions/99/activate")).toMatchObject({
      status: 404,
      body: { code: "value.version_not_found" },
    });
    expect((await owner.get("/api/rfm/versions")).body).toMatchObject({
      active: 1,
      items: [
        { version: 2, origin: "set" },
        { version: 1, origin: "derived" },
      ],
    });
  });

  test("deriving is a further version, never a change of an old one", async () => {
    await world().ground.store.write(SYSTEM_SCOPE, (tx) => tx.query("update store.job set state = 'done'"));
    expect(await owner.post("/api/rfm/derive")).toMatchObject({ status: 202, body: { job_id: expect.any(String) } });
    await computeRfm(world().ground, { thresholds: "derive" });
    expect(await rfm()).toMatchObject({ version: 3 });
  });

  test("set while a computation still adds some of its own, they are the version after those", async () => {
    const { ground } = world();
    await ground.store.write(SYSTEM_SCOPE, (tx) => tx.query("update store.job set state = 'done'"));
    const [before] = await ground.store.read(SYSTEM_SCOPE, listVersions);
    if (before === undefined) throw new Error("no version to go on from");
    const posted = await whileAdding(
      ground,
      (tx) => addVersion(tx, { ...before, origin: "derived" }),
      () => owner.post("/api/rfm/versions", { f_hi: 1, m_hi_minor: 1, r1_days: 0, r2_days: 1 }),
    );
    expect(posted).toMatchObject({ status: 202, body: { version: before.version + 2 } });
  });
});

async function pages(query: string): Promise<unknown[]> {
  const items: unknown[] = [];
  let cursor = "";
  do {
    const { body } = await owner.get(`/api/rfm/members?${query}&limit=2${cursor}`);
    const page = body as { items: unknown[]; next_cursor: string | null };
    items.push(...page.items);
    cursor = page.next_cursor === null ? "" : `&cursor=${page.next_cursor}`;
  } while (cursor !== "");
  return items;
}
