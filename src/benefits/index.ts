export { makeBatch, type MakingBatch, hasCoupon, publishCoupon, saveCoupon } from "./coupons/coupons.ts";
export { type CouponDefinition, defineCoupon } from "./coupons/definition.ts";
export { beginIssuance, finishIssuance } from "./coupons/issue.ts";
export { type BenefitDefinition, defineBenefit } from "./entitlements/benefit.ts";
export { ensureBenefits, publishBenefit, saveBenefit } from "./entitlements/benefits.ts";
export { fulfil } from "./entitlements/fulfil.ts";
export { giftsDue } from "./entitlements/gifts-due.ts";
export { settleBenefits } from "./entitlements/turn.ts";
export { redeem } from "./coupons/redeem.ts";
export { confirmOrder, handOver, orderReward, undoOrder } from "./rewards/orders.ts";
export type { RewardDefinition } from "./rewards/reward.ts";
export { changeStock, publishReward, saveReward } from "./rewards/rewards.ts";
export {
  couponChoices,
  type CouponGift,
  couponLastDays,
  giveCoupons,
  rehearseCoupons,
  rehearseLastDay,
} from "./coupons/give.ts";
export { benefitChoices, entitle, rehearseEntitling } from "./entitlements/entitle.ts";
