import exceljs from "exceljs";
import { PERMISSION_NAMES } from "../permission-names.ts";
import { isPermission } from "../matrix.ts";
import { type ApprovalRow, type ApprovalState, stateOf } from "./approval.ts";

const HEADERS = {
  zh: [
    "编号",
    "权限",
    "级别",
    "申请内容",
    "理由",
    "申请人",
    "申请时间 (UTC)",
    "状态",
    "审批人",
    "审批时间 (UTC)",
    "意见",
    "一人批准",
    "执行时间 (UTC)",
    "结果",
  ],
  en: [
    "Number",
    "Permission",
    "Level",
    "What is asked",
    "Reason",
    "Asked by",
    "Asked (UTC)",
    "State",
    "Decided by",
    "Decided (UTC)",
    "Comment",
    "Alone",
    "Done (UTC)",
    "Outcome",
  ],
} as const;
const WIDTHS = [8, 18, 8, 60, 40, 14, 20, 10, 14, 20, 30, 10, 20, 30];
const STATES: Readonly<Record<ApprovalState, readonly [zh: string, en: string]>> = {
  waiting: ["等待批准", "waiting"],
  approved: ["已批准", "approved"],
  done: ["已执行", "done"],
  refused: ["已拒绝", "refused"],
  withdrawn: ["已撤回", "withdrawn"],
  expired: ["已过期", "expired"],
};

const instant = (at: Date | null) => (at === null ? "" : at.toISOString().replace("T", " ").slice(0, 19));

/** Requests and decisions as a workbook. Every value is text or a number, never a formula. */
export async function approvalWorkbook(
  rows: readonly ApprovalRow[],
  now: Date,
  language: "zh" | "en",
): Promise<Buffer> {
  const book = new exceljs.Workbook();
  const sheet = book.addWorksheet(language === "zh" ? "审批" : "Approvals", {
    views: [{ state: "frozen", ySplit: 1 }],
  });
  sheet.columns = WIDTHS.map((width) => ({ width }));
  sheet.addRow([...HEADERS[language]]).font = { bold: true };
  const zh = language === "zh";
  for (const row of rows) {
    const { permission } = row;
    sheet.addRow([
      row.approval_id,
      isPermission(permission) ? PERMISSION_NAMES[permission][language] : permission,
      row.level,
      zh ? row.words_zh : row.words_en,
      row.reason,
      row.requester,
      instant(row.asked_at),
      STATES[stateOf(row, now)][zh ? 0 : 1],
      row.approver ?? "",
      instant(row.decided_at),
      row.comment ?? "",
      row.alone ? (zh ? "是" : "yes") : "",
      instant(row.executed_at),
      row.outcome === null ? "" : JSON.stringify(row.outcome),
    ]);
  }
  return Buffer.from(await book.xlsx.writeBuffer());
}
