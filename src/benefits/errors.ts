import { defineErrors } from "../platform/index.ts";

export const errors = defineErrors("benefits", {
  line_twice: {
    status: 422,
    zh: "购物篮中行号「{line_id}」出现了两次。每行要有自己的行号。",
    en: "The basket has the line {line_id} twice. Give each line an id of its own.",
  },
  none_to_give: {
    status: 409,
    zh: "这种优惠券没有还能发放的批次，没有发。请在优惠券页开一个批次，或加大数量。",
    en: "No open batch of this coupon has any left, and none was given. Make a batch, or a larger one, on the page of coupons.",
  },
  none_today: {
    status: 409,
    zh: "这项权益今天没有生效的版本，没有给。请在权益页发布它。",
    en: "No version of this benefit is in force today, and nothing was given. Publish it on the page of benefits.",
  },
  line_amount: {
    status: 422,
    zh: "行「{line_id}」金额 {amount_minor} 大于单价 × 数量 {most}（最小货币单位）。请改正。",
    en: "The amount {amount_minor} of line {line_id} is more than unit price times quantity, {most} (minor units). Correct it.",
  },
  key_reused: {
    status: 422,
    zh: "幂等键「{key}」已用于另一个内容不同的请求。请换一个新键，或原样重发。",
    en: "The idempotency key {key} was used for a request with other content. Use a new key, or send the same again.",
  },
  coupon_twice: {
    status: 422,
    zh: "同一张券写了两次。每张券只写一次。",
    en: "The same coupon is named twice. Name each once.",
  },
  coupons_refused: {
    status: 409,
    zh: "有 {count} 张券不能用，本次没有核销任何一张。「{coupon_zh}」：{why_zh}。",
    en: "{count} of the coupons cannot be used, and none was redeemed. “{coupon_en}”: {why_en}.",
  },
  discount_differs: {
    status: 409,
    zh: "现在的优惠是 {discount}，与报给顾客的 {expected} 不同。请重新试算，告诉顾客后再核销。",
    en: "The discount is {discount} now, not {expected} as the customer was told. Reckon again, tell the customer, then redeem.",
  },
  order_redeemed: {
    status: 409,
    zh: "订单「{order_reference}」已经用过券。要换券，请先释放或退回。",
    en: "The order {order_reference} has its coupons already. Void or return them first.",
  },
  limit_reached: {
    status: 409,
    zh: "这批券刚刚被用完，本次没有核销。请重新试算。",
    en: "The last of these coupons has just gone; nothing was redeemed. Reckon the basket again.",
  },
  redemption_unknown: {
    status: 404,
    zh: "没有编号为 {redemption_id} 的核销。",
    en: "There is no redemption with the number {redemption_id}.",
  },
  redemption_state: {
    status: 409,
    zh: "核销 {redemption_id} {state_zh}，不能再这样处理。",
    en: "The redemption {redemption_id} is {state_en} already.",
  },
  hold_over: {
    status: 409,
    zh: "占用 {redemption_id} 已在 {until_at} 到期。请重新核销。",
    en: "The hold {redemption_id} ended at {until_at}. Redeem again.",
  },
  order_unknown: {
    status: 404,
    zh: "没有用券的订单「{order_reference}」。请核对单号、门店和渠道。",
    en: "No order {order_reference} has redeemed coupons. Check its number, store and channel.",
  },
  return_unknown_line: {
    status: 422,
    zh: "订单中没有行「{line_id}」。",
    en: "The order has no line {line_id}.",
  },
  return_too_many: {
    status: 409,
    zh: "行「{line_id}」还能退 {rest} 件，不能退 {wanted} 件。",
    en: "{rest} of the line {line_id} can still be returned, not {wanted}.",
  },
  returned_already: {
    status: 409,
    zh: "「{order_reference}」已经全部退过，不能再退。",
    en: "{order_reference} has been returned already.",
  },
  coupon_unknown: { status: 404, zh: "没有优惠券「{coupon}」。", en: "There is no coupon {coupon}." },
  coupon_key_differs: {
    status: 409,
    zh: "内容里的编码 {key} 与地址中的 {coupon} 不同。请保持一致，或用新编码另建。",
    en: "The coupon says its key is {key}, the address says {coupon}. Make them the same, or create it under its own key.",
  },
  no_draft: {
    status: 409,
    zh: "优惠券「{coupon}」没有草稿。请先保存修改。",
    en: "The coupon {coupon} has no draft. Save one first.",
  },
  bad_coupon: {
    status: 422,
    zh: "优惠券有 {count} 处需要修改，第一处在 {place}：{first_zh}",
    en: "The coupon needs {count} corrections. The first, at {place}: {first_en}",
  },
  bad_days: {
    status: 422,
    zh: "最后一天 {last_day} 早于第一天 {first_day}，或已经过去。请改为同一天或更晚。",
    en: "The last day {last_day} lies before the first day {first_day} or has passed. Give the same day or a later one.",
  },
  not_published: {
    status: 409,
    zh: "优惠券「{coupon}」还没有发布，或已停用。请先发布。",
    en: "The coupon {coupon} is not published, or withdrawn. Publish it first.",
  },
  code_taken: {
    status: 409,
    zh: "这个口令已被另一批券使用。请换一个。",
    en: "Another batch has this code. Choose another one.",
  },
  bad_code: {
    status: 422,
    zh: "口令须为 4 到 20 个字母或数字，且不能与唯一码格式相同。",
    en: "A shared code has 4 to 20 letters or digits, and does not look like a code of a unique batch.",
  },
  batch_unknown: { status: 404, zh: "没有批次 {batch_id}。", en: "There is no batch {batch_id}." },
  batch_closed: {
    status: 409,
    zh: "批次 {batch_id} 已停用或已撤销，不能再发。",
    en: "The batch {batch_id} is paused or undone: nothing can be issued from it.",
  },
  batch_shared: {
    status: 422,
    zh: "批次 {batch_id} 用同一个口令，不能逐张发放。请用唯一码批次。",
    en: "The batch {batch_id} has one code for all: coupons are issued from a batch of unique codes.",
  },
  batch_too_small: {
    status: 409,
    zh: "批次还能发 {left} 张，需要 {wanted} 张。请新建更大的批次。",
    en: "The batch has {left} left, {wanted} are wanted. Make a larger one.",
  },
  nobody: {
    status: 409,
    zh: "没有可以发放的会员：都已经有这批券，或人群为空。",
    en: "There is nobody to issue to: all have one of this batch, or the segment is empty.",
  },
  members_unknown: {
    status: 422,
    zh: "有 {count} 个会员编号不存在或不在您的门店，第一个是 {first}。",
    en: "{count} member numbers do not exist or are not of your stores; the first is {first}.",
  },
  issuance_unknown: { status: 404, zh: "没有发放 {issuance_id}。", en: "There is no issuance {issuance_id}." },
  issuance_open: {
    status: 409,
    zh: "发放 {issuance_id} 还在进行。请先取消任务。",
    en: "The issuance {issuance_id} is still under way. Cancel its job first.",
  },
  issuance_undone: {
    status: 409,
    zh: "发放 {issuance_id} 已经撤销。",
    en: "The issuance {issuance_id} has been undone already.",
  },
  store_closed: {
    status: 403,
    zh: "您不能为门店「{store_code}」核销。请选择自己的门店。",
    en: "You cannot redeem for the store {store_code}. Choose one of your own.",
  },
  member_unknown: {
    status: 404,
    zh: "没有会员 {member_id}，或您还没有查到这位会员。请先用手机号或卡号查找。",
    en: "There is no member {member_id}, or you have not found them yet. Look them up by phone or card first.",
  },
});
