import exceljs from "exceljs";
import type { MetricUnit } from "./definition.ts";
import type { MonthRow, PartView } from "./detail.ts";
import type { MorningTable } from "./morning.ts";
import type { MorningTotal } from "./morning-total.ts";
import type { MetricDefinition } from "./definition.ts";

type Language = "zh" | "en";
type Cell = string | number | Date | null;

const MONEY = "#,##0.00";
const COUNT = "#,##0";
const SHARE = "0.00%";
const FORMATS: Readonly<Record<MetricUnit, string>> = { people: COUNT, count: COUNT, minor: MONEY, share: SHARE };

/** A figure as Excel counts it: yuan and shares, so that sums and charts there are right. */
function cell(value: number | null, unit: MetricUnit): number | null {
  if (value === null) return null;
  if (unit === "minor") return value / 100;
  return unit === "share" ? value / 10_000 : value;
}

function sheetOf(book: exceljs.Workbook, name: string, header: readonly string[], widths: readonly number[]) {
  const sheet = book.addWorksheet(name, { views: [{ state: "frozen", ySplit: 1 }] });
  sheet.columns = widths.map((width) => ({ width }));
  sheet.addRow([...header]).font = { bold: true };
  return sheet;
}

const MORNING = {
  zh: {
    sheet: "门店晨报",
    header: [
      "大区",
      "门店",
      "编码",
      "净销售额",
      "有效订单",
      "客单价",
      "会员订单占比",
      "新增会员",
      "去年同日净销售额",
      "同比",
      "本月净销售额",
      "本月有效订单",
      "本月会员订单占比",
      "本月新增会员",
      "去年同期净销售额",
      "本月同比",
    ],
    total: "合计",
    none: "无去年",
    outside: "未归门店",
  },
  en: {
    sheet: "Stores",
    header: [
      "Region",
      "Store",
      "Code",
      "Net sales",
      "Valid orders",
      "Average order",
      "With a member",
      "New members",
      "Net sales last year",
      "Change",
      "Month net sales",
      "Month orders",
      "Month with a member",
      "Month new members",
      "Last year to date",
      "Month change",
    ],
    total: "Total",
    none: "no last year",
    outside: "No store",
  },
} as const;

const MORNING_WIDTHS = [12, 18, 10, 14, 10, 10, 12, 10, 16, 10, 16, 12, 14, 12, 16, 10];
const MORNING_FORMATS = [
  null,
  null,
  null,
  MONEY,
  COUNT,
  MONEY,
  SHARE,
  COUNT,
  MONEY,
  SHARE,
  MONEY,
  COUNT,
  SHARE,
  COUNT,
  MONEY,
  SHARE,
];

type MorningNumbers = Omit<MorningTotal, "stores">;

/** The cells of a store or of all of them; a year before is compared with stores that were open on both days. */
function morningCells(row: MorningNumbers, none: string): Cell[] {
  const share = (a: number, b: number) => (b === 0 ? null : a / b);
  const yuan = (minor: number | null): Cell => (minor === null ? none : minor / 100);
  const change = (now: number, then: number | null): Cell => {
    if (then === null) return none;
    return then === 0 ? null : now / then - 1;
  };
  return [
    yuan(row.net_minor),
    row.orders,
    row.orders === 0 ? null : Math.round(row.net_minor / row.orders) / 100,
    share(row.member_orders, row.orders),
    row.new_members,
    yuan(row.last_year_net_minor),
    change(row.same_store_net_minor, row.last_year_net_minor),
    yuan(row.month_net_minor),
    row.month_orders,
    share(row.month_member_orders, row.month_orders),
    row.month_new_members,
    yuan(row.last_year_month_net_minor),
    change(row.same_store_month_net_minor, row.last_year_month_net_minor),
  ];
}

/** The table per store of a day as one sheet with its totals. */
export async function morningWorkbook(table: MorningTable, language: Language): Promise<Buffer> {
  const words = MORNING[language];
  const book = new exceljs.Workbook();
  const sheet = sheetOf(book, `${words.sheet} ${table.day}`, words.header, MORNING_WIDTHS);
  for (const row of table.rows) {
    const same = { same_store_net_minor: row.net_minor, same_store_month_net_minor: row.month_net_minor };
    const names = [row.region_name ?? "", row.store_name ?? words.outside, row.store_code];
    sheet.addRow([...names, ...morningCells({ ...row, ...same }, words.none)]);
  }
  sheet.addRow([words.total, "", "", ...morningCells(table.total, words.none)]).font = { bold: true };
  MORNING_FORMATS.forEach((format, i) => {
    if (format !== null) sheet.getColumn(i + 1).numFmt = format;
  });
  return Buffer.from(await book.xlsx.writeBuffer());
}

const METRIC = {
  zh: {
    days: "每日",
    months: "每月",
    parts: "门店",
    day: "日期",
    value: "数值",
    month: "月份",
    closed: "结账值",
    now: "现值",
    difference: "差额",
    code: "编码",
    name: "名称",
    week: "上周同日",
    year: "去年同日",
    version: "口径版本",
  },
  en: {
    days: "Days",
    months: "Months",
    parts: "Parts",
    day: "Day",
    value: "Value",
    month: "Month",
    closed: "As closed",
    now: "Now",
    difference: "Difference",
    code: "Code",
    name: "Name",
    week: "Week before",
    year: "Year before",
    version: "Version",
  },
} as const;

export interface MetricSheets {
  readonly line: readonly { readonly day: string; readonly value: number | null }[];
  readonly months: readonly MonthRow[];
  readonly parts: readonly PartView[];
}

/** One metric as three sheets: days, months with restatement, parts. */
export async function metricWorkbook(
  definition: MetricDefinition,
  sheets: MetricSheets,
  language: Language,
): Promise<Buffer> {
  const words = METRIC[language];
  const { unit } = definition;
  const book = new exceljs.Workbook();
  const format = FORMATS[unit];
  const days = sheetOf(book, words.days, [words.day, definition[language]], [14, 20]);
  for (const { day, value } of sheets.line) days.addRow([day, cell(value, unit)]).getCell(2).numFmt = format;
  const months = sheetOf(
    book,
    words.months,
    [words.month, words.closed, words.now, words.difference, words.version],
    [12, 18, 18, 14, 10],
  );
  for (const row of sheets.months) {
    const added = months.addRow([
      row.month,
      cell(row.closed_value, unit),
      cell(row.value, unit),
      cell(row.difference, unit),
      row.version,
    ]);
    for (const place of [2, 3, 4]) added.getCell(place).numFmt = format;
  }
  const parts = sheetOf(
    book,
    words.parts,
    [words.code, words.name, words.value, words.week, words.year],
    [14, 20, 18, 18, 18],
  );
  for (const row of sheets.parts) {
    const added = parts.addRow([
      row.code,
      row.name ?? "",
      cell(row.value, unit),
      cell(row.last_week, unit),
      cell(row.last_year, unit),
    ]);
    for (const place of [3, 4, 5]) added.getCell(place).numFmt = format;
  }
  return Buffer.from(await book.xlsx.writeBuffer());
}
