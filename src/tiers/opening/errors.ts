import { defineErrors } from "../../platform/index.ts";

export const tierOpeningErrors = defineErrors("tiers", {
  opening_no_tier: { status: 422, zh: "没有写等级。", en: "It does not say which tier." },
  opening_tier_unknown: {
    status: 422,
    zh: "现行等级规则「{ladder}」没有等级「{tier}」。请改成规则里的编码或名称。",
    en: "The ladder in force, “{ladder}”, has no tier “{tier}”. Write a key or a name of its tiers.",
  },
  opening_other_ladder: {
    status: 422,
    zh: "这一行是「{found}」的等级，现行规则是「{ladder}」。请先启用那套规则，或改正这一行。",
    en: "This row is of the ladder “{found}”, and “{ladder}” is in force. Put that one in force first, or mend the row.",
  },
  opening_no_until: {
    status: 422,
    zh: "没有写有效期到哪天。最低等级以外都要有。",
    en: "It does not say until when. Every tier but the lowest needs a last day.",
  },
  opening_member_twice: {
    status: 422,
    zh: "这位会员在前面已有一行。每位会员只能有一个等级。",
    en: "A row above is for this member already. A member has one tier.",
  },
  opening_ended: {
    status: 409,
    zh: "带来的等级已经结束（到期、被提前结束，或会员已删除），保持原样。",
    en: "The tier that was brought in has ended (its last day, by hand, or the member was erased): it stays as it is.",
  },
  opening_changed: {
    status: 409,
    zh: "之后的消费或评定已经改变了这位会员的等级，保持原样。",
    en: "Sales or an evaluation have changed this member's tier since: it stays as it is.",
  },
  opening_joined: {
    status: 409,
    zh: "这位会员之后与别的会员合并过，保持原样。",
    en: "This member was joined with another since: it stays as it is.",
  },
});
