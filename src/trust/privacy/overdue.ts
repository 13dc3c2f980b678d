import { businessDay } from "../../platform/index.ts";
import type { Indicator } from "../../store/index.ts";

/** Requests past their day: the law's time is over, so one is one too many. */
export const overdueRequests: Indicator = {
  name: "trust.rights_overdue",
  zh: "逾期的权利请求",
  en: "Rights requests past their day",
  how: {
    zh: "已过期限、仍未办结或拒绝的个人信息权利请求数",
    en: "Requests about personal data whose due day has passed and that are neither done nor refused",
  },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 3,
  window_minutes: null,
  advice: {
    zh: "打开「个人信息权利」看逾期的请求：今天办结，或写明依据和理由拒绝。",
    en: "Open personal rights and its overdue list: finish each today, or refuse it with ground and reason.",
  },
  link: "/trust/privacy?state=overdue",
  read: async ({ tx, ground, world_at }) => {
    const row = await tx.one<{ count: number }>(
      "select count(*)::int as count from trust.rights_request where closed_at is null and due_day < $1::date",
      [businessDay(world_at, ground.config.timezone)],
    );
    return [{ part: "", value: row?.count ?? 0 }];
  },
  inject: async ({ tx }, limit) => {
    await tx.query(
      `insert into trust.rights_request (kind, member_id, via, state, received_at, received_day, due_day, filed_by)
       select 'access', -n, 'letter', 'received', '2020-01-01', '2020-01-01', '2020-01-31', 0 from generate_series(1, $1) n`,
      [limit],
    );
    return { part: "" };
  },
};
