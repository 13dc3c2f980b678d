import type { Level } from "../platform/http.ts";
import type { Outcome, RowScope } from "./matrix.ts";
import type { Permission } from "./roles.ts";

export interface Named {
  readonly zh: string;
  readonly en: string;
}
const named = (zh: string, en: string): Named => ({ zh, en });

export const DOMAIN_NAMES: Readonly<Record<string, Named>> = {
  members: named("会员", "Members"),
  data: named("数据接入", "Data"),
  tags: named("标签", "Tags"),
  segments: named("分群", "Segments"),
  value: named("会员价值", "Member value"),
  tiers: named("等级", "Tiers"),
  points: named("积分", "Points"),
  benefits: named("权益与优惠券", "Benefits and coupons"),
  channels: named("触达与对外连接", "Messages and connections"),
  robots: named("机器人", "Robots"),
  journeys: named("旅程", "Journeys"),
  tasks: named("导购与任务", "Associates and their tasks"),
  metrics: named("经营指标", "Metrics"),
  jobs: named("任务", "Jobs"),
  people: named("账号", "People"),
  matrix: named("权限矩阵", "Permission matrix"),
  approvals: named("审批", "Approvals"),
  audit: named("审计", "Audit"),
  privacy: named("个人信息权利", "Personal rights"),
  trust: named("风险与信任", "Risk and trust"),
  keys: named("密钥与备份", "Keys and backups"),
};

export const PERMISSION_NAMES: Readonly<Record<Permission, Named>> = {
  "members.read": named("查看会员", "See members"),
  "members.search": named("查找会员", "Find members"),
  "members.manage": named("修改会员", "Change members"),
  "data.read": named("查看数据源", "See sources"),
  "data.manage": named("管理数据源", "Manage sources"),
  "data.undo": named("撤销导入", "Undo imports"),
  "tags.read": named("查看标签", "See tags"),
  "tags.manage": named("管理标签", "Manage tags"),
  "tags.review": named("核对标签", "Check tags"),
  "segments.read": named("查看分群", "See segments"),
  "segments.manage": named("管理分群", "Manage segments"),
  "segments.export": named("导出名单", "Export lists"),
  "value.read": named("查看价值", "See member value"),
  "value.manage": named("管理价值规则", "Manage value rules"),
  "tiers.read": named("查看等级", "See tiers"),
  "tiers.manage": named("管理等级规则", "Manage tier rules"),
  "tiers.grant": named("手工授予等级", "Grant tiers"),
  "tiers.open": named("导入和签发期初等级", "Bring in and sign opening tiers"),
  "points.read": named("查看积分", "See points"),
  "points.manage": named("管理积分规则和预算", "Manage points rules and budgets"),
  "points.adjust": named("手工增减积分", "Adjust points by hand"),
  "points.open": named("导入和签发期初积分", "Bring in and sign opening points"),
  "points.redeem": named("兑换和退回积分", "Redeem and return points"),
  "benefits.read": named("查看权益与优惠券", "See benefits and coupons"),
  "benefits.manage": named("管理权益与优惠券", "Manage benefits and coupons"),
  "benefits.grant": named("发放优惠券、导出券码", "Issue coupons, export codes"),
  "benefits.open": named("导入和签发期初优惠券", "Bring in and sign opening coupons"),
  "benefits.redeem": named("核销与退回", "Redeem and take back"),
  "channels.read": named("查看模板、消息与 Webhook", "See templates, messages and webhooks"),
  "channels.manage": named("管理消息模板与发送规则", "Manage templates and rules of sending"),
  "channels.connect": named(
    "连接短信与邮件服务、管理 Webhook 接收端",
    "Connect SMS and mail services, manage webhook endpoints",
  ),
  "channels.export": named("导出发送记录", "Export the send log"),
  "robots.read": named("查看机器人及其运行", "See robots and their runs"),
  "robots.run": named("运行、停止机器人", "Run and stop robots"),
  "robots.manage": named("新建、修改、接管机器人", "Make, change and take over robots"),
  "robots.enter": named("由机器人录入会员手机号", "Let robots enter members' phone numbers"),
  "journeys.read": named("查看旅程", "See journeys"),
  "journeys.manage": named("编辑、试算旅程", "Write and try journeys"),
  "journeys.publish": named("发布、暂停、结束旅程", "Publish, pause, end journeys"),
  "tasks.read": named("查看导购和任务", "See associates and tasks"),
  "tasks.work": named("办结导购任务", "Do and drop tasks"),
  "tasks.manage": named("指定导购、派任务、移交", "Assign associates, give tasks, hand over"),
  "metrics.read": named("查看指标", "See metrics"),
  "metrics.manage": named("管理指标", "Manage metrics"),
  "jobs.read": named("查看任务", "See jobs"),
  "jobs.manage": named("停止任务", "Stop jobs"),
  "people.manage": named("管理账号", "Manage people"),
  "people.tablets": named("管理门店平板", "Manage store tablets"),
  "matrix.read": named("查看权限矩阵", "See the matrix"),
  "matrix.manage": named("起草权限矩阵", "Draft the matrix"),
  "matrix.approve": named("批准权限矩阵", "Approve the matrix"),
  "approvals.decide": named("审批", "Approve requests"),
  "audit.read": named("查看审计", "Read the audit log"),
  "privacy.file": named("登记权利请求", "File rights requests"),
  "privacy.read": named("查看权利请求", "See rights requests"),
  "privacy.handle": named("办理权利请求", "Handle rights requests"),
  "trust.read": named("查看风险与事件", "See risks and incidents"),
  "trust.handle": named("处理事件", "Handle incidents"),
  "trust.manage": named("管理风险、监测与告警", "Manage risks, limits and alerts"),
  "privacy.publish": named("发布处理登记", "Publish registers"),
  "privacy.retained": named("查看依法留存", "See what law retains"),
  "trust.assess": named("自评与证据", "Assess and bring evidence"),
  "keys.read": named("查看密钥与备份", "See keys and backups"),
  "keys.manage": named("轮换主密钥", "Change the master key"),
};

export const LEVEL_NAMES: Readonly<Record<Level, Named>> = {
  L1: named("公开", "public"),
  L2: named("内部", "internal"),
  L3: named("个人信息", "personal data"),
  L4: named("敏感个人信息", "sensitive personal data"),
};

export const OUTCOME_NAMES: Readonly<Record<Outcome, Named>> = {
  allow: named("允许", "Allow"),
  mask: named("遮盖", "Mask"),
  step_up: named("再验证", "Step-up"),
  approve: named("需批准", "Approve"),
  deny: named("拒绝", "Deny"),
};

export const ROW_SCOPE_NAMES: Readonly<Record<RowScope, Named>> = {
  all: named("全部", "All"),
  own: named("本人范围", "Own"),
  assigned: named("仅指定门店", "Assigned only"),
  none: named("无", "None"),
};
