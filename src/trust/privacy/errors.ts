import { defineErrors } from "../../platform/index.ts";

export const errors = defineErrors("privacy", {
  request_not_found: {
    status: 404,
    zh: "没有权利请求 {request_id}。",
    en: "There is no rights request {request_id}.",
  },
  request_open: {
    status: 409,
    zh: "这位会员已有一件同样的请求在办（{request_id}）。请处理那一件。",
    en: "The same request of this member is open already ({request_id}). Handle that one.",
  },
  wrong_state: {
    status: 409,
    zh: "请求 {request_id} 现在是“{state}”，不能{act_zh}。请刷新后再看。",
    en: "Request {request_id} is {state}, so it cannot be {act_en}. Reload to see where it stands.",
    words: {
      state: {
        received: ["待核对身份", "waiting for the identity check"],
        verified: ["待办理", "waiting to be handled"],
        running: ["办理中", "being handled"],
        done: ["已办结", "done"],
        refused: ["已拒绝", "refused"],
        cancelled: ["已撤销", "withdrawn"],
      },
    },
  },
  wish_missing: {
    status: 422,
    zh: "“{kind}”的请求要写明 {field}。",
    en: "A request of kind {kind} must name {field}.",
  },
  details_wrong: {
    status: 403,
    zh: "核对没有通过：{wrong} 与资料不符。还可以试 {left} 次。",
    en: "The check failed: {wrong} is not what is on file. {left} attempts are left.",
  },
  details_too_few: {
    status: 422,
    zh: "请核对两项不同的信息。",
    en: "Check two different details.",
  },
  attempts_used: {
    status: 429,
    zh: "这位会员今天核对失败已达 {max} 次。请明天再试，或凭身份证件核对。",
    en: "{max} checks of this member failed today. Try again tomorrow, or check an identity document.",
  },
  token_invalid: {
    status: 401,
    zh: "会员令牌无效或已过期。请重新取得令牌。",
    en: "The member's token is unknown or has expired. Ask for a new one.",
  },
  token_busy: {
    status: 429,
    zh: "这个令牌一分钟内已用 {max} 次。请一分钟后再试。",
    en: "This token was used {max} times within a minute. Try again in a minute.",
  },
  no_correction: {
    status: 409,
    zh: "请求 {request_id} 没有做过更正，无可撤回。",
    en: "Request {request_id} has made no correction that could be taken back.",
  },
  undo_late: {
    status: 409,
    zh: "请求 {request_id} 的更正已过 {days} 天，不能撤回。请再登记一次更正。",
    en: "The correction of request {request_id} is older than {days} days and stays. File another correction.",
  },
  undone_already: {
    status: 409,
    zh: "请求 {request_id} 的更正已经撤回过。请刷新后再看。",
    en: "The correction of request {request_id} was taken back already. Reload to see where it stands.",
  },
  draft_approved: {
    status: 409,
    zh: "{activity} 第 {version} 版的影响评估已批准，要保存三年，不能再改草稿。请先发布这一版，再起草下一版。",
    en: "The assessment of {activity} version {version} is approved and kept for three years, so its draft stays. Publish it, then draft the next.",
  },
  purpose_and_basis: {
    status: 422,
    zh: "法律依据是「同意」或「单独同意」时要写明目的代码 purpose，其他依据不写（现为 {legal_basis}）。",
    en: "By consent or separate consent an activity names its purpose, by any other basis it has none (this one: {legal_basis}).",
  },
  copy_gone: {
    status: 410,
    zh: "下载链接无效、已经用过或已过期。请再提一次请求。",
    en: "The link is unknown, was used or has expired. Ask for the copy again.",
  },
  copy_too_large: {
    status: 422,
    zh: "资料超过 {max_bytes} 字节，放不进一份文件。请联系工程师分批提供。",
    en: "The data are more than {max_bytes} bytes and do not fit one file. Ask an engineer to provide them in parts.",
  },
  answer_missing: {
    status: 422,
    zh: "请写下给会员的解释。",
    en: "Write down the explanation for the member.",
  },
  residue: {
    status: 500,
    zh: "删除还没有到达：{relations}。任务会自动重试；若一直如此，请查看任务页。",
    en: "The deletion has not reached {relations} yet. The job tries again; if this stays, look at the jobs page.",
  },
  retained_not_found: {
    status: 404,
    zh: "没有编号为 {retained_id} 的留存。",
    en: "There is nothing retained under {retained_id}.",
  },
  notice_not_found: {
    status: 404,
    zh: "请求 {request_id} 没有给受托方 {processor_id} 的通知，或还没有通知对方。请先记录通知。",
    en: "Request {request_id} has no notice for processor {processor_id}, or it was not told yet. Record the notice first.",
  },
  not_assessed: {
    status: 409,
    zh: "{activity} 第 {version} 版没有已批准的影响评估，不能发布。请先评估并由另一人批准。",
    en: "Version {version} of {activity} has no approved impact assessment, so it cannot be published. Assess it and let somebody else approve.",
  },
  purpose_unknown: {
    status: 409,
    zh: "目的 {purpose} 不在任何已发布的处理活动里，不能发布同意文本。请先登记、评估并发布处理活动。",
    en: "The purpose {purpose} is in no published processing activity, so no text of it can be published. Register, assess and publish the activity first.",
  },
  assessment_waiting: {
    status: 409,
    zh: "{activity} 第 {version} 版的影响评估 № {assessment_id} 还没有批准，不能发布。请由另一位能发布登记的同事批准。",
    en: "The assessment № {assessment_id} of {activity} version {version} is not approved, so it cannot be published. Another person who may publish registers has to approve it.",
  },
  purpose_unpublished: {
    status: 409,
    zh: "目的 {purpose} 的处理活动 {activity} 第 {version} 版还没有发布，不能发布同意文本；它还缺{missing}。请先补上并发布它。",
    en: "Version {version} of {activity}, the activity of the purpose {purpose}, is not published, so no text of it can be; what is missing is {missing}. Complete and publish the activity first.",
    words: {
      missing: {
        assessment: ["影响评估", "its impact assessment"],
        approval: ["影响评估的批准", "the approval of its assessment"],
        publication: ["发布", "its publication"],
      },
    },
  },
  purpose_twice: {
    status: 409,
    zh: "目的 {purpose} 已属于另一项已发布的处理活动。请换一个目的编码，或并入那一项。",
    en: "The purpose {purpose} belongs to another published activity. Choose another code or join the two.",
  },
  no_draft: {
    status: 404,
    zh: "没有可用的草稿 {what}。请先起草。",
    en: "There is no draft {what}. Make one first.",
  },
  text_published: {
    status: 409,
    zh: "版本 {version} 的文本已经发布，不能再改。请用新的版本号起草。",
    en: "The text of version {version} was published and does not change. Draft it under another version.",
  },
  text_not_in_force: {
    status: 422,
    zh: "目的 {purpose} 没有生效中的文本版本 {version}。同意必须对应一份已发布的文本。",
    en: "The purpose {purpose} has no text {version} in force. Consent belongs to a text that was published.",
  },
  assessment_not_found: {
    status: 404,
    zh: "没有影响评估 {assessment_id}。",
    en: "There is no impact assessment {assessment_id}.",
  },
  assessment_approved: {
    status: 409,
    zh: "影响评估 {assessment_id} 已经批准。",
    en: "The impact assessment {assessment_id} was approved already.",
  },
  own_assessment: {
    status: 403,
    zh: "影响评估 {assessment_id} 是您自己做的，要由另一位能发布登记的同事批准。",
    en: "You made the impact assessment {assessment_id} yourself. Another person who may publish registers has to approve it.",
  },
  class_unknown: {
    status: 404,
    zh: "字段类别 {field_class} 没有自己的保存期限可设：它随会员一起删除。",
    en: "The class {field_class} has no time of its own to set: it goes with the member.",
  },
  no_proof: {
    status: 409,
    zh: "请求 {request_id} 还没有办结，没有凭证。",
    en: "Request {request_id} is not closed yet and has no proof.",
  },
});
