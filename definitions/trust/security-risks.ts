import type { RiskDefinition } from "../../src/trust/risk-definition.ts";

/** Risks to data and accounts. */
export const SECURITY_RISKS: readonly RiskDefinition[] = [
  {
    key: "data_leak",
    name: { zh: "会员数据泄露", en: "Leak of member data" },
    description: {
      zh: "会员的手机号、姓名、消费记录被未经授权的人看到、导出或带走。",
      en: "Phones, names or purchases of members are seen, exported or taken by somebody who must not.",
    },
    inherent: { likelihood: 5, impact: 5 },
    current: { likelihood: 3, impact: 5 },
    owner: { zh: "安全管理员", en: "Security administrator" },
    measures: [
      {
        zh: "个人信息入库前切出并密封，查看时由服务器遮盖",
        en: "Personal data are cut out and sealed at the edge, and masked by the server",
      },
      {
        zh: "权限矩阵按角色、级别、门店授权；导出留记录并到期销毁",
        en: "The permission matrix gives rights by role, level and store; exports leave a record and end on their day",
      },
      {
        zh: "审计记录防篡改，异常查看与频繁导出自动告警",
        en: "The audit log shows tampering; unusual reads and many exports raise alarms",
      },
    ],
    indicators: ["access.unusual_reads", "segments.exports", "segments.exported_rows", "access.matrix_alone"],
    plan: {
      title: { zh: "数据泄露应急预案", en: "Plan for leaks" },
      steps: [
        {
          within_minutes: 15,
          who: { zh: "安全管理员", en: "Security administrator" },
          what: {
            zh: "停用涉事账号，结束其会话；撤下仍可下载的导出文件",
            en: "Disable the account, end its sessions, take down exports that can still be fetched",
          },
        },
        {
          within_minutes: 60,
          who: { zh: "安全管理员", en: "Security administrator" },
          what: {
            zh: "从审计查清看到了哪些会员、哪些字段、多少人，导出审计作为证据",
            en: "See in the audit which members and fields were seen, how many people; export it as evidence",
          },
        },
        {
          within_minutes: 90,
          who: { zh: "创建人", en: "Owner" },
          what: {
            zh: "判定等级；较大及以上四小时内向省级网信部门报告",
            en: "Judge the grade; serious or worse is reported to the provincial authority within four hours",
          },
        },
        {
          within_minutes: 240,
          who: { zh: "创建人", en: "Owner" },
          what: {
            zh: "向受影响会员告知：发生了什么、可能的影响、可以怎样自我保护、联系谁",
            en: "Tell the members concerned: what happened, what it may mean, how to protect themselves, whom to call",
          },
        },
        {
          within_minutes: 2880,
          who: { zh: "安全管理员", en: "Security administrator" },
          what: {
            zh: "找出原因并修补，更新权限矩阵与本预案，登记一次演练",
            en: "Find and mend the cause, update matrix and plan, hold a drill",
          },
        },
      ],
    },
    review_months: 3,
  },
  {
    key: "account_misuse",
    name: { zh: "账号被盗与越权操作", en: "Stolen accounts and acts beyond one's rights" },
    description: {
      zh: "员工账号被撞库或借用，或有人给自己加了权限。",
      en: "A colleague's account is guessed or lent, or somebody gives themselves rights.",
    },
    inherent: { likelihood: 4, impact: 5 },
    current: { likelihood: 3, impact: 4 },
    owner: { zh: "安全管理员", en: "Security administrator" },
    measures: [
      { zh: "两步验证、输错锁定、闲置退出", en: "Second factors, lock after wrong passwords, sign-out when idle" },
      {
        zh: "权限变更由另一人批准，单人批准留下标记并告警",
        en: "Changes of rights are approved by somebody else; one done alone is marked and raises an alarm",
      },
    ],
    indicators: ["access.failed_logins", "access.lockouts", "access.matrix_alone"],
    plan: {
      title: { zh: "账号安全应急预案", en: "Plan for accounts" },
      steps: [
        {
          within_minutes: 15,
          who: { zh: "安全管理员", en: "Security administrator" },
          what: { zh: "停用账号、结束会话，封禁来源地址", en: "Disable the account, end sessions, block the address" },
        },
        {
          within_minutes: 60,
          who: { zh: "安全管理员", en: "Security administrator" },
          what: {
            zh: "从审计核对该账号的全部操作，撤回可撤回的改动",
            en: "Go through all its acts in the audit, take back what can be taken back",
          },
        },
        {
          within_minutes: 240,
          who: { zh: "安全管理员", en: "Security administrator" },
          what: {
            zh: "本人当面确认后重设密码与两步验证",
            en: "Give a new password and second factor after seeing the person",
          },
        },
      ],
    },
    review_months: 6,
  },
  {
    key: "data_loss",
    name: { zh: "数据丢失与备份失效", en: "Loss of data, back-ups that do not restore" },
    description: {
      zh: "磁盘、误删或勒索使业务数据丢失，而备份过旧或无法恢复。",
      en: "Disk, mistake or ransom destroys data and the back-up is old or does not restore.",
    },
    inherent: { likelihood: 3, impact: 5 },
    current: { likelihood: 2, impact: 5 },
    owner: { zh: "系统管理员", en: "System administrator" },
    measures: [
      {
        zh: "PostgreSQL 校验和、审计与账本哈希链能发现损坏",
        en: "Checksums of PostgreSQL and hash chains show damage",
      },
      {
        zh: "每日备份与每周恢复演练，备份过旧或恢复不完整自动告警",
        en: "Daily back-ups and weekly restores; an old one, or a restore that is not whole, raises an alarm",
      },
    ],
    indicators: ["recovery.backup_age", "recovery.failed_drill", "access.audit_receiver"],
    plan: {
      title: { zh: "数据恢复应急预案", en: "Plan for restoring" },
      steps: [
        {
          within_minutes: 15,
          who: { zh: "系统管理员", en: "System administrator" },
          what: { zh: "停止写入，保住现场", en: "Stop writing, keep the scene" },
        },
        {
          within_minutes: 60,
          who: { zh: "系统管理员", en: "System administrator" },
          what: {
            zh: "在新机器上恢复最近备份，应用已销毁密钥清单",
            en: "Restore the newest back-up on another machine, apply the list of destroyed keys",
          },
        },
        {
          within_minutes: 240,
          who: { zh: "工程师", en: "Engineer" },
          what: {
            zh: "核对账本合计、会员数、审计链，补接中断期间的数据",
            en: "Compare ledger sums, members and the audit chain; take in what was missed",
          },
        },
      ],
    },
    review_months: 6,
  },
  {
    key: "wrong_identity",
    name: { zh: "会员身份错误合并", en: "Members joined wrongly" },
    description: {
      zh: "两个人被当成一个人，看到或用到对方的资料、积分。",
      en: "Two people are taken for one and see or spend what is the other's.",
    },
    inherent: { likelihood: 4, impact: 4 },
    current: { likelihood: 3, impact: 3 },
    owner: { zh: "运营经理", en: "Manager" },
    measures: [
      {
        zh: "合并有依据、可撤回；冲突由人裁定",
        en: "Joins have reasons and can be taken back; conflicts are decided by people",
      },
      { zh: "多人共用的标识自动隔离", en: "Values that several people hold are set aside" },
    ],
    indicators: ["members.conflicts", "members.quarantines"],
    plan: {
      title: { zh: "身份错误应急预案", en: "Plan for identities" },
      steps: [
        {
          within_minutes: 60,
          who: { zh: "运营经理", en: "Manager" },
          what: { zh: "拆分会员，冻结合并期间的权益变动", en: "Split the member, freeze what moved meanwhile" },
        },
        {
          within_minutes: 240,
          who: { zh: "运营经理", en: "Manager" },
          what: {
            zh: "核对双方积分、等级、订单，告知当事人",
            en: "Compare points, tier and orders of both, tell them",
          },
        },
        {
          within_minutes: 1440,
          who: { zh: "工程师", en: "Engineer" },
          what: { zh: "找出同一来源的同类合并，批量复核", en: "Find joins of the same kind and check them" },
        },
      ],
    },
    review_months: 6,
  },
  {
    key: "key_loss",
    name: { zh: "密钥丢失或泄露", en: "Keys lost or leaked" },
    description: {
      zh: "主密钥丢失则密封的数据再也打不开；泄露则密封失去意义。",
      en: "Without the master key sealed data never open again; in wrong hands sealing is worth nothing.",
    },
    inherent: { likelihood: 2, impact: 5 },
    current: { likelihood: 1, impact: 5 },
    owner: { zh: "安全管理员", en: "Security administrator" },
    measures: [
      { zh: "密钥与数据分库存放，不进数据备份", en: "Keys live apart from data and in no data back-up" },
      { zh: "主密钥一年内轮换，临期告警", en: "The master key is exchanged within a year, with an alarm before" },
    ],
    indicators: ["vault.key_age"],
    plan: {
      title: { zh: "密钥应急预案", en: "Plan for keys" },
      steps: [
        {
          within_minutes: 30,
          who: { zh: "安全管理员", en: "Security administrator" },
          what: {
            zh: "确认密钥文件与备份的位置和完整性",
            en: "See where key file and copies are and that they are whole",
          },
        },
        {
          within_minutes: 240,
          who: { zh: "安全管理员", en: "Security administrator" },
          what: { zh: "泄露：轮换主密钥，重新包装", en: "Leaked: exchange the master key, wrap anew" },
        },
        {
          within_minutes: 1440,
          who: { zh: "安全管理员", en: "Security administrator" },
          what: {
            zh: "丢失：用离线副本恢复；无副本则按数据丢失处理",
            en: "Lost: restore from the offline copy; without one treat it as loss of data",
          },
        },
      ],
    },
    review_months: 12,
  },
];
