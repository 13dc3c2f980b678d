import exceljs from "exceljs";
import { REPORT_FIELDS, type ReportRow } from "./report.ts";

const TITLES = {
  authority: { zh: "网络安全事件报告", en: "Report of a network security incident" },
  members: { zh: "个人信息安全事件告知书", en: "Notice about an incident with personal data" },
} as const;

type Language = "zh" | "en";

function rowsOf(report: ReportRow, language: Language): [string, string][] {
  return REPORT_FIELDS[report.kind].map((field) => [field[language], report.fields[field.key] ?? ""]);
}

function clockLine(report: ReportRow, language: Language): string {
  const at = (date: Date) => `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const words = language === "zh" ? ["起算", "时限", "提交"] : ["clock began", "due", "handed in"];
  const parts = [report.started_at, report.due_at, report.submitted_at].flatMap((date, n) =>
    date === null ? [] : [`${words[n]} ${at(date)}`],
  );
  return parts.join(" · ");
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "<br>");
}

/** A page to print or paste; it holds no script. */
export function reportPage(report: ReportRow, language: Language): string {
  const title = TITLES[report.kind][language];
  const rows = rowsOf(report, language).map(
    ([name, text]) => `<tr><th scope="row">${escape(name)}</th><td>${escape(text)}</td></tr>`,
  );
  return `<!doctype html><html lang="${language === "zh" ? "zh-CN" : "en"}"><head><meta charset="utf-8"><title>${title}</title>
<style>body{font:14px/1.7 "Noto Sans SC",system-ui,sans-serif;max-width:720px;margin:32px auto}h1{font-size:20px;text-align:center}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #999;padding:6px 10px;text-align:left;vertical-align:top}th{width:32%}</style>
</head><body><h1>${title}</h1><p>${escape(clockLine(report, language))}</p><table>${rows.join("\n")}</table></body></html>`;
}

/** The same as a workbook: text only, so that Excel runs nothing. */
export async function reportWorkbook(report: ReportRow, language: Language): Promise<Buffer> {
  const book = new exceljs.Workbook();
  const sheet = book.addWorksheet(TITLES[report.kind][language].slice(0, 31));
  sheet.columns = [{ width: 36 }, { width: 90 }];
  sheet.addRow([TITLES[report.kind][language]]).font = { bold: true };
  sheet.addRow([clockLine(report, language)]);
  for (const row of rowsOf(report, language)) sheet.addRow(row).alignment = { wrapText: true, vertical: "top" };
  return Buffer.from(await book.xlsx.writeBuffer());
}
