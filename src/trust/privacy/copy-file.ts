import exceljs from "exceljs";
import type { MemberData } from "./member-data.ts";
import { zipFile } from "./zip-file.ts";

const SHEETS: readonly (readonly [part: Exclude<keyof MemberData, "member_id" | "segments">, sheet: string])[] = [
  ["identities", "身份 identities"],
  ["profile", "资料 profile"],
  ["consents", "同意 consents"],
  ["orders", "订单 orders"],
  ["order_lines", "订单明细 order lines"],
  ["returns", "退货 returns"],
  ["timeline", "时间线 timeline"],
  ["tags", "标签 tags"],
  ["tier", "等级 tier"],
  ["rfm", "RFM"],
  ["lifetime_value", "价值 lifetime value"],
];
const WIDTH = 24;

/** The file that a member takes away: machine-readable JSON, and the same as a workbook for people. */
export async function copyFile(data: MemberData, made_at: Date): Promise<Buffer> {
  const json = { format: "huitou-member-copy/1", made_at: made_at.toISOString(), ...data };
  return zipFile([
    { name: "member.json", content: Buffer.from(`${JSON.stringify(json, null, 2)}\n`) },
    { name: "会员资料.xlsx", content: await workbook(data) },
  ]);
}

async function workbook(data: MemberData): Promise<Buffer> {
  const book = new exceljs.Workbook();
  for (const [part, title] of SHEETS) {
    const rows = data[part];
    const sheet = book.addWorksheet(title, { views: [{ state: "frozen", ySplit: 1 }] });
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    sheet.columns = names.map((name) => ({ header: name, width: WIDTH }));
    for (const row of rows) sheet.addRow(names.map((name) => cell(row[name])));
  }
  return Buffer.from(await book.xlsx.writeBuffer());
}

/** Numbers, dates and texts as such; long numbers are texts already, and a text is never read as a formula. */
function cell(value: unknown): string | number | boolean | Date | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date || typeof value === "number" || typeof value === "boolean") return value;
  return typeof value === "string" ? value : JSON.stringify(value);
}
