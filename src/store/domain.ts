import type { Domain } from "../domains.ts";
import type { Indicator } from "./indicator.ts";

/** A job that failed after its retries: what it should have done is not done. */
const failedJobs: Indicator = {
  name: "store.failed_jobs",
  zh: "失败的后台任务",
  en: "Failed jobs",
  how: { zh: "最近 60 分钟内重试后仍失败的任务数", en: "Jobs that failed for good within the last 60 minutes" },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 5,
  window_minutes: 60,
  advice: {
    zh: "打开后台任务，看失败原因；修好后重新运行。每日计算（等级、价值、指标）失败会让页面停在旧数据。",
    en: "Open the jobs, read why it failed, mend the cause and run it again. A daily computation that fails leaves pages on old figures.",
  },
  link: "/data/jobs?state=failed",
  read: async ({ tx, world_at }) => {
    const since = new Date(world_at.getTime() - 60 * 60_000);
    const row = await tx.one<{ count: number }>(
      "select count(*)::int as count from store.job where state = 'failed' and finished_at > $1 and finished_at <= $2",
      [since, world_at],
    );
    return [{ part: "", value: row?.count ?? 0 }];
  },
  inject: async ({ tx, world_at }, limit) => {
    await tx.query(
      `insert into store.job (job_id, kind, input, state, created_at, finished_at)
       select gen_random_uuid(), 'synthetic', '{}', 'failed', $1, $1 from generate_series(1, $2)`,
      [world_at, limit],
    );
    return { part: "" };
  },
};

export const domain: Domain = {
  name: "store",
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["store"],
  indicators: [failedJobs],
};
