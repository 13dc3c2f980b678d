import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { ensureSource } from "../source-store.ts";
import { importCommand } from "./command.ts";
import { errorFile } from "./error-file.ts";
import { chooseReading, mapImport, removeImport, startImportJob, uploadFile } from "./import.ts";
import { importById, listProblems } from "./import-store.ts";
import { importJobs } from "./jobs.ts";
import { checkImport, runImport, type RunControl } from "./run.ts";
import { sealStream } from "./sealed-file.ts";
import { undoImport } from "./undo.ts";

const LONG = process.env["HUITOU_LONG"] === "1";
const world = withDatabase();
const quiet: RunControl = {
  signal: new AbortController().signal,
  cancelled: () => false,
  progress: async () => undefined,
};

async function* stream(content: string | Buffer): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += 70_000) yield bytes.subarray(at, at + 70_000);
}

async function source(key: string): Promise<number> {
  return (await ensureSource(world().ground, { key, name: key, kind: "file" })).source_id;
}

/** Uploads with the guessed mapping confirmed. */
async function bring(content: string | Buffer, key: string, file_name = "till.csv") {
  const { ground } = world();
  const row = await uploadFile(ground, { file_name, stream: stream(content), source_id: await source(key) });
  const { record_kind, mapping } =
    row.mapping === null ? row.guess : { record_kind: row.record_kind, mapping: row.mapping };
  return mapImport(ground, row.import_id, { record_kind: record_kind ?? "", mapping });
}

async function bringIn(content: string | Buffer, key: string) {
  const row = await bring(content, key);
  return { import_id: row.import_id, report: await runImport(world().ground, row.import_id, quiet) };
}

async function ask<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
  return world().ground.store.read(SYSTEM_SCOPE, (tx) => tx.query<Row>(text, values));
}

/** Everything the lines of a source's orders and returns say, as catalogue rows: the state that must agree. */
async function stateOf(key: string) {
  const lines = await ask(
    `select order_no, sku, quantity::text, l.net_minor, count(*)::int as n, o.member_id is null as nobody
     from catalogue.order_lines l join catalogue.orders o using (order_id)
     where order_no like $1 group by 1, 2, 3, 4, 6 order by 1, 2, 3, 4`,
    [`${key}-%`],
  );
  const returns = await ask(
    "select sku, quantity::text, refund_minor, state from catalogue.returns where sku like $1 order by 1, 2, 3, 4",
    [`${key}s_`],
  );
  return { lines, returns };
}

const HEADER = "小票号,销售时间,货号,数量,单价,手机号,备注\n";
const sale = (no: string, sku: string, quantity: number, phone: string, price = "9.90") =>
  `${no},2026-10-01 10:00:00,${sku},${quantity},${price},${phone},\n`;
const phoneOf = (n: number) => `139${String(10_000_000 + n)}`;

/** Documents of one to three lines; some equal lines, some returns, some without a person. */
function tillRows(key: string, from: number, to: number): string {
  let text = "";
  for (let n = from; n < to; n += 1) {
    const phone = n % 5 === 0 ? "" : phoneOf(n % 40);
    for (let k = 0; k <= n % 3; k += 1) text += sale(`${key}-${n}`, `${key}s${k % 2}`, n % 7 === 6 ? -1 : 2, phone);
  }
  return text;
}

describe("a file through the wizard", () => {
  test("dry run, run, error file, mended rows, undo, run again", async () => {
    const { ground } = world();
    const content = `${HEADER}${sale("w-1", "ws1", 2, phoneOf(1))}${sale("w-1", "ws1", 2, phoneOf(1))}w-2,1899-12-30,ws1,1,5,${phoneOf(2)},=HYPERLINK("x")\nw-3,2026-10-02 11:00,ws2,一,5,1.38E+10,-\n${sale("w-4", "ws2", -1, "")}`;
    const row = await bring(content, "wizard");
    expect(row).toMatchObject({ record_kind: "order", state: "mapped", facts: { encoding: "utf-8", header: true } });

    const check = await checkImport(ground, row.import_id, quiet);
    expect(check).toMatchObject({
      rows: 5,
      accepted: 3,
      rejected: 2,
      sale_lines: 2,
      return_lines: 1,
      orders: 1,
      returns: 1,
    });
    expect((await importById(await tx(), row.import_id)).state).toBe("checked");
    expect(await stateOf("w")).toEqual({ lines: [], returns: [] });
    const problems = await ground.store.read(SYSTEM_SCOPE, (t) => listProblems(t, row.import_id, "check", 0, 10));
    expect(problems.map(({ row: at, column_name, code }) => [at, column_name, code])).toEqual([
      [4, "销售时间", "row.date_too_early"],
      [5, "数量", "row.not_a_number"],
      [5, "手机号", "row.scientific_notation"],
    ]);

    const report = await runImport(ground, row.import_id, quiet);
    expect(report).toMatchObject({ rows: 5, accepted: 3, duplicates: 0, rejected: 2, complete: true });
    const state = await stateOf("w");
    expect(state.lines).toMatchObject([{ order_no: "w-1", sku: "ws1", net_minor: 1_980, n: 2 }]);
    expect(state.returns).toMatchObject([{ refund_minor: 990, state: "unmatched" }]);

    const lines = await errorText(row.import_id);
    expect(lines.startsWith("\uFEFF小票号,")).toBe(true);
    expect(lines).toContain(`"'=HYPERLINK(""x"")"`);
    expect(lines).toContain("row.not_a_number row.scientific_notation");
    const mended = lines.replace("1899-12-30", "2026-10-02 10:00").replace("一", "1").replace("1.38E+10", phoneOf(3));
    expect((await bringIn(mended, "wizard")).report).toMatchObject({ rows: 2, accepted: 2, rejected: 0 });

    await undoImport(ground, row.import_id, quiet);
    expect((await stateOf("w")).lines).toMatchObject([{ order_no: "w-2" }, { order_no: "w-3" }]);
    expect((await importById(await tx(), row.import_id)).state).toBe("undone");
    await undoImport(ground, row.import_id, quiet);
    expect(await runImport(ground, row.import_id, quiet)).toMatchObject({ accepted: 3, duplicates: 0 });
    expect((await stateOf("w")).lines.length).toBe(3);
  });

  async function errorText(import_id: number): Promise<string> {
    const { ground } = world();
    const row = await importById(await tx(), import_id);
    let text = "";
    for await (const piece of await errorFile(ground, row)) text += piece;
    return text;
  }

  /** A reader that outlives its call, for the store's row functions. */
  async function tx() {
    const { ground } = world();
    return {
      one: (text: string, values: unknown[]) => ground.store.read(SYSTEM_SCOPE, (t) => t.one(text, values)),
    } as never;
  }

  test("the mapping a person confirmed is taken over for the next file with the same header", async () => {
    const { ground } = world();
    const row = await bring("甲,乙\n13900000001,王\n", "remember");
    await mapImport(ground, row.import_id, {
      record_kind: "member",
      mapping: { "identity.phone": { column: 0 }, name: { column: 1 } },
      options: { currency: "USD" },
    });
    const next = await uploadFile(ground, {
      file_name: "b.csv",
      stream: stream("甲,乙\n13900000002,李\n"),
      source_id: await source("remember"),
    });
    expect(next).toMatchObject({
      record_kind: "member",
      mapping: { name: { column: 1 } },
      options: { currency: "USD" },
    });
  });

  test("a file read wrongly is read again with what a person chooses", async () => {
    const { ground } = world();
    const row = await uploadFile(ground, { file_name: "m.csv", stream: stream("name;phone\nRené;13900000001\n") });
    const again = await chooseReading(ground, row.import_id, { delimiter: ",", header: false });
    expect(again.facts.columns).toEqual(["#1"]);
  });

  test("the command prints the same report and leaves with 1 when the file cannot be read", async () => {
    const said: string[] = [];
    const path = join(world().ground.config.data_dir, "orders.csv");
    const { writeFile } = await import("node:fs/promises");
    await writeFile(path, `${HEADER}${tillRows("cli", 1, 30)}`);
    const code = await importCommand(
      world().ground,
      [path, "--source", "cli", "--kind", "order", "--map", "sku=货号", "--currency", "CNY"],
      (line) => said.push(line),
    );
    expect(code).toBe(0);
    expect(said.join("\n")).toMatch(/accepted/);
    await writeFile(path, gzipSync(Buffer.from(HEADER.repeat(500))).subarray(0, 40));
    expect(await importCommand(world().ground, [path], () => undefined)).toBe(1);
    expect(await importCommand(world().ground, ["--nonsense"], () => undefined)).toBe(2);
  });
});

describe("nothing personal is kept in clear", () => {
  test("neither the upload on disk, nor samples, problems, error rows, inbox or rejects hold a phone or a name", async () => {
    const { ground } = world();
    const rows = Array.from(
      { length: LONG ? 2_000 : 400 },
      (_, n) => `${phoneOf(n)},欧阳${n},${n % 50 === 7 ? "1899-12-30" : "1990-01-02"},杭州市西湖区${n}号\n`,
    ).join("");
    const row = await bring(`手机号,姓名,生日,地址\n${rows}138****8000,某某,1990-01-01,\n`, "sealed", "会员.csv");
    await checkImport(ground, row.import_id, quiet);
    await runImport(ground, row.import_id, quiet);
    const clear = /1391000\d{4}|欧阳|西湖区\d/;
    for (const name of await readdir(join(ground.config.data_dir, "uploads"))) {
      expect((await readFile(join(ground.config.data_dir, "uploads", name))).toString("utf8")).not.toMatch(clear);
    }
    for (const table of ["import", "import_problem", "import_error", "import_batch", "inbox", "record", "reject"]) {
      const found = await ask<{ text: string }>(`select t::text as text from ingest.${table} t`);
      expect(found.filter(({ text }) => clear.test(text))).toEqual([]);
    }
    const kept = await ask<{ samples: string[][] }>("select samples from ingest.import where import_id = $1", [
      row.import_id,
    ]);
    expect(kept[0]?.samples[0]?.[0]).toBe("139****0000");
  });

  test("uploads and error files expire: file, key, rows in error and samples go, what came in stays", async () => {
    const { ground, clock } = world();
    const { import_id } = await bringIn(`${HEADER}${sale("x-1", "xs", 1, phoneOf(9))}x-2,,xs,1,1,,\n`, "expiry");
    const [before] = await ask<{ upload_id: string }>("select upload_id from ingest.import where import_id = $1", [
      import_id,
    ]);
    clock.advance({ days: 15 });
    const expire = importJobs.find((job) => job.kind === "ingest.import_expire");
    await expire?.run({ ground, job_id: "", input: {}, ...quiet });
    expect(existsSync(join(ground.config.data_dir, "uploads", before?.upload_id ?? ""))).toBe(false);
    const [row] = await ask<{ expired: boolean; samples: unknown }>(
      "select expired, samples from ingest.import where import_id = $1",
      [import_id],
    );
    expect(row).toMatchObject({ expired: true, samples: [[], [], [], [], [], [], []] });
    expect(await ask("select 1 from ingest.import_error where import_id = $1", [import_id])).toEqual([]);
    expect((await stateOf("x")).lines.length).toBe(1);
    await expect(startImportJob(ground, import_id, "check")).rejects.toMatchObject({ code: "import.wrong_state" });
  });

  test("a file over the limit leaves nothing behind", async () => {
    const { ground } = world();
    const folder = join(ground.config.data_dir, "uploads");
    const before = await readdir(folder);
    await expect(sealStream(ground, stream(Buffer.alloc(900_000)), 800_000)).rejects.toMatchObject({
      code: "import.file_too_large",
    });
    expect(await readdir(folder)).toEqual(before);
  });

  test("a deleted import that brought nothing leaves no row and no file", async () => {
    const row = await bring(`${HEADER}${sale("d-1", "ds", 1, "")}`, "deleted");
    await removeImport(world().ground, row.import_id);
    expect(await ask("select 1 from ingest.import where import_id = $1", [row.import_id])).toEqual([]);
  });
});

describe("every row once", () => {
  test("the same file twice changes nothing, an overlapping export adds only what is new", async () => {
    const first = await bringIn(`${HEADER}${tillRows("t", 0, 60)}`, "twice");
    const state = await stateOf("t");
    const again = await bringIn(`${HEADER}${tillRows("t", 0, 60)}`, "twice");
    expect(again.report).toMatchObject({ rows: first.report.rows, accepted: 0, duplicates: first.report.rows });
    expect(await stateOf("t")).toEqual(state);
    await undoImport(world().ground, again.import_id, quiet);
    expect(await stateOf("t")).toEqual(state);
    const overlap = await bringIn(`${HEADER}${tillRows("t", 40, 80)}`, "twice");
    expect(overlap.report.duplicates).toBeGreaterThan(0);
    const whole = await bringIn(`${HEADER}${tillRows("t", 0, 80)}`, "twice");
    expect(whole.report.accepted).toBe(0);
    await undoImport(world().ground, overlap.import_id, quiet);
    expect(await stateOf("t")).toEqual(state);
  });

  test("a file split in two gives the state of the whole, wherever it is cut between documents", async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 39 }), async (cut) => {
        round += 1;
        const plain = (state: unknown, key: string) => JSON.stringify(state).replaceAll(key, "");
        const [whole, parts] = [`sw${round}`, `sp${round}`];
        await bringIn(`${HEADER}${tillRows(whole, 0, 40)}`, whole);
        await bringIn(`${HEADER}${tillRows(parts, cut, 40)}`, parts);
        await bringIn(`${HEADER}${tillRows(parts, 0, cut)}`, parts);
        expect(plain(await stateOf(parts), parts) === plain(await stateOf(whole), whole)).toBe(true);
      }),
      { numRuns: LONG ? 5 : 3 },
    );
  });

  test("a run that is left in the middle, again and again, ends as if it had never stopped", async () => {
    const { ground } = world();
    const documents = LONG ? 9_000 : 3_200;
    const content = `${HEADER}${tillRows("qq", 0, documents)}qq-bad,,qqs0,1,1,,\n`;
    const row = await bring(content, "killed");
    let rounds = 0;
    let reached = 0;
    for (let done = false; !done; rounds += 1) {
      const stop = new AbortController();
      // Left at the first batch beyond those of the runs before.
      const progress = async (at: number) => {
        if (at > reached) stop.abort();
        reached = Math.max(reached, at);
      };
      const report = await runImport(ground, row.import_id, { signal: stop.signal, cancelled: () => false, progress });
      done = report.complete;
      if (rounds > 20) throw new Error("the run never ends");
    }
    expect(rounds).toBeGreaterThan(2);
    const report = await importById(
      {
        one: (text: string, values: unknown[]) => ground.store.read(SYSTEM_SCOPE, (t) => t.one(text, values)),
      } as never,
      row.import_id,
    );
    expect(report.state).toBe("done");
    expect(report.report).toMatchObject({
      duplicates: 0,
      rejected: 1,
      accepted: report.report?.rows === undefined ? 0 : report.report.rows - 1,
    });
    const errors = await ask<{ rows: number }>(
      "select sum(rows)::int as rows from ingest.import_error where import_id = $1",
      [row.import_id],
    );
    expect(errors).toEqual([{ rows: 1 }]);
    const plain = await bringIn(`${HEADER}${tillRows("zz", 0, documents)}`, "unkilled");
    expect(plain.report.accepted).toBe(report.report?.accepted);
    expect(JSON.stringify(await stateOf("qq")).replaceAll("qq", "zz") === JSON.stringify(await stateOf("zz"))).toBe(
      true,
    );
  });

  test("a cancelled run is whole and accounted for, goes on when it is run again, and can be undone", async () => {
    const { ground } = world();
    const row = await bring(`${HEADER}${tillRows("c", 0, 3_000)}`, "cancelled");
    const stop = new AbortController();
    const report = await runImport(ground, row.import_id, {
      signal: stop.signal,
      cancelled: () => true,
      progress: async () => stop.abort(),
    });
    expect(report.complete).toBe(false);
    expect(report.accepted).toBeGreaterThan(0);
    const [{ n } = { n: 0 }] = await ask<{ n: number }>(
      "select sum(line_count)::int as n from catalogue.orders where order_no like 'c-%'",
    );
    expect(n).toBe(report.sale_lines);
    await expect(mapImport(ground, row.import_id, { record_kind: "order", mapping: {} })).rejects.toMatchObject({
      code: "import.wrong_state",
    });
    const whole = await runImport(ground, row.import_id, quiet);
    expect(whole).toMatchObject({ complete: true, duplicates: 0, accepted: whole.rows });
    await undoImport(ground, row.import_id, quiet);
    expect((await stateOf("c")).lines).toEqual([]);
  });
});

test("an undo takes members that nobody else knows, and leaves those that another import knows", async () => {
  const { ground } = world();
  const members = async () => (await ask<{ n: number }>("select count(*)::int as n from catalogue.members"))[0]?.n ?? 0;
  const before = await members();
  await bringIn(`手机号,姓名\n13711110001,甲\n13711110002,乙\n`, "crm-a");
  const second = await bringIn(`手机号,姓名\n13711110002,乙乙\n13711110003,丙\n`, "crm-b");
  expect(await members()).toBe(before + 3);
  await undoImport(ground, second.import_id, quiet);
  expect(await members()).toBe(before + 2);
});
