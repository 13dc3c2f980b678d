import { defineErrors } from "../platform/index.ts";

export const tagErrors = defineErrors("tags", {
  always_on: {
    status: 409,
    zh: "标签“{key}”始终计算，不能关闭；只有默认关闭的标签可以开关。",
    en: "The tag “{key}” is always computed and cannot be switched off; only tags that are off by default can be switched.",
  },
  archived: {
    status: 409,
    zh: "标签“{key}”已归档，请先恢复再改。",
    en: "The tag “{key}” is archived. Restore it before you change it.",
  },
  bad_definition: {
    status: 422,
    zh: "标签定义有 {count} 处问题，第一处在 {path}：{first_zh}。请改正后再试。",
    en: "The definition has {count} problems, the first at {path}: {first_en}. Correct it and try again.",
  },
  bad_document: {
    status: 422,
    zh: "这不是标签文件：应当是一个 JSON 对象，format 是“{format}”，tags 是定义的列表，没有别的字段。请用本平台导出的文件。",
    en: "This is no file of tags: it is one JSON object whose format is “{format}” and whose tags is a list of definitions, with no other field. Use a file exported here.",
  },
  breaks_others: {
    status: 409,
    zh: "这样改会让别的标签失效。{first_zh}。请先改那个标签。",
    en: "This change would break other tags: {first_en}. Change that tag first.",
  },
  import_size: {
    status: 422,
    zh: "一次导入 1 到 {max} 个标签，文件不超过 {bytes} 字节。请分几次导入。",
    en: "An import holds 1 to {max} tags in at most {bytes} bytes. Import in parts.",
  },
  in_use: {
    status: 409,
    zh: "标签“{key}”还在使用，不能归档：{uses_zh}。请先从中去掉它。",
    en: "The tag “{key}” is in use and cannot be archived: {uses_en}. Take it out of them first.",
  },
  judged_by_other: {
    status: 409,
    zh: "第 {place} 个已由 {name} 判过，不能改别人的判断。请判下一个。",
    en: "Value {place} was judged by {name}; nobody changes another's judgement. Go on with the next.",
  },
  key_fixed: {
    status: 409,
    zh: "标签的键不能改，仍应是“{key}”。要换键请新建标签。",
    en: "The key of a tag does not change; it must stay “{key}”. Make a new tag for another key.",
  },
  key_taken: {
    status: 409,
    zh: "键“{key}”已被一个自建标签使用（可能已归档）。请换一个键，或改那个标签。",
    en: "The key “{key}” belongs to a tag that people made, perhaps an archived one. Choose another key or change that tag.",
  },
  kind_changes: {
    status: 409,
    zh: "标签“{key}”的取值是 {from}，新定义得出 {to}。取值的类型不能改，请新建标签。",
    en: "The values of “{key}” are of kind {from}; the new definition gives {to}. The kind of a tag does not change: make a new tag.",
  },
  not_archived: { status: 409, zh: "标签“{key}”没有归档，不需要恢复。", en: "The tag “{key}” is not archived." },
  not_custom: {
    status: 404,
    zh: "没有自建标签“{key}”；内置标签的定义不能在这里改。",
    en: "No tag “{key}” was made here; definitions that ship cannot be changed here.",
  },
  no_review: { status: 404, zh: "没有编号 {review_id} 的核验。", en: "There is no review {review_id}." },
  no_review_item: {
    status: 404,
    zh: "核验 {review_id} 里没有你能看的第 {place} 个。",
    en: "Review {review_id} has no value {place} that you may see.",
  },
  nothing_issued: {
    status: 409,
    zh: "标签“{key}”还没有发出任何值，没有可核验的样本。请等它算完。",
    en: "The tag “{key}” has issued no value yet, so there is nothing to review. Wait until it is computed.",
  },
  preview_busy: {
    status: 429,
    zh: "已有 {max} 个预览在计算，请稍候再试。",
    en: "{max} previews are being computed already. Try again shortly.",
  },
  preview_cancelled: { status: 499, zh: "预览已取消。", en: "The preview was cancelled." },
  preview_slow: {
    status: 422,
    zh: "预览超过 {seconds} 秒，已停止。请缩短时间窗或减少条件。",
    en: "The preview took longer than {seconds} seconds and was stopped. Shorten the window or use fewer conditions.",
  },
  review_open: {
    status: 409,
    zh: "标签“{key}”的上一份样本（编号 {review_id}）还没判完，请先判完它。",
    en: "The last sample of “{key}” (review {review_id}) is not judged to its end. Finish it first.",
  },
  too_many: {
    status: 409,
    zh: "自建标签已到上限 {max} 个。请先归档不用的标签。",
    en: "There are {max} tags made by people already, the most allowed. Archive what is not used.",
  },
  not_found: { status: 404, zh: "没有标签“{key}”。", en: "There is no tag “{key}”." },
});
