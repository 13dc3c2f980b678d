import exceljs from "exceljs";
import type { Portrait } from "./portrait.ts";

type Language = "zh" | "en";

const WORDS = {
  zh: {
    sheet: "画像",
    said: "与众不同之处",
    columns: ["标签", "值", "人数", "占比", "对照占比", "倍数", "显著", "由条件决定"],
    group: "人群",
    base: "对照",
    as_of: "数据截至",
    yes: "是",
    no: "",
  },
  en: {
    sheet: "Portrait",
    said: "What is unusual",
    columns: ["Tag", "Value", "Members", "Share", "Share of base", "Index", "Unusual", "By definition"],
    group: "Group",
    base: "Base",
    as_of: "Data as of",
    yes: "yes",
    no: "",
  },
} as const;

const WIDTHS = [24, 28, 12, 10, 12, 10, 10, 12];

/** A portrait as one sheet: the sentences, then every value. It holds counts only, of no fewer than ten members each. */
export async function portraitWorkbook(portrait: Portrait, language: Language): Promise<Buffer> {
  const words = WORDS[language];
  const book = new exceljs.Workbook();
  const sheet = book.addWorksheet(words.sheet);
  sheet.columns = WIDTHS.map((width) => ({ width }));
  sheet.addRow([words.group, portrait.group[language], portrait.group.count]);
  sheet.addRow([words.base, portrait.base[language], portrait.base.count]);
  sheet.addRow([words.as_of, portrait.as_of]);
  sheet.addRow([]);
  sheet.addRow([words.said]).font = { bold: true };
  for (const sentence of portrait.sentences) sheet.addRow([sentence[language]]);
  sheet.addRow([]);
  sheet.addRow([...words.columns]).font = { bold: true };
  for (const fact of portrait.facts) {
    for (const cell of fact.cells) {
      const row = sheet.addRow([
        fact[language],
        cell[language],
        cell.count,
        cell.share_bp / 10_000,
        cell.base_share_bp === null ? null : cell.base_share_bp / 10_000,
        cell.index_bp === null ? null : cell.index_bp / 10_000,
        cell.unusual ? words.yes : words.no,
        fact.by_definition ? words.yes : words.no,
      ]);
      for (const place of [4, 5]) row.getCell(place).numFmt = "0.0%";
      row.getCell(6).numFmt = "0.00";
    }
  }
  return Buffer.from(await book.xlsx.writeBuffer());
}
