import { field, type Field } from "./field.ts";
import type { KindInfo } from "./kind-info.ts";
import { channel, content, sku } from "./shared-fields.ts";

const text = (name: string, zh: string, en: string, aliases: readonly string[] = []) =>
  field(name, "text", zh, en, { privacy: "L1", aliases: [name.replaceAll("_", ""), zh, ...aliases] });
const event = (kind: string, zh: string, en: string, fields: readonly Field[]): KindInfo => ({
  kind,
  zh,
  en,
  nature: "fact",
  personal: true,
  fields: [...fields, channel, field("store_code", "text", "门店编码", "Store code")],
});
const category = text("category", "品类", "Category");

export const EVENT_KINDS: readonly KindInfo[] = [
  event("login", "登录", "Log-in", [text("platform", "平台", "Platform")]),
  event("browse", "浏览", "Browse", [
    sku,
    category,
    text("page", "页面", "Page"),
    field("duration_seconds", "integer", "停留秒数", "Seconds on page"),
  ]),
  event("search", "搜索", "Search", [
    text("keyword", "搜索词", "Keyword"),
    category,
    field("result_count", "integer", "结果数", "Results"),
  ]),
  event("cart", "加购", "Cart", [
    { ...sku, required: true },
    category,
    field("action", "code", "动作", "Action", { values: ["add", "remove"] }),
    field("quantity", "decimal", "数量", "Quantity"),
  ]),
  event("content_read", "阅读内容", "Content read", [
    content,
    text("topic", "主题", "Topic"),
    field("duration_seconds", "integer", "阅读秒数", "Seconds read"),
  ]),
  event("share", "分享", "Share", [
    text("share_id", "分享编号", "Share id"),
    content,
    sku,
    text("target", "分享到", "Shared to"),
  ]),
  event("share_visit", "分享带来的访问", "Visit from a share", [
    text("share_id", "分享编号", "Share id"),
    content,
    sku,
  ]),
  event("review", "评价", "Review", [
    text("review_id", "评价编号", "Review id"),
    sku,
    text("order_no", "订单号", "Order number"),
    field("rating", "integer", "评分", "Rating 1–5", { min: 1, max: 5 }),
    field("text", "text", "评价内容", "Text", { privacy: "L3" }),
  ]),
  event("like", "点赞", "Like", [
    text("target_id", "对象编号", "Liked thing"),
    field("direction", "code", "方向", "given or received", { values: ["given", "received"] }),
  ]),
  event("referral", "邀请", "Referral", [
    text("referral_id", "邀请编号", "Referral id"),
    field("role", "code", "角色", "inviter or invitee", { values: ["inviter", "invitee"], required: true }),
    field("stage", "code", "阶段", "Stage", { values: ["invited", "joined", "first_order"] }),
    field("counterpart", "object", "对方", "The other person's identifiers", { privacy: "L3" }),
  ]),
  event("group_buy", "拼团", "Group-buy", [
    text("group_id", "团编号", "Group id"),
    field("role", "code", "角色", "starter or joiner", { values: ["starter", "joiner"], required: true }),
    sku,
  ]),
  event("points_movement", "积分变动", "Points movement", [
    field("points", "integer", "积分", "Points, signed", { required: true }),
    text(
      "reason",
      "原因",
      "Reason: purchase, redeem, return, expired, opening_balance, adjust or the source's own word",
    ),
    field("balance_after", "integer", "变动后余额", "Balance after"),
    text("order_no", "订单号", "Order number"),
    field("expires_on", "date", "到期日", "Expires on"),
  ]),
  event("coupon_use", "用券", "Coupon use", [
    text("coupon_code", "券码", "Coupon code"),
    text("campaign_code", "活动编码", "Campaign code"),
    field("stage", "code", "阶段", "Stage", { values: ["issued", "used", "expired", "returned"], required: true }),
    text("order_no", "订单号", "Order number"),
    field("amount_minor", "money", "金额", "Amount"),
  ]),
  event("message", "消息", "Message", [
    text("message_id", "消息编号", "Message id"),
    field("medium", "code", "方式", "Medium", {
      values: ["sms", "email", "wechat", "wecom", "app", "mini_program"],
      required: true,
    }),
    field("stage", "code", "阶段", "Stage", {
      values: ["sent", "delivered", "opened", "clicked", "failed", "unsubscribed"],
      required: true,
    }),
    text("campaign_code", "活动编码", "Campaign code"),
    text("template", "模板", "Template"),
  ]),
  event("consent", "同意变更", "Consent", [
    field("purpose", "text", "目的", "Purpose", { required: true }),
    field("medium", "text", "渠道", "Channel", { required: true }),
    field("granted", "boolean", "同意", "Granted", { required: true }),
    field("text_version", "text", "文本版本", "Version of the text"),
    field("via", "text", "方式", "Where it was given"),
  ]),
  event("subscription", "订阅授权", "Subscription to a notice", [
    field("service_template", "text", "微信模板 ID", "WeChat template id", {
      privacy: "L1",
      required: true,
      aliases: ["servicetemplate", "templateid", "模板id", "订阅模板"],
    }),
    field("state", "code", "会员的选择", "accepted: one message more; refused: not this time; ended: none any more", {
      values: ["accepted", "refused", "ended"],
      required: true,
    }),
    text("scene", "场景", "Where the member was asked"),
  ]),
  event("service_contact", "服务", "Service contact", [
    text("ticket_id", "工单号", "Ticket id"),
    field("medium", "text", "渠道", "Channel"),
    text("topic", "主题", "Topic"),
    field("complaint", "boolean", "投诉", "Complaint"),
    field("satisfaction", "integer", "满意度", "Satisfaction 1–5", { min: 1, max: 5 }),
    field("text", "text", "内容", "Text", { privacy: "L3" }),
  ]),
  event("campaign", "活动触达名单", "Campaign exposure", [
    text("campaign_code", "活动编码", "Campaign code"),
    text("campaign_type", "活动类型", "Campaign type"),
  ]),
  event("custom", "自定义事件", "Custom event", [
    text("name", "事件名", "Event name"),
    field("properties", "object", "属性", "Properties", { privacy: "L2" }),
  ]),
];
