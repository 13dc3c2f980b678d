import { Type } from "typebox";
import { address, defineFlow, text } from "./contract.ts";
import { COVERS, PARTS, SECRETS, session } from "./mall-office.ts";

/** Yesterday's orders as the back office exports them, brought in by the importer. */
export const mallOrders = defineFlow({
  key: "mall_orders",
  zh: "导出昨日订单",
  en: "Export yesterday's orders",
  sentence_zh: "登录商城后台，导出前一天的订单文件，交给导入器入湖；每一行都有着落，重复导入不会多出订单。",
  sentence_en:
    "Signs in to the mall's back office, exports the orders of the day before as a file and gives it to the importer: each row is accounted for, and the same file again changes nothing.",
  inputs: Type.Object({
    address: address({ zh: "后台地址", en: "Address of the back office" }),
    source: text(
      { zh: "数据源", en: "Source of the file" },
      { default: "mall-office", pattern: "^[a-z][a-z0-9_-]{1,40}$" },
    ),
    day: Type.Optional(
      text({ zh: "哪一天（空：昨天）", en: "Which day (empty: yesterday)" }, { pattern: "^20\\d\\d-\\d\\d-\\d\\d$" }),
    ),
  }),
  outputs: Type.Object({
    import_id: Type.Integer(),
    rows: Type.Integer(),
    accepted: Type.Integer(),
    duplicates: Type.Integer(),
    rejected: Type.Integer(),
  }),
  secrets: SECRETS,
  needs: [{ permission: "data.manage", level: "L2" }],
  minutes_max: 10,
  covers: COVERS,
  session,
  run: async (robot) => {
    const { address: office, source, day = robot.yesterday } = robot.inputs;
    const file = await robot.step({ zh: `导出 ${day} 的订单`, en: `Export the orders of ${day}` }, async () => {
      await robot.go(`${office}/orders`);
      await robot.fill(PARTS.from, day);
      await robot.fill(PARTS.to, day);
      return robot.download(PARTS.export);
    });
    return robot.step({ zh: `导入 ${file.file_name}`, en: `Import ${file.file_name}` }, () =>
      robot.platform.importFile(file, {
        source,
        source_name: "商城后台导出",
        record_kind: "order",
        columns: {
          order_no: "订单号",
          occurred_at: "下单时间",
          status: "订单状态",
          "identity.phone": "手机号",
          "lines.line_no": "行号",
          "lines.sku": "商品编码",
          "lines.product_name": "商品名称",
          "lines.quantity": "数量",
          "lines.unit_price": "单价",
          "lines.net_minor": "实付金额",
        },
        values: { status: { 待付款: "placed", 已付款: "paid", 已取消: "cancelled" } },
        fixed: { channel: "mall" },
      }),
    );
  },
});
