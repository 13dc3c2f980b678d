import exceljs from "exceljs";
import type { RuleRow, Statement } from "./statement-store.ts";

const HEADERS = [
  "时间 Period",
  "发放 Issued",
  "使用 Used",
  "退回 Given back",
  "过期 Expired",
  "收回 Taken back",
  "余额 Closing",
];
const RULE_HEADERS = ["规则 Rule", "发放 Issued", "收回 Taken back", "笔数 Causes"];
const NUMBER = "#,##0";

/** A statement as a workbook: movements and rules, numbers as numbers. */
export async function statementWorkbook(
  report: Statement & { readonly from_day: string; readonly to_day: string; readonly rules: readonly RuleRow[] },
): Promise<Buffer> {
  const book = new exceljs.Workbook();
  const sheet = book.addWorksheet("积分对账 Statement");
  sheet.addRow([`${report.from_day} – ${report.to_day}`]);
  sheet.addRow(HEADERS).font = { bold: true };
  sheet.addRow(["期初 Opening", null, null, null, null, null, report.opening]);
  for (const row of report.rows)
    sheet.addRow([row.period, row.issued, row.burned, row.given_back, row.expired, row.taken_back, row.closing]);
  sheet.addRow(["期末 Closing", null, null, null, null, null, report.closing]).font = { bold: true };
  const rules = book.addWorksheet("按规则 By rule");
  rules.addRow(RULE_HEADERS).font = { bold: true };
  for (const row of report.rules) rules.addRow([row.rule, row.issued, row.taken_back, row.causes]);
  for (const one of [sheet, rules]) {
    one.columns.forEach((column, at) => {
      column.width = at === 0 ? 22 : 16;
      if (at > 0) column.numFmt = NUMBER;
    });
  }
  return Buffer.from(await book.xlsx.writeBuffer());
}
