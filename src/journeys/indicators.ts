import type { Indicator } from "../store/index.ts";

const LATE_MINUTES = 10;

const late: Indicator = {
  name: "journeys.late",
  zh: "旅程停滞",
  en: "Journeys standing still",
  how: {
    zh: `进行中的旅程里，该走下一步却已迟了 ${LATE_MINUTES} 分钟以上的会员数，加上到了时间 ${LATE_MINUTES} 分钟还没进完的次数`,
    en: `Members of live journeys who should have moved on more than ${LATE_MINUTES} minutes ago, and moments of schedules not worked off for as long`,
  },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 1_000,
  window_minutes: null,
  advice: {
    zh: "看后台进程是否在运行、日志里有没有旅程的错误。恢复后会自己赶上，不会重发。",
    en: "See whether the worker runs and what its log says about journeys. They catch up by themselves, and repeat nothing.",
  },
  link: "/journeys",
  read: async ({ tx, world_at }) => {
    const since = new Date(world_at.getTime() - LATE_MINUTES * 60_000);
    return tx.query<{ part: string; value: number }>(
      `select part, sum(value)::int as value from (
         select j.journey as part, count(*)::int as value from journeys.run r join journeys.journey j using (journey)
         where r.ended_at is null and r.due_at < $1 and j.state = 'live' group by j.journey
         union all
         select j.journey, count(*)::int from journeys.moment m join journeys.version v using (version_id) join journeys.journey j using (journey)
         where m.finished_at is null and m.told_at < $1 and j.state = 'live' group by j.journey) late group by part`,
      [since],
    );
  },
  inject: async ({ tx, world_at }, limit) => {
    await tx.query(
      `with made as (insert into journeys.journey (journey, state, made_at) values ('injected_journey', 'live', $1)),
       version as (insert into journeys.version (journey, version, definition, saved_at, published_at)
         select 'injected_journey', 1, '{}', $1, $1 returning version_id)
       insert into journeys.run (version_id, journey, member_id, entry_key, lane, node, due_at, entered_at)
       select version_id, 'injected_journey', n, '', '', 0, $1::timestamptz - interval '1 day', $1 from version, generate_series(1, $2) n`,
      [world_at, limit + 1],
    );
    return { part: "injected_journey" };
  },
};

export const journeyIndicators: readonly Indicator[] = [late];
