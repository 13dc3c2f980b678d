export { makeBatch, type MakingBatch, hasCoupon, publishCoupon, saveCoupon } from "./coupons/coupons.ts";
export { type CouponDefinition, defineCoupon } from "./coupons/definition.ts";
export { beginIssuance, finishIssuance } from "./coupons/issue.ts";
export { type BenefitDefinition, defineBenefit } from "./entitlements/benefit.ts";
export { publishBenefit } from "./entitlements/benefits.ts";
export { settleBenefits } from "./entitlements/turn.ts";
export { redeem } from "./coupons/redeem.ts";
