import { field } from "./field.ts";

export const currency = field("currency", "text", "币种", "Currency", { privacy: "L1", example: "CNY" });
export const sku = field("sku", "text", "商品编码", "SKU", {
  privacy: "L1",
  aliases: ["sku", "stockcode", "productid", "productcode", "itemid", "itemcode", "商品编码", "商品编号", "货号"],
});
export const content = field("content_id", "text", "内容编号", "Content id", { privacy: "L1" });
const CHANNELS = ["store", "mall", "mini_program", "marketplace", "phone", "other"] as const;
/** Where something happened. */
export const channel = field("channel", "code", "渠道", "Channel", {
  privacy: "L1",
  values: CHANNELS,
  aliases: ["channel", "渠道"],
});
