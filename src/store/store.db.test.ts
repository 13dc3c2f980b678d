import { describe, expect, it } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { subscriptionsOf } from "../background.ts";
import { sleep } from "../platform/timers.ts";
import { cancelJob, defineJob, jobById, startJob, waitForJob } from "./jobs.ts";
import { startJobWorkers } from "./job-queue.ts";
import { deliverOutbox, emit, type OutboxEvent, type Subscription } from "./outbox.ts";
import { openPool, SYSTEM_SCOPE, type Tx, txOf } from "./store.ts";

const world = withDatabase();
const pause = () => sleep(50);

async function withWorkers(kinds: Parameters<typeof startJobWorkers>[2], run: () => Promise<void>): Promise<void> {
  const { ground, composition } = world();
  const pool = openPool({ ...composition.databases.jobs, size_max: 6, onError: () => undefined });
  const workers = await startJobWorkers(ground, pool, kinds, []);
  try {
    await run();
  } finally {
    await workers.stop();
    await pool.end();
  }
}

describe("the application role", () => {
  it("owns nothing and cannot bypass row security", async () => {
    const { ground } = world();
    const [role] = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query("select current_user as name, rolbypassrls, rolsuper from pg_roles where rolname = current_user"),
    );
    expect(role).toEqual({ name: "huitou_app", rolbypassrls: false, rolsuper: false });
    await expect(ground.store.write(SYSTEM_SCOPE, (tx) => tx.query("create table store.mine (x int)"))).rejects.toThrow(
      /permission denied/,
    );
  });

  it("has its scope set in each transaction and none outside", async () => {
    const { store } = world().ground;
    const scope = { ...SYSTEM_SCOPE, stores: ["S01", "S'02"] };
    const [inside] = await store.read(scope, (tx) => tx.query("select current_setting('huitou.stores') as stores"));
    expect(inside).toEqual({ stores: "S01,S'02" });
    const { rows } = await store.pool.query("select current_setting('huitou.stores', true) as stores");
    expect(rows[0]).toEqual({ stores: "" });
  });
});

describe("reading side by side", () => {
  it("shows every connection the same moment, whatever is committed meanwhile", async () => {
    const { composition } = world();
    const admin = openPool({ url: composition.databases.admin_url, size_max: 1, onError: () => undefined });
    const count = async (tx: Tx) => (await tx.one<{ n: number }>("select count(*)::int as n from store.beside"))?.n;
    try {
      await admin.query("create table store.beside (n int); grant select on store.beside to huitou_app");
      await admin.query("insert into store.beside values (1)");
      const seen = await composition.ground.store.readTogether(SYSTEM_SCOPE, 2, async (tx, others) => {
        await admin.query("insert into store.beside values (2)");
        expect(others).toHaveLength(2);
        return Promise.all([tx, ...others].map(count));
      });
      expect(seen).toEqual([1, 1, 1]);
      expect(await composition.ground.store.readTogether(SYSTEM_SCOPE, 0, (tx) => count(tx))).toBe(2);
    } finally {
      await admin.query("drop table store.beside");
      await admin.end();
    }
  });
});

describe("a plan that is kept", () => {
  it("serves any parameters, makes room for others and follows the tables", async () => {
    const { composition } = world();
    const admin = openPool({ url: composition.databases.admin_url, size_max: 1, onError: () => undefined });
    const pool = openPool({ ...composition.databases.app, size_max: 1, onError: () => undefined });
    const client = await pool.connect();
    const planned = (text: string, values: readonly unknown[]) => txOf(client).planned(text, values);
    try {
      await admin.query("create table store.plan_test (n int); grant select on store.plan_test to huitou_app");
      await admin.query("insert into store.plan_test values (1), (2), (3)");
      const above = "select n from store.plan_test where n > $1 order by n";
      for (const [least, left] of [
        [1, [2, 3]],
        [2, [3]],
      ] as const)
        expect(await planned(above, [least])).toEqual(left.map((n) => ({ n })));
      for (let other = 0; other < 60; other += 1)
        expect(await planned(`select $1::int + ${other} as sum`, [1])).toEqual([{ sum: other + 1 }]);
      const kept = await client.query<{ n: number }>("select count(*)::int as n from pg_prepared_statements");
      expect(kept.rows[0]?.n).toBeLessThan(30);
      await admin.query("create index on store.plan_test (n); insert into store.plan_test values (4)");
      expect(await planned(above, [2])).toEqual([{ n: 3 }, { n: 4 }]);
      await expect(planned("select 1 / $1::int as x", [0])).rejects.toThrow("division by zero");
      expect(await planned("select 1 / $1::int as x", [1])).toEqual([{ x: 1 }]);
    } finally {
      client.release();
      await pool.end();
      await admin.query("drop table store.plan_test");
      await admin.end();
    }
  });
});

describe("jobs", () => {
  it("exist exactly when the transaction commits, run, show progress and keep their result", async () => {
    const { ground } = world();
    const kind = defineJob<{ upto: number }>({
      kind: "test.count",
      run: async ({ input, progress }) => {
        for (let i = 1; i <= input.upto; i += 1) await progress(i, input.upto, `row ${i}`);
        return { counted: input.upto };
      },
    });
    await expect(
      ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await startJob(tx, ground, "test.count", { upto: 1 }, { key: "rolled back" });
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    await withWorkers([kind], async () => {
      const id = await ground.store.write(SYSTEM_SCOPE, (tx) => startJob(tx, ground, "test.count", { upto: 3 }));
      expect(await waitForJob(ground, id, pause)).toMatchObject({
        state: "done",
        done: 3,
        total: 3,
        note: "row 3",
        result: { counted: 3 },
      });
    });
  });

  it("stop when a person cancels, at once when they still wait", async () => {
    const { ground } = world();
    const kind = defineJob({
      kind: "test.endless",
      run: async ({ signal }) => {
        while (!signal.aborted) await sleep(20, signal);
        return { stopped: true };
      },
    });
    const waiting = await ground.store.write(SYSTEM_SCOPE, (tx) => startJob(tx, ground, "test.endless", {}));
    expect(await ground.store.write(SYSTEM_SCOPE, (tx) => cancelJob(tx, ground, waiting))).toMatchObject({
      state: "cancelled",
    });
    await withWorkers([kind], async () => {
      const running = await ground.store.write(SYSTEM_SCOPE, (tx) => startJob(tx, ground, "test.endless", {}));
      for (;;) {
        const row = await ground.store.read(SYSTEM_SCOPE, (tx) => jobById(tx, running));
        if (row.state === "running") break;
        await pause();
      }
      await ground.store.write(SYSTEM_SCOPE, (tx) => cancelJob(tx, ground, running));
      expect(await waitForJob(ground, running, pause)).toMatchObject({ state: "cancelled", result: { stopped: true } });
    });
  });

  it("with one key run once at a time", async () => {
    const { ground } = world();
    const start = () => ground.store.write(SYSTEM_SCOPE, (tx) => startJob(tx, ground, "test.keyed", {}, { key: "k" }));
    const id = await start();
    await expect(start()).rejects.toMatchObject({ code: "jobs.already_running", params: { job_id: id } });
    await ground.store.write(SYSTEM_SCOPE, (tx) => cancelJob(tx, ground, id));
    await start();
  });

  it("keep the sentence of a failure", async () => {
    const { ground } = world();
    const kind = defineJob({
      kind: "test.failing",
      attempts_max: 1,
      run: async () => {
        throw new Error("the disk is full");
      },
    });
    await withWorkers([kind], async () => {
      const id = await ground.store.write(SYSTEM_SCOPE, (tx) => startJob(tx, ground, "test.failing", {}));
      expect(await waitForJob(ground, id, pause)).toMatchObject({
        state: "failed",
        error: { detail: "the disk is full" },
      });
    });
  });
});

/** Transactions of the other databases of this server hold delivery back too: it comes late, never wrong. */
async function deliverUntil(subscription: Subscription, done: () => boolean): Promise<void> {
  while (!done()) {
    await deliverOutbox(world().ground, [subscription]);
    await pause();
  }
}

describe("the outbox", () => {
  it("delivers in order, effects once, also when a handler fails in between", async () => {
    const { ground } = world();
    const seen: number[] = [];
    let fail = true;
    const subscription = {
      subscriber: "test",
      type: "test.happened",
      handle: async (_tx: unknown, _ground: unknown, events: readonly OutboxEvent<never>[]) => {
        if (fail) {
          fail = false;
          throw new Error("once");
        }
        seen.push(...events.map((e) => (e.payload as { n: number }).n));
      },
    };
    await ground.store.write(SYSTEM_SCOPE, (tx) => emit(tx, "test.happened", [{ n: 1 }, { n: 2 }]));
    await ground.store.write(SYSTEM_SCOPE, (tx) => emit(tx, "test.happened", [{ n: 3 }]));
    await expect(deliverUntil(subscription, () => false)).rejects.toThrow("once");
    await deliverUntil(subscription, () => seen.length >= 3);
    await deliverOutbox(ground, [subscription]);
    expect(seen).toEqual([1, 2, 3]);
  });

  it("never skips an event that was emitted early but committed late", async () => {
    const { ground } = world();
    const seen: number[] = [];
    const subscription = {
      subscriber: "test",
      type: "test.late",
      handle: async (_t: unknown, _g: unknown, events: readonly OutboxEvent<never>[]) =>
        void seen.push(...events.map((e) => (e.payload as { n: number }).n)),
    };
    const told = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const slow = ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await emit(tx, "test.late", [{ n: 1 }]);
      told.resolve();
      await held.promise;
    });
    await told.promise;
    await ground.store.write(SYSTEM_SCOPE, (tx) => emit(tx, "test.late", [{ n: 2 }]));
    await deliverOutbox(ground, [subscription]);
    expect(seen).toEqual([]);
    held.resolve();
    await slow;
    await deliverUntil(subscription, () => seen.length >= 2);
    expect(seen).toEqual([1, 2]);
  });

  it("is not held up by a transaction that tells nothing, however long it writes", async () => {
    const { ground } = world();
    const seen: number[] = [];
    const subscription = {
      subscriber: "test",
      type: "test.quick",
      handle: async (_t: unknown, _g: unknown, events: readonly OutboxEvent<never>[]) =>
        void seen.push(...events.map((e) => (e.payload as { n: number }).n)),
    };
    const slow = await ground.store.pool.connect();
    await slow.query("begin");
    await slow.query("create temporary table computed on commit drop as select 1 as n");
    await ground.store.write(SYSTEM_SCOPE, (tx) => emit(tx, "test.quick", [{ n: 1 }]));
    await deliverOutbox(ground, [subscription]);
    expect(seen).toEqual([1]);
    await slow.query("rollback");
    slow.release();
  });

  it("tells every event once, in any mixture of quick, slow and failing transactions beside two deliverers", async () => {
    const { ground } = world();
    const seen: number[] = [];
    const subscription = {
      subscriber: "test",
      type: "test.mixed",
      handle: async (tx: Tx, _g: unknown, events: readonly OutboxEvent<never>[]) => {
        for (const event of events)
          await tx.query("insert into store.heard (n) values ($1)", [(event.payload as { n: number }).n]);
      },
    };
    const admin = openPool({ url: world().composition.databases.admin_url, size_max: 1, onError: () => undefined });
    await admin.query("create table store.heard (n int); grant select, insert on store.heard to huitou_app");
    await admin.end();
    let running = true;
    const deliver = async () => {
      while (running) await deliverOutbox(ground, [subscription]);
    };
    const deliverers = [deliver(), deliver()];
    const told: number[] = [];
    const tell = async (n: number) => {
      const fails = n % 7 === 3;
      await ground.store
        .write(SYSTEM_SCOPE, async (tx) => {
          if (n % 3 === 0) await sleep(n % 20);
          await emit(tx, "test.mixed", [{ n }]);
          if (n % 5 === 0) await sleep((n * 7) % 40);
          if (fails) throw new Error("taken back");
        })
        .then(
          () => told.push(n),
          () => undefined,
        );
    };
    for (let at = 0; at < 400; at += 8) await Promise.all(Array.from({ length: 8 }, (_, i) => tell(at + i)));
    running = false;
    await Promise.all(deliverers);
    await deliverUntil(subscription, () => true);
    await deliverOutbox(ground, [subscription]);
    const { rows } = await ground.store.pool.query<{ n: number }>("select n from store.heard order by n");
    seen.push(...rows.map(({ n }) => n));
    expect(seen).toEqual(told.toSorted((a, b) => a - b));
    expect(seen.length).toBeGreaterThan(300);
  });

  it("every subscription of the domains has a handler", () => {
    for (const s of subscriptionsOf(world().composition)) expect(typeof s.handle).toBe("function");
  });
});
