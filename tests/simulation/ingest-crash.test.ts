import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sleep } from "../../src/platform/timers.ts";
import { Load } from "./ingest-load.ts";
import { Rig } from "./ingest-rig.ts";

const KILLS = process.env["HUITOU_SOAK"] === "1" ? 50 : process.env["HUITOU_LONG"] === "1" ? 20 : 3;
/** A seed that is printed can be given again. */
const SEED = Number(process.env["HUITOU_SEED"] ?? Date.now() % 1_000_000);

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(() => rig.close(), 60_000);

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function present(ids: readonly string[], table: string): Promise<number> {
  const [row] = await rig.query<{ n: number }>(
    `select count(*)::int as n from ${table} where record_id = any($1::uuid[])`,
    [ids],
  );
  return row?.n ?? 0;
}

describe(`kill -9 of the server and of PostgreSQL during ingest, ${KILLS} times, seed ${SEED}`, () => {
  test("every acknowledged message is stored and on the timeline exactly once", async () => {
    const random = randomFrom(SEED);
    const load = new Load(rig, { segment: 3, sensors: 2 });
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(100 + random() * 900);
      if (random() < 0.5) {
        await rig.killServer();
        await sleep(random() * 200);
        await rig.startServer();
      } else {
        rig.killPostgres();
        await sleep(random() * 500);
        await rig.startPostgres();
      }
    }
    await sleep(500);
    await load.stop();
    await rig.settled();
    const ids = [...load.acknowledged];
    expect(ids.length).toBeGreaterThan(KILLS * 20);
    expect(load.failures).toBeGreaterThan(0);
    expect(await present(ids, "ingest.record")).toBe(ids.length);
    expect(await present(ids, "members.event")).toBe(ids.length);
    expect(await rig.query("select record_id from members.event group by record_id having count(*) > 1")).toEqual([]);
    const [sums] = await rig.query<{ said: number; stored: number; refused: number }>(
      `select (select sum(accepted)::int from ingest.inbox) as said, (select count(*)::int from ingest.record) as stored,
           (select count(*)::int from ingest.reject) as refused`,
    );
    expect(sums).toEqual({ said: sums?.stored, stored: sums?.stored, refused: 0 });
  }, 1_800_000);

  test("while PostgreSQL is away a mini program's bytes are acknowledged from the disk, and are stored afterwards", async () => {
    const before = await rig.query<{ n: number }>(
      "select count(*)::int as n from ingest.inbox where spool_id is not null",
    );
    rig.killPostgres();
    const load = new Load(rig, { segment: 0, sensors: 1 });
    // children of the killed server live on for a moment and may still store what comes
    while (load.acknowledged.size === 0 || (await rig.spooled()) === 0) await sleep(50);
    await load.stop();
    const ids = [...load.acknowledged];
    await rig.startPostgres();
    await rig.settled();
    expect(await present(ids, "members.event")).toBe(ids.length);
    const after = await rig.query<{ n: number }>(
      "select count(*)::int as n from ingest.inbox where spool_id is not null",
    );
    expect(after[0]?.n).toBeGreaterThan(before[0]?.n ?? 0);
  });
});
