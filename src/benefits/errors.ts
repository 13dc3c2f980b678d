import { defineErrors } from "../platform/index.ts";

export const errors = defineErrors("benefits", {
  line_twice: {
    status: 422,
    zh: "购物篮中行号「{line_id}」出现了两次。每行要有自己的行号。",
    en: "The basket has the line {line_id} twice. Give each line an id of its own.",
  },
  line_amount: {
    status: 422,
    zh: "行「{line_id}」金额 {amount_minor} 大于单价 × 数量 {most}（最小货币单位）。请改正。",
    en: "The amount {amount_minor} of line {line_id} is more than unit price times quantity, {most} (minor units). Correct it.",
  },
});
