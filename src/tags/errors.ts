import { defineErrors } from "../platform/index.ts";

export const tagErrors = defineErrors("tags", {
  always_on: {
    status: 409,
    zh: "标签“{key}”始终计算，不能关闭；只有默认关闭的标签可以开关。",
    en: "The tag “{key}” is always computed and cannot be switched off; only tags that are off by default can be switched.",
  },
  not_found: { status: 404, zh: "没有标签“{key}”。", en: "There is no tag “{key}”." },
});
