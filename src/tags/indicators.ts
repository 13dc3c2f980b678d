import { paceOf } from "../platform/index.ts";
import type { Indicator } from "../store/index.ts";
import { dirtyCount } from "./dirty-store.ts";
import { tagFailures } from "./failure-store.ts";

const MINUTE_MS = 60_000;

const stuck: Indicator = {
  name: "tags.stuck",
  zh: "标签停更",
  en: "Tags that fell behind",
  how: { zh: "等待重算最久的会员已等待的分钟数", en: "Minutes for which the oldest change waits to be computed" },
  unit: "minutes",
  direction: "above",
  warn: 5,
  alarm: 10,
  window_minutes: null,
  advice: {
    zh: "看后台进程是否在运行、数据库是否繁忙。标签停更时，分群与按标签的判断都停在旧数据。",
    en: "See whether the background process runs and the database is busy. While tags wait, segments decide on old facts.",
  },
  link: "/tags?state=stuck",
  read: async ({ tx, ground, world_at }) => {
    const { oldest, oldest_woken } = await dirtyCount(tx);
    const since = [oldest, oldest_woken].filter((at) => at !== null).map((at) => at.getTime());
    if (since.length === 0) return [{ part: "", value: 0 }];
    const late_ms = (world_at.getTime() - Math.min(...since)) / paceOf(ground.clock);
    return [{ part: "", value: Math.max(0, Math.floor(late_ms / MINUTE_MS)) }];
  },
  inject: async ({ tx, ground, world_at }, limit) => {
    const since = new Date(world_at.getTime() - (limit + 1) * MINUTE_MS * paceOf(ground.clock));
    await tx.query("insert into tags.dirty (party_id, since) values (-1, $1)", [since]);
    return { part: "" };
  },
};

const failed: Indicator = {
  name: "tags.failed",
  zh: "无法计算的标签",
  en: "Tags that cannot be computed",
  how: { zh: "最近一次计算失败的标签数", en: "Tags whose last computation failed" },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 3,
  window_minutes: null,
  advice: {
    zh: "打开该标签看失败原因，修正公式或参数；其他标签不受影响。",
    en: "Open the tag, read why it failed and mend its formula. Other tags are not touched.",
  },
  link: "/tags?state=failed",
  read: async ({ tx }) => [{ part: "", value: (await tagFailures(tx)).length }],
  inject: async ({ tx, world_at }, limit) => {
    await tx.query(
      "insert into tags.failure (key, detail, failed_at) select 'synthetic_' || n, '', $1 from generate_series(1, $2) n",
      [world_at, limit],
    );
    return { part: "" };
  },
};

export const tagIndicators: readonly Indicator[] = [stuck, failed];
