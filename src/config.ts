import { resolve } from "node:path";

/** Every setting the server takes from the environment: type, default, sentence. The reference page is made from this list. */
export interface Setting {
  readonly name: string;
  readonly type: "text" | "integer" | "path" | "flag";
  readonly default: string;
  readonly zh: string;
  readonly en: string;
  readonly secret?: boolean;
}

export const SETTINGS: readonly Setting[] = [
  { name: "PORT", type: "integer", default: "8800", zh: "HTTP 端口", en: "HTTP port" },
  { name: "HOST", type: "text", default: "127.0.0.1", zh: "监听地址", en: "Address to listen on" },
  { name: "PUBLIC_URL", type: "text", default: "", zh: "对外地址，用于链接", en: "Address people use, for links" },
  {
    name: "HUITOU_TLS_CERT",
    type: "path",
    default: "",
    zh: "TLS 证书（含证书链）文件，PEM；与私钥一起给出后只用 https",
    en: "File of the TLS certificate with its chain, PEM; with the key, https only",
  },
  { name: "HUITOU_TLS_KEY", type: "path", default: "", zh: "TLS 私钥文件，PEM", en: "File of the TLS key, PEM" },
  {
    name: "HUITOU_TRUST_PROXY",
    type: "text",
    default: "",
    zh: "可信反向代理的地址或网段（逗号分隔），由其头部得知来访地址；空则不信任",
    en: "Addresses or networks of trusted reverse proxies (comma-separated), whose headers name the caller; empty: none",
  },
  { name: "HUITOU_DATA", type: "path", default: "./data", zh: "数据目录", en: "Data folder" },
  {
    name: "DATABASE_URL",
    type: "text",
    default: "",
    zh: "外部 PostgreSQL；空则使用内置",
    en: "External PostgreSQL; empty: the embedded one",
    secret: true,
  },
  {
    name: "KEYS_DATABASE_URL",
    type: "text",
    default: "",
    zh: "密钥库；空则为同一服务器上的 <库名>_keys",
    en: "Key store; empty: database <name>_keys on the same server",
    secret: true,
  },
  {
    name: "HUITOU_CRYPTO_SUITE",
    type: "text",
    default: "intl",
    zh: "新加密所用算法：intl（AES-256-GCM、SHA-256、Ed25519）或 gm（SM4、SM3、SM2）；两种都能读",
    en: "Algorithms for what is newly sealed: intl (AES-256-GCM, SHA-256, Ed25519) or gm (SM4, SM3, SM2); both can be read",
  },
  {
    name: "HUITOU_MASTER_KEY",
    type: "text",
    default: "",
    zh: "密钥加密密钥，32 字节 base64；空则放在密钥目录的文件里",
    en: "Key-encryption key, 32 bytes as base64; empty: a file in the key folder",
    secret: true,
  },
  {
    name: "HUITOU_MASTER_KEY_BEFORE",
    type: "text",
    default: "",
    zh: "更换密钥加密密钥时的旧密钥，启动一次后可去掉",
    en: "The key-encryption key before it, while it is changed; not needed after one start",
    secret: true,
  },
  {
    name: "HUITOU_DELETION_JOURNAL",
    type: "path",
    default: "",
    zh: "删除日志所在目录；空则为数据目录的上一级。不可放进备份，也不可丢失",
    en: "Folder of the journal of deletions; empty: the one that holds the data folder. Never back it up with the data, never lose it",
  },
  { name: "HUITOU_TIMEZONE", type: "text", default: "Asia/Shanghai", zh: "业务时区", en: "Business time zone" },
  { name: "HUITOU_CURRENCY", type: "text", default: "CNY", zh: "品牌币种", en: "The brand's currency" },
  {
    name: "HUITOU_DATASETS",
    type: "path",
    default: "../shared/data",
    zh: "测试用真实数据集",
    en: "Real data sets for tests",
  },
  {
    name: "HUITOU_DUCKDB_MEMORY",
    type: "text",
    default: "2500MB",
    zh: "DuckDB 内存上限",
    en: "Memory limit of DuckDB",
  },
  {
    name: "SPARK_CONNECT_URL",
    type: "text",
    default: "",
    zh: "Spark 集群（sc://主机:15002）；空则只用内置引擎",
    en: "Spark cluster (sc://host:15002); empty: the embedded engine alone",
    secret: true,
  },
  {
    name: "HUITOU_AUDIT_RECEIVER",
    type: "text",
    default: "",
    zh: "审计接收端地址（http(s)://…），应在另一台主机上；空则没有",
    en: "Address of the audit receiver (http(s)://…), on another host; empty: none",
  },
  {
    name: "HUITOU_AUDIT_DAYS",
    type: "integer",
    default: "365",
    zh: "审计记录保留天数，至少 180",
    en: "Days that audit rows are kept, at least 180",
  },
  {
    name: "HUITOU_ALERT_ORIGINS",
    type: "text",
    default: "",
    zh: "除三家群机器人外还允许告警发往的来源（http(s)://主机:端口，逗号分隔），可以是内网",
    en: "Origins that alerts may go to beside the three robots (http(s)://host:port, by commas); they may be private",
  },
  {
    name: "HUITOU_WEBHOOK_ORIGINS",
    type: "text",
    default: "",
    zh: "除公网 https 外还允许 Webhook 发往的来源（http(s)://主机:端口，逗号分隔），可以是内网",
    en: "Origins that webhooks may go to beside public https ones (http(s)://host:port, by commas); they may be private",
  },
  {
    name: "HUITOU_ROBOT_ORIGINS",
    type: "text",
    default: "",
    zh: "除公网 https 外还允许机器人访问的来源（http(s)://主机:端口，逗号分隔），可以是内网",
    en: "Origins that robots may visit beside public https ones (http(s)://host:port, by commas); they may be private",
  },
  {
    name: "HUITOU_CHROMIUM",
    type: "path",
    default: "",
    zh: "机器人用的 Chromium 程序；空则用系统里的，没有时用随包带的",
    en: "The Chromium that robots work with; empty: the system's own, and where there is none the one of the package",
  },
  {
    name: "HUITOU_OIDC_ORIGINS",
    type: "text",
    default: "",
    zh: "允许单点登录使用的内网身份服务来源（http(s)://主机:端口，逗号分隔）；公网的 https 身份服务不需要写",
    en: "Origins of identity providers inside the own network (http(s)://host:port, by commas); https ones on the internet need not be named",
  },
  {
    name: "HUITOU_SMTP_URL",
    type: "text",
    default: "",
    zh: "发告警邮件的服务器（smtp(s)://用户:密码@主机:端口）；空则不发邮件",
    en: "Mail server for alerts (smtp(s)://user:password@host:port); empty: no mail",
    secret: true,
  },
  {
    name: "HUITOU_MAIL_FROM",
    type: "text",
    default: "Huitou <alerts@huitou.invalid>",
    zh: "告警邮件的发件人",
    en: "Sender of alert mails",
  },
  {
    name: "HUITOU_LINK_URL",
    type: "text",
    default: "",
    zh: "消息里短链接的开头（https://短域名，指到本服务）；不填则用 PUBLIC_URL",
    en: "Where short links of messages begin (https://short-domain, leading to this server); PUBLIC_URL when empty",
  },
  {
    name: "HUITOU_CHANNEL_SIM_PORT",
    type: "integer",
    default: "0",
    zh: "示例世界自带的通道模拟器端口；0 为任一空闲端口",
    en: "Port of the channel simulator that an example world starts; 0: any free one",
  },
  {
    name: "HUITOU_MALL_OFFICE_PORT",
    type: "integer",
    default: "0",
    zh: "示例世界自带的商城后台端口；0 为任一空闲端口",
    en: "Port of the mall's back office that an example world starts; 0: any free one",
  },
  { name: "LOG_LEVEL", type: "text", default: "info", zh: "日志级别", en: "Log level" },
  {
    name: "HUITOU_DEMO_MEMBERS",
    type: "integer",
    default: "3000",
    zh: "示例世界的会员数",
    en: "Members of the example world",
  },
];

/** Network logs are kept for six months at least (Cybersecurity Law; GB/T 22239-2019 8.1.5.4d). */
const AUDIT_DAYS_MIN = 180;

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly public_url: string;
  /** Where short links of messages begin: a short domain that leads to this server. */
  readonly link_url: string;
  /** Certificate and key; undefined: plain http, for one machine or behind a proxy. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Reverse proxies whose headers are believed. */
  readonly trusted_proxies: readonly string[];
  readonly data_dir: string;
  readonly database_url: string;
  readonly keys_database_url: string;
  readonly crypto_suite: "intl" | "gm";
  readonly master_key: string;
  readonly master_key_before: string;
  readonly deletion_journal: string;
  readonly timezone: string;
  readonly currency: string;
  readonly datasets_dir: string;
  readonly duckdb_memory: string;
  readonly spark_connect_url: string;
  readonly audit_receiver: string;
  readonly audit_days: number;
  /** Origins that alerts may go to whatever their address. */
  readonly alert_origins: readonly string[];
  /** Origins that webhooks may go to whatever their address. */
  readonly webhook_origins: readonly string[];
  /** Origins that robots may visit whatever their address. */
  readonly robot_origins: readonly string[];
  /** The Chromium that robots work with; "": the system's own or that of the package. */
  readonly chromium: string;
  readonly mall_office_port: number;
  /** Origins of identity providers that may be reached whatever their address. */
  readonly oidc_origins: readonly string[];
  readonly smtp_url: string;
  readonly mail_from: string;
  readonly channel_sim_port: number;
  readonly log_level: string;
  readonly demo_members: number;
}

function suiteNamed(name: string): Config["crypto_suite"] {
  if (name !== "intl" && name !== "gm")
    throw new Error(`HUITOU_CRYPTO_SUITE must be intl or gm, but is "${name}" · HUITOU_CRYPTO_SUITE 只能是 intl 或 gm`);
  return name;
}

function originsOf(name: string, text: string): string[] {
  const wanted = text.split(",").map((one) => one.trim());
  return wanted
    .filter((one) => one !== "")
    .map((one) => {
      if (!/^https?:\/\//.test(one) || !URL.canParse(one) || new URL(one).origin !== one)
        throw new Error(
          `${name} must hold origins like https://host:port, but holds "${one}" · ${name} 应为 https://主机:端口`,
        );
      return one;
    });
}

function zoneNamed(timezone: string): string {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
  } catch {
    throw new Error(`HUITOU_TIMEZONE is not a known time zone: "${timezone}" · 未知时区`);
  }
  return timezone;
}

function linkOrigin(text: string): string | undefined {
  const [origin, other] = originsOf("HUITOU_LINK_URL", text);
  if (other !== undefined) throw new Error("HUITOU_LINK_URL is one origin · HUITOU_LINK_URL 只能填一个");
  return origin;
}

function mailServer(url: string): string {
  if (url !== "" && !/^smtps?:\/\//.test(url))
    throw new Error(
      "HUITOU_SMTP_URL must begin with smtp:// or smtps:// · HUITOU_SMTP_URL 应以 smtp:// 或 smtps:// 开头",
    );
  return url;
}

/** Reads and checks the environment; a wrong value stops the start with a sentence that names it. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const text = (name: string): string => {
    const setting = SETTINGS.find((s) => s.name === name);
    if (setting === undefined) throw new Error(`unknown setting ${name}`);
    const value = env[name] ?? "";
    return value === "" ? setting.default : value;
  };
  const integer = (name: string): number => {
    const value = text(name);
    if (!/^\d{1,9}$/.test(value))
      throw new Error(`${name} must be a whole number, but is "${value}" · ${name} 必须是整数`);
    return Number(value);
  };
  const port = integer("PORT");
  if (port > 65_535) throw new Error(`PORT must be at most 65535, but is ${port} · PORT 不能超过 65535`);
  const timezone = zoneNamed(text("HUITOU_TIMEZONE"));
  const spark_connect_url = text("SPARK_CONNECT_URL");
  if (spark_connect_url !== "" && !spark_connect_url.startsWith("sc://"))
    throw new Error("SPARK_CONNECT_URL must look like sc://host:15002 · SPARK_CONNECT_URL 应形如 sc://主机:15002");
  const audit_receiver = text("HUITOU_AUDIT_RECEIVER");
  if (audit_receiver !== "" && !/^https?:\/\//.test(audit_receiver))
    throw new Error(
      "HUITOU_AUDIT_RECEIVER must begin with http:// or https:// · HUITOU_AUDIT_RECEIVER 应以 http:// 或 https:// 开头",
    );
  const audit_days = integer("HUITOU_AUDIT_DAYS");
  if (audit_days < AUDIT_DAYS_MIN)
    throw new Error(
      `HUITOU_AUDIT_DAYS must be at least ${AUDIT_DAYS_MIN}, but is ${audit_days} · HUITOU_AUDIT_DAYS 至少 ${AUDIT_DAYS_MIN}`,
    );
  const host = text("HOST");
  const tls = tlsOf(text("HUITOU_TLS_CERT"), text("HUITOU_TLS_KEY"));
  const scheme = tls === undefined ? "http" : "https";
  const public_url = text("PUBLIC_URL") || `${scheme}://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}`;
  return {
    port,
    host,
    public_url,
    link_url: linkOrigin(text("HUITOU_LINK_URL")) ?? public_url,
    tls,
    trusted_proxies: text("HUITOU_TRUST_PROXY")
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
    data_dir: resolve(text("HUITOU_DATA")),
    database_url: text("DATABASE_URL"),
    keys_database_url: text("KEYS_DATABASE_URL"),
    crypto_suite: suiteNamed(text("HUITOU_CRYPTO_SUITE")),
    master_key: text("HUITOU_MASTER_KEY"),
    master_key_before: text("HUITOU_MASTER_KEY_BEFORE"),
    deletion_journal: text("HUITOU_DELETION_JOURNAL") === "" ? "" : resolve(text("HUITOU_DELETION_JOURNAL")),
    timezone,
    currency: text("HUITOU_CURRENCY"),
    datasets_dir: resolve(text("HUITOU_DATASETS")),
    duckdb_memory: text("HUITOU_DUCKDB_MEMORY"),
    spark_connect_url,
    audit_receiver,
    audit_days,
    alert_origins: originsOf("HUITOU_ALERT_ORIGINS", text("HUITOU_ALERT_ORIGINS")),
    webhook_origins: originsOf("HUITOU_WEBHOOK_ORIGINS", text("HUITOU_WEBHOOK_ORIGINS")),
    ...robotsOf(text, integer),
    oidc_origins: originsOf("HUITOU_OIDC_ORIGINS", text("HUITOU_OIDC_ORIGINS")),
    smtp_url: mailServer(text("HUITOU_SMTP_URL")),
    mail_from: text("HUITOU_MAIL_FROM"),
    log_level: text("LOG_LEVEL"),
    demo_members: integer("HUITOU_DEMO_MEMBERS"),
  };
}

/** Robots, and what an example world has in the place of outside services. */
function robotsOf(
  text: (name: string) => string,
  integer: (name: string) => number,
): Pick<Config, "robot_origins" | "chromium" | "mall_office_port" | "channel_sim_port"> {
  const chromium = text("HUITOU_CHROMIUM");
  return {
    mall_office_port: integer("HUITOU_MALL_OFFICE_PORT"),
    channel_sim_port: integer("HUITOU_CHANNEL_SIM_PORT"),
    robot_origins: originsOf("HUITOU_ROBOT_ORIGINS", text("HUITOU_ROBOT_ORIGINS")),
    chromium: chromium === "" ? "" : resolve(chromium),
  };
}

function tlsOf(cert: string, key: string): Config["tls"] {
  if ((cert === "") !== (key === ""))
    throw new Error("HUITOU_TLS_CERT and HUITOU_TLS_KEY come together · HUITOU_TLS_CERT 与 HUITOU_TLS_KEY 须同时给出");
  return cert === "" ? undefined : { cert: resolve(cert), key: resolve(key) };
}
