export { makeBatch, type MakingBatch, hasCoupon, publishCoupon, saveCoupon } from "./coupons/coupons.ts";
export { type CouponDefinition, defineCoupon } from "./coupons/definition.ts";
export { beginIssuance, finishIssuance } from "./coupons/issue.ts";
export { redeem } from "./coupons/redeem.ts";
