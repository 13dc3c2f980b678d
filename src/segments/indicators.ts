import type { Indicator } from "../store/index.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const exportsByPerson: Indicator = {
  name: "segments.exports",
  zh: "频繁导出",
  en: "Many exports by one person",
  how: {
    zh: "每人最近一小时发起的名单导出次数",
    en: "Exports of member lists each person asked for within the last hour",
  },
  unit: "count",
  direction: "above",
  warn: 5,
  alarm: 10,
  window_minutes: 60,
  advice: {
    zh: "与本人及其主管核实用途；文件到期前可在分群页撤下。说不清用途的，停用账号并按数据泄露预案处理。",
    en: "Ask the person and their manager what for. Without a reason: disable the account and follow the plan for leaks; files end on their own day.",
  },
  link: "/segments",
  read: async ({ tx, world_at }) => {
    const rows = await tx.query<{ person_id: number; name: string | null; count: number }>(
      `select created_by as person_id, max(created_by_name) as name, count(*)::int as count from segments.export
       where created_at > $1 and created_at <= $2 and created_by is not null group by created_by`,
      [new Date(world_at.getTime() - HOUR_MS), world_at],
    );
    return rows.map((row) => ({
      part: `person:${row.person_id}`,
      value: row.count,
      ...(row.name === null ? {} : { label: row.name }),
    }));
  },
  inject: async ({ tx, world_at }, limit) => {
    await insertExports(tx, world_at, limit, 0);
    return { part: "person:0" };
  },
};

const exportedRows: Indicator = {
  name: "segments.exported_rows",
  zh: "导出人次",
  en: "Members exported",
  how: { zh: "最近 24 小时导出文件中的会员行数合计", en: "Rows of members in files exported within 24 hours" },
  unit: "count",
  direction: "above",
  warn: 50_000,
  alarm: 200_000,
  window_minutes: 24 * 60,
  advice: {
    zh: "核对这些导出的审批与用途；超出日常量的，先暂停导出权限再查。",
    en: "Check the reasons of these exports. Above the usual amount: take the permission away first, then look.",
  },
  link: "/segments",
  read: async ({ tx, world_at }) => {
    const row = await tx.one<{ rows: number }>(
      `select coalesce(sum(rows), 0)::bigint as rows from segments.export
       where finished_at > $1 and finished_at <= $2 and rows is not null`,
      [new Date(world_at.getTime() - DAY_MS), world_at],
    );
    return [{ part: "", value: row?.rows ?? 0 }];
  },
  inject: async ({ tx, world_at }, limit) => {
    await insertExports(tx, world_at, 1, limit + 1);
    return { part: "" };
  },
};

async function insertExports(
  tx: Parameters<Indicator["inject"]>[0]["tx"],
  at: Date,
  count: number,
  rows: number,
): Promise<void> {
  await tx.query(
    `insert into segments.export (name, condition, format, columns, language, reason, state, rows, file_id, created_by, created_by_name,
       created_at, finished_at)
     select 'synthetic', '{}', 'csv', '{}', 'zh', 'synthetic', 'expired', $3, gen_random_uuid(), 0, '演练', $1, $1 from generate_series(1, $2) n`,
    [at, count, rows],
  );
}

export const segmentIndicators: readonly Indicator[] = [exportsByPerson, exportedRows];
