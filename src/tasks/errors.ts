import { defineErrors } from "../platform/index.ts";

export const errors = defineErrors("tasks", {
  cursor_invalid: {
    status: 400,
    zh: "翻页标记无效，请从第一页重新开始。",
    en: "The cursor is not valid. Begin again from the first page.",
  },
  task_unknown: {
    status: 404,
    zh: "没有任务 {task_id}，或它属于别的门店。请在任务列表中选择。",
    en: "There is no task {task_id}, or it belongs to another store. Choose one from the list.",
  },
  task_over: {
    status: 409,
    zh: "任务 {task_id} 已经了结（{state}），没有改动。请刷新列表。",
    en: "Task {task_id} is over already ({state}) and stays as it is. Look at the list again.",
  },
  of_other: {
    status: 403,
    zh: "任务 {task_id} 由另一位导购负责。请交给本人，或由能管理任务的同事来办。",
    en: "Task {task_id} is another associate's. Leave it to them, or to a colleague who may manage tasks.",
  },
  key_reused: {
    status: 422,
    zh: "幂等键「{key}」已用于另一个任务。请换一个新键，或原样重发。",
    en: "The idempotency key {key} was used for another task. Use a new key, or send the same again.",
  },
  due_in_past: {
    status: 422,
    zh: "到期日 {due_day} 已经过去。请选今天或以后的一天。",
    en: "The day {due_day} is over. Choose today or a later day.",
  },
  nobody: {
    status: 409,
    zh: "会员 {member_id} 没有导购，也没有归属门店，没有人能做这个任务。请先给会员指定导购或门店。",
    en: "Member {member_id} has neither an associate nor a store, so that nobody could do it. Give the member one first.",
  },
  member_unknown: {
    status: 404,
    zh: "没有会员 {member_id}，或不属于您的门店。请换一位会员。",
    en: "There is no member {member_id}, or the member belongs to another store. Choose another one.",
  },
  associate_unknown: {
    status: 404,
    zh: "没有导购 {associate_id}，或属于别的门店。请在导购列表中选择。",
    en: "There is no associate {associate_id}, or one of another store. Choose one from the list.",
  },
  associate_left: {
    status: 409,
    zh: "导购「{code}」已离职，不能再接会员或任务。请换一位。",
    en: "The associate {code} has left and takes neither members nor tasks. Choose another one.",
  },
  code_taken: {
    status: 409,
    zh: "导购工号「{code}」已有人用。请换一个，或直接修改那位导购。",
    en: "The staff code {code} is taken. Use another one, or change that associate.",
  },
  person_taken: {
    status: 409,
    zh: "这个账号已经是导购「{code}」。一个账号只能是一位导购。",
    en: "This account is the associate {code} already. An account is one associate only.",
  },
  person_unknown: {
    status: 422,
    zh: "没有账号 {person_id}，或已停用。请在账号列表中选择。",
    en: "There is no account {person_id}, or it is closed. Choose one from the list.",
  },
  store_closed: {
    status: 403,
    zh: "门店「{store_code}」不在您的范围内。请选自己的门店。",
    en: "The store {store_code} is not one of yours. Choose one that is.",
  },
  receiver: {
    status: 422,
    zh: "导购 {associate_id} 不能接手：不存在、已离职、属于别的门店，或就是交出的人。请换一位。",
    en: "Associate {associate_id} cannot take over: unknown, gone, of another store, or the one who hands over. Choose another.",
  },
  nothing_to_hand_over: {
    status: 409,
    zh: "导购「{code}」没有会员，也没有未了结的任务，没有可移交的。",
    en: "The associate {code} has neither members nor open tasks: there is nothing to hand over.",
  },
  hand_over_unknown: {
    status: 404,
    zh: "没有移交 {hand_over_id}，或属于别的门店。",
    en: "There is no hand-over {hand_over_id}, or one of another store.",
  },
  hand_over_undone: {
    status: 409,
    zh: "移交 {hand_over_id} 已经撤回过，没有改动。",
    en: "The hand-over {hand_over_id} was undone already and stays as it is.",
  },
});
