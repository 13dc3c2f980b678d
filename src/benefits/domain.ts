import type { Domain } from "../domains.ts";
import { checkJob, giveJob } from "../members/index.ts";
import { startLoop } from "../platform/index.ts";
import { type OutboxEvent, type OutboxHandler, SYSTEM_SCOPE } from "../store/index.ts";
import { SHIPPED_BENEFITS } from "../../definitions/benefits/benefits.ts";
import { releaseOverdueHolds } from "./coupons/hold.ts";
import { batchRoutes } from "./coupons/batch-routes.ts";
import { couponRoutes } from "./coupons/coupon-routes.ts";
import { issueRoutes } from "./coupons/issue-routes.ts";
import { couponJobs } from "./coupons/jobs.ts";
import { tillRoutes } from "./coupons/till-routes.ts";
import { forgetOwners } from "./coupons/member-store.ts";
import { expireNext, forgetAnswers } from "./coupons/sweep.ts";
import { benefitRoutes } from "./entitlements/benefit-routes.ts";
import { ensureBenefits } from "./entitlements/benefits.ts";
import { forgetEntitled } from "./entitlements/fulfil-store.ts";
import { benefitEvents, startBenefits } from "./entitlements/worker.ts";
import "./errors.ts";
import "./exchange/errors.ts";
import { exchangeRoutes } from "./exchange/exchange-routes.ts";
import "./opening/errors.ts";
import { openingCoupons } from "./opening/opening.ts";
import { couponOpeningRoutes } from "./opening/opening-routes.ts";
import { benefitIndicators } from "./indicators.ts";
import { rewardOrderRoutes } from "./rewards/order-routes.ts";
import { releaseOverdueOrders } from "./rewards/orders.ts";
import { rewardRoutes } from "./rewards/reward-routes.ts";
import { forgetOrders } from "./rewards/reward-store.ts";

const LOOK_EVERY_MS = 5_000;

type Erased = { readonly member_id: number; readonly party_ids: readonly number[] };

const forget: OutboxHandler = async (tx, _ground, events: readonly OutboxEvent<Erased>[]) => {
  const numbers = [...new Set(events.flatMap(({ payload }) => [payload.member_id, ...payload.party_ids]))];
  await forgetOwners(tx, numbers);
  await forgetEntitled(tx, numbers);
  await forgetOrders(tx, numbers);
};

export const domain: Domain = {
  name: "benefits",
  indicators: benefitIndicators,
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["benefits"],
  routes: (app, ground) => {
    couponRoutes(app, ground);
    batchRoutes(app, ground);
    issueRoutes(app, ground);
    tillRoutes(app, ground);
    exchangeRoutes(app, ground);
    couponOpeningRoutes(app, ground);
    benefitRoutes(app, ground);
    rewardRoutes(app, ground);
    rewardOrderRoutes(app, ground);
  },
  jobs: [...couponJobs, checkJob(openingCoupons), giveJob(openingCoupons)],
  events: { ...benefitEvents, "members.erased": forget },
  ready: (ground) => ground.store.write(SYSTEM_SCOPE, (tx) => ensureBenefits(tx, SHIPPED_BENEFITS, ground.clock.now())),
  start: async (ground) => {
    const onError = (error: unknown) => ground.log.error({ error: String(error) }, "the turn of coupons failed");
    // looking is three index look-ups; whatever came due while nobody ran is found with the first
    const turn = async () => {
      await releaseOverdueHolds(ground);
      await releaseOverdueOrders(ground);
      const expired = await expireNext(ground);
      return expired > 0 || (await forgetAnswers(ground)) > 0;
    };
    const loop = startLoop(turn, { idle_ms: LOOK_EVERY_MS, onError });
    const benefits = startBenefits(ground);
    return async () => {
      await Promise.all([loop.stop(), benefits.stop()]);
    };
  },
};
