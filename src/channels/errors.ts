import { defineErrors } from "../platform/index.ts";

export const errors = defineErrors("channels", {
  template_unknown: {
    status: 422,
    zh: "没有消息模板 {template}。请先新建并通过审核。",
    en: "There is no message template {template}. Make it and have it approved first.",
  },
  template_not_found: { status: 404, zh: "没有消息模板 {template}。", en: "There is no message template {template}." },
  template_kind: {
    status: 409,
    zh: "模板 {template} 是 {channel} 通道的 {category} 类，不能改成别的；请新建一个。",
    en: "The template {template} is of channel {channel} and category {category} and stays so: make another one.",
  },
  version_state: {
    status: 409,
    zh: "模板 {template} 的第 {version} 版不在可以这样变更的状态。请刷新后再看。",
    en: "Version {version} of the template {template} does not stand where it can move so. Look at it again.",
  },
  template_unreadable: {
    status: 422,
    zh: "模板读不通：{why}",
    en: "The template does not read: {why}",
  },
  too_many: {
    status: 422,
    zh: "一次最多请求 {limit} 条消息，请分批。",
    en: "{limit} messages at most are asked for at a time: ask in parts.",
  },
  endpoint_unknown: { status: 404, zh: "没有接收端 {endpoint_id}。", en: "There is no endpoint {endpoint_id}." },
  endpoints_full: {
    status: 409,
    zh: "最多 {limit} 个接收端。请先删除不用的。",
    en: "There are {limit} endpoints at most. Take away one that is not used.",
  },
  kinds_unknown: {
    status: 422,
    zh: "没有这些事件类型：{kinds}。可选的见 GET /api/webhooks/kinds。",
    en: "There are no kinds of events {kinds}. GET /api/webhooks/kinds lists them.",
  },
  address_refused: {
    status: 422,
    zh: "不能发往这个地址（{reason}）：必须是公网的 https 地址，端口 443，不带用户名密码。内网地址需由运维在 HUITOU_WEBHOOK_ORIGINS 中写明。",
    en: "Nothing can be sent to this address ({reason}): it must be https on port 443, public, without a password. Private ones are named in HUITOU_WEBHOOK_ORIGINS by whoever runs the machine.",
  },
  endpoint_not_on: {
    status: 409,
    zh: "接收端 {endpoint_id} 未启用，不会发送。请先启用。",
    en: "Endpoint {endpoint_id} is not on, so nothing is sent. Turn it on first.",
  },
  delivery_unknown: {
    status: 404,
    zh: "接收端 {endpoint_id} 没有投递 {delivery_id}。",
    en: "Endpoint {endpoint_id} has no delivery {delivery_id}.",
  },
  replay_period: {
    status: 422,
    zh: "重放的开始时间必须早于结束时间，且不早于 {days} 天前（更早的消息已清除）。",
    en: "A replay begins before it ends, and not more than {days} days ago: older messages are gone.",
  },
});
