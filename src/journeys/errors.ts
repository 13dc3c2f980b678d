import { defineErrors } from "../platform/index.ts";

export const errors = defineErrors("journeys", {
  unknown: {
    status: 404,
    zh: "没有旅程「{journey}」。请在旅程列表中选择。",
    en: "There is no journey {journey}. Choose one from the list.",
  },
  not_sound: {
    status: 422,
    zh: "旅程还有 {count} 处问题，第一处在 {path}：{first_zh}",
    en: "The journey has {count} problems, the first at {path}: {first_en}",
  },
  no_draft: {
    status: 409,
    zh: "旅程「{journey}」没有草稿可发布。请先保存改动。",
    en: "The journey {journey} has no draft to publish. Save a change first.",
  },
  state_differs: {
    status: 409,
    zh: "旅程「{journey}」现在的状态是「{state}」，不能这样做。请刷新后再看。",
    en: "The journey {journey} is {state} now, which does not allow this. Look at it again.",
  },
  no_api_entry: {
    status: 409,
    zh: "旅程「{journey}」不由接口进入。请在它的入口里选「接口」，或等事件发生。",
    en: "The journey {journey} is not entered over the API. Choose the API as its entry, or let its event happen.",
  },
  setting_unknown: {
    status: 422,
    zh: "没有「{field}」这一项。请删去，或改成文档里的写法。",
    en: "There is no setting {field}. Remove it, or write it as documented.",
  },
  setting_missing: { status: 422, zh: "缺少「{field}」。请补上。", en: "{field} is missing. Add it." },
  setting_value: { status: 422, zh: "这里的值不对：{message}。", en: "This value does not fit: {message}." },
  node_missing: {
    status: 422,
    zh: "这里通向「{key}」，但没有这个节点。请改成已有的节点，或新建它。",
    en: "This leads to {key}, which does not exist. Choose a node that does, or make it.",
  },
  node_unreached: {
    status: 422,
    zh: "没有路通向这个节点，谁也不会经过。请接上或删去。",
    en: "No way leads to this node, and nobody will pass it. Connect it, or remove it.",
  },
  endless: {
    status: 422,
    zh: "从这里能不经等待又回到这里，会员会原地打转。请在这一圈里加一个等待。",
    en: "From here one comes back here without waiting. Put a wait into this circle.",
  },
  percents: {
    status: 422,
    zh: "各分支加起来是 {sum}%，应当是 100%。",
    en: "The branches add up to {sum} %, not to 100 %.",
  },
  event_unknown: {
    status: 422,
    zh: "没有「{event}」这种行为。可用的种类见数据字典。",
    en: "There is no kind of record {event}. The data dictionary lists them.",
  },
  weekdays_missing: {
    status: 422,
    zh: "每周进入，但没有选星期几。请至少选一天。",
    en: "It is entered each week, and no day of the week is chosen. Choose one at least.",
  },
  month_day_missing: {
    status: 422,
    zh: "每月进入，但没有写几号。请填 1 到 31。",
    en: "It is entered each month, and no day of the month is given. Give one from 1 to 31.",
  },
  day_missing: {
    status: 422,
    zh: "只进入一次，但没有选哪一天。请选一个日期。",
    en: "It is entered once, and no day is chosen. Choose one.",
  },
  moment_too_late: {
    status: 409,
    zh: "这一次已过去 {days} 天以上才轮到，没有补，谁也没有进入。",
    en: "Its turn came more than {days} days late. It was not caught up, and nobody entered.",
  },
  scene_unknown: {
    status: 404,
    zh: "没有场景「{scene}」。请在场景列表中选择。",
    en: "There is no scene {scene}. Choose one from the list.",
  },
  moment_stopped: {
    status: 409,
    zh: "旅程在这一次进行中结束了，其余会员没有进入。",
    en: "The journey was ended while members were coming in; the rest of them did not enter.",
  },
  kind_unknown: {
    status: 422,
    zh: "没有「{kind}」这一种。可以是：{kinds}。",
    en: "There is no kind “{kind}”. It can be: {kinds}.",
  },
  condition_missing: {
    status: 422,
    zh: "这里还没有写条件：请打开这一步，加上至少一个条件。",
    en: "There is no condition yet: open this step and add one at least.",
  },
  template_missing: {
    status: 422,
    zh: "这里还没有选消息模板：请打开这一步选一个。",
    en: "There is no template yet: open this step and choose one.",
  },
  no_message_node: {
    status: 422,
    zh: "草稿里没有能看的消息步骤「{node}」。请先把旅程里标出的问题改好。",
    en: "The draft has no message step {node} that can be looked at. Mend the marked problems of the journey first.",
  },
  member_not_seen: {
    status: 404,
    zh: "没有您能看到的会员 {member_id}。请换一个会员编号。",
    en: "There is no member {member_id} whom you may see. Give another number.",
  },
  variable_missing: {
    status: 422,
    zh: "模板「{template}」要用变量 {variable}，这里还没有说从哪里来。请打开这一步，为它选一个来源。",
    en: "The template “{template}” reads {variable}, and nothing says where it comes from. Open this step and choose its source.",
  },
  variable_unread: {
    status: 422,
    zh: "模板「{template}」没有用到变量 {variable}。请去掉它，或换模板。",
    en: "The template “{template}” reads no variable {variable}. Take it out, or choose another template.",
  },
  variable_no_event: {
    status: 422,
    zh: "变量 {variable} 取自进入时发生的事，但这个旅程不是由事件进入的。请换一个来源。",
    en: "The variable {variable} comes from what let the member in, but no event does here. Choose another source.",
  },
  variable_value: {
    status: 422,
    zh: "变量 {variable} 选的「{value}」在那里没有。请重新选一个。",
    en: "There is no {value} where the variable {variable} takes it from. Choose another one.",
  },
  variable_step: {
    status: 422,
    zh: "变量 {variable} 取自一个已经没有、或什么也不给的步骤。请选一个送积分、发券、给权益或给等级的步骤。",
    en: "The variable {variable} comes from a step that is gone or gives nothing. Choose one that gives points, a coupon, a benefit or a tier.",
  },
  variable_step_skipped: {
    status: 422,
    zh: "变量 {variable} 取自的那一步，有的会员走到这里时没有经过，那时这条消息会因缺变量而不发。请让每条路都先经过它，或换一个来源。",
    en: "Some members come here without having passed the step that the variable {variable} comes from, and would get no message. Lead every way past it, or choose another source.",
  },
  coupon_missing: {
    status: 422,
    zh: "这里还没有选优惠券：请打开这一步选一种。",
    en: "There is no coupon yet: open this step and choose one.",
  },
  coupon_unknown: {
    status: 422,
    zh: "没有已发布的优惠券「{coupon}」。请先在优惠券页发布它。",
    en: "There is no published coupon {coupon}. Publish it on the page of coupons first.",
  },
  benefit_missing: {
    status: 422,
    zh: "这里还没有选权益：请打开这一步选一项。",
    en: "There is no benefit yet: open this step and choose one.",
  },
  benefit_unknown: {
    status: 422,
    zh: "今天没有生效的权益「{benefit}」。请先在权益页发布它。",
    en: "No benefit {benefit} is in force today. Publish it on the page of benefits first.",
  },
  tier_missing: {
    status: 422,
    zh: "这里还没有选等级：请打开这一步选一个。",
    en: "There is no tier yet: open this step and choose one.",
  },
  tier_unknown: {
    status: 422,
    zh: "现行等级规则里没有等级「{tier}」。请换一个等级。",
    en: "The ladder in force has no tier {tier}. Choose another one.",
  },
  endpoint_missing: {
    status: 422,
    zh: "这里还没有选接收端：请打开这一步选一个，或先在 Webhook 页建一个。",
    en: "There is no endpoint yet: open this step and choose one, or make one on the page of webhooks first.",
  },
  endpoint_unknown: {
    status: 422,
    zh: "没有接收端 {endpoint_id}。请换一个。",
    en: "There is no endpoint {endpoint_id}. Choose another one.",
  },
  journey_missing: {
    status: 422,
    zh: "这里还没有选要进入的旅程：请打开这一步选一个。",
    en: "There is no journey to enter yet: open this step and choose one.",
  },
  journey_no_entry: {
    status: 422,
    zh: "旅程「{journey}」没有运行，或不由接口进入，谁也进不去。请先发布一个由接口进入的旅程。",
    en: "The journey {journey} is not live or not entered over the API, and nobody could enter. Publish one that is entered over the API first.",
  },
  journey_circle: {
    status: 422,
    zh: "旅程「{journey}」又会回到这个旅程，会员会来回进入。请断开其中一处。",
    en: "The journey {journey} leads back into this one, and members would enter both for ever. Break the circle.",
  },
  not_open: {
    status: 409,
    zh: "要进入的旅程没有运行，或不由接口进入。请在旅程页看它的状态。",
    en: "The journey to enter is not live, or is not entered over the API. See its state on the page of journeys.",
  },
  not_entered: {
    status: 409,
    zh: "会员已经在那个旅程里，或离上次进入太近，没有再进。",
    en: "The member is in that journey already, or was too short a time ago, and did not enter again.",
  },
  experiment_missing: {
    status: 422,
    zh: "这里还没有写实验代号：请打开这一步写上。",
    en: "The experiment has no key yet: open this step and write one.",
  },
  variants_alike: {
    status: 422,
    zh: "有两路叫同一个名字，结果分不开。请改成不同的名字。",
    en: "Two branches have the same name, and their results could not be told apart. Name them differently.",
  },
  text_missing: {
    status: 422,
    zh: "这里还没有写要做什么：请打开这一步写上。",
    en: "It does not say yet what is to be done: open this step and write it.",
  },
  robot_missing: {
    status: 422,
    zh: "还没有选机器人：请打开这一步选一个。",
    en: "There is no robot yet: open this step and choose one.",
  },
  robot_unfit: {
    status: 422,
    zh: "机器人 {robot_id} 不在了，或它的流程不为会员做事、没有这里写的输入：请另选一个。",
    en: "The robot {robot_id} is not there, or its flow does nothing for members or has not the inputs written here: choose another.",
  },
  condition_bad: {
    status: 422,
    zh: "条件不成立：{why_zh}",
    en: "The condition cannot be used: {why_en}",
  },
  template_unknown: {
    status: 422,
    zh: "没有消息模板「{template}」。请先在模板页建好。",
    en: "There is no template {template}. Make it on the page of templates first.",
  },
  members_unseen: {
    status: 422,
    zh: "有 {count} 位会员不存在，或不属于您的门店，谁也没有进入。请去掉他们再提交。",
    en: "{count} of the members do not exist or belong to other stores, and nobody entered. Leave them out and send again.",
  },
  dry_run_whom: {
    status: 422,
    zh: "接口进入没有历史可以回放。请选一个人群（里面的人都在第一天进入）或一位会员再试运行。",
    en: "An entry over the API has no history that could be played. Choose a segment, whose members all enter on the first day, or one member.",
  },
  dry_run_too_long: {
    status: 422,
    zh: "试运行到 {day} 已超过 {limit} 步，没有继续。请少选几天，或把旅程里最短的等待加长。",
    en: "By {day} the dry run had taken more than {limit} steps and stopped. Choose fewer days, or make the shortest wait of the journey longer.",
  },
  dry_run_unknown: {
    status: 404,
    zh: "没有这次试运行，可能已被更新的取代。请重新试运行。",
    en: "There is no such dry run; newer ones may have taken its place. Run it again.",
  },
  dry_run_member: {
    status: 422,
    zh: "会员 {member_id} 不存在，或不属于您的门店。请换一位会员。",
    en: "The member {member_id} does not exist or belongs to another store. Choose another one.",
  },
  too_many: {
    status: 422,
    zh: "一次最多进入 {limit} 位会员。请分几次提交。",
    en: "At most {limit} members can enter at once. Send them in parts.",
  },
});
