import { defineErrors } from "../platform/index.ts";

export const membersErrors = defineErrors("members", {
  not_found: {
    status: 404,
    zh: "没有编号为 {member_id} 的会员。请检查编号；若已合并或删除，可按手机号或卡号查找。",
    en: "There is no member {member_id}. Check the number; if the member was joined or erased, search by phone or card.",
  },
  no_identity: {
    status: 422,
    zh: "这条{kind}记录没有任何可用的身份（手机号、卡号、openid 等），无法归到会员。请在来源补上身份后重放。",
    en: "This {kind} record carries no usable identifier (phone, card, openid …), so that it belongs to nobody. Add one at the source and replay it.",
  },
  join_not_found: { status: 404, zh: "没有编号为 {join_id} 的合并。", en: "There is no join {join_id}." },
  join_already_undone: {
    status: 409,
    zh: "合并 {join_id} 已经撤销过了，无需再撤。",
    en: "Join {join_id} has been taken back already.",
  },
  join_itself: {
    status: 422,
    zh: "两个编号都是会员 {member_id}，无需合并。",
    en: "Both numbers are member {member_id}: there is nothing to join.",
  },
  conflict_not_found: {
    status: 404,
    zh: "没有编号为 {conflict_id} 的冲突。",
    en: "There is no conflict {conflict_id}.",
  },
  conflict_settled: {
    status: 409,
    zh: "冲突 {conflict_id} 已经处理完（{state}）。请刷新列表。",
    en: "Conflict {conflict_id} has been settled already ({state}). Refresh the list.",
    words: {
      state: {
        joined: ["已合并", "joined"],
        kept_apart: ["已确认是两个人", "kept apart"],
        gone: ["已不存在", "gone"],
      },
    },
  },
  value_not_quarantined: {
    status: 404,
    zh: "这个值不在隔离区，可能已被放行。请刷新列表。",
    en: "This value is not quarantined; somebody may have released it. Refresh the list.",
  },
  value_unknown: {
    status: 404,
    zh: "没有会员持有这个值。请刷新会员页后重试。",
    en: "No member holds this value. Refresh the member's page and try again.",
  },
  phone_invalid: {
    status: 422,
    zh: "新号码不能用作会员手机号（{reason}）。请输入完整的手机号。",
    en: "The new number cannot serve as a member's phone ({reason}). Enter a whole mobile number.",
  },
  phone_taken: {
    status: 409,
    zh: "这个号码现在属于会员 {member_id}。请先核实是否同一人，在身份冲突页处理。",
    en: "This number belongs to member {member_id} at present. Find out whether they are one person and settle it among the identity conflicts.",
  },
  phone_taken_elsewhere: {
    status: 409,
    zh: "这个号码现在属于您看不到的另一位会员。请联系能看到全部门店的同事处理。",
    en: "This number belongs at present to another member whom you do not see. Ask a colleague who sees all stores.",
  },
  second_check_failed: {
    status: 403,
    zh: "第二项核对不符：{check}。未改动号码，请再核对一次或请会员用微信办理。",
    en: "The second check does not match: {check}. The number was not changed; check again or let the member do it in WeChat.",
  },
  correction_invalid: {
    status: 422,
    zh: "「{field_zh}」不能这样更正：{reason_zh}。",
    en: "{field_en} cannot be corrected to this: {reason_en}.",
  },
  tag_personal: {
    status: 403,
    zh: "标签「{tag}」属于 {level} 级个人信息，您的权限只能遮盖显示，所以不能按它筛选会员。如确需使用，请联系安全管理员。",
    en: "The tag {tag} is personal ({level}) and masked for you, so members cannot be filtered by it. Ask your security administrator if you need it.",
  },
  flag_unknown: {
    status: 422,
    zh: "没有“{flag}”这种身份标记。可用：{allowed}。",
    en: "There is no flag “{flag}”. Allowed: {allowed}.",
  },
  stream_limit: {
    status: 503,
    zh: "同时打开的实时页面已达上限 {limit}。请关闭一些页面后刷新。",
    en: "{limit} live pages are open, which is the limit. Close some and refresh.",
  },
  cursor_invalid: {
    status: 400,
    zh: "翻页标记无效，请从第一页重新开始。",
    en: "The cursor is not valid. Begin again from the first page.",
  },
  segment_unavailable: {
    status: 501,
    zh: "会员列表暂不能按“{filter}”筛选。请在人群页查看。",
    en: "The member list cannot be filtered by “{filter}” here. Open it from the segments page.",
  },
});
