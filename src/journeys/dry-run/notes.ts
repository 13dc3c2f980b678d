import type { Words } from "../sentence.ts";

/** What a dry run could not do as it would be live: said with its result. */
export interface Note extends Words {
  readonly code: string;
}

const note = (code: string, zh: string, en: string): Note => ({ code, zh, en });

export const NOTES = {
  by_occurrence: note(
    "by_occurrence",
    "记录按发生的时间回放；迟到和后来更正的记录按现在所知。",
    "Records are played at the time at which they happened; late and corrected ones as they are known now.",
  ),
  rules_of_now: note(
    "rules_of_now",
    "模板、费用、发送规则、联系方式、积分预算余额和会员合并关系按现在的；同意按当时的。",
    "Templates, costs, rules of sending, addresses, what is left of points budgets and joins of members are those of now; consents are those of then.",
  ),
  kind_not_kept: (kind: string): Note =>
    note(
      "kind_not_kept",
      `「${kind}」没有留下每一次的时间，无法回放：没有人因它进入，也没有等待因它结束。`,
      `No time is kept for each “${kind}”, so that it cannot be played: nobody enters by it, and no wait ends by it.`,
    ),
  joins_only: note(
    "joins_only",
    "会员资料只留下入会的时间：按入会回放，之后的资料更新不算。",
    "Of members' profiles the time of joining is kept: joinings are played, later updates are not.",
  ),
  of_now: (node: Words, relations: readonly Words[]): Note =>
    note(
      "of_now",
      `「${node.zh}」中的${relations.map(({ zh }) => zh).join("、")}只有现在的状态，按现在的问。`,
      `“${node.en}” reads ${relations.map(({ en }) => en).join(", ")}, which are kept as they stand now, and is asked of now.`,
    ),
  movements_from: (day: string): Note =>
    note(
      "movements_from",
      `人群的进出从 ${day} 起才有记录，更早的没有算。`,
      `Who entered and left the segment is kept from ${day} on; what was before is not counted.`,
    ),
  values_of_now: note(
    "values_of_now",
    "消息里会员的积分、等级等按现在的填。",
    "What messages tell of a member's points and tier is that of now.",
  ),
  entry_untold: note(
    "entry_untold",
    "消息要告诉会员进入时发生的事，但试运行里人群在第一天进入，没有这件事：这些消息会因缺变量而不发。",
    "Messages tell of what let the member in, and a segment enters on the first day without it: they are held back for missing variables.",
  ),
  tasks_undone: note(
    "tasks_undone",
    "给导购的任务在试运行里没有人办：等它的会员都走「没有办」。",
    "Nobody does tasks of staff in a dry run: whoever waits for one goes on as if it was not done.",
  ),
  other_journeys: note(
    "other_journeys",
    "会员进入的另一个旅程不在试运行里：它让不让进、里面会发生什么，没有算。",
    "Other journeys that members enter are not played: whether they let them in, and what happens there, is not counted.",
  ),
  segment_of_now: note(
    "segment_of_now",
    "人群在第一天的成员没有记录：按现在在人群里的人。",
    "Who was in the segment on the first day is not kept: those who are in it now enter.",
  ),
  all_on_first_day: (name: string): Note =>
    note(
      "all_on_first_day",
      `这个入口没有可回放的历史：人群「${name}」里的人都在第一天进入。`,
      `This entry has no history that can be played: everybody in the segment “${name}” enters on the first day.`,
    ),
  member_on_first_day: note(
    "member_on_first_day",
    "这个入口没有可回放的历史：该会员在第一天进入。",
    "This entry has no history that can be played: the member enters on the first day.",
  ),
} as const;
