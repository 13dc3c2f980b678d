import type { Tx } from "../store/index.ts";
import { highValueAmong } from "../value/index.ts";
import type { JourneyDefinition } from "./definition.ts";

export type Priority = NonNullable<JourneyDefinition["priority"]>;

const RANK: Readonly<Record<Priority, number>> = { low: 2, normal: 5, high: 8 };
const OF_HIGH_VALUE = 1;

/**
 * How urgent a journey's messages to some members are, 0 to 9: between journeys as it was said, and within a journey members
 * of high value first, when caps, budgets or a channel's capacity are short.
 */
export async function prioritiesOf(
  tx: Tx,
  { priority = "normal" }: Pick<JourneyDefinition, "priority">,
  member_ids: readonly number[],
): Promise<(member_id: number) => number> {
  const valued = member_ids.length === 0 ? new Set<number>() : await highValueAmong(tx, [...new Set(member_ids)]);
  return (member_id) => RANK[priority] + (valued.has(member_id) ? OF_HIGH_VALUE : 0);
}
