import type { AssessmentItem } from "../../src/trust/assessment/item.ts";

/** GB/T 22239-2019, level 3, clause 8.1.4, secure computing environment. Sentences are ours: the standard's own words are to be read there. */
export const COMPUTING_ITEMS: readonly AssessmentItem[] = [
  {
    id: "8.1.4.1a",
    who: "A",
    zh: "身份唯一；口令复杂并定期更换",
    en: "Unique identity; complex credentials, changed periodically",
    step: {
      zh: "安全策略选用「等保三级」口令档，请口令超期的人员更换口令。",
      en: "Choose the password profile of MLPS and have old passwords changed.",
    },
  },
  {
    id: "8.1.4.1b",
    who: "A",
    zh: "登录失败处理：限次锁定、闲置退出",
    en: "Failed log-ins are handled: limit, lock, sign-out when idle",
    step: {
      zh: "在安全策略中把连续输错次数设为不超过 5、锁定不少于 10 分钟、闲置不超过 30 分钟。",
      en: "In the security policy: 5 attempts at most, locked for 10 minutes at least, idle for 30 minutes at most.",
    },
  },
  {
    id: "8.1.4.1c",
    who: "D",
    zh: "远程管理时鉴别信息不被窃听",
    en: "Credentials cannot be overheard in remote administration",
    step: {
      zh: "配置 HUITOU_TLS_CERT 与 HUITOU_TLS_KEY，或把 PUBLIC_URL 设为反向代理的 https 地址。",
      en: "Set HUITOU_TLS_CERT and HUITOU_TLS_KEY, or PUBLIC_URL to the https address of a proxy.",
    },
  },
  {
    id: "8.1.4.1d",
    who: "A",
    zh: "两种以上鉴别技术，至少一种密码技术",
    en: "Two factors, one of them cryptographic",
    step: {
      zh: "请每位管理员在「账号安全」登记两步验证（推荐通行密钥）。",
      en: "Have every administrator enrol a second factor, best a passkey.",
    },
  },
  {
    id: "8.1.4.2a",
    who: "A",
    zh: "给登录用户分配账户和权限",
    en: "Accounts and rights for each user",
    step: {
      zh: "修正没有角色的账号，或补齐该角色在权限矩阵中的行。",
      en: "Give the account a role, or the role its rows in the matrix.",
    },
  },
  {
    id: "8.1.4.2b",
    who: "A",
    zh: "默认账户重命名或删除，默认口令修改",
    en: "No default accounts or passwords",
    step: {
      zh: "停用未经邀请链接设置口令的账号。",
      en: "Disable accounts whose password was not set through an invitation.",
    },
  },
  {
    id: "8.1.4.2c",
    who: "A",
    zh: "多余、过期账户停用，不共享账户",
    en: "No surplus, expired or shared accounts",
    step: {
      zh: "停用 90 天未使用的账号；同时从多地使用的账号改为一人一号。",
      en: "Disable accounts unused for 90 days; give people who share one their own.",
    },
  },
  {
    id: "8.1.4.2d",
    who: "A",
    zh: "管理用户最小权限，权限分离",
    en: "Least privilege and separation of duties for administrators",
    step: {
      zh: "分别任命系统、安全、审计管理员；创建人账号封存备用；权限矩阵由两人起草与批准。",
      en: "Name a system, a security and an audit administrator, keep the owner's account for emergencies, let two people draft and approve the matrix.",
    },
  },
  {
    id: "8.1.4.2e",
    who: "A",
    zh: "由授权主体配置访问控制策略",
    en: "The access policy is configured by authorised subjects",
    step: {
      zh: "由另一位有批准权限的人批准当前权限矩阵版本。",
      en: "Have somebody else approve the version of the matrix in force.",
    },
  },
  {
    id: "8.1.4.2f",
    who: "A",
    zh: "控制粒度：主体到用户或进程，客体到文件、表",
    en: "Granularity: users and processes, files and tables",
    step: {
      zh: "恢复表上的行级策略，或数据库角色的权限。",
      en: "Restore the row policies of the table, or the privileges of the database role.",
    },
  },
  {
    id: "8.1.4.2g",
    who: "A",
    zh: "主体客体安全标记",
    en: "Labels on subjects and objects",
    step: { zh: "给没有敏感级别的字段补上级别。", en: "Give columns without a sensitivity their level." },
  },
  {
    id: "8.1.4.3a",
    who: "A",
    zh: "审计覆盖每个用户与重要行为",
    en: "Audit covers every user and important act",
    step: { zh: "检查没有写下审计记录的接口。", en: "Look at the routes whose acts leave no row." },
  },
  {
    id: "8.1.4.3b",
    who: "A",
    zh: "审计记录含时间、用户、类型、结果",
    en: "Records hold time, user, type and result",
    step: { zh: "恢复审计表的非空约束。", en: "Restore the constraints of the audit table." },
  },
  {
    id: "8.1.4.3c",
    who: "AD",
    zh: "审计记录受保护并定期备份",
    en: "Records are protected and backed up",
    step: {
      zh: "配置 HUITOU_AUDIT_RECEIVER 到另一台主机；审计链不完好时立即追查。",
      en: "Set HUITOU_AUDIT_RECEIVER to another host; if the chain is broken, find out at once.",
    },
  },
  {
    id: "8.1.4.3d",
    who: "AD",
    zh: "审计进程不被未授权中断",
    en: "The audit cannot be interrupted",
    step: {
      zh: "恢复审计表触发器；检查接收端告警。",
      en: "Restore the triggers of the audit table and look at the receiver's alarm.",
    },
  },
  {
    id: "8.1.4.4a",
    who: "D",
    zh: "最小安装",
    en: "Minimal installation",
    step: { zh: "提供操作系统与镜像的组件清单。", en: "Keep a list of what the operating system and image contain." },
  },
  {
    id: "8.1.4.4b",
    who: "D",
    zh: "关闭不需要的服务、共享与高危端口",
    en: "Unneeded services and ports are closed",
    step: {
      zh: "关闭清单以外的监听端口，或只监听本机地址。",
      en: "Close ports that are not on the list, or listen on this machine alone.",
    },
  },
  {
    id: "8.1.4.4c",
    who: "AD",
    zh: "限制管理终端的接入方式与地址",
    en: "Administration from limited addresses only",
    step: {
      zh: "在反向代理或防火墙上限制管理终端地址，并登记证据。",
      en: "Limit the addresses of administrators at the proxy or firewall, and keep the evidence.",
    },
  },
  {
    id: "8.1.4.4d",
    who: "A",
    zh: "输入校验",
    en: "Input is validated",
    step: { zh: "给没有输入模式的接口补上模式。", en: "Give routes without an input schema one." },
  },
  {
    id: "8.1.4.4e",
    who: "D",
    zh: "发现并修补已知漏洞",
    en: "Known vulnerabilities are found and patched",
    step: {
      zh: "运行依赖漏洞检查并登记日期与结果。",
      en: "Run a scan of the dependencies and keep its date and result.",
    },
  },
  {
    id: "8.1.4.4f",
    who: "AD",
    zh: "检测入侵并报警",
    en: "Intrusion is detected and alarmed",
    step: {
      zh: "恢复停用的监测项，修好未送达的告警通道，完成当天演练。",
      en: "Turn indicators on, mend the channels, complete the day's drill.",
    },
  },
  {
    id: "8.1.4.5",
    who: "O",
    zh: "恶意代码防范或可信验证",
    en: "Malicious code is prevented",
    step: {
      zh: "登记主机防恶意代码的证据（产品、版本、日期）。",
      en: "Keep evidence of the host's protection: product, version, date.",
    },
  },
  {
    id: "8.1.4.6",
    who: "O",
    zh: "可信验证",
    en: "Trusted verification",
    step: {
      zh: "登记可信启动与程序验证的证据，或说明不适用。",
      en: "Keep evidence of trusted boot, or say why it does not apply.",
    },
  },
  {
    id: "8.1.4.7a",
    who: "D",
    zh: "传输完整性",
    en: "Integrity in transit",
    step: {
      zh: "启用 TLS；数据库连接使用 sslmode=verify-full。",
      en: "Turn TLS on; connect to the database with sslmode=verify-full.",
    },
  },
  {
    id: "8.1.4.7b",
    who: "A",
    zh: "存储完整性",
    en: "Integrity at rest",
    step: {
      zh: "打开 PostgreSQL 数据校验和；核对审计链与权限矩阵哈希。",
      en: "Turn data checksums of PostgreSQL on; verify audit chain and matrix hash.",
    },
  },
  {
    id: "8.1.4.8a",
    who: "D",
    zh: "传输保密性",
    en: "Confidentiality in transit",
    step: { zh: "全程启用 TLS，包括数据库与内部连接。", en: "TLS everywhere, also to the database and inside." },
  },
  {
    id: "8.1.4.8b",
    who: "A",
    zh: "存储保密性",
    en: "Confidentiality at rest",
    step: {
      zh: "找到明文所在的表与来源，重新密封后清除明文。",
      en: "Find the table and source of the plain text, seal it anew and remove it.",
    },
  },
  {
    id: "8.1.4.9a",
    who: "D",
    zh: "本地备份与恢复",
    en: "Local back-up and restore",
    step: { zh: "设置每日备份，每周做一次恢复演练。", en: "Back up daily and restore weekly." },
  },
  {
    id: "8.1.4.9b",
    who: "O",
    zh: "异地实时备份",
    en: "Off-site real-time back-up",
    step: {
      zh: "登记异地备份的证据（位置、延迟、日期）。",
      en: "Keep evidence of the off-site back-up: place, lag, date.",
    },
  },
  {
    id: "8.1.4.9c",
    who: "O",
    zh: "重要处理系统热冗余",
    en: "Hot redundancy",
    step: {
      zh: "增加备用主机与数据库副本，登记切换演练。",
      en: "Add a standby host and a replica, and keep the record of a failover.",
    },
  },
  {
    id: "8.1.4.10a",
    who: "AD",
    zh: "鉴别信息存储空间释放前清除",
    en: "Authentication data is cleared before release",
    step: {
      zh: "清除过期会话与链接；检查会话表只存哈希。",
      en: "Clear expired sessions and links; only hashes may be stored.",
    },
  },
  {
    id: "8.1.4.10b",
    who: "AD",
    zh: "敏感数据存储空间释放前清除",
    en: "Sensitive data is cleared before release",
    step: { zh: "让到期的导出与副本销毁其密钥。", en: "Let exports and copies past their day lose their keys." },
  },
  {
    id: "8.1.4.11a",
    who: "A",
    zh: "仅采集和保存业务必需的个人信息",
    en: "Only necessary personal data",
    step: {
      zh: "给没有目的、依据、期限的个人信息字段补登，或停止采集。",
      en: "Register purpose, basis and retention of the field, or stop collecting it.",
    },
  },
  {
    id: "8.1.4.11b",
    who: "A",
    zh: "禁止未授权访问和非法使用个人信息",
    en: "No unauthorised access or use",
    step: {
      zh: "检查匿名可达的接口，恢复默认拒绝。",
      en: "Look at routes open to anybody and restore deny by default.",
    },
  },
];
