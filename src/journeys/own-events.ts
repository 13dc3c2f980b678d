import type { Ground } from "../ground.ts";
import { KINDS } from "../ingest/index.ts";
import { creditsAfter, creditsBetween, lastMovement } from "../points/index.ts";
import { type OutboxEvent, type OutboxHandler, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { tierChoices, tierMovesBetween } from "../tiers/index.ts";
import { heardKinds, tellHappenings } from "./enter.ts";
import { enteredVersions, movingVersions } from "./journey-store.ts";
import { currentMembers } from "./run-store.ts";

/** What happens to members on the platform itself, beside the records that sources send. */
export const OWN_EVENTS = [
  { kind: "points_credited", zh: "积分到账", en: "Points credited" },
  { kind: "tier_up", zh: "等级上升", en: "Tier up" },
  { kind: "tier_down", zh: "等级下降", en: "Tier down" },
] as const;

/** Everything that a journey may be entered by, wait for or have as its goal. */
export const HAPPENING_KINDS: readonly { readonly kind: string; readonly zh: string; readonly en: string }[] = [
  ...KINDS,
  ...OWN_EVENTS,
];

const MOVEMENTS_A_ROUND = 20_000;

/** Whether any journey listens to points. */
const listensToPoints = async (tx: Tx): Promise<boolean> =>
  heardKinds(await enteredVersions(tx), await movingVersions(tx)).has("points_credited");

/** Before a journey is published: what was credited until now is no news for the first that listens. */
export async function forgetUnheard(tx: Tx): Promise<void> {
  if (await listensToPoints(tx)) return;
  await tx.execute("update journeys.movements_heard set after_transfer_id = $1", [await lastMovement(tx)]);
}

/** Points that were credited since the last round let members in. @returns whether more may wait */
export async function hearCredits(ground: Ground): Promise<boolean> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const place = await tx.one<{ after_transfer_id: number }>(
      "select after_transfer_id from journeys.movements_heard for update skip locked",
    );
    if (place === undefined) return false;
    const after = place.after_transfer_id;
    const last = await lastMovement(tx);
    if (last <= after) return false;
    const listens = await listensToPoints(tx);
    const until = listens ? Math.min(last, after + MOVEMENTS_A_ROUND) : last;
    if (listens) {
      const credits = await creditsAfter(tx, after, until);
      const members = await currentMembers(
        tx,
        credits.map((one) => one.member_number),
      );
      const happenings = credits.flatMap(({ member_number, transfer_id, at, points }) => {
        const member_id = members.get(member_number);
        const body = { points, occurred_at: at.toISOString() };
        return member_id === undefined ? [] : [{ member_id, cause: `points ${transfer_id}`, at, body }];
      });
      await tellHappenings(tx, ground, "points_credited", happenings);
    }
    await tx.execute("update journeys.movements_heard set after_transfer_id = $1", [until]);
    return until < last;
  });
}

interface TierChanges {
  readonly changes: readonly { readonly member_id: number; readonly direction?: number; readonly to?: string }[];
}

const tierMoved: OutboxHandler = async (tx, ground, events: readonly OutboxEvent<TierChanges>[]) => {
  const names = new Map((await tierChoices(tx)).map(({ tier, zh }) => [tier, zh]));
  for (const { event_id, payload, emitted_at } of events)
    for (const [kind, direction] of DIRECTIONS) {
      const moved = payload.changes.filter((one) => one.direction === direction);
      const happenings = moved.map(({ member_id, to }) => {
        const body = { tier_name: names.get(to ?? ""), occurred_at: emitted_at.toISOString() };
        return { member_id, cause: `event ${event_id}`, at: emitted_at, body };
      });
      await tellHappenings(tx, ground, kind, happenings);
    }
};

const DIRECTIONS = [
  ["tier_up", 1],
  ["tier_down", -1],
] as const;

export const ownEvents: Readonly<Record<string, OutboxHandler>> = { "tiers.changed": tierMoved };

export interface PastHappening {
  readonly member_id: number;
  readonly at: Date;
  readonly kind: string;
  readonly cause: string;
  /** What it says, as it would be told live. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What happened of some kinds between two instants, in the order of time. */
export async function ownHappenings(
  tx: Tx,
  kinds: readonly string[],
  { from, until }: { readonly from: Date; readonly until: Date },
): Promise<PastHappening[]> {
  const found: (Omit<PastHappening, "member_id"> & { readonly number: number })[] = [];
  if (kinds.includes("points_credited"))
    for (const { member_number, transfer_id, at, points } of await creditsBetween(tx, from, until)) {
      const body = { points, occurred_at: at.toISOString() };
      found.push({ number: member_number, at, kind: "points_credited", cause: `points ${transfer_id}`, body });
    }
  const directions = DIRECTIONS.filter(([kind]) => kinds.includes(kind));
  if (directions.length > 0) {
    const names = new Map((await tierChoices(tx)).map(({ tier, zh }) => [tier, zh]));
    for (const { member_number, direction, history_id, at, to_tier } of await tierMovesBetween(tx, from, until)) {
      const kind = directions.find(([, own]) => own === direction)?.[0];
      const body = { tier_name: names.get(to_tier), occurred_at: at.toISOString() };
      if (kind !== undefined) found.push({ number: member_number, at, kind, cause: `tier ${history_id}`, body });
    }
  }
  const members = await currentMembers(
    tx,
    found.map(({ number }) => number),
  );
  return found
    .flatMap(({ number, ...one }) => {
      const member_id = members.get(number);
      return member_id === undefined ? [] : [{ member_id, ...one }];
    })
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());
}
