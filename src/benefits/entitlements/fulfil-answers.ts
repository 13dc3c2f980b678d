import { Type } from "typebox";
import { Nullable } from "../coupons/route-parts.ts";
import type { ExpectedBenefit } from "./expect.ts";
import type { EntitlementRow } from "./fulfil-store.ts";
import { type Reason, REASONS } from "./grant.ts";

/** The rate is that of benefits due within so many days, today included. */
export const RATE_DAYS = 90;

const Text = Type.String();
const Count = Type.Integer();

/** How many were due and what became of them. */
export const Kept = Type.Object({ due: Count, granted: Count, fulfilled: Count, expired: Count, failed: Count });
export const NOTHING_KEPT = { due: 0, granted: 0, fulfilled: 0, expired: 0, failed: 0 };

export const ReasonCount = Type.Object({ reason: Text, reason_zh: Text, reason_en: Text, count: Count });

/** A reason as a person reads it. */
export function reasonSaid({ reason, count }: { readonly reason: string; readonly count: number }) {
  const words = REASONS[reason as Reason];
  return { reason, reason_zh: words.zh, reason_en: words.en, count };
}

export const Owned = Type.Object({
  entitlement_id: Count,
  benefit: Text,
  name_zh: Text,
  name_en: Text,
  sentence_zh: Text,
  sentence_en: Text,
  kind: Type.String({ description: "What is given: coupon, points, right, points_rule, redemption, gift, invitation" }),
  by_hand: Type.Boolean({ description: "Handed out by a person" }),
  period: Text,
  due_day: Text,
  last_day: Nullable(Text),
  state: Text,
  reason: Nullable(Text),
  reason_zh: Nullable(Text),
  reason_en: Nullable(Text),
  store_code: Nullable(Text),
  note: Nullable(Text),
  granted_at: Nullable(Text),
  ended_at: Nullable(Text),
});

/** One that was due, with its reason in words. */
export function ownedView(row: EntitlementRow) {
  const { definition, reason } = row;
  const words = reason === null ? null : REASONS[reason as Reason];
  return {
    entitlement_id: row.entitlement_id,
    benefit: row.benefit,
    name_zh: definition.zh,
    name_en: definition.en,
    sentence_zh: definition.sentence_zh,
    sentence_en: definition.sentence_en,
    kind: definition.give.kind,
    by_hand: definition.give.kind === "gift" || definition.give.kind === "invitation",
    period: row.period,
    due_day: row.due_day,
    last_day: row.last_day,
    state: row.state,
    reason,
    reason_zh: words?.zh ?? null,
    reason_en: words?.en ?? null,
    store_code: row.store_code,
    note: row.note,
    granted_at: row.granted_at,
    ended_at: row.ended_at,
  };
}

export const ExpectedNext = Type.Object({
  benefit: Text,
  name_zh: Text,
  name_en: Text,
  sentence_zh: Text,
  sentence_en: Text,
  kind: Text,
  period: Text,
  due_day: Text,
  last_day: Nullable(Text),
});

export function expectedView({ definition, benefit, period, due_day, last_day }: ExpectedBenefit) {
  const { zh: name_zh, en: name_en, sentence_zh, sentence_en, give } = definition;
  return { benefit, name_zh, name_en, sentence_zh, sentence_en, kind: give.kind, period, due_day, last_day };
}
