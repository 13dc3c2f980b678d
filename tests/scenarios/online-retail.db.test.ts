import { createReadStream, existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { mapImport, runImport, type RunControl, undoImport, uploadFile } from "../../src/ingest/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { loadConfig } from "../../src/config.ts";
import { withDatabase } from "../support/database.ts";

const LONG = process.env["HUITOU_LONG"] === "1";
const FILE = join(loadConfig(process.env).datasets_dir, "online-retail", "online_retail.csv.gz");
const world = withDatabase();

const quiet: RunControl = {
  signal: new AbortController().signal,
  cancelled: () => false,
  progress: async () => undefined,
};

async function bringIn(stream: AsyncIterable<Buffer> = createReadStream(FILE)) {
  const { ground } = world();
  const row = await uploadFile(ground, { file_name: "online_retail.csv.gz", stream });
  const { record_kind, mapping } = row.guess;
  await mapImport(ground, row.import_id, {
    record_kind: record_kind ?? "",
    mapping,
    options: { timezone: "Europe/London", currency: "GBP" },
  });
  return { import_id: row.import_id, report: await runImport(ground, row.import_id, quiet) };
}

async function stateOf() {
  const { ground } = world();
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const [orders] = await tx.query(
      "select count(*)::int as orders, sum(line_count)::int as lines, sum(line_net_minor)::bigint as net, count(*) filter (where member_id is null)::int as anonymous from catalogue.orders",
    );
    const [returns] = await tx.query(
      "select count(*)::int as lines, sum(refund_minor)::bigint as refund, count(*) filter (where order_id is null)::int as unmatched from catalogue.returns",
    );
    const [members] = await tx.query("select count(*)::int as members from catalogue.members");
    return { orders, returns, members };
  });
}

const LINES = 20_000;

/** The first lines of the file, gzipped as it is, with what a plain reader counts in them. */
async function firstLines() {
  const all = gunzipSync(await readFile(FILE))
    .toString("utf8")
    .split("\n");
  const content = all.slice(0, LINES + 1).join("\n");
  const rows = parse(content, { columns: true }) as Record<"Quantity" | "UnitPrice" | "CustomerID", string>[];
  const idle = rows.filter((row) => Number(row.Quantity) <= 0 && Number(row.UnitPrice) === 0).length;
  const returned = rows.filter((row) => Number(row.Quantity) < 0 && Number(row.UnitPrice) > 0).length;
  const customers = new Set(rows.map((row) => row.CustomerID).filter((id) => id !== "")).size;
  return { bytes: gzipSync(content), idle, returned, customers };
}

test.skipIf(!existsSync(FILE))(
  "online-retail: each of the first 20,000 lines is accounted for, twice changes nothing, an undo leaves nothing",
  async () => {
    const { bytes, idle, returned, customers } = await firstLines();
    const { import_id, report } = await bringIn(Readable.from([bytes]));
    const sold = LINES - idle - returned;
    expect(report).toMatchObject({ rows: LINES, accepted: LINES - idle, rejected: idle, people: customers });
    expect(report).toMatchObject({ sale_lines: sold, return_lines: returned });
    const state = await stateOf();
    expect(state.members).toEqual({ members: customers });
    expect(state.orders).toMatchObject({ lines: sold });
    expect(state.returns).toMatchObject({ lines: returned });
    const again = await bringIn(Readable.from([bytes]));
    expect(again.report).toMatchObject({ accepted: 0, duplicates: LINES - idle });
    await undoImport(world().ground, again.import_id, quiet);
    expect(await stateOf()).toEqual(state);
    await undoImport(world().ground, import_id, quiet);
    expect(await stateOf()).toMatchObject({ members: { members: 0 }, orders: { orders: 0 }, returns: { lines: 0 } });
  },
);

test.skipIf(!existsSync(FILE) || !LONG)(
  "online-retail: 541,909 lines are accounted for one by one, and importing twice changes nothing",
  async () => {
    const first = await bringIn();
    const { rows, accepted, duplicates, rejected, sale_lines, return_lines, people, by_code } = first.report;
    expect({ rows, accepted, duplicates, rejected, sale_lines, return_lines, people }).toEqual({
      rows: 541_909,
      accepted: 540_570,
      duplicates: 0,
      rejected: 1_339,
      sale_lines: 531_282,
      return_lines: 9_288,
      people: 4_372,
    });
    expect(Object.fromEntries(by_code.map(({ code, count }) => [code, count]))).toEqual({
      "row.stock_adjustment": 1_336,
      "row.negative_price": 2,
      "row.account_adjustment": 1,
    });
    const state = await stateOf();
    expect(state.members).toEqual({ members: 4_372 });
    expect(state.orders).toMatchObject({ lines: 531_282 });
    expect(state.returns).toMatchObject({ lines: 9_288 });

    const second = await bringIn();
    expect(second.report).toMatchObject({ rows: 541_909, accepted: 0, duplicates: 540_570, rejected: 1_339 });
    expect(await stateOf()).toEqual(state);

    await undoImport(world().ground, second.import_id, quiet);
    expect(await stateOf()).toEqual(state);
  },
);
