import { createReadStream, existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse";
import { from as copyFrom } from "pg-copy-streams";
import { type Composition, compose } from "../src/composition.ts";
import { loadConfig } from "../src/config.ts";
import { loadDomains } from "../src/domains.ts";
import { mapImport, runImport, type RunControl, uploadFile } from "../src/ingest/index.ts";
import { systemClock } from "../src/platform/clock.ts";
import { makeLog } from "../src/platform/log.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";
import type { Bench, Figure } from "./main.ts";

const FILE = join(loadConfig(process.env).datasets_dir, "online-retail", "online_retail.csv.gz");
const LINES = 541_909;
const CUSTOMERS = 4_372;
const SECONDS_BAR = 60;

const control: RunControl = {
  signal: new AbortController().signal,
  cancelled: () => false,
  progress: async () => undefined,
};

/** The whole way: upload, seal, detect, guess, map, check, identity, orders; until the last line is in the catalogue. */
async function importOnce({ ground }: Composition) {
  const began = performance.now();
  const row = await uploadFile(ground, { file_name: "online_retail.csv.gz", stream: createReadStream(FILE) });
  const { record_kind, mapping } = row.guess;
  const options = { timezone: "Europe/London", currency: "GBP" };
  await mapImport(ground, row.import_id, { record_kind: record_kind ?? "", mapping, options });
  const report = await runImport(ground, row.import_id, control);
  return { seconds: (performance.now() - began) / 1000, report };
}

/** The reference: unpack, parse with the usual library, COPY the same lines into one table with the same two indexes. */
async function copyPlain({ ground, databases }: Composition): Promise<number> {
  const { openPool } = await import("../src/store/index.ts");
  const pool = openPool({ url: databases.admin_url, onError: () => undefined });
  const client = await pool.connect();
  try {
    await client.query(`create table public.plain_line (invoice text, sku text, name text, quantity numeric, at timestamp,
      price numeric, customer text, country text); create index on public.plain_line (invoice); create index on public.plain_line (customer)`);
    const began = performance.now();
    const rows = createReadStream(FILE)
      .pipe(createGunzip())
      .pipe(parse({ from_line: 2 }));
    const text = Readable.from(copyText(rows));
    await pipeline(text, client.query(copyFrom("copy public.plain_line from stdin")));
    const seconds = (performance.now() - began) / 1000;
    ground.log.debug({ seconds }, "plain parse and copy");
    return seconds;
  } finally {
    client.release();
    await pool.end();
  }
}

async function* copyText(rows: AsyncIterable<string[]>): AsyncGenerator<string> {
  let text = "";
  for await (const cells of rows) {
    text += `${cells.map((cell) => (cell === "" ? "\\N" : cell.replace(/[\\\t\n\r]/g, " "))).join("\t")}\n`;
    if (text.length < 65_536) continue;
    yield text;
    text = "";
  }
  yield text;
}

async function run(): Promise<readonly Figure[]> {
  if (!existsSync(FILE)) {
    console.error(`import: left out, because ${FILE} is not there (HUITOU_DATASETS)`);
    return [];
  }
  const data_dir = await mkdtemp(join(tmpdir(), "huitou-bench-import-"));
  const config = loadConfig({ ...process.env, HUITOU_DATA: data_dir, DATABASE_URL: "", KEYS_DATABASE_URL: "" });
  const composition = await compose({
    config,
    clock: systemClock,
    log: makeLog("error"),
    domains: await loadDomains(),
  });
  try {
    const plain_seconds = await copyPlain(composition);
    const first = await importOnce(composition);
    const again = await importOnce(composition);
    const [members] = await composition.ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ members: number }>("select count(*)::int as members from catalogue.members"),
    );
    const lines = first.report.accepted + first.report.rejected + first.report.duplicates;
    const exact = (name: string, value: number, expected: number): Figure => ({
      name,
      value,
      unit: "",
      reference: expected,
      ratio: value / expected,
      bar: `= ${expected.toLocaleString("en")}`,
      met: value === expected,
    });
    return [
      {
        name: "import: online-retail to the member's timeline",
        value: first.seconds,
        unit: "s",
        reference: plain_seconds,
        ratio: first.seconds / plain_seconds,
        bar: `≤ ${SECONDS_BAR} s`,
        met: first.seconds <= SECONDS_BAR,
      },
      exact("import: lines accounted for", lines, LINES),
      exact("import: customers", members?.members ?? 0, CUSTOMERS),
      {
        name: "import: the same file again, rows that changed anything",
        value: again.report.accepted,
        unit: "rows",
        reference: null,
        ratio: null,
        bar: "= 0",
        met: again.report.accepted === 0,
      },
    ];
  } finally {
    await composition.close();
    await rm(data_dir, { recursive: true, force: true });
  }
}

export const benches: readonly Bench[] = [{ name: "import", run }];
