import { describe, expect, it } from "vitest";
import { liveRateOf } from "../../src/demo.ts";
import { LiveStream } from "./live.ts";
import { joinedBefore } from "./persons.ts";
import type { Demo } from "./seed.ts";
import { SOURCES, type SourceName } from "./sheet.ts";
import { records } from "./stream.ts";
import { createWorld } from "./world.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const UNTIL = new Date("2026-11-22T03:17:00Z");
const MEMBERS = process.env["HUITOU_LONG"] === "1" ? 1_200 : 400;
const world = createWorld({ members: MEMBERS, seed: 5, until: UNTIL });
const demo: Omit<Demo, "filled"> = {
  members: world.members,
  seed: world.seed,
  from: new Date(world.from).toISOString(),
  until: UNTIL.toISOString(),
};
const END = UNTIL.getTime() + 33 * DAY_MS;

interface Sent {
  readonly id: string;
  readonly at: number;
  readonly arrives: number;
  readonly round: number;
  readonly body: string;
  readonly kind: string;
}

/** Sends from one instant to another in steps; what a run that was broken off had sent is told by `places`. */
async function run(until: number, step_ms: number, places: Partial<Record<SourceName, number>> = {}): Promise<Sent[]> {
  const stream = await LiveStream.open(demo, places);
  const sent: Sent[] = [];
  for (let now = UNTIL.getTime(); now <= until; now += step_ms) {
    for (const source of SOURCES) {
      const letters = stream.waiting(source, now, 10_000);
      for (const { arrives, happening } of letters) {
        const { record, at } = happening;
        const id = `${source}|${record.key}`;
        sent.push({ id, at, arrives, round: now, body: JSON.stringify(record), kind: record.kind });
      }
      stream.done(source, letters.length);
      if (letters.length > 0) places[source] = now;
    }
  }
  return sent;
}

const whole = await run(END, HOUR_MS);

describe("the tea house that goes on", () => {
  it("sends nothing again that came with the seeding, and no key of it for something else", async () => {
    const seeded = new Set<string>();
    for await (const batch of records(world))
      for (const record of batch.records) seeded.add(`${batch.source}|${record.key}`);
    expect(whole.length).toBeGreaterThan(MEMBERS / 2);
    expect(whole.filter(({ id }) => seeded.has(id))).toEqual([]);
    expect(whole.every(({ at }) => at >= UNTIL.getTime())).toBe(true);
  });

  it("is the same world that a later seeding would have filled in, record for record", async () => {
    const later = createWorld({ members: MEMBERS, seed: 5, from: new Date(world.from), until: new Date(END) });
    const filled = new Map<string, string>();
    for await (const batch of records(later))
      for (const record of batch.records) filled.set(`${batch.source}|${record.key}`, JSON.stringify(record));
    const wrong = whole.filter(({ id, at, body }) => at < END && filled.get(id) !== body);
    expect(wrong).toEqual([]);
  });

  it("sends each thing when it has happened, by the world's clock, and what is late once it is there", () => {
    expect(whole.filter(({ at, arrives, round }) => arrives < at || round <= arrives)).toEqual([]);
    expect(whole.filter(({ arrives, round }) => round - arrives > HOUR_MS)).toEqual([]);
  });

  it("brings newcomers beyond the seeded members, orders, log-ins, browsing and returns", () => {
    const kinds = new Set(whole.map(({ kind }) => kind));
    for (const kind of ["member", "order", "return", "login", "browse", "points_movement", "review"])
      expect(kinds).toContain(kind);
    const later = createWorld({ members: MEMBERS, seed: 5, from: new Date(world.from), until: new Date(END) });
    expect(joinedBefore(later, END)).toBeGreaterThan(joinedBefore(later, UNTIL.getTime()) + 5);
    expect(joinedBefore(later, END)).toBeGreaterThan(world.members);
  });

  it("leaves no hole and doubles nothing when it is broken off and opened again", async () => {
    const places: Partial<Record<SourceName, number>> = {};
    const parts: Sent[] = [];
    for (const hours of [0.5, 3, 40, 41, 29 * 24, 33 * 24])
      parts.push(...(await run(UNTIL.getTime() + hours * HOUR_MS, HOUR_MS / 2, places)));
    const count = (list: readonly Sent[]) => {
      const counts = new Map<string, number>();
      for (const { id } of list) counts.set(id, (counts.get(id) ?? 0) + 1);
      return Object.fromEntries([...counts].sort());
    };
    expect(count(parts)).toEqual(count(whole));
  });

  it("knows when the next record comes", async () => {
    const stream = await LiveStream.open(demo, {});
    const next = stream.nextAt() ?? 0;
    expect(next).toBe(Math.min(...whole.map(({ arrives }) => arrives)));
    for (const source of SOURCES) expect(stream.waiting(source, next, 10)).toEqual([]);
  });
});

describe("--live", () => {
  it("is real time without a number and so many times faster with one", () => {
    expect(liveRateOf([])).toBeUndefined();
    expect(liveRateOf(["--live"])).toBe(1);
    expect(liveRateOf(["--live=60"])).toBe(60);
    expect(liveRateOf(["--live", "60"])).toBe(60);
  });

  it("says what is wrong with a pace, and does not go with --empty", () => {
    for (const args of [["--live=0"], ["--live=fast"], ["--live="], ["--live", "1.5"], ["--live=601"]])
      expect(() => liveRateOf(args)).toThrow(/whole number from 1 to 600/);
    expect(() => liveRateOf(["--empty", "--live"])).toThrow(/Choose one/);
  });
});
