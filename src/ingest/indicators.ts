import type { Indicator } from "../store/index.ts";

const HOUR_MS = 3_600_000;
/** Fewer records than this in an hour say nothing about a rate. */
const RATE_RECORDS_MIN = 20;

const silence: Indicator = {
  name: "ingest.silence",
  zh: "数据源静默",
  en: "Sources that fell silent",
  how: {
    zh: "距最近一次收到数据的时间，占该来源约定间隔的比例（100% 即刚好到期；未约定按一天）",
    en: "Time since the last record of each live source, as a share of its expected interval (a day where none is set)",
  },
  unit: "basis_points",
  direction: "above",
  warn: 20_000,
  alarm: 30_000,
  window_minutes: null,
  advice: {
    zh: "打开该数据来源，看密钥是否过期、对方任务是否停了；恢复后用补传或拉取把缺口补上。",
    en: "Open the source: has its key expired, did the other side's job stop? Once it is back, fill the gap by sending again or by a pull.",
  },
  link: "/data/sources",
  read: async ({ tx, world_at }) => {
    const rows = await tx.query<{ source_id: number; name: string; silent: number }>(
      `select s.source_id, s.name,
         (extract(epoch from $1::timestamptz - l.received_at) * 10000 / coalesce(s.expected_every_seconds, 86400))::bigint as silent
       from ingest.source s join lateral (select received_at from ingest.inbox i where i.source_id = s.source_id and received_at <= $1
         order by received_at desc limit 1) l on true
       where s.state = 'live' and s.kind <> 'file' order by s.source_id`,
      [world_at],
    );
    return rows.map((row) => ({ part: `source:${row.source_id}`, value: Math.max(0, row.silent), label: row.name }));
  },
  inject: async ({ tx, world_at }, limit) => {
    const every_seconds = 60;
    const source = await tx.one<{ source_id: number }>(
      `insert into ingest.source (key, name, kind, namespace, rate_per_second_max, event_bytes_max, batch_bytes_max, expected_every_seconds, created_at)
       values ('synthetic-drill', '演练来源', 'rest', 'synthetic', 1, 1, 1, $1, $2) returning source_id`,
      [every_seconds, world_at],
    );
    await tx.query(
      `insert into ingest.inbox (source_id, protocol, received_at, accepted, duplicates, rejected, bytes, state)
       values ($1, 'synthetic', $2, 0, 0, 0, 0, 'applied')`,
      [source?.source_id, new Date(world_at.getTime() - Math.ceil((limit / 10_000 + 1) * every_seconds * 1000))],
    );
    return { part: `source:${source?.source_id ?? 0}` };
  },
};

const rejectRate: Indicator = {
  name: "ingest.reject_rate",
  zh: "拒收率",
  en: "Reject rate",
  how: {
    zh: `最近一小时各来源被拒收的记录占收到记录的比例（不足 ${RATE_RECORDS_MIN} 条不计）`,
    en: `Share of the records of each source refused within the last hour (from ${RATE_RECORDS_MIN} records on)`,
  },
  unit: "basis_points",
  direction: "above",
  warn: 500,
  alarm: 2_000,
  window_minutes: 60,
  advice: {
    zh: "打开「质量与拒收」，按原因看是对方格式变了还是数据坏了；修好后重放，不会丢。",
    en: "Open the rejects and see by reason whether a format changed or data are broken. Mend it and replay: nothing is lost.",
  },
  link: "/data/rejects?state=open",
  read: async ({ tx, world_at }) => {
    const rows = await tx.query<{ source_id: number; name: string; rate: number }>(
      `select i.source_id, max(s.name) as name, (sum(rejected) * 10000 / sum(accepted + duplicates + rejected))::bigint as rate
       from ingest.inbox i join ingest.source s using (source_id) where received_at > $1 and received_at <= $2
       group by i.source_id having sum(accepted + duplicates + rejected) >= $3 order by i.source_id`,
      [new Date(world_at.getTime() - HOUR_MS), world_at, RATE_RECORDS_MIN],
    );
    return rows.map((row) => ({ part: `source:${row.source_id}`, value: row.rate, label: row.name }));
  },
  inject: async ({ tx, world_at }, limit) => {
    const source = await tx.one<{ source_id: number }>(
      `insert into ingest.source (key, name, kind, namespace, rate_per_second_max, event_bytes_max, batch_bytes_max, created_at)
       values ('synthetic-drill', '演练来源', 'rest', 'synthetic', 1, 1, 1, $1) returning source_id`,
      [world_at],
    );
    await tx.query(
      `insert into ingest.inbox (source_id, protocol, received_at, accepted, duplicates, rejected, bytes, state)
       values ($1, 'synthetic', $2, $3, 0, $4, 0, 'applied')`,
      [source?.source_id, world_at, Math.max(0, 10_000 - limit), Math.min(10_000, limit + 1)],
    );
    return { part: `source:${source?.source_id ?? 0}` };
  },
};

export const ingestIndicators: readonly Indicator[] = [silence, rejectRate];
