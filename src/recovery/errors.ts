import { defineErrors } from "../platform/errors.ts";

export const recoveryErrors = defineErrors("recovery", {
  folders_overlap: {
    status: 400,
    zh: "{first} 和 {second} 一个在另一个里面。数据备份、密钥备份和数据目录要分开放，否则拿到一份就拿到了全部。",
    en: "{first} and {second} lie within each other. Keep data backup, key backup and data folder apart: whoever gets one must not get all.",
  },
  not_a_backup: {
    status: 400,
    zh: "{folder} 里没有完整的备份（缺 {file}）。以 .partial 结尾的目录是没做完的备份。",
    en: "{folder} holds no whole backup ({file} is missing). A folder that ends in .partial was never finished.",
  },
  altered: {
    status: 409,
    zh: "备份文件 {file} 与清单不符：被改动或损坏。请换另一份备份。",
    en: "The backup's file {file} is not what its manifest says: altered or damaged. Take another backup.",
  },
  keys_differ: {
    status: 409,
    zh: "密钥备份 {keys} 不是和数据备份 {backup_id} 一起做的。请用同一次的密钥备份。",
    en: "The key backup {keys} was not made with the data backup {backup_id}. Take the one of the same run.",
  },
  software_too_old: {
    status: 409,
    zh: "备份由更新的版本做成（迁移 {number} 不认识或不同）。请先安装同样新的版本再恢复。",
    en: "The backup was made by a newer version (migration {number} is unknown or differs). Install a version as new, then restore.",
  },
  not_empty: {
    status: 409,
    zh: "{place} 里已有数据，不会覆盖。请换一个空目录，或加 --force-into-new 恢复到旁边的新目录。",
    en: "{place} holds data, which is never overwritten. Name an empty folder, or add --force-into-new to restore into a new one beside it.",
  },
  half_restored: {
    status: 503,
    zh: "{folder} 里的恢复没有做完，不能启动。请重新运行 huitou restore。",
    en: "The restore into {folder} was not finished, so it cannot be started. Run huitou restore again.",
  },
  rows_differ: {
    status: 409,
    zh: "表 {table} 恢复了 {rows} 行，清单里是 {expected} 行。",
    en: "Table {table} got {rows} rows, its manifest says {expected}.",
  },
  interrupted: { status: 503, zh: "已中断，没有留下半份。", en: "Interrupted; nothing half was left." },
});
