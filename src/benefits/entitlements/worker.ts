import type { Ground } from "../../ground.ts";
import { type Loop, startLoop } from "../../platform/index.ts";
import type { OutboxEvent, OutboxHandler } from "../../store/index.ts";
import { membersOf } from "./due-store.ts";
import { dueToday, workOnBenefits } from "./turn.ts";

const LOOK_EVERY_MS = 5_000;

type Changed = {
  readonly member_id?: number;
  readonly member_ids?: readonly number[];
  readonly party_ids?: readonly number[];
  readonly changes?: readonly { readonly member_id: number }[];
};

/** Whoever came to a tier, arrived or told a birthday today is due today. */
const due: OutboxHandler = async (tx, ground, events: readonly OutboxEvent<Changed>[]) => {
  const member_ids = events.flatMap(({ payload }) => [
    ...(payload.member_ids ?? []),
    ...(payload.member_id === undefined ? [] : [payload.member_id]),
    ...(payload.changes ?? []).map((change) => change.member_id),
  ]);
  const party_ids = events.flatMap(({ payload }) => [...(payload.party_ids ?? [])]);
  await dueToday(tx, ground, await membersOf(tx, { member_ids, party_ids }));
};

export const benefitEvents: Readonly<Record<string, OutboxHandler>> = {
  "tiers.changed": due,
  "members.created": due,
  "members.changed": due,
  "members.joined": due,
  "members.split": due,
};

/** Turns days and grants; looking for work is a few look-ups by index. */
export function startBenefits(ground: Ground): Loop {
  return startLoop(() => workOnBenefits(ground), {
    idle_ms: LOOK_EVERY_MS,
    onError: (error) => ground.log.error({ error: String(error) }, "the work on benefits failed"),
  });
}
