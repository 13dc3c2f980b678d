import { addDays, businessDay } from "../../platform/index.ts";
import type { Node } from "../definition.ts";
import type { ValueChoice } from "./source.ts";

export type GivingNode = Extract<Node, { kind: "points" | "coupon" | "benefit" | "tier" }>;

const choice = (value: string, zh: string, en: string, type: ValueChoice["type"]): ValueChoice => ({
  value,
  zh,
  en,
  type,
});
const LAST_DAY = choice("last_day", "有效期至", "Valid until", "day");

export const isGiving = (node: Node | undefined): node is GivingNode =>
  node !== undefined && ["points", "coupon", "benefit", "tier"].includes(node.kind);

/** What a message may tell of what an earlier node gave, by the kind of the node. */
export const STEP_VALUES: Readonly<Record<GivingNode["kind"], readonly ValueChoice[]>> = {
  points: [choice("points", "送的积分", "Points given", "number"), LAST_DAY],
  coupon: [choice("name", "优惠券名称", "Coupon", "text"), LAST_DAY],
  benefit: [choice("name", "权益名称", "Benefit", "text")],
  tier: [choice("name", "等级名称", "Tier", "text"), LAST_DAY],
};

/** Of one node: points without a life of their own have no last day. */
export const stepValues = (node: GivingNode): readonly ValueChoice[] =>
  STEP_VALUES[node.kind].filter(
    ({ value }) => value !== "last_day" || node.kind !== "points" || node.valid_days !== null,
  );

/** The last day of what a node gave at an instant, where the node itself says it; of a coupon its batch does. */
export function lastDayOf(node: GivingNode, at: Date, timezone: string): string | undefined {
  const days = node.kind === "points" ? node.valid_days : node.kind === "tier" ? node.days : null;
  return days === null ? undefined : addDays(businessDay(at, timezone), days - 1);
}
