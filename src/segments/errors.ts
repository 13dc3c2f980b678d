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
  condition_personal: {
    status: 403,
    zh: "条件用到了「{column_zh}」（{level}），您的角色不能按它筛选。请去掉这个条件，或联系安全管理员。",
    en: "The condition asks about “{column_en}” ({level}), which your role may not. Leave it out, or ask your security administrator.",
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
  cancelled: {
    status: 499,
    zh: "已取消计算。",
    en: "The computation was cancelled.",
  },
  no_lake: {
    status: 503,
    zh: "数据湖还没有数据。请等第一次刷新（10 分钟内）后再试，或在“数据 → 引擎”里立即刷新。",
    en: "The lake holds nothing yet. Try again after its first refresh (within 10 minutes), or refresh it under Data → Engines.",
  },
  member_unseen: {
    status: 404,
    zh: "没有会员 {member_id}，或不在您的门店范围内。",
    en: "There is no member {member_id}, or it is outside your stores.",
  },
  snapshot_not_found: {
    status: 404,
    zh: "没有快照 {snapshot_id}，可能已被删除。",
    en: "There is no snapshot {snapshot_id}; it may have been deleted.",
  },
  snapshot_in_use: {
    status: 409,
    zh: "快照“{name}”被 {users} 引用，请先修改那些人群。",
    en: "Snapshot “{name}” is used by {users}. Change those first.",
  },
  too_many_snapshots: {
    status: 409,
    zh: "快照数量已达上限 {max} 个，请先删除不用的。",
    en: "There are {max} snapshots already, the most there may be. Delete some first.",
  },
  export_too_large: {
    status: 422,
    zh: "名单有 {rows} 人，超过{format}一次导出的上限 {max} 行。请缩小条件，或改用 CSV。",
    en: "The list has {rows} members, more than the {max} rows of one {format} export. Narrow the condition, or choose CSV.",
  },
  export_too_many_bytes: {
    status: 422,
    zh: "文件超过 {max} 字节，已停止。请少选几列，或缩小条件后再导出。",
    en: "The file grew beyond {max} bytes and was stopped. Choose fewer columns or narrow the condition.",
  },
  export_busy: {
    status: 429,
    zh: "等待和进行中的导出已达 {max} 个，请等它们完成，或取消不要的。",
    en: "{max} exports wait or run already. Wait for them, or cancel what is not needed.",
  },
  export_column: {
    status: 422,
    zh: "没有可以导出的列 {key}。个人信息的明文在双人审批上线前不能导出。",
    en: "There is no column {key} to export. Personal data in clear cannot be exported until approval by a second person exists.",
  },
  export_reason: {
    status: 422,
    zh: "请写明用途（{min} 至 {max} 个字），例如“双十一唤醒短信，交给短信供应商”。用途会记入审计。",
    en: "State the purpose in {min} to {max} characters, such as “wake-up SMS for Singles' Day”. It is kept in the audit log.",
  },
  export_source: {
    status: 422,
    zh: "请指定一个分群或一个快照来导出。",
    en: "Name one segment or one snapshot to export.",
  },
  export_not_found: {
    status: 404,
    zh: "没有导出 {export_id}，或不在您的门店范围内。",
    en: "There is no export {export_id}, or it is outside your stores.",
  },
  export_not_ready: {
    status: 409,
    zh: "导出 {export_id} 没有可下载的文件：状态是 {state}。",
    en: "Export {export_id} has no file to fetch: it is {state}.",
    words: {
      state: {
        waiting: ["排队中", "waiting its turn"],
        running: ["生成中", "being made"],
        failed: ["失败", "failed"],
        cancelled: ["已取消", "cancelled"],
        expired: ["已过期", "expired"],
      },
    },
  },
  export_gone: {
    status: 410,
    zh: "导出 {export_id} 已过期并销毁，请重新导出。",
    en: "Export {export_id} has expired and was destroyed. Export again.",
  },
  bad_tag: {
    status: 422,
    zh: "没有标签 {key}。",
    en: "There is no tag {key}.",
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
