import exceljs from "exceljs";
import type { LineRow } from "./people-review-store.ts";
import { PERMISSION_NAMES } from "./permission-names.ts";
import { ROLES } from "./roles.ts";

const HEADERS = {
  zh: [
    "行",
    "类别",
    "名称",
    "角色",
    "权限",
    "门店",
    "最近使用 (UTC)",
    "90 天未用",
    "两步验证",
    "角色有变",
    "到期 (UTC)",
    "结论",
    "原因",
    "复核人",
    "复核时间 (UTC)",
    "负责人",
    "已执行",
  ],
  en: [
    "Line",
    "Kind",
    "Name",
    "Role",
    "Permissions",
    "Stores",
    "Last use (UTC)",
    "Idle 90 days",
    "Second factor",
    "Role changed",
    "Ends (UTC)",
    "Verdict",
    "Reason",
    "Reviewer",
    "Judged (UTC)",
    "Owner",
    "Done",
  ],
} as const;
const WIDTHS = [6, 12, 20, 18, 40, 24, 20, 12, 12, 12, 20, 10, 40, 14, 20, 14, 10];
const VERDICT = {
  zh: { keep: "保留", change: "修改", remove: "移除" },
  en: { keep: "keep", change: "change", remove: "remove" },
} as const;
const WORDS = {
  zh: { yes: "是", no: "", not_yet: "否", person: "人员", client: "接口客户端" },
  en: { yes: "yes", no: "", not_yet: "no", person: "person", client: "API client" },
} as const;

const instant = (at: string | Date | null) =>
  at === null ? "" : new Date(at).toISOString().replace("T", " ").slice(0, 19);

/** A review as a workbook. Every value is text or a number, never a formula. */
export async function reviewWorkbook(lines: readonly LineRow[], language: "zh" | "en"): Promise<Buffer> {
  const words = WORDS[language];
  const named = (permission: string) =>
    PERMISSION_NAMES[permission as keyof typeof PERMISSION_NAMES]?.[language] ?? permission;
  const book = new exceljs.Workbook();
  const name = language === "zh" ? "账号权限复核" : "Access review";
  const sheet = book.addWorksheet(name, { views: [{ state: "frozen", ySplit: 1 }] });
  sheet.columns = WIDTHS.map((width) => ({ width }));
  sheet.addRow([...HEADERS[language]]).font = { bold: true };
  for (const { line, person_id, name: who, facts, verdict, reason, judge, judged_at, owner, done } of lines) {
    const flag = (on: boolean | null) => (on === true ? words.yes : words.no);
    sheet.addRow([
      line,
      person_id === null ? words.client : words.person,
      who,
      ROLES.find(({ role }) => role === facts.role)?.[language] ?? facts.role,
      facts.permissions.map(named).join("、"),
      facts.stores?.join(" ") ?? "",
      instant(facts.last_seen_at),
      flag(facts.idle),
      flag(facts.has_factor),
      flag(facts.changed),
      instant(facts.expires_at),
      verdict === null ? "" : VERDICT[language][verdict],
      reason ?? "",
      judge ?? "",
      instant(judged_at),
      owner ?? "",
      done === false ? words.not_yet : flag(done),
    ]);
  }
  return Buffer.from(await book.xlsx.writeBuffer());
}
