import { type Static, Type } from "typebox";
import { settingOf, type Tx } from "../../store/index.ts";
import { POINTS_MAX } from "../ledger/command.ts";

/** How much tills may burn while they are offline, and what becomes of what a balance does not cover. */
export const OfflineRules = Type.Object(
  {
    till_points: Type.Integer({ minimum: 1, maximum: POINTS_MAX, description: "Of one till on one day, all members" }),
    member_points: Type.Integer({ minimum: 1, maximum: POINTS_MAX, description: "Of one member at one till and day" }),
    hours: Type.Integer({ minimum: 1, maximum: 48, description: "How long an allowance holds" }),
    shortfall: Type.Union([Type.Literal("debt"), Type.Literal("refuse")], {
      description: "What the balance does not cover becomes a debt, or is not posted and listed",
    }),
  },
  { additionalProperties: false },
);
export type OfflineRules = Static<typeof OfflineRules>;

export const OFFLINE_SETTING = "points.offline";
const DEFAULT: OfflineRules = { till_points: 5_000, member_points: 500, hours: 12, shortfall: "debt" };

export const offlineRules = async (tx: Tx): Promise<OfflineRules> =>
  (await settingOf<OfflineRules>(tx, OFFLINE_SETTING)) ?? DEFAULT;
