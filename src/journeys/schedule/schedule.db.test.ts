import pg from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../../tests/support/database.ts";
import { journey, JourneyShop, type Nodes } from "../../../tests/support/journey-shop.ts";
import { addDays, businessDay, sleep, startOfDay } from "../../platform/index.ts";
import { build as q } from "../../query/index.ts";
import type { JourneyDefinition } from "../definition.ts";
import { changeState, saveJourney } from "../journeys.ts";
import type { Ground } from "../../ground.ts";
import type { Scope, Tx } from "../../store/index.ts";
import { enterScheduled } from "./enter-scheduled.ts";

const world = withDatabase();
const shop = new JourneyShop(world);
const NAMES = Array.from({ length: 24 }, (_, at) => `guest-${at}`);
const STAYS: Nodes = { wait: { kind: "wait", for: { amount: 300, unit: "days" }, next: "out" }, out: { kind: "exit" } };

beforeAll(async () => {
  await shop.open();
  await shop.act("login", NAMES);
});

/** Midnight of a day with nothing under way. */
function turnToMidnight(): Date {
  const { clock, ground } = world();
  const midnight = startOfDay(addDays(businessDay(clock.now(), ground.config.timezone), 1), ground.config.timezone);
  clock.set(midnight);
  return midnight;
}

const shared = (days: number) =>
  q.atLeast(q.count("events", { where: q.equals(q.column("kind"), "share"), window: q.lastDays(days) }), 1);

function daily(key: string, more: Partial<JourneyDefinition> = {}, condition?: unknown) {
  const entry = { kind: "schedule" as const, every: "day" as const, at: "10:00" };
  return journey(key, { entry: condition === undefined ? entry : { ...entry, condition }, ...more });
}

const moments = (key: string) =>
  shop.read<{ at: Date; met: number; entered: number; reason: string | null; finished_at: Date | null }>(
    `select m.at, m.asked, m.met, m.entered, m.reason, m.finished_at from journeys.moment m
     join journeys.version v using (version_id) where v.journey = $1 order by m.at`,
    [key],
  );
const entries = (key: string) =>
  shop.read<{ member_id: number; entered_at: Date }>(
    "select member_id, entered_at from journeys.run where journey = $1 order by run_id",
    [key],
  );
const end = (key: string) => shop.write((tx) => changeState(tx, world().ground, key, "ended"));

describe("a schedule", () => {
  test("lets in, at its time of day, whoever meets its condition then; nobody before, and each moment once", async () => {
    turnToMidnight();
    await shop.publish(daily("care", { reentry: { kind: "again", after_days: 0 } }, shared(1)));
    world().clock.advance({ hours: 9 });
    await shop.act("share", ["guest-1", "guest-2"]);
    await shop.settle();
    expect(await entries("care")).toEqual([]);
    world().clock.advance({ hours: 1, minutes: 7 });
    await shop.settle();
    await shop.settle();
    const ten = new Date(world().clock.now().getTime() - 7 * 60_000);
    expect((await entries("care")).map(({ member_id }) => member_id).sort()).toEqual(
      [await shop.member("guest-1"), await shop.member("guest-2")].sort(),
    );
    // from the moment on, however late a worker came to it
    expect((await entries("care")).every(({ entered_at }) => entered_at.getTime() === ten.getTime())).toBe(true);
    expect(await moments("care")).toMatchObject([{ at: ten, asked: NAMES.length, met: 2, entered: 2, reason: null }]);
    await end("care");
  });

  test("after an outage catches up each missed moment once, of those who met it then; what is a week late lets nobody in and says so", async () => {
    const midnight = turnToMidnight();
    await shop.publish(daily("missed", { reentry: { kind: "again", after_days: 0 } }, shared(1)));
    // asked of profiles alone, whatever day it is
    await shop.publish(daily("profiles", { start: "wait", nodes: STAYS }, q.not(q.member("is_staff"))));
    const day = (n: number, hour: number) => new Date(midnight.getTime() + (n * 24 + hour) * 3_600_000);
    const done = (n: number, name: string) => {
      world().clock.set(day(n, 9));
      return shop.act("share", [name]);
    };
    await done(0, "guest-0");
    await done(2, "guest-2");
    // after the moment of that day, and of no day's share any more at the next
    world().clock.set(day(4, 11));
    await shop.act("share", ["guest-4"]);
    await done(6, "guest-6");
    world().clock.set(day(8, 15));
    await shop.settle();
    const found = await moments("missed");
    expect(found.map(({ at }) => at)).toEqual(Array.from({ length: 9 }, (_, n) => day(n, 10)));
    expect(found.map(({ met, entered, reason }) => `${met} ${entered} ${reason?.slice(9) ?? ""}`.trim())).toEqual([
      "0 0 moment_too_late",
      "0 0 moment_too_late",
      "1 1",
      "0 0",
      "0 0",
      "0 0",
      "1 1",
      "0 0",
      "0 0",
    ]);
    expect(await entries("missed")).toEqual([
      { member_id: await shop.member("guest-2"), entered_at: day(2, 10) },
      { member_id: await shop.member("guest-6"), entered_at: day(6, 10) },
    ]);
    expect((await moments("profiles")).slice(2).map(({ met, entered }) => [met, entered])).toEqual([
      [NAMES.length, NAMES.length],
      ...Array.from({ length: 6 }, () => [NAMES.length, 0]),
    ]);
    await end("missed");
    await end("profiles");
  });

  test("of a pause has no moments, and none of before it was published", async () => {
    turnToMidnight();
    world().clock.advance({ hours: 12 });
    await shop.publish(daily("paused", { start: "wait", nodes: STAYS }));
    await shop.settle();
    expect(await moments("paused")).toEqual([]);
    await shop.write((tx) => changeState(tx, world().ground, "paused", "paused"));
    world().clock.advance({ days: 2 });
    await shop.settle();
    await shop.write((tx) => changeState(tx, world().ground, "paused", "live"));
    await shop.settle();
    expect(await moments("paused")).toEqual([]);
    world().clock.advance({ days: 1 });
    await shop.settle();
    expect(await moments("paused")).toMatchObject([{ met: NAMES.length, entered: NAMES.length }]);
    await end("paused");
  });

  test("lets everybody in exactly once, whatever workers die in whatever portion", async () => {
    const { ground, clock } = world();
    turnToMidnight();
    await shop.publish(daily("killed", { start: "wait", nodes: STAYS, reentry: { kind: "again", after_days: 0 } }));
    clock.advance({ days: 5, hours: 11 });
    let over = false;
    let killed = 0;
    const killer = async () => {
      const admin = new pg.Client({ connectionString: world().composition.databases.admin_url });
      await admin.connect();
      while (!over) {
        await sleep(40);
        const { rowCount } = await admin.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle' limit 1`,
        );
        killed += rowCount ?? 0;
      }
      // whoever is being ended still holds its moment, and others pass it over
      const busy = `select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`;
      while ((await admin.query(busy)).rowCount !== 0) await sleep(20);
      await admin.end();
    };
    const worker = async () => {
      for (;;) {
        const more = await enterScheduled(ground, 1).catch(() => true);
        if (!more) return;
      }
    };
    const killing = killer();
    await Promise.all([worker(), worker(), worker()]);
    over = true;
    await killing;
    // a connection of the pool may have been ended last of all
    await worker();
    expect(killed).toBeGreaterThan(5);
    // who came in at the first moment is still under way at the others
    expect((await entries("killed")).length).toBe(NAMES.length);
    expect(new Set((await entries("killed")).map(({ member_id }) => member_id)).size).toBe(NAMES.length);
    expect(await moments("killed")).toMatchObject([
      { asked: NAMES.length, met: NAMES.length, entered: NAMES.length },
      ...Array.from({ length: 5 }, () => ({ asked: NAMES.length, met: NAMES.length, entered: 0 })),
    ]);
    await end("killed");
  });

  test("whose connection is lost goes on at once; only a statement that failed stands back for the others", async () => {
    const { ground, clock } = world();
    turnToMidnight();
    await shop.publish(daily("lost", { start: "wait", nodes: STAYS }));
    clock.advance({ hours: 11 });
    let code: string | undefined = "EPIPE";
    const shaky: Ground = {
      ...ground,
      store: Object.assign(Object.create(ground.store) as typeof ground.store, {
        write: <T>(scope: Scope, work: (tx: Tx) => Promise<T>): Promise<T> =>
          ground.store.write(scope, (tx) => {
            const query: Tx["query"] = async (text, values) => {
              if (code === "EPIPE" && text.includes("into journeys.run"))
                throw Object.assign(new Error("write EPIPE"), { code });
              if (code === "22012" && text.includes("into journeys.run")) return tx.query("select 1 / 0");
              return tx.query(text, values);
            };
            return work({ ...tx, query });
          }),
      }),
    };
    await expect(enterScheduled(shaky)).rejects.toThrow("EPIPE");
    code = "22012";
    await expect(enterScheduled(shaky)).rejects.toMatchObject({ code });
    code = undefined;
    expect(await enterScheduled(shaky)).toBe(false);
    await shop.settle();
    expect((await entries("lost")).length).toBe(NAMES.length);
    await end("lost");
  });

  test("that does not say on which days is not published; a condition that is gone stops its own moment only", async () => {
    const { ground } = world();
    const entry = { kind: "schedule" as const, every: "week" as const, at: "10:00" };
    await shop.write((tx) => saveJourney(tx, ground, journey("no_days", { entry }), { person_id: null }));
    await expect(shop.publish(journey("no_days", { entry }))).rejects.toMatchObject({
      errors: [{ path: "/entry/weekdays", code: "journeys.weekdays_missing" }],
    });
    await expect(shop.publish(daily("bad", {}, q.tag("no_such_tag")))).rejects.toMatchObject({
      errors: [{ path: "/entry/condition", code: "journeys.condition_bad" }],
    });
    turnToMidnight();
    await shop.publish(daily("whole"));
    await shop.write((tx) =>
      tx.query(
        `insert into journeys.journey (journey, state, made_at) values ('gone', 'live', now());
         with v as (insert into journeys.version (journey, version, definition, saved_at, published_at)
           values ('gone', 1, '${JSON.stringify(daily("gone", {}, q.tag("no_such_tag")))}', now(), now()) returning version_id)
         insert into journeys.schedule select version_id, '${world().clock.now().toISOString()}' from v`,
      ),
    );
    world().clock.advance({ hours: 11 });
    await shop.settle();
    expect(await moments("gone")).toMatchObject([{ entered: 0, reason: "segments.bad_condition" }]);
    expect(await moments("whole")).toMatchObject([{ entered: NAMES.length, reason: null }]);
  });
});
