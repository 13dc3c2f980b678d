import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { accept, type ClearRecord, drainPipeline, ensureSource } from "../ingest/index.ts";
import { refreshLake } from "../lake/index.ts";
import { addDays } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { computeRfm } from "./compute.ts";
import { computeLifecycle, computeRfmFlows, computeSilence } from "./lifecycle.ts";
import { asOf, monthEnds } from "./month-ends.ts";

const world = withDatabase();
let owner: OwnerSession;
const PEOPLE = 90;
const LAST = "2026-11-21";

const purchases = Array.from({ length: PEOPLE }, (_, i) => i + 1).flatMap((who) =>
  Array.from({ length: who % 6 }, (_x, k) => ({
    who,
    day: addDays(LAST, -((who * 29) % 500) - k * (10 + (who % 40))),
    yuan: 10 + ((who * 7 + k) % 50),
  })),
);
const joinDay = (who: number) => addDays(LAST, -((who * 11) % 900));

const record = (kind: "member" | "order", key: string, who: number, at: string, body: object): ClearRecord => ({
  kind,
  key,
  occurred_at: at,
  identities: [{ kind: "card_no", value: `C${who}` }],
  body: { ...body },
});
const order = (key: string, who: number, day: string, yuan: number) =>
  record("order", key, who, `${day}T04:00:00Z`, {
    order_no: key,
    currency: "CNY",
    lines: [{ line_no: "1", sku: "tea", quantity: "1", unit_price: String(yuan) }],
  });

async function take(records: readonly ClearRecord[]): Promise<void> {
  const { ground } = world();
  const source = await ensureSource(ground, { key: "till", name: "Till", kind: "rest" });
  await accept(ground, source, records, { protocol: "rest" });
  await drainPipeline(ground);
  await deliverAll(world());
}

const rows = <T>(sql: string, values: readonly unknown[] = []) =>
  world().ground.store.read(SYSTEM_SCOPE, (tx) => tx.query<T & Record<string, unknown>>(sql, values));

beforeAll(async () => {
  owner = await signInOwner(world());
  const people = Array.from({ length: PEOPLE }, (_, i) => i + 1);
  await take([
    ...people.map((who) =>
      record("member", `M${who}`, who, `${joinDay(who)}T04:00:00Z`, { joined_at: `${joinDay(who)}T04:00:00Z` }),
    ),
    ...purchases.map(({ who, day, yuan }, i) => order(`O${i}`, who, day, yuan)),
  ]);
});
afterAll(() => owner.app.close());

/** The stage on a day in plain SQL, from the words of measures.md. */
const STAGE = `select m.member_id, m.join_day, case
    when last is null then 'never_bought' when $1::date - last >= 180 then 'lost' when $1::date - last >= 90 then 'silent'
    when $1::date - first <= 30 then 'new' when year >= 4 then 'mature' else 'growing' end as state
  from catalogue.members m left join lateral (
    select min(business_day) as first, max(business_day) as last, count(*) filter (where business_day > $1::date - 365) as year
    from catalogue.purchase_days d where d.member_id = m.member_id and net_minor > 0 and business_day <= $1) d on true`;
const placed = (sql: string, nowhere: string) =>
  `select member_id, case when state = '${nowhere}' and join_day > $1 then 'outside' else state end as state from (${sql}) s`;

async function plainFlows(sql: string, nowhere: string) {
  const ends = monthEnds(LAST);
  const found: { month: string; from_state: string; to_state: string; members: number }[] = [];
  for (const [i, end] of ends.entries()) {
    const before = ends[i - 1];
    if (before === undefined) continue;
    const a = new Map(
      (await rows<{ member_id: number; state: string }>(placed(sql, nowhere), [before.day])).map((r) => [
        r.member_id,
        r.state,
      ]),
    );
    const counts = new Map<string, number>();
    for (const { member_id, state } of await rows<{ member_id: number; state: string }>(placed(sql, nowhere), [
      end.day,
    ]))
      if (state !== "outside")
        counts.set(`${a.get(member_id)} ${state}`, (counts.get(`${a.get(member_id)} ${state}`) ?? 0) + 1);
    for (const [key, members] of [...counts].sort()) {
      const [from_state = "", to_state = ""] = key.split(" ");
      found.push({ month: end.month, from_state, to_state, members });
    }
  }
  return found;
}

const storedFlows = (kind: string) =>
  rows(
    'select month, from_state, to_state, members from value.month_flow where kind = $1 order by month, from_state collate "C", to_state collate "C"',
    [kind],
  );

describe("month ends", () => {
  test("are the last day of thirteen closed months, and the running one so far", () => {
    const ends = monthEnds("2026-11-21");
    expect(ends).toHaveLength(14);
    expect([ends[0], ends[12], ends[13]]).toEqual([
      { month: "2025-10", day: "2025-10-31", is_closed: true },
      { month: "2026-10", day: "2026-10-31", is_closed: true },
      { month: "2026-11", day: "2026-11-21", is_closed: false },
    ]);
    expect(monthEnds("2026-02-28").at(-1)).toEqual({ month: "2026-02", day: "2026-02-28", is_closed: true });
  });

  test("an expression that cannot be moved to another day is refused, not counted wrong", () => {
    const month = {
      node: "aggregate",
      function: "count",
      relation: "orders",
      window: { kind: "calendar", unit: "month" },
    };
    expect(() => asOf(month as never, "2026-10-31")).toThrow("calendar windows");
  });
});

describe("flows", () => {
  test("of lifecycle stages are those of plain SQL asked at each month end", async () => {
    await computeLifecycle(world().ground);
    const stored = await storedFlows("lifecycle");
    expect(stored.length).toBeGreaterThan(40);
    expect(stored).toEqual(await plainFlows(STAGE, "never_bought"));
  });

  test("a late order restates a closed month beside what it was closed with", async () => {
    const total =
      "select month, sum(members)::int as now, sum(closed_members)::int as then from value.month_flow where month = '2026-09' and to_state = 'never_bought' group by 1";
    const [before] = await rows<{ now: number }>(total);
    const never = await rows<{ member_id: number }>(
      "select m.member_id from catalogue.members m where join_day <= '2026-08-01' and not exists (select from catalogue.purchase_days d where d.member_id = m.member_id)",
    );
    expect(never.length).toBeGreaterThan(0);
    // person 6 never bought and joined long ago
    const lucky =
      Array.from({ length: PEOPLE }, (_, i) => i + 1).find((who) => who % 6 === 0 && joinDay(who) <= "2026-08-01") ?? 0;
    await take([order("LATE", lucky, "2026-09-15", 40)]);
    await computeLifecycle(world().ground);
    const [after] = await rows<{ now: number; then: number }>(total);
    expect(after).toEqual({ month: "2026-09", now: (before?.now ?? 0) - 1, then: before?.now });
  });

  test("of RFM end in the cells of the present run", async () => {
    await computeRfm(world().ground, { thresholds: "first" });
    await computeRfmFlows(world().ground);
    const ends = await rows(
      "select to_state as cell, sum(members)::int as members from value.month_flow where kind = 'rfm' and month = '2026-11' and to_state not in ('never', 'over_365') group by 1 order by 1",
    );
    const cells = await rows("select cell, count(*)::int as members from catalogue.rfm group by 1 order by 1");
    expect(ends).toEqual(cells);
    const others = ((await owner.get("/api/rfm")).body as { others: Record<string, number> }).others;
    const outside = await rows(
      "select to_state as state, sum(members)::int as members from value.month_flow where kind = 'rfm' and month = '2026-11' and to_state in ('never', 'over_365') group by 1 order by 1",
    );
    expect(outside).toEqual([
      { state: "never", members: others["never"] },
      { state: "over_365", members: others["over_365"] },
    ]);
  });
});

describe("what if", () => {
  test("counts whom other thresholds would move, and changes nothing", async () => {
    const before = await rows("select member_id, class, level from value.rfm_member order by 1");
    const answer = (await owner.post("/api/rfm/what-if", { m_hi_minor: 5_000, f_hi: 2, r1_days: 10, r2_days: 60 }))
      .body as {
      moves: { from_cell: string; to_cell: string; members: number }[];
      changed_cell: number;
    };
    const stored = await rows<{ r_days: number; f: number; m_minor: number; cell: string }>(
      "select * from catalogue.rfm",
    );
    const cellOf = (r: { r_days: number; f: number; m_minor: number }) =>
      (r.m_minor < 5_000 ? "C" : r.f >= 2 ? "A" : "B") + (r.r_days <= 10 ? "1" : r.r_days <= 60 ? "2" : "3");
    expect(answer.changed_cell).toBe(stored.filter((row) => cellOf(row) !== row.cell).length);
    for (const move of answer.moves)
      expect(move.members).toBe(
        stored.filter((row) => row.cell === move.from_cell && cellOf(row) === move.to_cell).length,
      );
    expect(await rows("select member_id, class, level from value.rfm_member order by 1")).toEqual(before);
  });

  test("the quantile of the derived thresholds moves nobody", async () => {
    const answer = (await owner.post("/api/rfm/what-if", { high_percent: 15, r1_days: 30, r2_days: 90 })).body;
    expect(answer).toMatchObject({ changed_cell: 0, changed_class: 0 });
    expect(await owner.post("/api/rfm/what-if", { high_percent: 15, r1_days: 90, r2_days: 90 })).toMatchObject({
      status: 422,
      body: { code: "value.thresholds_invalid" },
    });
  });
});

describe("silence", () => {
  test("each silent member has one primary reason, and each reason counts its members", async () => {
    await computeSilence(world().ground);
    const answer = (await owner.get("/api/lifecycle")).body as {
      silence: {
        stage: string;
        members: number;
        reasons: { key: string; members: number; primary: number; condition: unknown }[];
      }[];
    };
    const silent = answer.silence.find((row) => row.stage === "silent");
    const [plain] = await rows<{ members: number; single: number }>(
      `select count(*)::int as members, count(*) filter (where n = 1)::int as single from (
         select member_id, max(business_day) as last, count(*) as n from catalogue.purchase_days where net_minor > 0 group by 1) d
       where date '2026-11-22' - last between 90 and 179`,
    );
    expect(silent?.members).toBe(plain?.members);
    expect(silent?.reasons.find((reason) => reason.key === "single_purchase")?.members).toBe(plain?.single);
    expect(silent?.reasons.reduce((sum, reason) => sum + reason.primary, 0)).toBe(silent?.members);
    for (const { key, condition, members } of silent?.reasons ?? []) {
      if (condition === null || members === 0) continue;
      const page = await owner.get(`/api/lifecycle/silent/members?stage=silent&reason=${key}&limit=200`);
      expect((page.body as { items: unknown[] }).items).toHaveLength(members);
      const count = await owner.post("/api/segments/count", { condition });
      expect([key, count.status]).toEqual([key, 200]);
    }
  });
});

describe("the lake", () => {
  test("gives the same flows and signs as the records", async () => {
    const { ground } = world();
    const all = async () => ({
      flows: await rows("select kind, month, from_state, to_state, members from value.month_flow order by 1, 2, 3, 4"),
      silence: await rows("select stage, members, reasons, categories from value.silence order by 1"),
      members: await rows("select member_id, stage, reasons from value.silent_member order by 1"),
    });
    await computeLifecycle(ground);
    await computeRfmFlows(ground);
    await computeSilence(ground);
    const records = await all();
    await refreshLake(ground);
    await computeLifecycle(ground, 0);
    await computeRfmFlows(ground, 0);
    await computeSilence(ground, 0);
    expect(await rows("select distinct engine from value.month_flow_run")).toEqual([{ engine: "duckdb" }]);
    expect(await all()).toEqual(records);
    expect(records.members.length).toBeGreaterThan(10);
  });
});
