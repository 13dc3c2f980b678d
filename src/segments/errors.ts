import { defineErrors } from "../platform/index.ts";

export const segmentErrors = defineErrors("segments", {
  not_found: {
    status: 404,
    zh: "没有人群 {segment_id}，可能已被删除。",
    en: "There is no segment {segment_id}; it may have been deleted.",
  },
  bad_condition: {
    status: 422,
    zh: "条件有 {count} 处需要修改。第一处：{first_zh}",
    en: "The condition needs {count} correction(s). The first: {first_en}",
  },
  name_taken: {
    status: 409,
    zh: "已有名为“{name}”的人群，请换一个名字。",
    en: "A segment named “{name}” exists already. Choose another name.",
  },
  in_use: {
    status: 409,
    zh: "人群“{name}”被 {users} 引用，请先修改那些人群。",
    en: "Segment “{name}” is used by {users}. Change those first.",
  },
  too_slow: {
    status: 503,
    zh: "这次计算超过 {seconds} 秒，已停止。请缩短时间窗口或减少条件后再试。",
    en: "This took longer than {seconds} seconds and was stopped. Shorten the window or use fewer conditions.",
  },
  busy: {
    status: 429,
    zh: "同时进行的计数已达 {max} 个，请稍候再试。",
    en: "{max} counts are under way already. Try again in a moment.",
  },
  too_many: {
    status: 409,
    zh: "人群数量已达上限 {max} 个，请先删除不用的。",
    en: "There are {max} segments already, the most there may be. Delete some first.",
  },
});
