import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { TAG_DEFINITIONS } from "../../definitions/tags/index.ts";
import { seedWorld } from "../../examples/tea-house/seed.ts";
import { catalogueData } from "../../tests/support/catalogue-data.ts";
import { customTag, loyal, spendBand, yearSpend } from "../../tests/support/custom-tags.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { openEngines } from "../../tests/support/engines.ts";
import { deliverAll } from "../../tests/support/outbox.ts";
import { type OwnerSession, signInOwner } from "../../tests/support/owner.ts";
import { build as q, checkedTree, evaluate, formatDecimal, scaleOf } from "../query/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { TagBook } from "./book.ts";
import { settleTags } from "./compute.ts";
import { readDefinition } from "./custom-definition.ts";
import { type Preview, previewCustom } from "./custom-preview.ts";
import { computeAll, ensureComputed } from "./full.ts";
import { bookOf } from "./registry.ts";

const world = withDatabase();
const quiet = { signal: new AbortController().signal, progress: async () => {} };
const NOW = new Date("2026-11-22T08:00:00Z");
const TODAY = "2026-11-22";
let owner: OwnerSession;

beforeAll(async () => {
  const { ground, clock } = world();
  clock.set(NOW);
  await seedWorld(ground, { members: 40, seed: 6, until: NOW });
  await deliverAll(world());
  await ensureComputed(ground);
  await settleTags(ground, bookOf(ground));
  owner = await signInOwner(world());
});
afterAll(async () => {
  await owner.app.close();
});

interface Answer {
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string; readonly en: string }[];
}
const make = (definition: unknown, reason = "") => owner.post("/api/tags/custom", { definition, reason });
const change = (key: string, definition: unknown, reason = "") =>
  owner.put(`/api/tags/custom/${key}`, { definition, reason });
const compute = () => computeAll(world().ground, bookOf(world().ground), quiet);
const stored = async (key: string) => {
  const rows = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ member_id: number; value: string | null }>(
      "select member_id, value ->> $1 as value from tags.current order by 1",
      [key],
    ),
  );
  return new Map(rows.map(({ member_id, value }) => [member_id, value]));
};

/** What the naive evaluator says of everyone. */
async function truth(expression: unknown): Promise<Map<number, string | null>> {
  const { ground } = world();
  const data = await catalogueData(ground);
  const tree = checkedTree(expression, ground.catalogue, bookOf(ground).references);
  return new Map(
    (data["members"] ?? []).map((row) => {
      const member = Number(row["member_id"]);
      const value = evaluate(tree, data, ground.catalogue, member, TODAY);
      return [member, typeof value === "bigint" ? formatDecimal(value, scaleOf(tree.type)) : (value as string | null)];
    }),
  );
}

describe("a tag that people make", () => {
  test("is what the naive evaluator says, on PostgreSQL and on DuckDB, for conditions, sums and bands", async () => {
    const { ground } = world();
    for (const definition of [loyal, yearSpend, spendBand]) {
      expect(await make(definition)).toMatchObject({ status: 201, body: { key: definition.key, version: 1 } });
    }
    await compute();
    const engines = await openEngines(inject("postgres").admin_url, ground.catalogue);
    try {
      await engines.load(await catalogueData(ground));
      for (const { key, expression } of [loyal, yearSpend, spendBand]) {
        const expected = await truth(expression);
        expect(await stored(key), key).toEqual(expected);
        const tree = checkedTree(expression, ground.catalogue);
        const run = await engines.run({ value: tree }, TODAY, { as: "text" });
        for (const engine of ["evaluator", "postgresql", "duckdb"] as const)
          expect(new Map(run[engine].map((row) => [Number(row["member_id"]), row["value"] ?? null]))).toEqual(expected);
      }
    } finally {
      await engines.close();
    }
    expect(new Set((await stored("loyal")).values()).size).toBeGreaterThan(1);
    const { body } = await owner.get("/api/tags/loyal");
    expect(body).toMatchObject({ custom: true, example: null, coverage: 1 });
  });

  test("keeps every version with its reason; old values stay until the new ones are there", async () => {
    const before = await stored("spend_band");
    const next = { ...spendBand, expression: { ...spendBand.expression, last: "middle" } };
    expect(await change("spend_band", next, "高消费并入中")).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await stored("spend_band")).toEqual(before);
    await compute();
    expect(await stored("spend_band")).toEqual(await truth(next.expression));
    const { body } = await owner.get("/api/tags/custom/spend_band");
    expect(body).toMatchObject({
      version: 2,
      versions: [
        { version: 2, act: "change", reason: "高消费并入中", person_name: "林" },
        { version: 1, act: "create", definition: { key: "spend_band" } },
      ],
    });
  });

  test("reaches another process with its next round", async () => {
    const { ground } = world();
    const elsewhere = new TagBook(TAG_DEFINITIONS, ground.catalogue);
    await settleTags(ground, elsewhere);
    expect(elsewhere.get("loyal")?.definition.zh).toBe(loyal.zh);
  });

  test("does not change the kind of its values, nor its key", async () => {
    const kind = await change("spend_band", customTag("spend_band", yearSpend.expression, { unit: "minor" }));
    expect(kind).toMatchObject({ status: 409, body: { code: "tags.kind_changes" } });
    expect(await change("spend_band", { ...spendBand, key: "other_band" })).toMatchObject({
      body: { code: "tags.key_fixed" },
    });
  });
});

describe("definitions of people", () => {
  test("in a circle are refused by name, also when the circle closes later", async () => {
    const second = customTag("second", q.firstKnown(q.tag("loyal"), "none"));
    expect((await make(second)).status).toBe(201);
    const circle = await change("loyal", {
      ...loyal,
      values: undefined,
      expression: q.firstKnown(q.tag("second"), "x"),
    });
    expect(circle).toMatchObject({ status: 422, body: { code: "tags.bad_definition" } });
    expect((circle.body as Answer).errors?.[0]?.en).toMatch(/second.*loyal|loyal.*second/);
    const own = customTag("own", q.firstKnown(q.tag("own"), "x"));
    expect((await make(own)).body).toMatchObject({ code: "tags.bad_definition" });
  });

  test("in use are not archived; an archived one loses its values, keeps its key, and comes back", async () => {
    const used = await owner.post("/api/tags/custom/loyal/archive", {});
    expect(used).toMatchObject({ status: 409, body: { code: "tags.in_use", errors: [{ kind: "tag", id: "second" }] } });
    const condition = q.equals(q.tag("second"), "often");
    await owner.post("/api/segments", { name: "常客", condition });
    const inSegment = await owner.post("/api/tags/custom/second/archive", {});
    expect(inSegment.body).toMatchObject({ code: "tags.in_use", errors: [{ kind: "segment", zh: "常客" }] });
    expect((await owner.post("/api/tags/custom/year_spend/archive", { reason: "不用了" })).status).toBe(200);
    await compute();
    expect([...(await stored("year_spend")).values()].every((value) => value === null)).toBe(true);
    expect((await make(yearSpend)).body).toMatchObject({ code: "tags.key_taken" });
    expect((await owner.post("/api/tags/custom/year_spend/restore", {})).status).toBe(200);
    expect(bookOf(world().ground).get("year_spend")).toBeDefined();
  });

  test("of a taken key or name, of too low a privacy, without a unit are refused with a place and a sentence", async () => {
    const paths = async (definition: unknown) => {
      const { status, body } = await make(definition);
      expect(status).toBe(422);
      return (body as Answer).errors?.map(({ path }) => path);
    };
    const spend = yearSpend.expression;
    expect(await paths(customTag("gender", q.member("city")))).toEqual(["key"]);
    expect(await paths(customTag("named", q.member("city"), { zh: loyal.zh }))).toEqual(["zh"]);
    expect(await paths(customTag("private_city", q.member("gender")))).toEqual(["privacy"]);
    expect(await paths(customTag("no_unit", spend))).toEqual(["unit"]);
    expect(await paths(customTag("nowhere", q.member("nothing")))).toEqual([expect.stringContaining("expression")]);
    expect(
      await paths(customTag("reasonless", q.member("city"), { reason: { zh: "{constructor}", en: "x" } })),
    ).toEqual(["reason"]);
  });

  test("that are hostile JSON change nothing and are told where", async () => {
    const right = customTag("hostile", q.member("city"));
    let deep: unknown = {};
    for (let level = 0; level < 100_000; level += 1) deep = { part: deep };
    expect(readDefinition({ ...right, expression: deep })).toMatchObject({ ok: false });
    const hostile: [unknown, string][] = [
      [{ ...right, evil: "process.exit()" }, "evil"],
      [{ ...right, key: 'x"; drop table tags.current; --' }, "key"],
      [{ ...right, key: "custom" }, "key"],
      [{ ...right, en: "\ud800" }, "en"],
      [{ ...right, expression: { node: "eval", code: "1" } }, "expression"],
      [{ ...right, expression: { node: "constructor" } }, "expression"],
      [{ ...right, expression: { node: "profile", relation: "members", column: "city", extra: 1 } }, "expression"],
      [{ ...right, values: Array.from({ length: 60 }, (_, index) => ({ value: String(index) })) }, "values"],
      [{ ...right, sentence_zh: "长".repeat(70_000) }, ""],
      [{ ...right, reason: { zh: "x", en: "x", parts: { "a b": { expression: q.member("city") } } } }, "reason.parts"],
    ];
    for (const [definition, place] of hostile) {
      const { status, body } = await make(definition);
      expect([status, (body as Answer).code], place).toEqual([422, "tags.bad_definition"]);
      expect((body as Answer).errors?.[0]?.path).toContain(place);
    }
    const nul = await make({ ...right, zh: "a\u0000b" });
    expect([nul.status, (nul.body as { params?: object }).params]).toMatchObject([
      400,
      { place: "body.definition.zh" },
    ]);
    const quoted = customTag(
      "quoted",
      q.choose([[q.equals(q.member("city"), "'; drop table tags.current; --"), "it's"]], "no"),
    );
    expect((await make(quoted)).status).toBe(201);
    await compute();
    expect(new Set((await stored("quoted")).values())).toEqual(new Set(["no"]));
  });

  test("go out as a document and come back from it, all or none", async () => {
    const { body } = await owner.get("/api/tags/export");
    const document = body as { format: string; tags: (typeof loyal)[] };
    expect(document.tags.map(({ key }) => key)).toContain("loyal");
    const send = (content: unknown, options: object = {}) =>
      owner.post("/api/tags/import", { document: content, ...options });
    expect((await send(document)).body).toMatchObject({ code: "tags.key_taken" });
    const dry = await send(document, { dry_run: true });
    expect(dry.body).toMatchObject({
      kept: [],
      plan: expect.arrayContaining([expect.objectContaining({ act: "change" })]),
    });
    const pair = [customTag("import_b", q.firstKnown(q.tag("import_a"), "x")), customTag("import_a", q.member("city"))];
    const wrong = { ...document, tags: [...pair, { ...customTag("import_c", q.member("city")), code: "x" }] };
    expect((await send(wrong)).body).toMatchObject({ code: "tags.bad_definition", params: { path: "tags[2].code" } });
    expect(bookOf(world().ground).get("import_a")).toBeUndefined();
    expect((await send({ ...document, tags: pair })).body).toMatchObject({ kept: [{ version: 1 }, { version: 1 }] });
    expect((await send({ ...document, tags: pair }, { replace: true })).body).toMatchObject({
      kept: [{ version: 2 }, {}],
    });
    for (const bad of [{}, { format: "x", tags: [] }, { ...document, more: 1 }, { ...document, tags: "all" }])
      expect((await send(bad)).body).toMatchObject({ code: "tags.bad_document" });
  });
});

describe("a preview", () => {
  test("says how the values would be spread, for whom, and why, and keeps nothing", async () => {
    const { status, body } = await owner.post("/api/tags/custom/preview", {
      definition: { ...loyal, key: "draft", zh: "草稿", en: "Draft" },
    });
    expect(status).toBe(200);
    const preview = body as Preview;
    const expected = [...(await truth(loyal.expression)).values()];
    expect(preview).toMatchObject({ total: expected.length, computed: expected.length, with_value: expected.length });
    for (const { value, count } of preview.distribution)
      expect(count).toBe(expected.filter((one) => one === value).length);
    expect(preview.sample[0]?.why.zh).toMatch(/^近 90 天有 \d+ 单。$/);
    const text = JSON.stringify(preview.sample);
    expect(text).not.toMatch(/1[3-9]\d{9}/);
    expect(bookOf(world().ground).get("draft")).toBeUndefined();
  });

  test("counts and shows only the members whom the person may see", async () => {
    const { ground } = world();
    const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ member_id: number; store: string }>(
        "select member_id, home_store_code as store from catalogue.members where home_store_code is not null",
      ),
    );
    const store = rows[0]?.store ?? "";
    const own = new Set(rows.filter((row) => row.store === store).map((row) => row.member_id));
    const scope = { ...SYSTEM_SCOPE, stores: [store] };
    const definition = { ...yearSpend, key: "scoped", zh: "草稿", en: "Draft" };
    const { signal } = new AbortController();
    const preview = await previewCustom(ground, bookOf(ground), scope, definition, signal);
    expect(preview).toMatchObject({ total: own.size, computed: own.size });
    expect(preview.sample.length).toBeGreaterThan(0);
    expect(preview.sample.every(({ member }) => own.has(member.member_id))).toBe(true);
    expect(preview.quantiles).toHaveLength(5);
    const none = await previewCustom(ground, bookOf(ground), { ...scope, stores: [] }, definition, signal);
    expect(none).toMatchObject({ total: 0, computed: 0, sample: [] });
  });

  test("stops its statement when nobody waits for it any more", async () => {
    const { ground } = world();
    const gone = new AbortController();
    const definition = { ...loyal, key: "gone", zh: "草稿", en: "Draft" };
    await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      // what the preview reads first is held, so that it certainly runs when the caller goes
      await tx.query("lock table tags.custom in access exclusive mode");
      const asked = previewCustom(ground, bookOf(ground), SYSTEM_SCOPE, definition, gone.signal);
      const outcome = expect(asked).rejects.toMatchObject({ code: "tags.preview_cancelled" });
      const held = async () =>
        (
          await tx.one<{ n: number }>(
            "select count(*) as n from pg_locks where not granted and relation = 'tags.custom'::regclass",
          )
        )?.n;
      await expect.poll(held, { timeout: 10_000 }).toBe(1);
      gone.abort();
      await outcome;
    });
    // sooner than the statement's own limit, which would end it as well
  }, 12_000);
});
