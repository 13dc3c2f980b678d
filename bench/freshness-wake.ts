import type { Ground } from "../src/ground.ts";
import { addDays, businessDay, startOfDay } from "../src/platform/index.ts";
import { prepareAhead } from "../src/tags/ahead.ts";
import { computeDirty } from "../src/tags/compute.ts";
import { bookOf } from "../src/tags/registry.ts";
import type { Figure } from "./main.ts";
import type { BenchWorld } from "./world.ts";

const WAKE_SECONDS_MAX = 60;

/** From midnight until the last member whose day it is has its tags of the new day. */
export async function wakeUps({ ground }: BenchWorld, say: (line: string) => void): Promise<Figure[]> {
  const { timezone } = ground.config;
  const today = businessDay(ground.clock.now(), timezone);
  const ahead_ms = startOfDay(addDays(today, 1), timezone).getTime() - Date.now();
  const moved = (by_ms: number): Ground => ({ ...ground, clock: { now: () => new Date(Date.now() + by_ms) } });
  const evening = moved(ahead_ms - 3_600_000);
  while ((await prepareAhead(evening, bookOf(evening))) > 0) continue;
  say("the evening has prepared");
  const tomorrow = moved(ahead_ms);
  const book = bookOf(tomorrow);
  const { rows } = await ground.store.pool.query<{ ready: number }>("select count(*)::int as ready from tags.ahead");
  const ready = rows[0]?.ready ?? 0;
  const began = performance.now();
  let marks = 0;
  let changed = 0;
  for (;;) {
    const round = await computeDirty(tomorrow, book);
    marks += round.marks;
    changed += round.changed.length;
    if (round.marks === 0) break;
  }
  const value = (performance.now() - began) / 1000;
  return [
    {
      name: `freshness.wake_up at midnight: ${ready} members prepared, ${marks} marked`,
      value,
      unit: "s",
      reference: null,
      ratio: null,
      bar: `≤ ${WAKE_SECONDS_MAX} s`,
      met: value <= WAKE_SECONDS_MAX,
    },
  ];
}
