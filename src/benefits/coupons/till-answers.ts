import { Type } from "typebox";
import { Nullable } from "./route-parts.ts";

const Minor = Type.Integer();
const Money = { amount_minor: Minor, discount_minor: Minor, payable_minor: Minor };

export const Told = Type.Object({
  asked: Type.Integer({ description: "The place at which the request named it" }),
  issued_id: Nullable(Type.Integer()),
  coupon: Type.String(),
  coupon_zh: Type.String(),
  coupon_en: Type.String(),
  batch_id: Nullable(Type.Integer()),
  outcome: Type.Union([Type.Literal("applied"), Type.Literal("rejected")]),
  base_minor: Type.Optional(Minor),
  discount_minor: Type.Optional(Minor),
  parts: Type.Optional(Type.Array(Type.Object({ line_id: Type.String(), discount_minor: Minor }))),
  freight_minor: Type.Optional(Minor),
  limited_by: Type.Optional(Nullable(Type.String())),
  reason: Type.Optional(
    Type.Object({
      code: Type.String(),
      params: Type.Record(Type.String(), Type.Unknown()),
      zh: Type.String(),
      en: Type.String(),
    }),
  ),
});

const evaluated = {
  lines: Type.Array(Type.Object({ line_id: Type.String(), ...Money, floor_minor: Minor })),
  freight: Type.Object(Money),
  discount_minor: Minor,
  payable_minor: Minor,
  coupons: Type.Array(Told, { description: "In the order in which they were tried" }),
};
export const Evaluated = Type.Object(evaluated);
export const Redeemed = Type.Object({
  redemption_id: Type.Integer(),
  order_reference: Type.String(),
  state: Type.String(),
  until_at: Nullable(Type.String()),
  ...evaluated,
});

export const Settled = Type.Object({ redemption_id: Type.Integer(), state: Type.String() });
const Refund = { refund_minor: Minor, discount_minor: Minor };
export const Returned = Type.Object({
  return_id: Type.Integer(),
  redemption_id: Type.Integer(),
  lines: Type.Array(Type.Object({ line_id: Type.String(), quantity: Type.Integer(), ...Refund })),
  freight: Nullable(Type.Object(Refund)),
  ...Refund,
  whole_order: Type.Boolean(),
  given_back: Type.Array(Type.Object({ issued_id: Type.Integer() })),
});

export const RedemptionView = Type.Object({
  redemption_id: Type.Integer(),
  order_reference: Type.String(),
  store_code: Nullable(Type.String()),
  channel: Type.String(),
  currency: Type.String(),
  owner: Nullable(Type.Integer()),
  state: Type.String(),
  until_at: Nullable(Type.String()),
  amount_minor: Minor,
  discount_minor: Minor,
  day: Type.String(),
  made_at: Type.String(),
  ended_at: Nullable(Type.String()),
  lines: Type.Array(Type.Unknown()),
  coupons: Type.Array(Type.Unknown()),
});
