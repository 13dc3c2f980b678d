import exceljs from "exceljs";
import { countsOf, type AssessmentView, DEMO_NOTE, DISCLAIMER } from "./view.ts";
import type { Result } from "./item.ts";

type Language = "zh" | "en";

const RESULT: Readonly<Record<Result, Readonly<Record<Language, string>>>> = {
  met: { zh: "符合", en: "met" },
  partly: { zh: "部分符合", en: "partly met" },
  not_met: { zh: "不符合", en: "not met" },
  not_applicable: { zh: "不适用", en: "not applicable" },
};
const WORDS = {
  zh: {
    summary: "汇总",
    items: "逐项",
    clause: "条款",
    name: "名称",
    total: "标准项数",
    outside: "未纳入（按不符合计）",
    item: "编号",
    requirement: "要求",
    who: "证明方",
    result: "结果",
    seen: "依据",
    step: "整改",
    signed: "签署",
    subject: "被评对象",
    counts: "60 项合计",
  },
  en: {
    summary: "Summary",
    items: "Items",
    clause: "Clause",
    name: "Name",
    total: "Items of the standard",
    outside: "Not looked at (counts as not met)",
    item: "Item",
    requirement: "Requirement",
    who: "Proved by",
    result: "Result",
    seen: "What was seen",
    step: "What to do",
    signed: "Signed",
    subject: "What was assessed",
    counts: "All 60",
  },
} as const;
const ORDER: readonly Result[] = ["met", "partly", "not_met", "not_applicable"];

/** The assessment as a workbook: text and numbers only. */
export async function assessmentWorkbook(view: AssessmentView, language: Language): Promise<Buffer> {
  const words = WORDS[language];
  const book = new exceljs.Workbook();
  const summary = book.addWorksheet(words.summary);
  summary.columns = [22, 34, 16, 12, 12, 12, 12, 26].map((width) => ({ width }));
  summary.addRow([DISCLAIMER[language]]).font = { bold: true };
  if (view.demo) summary.addRow([DEMO_NOTE[language]]).font = { bold: true, color: { argb: "FFB02A1C" } };
  summary.addRow([view.brand, view.finished_at.toISOString(), view.hash]);
  summary.addRow([words.subject, JSON.stringify(view.subject)]);
  summary.addRow([]);
  const results = ORDER.map((result) => RESULT[result][language]);
  summary.addRow([words.clause, words.name, words.total, ...results, words.outside]).font = { bold: true };
  for (const clause of view.clauses)
    summary.addRow([
      clause.clause,
      clause[language],
      clause.items,
      ...ORDER.map((result) => clause.counts[result]),
      clause.outside,
    ]);
  const counts = countsOf(view.items);
  summary.addRow([words.counts, "", view.items.length, ...ORDER.map((result) => counts[result])]);
  for (const { name, role, statement, signed_at } of view.signatures)
    summary.addRow([words.signed, name, role, statement, signed_at.toISOString()]);
  const sheet = book.addWorksheet(words.items, { views: [{ state: "frozen", ySplit: 1 }] });
  sheet.columns = [14, 44, 10, 12, 90, 60].map((width) => ({ width }));
  sheet.addRow([words.item, words.requirement, words.who, words.result, words.seen, words.step]).font = { bold: true };
  for (const item of view.items) {
    const row = sheet.addRow([
      item.id,
      language === "zh" ? item.name_zh : item.name_en,
      item.who,
      RESULT[item.result][language],
      item[language],
      item.result === "met" || item.result === "not_applicable" ? "" : item.step[language],
    ]);
    row.alignment = { wrapText: true, vertical: "top" };
  }
  return Buffer.from(await book.xlsx.writeBuffer());
}
