import type { Indicator, Look } from "../store/index.ts";
import { receiverFaults, silentReceiver } from "./audit/receiver-silence.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Numbers of rows that exist in no committed chain; below them the real chain goes on undisturbed. */
const SYNTHETIC_SEQUENCE = 9_000_000_000_000_000;
const NOBODY = 0;

async function countOf(look: Look, sql: string, values: readonly unknown[]): Promise<number> {
  return (await look.tx.one<{ count: number }>(sql, values))?.count ?? 0;
}

async function injectAudit({ tx, at }: Look, rows: number, entry: { action: string; phase: string; ok: boolean }) {
  await tx.query(
    `insert into access.audit (sequence, at, phase, person_id, actor, action, method, path, subject, status, succeeded, request_id, ip,
       duration_ms, previous_hash, hash)
     select ${SYNTHETIC_SEQUENCE} + n, $1, $3, $5, 'synthetic', $4, 'POST', '', '{}', 401, $6, 'synthetic', null, 0,
       decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex') from generate_series(1, $2) n`,
    [at, rows, entry.phase, entry.action, NOBODY, entry.ok],
  );
}

const SIGN_IN = "post /api/session";
const PIN_SIGN_IN = "post /api/till/session";

const failedLogins: Indicator = {
  name: "access.failed_logins",
  zh: "登录失败",
  en: "Failed log-ins",
  how: {
    zh: "最近 10 分钟内被拒绝的登录次数，门店平板的 PIN 也算",
    en: "Log-ins refused within the last 10 minutes, PINs at tablets too",
  },
  unit: "count",
  direction: "above",
  warn: 10,
  alarm: 30,
  window_minutes: 10,
  advice: {
    zh: "在审计中按「登录」筛选，看来自哪些地址。若集中在一处，封禁该地址；若集中在一个账号，停用该账号并联系本人。",
    en: "Filter the audit by sign-in and see where they come from. One address: block it. One account: disable it and call its owner.",
  },
  link: "/trust/audit?action=post%20%2Fapi%2Fsession&result=refused",
  read: async (look) => {
    const since = new Date(look.at.getTime() - 10 * MINUTE_MS);
    const value = await countOf(
      look,
      `select count(*)::int as count from access.audit where action = any($1) and phase = 'done' and not succeeded and at > $2 and at <= $3`,
      [[SIGN_IN, PIN_SIGN_IN], since, look.at],
    );
    return [{ part: "", value }];
  },
  inject: async (look, limit) => {
    await injectAudit(look, limit, { action: SIGN_IN, phase: "done", ok: false });
    return { part: "" };
  },
};

const lockouts: Indicator = {
  name: "access.lockouts",
  zh: "被锁定的账号",
  en: "Locked accounts",
  how: {
    zh: "因连续输错密码或 PIN 而正被锁定的账号与平板数",
    en: "Accounts and tablets locked at this moment after wrong passwords or PINs in a row",
  },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 3,
  window_minutes: null,
  advice: {
    zh: "联系账号本人确认是否是其本人输错；多个账号同时被锁定，按撞库处理：要求改密码并检查登录地址。",
    en: "Ask the owners whether it was them. Several accounts at once look like credential stuffing: have passwords changed, look at addresses.",
  },
  link: "/trust/people",
  read: async (look) => {
    const value = await countOf(
      look,
      `select ((select count(*) from access.person where locked_until > $1) + (select count(*) from access.pin where locked_until > $1)
         + (select count(*) from access.tablet where locked_until > $1))::int as count`,
      [look.at],
    );
    return [{ part: "", value }];
  },
  inject: async ({ tx, at }, limit) => {
    await tx.query(
      `insert into access.person (name, email, role, created_at, locked_until)
       select 'synthetic', 'synthetic-' || n || '@invalid', 'clerk', $1, $1::timestamptz + interval '5 minutes' from generate_series(1, $2) n`,
      [at, limit],
    );
    return { part: "" };
  },
};

/** Whoever opened fewer than so many in an hour is not looked at, whatever they are used to. */
const READS_ALWAYS_FINE = 20;

/** Rows of the audit log that say that members were opened. */
const READ = "phase = 'read' and (action like 'members.%' or action like 'segments.%')";

const unusualReads: Indicator = {
  name: "access.unusual_reads",
  zh: "异常查看",
  en: "Unusual reads",
  how: {
    zh: `每人最近一小时查看会员资料与跨店查找的次数，超出本人过去 14 天最忙一小时的两倍（至少 ${READS_ALWAYS_FINE} 次）的部分`,
    en: `Per person: members opened and looked up beyond the own stores in the last hour, above twice the busiest hour of the last 14 days (at least ${READS_ALWAYS_FINE})`,
  },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 50,
  window_minutes: 60,
  advice: {
    zh: "在审计中按人员查看其读取了哪些会员；与其主管核实工作缘由，说不清楚则立即停用账号并按数据泄露预案处理。",
    en: "See in the audit which members the person opened and ask their manager why. Without a reason: disable the account and follow the plan for leaks.",
  },
  link: "/trust/audit?result=done",
  read: async ({ tx, at }) => {
    const rows = await tx.query<{ person_id: number; now: number; busiest: number; name: string | null }>(
      // the history is read of those alone who opened much in the last hour
      `with recent as (
         select person_id, count(*)::int as now from (
           select person_id from access.audit where ${READ} and person_id is not null and at > $2::timestamptz - interval '1 hour' and at <= $2
           union all
           select person_id from access.lookup where at > $2::timestamptz - interval '1 hour' and at <= $2) o
         group by person_id having count(*) >= $3),
       hours as (
         select person_id, max(n)::int as busiest from (
           select person_id, floor(extract(epoch from $2::timestamptz - at) / 3600) as ago, count(*) as n from (
             select a.person_id, a.at from recent join access.audit a using (person_id)
             where ${READ} and a.at > $1 and a.at <= $2::timestamptz - interval '1 hour'
             union all
             select l.person_id, l.at from recent join access.lookup l using (person_id)
             where l.at > $1 and l.at <= $2::timestamptz - interval '1 hour') o
           group by person_id, ago) h
         group by person_id)
       select r.person_id, r.now, coalesce(h.busiest, 0) as busiest, p.name
       from recent r left join hours h using (person_id) left join access.person p using (person_id)`,
      [new Date(at.getTime() - 14 * 24 * HOUR_MS), at, READS_ALWAYS_FINE],
    );
    return rows.map(({ person_id, now, busiest, name }) => ({
      part: `person:${person_id}`,
      value: Math.max(0, now - Math.max(READS_ALWAYS_FINE, 2 * busiest)),
      ...(name === null ? {} : { label: name }),
    }));
  },
  inject: async (look, limit) => {
    await injectAudit(look, limit + READS_ALWAYS_FINE, { action: "members.view", phase: "read", ok: true });
    return { part: `person:${NOBODY}` };
  },
};

const matrixAlone: Indicator = {
  name: "access.matrix_alone",
  zh: "无人复核的权限变更",
  en: "Permission changes nobody checked",
  how: {
    zh: "最近 24 小时内由一人起草并批准的权限矩阵版本数",
    en: "Versions of the permission matrix drafted and approved by one person within 24 hours",
  },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 2,
  window_minutes: 24 * 60,
  advice: {
    zh: "请另一位有批准权限的同事复核该版本，并邀请第二位安全管理员，以后由两人完成。",
    en: "Have somebody else who may approve look at that version, and invite a second security administrator.",
  },
  link: "/trust/matrix",
  read: async (look) => {
    const since = new Date(look.at.getTime() - 24 * HOUR_MS);
    const value = await countOf(
      look,
      "select count(*)::int as count from access.matrix_version where alone and decided_at > $1 and decided_at <= $2",
      [since, look.at],
    );
    return [{ part: "", value }];
  },
  inject: async ({ tx, at }, limit) => {
    const person = await tx.one<{ person_id: number }>(
      `insert into access.person (name, email, role, created_at) values ('synthetic', 'synthetic@invalid', 'clerk', $1) returning person_id`,
      [at],
    );
    await tx.query(
      // numbers below zero: those given by the sequence would be missing from the brand's own versions afterwards
      `insert into access.matrix_version (version, state, based_on, author_id, editors, reason, made_at, submitted_at, decided_at, alone)
       overriding system value
       select -n, 'superseded', 0, $1, array[$1::bigint], 'synthetic', $2, $2, $2, true from generate_series(1, $3) n`,
      [person?.person_id, at, limit],
    );
    return { part: "" };
  },
};

const receiverSilent: Indicator = {
  name: "access.audit_receiver",
  zh: "审计接收端无应答",
  en: "Audit receiver silent",
  how: {
    zh: "审计接收端没有正常应答的分钟数",
    en: "Minutes for which the audit receiver has not answered as it should",
  },
  unit: "minutes",
  direction: "above",
  warn: 5,
  alarm: 30,
  window_minutes: null,
  advice: {
    zh: "检查接收端主机与网络。应答前，最新的审计记录没有外部见证。若状态为「分叉」，立即按审计被篡改处理。",
    en: "Check the receiver's host and the network. Until it answers the newest rows have no outside witness. If it says forked, treat the log as tampered with.",
  },
  link: "/trust/audit",
  read: async ({ tx, ground, at }) => receiverFaults(tx, ground, at),
  inject: async ({ tx, at }, limit) => {
    await silentReceiver(tx, new Date(at.getTime() - (limit + 1) * MINUTE_MS));
    return { part: "" };
  },
};

export const accessIndicators: readonly Indicator[] = [
  failedLogins,
  lockouts,
  unusualReads,
  matrixAlone,
  receiverSilent,
];
