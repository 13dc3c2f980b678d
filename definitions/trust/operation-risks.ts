import type { RiskDefinition } from "../../src/trust/risk-definition.ts";

/** Risks of running the business. */
export const OPERATION_RISKS: readonly RiskDefinition[] = [
  {
    key: "reward_abuse",
    name: { zh: "积分与优惠被套取", en: "Points and offers abused" },
    description: {
      zh: "批量注册、异常核销或内部人员违规发放，造成积分与优惠成本损失。",
      en: "Mass registration, odd redemptions or insiders who grant what they must not cost the brand money.",
    },
    inherent: { likelihood: 4, impact: 4 },
    current: { likelihood: 4, impact: 3 },
    owner: { zh: "运营经理", en: "Manager" },
    measures: [
      {
        zh: "额度、库存、每人上限是数据库约束，不靠检查",
        en: "Budgets, stock and caps per member are constraints of the database",
      },
      { zh: "同一标识多人共用自动隔离，不参与合并", en: "Values that many people hold are set aside and join nobody" },
    ],
    indicators: ["members.quarantines", "points.outliers", "coupons.velocity"],
    plan: {
      title: { zh: "权益套取应急预案", en: "Plan for abuse of rewards" },
      steps: [
        {
          within_minutes: 30,
          who: { zh: "运营经理", en: "Manager" },
          what: { zh: "暂停相关活动或券的发放与核销", en: "Pause the activity or coupon" },
        },
        {
          within_minutes: 120,
          who: { zh: "运营经理", en: "Manager" },
          what: {
            zh: "圈出涉及的会员与门店，冻结其未使用的权益",
            en: "Find the members and stores, freeze what is unspent",
          },
        },
        {
          within_minutes: 1440,
          who: { zh: "运营经理", en: "Manager" },
          what: { zh: "按规则收回，告知门店，修订活动上限", en: "Take back by the rules, tell stores, mend the caps" },
        },
      ],
    },
    review_months: 6,
  },
  {
    key: "unwanted_messages",
    name: { zh: "误发与违规营销", en: "Wrong or unlawful messages" },
    description: {
      zh: "发错人群、发错内容，或在会员撤回同意后仍然营销。",
      en: "The wrong people or text, or marketing after consent was withdrawn.",
    },
    inherent: { likelihood: 4, impact: 4 },
    current: { likelihood: 3, impact: 4 },
    owner: { zh: "运营经理", en: "Manager" },
    measures: [
      {
        zh: "同意记录带证据，合并后取更严的一方",
        en: "Consent is kept with its evidence; after a join the stricter one holds",
      },
      {
        zh: "发送前预览人群与样例，大批量需第二人批准",
        en: "Audience and samples are shown before sending; large sends need a second person",
      },
    ],
    indicators: ["messages.failures", "service.complaint_ageing"],
    plan: {
      title: { zh: "误发应急预案", en: "Plan for wrong messages" },
      steps: [
        {
          within_minutes: 10,
          who: { zh: "运营经理", en: "Manager" },
          what: { zh: "停止发送与排队中的旅程", en: "Stop sending and the journeys in the queue" },
        },
        {
          within_minutes: 60,
          who: { zh: "运营经理", en: "Manager" },
          what: {
            zh: "查清已发出多少、发给谁，准备更正或致歉",
            en: "See how many went out to whom, prepare a correction or apology",
          },
        },
        {
          within_minutes: 1440,
          who: { zh: "运营经理", en: "Manager" },
          what: {
            zh: "回应投诉，24 小时内给出答复；修订审批流程",
            en: "Answer complaints within 24 hours; mend the approval",
          },
        },
      ],
    },
    review_months: 6,
  },
  {
    key: "source_outage",
    name: { zh: "数据源中断或变质", en: "Sources stop or spoil" },
    description: {
      zh: "收银、商城等系统停止推送，或推送的数据格式变了。",
      en: "Tills or the mall stop sending, or send in another form.",
    },
    inherent: { likelihood: 4, impact: 4 },
    current: { likelihood: 3, impact: 3 },
    owner: { zh: "工程师", en: "Engineer" },
    measures: [
      { zh: "每个来源有约定间隔，静默自动告警", en: "Each source has an expected interval; silence raises an alarm" },
      {
        zh: "无法使用的记录连同原因保留，修好后可重放",
        en: "What cannot be used is kept with its reason and can be replayed",
      },
    ],
    indicators: ["ingest.silence", "ingest.reject_rate"],
    plan: {
      title: { zh: "数据中断应急预案", en: "Plan for sources" },
      steps: [
        {
          within_minutes: 30,
          who: { zh: "工程师", en: "Engineer" },
          what: { zh: "联系对方确认，检查密钥与网络", en: "Ask the other side, check key and network" },
        },
        {
          within_minutes: 120,
          who: { zh: "工程师", en: "Engineer" },
          what: { zh: "修正映射或暂停来源", en: "Mend the mapping or pause the source" },
        },
        {
          within_minutes: 1440,
          who: { zh: "工程师", en: "Engineer" },
          what: {
            zh: "补传缺口，重放拒收，核对当日订单数",
            en: "Fill the gap, replay rejects, compare the day's orders",
          },
        },
      ],
    },
    review_months: 6,
  },
  {
    key: "service_down",
    name: { zh: "系统不可用", en: "The system is down" },
    description: {
      zh: "平台停机，门店查不到会员，旅程与标签停摆。",
      en: "The platform is down: stores find no member, journeys and tags stand still.",
    },
    inherent: { likelihood: 3, impact: 4 },
    current: { likelihood: 2, impact: 4 },
    owner: { zh: "系统管理员", en: "System administrator" },
    measures: [
      {
        zh: "单机重启十秒内就绪，数据不丢（崩溃测试）",
        en: "One machine is ready again within ten seconds and loses nothing (crash tests)",
      },
      { zh: "后台停更与任务失败自动告警", en: "Tags that stand still and failed jobs raise alarms" },
    ],
    indicators: ["tags.stuck", "store.failed_jobs", "metrics.late"],
    plan: {
      title: { zh: "停机应急预案", en: "Plan for outages" },
      steps: [
        {
          within_minutes: 15,
          who: { zh: "系统管理员", en: "System administrator" },
          what: { zh: "重启服务；不行则切换到备用机", en: "Restart; else move to the spare machine" },
        },
        {
          within_minutes: 60,
          who: { zh: "运营经理", en: "Manager" },
          what: { zh: "通知门店改用手工登记，事后补录", en: "Have stores note by hand and enter it later" },
        },
        {
          within_minutes: 240,
          who: { zh: "系统管理员", en: "System administrator" },
          what: {
            zh: "恢复后核对停机期间收到的数据与定时任务",
            en: "Afterwards compare what arrived and what should have run",
          },
        },
      ],
    },
    review_months: 6,
  },
  {
    key: "complaints",
    name: { zh: "投诉升级与舆情", en: "Complaints that grow" },
    description: {
      zh: "投诉未在时限内答复，升级为监管投诉或公开舆情。",
      en: "A complaint is not answered in time and becomes a public or official one.",
    },
    inherent: { likelihood: 3, impact: 4 },
    current: { likelihood: 3, impact: 3 },
    owner: { zh: "客服主管", en: "Head of service" },
    measures: [
      { zh: "投诉 24 小时内答复，临期提醒", en: "Complaints are answered within 24 hours, with a reminder before" },
      { zh: "个人信息请求单独登记并计时", en: "Requests about personal data have a register and a clock of their own" },
    ],
    indicators: ["service.complaint_ageing"],
    plan: {
      title: { zh: "舆情应急预案", en: "Plan for complaints" },
      steps: [
        {
          within_minutes: 60,
          who: { zh: "客服主管", en: "Head of service" },
          what: {
            zh: "由主管直接联系投诉人，记录诉求",
            en: "The head of service calls the person and notes what they want",
          },
        },
        {
          within_minutes: 240,
          who: { zh: "创建人", en: "Owner" },
          what: { zh: "确定统一口径，门店与客服一致", en: "Decide what is said; stores and service say the same" },
        },
        {
          within_minutes: 1440,
          who: { zh: "客服主管", en: "Head of service" },
          what: { zh: "答复并回访，找出同类问题", en: "Answer, call back, look for others of the kind" },
        },
      ],
    },
    review_months: 6,
  },
];
