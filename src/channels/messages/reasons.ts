interface ReasonWords {
  readonly zh: string;
  readonly en: string;
  readonly why_zh: string;
  readonly why_en: string;
}

/** Reasons in words, for people: in short, and as a sentence that says what happened and what can be done. */
export const REASON_WORDS: Readonly<Record<string, ReasonWords>> = {
  cancelled: {
    zh: "请求方已取消",
    en: "Taken back by whoever asked",
    why_zh: "会员已离开旅程，或已做了消息要提醒的事，发起方在发出前取消了它。不需要处理。",
    why_en:
      "The member left the journey or did what the message asks for, and whoever asked took it back before it went. Nothing to do.",
  },
  template_missing: {
    zh: "模板没有已通过的版本",
    en: "The template has no approved version",
    why_zh: "轮到发送时，这个模板没有已通过的版本。到「消息模板」通过一版，之后的消息就会发出；这一条不会补发。",
    why_en:
      "When its turn came the template had no approved version. Approve one under Templates: later messages go out, this one does not.",
  },
  stopped: {
    zh: "发送已被停止",
    en: "Sending was stopped",
    why_zh: "轮到发送时，全部发送或这个通道已被停止。在「触达设置」恢复后，新的消息会发出；停止期间的不补发。",
    why_en:
      "All sending, or this channel, was stopped when its turn came. Lift the stop under Channels: new messages go out, those held back do not.",
  },
  member_gone: {
    zh: "会员已删除或不存在",
    en: "The member is gone",
    why_zh: "会员已注销或删除，没有人可以发。",
    why_en: "The member was erased: there is nobody to send to.",
  },
  excluded: {
    zh: "测试账号、员工或批发客户",
    en: "Test account, staff or wholesale",
    why_zh: "测试账号不收任何消息，员工和批发客户不收营销消息；试发只能发给试发名单上的员工和测试账号。",
    why_en:
      "Test accounts get no messages, staff and wholesale no marketing; a trial goes only to staff and test accounts on the seed list.",
  },
  no_address: {
    zh: "没有可用的联系方式",
    en: "No address for this channel",
    why_zh: "会员没有这个通道的联系方式，或号码被隔离（多人共用、无效）。可以换一个通道，或请门店补登。",
    why_en:
      "The member has no address for this channel, or it is in quarantine. Use another channel, or have it asked for in the store.",
  },
  no_associate: {
    zh: "没有导购可以发",
    en: "No associate to send it",
    why_zh:
      "企业微信的消息由会员的导购发出，这位会员没有在职的导购。在「导购与任务」里为会员指定导购，之后的消息就会准备好。",
    why_en:
      "Messages by WeCom are sent by the member's associate, and this member has none. Give the member one under Associates: later messages are prepared.",
  },
  not_confirmed: {
    zh: "导购没有确认",
    en: "The associate did not confirm",
    why_zh:
      "消息准备好后，导购七天内没有在企业微信里点「发送」，任务已撤回，会员没有收到。请提醒导购，或换一个不需要确认的通道。",
    why_en:
      "The associate did not press send within seven days; it was taken back and the member got nothing. Remind the associate, or use a channel that needs nobody.",
  },
  no_consent: {
    zh: "没有同意或已撤回",
    en: "No consent, or withdrawn",
    why_zh: "轮到发送时，会员没有同意这个通道的营销消息，或已撤回。只有会员自己能重新同意。",
    why_en:
      "When its turn came the member had not agreed to marketing on this channel, or had withdrawn. Only the member can agree again.",
  },
  hold_out: {
    zh: "对照组，不发营销",
    en: "Kept from marketing for comparison",
    why_zh: "会员在对照组里，不收营销消息，用来衡量触达的真实效果。",
    why_en: "The member is kept from all marketing so that its effect can be measured.",
  },
  repeated: {
    zh: "同一模板刚发过",
    en: "Told the same just before",
    why_zh: "同一个模板在规定的小时数内刚发给过这位会员。间隔在「触达设置」里改。",
    why_en: "The member got the same template within the hours set under Channels.",
  },
  expired: {
    zh: "已过有效期",
    en: "Worth nothing any more",
    why_zh: "轮到发送时已过消息的有效期（如活动已结束）。请更早发起，或看看是不是在通道里等得太久。",
    why_en: "It was past its time when its turn came. Ask earlier, or see whether the channel made it wait too long.",
  },
  quiet_hours: {
    zh: "免打扰时段",
    en: "Quiet hours",
    why_zh: "会员当地正是免打扰时段。规则是「顺延」的，等到时段结束再发；规则是「不发」的，就不再发。",
    why_en: "It is quiet hours where the member is. By the rule it waits until they end, or is not sent.",
  },
  template_broken: {
    zh: "模板缺变量或渲染失败",
    en: "The template could not be rendered",
    why_zh: "模板用到的变量这条消息没有给，或者内容写错了。打开模板预览，补上变量后再发。",
    why_en:
      "The template reads a variable that this message does not carry, or does not read. Open its preview and mend it.",
  },
  no_subscription: {
    zh: "没有剩余的订阅授权",
    en: "No subscription left",
    why_zh:
      "会员对这个模板的授权已用完，或从没授权过：微信规定授权一次只能发一条。请在小程序里合适的时候（如兑换成功后）再请会员点一次「允许」。",
    why_en:
      "The member has no subscription left for this template: WeChat lets one message out for each time the member agrees. Ask again in the mini program, after a purchase for instance.",
  },
  cap_member: {
    zh: "达到会员频次上限",
    en: "The member's cap is reached",
    why_zh: "会员在这一天或这一周收到的消息已到上限。上限在「触达设置」里改。",
    why_en: "The member's cap for the day or the week is reached. Caps are set under Channels.",
  },
  cap_household: {
    zh: "达到同一号码上限",
    en: "The household's cap is reached",
    why_zh: "几位会员共用这个号码，它当天或当周收到的已到上限。",
    why_en: "Members share this address, and its cap for the day or the week is reached.",
  },
  budget: {
    zh: "预算用完",
    en: "The budget is used up",
    why_zh: "这个通道当天或当月的预算用完了；先发的是优先级高的。预算在「触达设置」里改。",
    why_en:
      "The channel's budget for the day or month is used up; higher priorities went first. Budgets are set under Channels.",
  },
  channel_health: {
    zh: "通道暂停，等待恢复",
    en: "The channel rests",
    why_zh: "通道连续失败，系统让它休息一会儿，恢复后自动再发。",
    why_en: "The channel failed several times and rests; it goes on by itself.",
  },
  retry: {
    zh: "等待重试",
    en: "Waits to be tried again",
    why_zh: "服务商这次没有收下，消息确定没有发出，到时自动重试，最多六次。",
    why_en: "The service did not take it, so it certainly did not go out; it is tried again, six times at most.",
  },
  refused_by_service: {
    zh: "服务商拒绝",
    en: "Refused by the service",
    why_zh: "服务商拒绝了这一条，不会再试。代码见明细：号码无效、退订黑名单、签名或模板不符都是常见原因。",
    why_en:
      "The service refused it for good. Its code is in the details: bad numbers, block lists and unfiled signs or templates are usual.",
  },
  attempts_exhausted: {
    zh: "多次重试仍失败",
    en: "Failed after several tries",
    why_zh: "试了六次都没有送到服务商。请看「触达设置」里通道的状态。",
    why_en: "Six tries did not reach the service. See how the channel does under Channels.",
  },
  fate_unknown: {
    zh: "结果不明，不重发",
    en: "Nobody can say; not repeated",
    why_zh: "交给服务商后没有收到回答，又无法查询。为了不让会员收到两遍，不重发。",
    why_en: "No answer came back, and the service cannot be asked. It is not repeated, so that nobody gets it twice.",
  },
};
