import { defineErrors } from "../platform/index.ts";

export const errors = defineErrors("metrics", {
  not_found: { status: 404, zh: "没有指标 {metric}。", en: "There is no metric {metric}." },
  month_running: {
    status: 409,
    zh: "{month} 还没有结束，不能结账。请等到月末之后。",
    en: "{month} has not ended yet and cannot be closed. Wait until the month is over.",
  },
  month_closed: {
    status: 409,
    zh: "{month} 已经结账。如需重算，请先重新打开并写明原因。",
    en: "{month} is closed already. To compute it anew, open it again first and say why.",
  },
  month_open: {
    status: 409,
    zh: "{month} 没有结账，不需要重新打开。",
    en: "{month} is not closed, so there is nothing to open.",
  },
  range_invalid: {
    status: 422,
    zh: "日期范围 {from} 至 {to} 无效：开始不能晚于结束，最多 {max} 天。",
    en: "The days {from} to {to} are not valid: they must not end before they begin, and span at most {max} days.",
  },
  table_not_found: {
    status: 404,
    zh: "{day} 没有门店晨报。请选择有数据的日期。",
    en: "There is no table per store for {day}. Choose a day with figures.",
  },
});
