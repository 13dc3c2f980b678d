export { defineCoupon, type CouponDefinition } from "./coupons/definition.ts";
