import { defineErrors } from "../platform/index.ts";

export const errors = defineErrors("trust", {
  indicator_unknown: { status: 404, zh: "没有监测项 {indicator}。", en: "There is no indicator {indicator}." },
  limits_crossed: {
    status: 422,
    zh: "告警限 {alarm} 比预警限 {warn} 更早触发。请让告警限更严重。",
    en: "The alarm limit {alarm} would come before the warning limit {warn}. Make the alarm the graver one.",
  },
  incident_not_found: { status: 404, zh: "没有事件 {incident_id}。", en: "There is no incident {incident_id}." },
  incident_closed: {
    status: 409,
    zh: "事件 {incident_id} 已经关闭。如需补充，请写备注。",
    en: "Incident {incident_id} is closed. Write a note if something is to be added.",
  },
  incident_taken: {
    status: 409,
    zh: "事件 {incident_id} 已有人确认处理。",
    en: "Somebody has taken incident {incident_id} on already.",
  },
  channel_not_found: { status: 404, zh: "没有告警通道 {channel_id}。", en: "There is no alert channel {channel_id}." },
  mail_has_no_address: {
    status: 422,
    zh: "邮件通道没有地址和密钥：它发给值班人的邮箱，服务器由 HUITOU_SMTP_URL 设定。请去掉地址，或新建一个机器人通道。",
    en: "A mail channel has no address or secret: it writes to whoever is on call, by the server of HUITOU_SMTP_URL. Leave them out, or add a robot.",
  },
  address_refused: {
    status: 422,
    zh: "这个地址不能作为告警去向（{reason}）：必须是 https，且主机为 {hosts}，不能指向内网。内网地址需由运维在 HUITOU_ALERT_ORIGINS 中写明。",
    en: "Alerts cannot go to this address ({reason}): it must be https on {hosts} and not lead inside. Private addresses are named in HUITOU_ALERT_ORIGINS by whoever runs the machine.",
  },
  roster_person: {
    status: 422,
    zh: "值班表里每人只能出现一次、账号须在用，且不超过 {limit} 人（请检查人员 {person_id}）。",
    en: "Everybody is on the roster once, with an open account, and {limit} people at most (look at person {person_id}).",
  },
  risk_not_found: { status: 404, zh: "没有风险 {risk}。", en: "There is no risk {risk}." },
  report_not_started: {
    status: 404,
    zh: "事件 {incident_id} 还没有判定为较大及以上，不需要报告。请先判定级别。",
    en: "Incident {incident_id} was not judged serious or worse, so there is no report. Judge its grade first.",
  },
  report_submitted: {
    status: 409,
    zh: "这份报告已经提交，不能再改。补充内容请写在事件备注里。",
    en: "This report was handed in and cannot be changed. Write what is to be added as a note.",
  },
  report_field: {
    status: 422,
    zh: "表里没有「{field}」这一项，或它超过 {limit} 字。",
    en: "The form has no field {field}, or it is longer than {limit} letters.",
  },
  assessment_not_found: {
    status: 404,
    zh: "没有自评 {assessment_id}。",
    en: "There is no self-assessment {assessment_id}.",
  },
  assessment_signed: {
    status: 409,
    zh: "您已经签署过自评 {assessment_id}。",
    en: "You have signed self-assessment {assessment_id} already.",
  },
  evidence_item: {
    status: 422,
    zh: "{item} 由软件运行证明或不存在，不接受材料。请按整改提示处理。",
    en: "{item} is proved by the software, or does not exist: it takes no papers. Follow the step to take.",
  },
  evidence_day: {
    status: 422,
    zh: "证据日期 {dated} 不能晚于今天，有效期 {valid_until} 不能早于证据日期。",
    en: "The day of evidence ({dated}) cannot be after today, nor its validity ({valid_until}) before that day.",
  },
  evidence_too_large: {
    status: 413,
    zh: "证据文件超过 {limit_bytes} 字节。请压缩或拆分。",
    en: "The file of evidence is larger than {limit_bytes} bytes. Compress or split it.",
  },
  evidence_not_found: {
    status: 404,
    zh: "没有证据 {evidence_id}，或它没有文件、已撤回。",
    en: "There is no evidence {evidence_id}, or it has no file or was taken back.",
  },
  report_incomplete: {
    status: 422,
    zh: "还有未填的项：{fields_zh}。",
    en: "These fields are still empty: {fields_en}.",
  },
});
