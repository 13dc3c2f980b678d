import { beforeAll, describe, expect, test } from "vitest";
import exceljs from "exceljs";
import { seedWorld } from "../../examples/tea-house/seed.ts";
import { catalogueData } from "../../tests/support/catalogue-data.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { build as q, checkedTree, type DataSet, evaluate, type Expression } from "../query/index.ts";
import { refreshLake } from "../lake/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { bookOf, settleTags } from "../tags/index.ts";
import { countCondition } from "./count.ts";
import { MemberSet } from "./member-set.ts";
import { factsOf } from "./portrait-facts.ts";
import { recordFacts } from "./portrait-records-store.ts";
import { type Borders, lakeFacts, type Spread } from "./portrait-store.ts";
import { type Portrait, portraitOf } from "./portrait.ts";
import { portraitWorkbook } from "./portrait-workbook.ts";
import { saveSegment } from "./segments.ts";

const world = withDatabase();
const NOW = new Date("2026-11-22T08:00:00Z");
const buyers = q.atLeast(q.tag("orders_365d"), 2);
let data: DataSet;

beforeAll(async () => {
  const { ground, clock } = world();
  clock.set(NOW);
  await seedWorld(ground, { members: 150, seed: 4, until: NOW });
  await deliverAll(world());
  await settleTags(ground, bookOf(ground));
  data = await catalogueData(ground);
});

const draw = (condition: Expression, against?: Expression, scope = SYSTEM_SCOPE): Promise<Portrait> =>
  portraitOf(world().ground, scope, { condition }, against === undefined ? undefined : { condition: against });

function idsBy(condition: Expression): number[] {
  const { ground } = world();
  const tree = checkedTree(condition, ground.catalogue, bookOf(ground).references);
  const ids = (data["members"] ?? []).map((row) => Number(row["member_id"]));
  return ids.filter((id) => evaluate(tree, data, ground.catalogue, id, "2026-11-22") === true);
}

describe("a portrait of a group", () => {
  test("every cell counts the members of the group for whom its condition holds", async () => {
    const portrait = await draw(buyers);
    expect(portrait.group.count).toBe(idsBy(buyers).length);
    const cells = portrait.facts.flatMap((fact) => fact.cells.map((cell) => ({ fact, cell })));
    expect(cells.length).toBeGreaterThan(40);
    for (const { fact, cell } of cells.filter((_, place) => place % 3 === 0)) {
      const members = idsBy(q.and(buyers, cell.condition as Expression));
      expect([fact.key, cell.value, cell.count]).toEqual([fact.key, cell.value, members.length]);
    }
  });

  test("the share of the base is that of everybody with a value", async () => {
    const portrait = await draw(buyers);
    const tier = portrait.facts.find(({ key }) => key === "tag:city_tier");
    expect(tier).toBeDefined();
    const known = idsBy(q.isKnown(q.tag("city_tier"))).length;
    for (const cell of tier?.cells ?? []) {
      const all = idsBy(cell.condition as Expression).length;
      expect([cell.value, cell.base_share_bp]).toEqual([cell.value, Math.floor((all * 20_000 + known) / (2 * known))]);
    }
  });

  test("no cell of fewer than ten members, no personal value, and what is left out is named", async () => {
    const portrait = await draw(buyers);
    expect(portrait.facts.every((fact) => fact.cells.every((cell) => cell.count >= 10))).toBe(true);
    const keys = portrait.facts.map(({ key }) => key);
    for (const key of ["gender", "age_band", "birthday_month"]) {
      expect(keys).not.toContain(`tag:${key}`);
      expect(portrait.left_out.find((left) => left.key === key)?.reason).toBe("personal");
    }
    expect(portrait.left_out).toContainEqual(expect.objectContaining({ key: "invited_by", reason: "identifier" }));
  });

  test("what the condition asks for stands apart and is no news", async () => {
    const city = q.isIn(q.member("city_tier"), ["first", "new_first"]);
    const portrait = await draw(city);
    const apart = portrait.facts.filter((fact) => fact.by_definition).map(({ key }) => key);
    expect(apart).toEqual(expect.arrayContaining(["tag:city_tier", "tag:city"]));
    expect(apart).not.toContain("tag:tier");
    expect(portrait.sentences.filter(({ fact }) => apart.includes(fact))).toEqual([]);
  });

  test("the sentences say what is unusual in both languages, the strongest first, one of each tag", async () => {
    const { sentences, facts } = await draw(buyers);
    expect(sentences.length).toBeGreaterThan(0);
    expect(new Set(sentences.map(({ fact }) => fact)).size).toBe(sentences.length);
    const weights = sentences.map(({ fact, value }) => {
      return facts.find(({ key }) => key === fact)?.cells.find((cell) => cell.value === value)?.weight ?? 0;
    });
    expect(weights).toEqual([...weights].sort((a, b) => b - a));
    expect(sentences[0]?.zh).toMatch(/的占 \d+\.\d%，全体为 \d+\.\d%（\d+\.\d+ 倍）$/);
    expect(sentences[0]?.en).toMatch(/^\d+\.\d% have “.+” .+, against \d+\.\d% of everybody \(\d+\.\d+ times\)$/);
  });

  test("everybody beside everybody is nothing unusual", async () => {
    const portrait = await draw(q.and());
    expect(portrait.sentences).toEqual([]);
    expect(portrait.tests).toBe(0);
    expect(portrait.orders?.net_share_bp).toBe(10_000);
  });

  test("medians and quartiles are nearest ranks of the group", async () => {
    const portrait = await draw(buyers);
    const spend = portrait.facts.find(({ key }) => key === "tag:orders_365d");
    const values = idsBy(buyers)
      .map((id) =>
        evaluate(
          checkedTree(q.tag("orders_365d"), world().ground.catalogue, bookOf(world().ground).references),
          data,
          world().ground.catalogue,
          id,
          "2026-11-22",
        ),
      )
      .map(Number)
      .sort((a, b) => a - b);
    const rank = (share: number) => values[Math.ceil(share * values.length) - 1];
    expect(spend?.quartiles?.en).toEqual([rank(0.25), rank(0.5), rank(0.75)].map(String));
  });

  test("another segment can stand in the place of everybody", async () => {
    const some = q.atLeast(q.tag("orders_365d"), 1);
    const portrait = await draw(buyers, some);
    expect(portrait.base.count).toBe(idsBy(some).length);
    const cell = portrait.facts.find(({ key }) => key === "tag:city_tier")?.cells[0];
    const known = idsBy(q.and(some, q.isKnown(q.tag("city_tier")))).length;
    const all = idsBy(q.and(some, cell?.condition as Expression)).length;
    expect(cell?.base_share_bp).toBe(Math.floor((all * 20_000 + known) / (2 * known)));
  });

  test("of fewer than ten members nothing but their number is said", async () => {
    const few = q.compare(q.member("member_id"), "<=", 5);
    expect(await draw(few)).toMatchObject({ state: "small", facts: [], sentences: [], orders: null });
    expect(await draw(buyers, few)).toMatchObject({ state: "small", facts: [] });
  });

  test("people who see some stores get the portrait of their members beside their members", async () => {
    const store = String((data["members"] ?? []).map((row) => row["home_store_code"]).find((code) => code !== null));
    const scope = { ...SYSTEM_SCOPE, stores: [store] };
    const portrait = await draw(q.and(), undefined, scope);
    const seen = await countCondition(world().ground, scope, q.and());
    expect([portrait.group.count, portrait.total]).toEqual([seen.count, seen.total]);
    expect(portrait.facts.every((fact) => fact.cells.every((cell) => cell.count <= seen.total))).toBe(true);
  });

  test("a kept segment is called by its name, and the workbook holds its sentences", async () => {
    const { ground } = world();
    const draft = { name: "常客", description: "", condition: buyers };
    const { segment_id } = await saveSegment(ground, draft, { person_id: null, name: "Test" });
    const portrait = await portraitOf(ground, SYSTEM_SCOPE, { segment_id }, undefined);
    expect(portrait.group).toMatchObject({ segment_id, zh: "常客" });
    const book = new exceljs.Workbook();
    await book.xlsx.load((await portraitWorkbook(portrait, "zh")) as unknown as ArrayBuffer);
    const texts = book.worksheets[0]?.getColumn(1).values.map(String) ?? [];
    expect(texts).toEqual(expect.arrayContaining(portrait.sentences.map(({ zh }) => zh)));
  });
});

describe("where a portrait is read", () => {
  test("the live copy of tags in the lake's engine and the records give the same spreads of every fact", async () => {
    const { ground } = world();
    const batch = await refreshLake(ground);
    const { facts } = factsOf(ground);
    const ids = (data["members"] ?? []).map((row) => Number(row["member_id"]));
    const width = Math.max(...ids) + 1;
    const [all, some] = [MemberSet.of(width, ids), MemberSet.of(width, idsBy(buyers))];
    const lake = await lakeFacts(ground, batch.batch_id, facts, "2026-11-22");
    if (lake === undefined) throw new Error("no copy of the tags");
    await ground.store.read(SYSTEM_SCOPE, async (tx) => {
      const records = recordFacts(tx, all, "2026-11-22");
      const plain = (borders: Borders) => [...borders].map(([key, texts]) => [key, texts.map(Number)]);
      const borders = await records.borders(facts, all);
      expect(plain(await lake.borders(facts, all))).toEqual(plain(borders));
      for (const group of [all, some]) {
        const [one, other] = [await lake.spreads(facts, group, borders), await records.spreads(facts, group, borders)];
        for (const { key } of facts) expect([key, inNumbers(one.get(key))]).toEqual([key, inNumbers(other.get(key))]);
      }
    });
  });
});

/** "2.0" and "2" are one number, and a sum of fractions is one to six digits. */
function inNumbers(spread: Spread | undefined) {
  if (spread === undefined) return undefined;
  const { quartiles, values, known, sum } = spread;
  return {
    known,
    sum: sum === null ? null : Math.round(sum * 1e6),
    quartiles: quartiles?.map(Number),
    values: Object.fromEntries(values),
  };
}
