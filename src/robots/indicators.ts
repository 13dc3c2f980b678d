import type { Indicator } from "../store/index.ts";

const failing: Indicator = {
  name: "robots.failing",
  zh: "没有做成事的机器人",
  en: "Robots that did not do their work",
  how: {
    zh: "已停下的机器人，和最近一次运行失败的机器人数",
    en: "Robots that have stopped, and robots whose last run failed",
  },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 5,
  window_minutes: null,
  advice: {
    zh: "打开机器人看最后一张截图和那句话：后台改版就改流程，所有者离开就由同事接管，其余重试即可。",
    en: "Open the robot and see its last picture and sentence: mend the flow when the back office changed, take it over when its owner left, else try again.",
  },
  link: "/robots",
  read: async ({ tx }) => {
    const row = await tx.one<{ count: number }>(
      `select count(*)::int as count from robots.robot b
       where owner_id is not null and (state = 'stopped' or (state = 'on' and (select r.state = 'failed' from robots.run r
         where r.robot_id = b.robot_id and r.ended_at is not null order by run_id desc limit 1)))`,
    );
    return [{ part: "", value: row?.count ?? 0 }];
  },
  inject: async ({ tx, at }, limit) => {
    await tx.query("delete from robots.robot");
    await tx.query(
      `insert into robots.robot (place, flow, name, owner_id, inputs, state, stopped_why, made_at)
       select n, 'synthetic', 'synthetic', 1, '{}', 'stopped', 'robots.owner_left', $1 from generate_series(1, $2::int) n`,
      [at, limit],
    );
    return { part: "" };
  },
};

export const robotIndicators: readonly Indicator[] = [failing];
