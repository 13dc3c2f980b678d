import { beforeEach, describe, expect, it } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import type { Ground } from "../ground.ts";
import { FakeClock, WorldClock } from "../platform/clock.ts";
import { sleep } from "../platform/timers.ts";
import { deliverOutbox, emit, type Subscription } from "./outbox.ts";
import { setSetting, settingOf } from "./settings.ts";
import { SYSTEM_SCOPE } from "./store.ts";
import { startWorldSchedules } from "./world-schedules.ts";
import { keepWorldTime, moveWorldTo, openWorldClock } from "./world-time.ts";

const world = withDatabase();
const HOUR_MS = 3_600_000;

async function open(wall: FakeClock, rate?: number): Promise<{ ground: Ground; clock: WorldClock }> {
  const { store } = world().ground;
  const clock = await openWorldClock(store, wall, rate);
  return { ground: { ...world().ground, clock, wall }, clock: clock as WorldClock };
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await sleep(20);
}

beforeEach(async () => {
  await world().ground.store.write(SYSTEM_SCOPE, (tx) => tx.query("delete from store.setting"));
});

describe("the time of a world", () => {
  it("is real time itself in an installation that never ran a demo ahead", async () => {
    const wall = new FakeClock();
    expect((await open(wall)).clock).toBe(wall);
  });

  it("goes on from where it had been after a stop in order, and the time of the stop passes in it too", async () => {
    const wall = new FakeClock();
    const first = await open(wall, 60);
    const time = await keepWorldTime(first.ground, first.clock);
    wall.advance({ seconds: 2 });
    const left = first.clock.now().getTime();
    await time.stop();
    wall.advance({ minutes: 10 });
    for (const rate of [60, 1, undefined]) {
      expect((await open(wall, rate)).clock.now().getTime() - left).toBe(10 * 60_000);
    }
  });

  it("does not wake up earlier than it had been after a kill", async () => {
    const wall = new FakeClock();
    const first = await open(wall, 60);
    // kept for the whole test: a process that is killed never says good-bye
    const time = await keepWorldTime(first.ground, first.clock);
    wall.advance({ seconds: 60 });
    const last = first.clock.now().getTime();
    // nothing was written for a minute: it stands where it was allowed to
    expect(last - wall.now().getTime()).toBeLessThanOrEqual(5 * 59 * 1000);
    expect((await open(wall, 60)).clock.now().getTime()).toBeGreaterThanOrEqual(last);
    await time.stop();
  });

  it("jumps forward when it is moved, also over a kill, and never back", async () => {
    const wall = new FakeClock();
    const { ground, clock } = await open(wall, 60);
    const at = new Date(wall.now().getTime() + 9 * HOUR_MS);
    await moveWorldTo(ground, clock, at);
    expect(clock.now()).toEqual(at);
    await moveWorldTo(ground, clock, wall.now());
    expect(clock.now()).toEqual(at);
    expect((await open(wall, 1)).clock.now().getTime()).toBeGreaterThanOrEqual(at.getTime());
  });
});

describe("what one domain tells another in a world ahead of real time", () => {
  it("is stamped by the world's time, so that nothing looks hours late that just happened", async () => {
    const wall = new FakeClock(new Date());
    const { ground, clock } = await open(wall, 60);
    await moveWorldTo(ground, clock, new Date(wall.now().getTime() + 9 * HOUR_MS));
    await ground.store.write(SYSTEM_SCOPE, (tx) => emit(tx, "test.told", [{}]));
    const late_ms: number[] = [];
    const subscription: Subscription = {
      subscriber: "test",
      type: "test.told",
      handle: async (_tx, _ground, events) => {
        for (const { emitted_at } of events) late_ms.push(clock.now().getTime() - emitted_at.getTime());
      },
    };
    await until(async () => {
      await deliverOutbox(ground, [subscription]);
      return late_ms.length > 0;
    });
    expect(Math.abs(late_ms[0] ?? HOUR_MS)).toBeLessThan(HOUR_MS);
  });
});

describe("schedules of a world", () => {
  const schedules = [
    { kind: "test.hourly", cron: "0 * * * *" },
    { kind: "test.nightly", cron: "30 18 * * *" },
    { kind: "test.yearly", cron: "0 0 1 1 *" },
  ];
  const through = (ground: Ground) =>
    ground.store.read(SYSTEM_SCOPE, (tx) => settingOf<number>(tx, "world_schedules_through"));
  const jobs = async (ground: Ground): Promise<Record<string, number>> => {
    const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ kind: string; n: number }>("select kind, count(*)::int as n from store.job group by kind"),
    );
    return Object.fromEntries(rows.map(({ kind, n }) => [kind, n]));
  };
  const seen = async (ground: Ground) => {
    const minute = Math.floor(ground.clock.now().getTime() / 60_000);
    await until(async () => (await through(ground)) === minute);
  };

  beforeEach(async () => {
    await world().ground.store.write(SYSTEM_SCOPE, (tx) => tx.query("delete from store.job"));
  });

  it("run by the world's clock, once for all that came due since the last look", async () => {
    const { ground } = world();
    world().clock.set("2026-11-22T02:59:30Z");
    const loop = await startWorldSchedules(ground, schedules);
    try {
      await seen(ground);
      expect(await jobs(ground)).toEqual({});
      world().clock.advance({ minutes: 1 });
      await seen(ground);
      expect(await jobs(ground)).toEqual({ "test.hourly": 1 });
      await ground.store.write(SYSTEM_SCOPE, (tx) => tx.query("update store.job set state = 'done'"));
      world().clock.advance({ days: 3 });
      await seen(ground);
      expect(await jobs(ground)).toEqual({ "test.hourly": 2, "test.nightly": 1 });
    } finally {
      await loop.stop();
    }
  });

  it("wait for a run that is still under way, and do not take others with them", async () => {
    const { ground } = world();
    world().clock.set("2026-11-22T18:20:00Z");
    const minute = Math.floor(world().clock.now().getTime() / 60_000);
    await ground.store.write(SYSTEM_SCOPE, (tx) => setSetting(tx, "world_schedules_through", minute - 60));
    const loop = await startWorldSchedules(ground, schedules);
    try {
      await seen(ground);
      world().clock.advance({ hours: 1 });
      await seen(ground);
      expect(await jobs(ground)).toEqual({ "test.hourly": 1, "test.nightly": 1 });
    } finally {
      await loop.stop();
    }
  });

  it("miss nothing that came due while the process was stopped", async () => {
    const { ground } = world();
    world().clock.set("2026-11-22T18:29:30Z");
    const first = await startWorldSchedules(ground, schedules);
    await seen(ground);
    await first.stop();
    world().clock.advance({ hours: 8 });
    const second = await startWorldSchedules(ground, schedules);
    try {
      await seen(ground);
      expect(await jobs(ground)).toEqual({ "test.hourly": 1, "test.nightly": 1 });
    } finally {
      await second.stop();
    }
  });
});
