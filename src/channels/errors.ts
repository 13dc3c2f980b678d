import { defineErrors } from "../platform/index.ts";

export const errors = defineErrors("channels", {
  reply_not_open: {
    status: 404,
    zh: "没有您能看到、需要回应的回复 {reply_id}。退订的回复不用回应；请刷新列表再看。",
    en: "There is no reply {reply_id} that asks for an answer and that you may see. One that withdraws needs none; look at the list again.",
  },
  reply_phone: {
    status: 422,
    zh: "这不是一个完整的手机号。请填整个号码，如 13800000001。",
    en: "This is no whole phone number. Give all of it, like 13800000001.",
  },
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
  export_too_large: {
    status: 422,
    zh: "一次最多导出 {limit} 条发送记录。请把日期或条件缩小。",
    en: "{limit} messages at most are exported at a time. Choose fewer days or more filters.",
  },
  sign_not_filed: {
    status: 409,
    zh: "短信签名「{sign_name}」还没有报备通过，这一版不能通过。请先在「签名」里登记报备结果。",
    en: "The SMS signature {sign_name} is not on file, so this version is not approved. Note its filing under Signatures first.",
  },
  signs_full: {
    status: 409,
    zh: "最多登记 {limit} 个短信签名。",
    en: "There are {limit} SMS signatures at most.",
  },
  seeds_full: {
    status: 409,
    zh: "试发名单最多 {limit} 个账号。请先移除不用的。",
    en: "The seed list holds {limit} accounts at most. Take away one that is not used.",
  },
  seed_unknown: {
    status: 404,
    zh: "试发名单上没有您能看到的会员 {member_id}。请刷新名单再试。",
    en: "No member {member_id} whom you may see is on the seed list. Reload the list and try again.",
  },
  seed_refused: {
    status: 422,
    zh: "会员 {member_id} 不是员工也不是测试账号，不能进试发名单：试发的消息只能到自己人手里。请先在会员资料里标为员工或测试。",
    en: "Member {member_id} is neither staff nor a test account and cannot stand on the seed list: trials reach colleagues only. Flag the member as staff or test first.",
  },
  no_seed: {
    status: 422,
    zh: "没有可以试发的账号。请先把自己的会员号或测试账号加入试发名单。",
    en: "There is no account to try it on. Put your own member account or a test account on the seed list first.",
  },
  test_other: {
    status: 422,
    zh: "这个幂等键已经用来试发过别的内容。请换一个新的键。",
    en: "This idempotency key was used for another trial. Take a new one.",
  },
  no_openid: {
    status: 422,
    zh: "订阅授权的记录没有带 openid、模板 ID 或会员的选择，不知道是谁同意了什么。请让小程序把三项都带上，再重放。",
    en: "The record of a subscription carries no openid, template id or choice, so nobody knows who agreed to what. Let the mini program send all three, and replay it.",
  },
  push_unsigned: {
    status: 401,
    zh: "签名不对：请在「触达设置 → 微信订阅消息」重新生成消息推送配置，把 URL、Token 和 EncodingAESKey 一起填到微信公众平台。",
    en: "The signature does not match: make the push settings anew under Channels, and give WeChat the URL, token and key together.",
  },
  push_not_json: {
    status: 415,
    zh: "消息推送不是 JSON。请在微信公众平台的「消息推送」把数据格式改为 JSON。",
    en: "What was pushed is no JSON. Set the data format of WeChat's message push to JSON.",
  },
  callback_unknown: {
    status: 404,
    zh: "这个回执地址不存在，或已被更换。请在「触达设置」里重新生成，并填到服务商的控制台。",
    en: "There is no such callback address, or it was replaced. Make one under Channels and give it to the service.",
  },
  carrier_fixed: {
    status: 409,
    zh: "{channel} 通道不需要连接服务：小程序消息在本平台里，Webhook 的接收端在「数据 → Webhook」。",
    en: "The channel {channel} needs no service: the inbox is ours, and endpoints of webhooks stand under Data → Webhooks.",
  },
  carrier_settings: {
    status: 422,
    zh: "这些设置不属于 {channel} 通道。短信填访问密钥，微信填 AppID、AppSecret 和 openid 命名空间，企业微信填 CorpID 和 Secret，邮件填服务器、账号和发件人。",
    en: "These settings are not those of the channel {channel}. SMS wants an access key, WeChat an app id, its secret and the namespace of openids, WeCom a corp id and secret, mail a server, an account and a sender.",
  },
  too_many: {
    status: 422,
    zh: "一次最多请求 {limit} 条消息，请分批。",
    en: "{limit} messages at most are asked for at a time: ask in parts.",
  },
  endpoint_gone: {
    status: 409,
    zh: "要通知的 Webhook 接收端已不在，没有发。请在旅程里换一个接收端。",
    en: "The webhook endpoint to tell is gone, and nothing was sent. Choose another one in the journey.",
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
