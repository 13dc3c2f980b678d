import type { Indicator } from "../store/index.ts";
import { openConflicts } from "./conflict-store.ts";

const DAY_MS = 86_400_000;

const conflicts: Indicator = {
  name: "members.conflicts",
  zh: "待处理的身份冲突",
  en: "Open identity conflicts",
  how: { zh: "尚未由人裁定的身份冲突数", en: "Identity conflicts that wait for a person" },
  unit: "count",
  direction: "above",
  warn: 100,
  alarm: 500,
  window_minutes: null,
  advice: {
    zh: "按冲突类型批量裁定；若短时间内猛增，多半是某个来源改了标识的含义，先暂停该来源。",
    en: "Decide them by kind. A sudden rise mostly means that a source changed what an identifier stands for: pause it first.",
  },
  link: "/data/identities?tab=conflicts",
  read: async ({ tx }) => [{ part: "", value: await openConflicts(tx) }],
  inject: async ({ tx, world_at }, limit) => {
    await tx.query(
      `insert into members.conflict (conflict, party_a, party_b, kind, token, found_at)
       select 'synthetic', -n, -n - 1, 'phone', 'synthetic-' || n, $1 from generate_series(1, $2) n`,
      [world_at, limit],
    );
    return { part: "" };
  },
};

const quarantines: Indicator = {
  name: "members.quarantines",
  zh: "新隔离的标识",
  en: "Newly quarantined values",
  how: {
    zh: "最近 24 小时因多人共用而被隔离的手机号、卡号等标识数",
    en: "Identifiers that were set aside within 24 hours because several people hold them",
  },
  unit: "count",
  direction: "above",
  warn: 50,
  alarm: 200,
  window_minutes: 24 * 60,
  advice: {
    zh: "看是否有门店用同一号码代注册，或导入文件填了占位号码；与来源方更正后解除隔离。",
    en: "Look for a store that registers people with one number, or a file with a placeholder. Have it mended, then release the values.",
  },
  link: "/data/identities?tab=quarantined",
  read: async ({ tx, world_at }) => {
    const row = await tx.one<{ count: number }>(
      "select count(*)::int as count from members.quarantine where since > $1 and since <= $2 and released_at is null",
      [new Date(world_at.getTime() - DAY_MS), world_at],
    );
    return [{ part: "", value: row?.count ?? 0 }];
  },
  inject: async ({ tx, world_at }, limit) => {
    await tx.query(
      `insert into members.quarantine (token, kind, reason, holders, since)
       select 'synthetic-' || n, 'phone', 'shared', 9, $1 from generate_series(1, $2) n`,
      [world_at, limit],
    );
    return { part: "" };
  },
};

export const memberIndicators: readonly Indicator[] = [conflicts, quarantines];
