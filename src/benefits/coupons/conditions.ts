import type { Basket, BasketLine, MemberFacts, Moment } from "./basket.ts";
import type { Candidate } from "./candidate.ts";
import type { CouponDefinition } from "./definition.ts";
import { type Rejection, rejection } from "./rejection.ts";

const holds = (list: readonly string[], value: string | null) =>
  list.length === 0 || (value !== null && list.includes(value));

function inScope({ scope }: CouponDefinition, { sku, categories }: BasketLine): boolean {
  const wanted =
    (scope.skus.length === 0 && scope.categories.length === 0) ||
    scope.skus.includes(sku) ||
    scope.categories.some((category) => categories.includes(category));
  const excepted =
    scope.except_skus.includes(sku) || scope.except_categories.some((category) => categories.includes(category));
  return wanted && !excepted;
}

/** Places of the lines that the coupon takes something off. */
export function matchingLines(definition: CouponDefinition, lines: readonly BasketLine[]): number[] {
  const { benefit } = definition;
  const matches = (line: BasketLine) =>
    benefit.kind === "exchange" ? line.sku === benefit.sku : inScope(definition, line);
  return lines.flatMap((line, at) => (matches(line) ? [at] : []));
}

/** Places of the lines that count towards its minimum: what is exchanged does not pay for itself. */
export function countedLines(definition: CouponDefinition, lines: readonly BasketLine[]): number[] {
  const { benefit } = definition;
  return lines.flatMap((line, at) =>
    inScope(definition, line) && !(benefit.kind === "exchange" && line.sku === benefit.sku) ? [at] : [],
  );
}

const WEEKDAYS_ZH = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
const WEEKDAYS_EN = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

function timeRejection({ weekdays, hours }: CouponDefinition["conditions"], at: Moment): Rejection | undefined {
  const dayFits = weekdays.length === 0 || weekdays.includes(at.weekday);
  const hourFits =
    hours === null ||
    (hours.from < hours.to ? at.time >= hours.from && at.time < hours.to : at.time >= hours.from || at.time < hours.to);
  if (dayFits && hourFits) return undefined;
  const span = hours === null ? "" : `${hours.from}–${hours.to}`;
  const days = (names: readonly string[], gap: string) =>
    [...weekdays]
      .sort((a, b) => a - b)
      .map((day) => names[day - 1] ?? "")
      .join(gap);
  return rejection("wrong_time", {
    when_zh: [days(WEEKDAYS_ZH, "、"), span].filter((part) => part !== "").join(" "),
    when_en: [days(WEEKDAYS_EN, ", "), span].filter((part) => part !== "").join(" "),
  });
}

/** The coupon itself and its days, whatever the basket holds. */
function stateRejection({ state, owner_fits, first_day, last_day }: Candidate, day: string): Rejection | undefined {
  if (state === "unknown") return rejection("unknown_code");
  if (!owner_fits) return rejection("not_owner");
  if (state === "withdrawn") return rejection("withdrawn");
  if (state === "used") return rejection("already_used");
  if (first_day !== null && day < first_day) return rejection("not_yet_valid", { first_day });
  if (state === "expired" || (last_day !== null && day > last_day))
    return rejection("expired", { last_day: last_day ?? day });
  return undefined;
}

/** What can be judged before any coupon has been applied; undefined: nothing stands in its way so far. */
export function standingRejection(
  candidate: Candidate,
  basket: Basket,
  member: MemberFacts | null,
  at: Moment,
): Rejection | undefined {
  const { definition } = candidate;
  const { conditions, benefit, currency } = definition;
  const forMembers = candidate.needs_member || conditions.tiers.length > 0 || conditions.segments.length > 0;
  if (candidate.state !== "unknown" && forMembers && member === null) return rejection("member_needed");
  const about = stateRejection(candidate, at.day);
  if (about !== undefined) return about;
  if (currency !== basket.currency) return rejection("currency", { wanted: currency, given: basket.currency });
  if (!holds(conditions.stores, basket.store_code)) return rejection("wrong_store");
  if (!holds(conditions.channels, basket.channel)) return rejection("wrong_channel");
  const time = timeRejection(conditions, at);
  if (time !== undefined) return time;
  if (!holds(conditions.tiers, member?.tier ?? null))
    return rejection("wrong_tier", { tiers: conditions.tiers.join(", ") });
  if (conditions.segments.length > 0 && !conditions.segments.some((id) => member?.segments.includes(id) === true))
    return rejection("not_in_segment");
  if (benefit.kind === "free_shipping" && basket.freight_minor === 0) return rejection("no_freight");
  if (matchingLines(definition, basket.lines).length === 0) {
    const which = benefit.kind === "exchange" ? benefit.sku : "";
    return rejection("no_matching_item", {
      which_zh: which === "" ? "" : `：请先加入 ${which}`,
      which_en: which === "" ? "" : `: add ${which} first`,
    });
  }
  const pieces = countedLines(definition, basket.lines).reduce((sum, i) => sum + (basket.lines[i]?.quantity ?? 0), 0);
  const missing = (conditions.quantity_min ?? 0) - pieces;
  return missing > 0 ? rejection("quantity_not_reached", { missing }) : undefined;
}
