import { defineErrors } from "../../platform/errors.ts";

export const delegationErrors = defineErrors("access", {
  delegation_people: {
    status: 422,
    zh: "代行需要两位不同的在用同事。请重新选择。",
    en: "A delegation needs two different colleagues with active accounts. Choose again.",
  },
  delegation_time: {
    status: 422,
    zh: "代行的结束时间要晚于开始时间和现在，并且不超过 {days} 天。请修改时间。",
    en: "A delegation ends after it begins and after now, within {days} days. Change the times.",
  },
  delegation_role: {
    status: 403,
    zh: "角色「{role_zh}」不能由「{taker_role_zh}」代行：创建人不出借，管理员之间不互相代行（三权分立）。请选择其他同事。",
    en: "The role {role_en} is not lent to somebody with the role {taker_role_en}: an owner's never, an administrator's to no other administrator. Choose another colleague.",
  },
  delegation_second_person: {
    status: 403,
    zh: "代行要由第二个人批准：不能是出借人、代行人、申请人，也不能是申请之后由他们邀请、改过角色或重置过的账号。请另一位管理员批准。",
    en: "A second person approves: neither of the two, nor whoever asked, nor an account that one of them invited, re-roled or reset since it was asked for. Ask another administrator.",
  },
  delegation_state: {
    status: 409,
    zh: "这项代行现在是「{state}」，不能批准。请刷新后再看。",
    en: "This delegation is {state} now and cannot be approved. Load the page again.",
    words: {
      state: {
        asked: ["待批准", "waiting for approval"],
        approved: ["未开始", "approved and not begun"],
        active: ["生效中", "in force"],
        over: ["已到期", "over"],
        ended: ["已结束", "ended"],
        void: ["已失效", "void"],
      },
    },
  },
  delegation_not_found: {
    status: 404,
    zh: "没有这项代行，或它没有生效、已经结束。请刷新页面。",
    en: "There is no such delegation, or it is not in force or has ended. Load the page again.",
  },
});
