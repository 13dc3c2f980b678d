import { addDays, businessDay, startOfDay } from "../platform/index.ts";
import { type Indicator, setSetting, type Look } from "../store/index.ts";
import { DRILL_HOUR, isProved, proofsOf } from "./drill.ts";
import { indicatorsOf, limitsOf, movedLimits } from "./indicators.ts";
import { watchState } from "./watch.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How long an alert may be on its way. */
const ON_ITS_WAY_MS = 15 * MINUTE_MS;
/** How long after the hour of the drill its proofs are there. */
const PROVED_BY_MS = (DRILL_HOUR + 1) * HOUR_MS;

const undelivered: Indicator = {
  name: "trust.undelivered",
  zh: "没有送达的告警",
  en: "Alerts that did not arrive",
  how: {
    zh: "最近 24 小时内发送失败，或超过 15 分钟仍未送达的告警数",
    en: "Alerts of the last 24 hours that failed, or are on their way for more than 15 minutes",
  },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 5,
  window_minutes: null,
  advice: {
    zh: "打开「告警通道」看对方的应答码，按提示改地址、密钥或限流；修好后点「发送测试」。",
    en: "Open the alert channels, read what the service answered, mend the address, secret or rate, then send a test.",
  },
  link: "/trust/alerts",
  read: async ({ tx, at }) => {
    const row = await tx.one<{ count: number }>(
      `select count(*)::int as count from trust.delivery where made_at > $1
         and (state = 'failed' or (state in ('waiting', 'sending') and made_at < $2))`,
      [new Date(at.getTime() - 24 * HOUR_MS), new Date(at.getTime() - ON_ITS_WAY_MS)],
    );
    return [{ part: "", value: row?.count ?? 0 }];
  },
  inject: async ({ tx, at }, limit) => {
    const channel = await tx.one<{ channel_id: number }>(
      `insert into trust.channel (kind, name, address_shown, level_min, enabled, created_at) values ('mail', 'synthetic', '', 'alarm', false, $1)
       returning channel_id`,
      [at],
    );
    await tx.query(
      `with made as (
         insert into trust.incident (indicator, part, label, synthetic, level, state, first_value, worst_value, last_value, opened_at, due_at, closed_at)
         values ('synthetic', '', '', true, 'alarm', 'closed', 0, 0, 0, $1, $1, $1) returning incident_id)
       insert into trust.delivery (incident_id, step, channel_id, state, next_try_at, made_at)
       select incident_id, 'synthetic-' || n, $2, 'failed', $1, $1 from made, generate_series(1, $3) n`,
      [at, channel?.channel_id, limit],
    );
    return { part: "" };
  },
};

async function unprovedAt({ tx, ground, at }: Look): Promise<number> {
  const { timezone } = ground.config;
  const today = businessDay(at, timezone);
  const ripe = at.getTime() >= startOfDay(today, timezone).getTime() + PROVED_BY_MS;
  const day = ripe ? today : addDays(today, -1);
  const proofs = await proofsOf(tx, day);
  const began = await tx.one<{ day: string | null }>("select min(day)::text as day from trust.proof");
  // a day before the first drill of all owes no proof
  if (began?.day == null || began.day > day) return 0;
  const moved = await movedLimits(tx);
  const watched = indicatorsOf(ground).filter((one) => limitsOf(one, moved).enabled);
  return watched.filter(({ name }) => !isProved(proofs.find((proof) => proof.indicator === name && proof.day === day)))
    .length;
}

const unproved: Indicator = {
  name: "trust.unproved",
  zh: "未经演练证明的监测",
  en: "Indicators without today's proof",
  how: {
    zh: "当天演练没有报警或没有送达的监测项数（11 点起看当天，之前看前一天）",
    en: "Indicators whose drill of the day raised no alarm or reached no channel (from 11 o'clock on of today, before of yesterday)",
  },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 1,
  window_minutes: null,
  advice: {
    zh: "这些监测今天未被证明有效：看失败原因；修好前按其失效对待，由人工查看。",
    en: "These alarms are not known to work today: read why, and until they do, have a person look at the facts.",
  },
  link: "/trust/risks#indicators",
  read: async (look) => [{ part: "", value: await unprovedAt(look) }],
  // seen from tomorrow noon, of which there is no proof yet; with one of today there was a first drill
  inject: async ({ tx, ground, at }) => {
    const { timezone } = ground.config;
    const today = businessDay(at, timezone);
    await tx.query(
      "insert into trust.proof (indicator, day, injected_at) values ('synthetic', $1, $2) on conflict do nothing",
      [today, at],
    );
    return { part: "", at: new Date(startOfDay(addDays(today, 1), timezone).getTime() + 12 * HOUR_MS) };
  },
};

const unread: Indicator = {
  name: "trust.unread",
  zh: "读不出的监测",
  en: "Indicators that cannot be read",
  how: { zh: "上一轮读取失败的监测项数", en: "Indicators whose last reading failed" },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 2,
  window_minutes: null,
  advice: {
    zh: "多半是数据库繁忙或迁移未完成；看服务日志中「an indicator was not read」一行的原因。",
    en: "Mostly a busy database or a migration under way; the service's log says why at \u201can indicator was not read\u201d.",
  },
  link: "/trust/risks#indicators",
  read: async ({ tx }) => [{ part: "", value: Object.keys((await watchState(tx))?.failed ?? {}).length }],
  inject: async ({ tx, at }, limit) => {
    const failed = Object.fromEntries(Array.from({ length: limit }, (_, n) => [`synthetic.${n}`, "synthetic"]));
    await setSetting(tx, "trust.watch", { read_at: at.toISOString(), failed });
    return { part: "" };
  },
};

export const trustIndicators: readonly Indicator[] = [undelivered, unproved, unread];
