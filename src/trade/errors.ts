import { defineErrors } from "../platform/index.ts";

export const errors = defineErrors("trade", {
  order_not_found: {
    status: 404,
    zh: "没有编号为 {order_id} 的订单，或它不在您可见的门店范围内。",
    en: "There is no order {order_id}, or it lies outside the stores you may see.",
  },
  number_missing: {
    status: 422,
    zh: "记录缺少 {field}，无法知道它说的是哪一单或哪件商品。请在来源中补上后重放。",
    en: "The record has no {field}, so that nobody can tell what it is about. Add it at the source and replay.",
  },
  version_unusable: {
    status: 422,
    zh: "updated_at 的值“{value}”不是时间。请按 ISO 8601 填写后重放。",
    en: "updated_at is “{value}”, which is no time. Write it as ISO 8601 and replay.",
  },
  line_unusable: {
    status: 422,
    zh: "第 {line} 行的 {field} 无法使用（值“{value}”）：需要商品编码、数量，以及单价或实付金额，优惠不能为负。请更正后重放。",
    en: "{field} of line {line} cannot be used (“{value}”): a line needs a SKU, a quantity and a unit price or net amount, and no negative discount. Correct it and replay.",
  },
  too_many_lines: {
    status: 422,
    zh: "一张单据有 {lines} 行，超过上限 {limit}。请拆成多张单据。",
    en: "One document has {lines} lines, more than {limit}. Split it into several documents.",
  },
});
