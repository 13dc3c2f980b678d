import { defineErrors } from "../platform/errors.ts";

/** Failures of requests to the edge and of its console routes. */
export const requestErrors = defineErrors("ingest", {
  key_missing: {
    status: 401,
    zh: "请求没有带写入密钥。请用 Basic（密钥作用户名）、Bearer、正文的 writeKey 或地址中的 token 传入。",
    en: "The request carries no write key. Send it as Basic user name, Bearer token, writeKey in the body or token in the address.",
  },
  key_unknown: {
    status: 401,
    zh: "写入密钥无效或已过期。请在“数据来源”页查看前缀，或轮换出一个新的。",
    en: "The write key is unknown or has expired. Compare its prefix on the sources page, or rotate it for a new one.",
  },
  signature_wrong: {
    status: 401,
    zh: "签名与内容不符。请检查来源的签名密钥和对方的设置是否一致。",
    en: "The signature does not fit the content. Check that the source's signing secret is the one set at the sender.",
  },
  signature_stale: {
    status: 401,
    zh: "签名时间与服务器相差超过 {limit_seconds} 秒。请校准对方的时钟后重发。",
    en: "The signature is more than {limit_seconds} seconds away from the server's clock. Correct the sender's clock and send again.",
  },
  source_not_found: { status: 404, zh: "没有这个数据来源：{source}。", en: "There is no source {source}." },
  source_key_taken: {
    status: 409,
    zh: "来源标识 {key} 已被使用。请换一个。",
    en: "The source key {key} is taken. Choose another.",
  },
  source_paused: {
    status: 403,
    zh: "来源 {source} 已暂停接收。请在“数据来源”页恢复它。",
    en: "Source {source} is paused. Resume it on the sources page.",
  },
  source_kind_differs: {
    status: 403,
    zh: "来源 {source} 的类型是 {kind}，不接收这个地址的数据。",
    en: "Source {source} is of kind {kind} and takes nothing at this address.",
  },
  source_invalid: {
    status: 400,
    zh: "来源设置的 {place} 不符合要求：{reason}。",
    en: "{place} of the source's settings is not as required: {reason}.",
  },
  json_invalid: {
    status: 400,
    zh: "请求内容不是完整的 JSON：{reason}。没有接收任何记录。",
    en: "The request is not whole JSON: {reason}. No record was taken.",
  },
  form_invalid: {
    status: 400,
    zh: "请求内容无法解开：{reason}。没有接收任何记录。",
    en: "The request cannot be decoded: {reason}. No record was taken.",
  },
  batch_too_large: {
    status: 413,
    zh: "一次请求有 {bytes} 字节，上限是 {limit_bytes}（batch_bytes_max）。请分批发送。",
    en: "The request has {bytes} bytes, the limit is {limit_bytes} (batch_bytes_max). Send it in parts.",
  },
  batch_too_many: {
    status: 400,
    zh: "一次请求有 {events} 条，上限是 {limit}（batch_events_max）。请分批发送。",
    en: "The request has {events} events, the limit is {limit} (batch_events_max). Send it in parts.",
  },
  rate_exceeded: {
    status: 429,
    zh: "来源 {source} 超过每秒 {limit} 条（rate_per_second_max）。请在 {retry_after} 秒后重发。",
    en: "Source {source} sends more than {limit} events a second (rate_per_second_max). Send again in {retry_after} s.",
  },
  busy: {
    status: 503,
    zh: "等待写入的记录已达 {limit} 条（waiting_records_max）。请在 {retry_after} 秒后重发，数据未被接收。",
    en: "{limit} records are waiting to be written (waiting_records_max). Send again in {retry_after} s; nothing was taken.",
  },
  store_unavailable: {
    status: 503,
    zh: "数据库暂时不可用，数据未被接收。请稍后重发。",
    en: "The database is not available and nothing was taken. Send again shortly.",
  },
  spool_full: {
    status: 503,
    zh: "暂存区已达 {limit_bytes} 字节（spool_bytes_max）。请恢复数据库后重发。",
    en: "The spool holds {limit_bytes} bytes (spool_bytes_max). Bring the database back and send again.",
  },
  reject_not_found: { status: 404, zh: "没有这条拒收记录：{reject_id}。", en: "There is no reject {reject_id}." },
  stream_limit: {
    status: 503,
    zh: "实时推送的连接已达上限 {limit}（live_streams_max）。请关闭其他页面后重试。",
    en: "{limit} live streams are open (live_streams_max). Close other pages and try again.",
  },
});

/** Reasons for which one record is set aside (ingest.reject); replayed after the cause is mended. */
export const recordErrors = defineErrors("ingest", {
  kind_unknown: {
    status: 422,
    zh: "{place}：没有名为 {kind} 的记录类型。可用类型见 docs/reference/records.md。",
    en: "{place}: there is no record kind {kind}. The kinds are listed in docs/reference/records.md.",
  },
  body_invalid: {
    status: 422,
    zh: "{place}：记录不是一个 JSON 对象。",
    en: "{place}: the record is not a JSON object.",
  },
  field_missing: { status: 422, zh: "{place}：{kind} 缺少 {field}。", en: "{place}: {kind} lacks {field}." },
  field_type: {
    status: 422,
    zh: "{place}：{field} 应为{expected_zh}，收到的是 {value}。",
    en: "{place}: {field} should be {expected}, but is {value}.",
  },
  field_value: {
    status: 422,
    zh: "{place}：{field} 的取值 {value} 不在允许的 {allowed} 之中。",
    en: "{place}: {field} is {value}, which is not one of {allowed}.",
  },
  field_range: {
    status: 422,
    zh: "{place}：{field} 为 {value}，应在 {least} 到 {most} 之间。",
    en: "{place}: {field} is {value}; it should be between {least} and {most}.",
  },
  field_too_long: {
    status: 422,
    zh: "{place}：{field} 有 {size} 个，上限是 {limit}（{limit_name}）。",
    en: "{place}: {field} has {size}, the limit is {limit} ({limit_name}).",
  },
  instant_invalid: {
    status: 422,
    zh: "{place}：{field} 的时间 {value} 不是带时区的 ISO 8601 时间（如 2026-11-22T10:00:00+08:00）。",
    en: "{place}: {field} is {value}, not an ISO 8601 instant with zone (such as 2026-11-22T10:00:00+08:00).",
  },
  instant_range: {
    status: 422,
    zh: "{place}：{field} 为 {value}，应在 1970 年之后且不晚于明天。请检查对方的时钟或日期格式。",
    en: "{place}: {field} is {value}; it should be after 1970 and not later than tomorrow. Check the sender's clock or date format.",
  },
  date_invalid: {
    status: 422,
    zh: "{place}：{field} 的日期 {value} 不存在或不是 YYYY-MM-DD（1900 年至 2100 年）。",
    en: "{place}: {field} is {value}, which is not an existing day written YYYY-MM-DD (1900 to 2100).",
  },
  identity_missing: {
    status: 422,
    zh: "{place}：{kind} 没有任何身份标识（手机号、openid、卡号等），不知道是谁。",
    en: "{place}: {kind} names no one: it carries no phone, openid, card number or other identifier.",
  },
  identity_unusable: {
    status: 422,
    zh: "{place}：{kind} 的身份标识都不能当作钥匙（{reasons}），不知道是谁。请补充其他标识后重放。",
    en: "{place}: none of the identifiers of {kind} can serve as a key ({reasons}). Add another identifier and replay.",
  },
  identity_kind_unknown: {
    status: 422,
    zh: "{place}：没有名为 {identity} 的身份标识。可在来源设置 identity_kinds 中说明它是什么，然后重放。",
    en: "{place}: there is no identity kind {identity}. Say in the source's settings (identity_kinds) what it is, then replay.",
  },
  identity_pair_missing: {
    status: 422,
    zh: "{place}：{kind} 至少需要两个可用的身份标识。",
    en: "{place}: {kind} needs at least two usable identifiers.",
  },
  key_too_long: {
    status: 422,
    zh: "{place}：消息编号有 {size} 个字符，上限是 {limit}（key_characters_max）。",
    en: "{place}: the message id has {size} characters, the limit is {limit} (key_characters_max).",
  },
  event_too_large: {
    status: 422,
    zh: "{place}：这条记录有 {bytes} 字节，上限是 {limit_bytes}（event_bytes_max）。",
    en: "{place}: the record has {bytes} bytes, the limit is {limit_bytes} (event_bytes_max).",
  },
  type_unknown: {
    status: 422,
    zh: "{place}：协议中没有名为 {type} 的消息类型。",
    en: "{place}: the protocol has no message type {type}.",
  },
  payload_undecodable: {
    status: 422,
    zh: "{place}：内容无法解开（{reason}）。若开启了加密插件，请关闭它后重发。",
    en: "{place}: the content cannot be decoded ({reason}). If an encryption plug-in is on, turn it off and send again.",
  },
  mapping_failed: {
    status: 422,
    zh: "{place}：按来源的字段映射取不到 {field}（{path}）。请改正映射后重放。",
    en: "{place}: the source's mapping finds no {field} at {path}. Correct the mapping and replay.",
  },
  stage_failed: {
    status: 422,
    zh: "{place}：{stage} 处理这条记录时失败（{reason}），已重试 {attempts} 次。",
    en: "{place}: {stage} failed on this record ({reason}) after {attempts} attempts.",
  },
});
