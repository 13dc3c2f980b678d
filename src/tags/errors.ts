import { defineErrors } from "../platform/index.ts";

export const tagErrors = defineErrors("tags", {
  not_found: { status: 404, zh: "没有标签“{key}”。", en: "There is no tag “{key}”." },
});
