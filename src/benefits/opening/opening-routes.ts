import type { FastifyInstance } from "fastify";
import type { Ground } from "../../ground.ts";
import { givenFace, openingRoutes, type TotalLine } from "../../members/index.ts";
import { openingCoupons } from "./opening.ts";

const sumOf = (lines: readonly TotalLine[], what: string) =>
  lines.filter((line) => line.what === what).reduce((sum, line) => sum + line.n, 0);

/** Unused coupons that members bring from the system before. */
export function couponOpeningRoutes(app: FastifyInstance, ground: Ground): void {
  openingRoutes(
    app,
    ground,
    givenFace(openingCoupons, {
      path: "/api/coupons/openings",
      tag: "benefits",
      permission: "benefits.open",
      object: "coupon_opening",
      name: { zh: "期初优惠券", en: "opening coupons" },
      what: ["members", "coupons", "batch", "month"],
      sums: (lines) => {
        const [members, coupons] = ["members", "coupons"].map((what) => sumOf(lines, what).toLocaleString("en"));
        return { zh: `${members} 位会员、${coupons} 次`, en: `${members} members, ${coupons} uses` };
      },
    }),
  );
}
