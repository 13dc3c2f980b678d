import { defineErrors } from "../../platform/index.ts";

export const exchangeErrors = defineErrors("benefits", {
  exchange_differs: {
    status: 409,
    zh: "现在的差额是 {difference}，与报给顾客的 {expected} 不同。请重新试算，告诉顾客后再换。",
    en: "The difference is {difference} now, not {expected} as the customer was told. Reckon again, tell the customer, then exchange.",
  },
  exchange_points_over: {
    status: 422,
    zh: "{points} 积分值 {worth}，超过新订单应付的 {payable}。请少用一些积分。",
    en: "{points} points pay {worth}, more than the {payable} that the new order costs. Use fewer.",
  },
  exchange_points_member: {
    status: 422,
    zh: "用积分要先找到会员。",
    en: "Points take a member. Find the member first.",
  },
  exchange_currency: {
    status: 422,
    zh: "原订单是 {from}，新订单是 {to}。换货要用同一种货币。",
    en: "The first order is in {from}, the new one in {to}. An exchange takes one currency.",
  },
  exchange_same_order: {
    status: 422,
    zh: "新订单要有自己的单号，不能还是「{order_reference}」。",
    en: "The new order needs a number of its own, not {order_reference} again.",
  },
});
