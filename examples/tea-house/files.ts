import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import exceljs from "exceljs";
import iconv from "iconv-lite";
import type { ClearRecord } from "../../src/ingest/record.ts";
import { exportText } from "./calendar.ts";
import { STORES } from "./places.ts";
import { PRODUCTS } from "./products.ts";
import type { SourceName } from "./sheet.ts";
import { records } from "./stream.ts";
import type { World } from "./world.ts";

/** What was written, with the rows below the headings. */
export interface WrittenFile {
  readonly name: string;
  readonly rows: number;
}

type Row = readonly (string | number)[];

interface OrderBody {
  readonly order_no: string;
  readonly status: string;
  readonly store_code?: string;
  readonly staff_code?: string;
  readonly channel: string;
  readonly freight_minor?: number;
  readonly coupon_code?: string;
  readonly updated_at?: string;
  readonly lines: readonly {
    readonly line_no: string;
    readonly sku: string;
    readonly product_name: string;
    readonly quantity: string;
    readonly unit_price: string;
    readonly net_minor: number;
    readonly discount_minor?: number;
  }[];
}

/**
 * Writes the world as people export it from their systems, for the tutorials and the import wizard:
 * - `crm-members.csv` in GB18030, as an older Chinese CRM writes it
 * - `pos-order-lines.csv` in UTF-8 with a byte order mark, one row for each line of a ticket
 * - `mall-orders.json` nested, and `mall-orders.csv` flat, of the same orders
 * - `goods-and-stores.xlsx` with two sheets
 */
export async function writeFiles(world: World, folder: string): Promise<WrittenFile[]> {
  await mkdir(folder, { recursive: true });
  const members = new Map<string, ClearRecord>();
  const orders = new Map<string, { source: SourceName; record: ClearRecord }>();
  for await (const batch of records(world)) {
    for (const record of batch.records) {
      // An export shows the last state of each thing.
      if (record.kind === "member" && batch.source === "crm") members.set(value(record, "crm_id"), record);
      if (record.kind === "order") orders.set(String(record.body["order_no"]), { source: batch.source, record });
    }
  }
  const tickets = [...orders.values()].filter(({ source }) => source === "pos").map(({ record }) => record);
  const mall = [...orders.values()].filter(({ source }) => source === "mall").map(({ record }) => record);
  const put = async (name: string, content: Buffer | string, rows: number): Promise<WrittenFile> => {
    await writeFile(join(folder, name), content);
    return { name, rows };
  };
  const memberRows = [...members.values()].map(memberRow);
  const tillRows = tickets.flatMap(tillLines);
  const mallRows = mall.flatMap(mallLines);
  return [
    await put("crm-members.csv", iconv.encode(csv(MEMBER_HEADINGS, memberRows), "gb18030"), memberRows.length),
    await put("pos-order-lines.csv", `\u{feff}${csv(TILL_HEADINGS, tillRows)}`, tillRows.length),
    await put("mall-orders.json", `${JSON.stringify(mall.map(mallOrder), null, 2)}\n`, mall.length),
    await put("mall-orders.csv", csv(MALL_HEADINGS, mallRows), mallRows.length),
    await put("goods-and-stores.xlsx", await workbook(), PRODUCTS.length + STORES.length),
  ];
}

function value(record: ClearRecord, kind: string): string {
  return record.identities.find((identity) => identity.kind === kind)?.value ?? "";
}

function csv(headings: readonly string[], rows: readonly Row[]): string {
  const cell = (content: string | number): string => {
    const text = String(content);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [headings, ...rows]
    .map((row) => row.map(cell).join(","))
    .join("\r\n")
    .concat("\r\n");
}

function yuan(fen: number): string {
  return (fen / 100).toFixed(2);
}

const MEMBER_HEADINGS = [
  "会员编号",
  "会员卡号",
  "姓名",
  "性别",
  "手机号",
  "生日",
  "城市",
  "入会时间",
  "归属门店",
  "导购",
  "短信同意",
];
const GENDERS: Readonly<Record<string, string>> = { female: "女", male: "男" };

function memberRow(record: ClearRecord): Row {
  const { body } = record;
  const text = (name: string): string => String(body[name] ?? "");
  const consents = body["consents"] as readonly { channel: string; granted: boolean }[];
  const sms = consents.find((consent) => consent.channel === "sms");
  return [
    value(record, "crm_id"),
    value(record, "card_no"),
    text("name"),
    GENDERS[text("gender")] ?? "",
    value(record, "phone"),
    text("birthday").replaceAll("-", "/"),
    text("city"),
    exportText(new Date(text("joined_at")).getTime()),
    text("home_store_code"),
    text("associate_code"),
    sms === undefined ? "" : sms.granted ? "是" : "否",
  ];
}

const TILL_HEADINGS = [
  "小票号",
  "交易时间",
  "门店编码",
  "导购工号",
  "会员卡号",
  "手机号",
  "行号",
  "商品编码",
  "商品名称",
  "数量",
  "单价",
  "优惠金额",
  "实付金额",
];

function tillLines(record: ClearRecord): Row[] {
  const body = record.body as unknown as OrderBody;
  return body.lines.map((line) => [
    body.order_no,
    exportText(new Date(record.occurred_at).getTime()),
    body.store_code ?? "",
    body.staff_code ?? "",
    value(record, "card_no"),
    value(record, "phone"),
    line.line_no,
    line.sku,
    line.product_name,
    line.quantity,
    line.unit_price,
    yuan(line.discount_minor ?? 0),
    yuan(line.net_minor),
  ]);
}

const MALL_HEADINGS = [
  "订单号",
  "下单时间",
  "订单状态",
  "买家ID",
  "微信openid",
  "手机号",
  "行号",
  "商品编码",
  "商品名称",
  "数量",
  "单价",
  "优惠金额",
  "实付金额",
  "运费",
  "券码",
];
const STATES: Readonly<Record<string, string>> = { placed: "待付款", paid: "已付款", cancelled: "已取消" };

function mallLines(record: ClearRecord): Row[] {
  const body = record.body as unknown as OrderBody;
  return body.lines.map((line) => [
    body.order_no,
    exportText(new Date(record.occurred_at).getTime()),
    STATES[body.status] ?? body.status,
    value(record, "mall_id"),
    value(record, "openid"),
    value(record, "phone"),
    line.line_no,
    line.sku,
    line.product_name,
    line.quantity,
    line.unit_price,
    yuan(line.discount_minor ?? 0),
    yuan(line.net_minor),
    yuan(body.freight_minor ?? 0),
    body.coupon_code ?? "",
  ]);
}

/** One order as the mall's open interface gives it. */
function mallOrder(record: ClearRecord): Record<string, unknown> {
  const body = record.body as unknown as OrderBody;
  return {
    order_no: body.order_no,
    created_at: record.occurred_at,
    updated_at: body.updated_at,
    status: body.status,
    channel: body.channel,
    buyer: Object.fromEntries(record.identities.map((identity) => [identity.kind, identity.value])),
    freight: yuan(body.freight_minor ?? 0),
    items: body.lines.map((line) => ({
      line_no: line.line_no,
      sku: line.sku,
      title: line.product_name,
      quantity: line.quantity,
      price: line.unit_price,
      discount: yuan(line.discount_minor ?? 0),
      paid: yuan(line.net_minor),
    })),
  };
}

async function workbook(): Promise<Buffer> {
  const book = new exceljs.Workbook();
  const goods = book.addWorksheet("商品");
  goods.addRow(["商品编码", "商品名称", "一级品类", "二级品类", "系列", "标价", "成本"]);
  for (const one of PRODUCTS) {
    goods.addRow([one.sku, one.name, one.category, one.kind, one.series, one.price_fen / 100, one.cost_fen / 100]);
  }
  const stores = book.addWorksheet("门店");
  stores.addRow(["门店编码", "门店名称", "大区", "城市", "直营或加盟", "开业日期"]);
  for (const one of STORES) {
    stores.addRow([one.code, one.name, one.region, one.city, one.ownership === "own" ? "直营" : "加盟", one.opened_on]);
  }
  return Buffer.from(await book.xlsx.writeBuffer());
}
