import { declaredRoutes } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { businessDay } from "../../platform/index.ts";
import { listeningPorts } from "../../platform/listening.ts";
import { recoveryState } from "../../recovery/index.ts";
import { databaseFacts, SYSTEM_SCOPE } from "../../store/index.ts";
import { listChannels } from "../channel-store.ts";
import { isProved, proofsOf } from "../drill.ts";
import { indicatorsOf, limitsOf, movedLimits } from "../indicators.ts";
import { simAddress } from "../sender.ts";
import { watchState } from "../watch.ts";
import { type Check, finding } from "./item.ts";
import { assetsOf } from "./assets.ts";

const MINUTE_MS = 60_000;
const BEAT_MINUTES_MAX = 5;
const ANSWERED_DAYS = 30;

const isLocal = (address: string) => address.startsWith("127.") || address === "::1";

/** Whether people's requests are encrypted: by this server, or by a proxy before it. */
function encrypted({ config }: Ground): { own: boolean; proxy: boolean } {
  return { own: config.tls !== undefined, proxy: config.public_url.startsWith("https:") };
}

const remote: Check = async (ground) => {
  const { own, proxy } = encrypted(ground);
  return finding(
    own || proxy,
    own
      ? "服务自身使用 TLS 1.2 及以上，会话 Cookie 仅限 https。"
      : proxy
        ? "PUBLIC_URL 为 https，由反向代理加密；会话 Cookie 仅限 https。"
        : `控制台地址 ${ground.config.public_url} 未加密。`,
    own
      ? "The server speaks TLS 1.2 and newer; session cookies go over https alone."
      : proxy
        ? "PUBLIC_URL is https: a proxy encrypts; session cookies go over https alone."
        : `The console at ${ground.config.public_url} is not encrypted.`,
    { own, proxy },
  );
};

/** Transit as a whole: people's requests and the way to the database. */
const transit: Check = async (ground) => {
  const { own, proxy } = encrypted(ground);
  const { encrypted: ssl, local } = await ground.store.read(SYSTEM_SCOPE, databaseFacts);
  const database = ssl || local;
  const people = own || proxy;
  return finding(
    people && database ? true : people || database ? "partly" : false,
    `控制台${people ? "" : "未"}加密；数据库连接${ssl ? "已加密" : local ? "在本机，不经网络" : "未加密"}。审计检查点与机器人消息有签名。`,
    `The console is ${people ? "" : "not "}encrypted; the database is ${ssl ? "reached encrypted" : local ? "on this machine" : "reached in clear"}. Audit checkpoints and robots' messages are signed.`,
    { own, proxy, ssl, local },
  );
};

const minimal: Check = async () => {
  const { packages, without_hash } = await assetsOf();
  return finding(
    packages > 0 && without_hash === 0 ? "partly" : "not_met",
    `锁定文件列出 ${packages} 个组件，${without_hash} 个没有校验值；操作系统与镜像清单由运维提供。`,
    `The lockfile lists ${packages} components, ${without_hash} without a hash; the list of the operating system is for whoever runs it.`,
    { packages, without_hash },
  );
};

const ports: Check = async (ground) => {
  const listening = await listeningPorts();
  const sim = await ground.store.read(SYSTEM_SCOPE, simAddress);
  const known = new Set(
    [
      String(ground.config.port),
      sim === undefined ? "" : new URL(sim.http).port,
      sim === undefined ? "" : new URL(sim.smtp).port,
    ].filter(Boolean),
  );
  const strange = listening.filter(({ address, port }) => !known.has(String(port)) && !isLocal(address));
  return finding(
    strange.length === 0,
    `本进程监听 ${listening.map(({ address, port }) => `${address}:${port}`).join("、") || "无"}；清单外对外监听 ${strange.length} 个。数据库与其他进程由运维证明。`,
    `This process listens on ${listening.map(({ address, port }) => `${address}:${port}`).join(", ") || "nothing"}; ${strange.length} ports beyond the list are open to others. Other processes are for whoever runs them to show.`,
    { listening, strange },
  );
};

const addresses: Check = async () =>
  finding(
    false,
    "平台没有管理地址白名单；请在代理或防火墙限制并登记证据。",
    "The platform keeps no list of administrators' addresses; limit them at the proxy and keep the evidence.",
  );

const input: Check = async (ground) => {
  const routes = declaredRoutes(ground);
  if (routes === undefined) throw new Error("no HTTP server in this process");
  const bare = routes.filter(({ validated }) => !validated).map(({ method, url }) => `${method} ${url}`);
  return finding(
    routes.length > 0 && bare.length === 0,
    `${routes.length} 个接口按模式校验，多余字段拒绝；地址参数没有模式的 ${bare.length} 个${bare.length === 0 ? "" : `（${bare.slice(0, 3).join("、")}）`}。`,
    `${routes.length} routes are validated, unknown fields refused; ${bare.length} have no schema for their address${bare.length === 0 ? "" : ` (${bare.slice(0, 3).join(", ")})`}.`,
    { routes: routes.length, bare },
  );
};

const vulnerabilities: Check = async () =>
  finding(
    false,
    "没有登记过依赖漏洞检查的日期与结果。",
    "No date and result of a scan of the dependencies is on record.",
  );

interface Alarms {
  readonly watched: number;
  readonly off: number;
  readonly proved: number;
  readonly channels: number;
  readonly real_channels: number;
  readonly late: number;
  readonly beat_minutes: number;
}

async function alarms(ground: Ground): Promise<Alarms> {
  const now = ground.wall.now();
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const moved = await movedLimits(tx);
    const today = businessDay(now, ground.config.timezone);
    const proofs = await proofsOf(tx, today);
    const all = indicatorsOf(ground);
    const on = all.filter((one) => limitsOf(one, moved).enabled);
    const channels = (await listChannels(tx)).filter(({ enabled }) => enabled);
    const late = await tx.one<{ count: number }>(
      `select count(*)::int as count from trust.incident where not synthetic and opened_at > $1 and due_at < $2
         and coalesce(acknowledged_at, closed_at, $2) > due_at`,
      [new Date(now.getTime() - ANSWERED_DAYS * 86_400_000), now],
    );
    const read_at = (await watchState(tx))?.read_at;
    return {
      watched: on.length,
      off: all.length - on.length,
      proved: on.filter(({ name }) => isProved(proofs.find((proof) => proof.indicator === name))).length,
      channels: channels.length,
      real_channels: channels.filter(({ simulated }) => !simulated).length,
      late: late?.count ?? 0,
      beat_minutes:
        read_at === undefined ? Number.POSITIVE_INFINITY : (now.getTime() - Date.parse(read_at)) / MINUTE_MS,
    };
  });
}

const sentenceOf = (found: Alarms): readonly [zh: string, en: string] => [
  `监测 ${found.watched} 项（停用 ${found.off}），今日演练证明 ${found.proved} 项；通道 ${found.channels} 个，其中真实 ${found.real_channels} 个；${ANSWERED_DAYS} 天内超过两小时才响应的事件 ${found.late} 件。`,
  `${found.watched} indicators (${found.off} off), ${found.proved} proved by today's drill; ${found.channels} channels, ${found.real_channels} of them real; ${found.late} incidents of ${ANSWERED_DAYS} days answered after two hours.`,
];

const intrusion: Check = async (ground) => {
  const found = await alarms(ground);
  const works = found.watched > 0 && found.proved === found.watched && found.channels > 0;
  return finding(works && found.off > 0 ? "partly" : works, ...sentenceOf(found), { ...found });
};

const analysed: Check = async (ground) => {
  const found = await alarms(ground);
  const works = found.proved === found.watched && found.channels > 0;
  return finding(works && found.late === 0, ...sentenceOf(found), { ...found });
};

const engine: Check = async (ground) => {
  const found = await alarms(ground);
  const beats = found.beat_minutes <= BEAT_MINUTES_MAX;
  return finding(beats && found.proved === found.watched && found.late === 0, ...sentenceOf(found), { ...found });
};

const monitoring: Check = async () =>
  finding(
    false,
    "平台提供 /metrics，但没有事实证明有监控系统在抓取；请登记证据。",
    "The platform offers /metrics, but nothing shows that a monitoring scrapes it; keep the evidence.",
  );

const BACKUP_HOURS_MAX = 24;
const DRILL_DAYS_MAX = 7;
const HOUR_SECONDS = 3_600;

const backup: Check = async (ground) => {
  const { backup_age_seconds, drill, drill_age_seconds } = await recoveryState(ground);
  const hours = backup_age_seconds === null ? null : Math.floor(backup_age_seconds / HOUR_SECONDS);
  const days = drill_age_seconds === null ? null : Math.floor(drill_age_seconds / HOUR_SECONDS / 24);
  const fresh = hours !== null && hours <= BACKUP_HOURS_MAX;
  const tried = drill?.ok === true && days !== null && days <= DRILL_DAYS_MAX;
  return finding(
    fresh && tried ? "met" : fresh ? "partly" : "not_met",
    `最近备份${hours === null ? "没有" : `距今 ${hours} 小时`}；恢复演练${days === null ? "没有做过" : `${days} 天前，${drill?.ok === true ? "通过" : "未通过"}`}。`,
    `Newest back-up: ${hours === null ? "none" : `${hours} h old`}; restore ${days === null ? "never tried" : `tried ${days} days ago, ${drill?.ok === true ? "whole" : "not whole"}`}.`,
    { hours, days, ok: drill?.ok ?? null },
  );
};

const redundancy: Check = async (ground) => {
  const { replicas } = await ground.store.read(SYSTEM_SCOPE, databaseFacts);
  return finding(
    replicas > 0 ? "partly" : "not_met",
    replicas > 0 ? `数据库副本 ${replicas} 个；切换演练请登记证据。` : "单台主机，没有数据库副本与备用主机。",
    replicas > 0
      ? `${replicas} replicas of the database; keep the record of a failover.`
      : "One host without a replica or standby.",
    { replicas },
  );
};

const supply: Check = async () => {
  const { packages, lock_hash } = await assetsOf();
  return finding(
    false,
    `组件清单 ${packages} 项（锁定文件 SHA-256 ${lock_hash.slice(0, 12)}）；没有漏洞检查的日期。`,
    `${packages} components (lockfile SHA-256 ${lock_hash.slice(0, 12)}); no date of a scan.`,
    { packages, lock_hash },
  );
};

export const PLATFORM_CHECKS: Readonly<Record<string, Check>> = {
  "8.1.4.1c": remote,
  "8.1.4.4a": minimal,
  "8.1.4.4b": ports,
  "8.1.4.4c": addresses,
  "8.1.4.4d": input,
  "8.1.4.4e": vulnerabilities,
  "8.1.4.4f": intrusion,
  "8.1.4.7a": transit,
  "8.1.4.8a": transit,
  "8.1.4.9a": backup,
  "8.1.4.9c": redundancy,
  "8.1.5.4c": monitoring,
  "8.1.5.4f": analysed,
  "BK-1": backup,
  "MO-1": engine,
  "SU-1": supply,
};
