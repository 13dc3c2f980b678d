import { type AuditFacts, auditFacts, auditRowHolds, auditVerified, declaredRoutes } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { type Check, finding } from "./item.ts";

const DAY_MS = 86_400_000;
const RETENTION_DAYS = 180;
const TRIGGERS = 4;
const CHANGES = new Set(["POST", "PUT", "PATCH", "DELETE"]);

function facts(ground: Ground): Promise<AuditFacts> {
  return ground.store.read(SYSTEM_SCOPE, (tx) => auditFacts(tx, ground));
}

const coverage: Check = async (ground) => {
  const routes = declaredRoutes(ground);
  if (routes === undefined) throw new Error("no HTTP server in this process");
  const changing = routes.filter(({ method }) => CHANGES.has(method));
  const { unwritten, rows } = await facts(ground);
  return finding(
    changing.length > 0 && unwritten === 0 && rows > 0,
    `${changing.length} 个会改变数据的接口都由同一道守卫先写后做；一小时前开始而没有结果的操作 ${unwritten} 条（进程中断会留下）。`,
    `${changing.length} routes that change something pass one guard, which writes first; ${unwritten} acts begun more than an hour ago have no outcome (a process that dies leaves such).`,
    { changing: changing.length, unwritten, rows },
  );
};

const content: Check = async (ground) => {
  const { nullable, rows } = await facts(ground);
  const holds = await auditRowHolds(ground);
  return finding(
    nullable.length === 0 && holds && rows > 0,
    `时间、人员、类型、对象、结果等列${nullable.length === 0 ? "都不可为空" : `缺约束：${nullable.join("、")}`}；最新一条${holds ? "完整" : "不完整"}。`,
    `Time, person, type, object and outcome ${nullable.length === 0 ? "can all not be missing" : `lack constraints: ${nullable.join(", ")}`}; the newest row is ${holds ? "whole" : "not whole"}.`,
    { nullable, rows },
  );
};

const protection: Check = async (ground) => {
  const { may_change, triggers, receiver } = await facts(ground);
  const { ok, rows, against } = await auditVerified(ground);
  const held = ok && !may_change && triggers >= TRIGGERS;
  return finding(
    held && receiver !== "answering" ? "partly" : held,
    `审计链刚核对 ${rows} 条，${ok ? "完好" : "已断"}（对照${against === "receiver" ? "接收端" : "本机检查点"}）；应用角色${may_change ? "可以" : "不能"}修改；异地副本${receiver === "answering" ? "正常" : "没有"}。`,
    `The chain was walked just now over ${rows} rows and is ${ok ? "whole" : "broken"} (against ${against === "receiver" ? "the receiver" : "this host's checkpoints"}); the application ${may_change ? "may" : "may not"} change it; a copy elsewhere: ${receiver === "answering" ? "yes" : "none"}.`,
    { ok, rows, may_change, triggers, receiver },
  );
};

const uninterrupted: Check = async (ground) => {
  const { triggers, may_change, receiver } = await facts(ground);
  const held = triggers >= TRIGGERS && !may_change;
  return finding(
    held && receiver !== "answering" ? "partly" : held,
    `写不下审计即不执行（503）；表上触发器 ${triggers} 个生效；接收端${receiver === "answering" ? "在应答，缺口会报警" : "未配置，缺口只在本机可见"}。`,
    `What cannot be written is not done (503); ${triggers} triggers in force; the receiver ${receiver === "answering" ? "answers, gaps raise an alarm" : "is not set, gaps are seen on this host alone"}.`,
    { triggers, may_change, receiver },
  );
};

/** A setting is a promise: the months themselves have to have passed. */
const retention: Check = async (ground) => {
  const { retention_days, oldest_at, receiver } = await facts(ground);
  const now = ground.wall.now().getTime();
  const days = oldest_at === null ? 0 : Math.floor((now - oldest_at.getTime()) / DAY_MS);
  const kept = retention_days >= RETENTION_DAYS && days >= RETENTION_DAYS;
  return finding(
    kept && receiver !== "answering" ? "partly" : kept,
    `设定保留 ${retention_days} 天；最早一条距今 ${days} 天，${days >= RETENTION_DAYS ? "已满" : "尚未满"} ${RETENTION_DAYS} 天；集中收集${receiver === "answering" ? "到接收端" : "未配置"}。`,
    `Kept ${retention_days} days by setting; the oldest row is ${days} days old, ${days >= RETENTION_DAYS ? "past" : "not yet"} ${RETENTION_DAYS}; collected ${receiver === "answering" ? "at the receiver" : "nowhere else"}.`,
    { retention_days, days, receiver },
  );
};

const chain: Check = async (ground) => {
  const { ok, rows, against } = await auditVerified(ground);
  return finding(
    ok && rows > 0,
    `刚核对 ${rows} 条，${ok ? "完好" : "已断"}，对照${against === "receiver" ? "接收端" : "本机检查点"}。`,
    `${rows} rows walked just now, ${ok ? "whole" : "broken"}, against ${against === "receiver" ? "the receiver" : "this host's checkpoints"}.`,
    { ok, rows, against },
  );
};

export const AUDIT_CHECKS: Readonly<Record<string, Check>> = {
  "8.1.4.3a": coverage,
  "8.1.4.3b": content,
  "8.1.4.3c": protection,
  "8.1.4.3d": uninterrupted,
  "8.1.5.4d": retention,
  "AU-1": chain,
};
