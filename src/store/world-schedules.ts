import { type ParsedCronItem, parseCronItems } from "graphile-worker";
import type { Ground } from "../ground.ts";
import { type Loop, startLoop } from "../platform/timers.ts";
import type { Schedule } from "./job-queue.ts";
import { startJob } from "./jobs.ts";
import { setSetting, settingOf } from "./settings.ts";
import { SYSTEM_SCOPE } from "./store.ts";

const SETTING = "world_schedules_through";
const CHECK_MS = 500;
const MINUTE_MS = 60_000;
/** A jump of the world looks back no further; every schedule there is comes due within it. */
const LOOK_BACK_MINUTES_MAX = 32 * 1_440;

/**
 * Starts schedules by the clock of a demo world, where the queue's own cron would follow real time. What came due since
 * the last look runs once, however often it did; a schedule whose last run is still under way or waiting is not started
 * a second time.
 */
export async function startWorldSchedules(ground: Ground, schedules: readonly Schedule[]): Promise<Loop> {
  const parsed = schedules.map((schedule) => ({ schedule, item: parse(schedule) }));
  return startLoop(
    async () => {
      await runDue(ground, parsed);
      return false;
    },
    {
      idle_ms: CHECK_MS,
      onError: (error) => ground.log.error({ error: String(error) }, "schedules of the world were not looked at"),
    },
  );
}

interface Parsed {
  readonly schedule: Schedule;
  readonly item: ParsedCronItem;
}

function parse({ kind, cron }: Schedule): ParsedCronItem {
  const [item] = parseCronItems([{ task: "schedule", match: cron, identifier: kind }]);
  if (item === undefined) throw new Error(`no schedule in "${cron}"`);
  return item;
}

async function runDue(ground: Ground, parsed: readonly Parsed[]): Promise<void> {
  const now = Math.floor(ground.clock.now().getTime() / MINUTE_MS);
  const through = await ground.store.read(SYSTEM_SCOPE, (tx) => settingOf<number>(tx, SETTING));
  if (through !== undefined && through >= now) return;
  // The first look of all begins with this minute: a world that was just filled in has missed nothing.
  const due = parsed.filter(({ item }) => isDue(item, Math.max(through ?? now, now - LOOK_BACK_MINUTES_MAX), now));
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    for (const { schedule } of due) {
      // in a savepoint: a refusal must not take the other schedules with it
      await tx.query("savepoint one");
      await startJob(tx, ground, schedule.kind, schedule.input ?? {}, { key: "schedule" }).catch(
        async (error: { code?: string }) => {
          if (error.code !== "jobs.already_running") throw error;
          await tx.query("rollback to savepoint one");
        },
      );
    }
    await setSetting(tx, SETTING, now);
  });
}

/** Whether a schedule comes due in the minutes after `from` up to and with `to`, both counted from 1970. */
function isDue(item: ParsedCronItem, from: number, to: number): boolean {
  for (let minute = to; minute > from; minute--) {
    const at = new Date(minute * MINUTE_MS);
    const digest = {
      min: at.getUTCMinutes(),
      hour: at.getUTCHours(),
      date: at.getUTCDate(),
      month: at.getUTCMonth() + 1,
      dow: at.getUTCDay(),
    };
    if (item.match(digest)) return true;
  }
  return false;
}
