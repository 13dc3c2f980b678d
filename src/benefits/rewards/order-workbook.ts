import exceljs from "exceljs";
import type { OrderRow } from "./reward-list-store.ts";
import { STATE_NAMES } from "./order-state.ts";

const HEADERS = {
  zh: [
    "单号",
    "礼品",
    "会员编号",
    "状态",
    "积分",
    "现金",
    "币种",
    "下单 (UTC)",
    "确认 (UTC)",
    "交付 (UTC)",
    "门店",
    "快递单号",
    "支付单号",
    "原因",
  ],
  en: [
    "Order",
    "Reward",
    "Member",
    "State",
    "Points",
    "Cash",
    "Currency",
    "Ordered (UTC)",
    "Confirmed (UTC)",
    "Handed over (UTC)",
    "Store",
    "Shipment",
    "Payment",
    "Reason",
  ],
} as const;
const WIDTHS = [10, 24, 12, 12, 12, 12, 8, 20, 20, 20, 12, 20, 24, 30];

const instant = (at: Date | null) => at?.toISOString().replace("T", " ").slice(0, 19) ?? "";

/** Redemption orders as a workbook. Every value is text or a number, never a formula: Excel runs nothing that somebody typed. */
export async function orderWorkbook(rows: readonly OrderRow[], language: "zh" | "en"): Promise<Buffer> {
  const book = new exceljs.Workbook();
  const name = language === "zh" ? "兑换单" : "Redemption orders";
  const sheet = book.addWorksheet(name, { views: [{ state: "frozen", ySplit: 1 }] });
  sheet.columns = WIDTHS.map((width) => ({ width }));
  sheet.addRow([...HEADERS[language]]).font = { bold: true };
  for (const row of rows)
    sheet.addRow([
      row.order_id,
      language === "zh" ? row.name_zh : row.name_en,
      row.member_id ?? "",
      STATE_NAMES[row.state][language],
      row.points,
      row.cash_minor / 100,
      row.currency,
      instant(row.made_at),
      instant(row.confirmed_at),
      instant(row.fulfilled_at),
      row.store_code ?? "",
      row.shipment ?? "",
      row.payment_reference ?? "",
      row.reason ?? "",
    ]);
  return Buffer.from(await book.xlsx.writeBuffer());
}
