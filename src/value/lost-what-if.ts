import type { Ground } from "../ground.ts";
import { isLost, type LostRule, rulingCategory } from "../tags/index.ts";
import { RECORDS_MAX } from "./flow-store.ts";
import { ask } from "./lifecycle.ts";
import { DAYS_SINCE_LAST } from "./silence.ts";

export interface LostWhatIf {
  readonly lost_before: number;
  readonly lost_after: number;
  /** Members who would count as lost and do not now. */
  readonly becomes_lost: number;
  /** Members who count as lost now and would no longer. */
  readonly no_longer_lost: number;
}

/** How many members count as lost today by the present rules and by others. Nothing is kept. */
export async function lostWhatIf(
  ground: Ground,
  current: readonly LostRule[],
  draft: readonly LostRule[],
  records_max = RECORDS_MAX,
): Promise<LostWhatIf> {
  const outputs = [
    ["lost_before", isLost(DAYS_SINCE_LAST, rulingCategory(), current)],
    ["lost_after", isLost(DAYS_SINCE_LAST, rulingCategory(), draft)],
  ] as const;
  const count = (condition: string, name: string) =>
    `cast(count(case when ${condition} then 1 end) as bigint) as ${name}`;
  const columns = [
    count("lost_before", "lost_before"),
    count("lost_after", "lost_after"),
    count("lost_after and not lost_before", "becomes_lost"),
    count("lost_before and not lost_after", "no_longer_lost"),
  ];
  const sqlOf = (plan: string) => `select ${columns.join(", ")} from (${plan}) p`;
  for await (const { rows } of ask(ground, outputs, sqlOf, records_max)) {
    const found = (name: string) => Number(rows[0]?.[name] ?? 0);
    return {
      lost_before: found("lost_before"),
      lost_after: found("lost_after"),
      becomes_lost: found("becomes_lost"),
      no_longer_lost: found("no_longer_lost"),
    };
  }
  return { lost_before: 0, lost_after: 0, becomes_lost: 0, no_longer_lost: 0 };
}
