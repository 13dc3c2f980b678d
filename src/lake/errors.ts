import { defineErrors } from "../platform/index.ts";

export const errors = defineErrors("lake", {
  too_many_rows: {
    status: 422,
    zh: "结果超过 {limit} 行。请缩小范围，或分批读取。",
    en: "The result has more than {limit} rows. Narrow it down or read it as a stream.",
  },
  cancelled: { status: 409, zh: "查询已取消。", en: "The query was cancelled." },
  query_failed: {
    status: 500,
    zh: "数据湖引擎 {engine} 无法执行查询：{reason}。",
    en: "The lake engine {engine} could not run the query: {reason}.",
  },
  refresh_running: {
    status: 409,
    zh: "数据湖正在刷新，请等它结束。",
    en: "The lake is being refreshed. Wait for it to end.",
  },
});
