import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { seedWorld } from "../../examples/tea-house/seed.ts";
import type { Ground } from "../../src/ground.ts";
import { closeLake, clusterEngine, type LakeEngine, lakeEngine, refreshLake } from "../../src/lake/index.ts";
import { filesOnDisk } from "../../src/lake/refresh.ts";
import { SparkConnect } from "../../src/lake/spark/connect-client.ts";
import { lakeFolders } from "../../src/lake/writer.ts";
import { columnsOf, duckdb, planOutputs, printPlan, relationsOf, spark } from "../../src/query/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { settleTags } from "../../src/tags/compute.ts";
import { computeAll } from "../../src/tags/full.ts";
import { bookOf } from "../../src/tags/registry.ts";
import { isPersonal } from "../../src/lake/layout.ts";
import { withDatabase } from "../support/database.ts";
import { deliverAll } from "../support/outbox.ts";

const { url, missing } = inject("spark");
const NOW = new Date("2026-11-22T08:00:00Z");
const LONG = "select count(*) as n from range(1000000000000) where sqrt(id) > 3 and id % 7 = 3";

describe.skipIf(missing !== "")(`the lake on Spark${missing === "" ? "" : ` (skipped: ${missing})`}`, () => {
  const world = withDatabase();
  let ground: Ground;
  let cluster: LakeEngine;

  beforeAll(async () => {
    world().clock.set(NOW);
    ground = { ...world().ground, config: { ...world().ground.config, spark_connect_url: url } };
    await seedWorld(world().ground, { members: 60, seed: 3, until: NOW });
    await deliverAll(world());
    await refreshLake(world().ground);
    const engine = await clusterEngine(ground);
    if (engine === undefined) throw new Error("no cluster engine");
    cluster = engine;
  });
  afterAll(() => closeLake(ground));

  test("without an address there is no cluster engine", async () => {
    expect(await clusterEngine(world().ground)).toBeUndefined();
    expect(cluster.name).toBe("spark");
    expect(await cluster.version()).toMatch(/^4\./);
  });

  test("the Parquet that the lake wrote has the same rows on DuckDB and Spark, personal columns excepted", async () => {
    const relations = ground.catalogue.all().filter((relation) => relation.lake !== false);
    let rows = 0;
    for (const { name, columns, key } of relations) {
      const shown = columns.filter((column) => !isPersonal(column)).map((column) => `"${column.name}"`);
      const sql = `select ${shown.join(", ")} from catalogue.${name} order by ${key.map((part) => `"${part}"`).join(", ")}`;
      const [embedded, far] = [await lakeEngine(ground).query(sql), await cluster.query(sql)];
      expect(far.rows, name).toEqual(embedded.rows);
      expect(far.columns.map((column) => column.name)).toEqual(embedded.columns.map((column) => column.name));
      rows += far.rows.length;
    }
    expect(rows).toBeGreaterThan(1000);
  });

  test("every tag that reads no personal column has the same values on DuckDB and Spark", async () => {
    const personal = new Set(
      ground.catalogue
        .get("members")
        .columns.filter(isPersonal)
        .map(({ name }) => `members.${name}`),
    );
    const outputs = [...bookOf(ground).tags]
      .filter(([, { tree }]) => [...relationsOf(tree.root)].every((name) => ground.catalogue.get(name).lake !== false))
      .filter(([, { tree }]) => ![...columnsOf(tree.root)].some((name) => personal.has(name)))
      .map(([name, { stored }]) => ({ name, tree: stored, as: "text" as const }));
    expect(outputs.length).toBeGreaterThan(40);
    const plan = planOutputs(outputs, ground.catalogue, "2026-11-22");
    const byMember = (rows: readonly Readonly<Record<string, unknown>>[]) =>
      rows.toSorted((a, b) => Number(a["member_id"]) - Number(b["member_id"]));
    const embedded = await lakeEngine(ground).query(printPlan(plan, duckdb, { kind: "all" }));
    const far: Readonly<Record<string, unknown>>[] = [];
    for await (const portion of cluster.stream(printPlan(plan, spark, { kind: "all" }))) far.push(...portion);
    expect(byMember(far)).toEqual(byMember(embedded.rows));
  });

  test("the full computation of the tags runs on the cluster and finds no difference", async () => {
    const quiet = { signal: new AbortController().signal, progress: async () => {} };
    const book = bookOf(ground);
    await settleTags(ground, book);
    expect(await computeAll(ground, book, quiet)).toMatchObject({ engine: "duckdb" });
    const again = await computeAll(ground, book, quiet);
    expect(again).toMatchObject({ engine: "spark", difference: 0, lagging: 0 });
    expect(again.members).toBeGreaterThan(40);
    // a value that somebody spoilt is found by what Spark computed
    const spoilt = world().ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query(
        "update tags.current set value = value - 'orders_365d' where member_id in (select min(member_id) from tags.current where value ? 'orders_365d')",
      ),
    );
    await spoilt;
    expect(await computeAll(ground, book, quiet)).toMatchObject({ engine: "spark", difference: 1 });
  });

  test("a personal column is not there, and the error says so", async () => {
    await expect(cluster.query("select birth_year from catalogue.members")).rejects.toMatchObject({
      code: "lake.query_failed",
      message: expect.stringContaining("UNRESOLVED_COLUMN"),
    });
  });

  test("parameters arrive as they are", async () => {
    const at = new Date("2026-02-28T16:00:00.123Z");
    const { rows } = await cluster.query(
      "select $1 as a, $2 as b, $3 as c, $4 as d, '$1' as e, array_contains($5, 2) as f, $6 as g",
      ["it's \\ ${x}", at, null, -7, [1, 2], new Uint8Array([0, 200])],
    );
    expect(rows).toEqual([{ a: "it's \\ ${x}", b: at, c: null, d: -7, e: "$1", f: true, g: new Uint8Array([0, 200]) }]);
  });

  test("a new batch is seen, and a session that the server forgot is made anew", async () => {
    const count = async () => (await cluster.query("select count(*) as n from catalogue.members")).rows[0]?.["n"];
    const before = Number(await count());
    await seedWorld(world().ground, { members: 20, seed: 4, until: NOW });
    await deliverAll(world());
    expect(await count()).toBe(before);
    // replaced files are removed at once, as they are ten minutes later otherwise
    await refreshLake(world().ground, { forget_now: true });
    expect(await count()).toBe(
      (await lakeEngine(ground).query("select count(*) as n from catalogue.members")).rows[0]?.["n"],
    );
    await closeLake(ground);
    expect(Number(await count())).toBeGreaterThan(before);
  });

  test("errors carry Spark's class and sentence, and nothing of the statement", async () => {
    await expect(cluster.query("select * from nowhere where secret = 'x'")).rejects.toMatchObject({
      code: "lake.query_failed",
      message: expect.stringMatching(/spark.*TABLE_OR_VIEW_NOT_FOUND(?!.*secret)/s),
    });
    await expect(cluster.query("selec 1")).rejects.toMatchObject({
      message: expect.stringContaining("PARSE_SYNTAX_ERROR"),
    });
    await expect(
      cluster.query("select 1 div (member_id - member_id) as x from catalogue.members"),
    ).rejects.toMatchObject({
      message: expect.stringContaining("DIVIDE_BY_ZERO"),
    });
    await expect(cluster.query("select $2 as x", [1])).rejects.toMatchObject({ code: "lake.query_failed" });
  });

  test("a damaged file is an error with a sentence, not a wrong answer", async () => {
    const { root } = lakeFolders(ground.config.data_dir);
    const orders = (await filesOnDisk(root)).filter((path) => path.startsWith("stores/"));
    expect(orders).toHaveLength(1);
    await writeFile(`${root}/${orders[0]}`, "not Parquet");
    await expect(cluster.query("select count(name) from catalogue.stores")).rejects.toMatchObject({
      code: "lake.query_failed",
      message: expect.stringContaining("FAILED_READ_FILE"),
    });
  });

  test("more rows than asked for are refused", async () => {
    await expect(cluster.query("select id from range(100)", [], { rows_max: 99 })).rejects.toMatchObject({
      code: "lake.too_many_rows",
    });
    expect((await cluster.query("select id from range(100)", [], { rows_max: 100 })).rows).toHaveLength(100);
  });

  test.each([0, 1_500])("a statement cancelled after %d ms leaves the cluster free", async (delay_ms) => {
    const stop = new AbortController();
    const running = cluster.query(LONG, [], { signal: stop.signal });
    setTimeout(() => stop.abort(), delay_ms);
    await expect(running).rejects.toMatchObject({ code: "lake.cancelled" });
    await expectFree();
  });

  test("a statement that takes longer than its limit is ended", async () => {
    const connect = await SparkConnect.open(url);
    await expect(connect.query(LONG, { seconds_max: 1 }).next()).rejects.toMatchObject({ error_class: "TIME_LIMIT" });
    await expectFree();
    await connect.close();
  });

  test("a stream that is left before its end leaves the cluster free", async () => {
    for await (const portion of cluster.stream("select id from range(3000000)")) {
      expect(portion.length).toBeGreaterThan(0);
      break;
    }
    await expectFree();
  });

  /** The two slots of the cluster would be taken for hours by a statement that goes on. */
  async function expectFree(): Promise<void> {
    expect((await cluster.query("select count(*) as n from range(1000)")).rows).toEqual([{ n: 1000 }]);
  }

  test("an address where nobody answers is said plainly", async () => {
    const nobody = { ...ground, config: { ...ground.config, spark_connect_url: "sc://127.0.0.1:9" } };
    const engine = await clusterEngine(nobody);
    await expect(engine?.query("select 1")).rejects.toMatchObject({
      message: expect.stringContaining("no Spark Connect server answers at 127.0.0.1:9"),
    });
    await expect(engine?.version()).rejects.toMatchObject({ code: "lake.query_failed" });
    await closeLake(nobody);
  });
});
