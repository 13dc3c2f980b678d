import type { Column, ColumnType, Relation } from "../query/index.ts";
import { PROFILE_TOTAL } from "./profile-field.ts";

type Options = Partial<Omit<Column, "name" | "type" | "zh" | "en">>;
const column = (name: string, type: ColumnType, zh: string, en: string, options: Options = {}): Column => ({
  name,
  type,
  zh,
  en,
  ...options,
});
const value = (name: string, zh: string, en: string) => ({ value: name, zh, en });
const personal = { sensitivity: "L3" } as const;

const member = column("member_id", "integer", "会员编号", "Member id");
const memberOfParty = column("member_id", "integer", "会员编号", "Member id", { resolved_from: "party_id" });
const party = column("party_id", "integer", "当事人编号", "Party id");
const YES_NO = [value("yes", "有", "Yes"), value("no", "没有", "No")];
const MEDIA = [
  value("sms", "短信", "SMS"),
  value("email", "邮件", "E-mail"),
  value("wechat", "微信", "WeChat"),
  value("wecom", "企业微信", "WeCom"),
  value("app", "应用", "App"),
  value("mini_program", "小程序", "Mini program"),
  value("phone", "电话", "Phone"),
];

const parties: Relation = {
  name: "parties",
  zh: "当事人",
  en: "Parties",
  grain_zh: "一行是一个当事人和他现在所属的会员。",
  grain_en: "One row is a party with the member it belongs to at present.",
  per_member: "many",
  key: ["party_id"],
  lake: { partition: null },
  columns: [party, member, column("is_excluded", "boolean", "员工、测试或批发", "Staff, test or wholesale")],
};

const members: Relation = {
  name: "members",
  zh: "会员资料",
  en: "Members",
  grain_zh: "一行是一位会员。",
  grain_en: "One row is one member.",
  per_member: "one",
  key: ["member_id"],
  scope: { store: "home_store_code" },
  lake: { partition: null },
  columns: [
    member,
    column("joined_at", "instant", "入会时间", "Joined at"),
    column("join_day", "date", "入会日", "Join day"),
    column("join_channel", "text", "入会渠道", "Join channel"),
    column("gender", "text", "性别", "Gender", {
      ...personal,
      values: [value("female", "女", "Female"), value("male", "男", "Male"), value("other", "其他", "Other")],
    }),
    column("birth_year", "integer", "出生年", "Birth year", personal),
    column("birth_month", "integer", "生日月", "Birth month", personal),
    column("birth_day", "integer", "生日日", "Birth day", personal),
    column("city", "text", "城市", "City"),
    column("city_tier", "text", "城市级别", "City tier", {
      values: [
        value("first", "一线", "First tier"),
        value("new_first", "新一线", "New first tier"),
        value("second", "二线", "Second tier"),
        value("lower", "三线及以下", "Third tier and below"),
        value("outside", "港澳台", "Hong Kong, Macau, Taiwan"),
      ],
    }),
    column("province", "text", "省份", "Province"),
    column("occupation", "text", "职业", "Occupation", personal),
    column("children", "text", "家中有孩子", "Children", { ...personal, values: YES_NO }),
    column("home_store_code", "text", "归属门店", "Home store"),
    column("associate_code", "text", "导购", "Sales associate"),
    column("phone_verified", "boolean", "手机已验证", "Phone verified"),
    column("wechat_bound", "boolean", "已绑微信", "WeChat bound"),
    column("wecom_friend", "boolean", "企微好友", "WeCom friend"),
    column("has_phone", "boolean", "有手机号", "Has a phone"),
    column("has_email", "boolean", "有邮箱", "Has an e-mail address"),
    column("has_openid", "boolean", "有 openid", "Has an openid"),
    column("is_staff", "boolean", "员工", "Staff"),
    column("is_test", "boolean", "测试账号", "Test account"),
    column("is_wholesale", "boolean", "批发客户", "Wholesale"),
    column("is_reseller", "boolean", "代购或转售", "Reseller"),
    column("profile_filled", "integer", "已填资料项", "Profile fields filled", { unit: "count" }),
    column("profile_total", "integer", `资料项总数（${PROFILE_TOTAL}）`, `Profile fields in all (${PROFILE_TOTAL})`, {
      unit: "count",
    }),
    column("profiling_refused", "boolean", "拒绝画像", "Refuses profiling"),
  ],
};

const consents: Relation = {
  name: "consents",
  zh: "同意",
  en: "Consents",
  grain_zh: "一行是一位会员对一个目的、一个渠道的同意现状；合并后从严。",
  grain_en: "One row is how a member's consent for one purpose and channel stands; after a join the stricter one.",
  per_member: "many",
  key: ["member_id", "purpose", "medium"],
  instant: "at",
  lake: { partition: null },
  columns: [
    member,
    column("purpose", "text", "目的", "Purpose"),
    column("medium", "text", "渠道", "Channel", { values: MEDIA }),
    column("state", "text", "状态", "State", {
      values: [
        value("granted", "已同意", "Granted"),
        value("withdrawn", "已撤回", "Withdrawn"),
        value("unproven", "缺少凭据", "Unproven"),
      ],
    }),
    column("text_version", "text", "文本版本", "Version of the text"),
    column("at", "instant", "时间", "Time"),
  ],
};

const events: Relation = {
  name: "events",
  zh: "行为",
  en: "Events",
  grain_zh: "一行是一位会员的一次行为或一次被触达。",
  grain_en: "One row is one thing a member did or that was done to them.",
  per_member: "many",
  key: ["event_id"],
  day: "business_day",
  instant: "occurred_at",
  scope: { store: "store_code" },
  lake: { partition: "business_day" },
  columns: [
    column("event_id", "integer", "行为编号", "Event id"),
    party,
    memberOfParty,
    column("kind", "text", "类型", "Kind"),
    column("occurred_at", "instant", "发生时间", "Occurred at"),
    column("business_day", "date", "营业日", "Business day"),
    column("hour", "integer", "小时", "Hour of day"),
    column("weekday", "integer", "星期", "Weekday, 1 = Monday"),
    column("store_code", "text", "门店编码", "Store code"),
    column("channel", "text", "渠道", "Channel"),
    column("sku", "text", "商品编码", "SKU", { sensitivity: "L1" }),
    column("category", "text", "品类", "Category", { sensitivity: "L1" }),
    column("subject", "text", "对象", "Subject"),
    column("amount_minor", "integer", "金额", "Amount", { unit: "minor" }),
    column("quantity", "decimal(18,6)", "数量", "Quantity", { unit: "quantity" }),
    column("rating", "integer", "评分", "Rating", { unit: "rating" }),
    column("keyword", "text", "搜索词", "Keyword"),
    column("topic", "text", "主题", "Topic"),
    column("stage", "text", "阶段", "Stage"),
    column("role", "text", "角色", "Role"),
    column("medium", "text", "消息方式", "Medium", { values: MEDIA }),
    column("points", "integer", "积分", "Points", { unit: "points" }),
    column("counterpart_party_id", "integer", "对方当事人", "Counterpart's party"),
    column("counterpart_member_id", "integer", "对方会员", "Counterpart member", {
      resolved_from: "counterpart_party_id",
    }),
    column("reason", "text", "原因", "Reason", { sensitivity: "L1" }),
    column("direction", "text", "方向", "Direction", {
      values: [value("given", "给出", "Given"), value("received", "收到", "Received")],
    }),
  ],
};

/** Log-ins at most 30 minutes after the one before are one session (measures.md, Active / MAU); its day is that of its start. */
const loginSessions: Relation = {
  name: "login_sessions",
  zh: "登录会话",
  en: "Log-in sessions",
  grain_zh: "一行是一位会员的一次登录会话：与前一次登录相隔不超过 30 分钟的登录算同一次。",
  grain_en:
    "One row is one log-in session of a member: log-ins at most 30 minutes after the one before are one session.",
  per_member: "many",
  key: ["member_id", "session_start"],
  day: "business_day",
  instant: "session_start",
  derived_from_events: ["login"],
  lake: {
    derived: `select member_id, min(occurred_at) as session_start, min(business_day) as business_day, cast(count(*) as bigint) as logins
      from (
        select member_id, occurred_at, business_day, sum(opens) over (partition by member_id order by occurred_at, event_id) as place
        from (
          select member_id, event_id, occurred_at, business_day,
            case when occurred_at <= lag(occurred_at) over (partition by member_id order by occurred_at, event_id) + interval '30' minute
              then 0 else 1 end as opens
          from catalogue.events where kind = 'login' and member_id is not null
        ) steps
      ) placed
      group by member_id, place`,
  },
  columns: [
    member,
    column("session_start", "instant", "会话开始时间", "Session start"),
    column("business_day", "date", "营业日", "Business day"),
    column("logins", "integer", "登录次数", "Log-ins", { unit: "count" }),
  ],
};

/** What other domains may read of members. */
export const relations: readonly Relation[] = [parties, members, consents, events, loginSessions];
