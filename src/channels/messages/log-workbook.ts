import exceljs from "exceljs";
import type { LoggedMessage, MessageState } from "./log-store.ts";
import { REASON_WORDS } from "./reasons.ts";

type Words = { readonly zh: string; readonly en: string };
export const STATE_NAMES: Readonly<Record<MessageState, Words>> = {
  waiting: { zh: "等待中", en: "waiting" },
  sending: { zh: "发送中", en: "being sent" },
  prepared: { zh: "待导购确认", en: "waits for the associate" },
  asking: { zh: "查询结果中", en: "being asked for" },
  accepted: { zh: "已发出", en: "sent" },
  refused: { zh: "被拒绝", en: "refused" },
  held: { zh: "没有发", en: "held back" },
  unknown: { zh: "结果不明", en: "unknown" },
};
const CHANNEL_NAMES: Readonly<Record<string, Words>> = {
  sms: { zh: "短信", en: "SMS" },
  email: { zh: "邮件", en: "mail" },
  wecom: { zh: "企业微信", en: "WeCom" },
  wechat: { zh: "微信订阅消息", en: "WeChat" },
  inbox: { zh: "小程序消息", en: "inbox" },
  webhook: { zh: "Webhook", en: "webhook" },
};
const DELIVERIES: Readonly<Record<NonNullable<LoggedMessage["delivery"]>, Words>> = {
  delivered: { zh: "已送达", en: "arrived" },
  failed: { zh: "未送达", en: "did not arrive" },
  silent: { zh: "没有回执", en: "no receipt" },
};
const HEADERS = {
  zh: [
    "编号",
    "请求时间 (UTC)",
    "会员编号",
    "通道",
    "模板",
    "版本",
    "来源",
    "试发",
    "状态",
    "原因",
    "为什么没发",
    "结束时间 (UTC)",
    "条数",
    "费用",
    "服务商代码",
    "回执",
    "回执代码",
    "回执时间 (UTC)",
  ],
  en: [
    "Message",
    "Asked for (UTC)",
    "Member",
    "Channel",
    "Template",
    "Version",
    "Source",
    "Trial",
    "State",
    "Reason",
    "Why not sent",
    "Ended (UTC)",
    "Parts",
    "Cost",
    "Service code",
    "Receipt",
    "Receipt code",
    "Receipt at (UTC)",
  ],
} as const;
const WIDTHS = [12, 20, 12, 12, 24, 8, 14, 8, 12, 22, 60, 20, 8, 10, 20, 12, 24, 20];

const instant = (at: Date | null) => at?.toISOString().replace("T", " ").slice(0, 19) ?? "";

/** The send log as a workbook. Every value is text or a number, never a formula. */
export async function logWorkbook(rows: readonly LoggedMessage[], language: "zh" | "en"): Promise<Buffer> {
  const book = new exceljs.Workbook();
  const sheet = book.addWorksheet(language === "zh" ? "发送记录" : "Send log", {
    views: [{ state: "frozen", ySplit: 1 }],
  });
  sheet.columns = WIDTHS.map((width) => ({ width }));
  sheet.addRow([...HEADERS[language]]).font = { bold: true };
  for (const row of rows) {
    const words = REASON_WORDS[row.reason ?? ""];
    sheet.addRow([
      row.message_id,
      instant(row.requested_at),
      row.member_id,
      CHANNEL_NAMES[row.channel]?.[language] ?? row.channel,
      row.template_name === "" ? row.template : row.template_name,
      row.version ?? "",
      row.source,
      row.test ? "✓" : "",
      STATE_NAMES[row.state][language],
      words?.[language] ?? "",
      words?.[language === "zh" ? "why_zh" : "why_en"] ?? "",
      instant(row.at),
      row.parts,
      row.cost_minor / 100,
      row.service_code ?? "",
      row.delivery === null ? "" : DELIVERIES[row.delivery][language],
      row.delivery_code ?? "",
      instant(row.delivery_at),
    ]);
  }
  return Buffer.from(await book.xlsx.writeBuffer());
}
