import type { Column, ColumnType, Relation } from "../query/index.ts";

type Options = Partial<Omit<Column, "name" | "type" | "zh" | "en">>;
const column = (name: string, type: ColumnType, zh: string, en: string, options: Options = {}): Column => ({
  name,
  type,
  zh,
  en,
  ...options,
});
const minor = (name: string, zh: string, en: string) => column(name, "integer", zh, en, { unit: "minor" });
const value = (name: string, zh: string, en: string) => ({ value: name, zh, en });

const party = column("party_id", "integer", "当事人编号", "Party id");
const member = column("member_id", "integer", "会员编号", "Member id", { resolved_from: "party_id" });
const day = column("business_day", "date", "营业日", "Business day");
const store = column("store_code", "text", "门店编码", "Store code", { sensitivity: "L1" });
const region = column("region_code", "text", "大区", "Region code", { sensitivity: "L1" });
const brandScope = column("brand_code", "text", "品牌编码", "Brand code", { sensitivity: "L1" });
const currency = column("currency", "text", "币种", "Currency", { sensitivity: "L1" });
const sku = column("sku", "text", "商品编码", "SKU", { sensitivity: "L1" });
/** Where orders come from, as people call it. */
export const CHANNEL_NAMES = [
  value("store", "门店", "Store"),
  value("mall", "商城", "Mall"),
  value("mini_program", "小程序", "Mini program"),
  value("marketplace", "电商平台", "Marketplace"),
  value("phone", "电话", "Phone"),
  value("other", "其他", "Other"),
];
const channel = column("channel", "text", "渠道", "Channel", { sensitivity: "L1", values: CHANNEL_NAMES });
const settled = column("is_settled", "boolean", "已付且金额为正", "Paid, with a positive net before refunds");
const valid = column(
  "is_valid",
  "boolean",
  "有效订单",
  "Valid order: settled, and not of a staff, test or wholesale account",
  {
    resolved_from: "is_settled",
  },
);
const scope = { store: "store_code", region: "region_code", brand: "brand_code" };

const goods: readonly Column[] = [
  column("category_1", "text", "一级品类", "Category, level 1", { sensitivity: "L1" }),
  column("category_2", "text", "二级品类", "Category, level 2", { sensitivity: "L1" }),
  column("category_3", "text", "三级品类", "Category, level 3", { sensitivity: "L1" }),
  column("brand", "text", "品牌", "Brand", { sensitivity: "L1" }),
  column("series", "text", "系列", "Series", { sensitivity: "L1" }),
];

const orders: Relation = {
  name: "orders",
  zh: "订单",
  en: "Orders",
  grain_zh: "每行是一张订单",
  grain_en: "One row is one order",
  per_member: "many",
  key: ["order_id"],
  day: "business_day",
  instant: "placed_at",
  scope,
  lake: { partition: "business_day" },
  columns: [
    column("order_id", "integer", "订单编号", "Order id"),
    party,
    member,
    column("order_no", "text", "订单号", "Order number"),
    column("placed_at", "instant", "下单时间", "Placed at"),
    day,
    column("hour", "integer", "小时", "Hour of the day"),
    column("weekday", "integer", "星期（1 为周一）", "Weekday, 1 is Monday"),
    column("month", "text", "月份", "Month, YYYY-MM"),
    store,
    region,
    brandScope,
    channel,
    column("status", "text", "状态", "Status", {
      values: [
        value("placed", "已下单", "Placed"),
        value("paid", "已支付", "Paid"),
        value("cancelled", "已取消", "Cancelled"),
      ],
    }),
    currency,
    minor("gross_minor", "原价金额", "Gross"),
    minor("discount_minor", "优惠金额", "Discounts"),
    minor("coupon_minor", "其中用券", "Of these by coupon"),
    minor("refund_minor", "退款金额", "Refunds"),
    minor("net_minor", "净消费", "Net spend after refunds"),
    minor("line_net_minor", "退款前净额", "Net before refunds"),
    settled,
    valid,
    column("coupon_code", "text", "优惠券", "Coupon code"),
    column("campaign_code", "text", "活动编码", "Campaign code"),
    column("items", "decimal(18,6)", "件数", "Items", { unit: "quantity" }),
    column("line_count", "integer", "行数", "Lines", { unit: "count" }),
  ],
};

const orderLines: Relation = {
  name: "order_lines",
  zh: "订单明细",
  en: "Order lines",
  grain_zh: "每行是订单中的一行商品",
  grain_en: "One row is one line of an order",
  per_member: "many",
  key: ["order_id", "line_key"],
  day: "business_day",
  instant: "placed_at",
  scope,
  lake: { partition: "business_day" },
  columns: [
    column("order_id", "integer", "订单编号", "Order id"),
    column("line_key", "text", "行标识", "Line key"),
    party,
    member,
    column("placed_at", "instant", "下单时间", "Placed at"),
    day,
    store,
    region,
    brandScope,
    channel,
    sku,
    column("product_name", "text", "商品名称", "Product name", { sensitivity: "L1" }),
    ...goods,
    column("launched_on", "date", "上市日期", "Launched on", { sensitivity: "L1" }),
    currency,
    column("quantity", "decimal(18,6)", "数量", "Quantity", { unit: "quantity" }),
    column("unit_price", "decimal(24,6)", "单价", "Unit price"),
    minor("gross_minor", "原价金额", "Gross"),
    minor("discount_minor", "优惠金额", "Discounts"),
    minor("coupon_minor", "其中用券", "Of these by coupon"),
    minor("net_minor", "净额", "Net before refunds"),
    minor("refund_minor", "退款金额", "Refund"),
    column("is_promotion", "boolean", "促销或折扣", "Bought on promotion or at a discount"),
    settled,
    valid,
  ],
};

const returns: Relation = {
  name: "returns",
  zh: "退货",
  en: "Returns",
  grain_zh: "每行是退货单中的一行商品",
  grain_en: "One row is one line of a return",
  per_member: "many",
  key: ["return_id", "line_key"],
  day: "business_day",
  instant: "returned_at",
  scope,
  lake: { partition: "business_day" },
  columns: [
    column("return_id", "integer", "退货编号", "Return id"),
    column("line_key", "text", "行标识", "Line key"),
    party,
    member,
    column("order_id", "integer", "原订单编号", "Original order, where known"),
    column("returned_at", "instant", "退货时间", "Returned at"),
    day,
    column("attributed_day", "date", "归属营业日", "Day the refund counts on: the original order's where known"),
    store,
    region,
    brandScope,
    channel,
    currency,
    sku,
    column("quantity", "decimal(18,6)", "退货数量", "Quantity", { unit: "quantity" }),
    minor("refund_minor", "退款金额", "Refund"),
    column("state", "text", "状态", "State", {
      values: [value("matched", "已匹配原单", "Matched"), value("unmatched", "未匹配原单", "Unmatched")],
    }),
    column("is_valid", "boolean", "有效", "Not of a staff, test or wholesale account", { resolved_from: "party_id" }),
  ],
};

const products: Relation = {
  name: "products",
  zh: "商品",
  en: "Products",
  grain_zh: "每行是一个商品编码",
  grain_en: "One row is one SKU",
  per_member: "none",
  key: ["sku"],
  lake: { partition: null },
  columns: [
    sku,
    column("name", "text", "名称", "Name", { sensitivity: "L1" }),
    ...goods,
    minor("list_price_minor", "标价", "List price"),
    column("launched_on", "date", "上市日期", "Launched on", { sensitivity: "L1" }),
  ],
};

const stores: Relation = {
  name: "stores",
  zh: "门店",
  en: "Stores",
  grain_zh: "每行是一家门店",
  grain_en: "One row is one store",
  per_member: "none",
  key: ["store_code"],
  lake: { partition: null },
  columns: [
    store,
    column("name", "text", "名称", "Name", { sensitivity: "L1" }),
    region,
    column("region_name", "text", "大区名称", "Region name", { sensitivity: "L1" }),
    column("city", "text", "城市", "City", { sensitivity: "L1" }),
    column("ownership", "text", "直营或加盟", "Own or franchise", {
      values: [value("own", "直营", "Own"), value("franchise", "加盟", "Franchise")],
    }),
    brandScope,
  ],
};

/** Net spend by member and business day; where a brand sells in several currencies, one row for each. */
const purchaseDays: Relation = {
  name: "purchase_days",
  zh: "购买日",
  en: "Purchase days",
  grain_zh: "每行是一位会员一个营业日（一种币种）的净消费",
  grain_en: "One row is one member's net spend on one business day (in one currency)",
  per_member: "many",
  key: ["member_id", "business_day", "currency"],
  day: "business_day",
  lake: {
    derived: `select member_id, business_day, currency, cast(sum(net_minor) as bigint) as net_minor, cast(sum(orders) as bigint) as orders
      from (
        select member_id, business_day, currency, net_minor, 1 as orders from catalogue.orders where is_valid and member_id is not null
        union all
        select member_id, attributed_day, currency, -refund_minor, 0 from catalogue.returns where state = 'unmatched' and is_valid and member_id is not null
      ) days
      group by member_id, business_day, currency`,
  },
  columns: [
    column("member_id", "integer", "会员编号", "Member id"),
    day,
    currency,
    minor("net_minor", "净消费", "Net spend"),
    column("orders", "integer", "有效订单数", "Valid orders", { unit: "count" }),
  ],
};

/** What each valid order was mostly. Equal amounts: the first by code point, which is how DuckDB and Spark order texts. */
const orderCategories: Relation = {
  name: "order_categories",
  zh: "订单主要品类",
  en: "Main category of orders",
  grain_zh: "每行是一张有效订单里净额最大的一级品类",
  grain_en: "One row is the category with the largest net amount of one valid order",
  per_member: "many",
  key: ["order_id"],
  day: "business_day",
  instant: "placed_at",
  lake: {
    derived: `select member_id, order_id, placed_at, business_day, category_1, net_minor
      from (
        select member_id, order_id, placed_at, business_day, category_1, net_minor,
          row_number() over (partition by member_id, order_id order by case when category_1 is null then 1 else 0 end, net_minor desc, category_1) as place
        from (
          select member_id, order_id, placed_at, business_day, category_1, cast(sum(net_minor - refund_minor) as bigint) as net_minor
          from catalogue.order_lines where is_valid and member_id is not null
          group by member_id, order_id, placed_at, business_day, category_1
        ) categories
      ) placed
      where place = 1`,
  },
  columns: [
    column("member_id", "integer", "会员编号", "Member id"),
    column("order_id", "integer", "订单编号", "Order id"),
    column("placed_at", "instant", "下单时间", "Placed at"),
    day,
    column("category_1", "text", "主要品类", "Main category, level 1", { sensitivity: "L1" }),
    minor("net_minor", "该品类净额", "Net of that category after refunds"),
  ],
};

export const relations: readonly Relation[] = [
  orders,
  orderLines,
  returns,
  products,
  stores,
  purchaseDays,
  orderCategories,
];
