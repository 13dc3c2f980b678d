import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import type { Ground } from "../ground.ts";
import { sleep } from "../platform/index.ts";
import { accept, applyReceived, drainPipeline, ensureSource, startPipeline } from "./index.ts";
import { ROUND_RECORDS } from "./pipeline-store.ts";
import { readAheadOf } from "./read-ahead.ts";
import type { ClearRecord, IdentifiedRecord } from "./record.ts";
import { registerStages, type Stage } from "./stage.ts";

const world = withDatabase();
/** So many batches fill a round. */
const BATCHES = 2;
const BATCH_RECORDS = ROUND_RECORDS / BATCHES;
let admin: pg.Client;
let sources = 0;

beforeAll(async () => {
  admin = new pg.Client({ connectionString: world().composition.databases.admin_url });
  await admin.connect();
  await admin.query("create table public.seen (n bigserial, record_id uuid, sku text, party_id bigint)");
  await admin.query("grant all on public.seen to huitou_app; grant all on sequence public.seen_n_seq to huitou_app");
});
afterAll(() => admin.end());
beforeEach(async () => {
  useStages(world().ground);
  await admin.query("truncate public.seen; truncate ingest.inbox, ingest.record, ingest.reject");
});

/** Writes down in the round's transaction what it was given. */
function probe(before: (records: readonly IdentifiedRecord[]) => void | Promise<void> = () => {}): Stage {
  return {
    domain: "probe",
    apply: async (tx, _ground, records) => {
      await tx.query(
        "insert into public.seen (record_id, sku, party_id) select * from unnest($1::uuid[], $2::text[], $3::bigint[])",
        [
          records.map((record) => record.record_id),
          records.map((record) => record.body["sku"]),
          records.map((record) => record.party_id),
        ],
      );
      await before(records);
      return [];
    },
  };
}

function useStages(ground: Ground, ...stages: Stage[]): void {
  registerStages(ground, stages.length === 0 ? [probe()] : stages);
}

/** Batches in the inbox, each with the skus "batch:place" in this order. */
async function receive(batches: number): Promise<string[]> {
  const { ground } = world();
  sources += 1;
  const source = await ensureSource(ground, { key: `ahead-${sources}`, name: "ahead", kind: "rest" });
  const skus: string[] = [];
  for (let batch = 0; batch < batches; batch += 1) {
    const records = Array.from({ length: BATCH_RECORDS }, (_, n): ClearRecord => {
      const sku = `${batch}:${n}`;
      skus.push(sku);
      return {
        kind: "browse",
        key: sku,
        occurred_at: "2026-11-22T09:30:00+08:00",
        identities: [{ kind: "mall_id", value: `m${n}` }],
        body: { sku },
      };
    });
    await accept(ground, source, records, { protocol: "rest" });
  }
  return skus;
}

async function rows<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
  return (await admin.query(text, values)).rows as Row[];
}

const seen = async () => (await rows<{ sku: string }>("select sku from public.seen order by n")).map(({ sku }) => sku);

async function inboxes(): Promise<number[]> {
  const found = await rows<{ inbox_id: string }>("select inbox_id from ingest.inbox order by inbox_id");
  return found.map(({ inbox_id }) => Number(inbox_id));
}

/** Nothing of this process is at the database. */
async function atRest({ store: { pool } }: Ground): Promise<void> {
  for (let tries = 0; pool.idleCount < pool.totalCount; tries += 1) {
    if (tries > 1_000) throw new Error("a connection is never given back");
    await sleep(5);
  }
}

describe("the next round's batches", () => {
  test("are read while a round is written, and used by the next", async () => {
    const { ground } = world();
    const skus = await receive(2 * BATCHES);
    expect(await applyReceived(ground)).toMatchObject({ inboxes: BATCHES, applied: ROUND_RECORDS });
    await atRest(ground);
    // nothing but this test writes on a record whose inbox row stays as it is
    await admin.query("update ingest.record set body = '{}' where inbox_id = $1", [(await inboxes())[BATCHES]]);
    await drainPipeline(ground);
    expect(await seen()).toEqual(skus);
  });

  test("are read again when they changed in between", async () => {
    const { ground } = world();
    const skus = await receive(2 * BATCHES);
    await applyReceived(ground);
    await atRest(ground);
    const changed = (await inboxes())[BATCHES];
    await admin.query(`update ingest.record set body = '{"sku": "new"}' where inbox_id = $1`, [changed]);
    await admin.query("update ingest.inbox set bytes = bytes + 1 where inbox_id = $1", [changed]);
    await drainPipeline(ground);
    const before = skus.slice(0, ROUND_RECORDS);
    const after = skus.slice(ROUND_RECORDS + BATCH_RECORDS);
    expect(await seen()).toEqual([...before, ...Array.from({ length: BATCH_RECORDS }, () => "new"), ...after]);
  });

  test("are passed over when they were taken back", async () => {
    const { ground } = world();
    const skus = await receive(3 * BATCHES);
    await applyReceived(ground);
    await atRest(ground);
    const gone = (await inboxes())[BATCHES];
    await admin.query("update ingest.inbox set state = 'retracted' where inbox_id = $1", [gone]);
    await drainPipeline(ground);
    expect(await seen()).toEqual([...skus.slice(0, ROUND_RECORDS), ...skus.slice(ROUND_RECORDS + BATCH_RECORDS)]);
  });

  test("come behind older ones that were committed later", async () => {
    const { ground } = world();
    const skus = await receive(4 * BATCHES);
    const late = (await inboxes())[0];
    await admin.query("update ingest.inbox set state = 'applied' where inbox_id = $1", [late]);
    await applyReceived(ground);
    await atRest(ground);
    await admin.query("update ingest.inbox set state = 'received' where inbox_id = $1", [late]);
    await drainPipeline(ground);
    const first = skus.slice(BATCH_RECORDS, BATCH_RECORDS + ROUND_RECORDS);
    const rest = skus.slice(BATCH_RECORDS + ROUND_RECORDS);
    expect(await seen()).toEqual([...first, ...skus.slice(0, BATCH_RECORDS), ...rest]);
  });

  test("bring their clear values with them", async () => {
    const { ground } = world();
    const clear = new Set<string>();
    useStages(ground, {
      domain: "probe",
      apply: async (_tx, _ground, _records, batch) => {
        for (const { value } of batch.clear.values()) clear.add(value);
        return [];
      },
    });
    const source = await ensureSource(ground, { key: "ahead-clear", name: "clear", kind: "rest" });
    const phones = [1, 2, 3].map((n) => `1371234000${n}`);
    for (const phone of phones) {
      const records = Array.from(
        { length: ROUND_RECORDS },
        (_, n): ClearRecord => ({
          kind: "browse",
          key: `${phone}-${n}`,
          occurred_at: "2026-11-22T09:30:00+08:00",
          identities: [{ kind: "phone", value: phone }],
          body: {},
        }),
      );
      await accept(ground, source, records, { protocol: "rest" });
    }
    for (const phone of phones) {
      clear.clear();
      await applyReceived(ground);
      await atRest(ground);
      expect([...clear]).toEqual([`+86${phone}`]);
    }
  });
});

describe("nothing is skipped or doubled", () => {
  test("when a round fails: it is read again, as if nobody had written on its records", async () => {
    const { ground } = world();
    const skus = await receive(4 * BATCHES);
    let round = 0;
    useStages(
      ground,
      probe((records) => {
        round += 1;
        for (const record of records) record.party_id = round;
        if (round === 1 || round === 3) throw new Error("not this time");
      }),
    );
    await drainPipeline(ground);
    expect(round).toBe(6);
    expect(await seen()).toEqual(skus);
    expect(await rows("select 1 from public.seen where party_id is not null")).toEqual([]);
    const attempts = await rows<{ attempts: number }>("select attempts from ingest.inbox order by inbox_id");
    expect(attempts.map((row) => row.attempts)).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  });

  test("when two processes take turns", async () => {
    const { ground } = world();
    // another ground over the same store has a pipeline of its own, as another process has
    const other: Ground = { ...ground };
    useStages(other);
    const skus = await receive(5 * BATCHES);
    for (const one of [ground, other, other, ground, ground]) {
      expect(await applyReceived(one)).toMatchObject({ applied: ROUND_RECORDS });
      await atRest(ground);
    }
    expect(await seen()).toEqual(skus);
  });

  test("when two processes want the same round at once", async () => {
    const { ground } = world();
    const other: Ground = { ...ground };
    useStages(other);
    const skus = await receive(5 * BATCHES);
    await Promise.all([drainPipeline(ground), drainPipeline(other)]);
    expect(await seen()).toEqual(skus);
  });

  test("when reading ahead fails: the round reads for itself", async () => {
    const { ground } = world();
    const cut: Ground = { ...ground, store: { ...ground.store, read: () => Promise.reject(new Error("cut off")) } };
    useStages(cut);
    const skus = await receive(3 * BATCHES);
    for (let round = 0; round < 3; round += 1) {
      expect(await applyReceived(cut)).toMatchObject({ applied: ROUND_RECORDS });
    }
    expect(await seen()).toEqual(skus);
  });

  test("when the pipeline is stopped in the middle: whole rounds are there, the rest comes after the start", async () => {
    const { ground } = world();
    const skus = await receive(5 * BATCHES);
    const entered = Promise.withResolvers<void>();
    let rounds = 0;
    useStages(
      ground,
      probe(() => {
        rounds += 1;
        if (rounds === 2) entered.resolve();
      }),
    );
    const pipeline = await startPipeline(ground);
    await entered.promise;
    await pipeline.stop();
    expect(ground.store.pool.idleCount).toBe(ground.store.pool.totalCount);
    expect(await seen()).toEqual(skus.slice(0, 2 * ROUND_RECORDS));
    const again = await startPipeline(ground);
    while ((await seen()).length < skus.length) await sleep(20);
    await again.stop();
    expect(await seen()).toEqual(skus);
  });

  test("a stopped reader forgets what it read", async () => {
    const { ground } = world();
    await receive(2 * BATCHES);
    await applyReceived(ground);
    await readAheadOf(ground).stop();
    await admin.query(`update ingest.record set body = '{"sku": "new"}'`);
    await drainPipeline(ground);
    expect((await seen()).slice(ROUND_RECORDS)).toEqual(Array.from({ length: ROUND_RECORDS }, () => "new"));
  });
});
