import exceljs from "exceljs";
import type { FoundRow } from "./search.ts";

const HEADERS = {
  zh: ["序号", "时间 (UTC)", "姓名", "角色", "操作", "方法", "路径", "对象", "结果", "状态码", "地址", "请求号"],
  en: [
    "Sequence",
    "Time (UTC)",
    "Person",
    "Role",
    "Act",
    "Method",
    "Path",
    "Objects",
    "Result",
    "Status",
    "Address",
    "Request",
  ],
} as const;
const WIDTHS = [10, 22, 14, 16, 30, 9, 40, 60, 10, 8, 18, 40];
const RESULT = {
  zh: { true: "成功", false: "被拒绝", null: "结果不明" },
  en: { true: "done", false: "refused", null: "unknown" },
} as const;

/** Rows as a workbook. Every value is text or a number, never a formula: Excel runs nothing that somebody typed. */
export async function auditWorkbook(rows: readonly FoundRow[], language: "zh" | "en"): Promise<Buffer> {
  const book = new exceljs.Workbook();
  const sheet = book.addWorksheet(language === "zh" ? "审计" : "Audit", { views: [{ state: "frozen", ySplit: 1 }] });
  sheet.columns = WIDTHS.map((width) => ({ width }));
  sheet.addRow([...HEADERS[language]]).font = { bold: true };
  for (const row of rows) {
    sheet.addRow([
      row.sequence,
      row.at.toISOString().replace("T", " ").slice(0, 23),
      row.person_name ?? "",
      row.actor,
      row.action,
      row.method,
      row.path,
      JSON.stringify(row.subject),
      RESULT[language][`${row.succeeded}`],
      row.status,
      row.ip ?? "",
      row.request_id,
    ]);
  }
  return Buffer.from(await book.xlsx.writeBuffer());
}
