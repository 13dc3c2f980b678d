import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TAG_DEFINITIONS } from "../../definitions/tags/index.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { accept, type ClearRecord, drainPipeline, ensureSource } from "../ingest/index.ts";
import { refreshLake } from "../lake/index.ts";
import { addDays } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { bookOf, computeAll } from "../tags/index.ts";
import { computeLifecycle, computeSilence } from "./lifecycle.ts";
import { lostWhatIf } from "./lost-what-if.ts";

const world = withDatabase();
let owner: OwnerSession;
/** The business day of the injected clock. */
const TODAY = "2026-11-22";

/** Who bought what so many days ago: sku and yuan for each line of the last order. */
const PEOPLE: readonly (readonly [card: string, days: number, lines: readonly (readonly [string, number])[]])[] = [
  ...[179, 180, 364, 365].flatMap((days) => [
    [`pot-${days}`, days, [["pot", 100]]] as const,
    [`leaf-${days}`, days, [["leaf", 100]]] as const,
  ]),
  // the larger amount rules, and of equal ones the first by code point: 茶具 U+8336 U+5177 before 茶叶 U+8336 U+53F6
  [
    "mixed-pot",
    200,
    [
      ["leaf", 40],
      ["pot", 30],
      ["pot", 30],
    ],
  ],
  [
    "mixed-leaf",
    200,
    [
      ["leaf", 70],
      ["pot", 60],
    ],
  ],
  [
    "equal",
    200,
    [
      ["leaf", 50],
      ["pot", 50],
    ],
  ],
  // goods without a category rule only where there is nothing else
  [
    "half-known",
    200,
    [
      ["unknown", 90],
      ["pot", 10],
    ],
  ],
  ["nameless", 200, [["unknown", 90]]],
];

const record = (
  kind: ClearRecord["kind"],
  key: string,
  card: string | null,
  at: string,
  body: object,
): ClearRecord => ({
  kind,
  key,
  occurred_at: at,
  identities: card === null ? [] : [{ kind: "card_no", value: card }],
  body: { ...body },
});
const order = (key: string, card: string, day: string, lines: readonly (readonly [string, number])[]) =>
  record("order", key, card, `${day}T04:00:00Z`, {
    order_no: key,
    currency: "CNY",
    lines: lines.map(([sku, yuan], i) => ({ line_no: String(i + 1), sku, quantity: "1", unit_price: String(yuan) })),
  });
const product = (sku: string, category_1: string) =>
  record("product", sku, null, "2024-01-01T00:00:00Z", { sku, name: sku, category_1 });

const rows = <T>(sql: string, values: readonly unknown[] = []) =>
  world().ground.store.read(SYSTEM_SCOPE, (tx) => tx.query<T & Record<string, unknown>>(sql, values));

async function computeTags(): Promise<void> {
  await computeAll(world().ground, bookOf(world().ground), {
    signal: new AbortController().signal,
    progress: async () => {},
  });
}

/** Stages by the last order's number. */
async function stages(): Promise<Readonly<Record<string, string>>> {
  const found = await rows<{ order_no: string; value: string }>(
    `select distinct o.order_no, t.value_text as value from catalogue.orders o join catalogue.tag_values t using (member_id)
     where t.tag = 'lifecycle_stage' and o.order_no like '%last' order by 1`,
  );
  return Object.fromEntries(found.map(({ order_no, value }) => [order_no.replace(" last", ""), value]));
}

const save = (rules: readonly object[], based_on: number, reason = "茶具耐用") =>
  owner.put("/api/lifecycle/rules", { rules, based_on, reason });

beforeAll(async () => {
  owner = await signInOwner(world());
  const { ground } = world();
  const source = await ensureSource(ground, { key: "till", name: "Till", kind: "rest" });
  await accept(
    ground,
    source,
    [
      product("pot", "茶具"),
      product("leaf", "茶叶"),
      ...PEOPLE.flatMap(([card, days, lines]) => [
        record("member", `M ${card}`, card, "2025-01-01T04:00:00Z", { joined_at: "2025-01-01T04:00:00Z" }),
        // an earlier order of the other category rules nobody
        order(`${card} first`, card, addDays(TODAY, -days - 20), [[lines[0]?.[0] === "pot" ? "leaf" : "pot", 500]]),
        order(`${card} last`, card, addDays(TODAY, -days), lines),
      ]),
    ],
    { protocol: "rest" },
  );
  await drainPipeline(ground);
  await deliverAll(world());
  await computeTags();
});
afterAll(() => owner.app.close());

const BY_DEFAULT = {
  "pot-179": "silent",
  "leaf-179": "silent",
  "pot-180": "lost",
  "leaf-180": "lost",
  "pot-364": "lost",
  "leaf-364": "lost",
  "pot-365": "lost",
  "leaf-365": "lost",
  "mixed-pot": "lost",
  "mixed-leaf": "lost",
  equal: "lost",
  "half-known": "lost",
  nameless: "lost",
};
const TEAWARE = [{ category: "茶具", lost_after_days: 365 }];
/** 茶具 365: whose last order was mostly 茶具 is silent until day 364. */
const BY_RULE = {
  ...BY_DEFAULT,
  "pot-180": "silent",
  "pot-364": "silent",
  "mixed-pot": "silent",
  equal: "silent",
  "half-known": "silent",
};

describe("days after which members of a category are lost", () => {
  test("without rules everybody is lost after 180 days, and the tag is the shipped one", async () => {
    expect(await stages()).toEqual(BY_DEFAULT);
    const shipped = TAG_DEFINITIONS.find(({ key }) => key === "lifecycle_stage");
    expect(bookOf(world().ground).get("lifecycle_stage")?.definition).toBe(shipped);
    expect((await owner.get("/api/lifecycle/rules")).body).toMatchObject({
      version: 0,
      rules: [],
      default_days: 180,
      categories: ["茶具", "茶叶"],
      versions: [],
    });
  });

  test("what other rules would change is counted before they are saved, the same by records and lake", async () => {
    const answer = await owner.post("/api/lifecycle/rules/what-if", { rules: TEAWARE });
    expect(answer.body).toEqual({
      lost_before: 11,
      lost_after: 6,
      becomes_lost: 0,
      no_longer_lost: 5,
      standings: [
        { standing: "active", before: 0, after: 0 },
        { standing: "silent", before: 2, after: 7 },
        { standing: "lost", before: 11, after: 6 },
      ],
      moves: [{ from: "lost", to: "silent", members: 5 }],
    });
    const { ground } = world();
    const sooner = [{ category: "茶叶", lost_after_days: 90 }];
    const by = await lostWhatIf(ground, TEAWARE, sooner);
    // leaf-179 becomes lost; the five of 茶具 are lost again after 180 days
    expect(by).toMatchObject({ lost_before: 6, lost_after: 12, becomes_lost: 6, no_longer_lost: 0 });
    expect(by.moves).toEqual([{ from: "silent", to: "lost", members: 6 }]);
    await refreshLake(ground);
    expect(await lostWhatIf(ground, TEAWARE, sooner, 0)).toEqual(by);
    expect(await stages()).toEqual(BY_DEFAULT);
  });

  test("wrong rules are refused with a sentence, and nothing is kept", async () => {
    const refused = async (rules: readonly object[], based_on = 0) => {
      const { status, body } = await save(rules, based_on);
      return [status, (body as { code: string }).code];
    };
    expect(await refused([{ category: "茶巾", lost_after_days: 365 }])).toEqual([422, "value.category_unknown"]);
    expect(await refused([...TEAWARE, ...TEAWARE])).toEqual([422, "value.category_twice"]);
    expect(await refused(TEAWARE, 7)).toEqual([409, "value.lost_rules_changed"]);
    for (const lost_after_days of [29, 1096, 180.5])
      expect((await refused([{ category: "茶具", lost_after_days }]))[0]).toBe(400);
    for (const reason of ["", "  ", "x".repeat(201)]) expect((await save(TEAWARE, 0, reason)).status).toBe(400);
    expect((await owner.get("/api/lifecycle/rules")).body).toMatchObject({ version: 0, rules: [] });
  });

  test("a rule of 365 days holds from its version on: tag, month ends, silent members and reasons follow", async () => {
    const { ground } = world();
    const saved = await save(TEAWARE, 0);
    expect([saved.status, (saved.body as { version: number }).version]).toEqual([202, 1]);
    await computeTags();
    expect(await stages()).toEqual(BY_RULE);
    await computeLifecycle(ground);
    await computeSilence(ground);
    const silent = Object.values(BY_RULE).filter((stage) => stage === "silent").length;
    expect(await rows("select stage, members::int from value.silence where stage <> 'soon' order by 1")).toEqual([
      { stage: "lost", members: PEOPLE.length - silent },
      { stage: "silent", members: silent },
    ]);
    const flows = () =>
      rows(
        "select month, from_state, to_state, members::int from value.month_flow where kind = 'lifecycle' order by 1, 2, 3",
      );
    // a day earlier pot-365 is silent still, and pot-179 and leaf-180 and -179 are: the month end of the closed day
    const [now] = await rows<{ members: number }>(
      "select sum(members)::int as members from value.month_flow where kind = 'lifecycle' and month = '2026-11' and to_state = 'lost'",
    );
    expect(now?.members).toBe(4);
    const records = await flows();
    await refreshLake(ground);
    await computeLifecycle(ground, 0);
    expect(await flows()).toEqual(records);
    expect(await rows("select version, engine from value.month_flow_run where kind = 'lifecycle'")).toEqual([
      { version: 1, engine: "duckdb" },
    ]);
    const view = (await owner.get("/api/lifecycle")).body as { stages: { value: string; meaning_zh: string }[] };
    expect(view.stages.find(({ value }) => value === "lost")?.meaning_zh).toContain("茶具 365 天");
  });

  test("every version is kept with its author and day, and audited", async () => {
    const answer = (await owner.get("/api/lifecycle/rules")).body as { versions: Record<string, unknown>[] };
    expect(answer.versions).toEqual([
      {
        version: 1,
        rules: TEAWARE,
        person_name: expect.any(String),
        made_at: world().clock.now().toISOString(),
        reason: "茶具耐用",
      },
    ]);
    const [audit] = await rows<{ subject: unknown }>(
      "select subject from access.audit where action like '%lifecycle/rules%' order by sequence desc limit 1",
    );
    expect(audit?.subject).toMatchObject({ version: 1, rules: 1, reason: "茶具耐用" });
  });

  test("of two people who change the same version the second is told which is in force, and nothing is overwritten", async () => {
    const second = await save([{ category: "茶叶", lost_after_days: 90 }], 0);
    expect(second).toMatchObject({ status: 409, body: { code: "value.lost_rules_changed" } });
    expect((await owner.get("/api/lifecycle/rules")).body).toMatchObject({ version: 1, rules: TEAWARE });
    const both = await Promise.all(
      [save(TEAWARE, 1, "甲先存"), save([], 1, "乙后存")].map(async (one) => (await one).status),
    );
    expect(both.toSorted()).toEqual([202, 409]);
    expect((await save(TEAWARE, 2)).status).toBe(202);
    await computeTags();
  });

  test("the turn of a day is enough: a member becomes lost on day 365 with no record and no full computation", async () => {
    const wakes = bookOf(world().ground).outputs(TODAY, ["lifecycle_stage"]).wakes;
    expect(wakes.length).toBeGreaterThan(0);
    expect(JSON.stringify(wakes)).toContain('"value":365');
  });

  test("without rules again everybody has the stage of before", async () => {
    expect((await save([], 3)).status).toBe(202);
    await computeTags();
    expect(await stages()).toEqual(BY_DEFAULT);
  });

  test("as many rules as may be, each of other days, leave room for every tag that names the stage", async () => {
    const book = bookOf(world().ground);
    const before = book.missing.size;
    const rules = Array.from({ length: 20 }, (_, i) => ({ category: `品类${i}`, lost_after_days: 200 + i }));
    book.follow(new Map(), undefined, { version: 99, rules });
    expect(book.missing.size).toBe(before);
    expect(book.get("churn_risk")).toBeDefined();
    book.follow(new Map(), undefined, { version: 2, rules: [] });
  });
});
