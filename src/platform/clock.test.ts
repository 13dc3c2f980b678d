import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { delaySeconds, FakeClock, WorldClock } from "./clock.ts";

const START = "2026-11-22T02:00:00Z";
const HOUR_MS = 3_600_000;
const ahead = (wall: FakeClock, clock: WorldClock) => clock.now().getTime() - wall.now().getTime();

function worldAt(rate: number, lead_ms = 0): { wall: FakeClock; clock: WorldClock } {
  const wall = new FakeClock(START);
  const clock = new WorldClock(wall, { lead_ms, rate });
  return { wall, clock };
}

describe("the clock of a demo world", () => {
  it("is real time at pace 1", () => {
    const { wall, clock } = worldAt(1);
    wall.advance({ hours: 5 });
    expect(clock.now()).toEqual(wall.now());
  });

  it("runs sixty times faster at pace 60", () => {
    const { wall, clock } = worldAt(60);
    clock.allow(24 * HOUR_MS);
    wall.advance({ minutes: 2 });
    expect(clock.now().toISOString()).toBe("2026-11-22T04:00:00.000Z");
  });

  it("never leads by more than it was allowed to", () => {
    const { wall, clock } = worldAt(60);
    clock.allow(HOUR_MS);
    wall.advance({ hours: 3 });
    expect(ahead(wall, clock)).toBe(HOUR_MS);
    clock.moveTo(new Date(wall.now().getTime() + 9 * HOUR_MS));
    expect(ahead(wall, clock)).toBe(HOUR_MS);
  });

  it("stands still at pace 0 and takes up real time again where it has fallen behind", () => {
    const { wall, clock } = worldAt(0);
    wall.advance({ hours: 1 });
    expect(clock.now().toISOString()).toBe("2026-11-22T02:00:00.000Z");
    clock.setRate(1);
    expect(clock.now()).toEqual(wall.now());
  });

  it("keeps its lead over a pause that is shorter than it", () => {
    const { wall, clock } = worldAt(0, 10 * HOUR_MS);
    wall.advance({ hours: 4 });
    clock.setRate(1);
    expect(ahead(wall, clock)).toBe(6 * HOUR_MS);
  });

  it("measures the machine's own delay in the machine's seconds", () => {
    const { wall, clock } = worldAt(60);
    clock.allow(HOUR_MS);
    const began = clock.now();
    wall.advance({ seconds: 3 });
    expect(delaySeconds(clock, began)).toBe(3);
    expect(delaySeconds(wall, new Date(wall.now().getTime() - 3_000))).toBe(3);
  });

  it("never goes back, whatever is done to it and to the machine's clock", () => {
    const act = fc.oneof(
      fc.record({ kind: fc.constant("pass" as const), seconds: fc.integer({ min: -600, max: 7_200 }) }),
      fc.record({ kind: fc.constant("rate" as const), rate: fc.constantFrom(0, 1, 10, 60, 600) }),
      fc.record({ kind: fc.constant("move" as const), seconds: fc.integer({ min: -90_000, max: 90_000 }) }),
      fc.record({ kind: fc.constant("allow" as const), seconds: fc.integer({ min: 0, max: 200_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const { wall, clock } = worldAt(60);
        let last = clock.now().getTime();
        for (const one of acts) {
          if (one.kind === "pass") wall.advance({ seconds: one.seconds });
          else if (one.kind === "rate") clock.setRate(one.rate);
          else if (one.kind === "allow") clock.allow(one.seconds * 1000);
          else clock.moveTo(new Date(clock.now().getTime() + one.seconds * 1000));
          const now = clock.now().getTime();
          expect(now).toBeGreaterThanOrEqual(last);
          last = now;
        }
      }),
    );
  });
});
