import type { OutboxEvent } from "../../store/index.ts";
import type { Movement } from "../../points/index.ts";

/** One message as it is told to the outside: numbers and codes, never personal data. */
export interface Told {
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly occurred_at: Date;
}

export interface EventKind {
  readonly kind: string;
  readonly zh: string;
  readonly en: string;
  readonly example: Readonly<Record<string, unknown>>;
}

const movement = { transfer_id: 9001, member_number: 17, points: 120, reference: "order 20261130-0007" };
const moved = (kind: string, zh: string, en: string): EventKind => ({
  kind: `points.${kind}`,
  zh,
  en,
  example: { transfers: [movement] },
});
const one = (kind: string, zh: string, en: string, example: EventKind["example"]): EventKind => ({
  kind,
  zh,
  en,
  example,
});

/** What an endpoint may choose from. A kind that was published keeps its name and the fields of its data. */
export const EVENT_KINDS: readonly EventKind[] = [
  one("member.created", "新的会员编号", "New member numbers", { member_numbers: [17, 18] }),
  one("member.joined", "会员合并", "Members joined", { member_ids: [17] }),
  one("member.split", "合并撤销", "Members split", { member_ids: [17, 18] }),
  one("member.consent_changed", "会员本人改变同意", "A member changed consents", {
    member_id: 17,
    granted: [],
    withdrawn: [{ purpose: "marketing", medium: "sms" }],
  }),
  one("member.erased", "会员被删除", "A member was erased", { member_id: 17, member_numbers: [17, 18] }),
  one("segment.entered", "进入分群", "Entered a segment", { segment_id: 3, member_ids: [17], cause: "records" }),
  one("segment.left", "离开分群", "Left a segment", { segment_id: 3, member_ids: [17], cause: "records" }),
  one("tier.changed", "等级变化", "Tier changed", {
    changes: [{ member_id: 17, from: "silver", to: "gold", reason: "earned" }],
  }),
  moved("earned", "积分入账", "Points earned"),
  moved("activated", "积分生效", "Points became active"),
  moved("held", "积分冻结", "Points held"),
  moved("released", "积分解冻", "Points released"),
  moved("spent", "积分使用", "Points spent"),
  moved("returned", "已用积分退回", "Spent points returned"),
  moved("taken_back", "积分收回", "Points taken back"),
  moved("transferred", "积分转赠", "Points transferred"),
  moved("expired", "积分过期", "Points expired"),
  one("coupon.issued", "优惠券发放", "Coupons issued", {
    batch_id: 4,
    issuance_id: 12,
    coupons: 2,
    member_numbers: [17, 18],
  }),
  one("coupon.redeemed", "优惠券核销", "Coupons redeemed", {
    redemption_id: 5,
    order_reference: "20261130-0007",
    member_number: 17,
    discount_minor: 1_000,
    coupons: [{ issued_id: 77, batch_id: 4, discount_minor: 1_000 }],
  }),
  one("coupon.returned", "核销退回", "Redemptions returned", {
    redemption_id: 5,
    return_id: 2,
    discount_minor: 1_000,
    given_back: [{ issued_id: 77 }],
  }),
  one("message.requested", "消息交由品牌自有通道发送", "Messages to be sent by a channel of the brand's own", {
    message_id: 31,
    member_id: 17,
    text: "您的等级已升为金卡。",
  }),
  one("benefit.settled", "权益已兑现或注明原因", "Benefits given, or listed with a reason", { member_numbers: [17] }),
  one("benefit.reminder", "权益待领取提醒", "Benefits about to end", {
    reminders: [{ entitlement_id: 8, member_number: 17, benefit: "birthday_gift", last_day: "2026-12-31" }],
  }),
];

/** Sent by the console's button only, whatever an endpoint has chosen. */
export const TEST_KIND = "webhook.test";

const KNOWN = new Set(EVENT_KINDS.map(({ kind }) => kind));
export const isEventKind = (kind: string): boolean => KNOWN.has(kind);

type Payload = Readonly<Record<string, unknown>>;
type Telling = (payload: Payload) => Readonly<Record<string, unknown>>;

const memberIds: Telling = ({ member_ids }) => ({ member_ids });
const numbers: Telling = ({ party_ids }) => ({ member_numbers: party_ids });
const moving: Telling = ({ segment_id, member_ids, cause }) => ({ segment_id, member_ids, cause });

/** Outbox events of earlier domains: under which kind they are told, and which of their fields. */
export const TOLD_EVENTS: Readonly<Record<string, { readonly kind: string; readonly tell: Telling }>> = {
  "members.created": { kind: "member.created", tell: numbers },
  "members.joined": { kind: "member.joined", tell: memberIds },
  "members.split": { kind: "member.split", tell: memberIds },
  "members.consent_changed": {
    kind: "member.consent_changed",
    tell: ({ member_id, granted, withdrawn }) => ({ member_id, granted, withdrawn }),
  },
  "members.erased": {
    kind: "member.erased",
    tell: ({ member_id, party_ids }) => ({ member_id, member_numbers: party_ids }),
  },
  "segments.entered": { kind: "segment.entered", tell: moving },
  "segments.left": { kind: "segment.left", tell: moving },
  "tiers.changed": {
    kind: "tier.changed",
    tell: ({ changes }) => ({
      changes: (changes as Payload[]).map(({ member_id, from, to, reason }) => ({ member_id, from, to, reason })),
    }),
  },
  "benefits.coupons_issued": { kind: "coupon.issued", tell: (payload) => payload },
  "benefits.coupons_redeemed": { kind: "coupon.redeemed", tell: (payload) => payload },
  "benefits.coupons_returned": { kind: "coupon.returned", tell: (payload) => payload },
  "benefits.changed": { kind: "benefit.settled", tell: numbers },
  "benefits.reminder": {
    kind: "benefit.reminder",
    tell: ({ reminders }) => ({
      reminders: (reminders as Payload[]).map(({ entitlement_id, owner, benefit, last_day }) => ({
        entitlement_id,
        member_number: owner,
        benefit,
        last_day,
      })),
    }),
  },
};

/** How an outbox event is told. */
export function toldOf(event: OutboxEvent<Payload>): Told | undefined {
  const told = TOLD_EVENTS[event.type];
  if (told === undefined) return undefined;
  return { kind: told.kind, data: told.tell(event.payload), occurred_at: event.emitted_at };
}

/** Under which kind a movement of the points ledger is told. */
export function movementKind({ from, to }: Pick<Movement, "from" | "to">): string {
  if (to === "expired") return "points.expired";
  if (to === "burned") return "points.spent";
  if (to === "issuer" || to === "budget" || to === "debt") return "points.taken_back";
  if (to === "held") return "points.held";
  if (from === "held") return "points.released";
  if (from === "burned" || from === "expired") return "points.returned";
  if (from === "pending" && to === "active") return "points.activated";
  if (from === "issuer" || from === "budget" || from === "debt") return "points.earned";
  return "points.transferred";
}

/** Movements that follow each other and are of one kind are one message, so that a midnight of a million is not a million. */
export const MOVEMENTS_PER_MESSAGE_MAX = 200;

/** Movements as messages, in their order. */
export function toldMovements(movements: readonly Movement[], wanted: ReadonlySet<string>): Told[] {
  const told: { kind: string; transfers: Movement[] }[] = [];
  for (const movement of movements) {
    const kind = movementKind(movement);
    if (!wanted.has(kind)) continue;
    const open = told.findLast((message) => message.kind === kind);
    if (open === undefined || open.transfers.length >= MOVEMENTS_PER_MESSAGE_MAX)
      told.push({ kind, transfers: [movement] });
    else open.transfers.push(movement);
  }
  return told.map(({ kind, transfers }) => ({
    kind,
    occurred_at: transfers.at(-1)?.at ?? new Date(0),
    data: {
      transfers: transfers.map(({ transfer_id, member_number, points, reference }) => ({
        transfer_id,
        member_number,
        points,
        reference,
      })),
    },
  }));
}
