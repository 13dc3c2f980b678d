import { defineErrors } from "../../platform/index.ts";

export const openingErrors = defineErrors("members", {
  opening_unknown: {
    status: 404,
    zh: "没有编号为 {opening_id} 的期初导入。",
    en: "There is no opening import {opening_id}.",
  },
  opening_all_stores: {
    status: 403,
    zh: "期初导入涉及所有门店的会员。请由门店范围为全部的同事来做。",
    en: "An opening import reaches members of all stores. A colleague who has all stores must do this.",
  },
  opening_state: {
    status: 409,
    zh: "期初导入 {opening_id} {state}，现在不能这样做。请刷新页面。",
    en: "The opening import {opening_id} {state}: this cannot be done now. Reload the page.",
    words: {
      state: {
        new: ["还没有核对完", "is not checked yet"],
        checked: ["还没有签字", "is not signed yet"],
        posted: ["已经签字入账", "is signed and given"],
        running: ["正在入账", "is being given"],
        undoing: ["正在撤销", "is being taken back"],
        undone: ["已经撤销", "was taken back"],
      },
    },
  },
  opening_column: {
    status: 422,
    zh: "文件没有第 {column} 列（共 {columns} 列，从 0 数起）。",
    en: "The file has no column {column} (it has {columns}, counted from 0).",
  },
  opening_column_twice: {
    status: 422,
    zh: "「{column}」这一列被选了两次。每个用途请选不同的列。",
    en: "The column “{column}” is chosen twice. Choose another one for each purpose.",
  },
  opening_too_long: {
    status: 422,
    zh: "文件超过 {max} 行。请拆成几个文件分别导入。",
    en: "The file has more than {max} rows. Split it into several files.",
  },
  opening_stopped: { status: 409, zh: "核对已停止。", en: "The dry run was stopped." },
  opening_unchecked: {
    status: 409,
    zh: "期初导入 {opening_id} 还没有核对完。请先核对。",
    en: "The opening import {opening_id} is not checked to its end. Check it first.",
  },
  opening_empty: {
    status: 409,
    zh: "没有一行可以入账。请先改正文件。",
    en: "No row can be given. Mend the file first.",
  },
  opening_unstated: {
    status: 409,
    zh: "还没有填写老系统的合计。请先填写。",
    en: "The totals of the system before are missing. Enter them first.",
  },
  opening_differs: {
    status: 409,
    zh: "与老系统的合计有 {count} 处不一致：{what}{key}，老系统 {stated}，文件 {found}。请改正，或说明理由并确认按文件入账。",
    en: "{count} totals differ from the other system's: {what} {key}, stated {stated}, in the file {found}. Mend it, or give the reason and confirm.",
    words: {
      what: {
        members: ["会员数", "members"],
        lots: ["批次数", "lots"],
        points: ["积分合计", "points"],
        month: ["到期月 ", "expiring in"],
        tier: ["等级 ", "tier"],
        coupons: ["可用次数", "uses"],
        batch: ["券批次 ", "coupon batch"],
      },
    },
  },
  opening_posted: {
    status: 409,
    zh: "文件 {file_name} 已经入账过。要重新导入，请先撤销那一次。",
    en: "{file_name} was brought in already. To bring it in again, take that import back first.",
  },
  opening_no_member: { status: 422, zh: "没有写是哪位会员。", en: "It does not say which member." },
  opening_nobody: {
    status: 422,
    zh: "没有这位会员。请先导入会员资料，再重新核对。",
    en: "There is no such member. Import the members first, then check again.",
  },
  opening_several: {
    status: 422,
    zh: "这个号码属于不止一位会员。请改用能唯一认出会员的号码。",
    en: "This value belongs to more than one member. Use one that tells a single member.",
  },
  opening_there: {
    status: 422,
    zh: "之前的期初导入已经带过来了，不再导入。",
    en: "An earlier opening import has brought this in. It is not brought in again.",
  },
  opening_over: {
    status: 422,
    zh: "{last_day} 已经过期，不再导入。",
    en: "It expired on {last_day} and is not brought in.",
  },
  opening_ahead: {
    status: 422,
    zh: "{day} 在今天之后。请检查日期格式。",
    en: "{day} lies ahead. Check the format of dates.",
  },
  opening_days: {
    status: 422,
    zh: "到期日 {last_day} 早于开始日 {first_day}。",
    en: "The last day {last_day} lies before the first, {first_day}.",
  },
});
