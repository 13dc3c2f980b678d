import { defineErrors } from "../platform/errors.ts";

export const reviewErrors = defineErrors("access", {
  review_open: {
    status: 409,
    zh: "上一次账号权限复核还没有签署。请先完成它。",
    en: "The access review before is not signed off yet. Finish it first.",
  },
  review_not_found: {
    status: 404,
    zh: "没有这次复核或这一行。请刷新页面。",
    en: "There is no such review or line. Load the page again.",
  },
  review_signed: {
    status: 409,
    zh: "这次复核已签署，不能再改。请开始新的一次。",
    en: "This review is signed off and does not move any more. Begin another one.",
  },
  review_own: {
    status: 403,
    zh: "不能复核自己的账号或自己负责的接口客户端。请另一位管理员来做。",
    en: "Nobody judges their own account, or an API client of their own. Ask another administrator.",
  },
  review_reason: {
    status: 422,
    zh: "「修改」和「移除」要写明原因。请补上。",
    en: "“Change” and “remove” need a reason. Write one.",
  },
  review_unfinished: {
    status: 409,
    zh: "还有 {lines} 行没有结论。请全部复核后再签署。",
    en: "{lines} lines have no verdict yet. Judge all of them, then sign.",
  },
});
