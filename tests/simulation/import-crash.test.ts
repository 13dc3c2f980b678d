import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { mapImport, startImportJob, uploadFile } from "../../src/ingest/imports/import.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { sleep } from "../../src/platform/timers.ts";
import { Rig } from "./ingest-rig.ts";

const FILES = process.env["HUITOU_SOAK"] === "1" ? 12 : process.env["HUITOU_LONG"] === "1" ? 4 : 1;
const KILLS_EACH = 2;
const DOCUMENTS = 8_000;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(() => rig.close(), 60_000);

/** Receipts of one to three lines, some lines equal, some rows that cannot be used. */
function till(file: number): { content: string; lines: number; wrong: number } {
  const rows: string[] = [];
  let wrong = 0;
  for (let n = 0; n < DOCUMENTS; n += 1) {
    const head = `f${file}-${n},2026-10-01 10:00:00`;
    for (let k = 0; k <= n % 3; k += 1) rows.push(`${head},s${k % 2},2,9.90,139${10_000_000 + (n % 3_000)}`);
    if (n % 100 === 50) {
      rows.push(`${head},s9,many,9.90,`);
      wrong += 1;
    }
  }
  return { content: `小票号,销售时间,货号,数量,单价,手机号\n${rows.join("\n")}\n`, lines: rows.length - wrong, wrong };
}

/** Uploads and queues the run as the wizard does, and leaves it to the server. */
async function queueImport(content: string): Promise<number> {
  const config = loadConfig({ HUITOU_DATA: join(rig.folder, "server"), DATABASE_URL: rig.database_url });
  const composition = await compose({
    config,
    clock: systemClock,
    log: makeLog("fatal"),
    domains: await loadDomains(),
  });
  const { ground } = composition;
  const stream = (async function* () {
    yield Buffer.from(content);
  })();
  const row = await uploadFile(ground, { file_name: "till.csv", stream });
  await mapImport(ground, row.import_id, { record_kind: "order", mapping: row.guess.mapping });
  await startImportJob(ground, row.import_id, "run");
  await composition.close();
  return row.import_id;
}

async function stateOf(import_id: number) {
  for (;;) {
    try {
      return await stateNow(import_id);
    } catch {
      // PostgreSQL is recovering
      await sleep(100);
    }
  }
}

async function stateNow(import_id: number) {
  const [row] = await rig.query<{ state: string; report: Record<string, number> | null; batches: number }>(
    `select state, report, (select count(*)::int from ingest.import_batch b where b.import_id = i.import_id) as batches
     from ingest.import i where import_id = $1`,
    [import_id],
  );
  return row;
}

test(
  `kill -9 of PostgreSQL and of the server during ${FILES} imports, ${KILLS_EACH} times each: every row once`,
  async () => {
    for (let file = 0; file < FILES; file += 1) {
      const { content, lines, wrong } = till(file);
      const import_id = await queueImport(content);
      for (let kill = 0; kill < KILLS_EACH; kill += 1) {
        // In the middle of the run: some batches are in, others are not.
        const before = (await stateOf(import_id))?.batches ?? 0;
        for (let wait = 0; wait < 600 && ((await stateOf(import_id))?.batches ?? 0) <= before; wait += 1)
          await sleep(50);
        // first the database under the living server, then the server under the living database
        if (kill % 2 === 0) {
          rig.killPostgres();
          await rig.startPostgres();
        } else {
          await rig.killServer();
          await rig.startServer();
        }
      }
      for (let wait = 0; wait < 1_200 && (await stateOf(import_id))?.state !== "done"; wait += 1) await sleep(100);
      const end = await stateOf(import_id);
      expect(end?.state).toBe("done");
      expect(end?.report).toMatchObject({ rows: lines + wrong, accepted: lines, duplicates: 0, rejected: wrong });
      const [held] = await rig.query<{ lines: number; orders: number }>(
        "select sum(line_count)::int as lines, count(*)::int as orders from catalogue.orders where order_no like $1",
        [`f${file}-%`],
      );
      expect(held).toEqual({ lines, orders: DOCUMENTS });
    }
  },
  FILES * 240_000,
);
