import { EVENT_KINDS } from "./event-kinds.ts";
import { field, type Field } from "./field.ts";
import type { KindInfo } from "./kind-info.ts";
import { channel, currency, sku } from "./shared-fields.ts";

export { EVENT_KINDS } from "./event-kinds.ts";
export type { KindInfo } from "./kind-info.ts";

const orderLine: readonly Field[] = [
  field("line_no", "text", "行号", "Line number", { aliases: ["lineno", "lineid", "行号"] }),
  { ...sku, required: true },
  field("product_name", "text", "商品名称", "Product name", {
    privacy: "L1",
    aliases: ["description", "productname", "itemname", "title", "商品名称", "品名"],
  }),
  field("quantity", "decimal", "数量", "Quantity", { required: true, aliases: ["quantity", "qty", "数量", "件数"] }),
  field("unit_price", "decimal", "单价", "Unit price (major units, up to 6 decimals)", {
    min: 0,
    aliases: ["unitprice", "price", "单价", "售价"],
  }),
  field("net_minor", "money", "实付金额", "Line net after all discounts, minor units", {
    aliases: ["netamount", "lineamount", "salesvalue", "amount", "实付", "实付金额", "金额"],
  }),
  field("discount_minor", "money", "优惠金额", "Discount on the line, minor units, never negative", {
    min: 0,
    aliases: ["discount", "discountamount", "retaildisc", "优惠", "优惠金额", "折扣金额"],
  }),
  field("coupon_minor", "money", "用券金额", "Part of the discount paid by coupons", {
    aliases: ["coupondisc", "couponamount", "用券金额"],
  }),
  field("promotion_code", "text", "促销编码", "Promotion code", { aliases: ["promotion", "promotioncode", "促销"] }),
];

const payment: readonly Field[] = [
  field("method", "code", "支付方式", "Payment method", {
    values: ["wechat", "alipay", "card", "cash", "points", "gift_card", "other"],
    required: true,
  }),
  field("amount_minor", "money", "支付金额", "Amount", { required: true }),
];

const returnLine: readonly Field[] = [
  field("line_no", "text", "行号", "Line number"),
  field("original_line_no", "text", "原行号", "Line of the original order"),
  { ...sku, required: true },
  field("quantity", "decimal", "退货数量", "Quantity returned, positive", { required: true, min: 0 }),
  field("refund_minor", "money", "退款金额", "Refund, positive, minor units", { required: true, min: 0 }),
];

export const MASTER_KINDS: readonly KindInfo[] = [
  {
    kind: "member",
    zh: "会员资料",
    en: "Member record",
    nature: "master",
    personal: true,
    fields: [
      field("name", "text", "姓名", "Name", {
        privacy: "L3",
        aliases: ["name", "fullname", "membername", "姓名", "会员姓名", "客户姓名"],
      }),
      field("gender", "code", "性别", "Gender", {
        privacy: "L3",
        values: ["female", "male", "other"],
        aliases: ["gender", "sex", "性别"],
      }),
      field("birthday", "date", "生日", "Birthday", {
        privacy: "L3",
        aliases: ["birthday", "birthdate", "dob", "生日", "出生日期"],
      }),
      field("birthday_calendar", "code", "生日历法", "Calendar of the birthday", {
        values: ["solar", "lunar"],
        aliases: ["birthdaycalendar", "历法"],
      }),
      field("address", "text", "地址", "Address", {
        privacy: "L3",
        aliases: ["address", "地址", "收货地址", "联系地址"],
      }),
      field("city", "text", "城市", "City", { aliases: ["city", "城市", "所在城市"] }),
      field("province", "text", "省份", "Province", { aliases: ["province", "state", "省", "省份", "country"] }),
      field("occupation", "text", "职业", "Occupation", { privacy: "L3", aliases: ["occupation", "job", "职业"] }),
      field("children", "code", "家中有孩子", "Children in the household", {
        privacy: "L3",
        values: ["yes", "no"],
        aliases: ["children", "kids", "孩子"],
      }),
      field("joined_at", "instant", "入会时间", "Joined at", {
        aliases: ["joinedat", "joindate", "registeredat", "createdat", "入会时间", "入会日期", "注册时间"],
      }),
      field("join_channel", "text", "入会渠道", "Join channel", {
        aliases: ["joinchannel", "source", "入会渠道", "来源渠道", "注册渠道"],
      }),
      field("home_store_code", "text", "归属门店", "Home store", {
        aliases: ["homestore", "storecode", "门店", "归属门店", "开卡门店"],
      }),
      field("associate_code", "text", "导购", "Sales associate", {
        aliases: ["associate", "staffcode", "导购", "专属导购"],
      }),
      field("phone_verified", "boolean", "手机已验证", "Phone verified", { aliases: ["phoneverified", "手机已验证"] }),
      field("wechat_bound", "boolean", "已绑微信", "WeChat bound", { aliases: ["wechatbound", "已绑微信"] }),
      field("wecom_friend", "boolean", "企微好友", "WeCom friend", { aliases: ["wecomfriend", "企微好友"] }),
      field("flag", "code", "特殊身份", "Special status", {
        values: ["staff", "test", "wholesale", "reseller"],
        aliases: ["flag", "specialstatus", "特殊身份", "身份标记"],
      }),
      field("consents", "list", "同意", "Consents", {
        items: [
          field("purpose", "text", "目的", "Purpose", { required: true }),
          field("channel", "text", "渠道", "Channel", { required: true }),
          field("granted", "boolean", "同意", "Granted", { required: true }),
          field("text_version", "text", "文本版本", "Version of the text agreed to"),
          field("at", "instant", "时间", "Time"),
          field("via", "text", "方式", "Where it was given"),
        ],
      }),
    ],
  },
  {
    kind: "product",
    zh: "商品",
    en: "Product",
    nature: "master",
    personal: false,
    fields: [
      { ...sku, required: true },
      field("name", "text", "商品名称", "Name", {
        privacy: "L1",
        aliases: ["name", "productname", "description", "商品名称", "producttype"],
      }),
      field("category_1", "text", "一级品类", "Category, level 1", {
        privacy: "L1",
        aliases: ["category", "department", "一级品类", "品类", "类目"],
      }),
      field("category_2", "text", "二级品类", "Category, level 2", {
        privacy: "L1",
        aliases: ["subcategory", "productcategory", "二级品类"],
      }),
      field("category_3", "text", "三级品类", "Category, level 3", {
        privacy: "L1",
        aliases: ["producttype", "三级品类"],
      }),
      field("brand", "text", "品牌", "Brand", { privacy: "L1", aliases: ["brand", "品牌"] }),
      field("series", "text", "系列", "Series", { privacy: "L1", aliases: ["series", "系列"] }),
      field("list_price_minor", "money", "标价", "List price", {
        privacy: "L1",
        aliases: ["listprice", "标价", "吊牌价"],
      }),
      field("cost_minor", "money", "成本", "Unit cost", { aliases: ["cost", "成本"] }),
      field("launched_on", "date", "上市日期", "Launch date", { privacy: "L1", aliases: ["launchdate", "上市日期"] }),
    ],
  },
  {
    kind: "store",
    zh: "门店",
    en: "Store",
    nature: "master",
    personal: false,
    fields: [
      field("store_code", "text", "门店编码", "Store code", {
        privacy: "L1",
        required: true,
        aliases: ["storecode", "storeid", "门店编码", "门店编号"],
      }),
      field("name", "text", "门店名称", "Name", { privacy: "L1", aliases: ["name", "storename", "门店名称"] }),
      field("region_code", "text", "大区", "Region", { privacy: "L1", aliases: ["region", "大区", "区域"] }),
      field("region_name", "text", "大区名称", "Region name", { privacy: "L1" }),
      field("city", "text", "城市", "City", { privacy: "L1", aliases: ["city", "城市"] }),
      field("brand_code", "text", "品牌", "Brand", { privacy: "L1" }),
      field("ownership", "code", "直营或加盟", "Own or franchise", { values: ["own", "franchise"] }),
      field("opened_on", "date", "开业日期", "Opened on", { privacy: "L1" }),
    ],
  },
  {
    kind: "staff",
    zh: "员工",
    en: "Staff member",
    nature: "master",
    personal: false,
    fields: [
      field("staff_code", "text", "工号", "Staff code", { required: true, aliases: ["staffcode", "工号"] }),
      field("name", "text", "姓名", "Name", { privacy: "L3", aliases: ["name", "姓名"] }),
      field("store_code", "text", "门店编码", "Store code", { aliases: ["storecode", "门店编码"] }),
      field("role", "text", "岗位", "Role", { aliases: ["role", "岗位"] }),
      field("left_on", "date", "离职日期", "Left on", { aliases: ["lefton", "离职日期"] }),
    ],
  },
  {
    kind: "item",
    zh: "其他对象",
    en: "Other item",
    nature: "master",
    personal: false,
    fields: [
      field("item_type", "text", "对象类型", "Item type", { privacy: "L1", required: true }),
      field("item_id", "text", "对象编号", "Item id", { privacy: "L1", required: true }),
      field("name", "text", "操作", "What is said of it: item_set or item_delete", { privacy: "L1" }),
      field("properties", "object", "属性", "Properties"),
    ],
  },
];

export const TRADE_KINDS: readonly KindInfo[] = [
  {
    kind: "order",
    zh: "订单",
    en: "Order",
    nature: "fact",
    personal: true,
    fields: [
      field("order_no", "text", "订单号", "Order number", {
        required: true,
        aliases: [
          "orderno",
          "orderid",
          "invoiceno",
          "invoice",
          "basketid",
          "receiptno",
          "订单号",
          "订单编号",
          "小票号",
          "单号",
        ],
      }),
      field("status", "code", "状态", "Status", {
        values: ["placed", "paid", "cancelled"],
        aliases: ["status", "状态", "订单状态"],
      }),
      field("store_code", "text", "门店编码", "Store code", {
        aliases: ["storecode", "storeid", "门店", "门店编码", "门店编号"],
      }),
      channel,
      field("staff_code", "text", "导购工号", "Staff code", { aliases: ["staffcode", "导购工号", "收银员"] }),
      currency,
      field("freight_minor", "money", "运费", "Freight", { aliases: ["freight", "运费"] }),
      field("discount_minor", "money", "整单优惠", "Discount on the whole order, spread over lines by amount", {
        aliases: ["orderdiscount", "整单优惠"],
      }),
      field("points_paid_minor", "money", "积分抵扣", "Part paid by points", { aliases: ["pointspaid", "积分抵扣"] }),
      field("gift_card_minor", "money", "礼品卡支付", "Part paid by gift card", { aliases: ["giftcard", "礼品卡"] }),
      field("coupon_code", "text", "优惠券", "Coupon code", { aliases: ["couponcode", "coupon", "优惠券", "券码"] }),
      field("campaign_code", "text", "活动编码", "Campaign code", { aliases: ["campaign", "活动编码"] }),
      field("receiver_name", "text", "收货人", "Receiver", {
        privacy: "L3",
        aliases: ["receiver", "receivername", "收货人"],
      }),
      field("receiver_address", "text", "收货地址", "Delivery address", {
        privacy: "L3",
        aliases: ["receiveraddress", "收货地址"],
      }),
      field("remark", "text", "备注", "Remark", { privacy: "L3", aliases: ["remark", "备注"] }),
      field("updated_at", "instant", "更新时间", "Version: time of this state at the source", {
        aliases: ["updatedat", "更新时间"],
      }),
      field("lines", "list", "明细", "Lines", { items: orderLine }),
      field("payments", "list", "支付", "Payments", { items: payment }),
    ],
  },
  {
    kind: "return",
    zh: "退货",
    en: "Return",
    nature: "fact",
    personal: true,
    fields: [
      field("return_no", "text", "退货单号", "Return number", {
        required: true,
        aliases: ["returnno", "refundno", "退货单号", "退款单号"],
      }),
      field("original_order_no", "text", "原订单号", "Original order", { aliases: ["originalorderno", "原订单号"] }),
      field("store_code", "text", "门店编码", "Store code", { aliases: ["storecode", "门店编码"] }),
      channel,
      currency,
      field("reason", "text", "退货原因", "Reason", { aliases: ["reason", "退货原因"] }),
      field("refund_minor", "money", "退款总额", "Total refund, for sources that do not give lines", {
        min: 0,
        aliases: ["refund", "refundamount", "退款金额"],
      }),
      field("whole_order", "boolean", "整单退", "The whole order goes back; lines and amounts are those of the order"),
      field("lines", "list", "明细", "Lines", { items: returnLine }),
    ],
  },
];

export const IDENTITY_RECORD_KINDS: readonly KindInfo[] = [
  {
    kind: "identity_link",
    zh: "身份绑定",
    en: "Identity link",
    nature: "fact",
    personal: true,
    fields: [field("via", "text", "方式", "How")],
  },
  {
    kind: "identity_unlink",
    zh: "身份解绑",
    en: "Identity unlink",
    nature: "fact",
    personal: true,
    fields: [field("via", "text", "方式", "How")],
  },
];

export const KINDS: readonly KindInfo[] = [...MASTER_KINDS, ...TRADE_KINDS, ...EVENT_KINDS, ...IDENTITY_RECORD_KINDS];
