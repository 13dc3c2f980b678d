import type { Ground } from "../ground.ts";
import { type Clock, WorldClock } from "../platform/clock.ts";
import { sleep } from "../platform/timers.ts";
import { setSetting, settingOf } from "./settings.ts";
import { SYSTEM_SCOPE, type Store } from "./store.ts";

const SETTING = "world_lead_ms";
/** How often the lead is written, and how long the world may run on when it cannot be: both in real time. */
const SAVE_MS = 1_000;
const LEASE_MS = 5_000;

/**
 * The clock of this installation: `wall` itself, unless a demo world has ever run ahead of it or is to run now. What is
 * kept is the lead over real time. So all processes of an installation agree without talking to each other, and the time
 * in which the platform is stopped passes in the world as it does outside.
 */
export async function openWorldClock(store: Store, wall: Clock, live_rate: number | undefined): Promise<Clock> {
  const lead_ms = (await store.read(SYSTEM_SCOPE, (tx) => settingOf<number>(tx, SETTING))) ?? 0;
  if (live_rate === undefined && lead_ms === 0) return wall;
  return new WorldClock(wall, { lead_ms, rate: live_rate ?? 1, live: live_rate !== undefined });
}

async function save(ground: Ground, lead_ms: number): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, (tx) => setSetting(tx, SETTING, Math.ceil(Math.max(0, lead_ms))));
}

export interface WorldTime {
  /** Ends the keeping and writes the lead as it is. */
  stop(): Promise<void>;
}

/** Keeps on disk, some seconds ahead, how far the world leads; without the database the world comes to a stand. */
export async function keepWorldTime(ground: Ground, clock: WorldClock): Promise<WorldTime> {
  let saved_ms = Number.NEGATIVE_INFINITY;
  const extend = async () => {
    const wanted_ms = clock.lead_ms + LEASE_MS * Math.max(0, clock.rate - 1);
    if (clock.rate <= 1 || wanted_ms <= saved_ms) return;
    await save(ground, wanted_ms);
    clock.allow(wanted_ms);
    saved_ms = wanted_ms;
  };
  const stopping = new AbortController();
  await extend();
  const run = async () => {
    while (!stopping.signal.aborted) {
      await sleep(SAVE_MS, stopping.signal);
      if (stopping.signal.aborted) return;
      await extend().catch((error: unknown) =>
        ground.log.warn({ error: String(error) }, "the world's time cannot be kept and comes to a stand"),
      );
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
      await save(ground, clock.lead_ms).catch(() => undefined);
    },
  };
}

/** Moves a demo world forward to an instant, written down before it is so; an earlier instant changes nothing. */
export async function moveWorldTo(ground: Ground, clock: WorldClock, at: Date): Promise<void> {
  const lead_ms = at.getTime() - ground.wall.now().getTime();
  if (lead_ms <= clock.lead_ms) return;
  // The lease is on top, so that a world that is killed in the next second does not wake up before this instant.
  const allowed_ms = lead_ms + LEASE_MS * Math.max(0, clock.rate - 1);
  await save(ground, allowed_ms);
  clock.allow(allowed_ms);
  clock.moveTo(at);
}
