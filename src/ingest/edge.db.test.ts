import { describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { accept, drainPipeline, ensureSource, judge } from "./index.ts";
import type { ClearRecord } from "./record.ts";
import { registerStages, type Stage, stagesOf } from "./stage.ts";

const world = withDatabase();
const at = "2026-11-22T09:30:00+08:00";
const PHONE = "13812345678";

async function source(key: string) {
  return ensureSource(world().ground, { key, name: key, kind: "rest" });
}

function browse(key: string, extra: Partial<ClearRecord> = {}): ClearRecord {
  return {
    kind: "browse",
    key,
    occurred_at: at,
    identities: [{ kind: "phone", value: PHONE }],
    body: { sku: "T-1" },
    ...extra,
  };
}

async function rows<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
  return (await world().ground.store.pool.query(text, values)).rows as Row[];
}

describe("accept", () => {
  test("stores a record once, however often and under whatever call it comes", async () => {
    const shop = await source("once");
    const first = await accept(world().ground, shop, [browse("a"), browse("b"), browse("a")], { protocol: "rest" });
    expect(first.outcomes.map((outcome) => outcome.status)).toEqual(["accepted", "accepted", "duplicate"]);
    const again = await Promise.all(
      [1, 2, 3].map(() => accept(world().ground, shop, [browse("a"), browse("c")], { protocol: "rest" })),
    );
    expect(again.reduce((sum, result) => sum + result.accepted, 0)).toBe(1);
    const stored = await rows(
      "select 1 from ingest.record r join ingest.inbox i using (inbox_id) where i.source_id = $1",
      [shop.source_id],
    );
    expect(stored).toHaveLength(3);
  });

  test("equal content without a key is one record, under another source another", async () => {
    const [one, two] = [await source("content-1"), await source("content-2")];
    const { key: _, ...keyless } = browse("-");
    const results = [];
    for (const shop of [one, one, two])
      results.push(await accept(world().ground, shop, [keyless], { protocol: "rest" }));
    expect(results.map((result) => result.accepted)).toEqual([1, 0, 1]);
  });

  test("no personal value stands in clear in any column of the inbox, records or rejects", async () => {
    const shop = await source("sealed");
    const canaries = [
      PHONE,
      "张小满",
      "上海市黄浦区南京东路1号",
      "1990-02-28",
      "xiaoman@tea.example",
      "11010519491231002X",
      "o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
    ];
    const records: ClearRecord[] = [
      {
        kind: "member",
        key: "m",
        occurred_at: at,
        identities: [
          { kind: "phone", value: PHONE },
          { kind: "openid", value: canaries[6] ?? "" },
        ],
        body: {
          name: canaries[1],
          address: canaries[2],
          birthday: canaries[3],
          gender: "female",
          备注: `电话${PHONE}`,
          mail: canaries[4],
          nested: { deep: [{ idCard: canaries[5] }] },
        },
      },
      {
        kind: "custom",
        key: "c",
        occurred_at: at,
        identities: [{ kind: "phone", value: PHONE }],
        body: { name: "x", properties: { [PHONE]: 1, n: Number(PHONE), receiver_name: canaries[1] } },
      },
      {
        kind: "member",
        key: "r",
        occurred_at: "1899-12-31T00:00:00Z",
        identities: [{ kind: "phone", value: PHONE }],
        body: { name: canaries[1] },
      },
    ];
    const result = await accept(world().ground, shop, records, { protocol: "rest" });
    expect(result).toMatchObject({ accepted: 2, rejected: 1 });
    const dump = JSON.stringify([
      await rows("select * from ingest.record"),
      await rows("select *, encode(sealed, 'escape') as text from ingest.inbox"),
      await rows("select *, encode(original_sealed, 'escape') as text from ingest.reject"),
    ]);
    expect(canaries.filter((canary) => dump.includes(canary))).toEqual([]);
  });

  test("never-a-key values become notes; a record known by nothing else is set aside with the reason", async () => {
    const shop = await source("never");
    const masked = { kind: "phone", value: "138****8000" } as const;
    const result = await accept(
      world().ground,
      shop,
      [
        browse("with-card", { identities: [masked, { kind: "card_no", value: "C-1" }] }),
        browse("alone", { identities: [{ kind: "phone", value: "13800000000" }] }),
        {
          kind: "order",
          key: "sale",
          occurred_at: at,
          identities: [{ kind: "phone", value: "13912345678转8011" }],
          body: { order_no: "1" },
        },
      ],
      { protocol: "rest" },
    );
    expect(result.outcomes.map((outcome) => outcome.code ?? outcome.status)).toEqual([
      "accepted",
      "ingest.identity_unusable",
      "accepted",
    ]);
    const stored = await rows<{ kind: string; identities: unknown[]; body: { notes: { reason: string }[] } }>(
      "select kind, identities, body from ingest.record r join ingest.inbox i using (inbox_id) where i.source_id = $1 order by ordinal",
      [shop.source_id],
    );
    expect(stored.map((row) => [row.identities.length, row.body.notes.map((note) => note.reason)])).toEqual([
      [1, ["masked"]],
      [0, ["extension"]],
    ]);
  });

  test("a refused record is kept once, sealed, with a sentence that names place and field", async () => {
    const shop = await source("refused");
    const bad = { ...browse("bad"), kind: "review", body: { rating: 9 }, place: "row 17" };
    for (let i = 0; i < 2; i += 1) await accept(world().ground, shop, [bad], { protocol: "rest" });
    const kept = await rows<{ code: string; place: string; params: Record<string, unknown> }>(
      "select code, place, params from ingest.reject where source_id = $1",
      [shop.source_id],
    );
    expect(kept).toEqual([
      {
        code: "ingest.field_range",
        place: "row 17",
        params: expect.objectContaining({ field: "rating", value: "9", most: 5 }),
      },
    ]);
  });

  test("judge says beforehand what accept then does, and stores nothing", async () => {
    const shop = await source("judge");
    const records = [browse("a"), browse("a"), { ...browse("b"), kind: "nothing" }];
    const expected = await judge(world().ground, shop, records);
    expect(await rows("select 1 from ingest.inbox where source_id = $1", [shop.source_id])).toEqual([]);
    const result = await accept(world().ground, shop, records, { protocol: "rest" });
    expect(result.outcomes).toEqual(expected);
  });

  test("what runs within the batch's transaction takes the batch with it when it fails", async () => {
    const shop = await source("within");
    const failing = accept(world().ground, shop, [browse("w")], {
      protocol: "import",
      within: async () => {
        throw new Error("the checkpoint cannot be written");
      },
    });
    await expect(failing).rejects.toThrow("checkpoint");
    expect(await rows("select 1 from ingest.inbox where source_id = $1", [shop.source_id])).toEqual([]);
  });

  test("texts PostgreSQL cannot hold are kept with the replacement character", async () => {
    const shop = await source("unicode");
    const result = await accept(
      world().ground,
      shop,
      [browse("u", { body: { page: "a\0b", note: "half \ud83d emoji 🍵" } })],
      { protocol: "rest" },
    );
    expect(result.accepted).toBe(1);
  });
});

describe("pipeline", () => {
  const withStage = async (stage: Stage, run: () => Promise<void>) => {
    const before = stagesOf(world().ground);
    registerStages(world().ground, [stage]);
    try {
      await run();
    } finally {
      registerStages(world().ground, before);
    }
  };

  test("applies each record exactly once, in order, with the batch's clear values", async () => {
    const shop = await source("pipeline");
    const { ground } = world();
    await drainPipeline(ground);
    const seen: string[] = [];
    const clear: string[] = [];
    const stage: Stage = {
      domain: "probe",
      apply: async (_tx, _ground, records, batch) => {
        seen.push(...records.map((record) => `${record.source_key}:${record.kind}:${String(record.body["sku"])}`));
        clear.push(...[...batch.clear.values()].map((value) => value.value));
        return [];
      },
    };
    await withStage(stage, async () => {
      const identities = [{ kind: "phone" as const, value: "13911112222" }];
      for (const sku of ["1", "2", "3"])
        await accept(ground, shop, [browse(sku, { identities, body: { sku } })], { protocol: "rest" });
      await drainPipeline(ground);
      await drainPipeline(ground);
    });
    expect(seen).toEqual(["pipeline:browse:1", "pipeline:browse:2", "pipeline:browse:3"]);
    expect(clear).toEqual(["+8613911112222"]);
    expect(await rows("select 1 from ingest.inbox where state = 'received' or sealed is not null")).toEqual([]);
  });

  test("one poisonous record is found by halving and set aside; the others are applied once", async () => {
    const shop = await source("poison");
    const { ground } = world();
    await drainPipeline(ground);
    const stage: Stage = {
      domain: "probe",
      apply: async (tx, _ground, records) => {
        await tx.query(
          "insert into store.setting (name, value) select 'probe ' || id, '1' from unnest($1::text[]) as id",
          [records.map((record) => record.record_id)],
        );
        if (records.some((record) => record.body["sku"] === "poison")) await tx.query("select 1 / 0");
        return records
          .filter((record) => record.body["sku"] === "odd")
          .map((record) => ({ record_id: record.record_id, code: "probe.odd", params: {} }));
      },
    };
    const skus = ["a", "b", "poison", "c", "odd", "d", "e"];
    await withStage(stage, async () => {
      await accept(
        ground,
        shop,
        skus.map((sku) => browse(sku, { body: { sku } })),
        { protocol: "rest" },
      );
      await drainPipeline(ground);
    });
    expect(await rows("select 1 from store.setting where name like 'probe %'")).toHaveLength(6);
    const kept = await rows<{ code: string }>(
      "select code, params from ingest.reject where source_id = $1 order by code",
      [shop.source_id],
    );
    expect(kept.map((reject) => reject.code)).toEqual(["ingest.stage_failed", "probe.odd"]);
  });
});

test("an event of an SDK may have 32 KB, an order of a file as many lines as it has", async () => {
  const { ground } = world();
  const lines = Array.from({ length: 2_000 }, (_, n) => ({
    line_no: String(n),
    sku: `T-${n}`,
    quantity: "1",
    net_minor: 100,
  }));
  const order: ClearRecord = {
    kind: "order",
    key: "long",
    occurred_at: at,
    identities: [],
    body: { order_no: "long", lines },
  };
  const file = await ensureSource(ground, { key: "long-file", name: "file", kind: "file" });
  const rest = await ensureSource(ground, { key: "long-rest", name: "rest", kind: "rest" });
  expect((await accept(ground, file, [order], { protocol: "import" })).accepted).toBe(1);
  expect((await accept(ground, rest, [order], { protocol: "rest" })).outcomes[0]).toMatchObject({
    status: "rejected",
    code: "ingest.event_too_large",
  });
});

test("two processes that store the same records at the same moment store each once", async () => {
  const { ground } = world();
  const shop = await source("race");
  // A second ground over the same store has a group commit of its own, as another process has.
  const other = { ...ground };
  const records = Array.from({ length: 400 }, (_, n) => browse(`race-${n}`));
  const results = await Promise.all(
    [ground, other, ground, other].map((one) => accept(one, shop, records, { protocol: "rest" })),
  );
  expect(results.reduce((sum, result) => sum + result.accepted, 0)).toBe(400);
  expect(results.reduce((sum, result) => sum + result.duplicates, 0)).toBe(1_200);
});
