export { type CouponDefinition, defineCoupon } from "./coupons/definition.ts";
