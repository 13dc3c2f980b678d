import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { whileAdding } from "../../tests/support/open-transaction.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { accept, type ClearRecord, drainPipeline, ensureSource } from "../ingest/index.ts";
import { addDays } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { factorOf, lifetimeValue, spendAYear } from "./clv.ts";
import { computeClv } from "./clv-compute.ts";
import { clvPage } from "./clv-page.ts";
import { addClvVersion, clvVersions, currentClvRun } from "./clv-run-store.ts";
import { computeRfm } from "./compute.ts";

const world = withDatabase();
let owner: OwnerSession;

const PEOPLE = 260;
const LAST = "2026-11-21";

/** Person n buys every 17 to 76 days for changing amounts, from up to 1,000 days ago until at most 400 days ago or now. */
function purchasesOf(who: number): { day: string; yuan: number }[] {
  const gap = 17 + (who % 60);
  const first = 200 + ((who * 37) % 800);
  const until = who % 3 === 0 ? Math.min(first, 40 * (who % 11)) : 0;
  const days: { day: string; yuan: number }[] = [];
  for (let ago = first; ago >= until; ago -= gap)
    days.push({ day: addDays(LAST, -ago), yuan: 20 + ((who * 13 + ago * 7) % 90) });
  return days;
}

function order(key: string, who: number, day: string, yuan: number): ClearRecord {
  return {
    kind: "order",
    key,
    occurred_at: `${day}T04:00:00Z`,
    identities: [{ kind: "card_no", value: `C${who}` }],
    body: {
      order_no: key,
      currency: "CNY",
      lines: [{ line_no: "1", sku: "tea", quantity: "1", unit_price: String(yuan) }],
    },
  };
}

async function take(records: readonly ClearRecord[]): Promise<void> {
  const { ground } = world();
  const source = await ensureSource(ground, { key: "till", name: "Till", kind: "rest" });
  for (let i = 0; i < records.length; i += 1_000)
    await accept(ground, source, records.slice(i, i + 1_000), { protocol: "rest" });
  await drainPipeline(ground);
  await deliverAll(world());
}

const rows = <T>(sql: string, values: readonly unknown[] = []) =>
  world().ground.store.read(SYSTEM_SCOPE, (tx) => tx.query<T & Record<string, unknown>>(sql, values));
const stored = () => rows("select * from catalogue.clv order by member_id");

/** The house formula in one statement over plain purchase days, by another way than the product's. */
const PLAIN = `
with days as (select member_id, business_day as day, net_minor as net from catalogue.purchase_days where business_day <= $1),
t as (select m_hi_minor, f_hi, r1_days, r2_days from value.rfm_run),
now as (select member_id, count(*) filter (where net > 0) as f, sum(net) as m, max(day) filter (where net > 0) as last
  from days where day > $1::date - 365 group by 1 having count(*) filter (where net > 0) > 0),
ago as (select member_id, count(*) filter (where net > 0) as f, sum(net) as m, max(day) filter (where net > 0) as last
  from days where day > $1::date - 730 and day <= $1::date - 365 group by 1 having count(*) filter (where net > 0) > 0),
cells as (select 0 as past, member_id, f, m, case when m < m_hi_minor then 'C' when f >= f_hi then 'A' else 'B' end as class,
    case when $1::date - last <= r1_days then 1 when $1::date - last <= r2_days then 2 else 3 end as level from now, t
  union all select 1, member_id, f, m, case when m < m_hi_minor then 'C' when f >= f_hi then 'A' else 'B' end,
    case when $1::date - 365 - last <= r1_days then 1 when $1::date - 365 - last <= r2_days then 2 else 3 end from ago, t),
back as (select c.class, c.level, exists (select from now n where n.member_id = c.member_id) as again from cells c where past = 1),
g as (select greatest(-0.3, least(0.3, (select sum(m) from now) * (select count(*) from ago)
   / ((select count(*) from now) * (select sum(m) from ago)) - 1)) as g),
r as (select c.member_id, c.f, c.m, (select case
    when count(*) filter (where b.class = c.class and b.level = c.level) >= 100
      then avg(again::int) filter (where b.class = c.class and b.level = c.level)
    when count(*) filter (where b.class = c.class) >= 100 then avg(again::int) filter (where b.class = c.class)
    else avg(again::int) end from back b) as r
  from cells c where past = 0),
n as (select r.*, case when r.r = 1 then 5 else least(5, greatest(1, floor(round(1 / (1 - r.r), 12))))::int end as years from r)
select n.member_id, round(n.m / n.f * n.f * 365 / least(365, greatest(90, $1::date - (select min(day) from days d where d.member_id = n.member_id and net > 0) + 1))
  * n.r * (select sum((1 + g.g) ^ k) from generate_series(1, n.years) k, g))::bigint as clv_minor, n.years
from n order by 1`;

beforeAll(async () => {
  owner = await signInOwner(world());
  const people = Array.from({ length: PEOPLE }, (_, i) => i + 1);
  await take([
    ...people.map(
      (who): ClearRecord => ({
        kind: "member",
        key: `M${who}`,
        occurred_at: "2023-01-01T00:00:00Z",
        identities: [{ kind: "card_no", value: `C${who}` }],
        body: { joined_at: "2023-01-01T00:00:00Z" },
      }),
    ),
    ...people.flatMap((who) => purchasesOf(who).map(({ day, yuan }, i) => order(`O${who}-${i}`, who, day, yuan))),
  ]);
});
afterAll(() => owner.app.close());

describe("lifetime value of a brand", () => {
  test("without RFM there is none, and the page says so", async () => {
    await computeClv(world().ground, { borders: "first" });
    expect((await owner.get("/api/clv")).body).toEqual({ state: "none" });
    expect(await stored()).toEqual([]);
  });

  test("equals plain SQL for every member, with R by cell, class and all", async () => {
    await computeRfm(world().ground, { thresholds: "first" });
    await computeClv(world().ground, { borders: "first" });
    const plain = await rows<{ member_id: number; clv_minor: number; years: number }>(PLAIN, [LAST]);
    const own = await rows("select member_id, clv_minor, years from catalogue.clv order by 1");
    expect(own.length).toBeGreaterThan(150);
    expect(own).toEqual(plain);
    const run = await world().ground.store.read(SYSTEM_SCOPE, currentClvRun);
    expect(run?.parameters.is_short).toBe(false);
    expect(new Set(run?.parameters.rates.map((rate) => rate.source)).size).toBeGreaterThan(1);
  });

  test("has no value for members without a purchase in the window", async () => {
    const outside = await rows(
      "select member_id from catalogue.clv where member_id not in (select member_id from catalogue.rfm)",
    );
    expect(outside).toEqual([]);
  });

  test("bands are cut by nearest rank once, and the page counts everybody", async () => {
    const answer = (await owner.get("/api/clv")).body as {
      population: number;
      version: number;
      bands: { band: string; members: number }[];
      distribution: { from_minor: number; to_minor: number | null; members: number }[];
      hold_out: { members: number; judgements: { model: string; deciles: { members: number }[] }[] };
    };
    const sum = (list: readonly { members: number }[]) => list.reduce((total, row) => total + row.members, 0);
    expect(answer.version).toBe(1);
    expect(sum(answer.bands)).toBe(answer.population);
    expect(sum(answer.distribution)).toBe(answer.population);
    const values = (await rows<{ clv_minor: number }>("select clv_minor from catalogue.clv order by 1 desc")).map(
      (row) => row.clv_minor,
    );
    const high = values[Math.ceil(values.length * 0.15) - 1];
    expect(answer.bands[0]?.members).toBe(values.filter((value) => value >= (high ?? 0)).length);
    expect(answer.hold_out.judgements.map((one) => one.model)).toEqual(["house", "bgnbd"]);
    for (const one of answer.hold_out.judgements) expect(sum(one.deciles)).toBe(answer.hold_out.members);
    for (const bucket of answer.distribution) {
      const to = bucket.to_minor === null ? "" : `&to_minor=${bucket.to_minor}`;
      const from = bucket.from_minor === 0 ? "" : `&from_minor=${bucket.from_minor}`;
      const page = (await owner.get(`/api/clv/members?limit=200${from}${to}`)).body as { items: unknown[] };
      expect(page.items).toHaveLength(Math.min(200, bucket.members));
    }
  });

  test("late sales bring their members at once to what the formula says with the parameters of the run", async () => {
    const before = new Map((await stored()).map((row) => [row["member_id"], row["clv_minor"]]));
    await take([order("LATE1", 1, addDays(LAST, -3), 500), order("LATE2", 2, addDays(LAST, -600), 90)]);
    const run = await world().ground.store.read(SYSTEM_SCOPE, currentClvRun);
    if (run === undefined) throw new Error("there is no run");
    const { rates, growth } = run.parameters;
    const known = await rows<{ member_id: number; clv_minor: number; cell: string; m: number; ago: number }>(
      `select c.member_id, c.clv_minor, r.cell,
         (select sum(net_minor) from catalogue.purchase_days d where d.member_id = c.member_id and business_day > $1::date - 365 and business_day <= $1)::bigint as m,
         $1::date - (select min(business_day) from catalogue.purchase_days d where d.member_id = c.member_id and net_minor > 0) as ago
       from catalogue.clv c join catalogue.rfm r using (member_id)`,
      [LAST],
    );
    expect(known.length).toBeGreaterThan(100);
    for (const { member_id, clv_minor, cell, m, ago } of known) {
      const rate = rates.find((one) => one.cell === cell);
      if (rate === undefined) throw new Error(`no rate of ${cell}`);
      const share = { n: BigInt(rate.bought), d: BigInt(rate.members) };
      const factor = factorOf(share, { n: BigInt(growth.n), d: BigInt(growth.d) }, rate.years);
      const expected = Number(lifetimeValue(spendAYear(m, ago), factor));
      expect([member_id, clv_minor]).toEqual([member_id, expected]);
      if (member_id > 2) expect(before.get(member_id)).toBe(clv_minor);
    }
    expect(known.find((row) => row.member_id === 1)?.clv_minor).not.toBe(before.get(1));
  });

  test("a whole computation after them equals plain SQL again and keeps the borders", async () => {
    const run = await world().ground.store.read(SYSTEM_SCOPE, currentClvRun);
    await computeClv(world().ground, { borders: "keep" });
    const fresh = await world().ground.store.read(SYSTEM_SCOPE, currentClvRun);
    expect(fresh?.version).toBe(run?.version);
    const whole = await rows("select member_id, clv_minor, years from catalogue.clv order by 1");
    expect(whole).toEqual(await rows(PLAIN, [LAST]));
  });

  test("lists show a person of some stores their members only", async () => {
    const { ground } = world();
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("update members.profile set home_store_code = case when member_id % 2 = 0 then 'S2' else 'S1' end"),
    );
    const scope = { regions: "all", stores: ["S2"], brands: "all" } as const;
    const { member_ids } = await ground.store.read(scope, (tx) => clvPage(tx, {}, scope, undefined, 200));
    const all = await rows<{ member_id: number }>("select member_id from catalogue.clv where member_id % 2 = 0");
    expect(member_ids.length).toBeGreaterThan(0);
    expect([...member_ids].sort((x, y) => x - y)).toEqual(all.map((row) => row.member_id).sort((x, y) => x - y));
  });

  test("borders set by a person are a further version, and marks go to members whose band changed", async () => {
    expect(await owner.post("/api/clv/versions", { high_minor: 10, middle_minor: 20 })).toMatchObject({
      status: 422,
      body: { code: "value.borders_invalid" },
    });
    const answer = await owner.post("/api/clv/versions", { high_minor: 1, middle_minor: 0 });
    expect(answer).toMatchObject({ status: 202, body: { version: 2 } });
    await world().ground.store.write(SYSTEM_SCOPE, (tx) => tx.query("delete from tags.dirty"));
    const low = await rows<{ member_id: number }>(
      "select member_id from catalogue.clv where band <> 'high' order by 1",
    );
    await computeClv(world().ground, { borders: "keep" });
    expect(await rows("select distinct band from catalogue.clv")).toEqual([{ band: "high" }]);
    expect(await rows("select member_id from tags.dirty order by 1")).toEqual(low);
  });

  test("borders set while a computation still adds some of its own are the version after those", async () => {
    const { ground } = world();
    await ground.store.write(SYSTEM_SCOPE, (tx) => tx.query("update store.job set state = 'done'"));
    const [before] = await ground.store.read(SYSTEM_SCOPE, clvVersions);
    if (before === undefined) throw new Error("no version to go on from");
    const posted = await whileAdding(
      ground,
      (tx) => addClvVersion(tx, { ...before, origin: "derived" }),
      () => owner.post("/api/clv/versions", { high_minor: 1, middle_minor: 0 }),
    );
    expect(posted).toMatchObject({ status: 202, body: { version: before.version + 2 } });
  });
});
