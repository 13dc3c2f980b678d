import type { Ground } from "../ground.ts";
import { build as q, type Expression } from "../query/index.ts";
import { isLost, type LostRule, rulingCategory, SILENT_DAYS } from "../tags/index.ts";
import { RECORDS_MAX } from "./flow-store.ts";
import { ask } from "./lifecycle.ts";
import { DAYS_SINCE_LAST } from "./silence.ts";

/** Where members who ever bought stand: `active` is new, growing and mature together, which no rule of days parts. */
export const STANDINGS = ["active", "silent", "lost"] as const;
export type Standing = (typeof STANDINGS)[number];

export interface LostWhatIf {
  readonly lost_before: number;
  readonly lost_after: number;
  /** Members who would count as lost and do not now. */
  readonly becomes_lost: number;
  /** Members who count as lost now and would no longer. */
  readonly no_longer_lost: number;
  readonly standings: readonly { readonly standing: Standing; readonly before: number; readonly after: number }[];
  /** Only those who would stand elsewhere. */
  readonly moves: readonly Move[];
}

interface Move {
  readonly from: Standing;
  readonly to: Standing;
  readonly members: number;
}

const standing = (rules: readonly LostRule[]): Expression =>
  q.choose(
    [
      [q.not(q.isKnown(DAYS_SINCE_LAST)), "never_bought"],
      [isLost(DAYS_SINCE_LAST, rulingCategory(), rules), "lost"],
      [q.atLeast(DAYS_SINCE_LAST, SILENT_DAYS), "silent"],
    ],
    "active",
  );

/** Where members stand today by the present rules and by others. Nothing is kept. */
export async function lostWhatIf(
  ground: Ground,
  current: readonly LostRule[],
  draft: readonly LostRule[],
  records_max = RECORDS_MAX,
): Promise<LostWhatIf> {
  const outputs = [
    ["state_before", standing(current)],
    ["state_after", standing(draft)],
  ] as const;
  const sqlOf = (plan: string) =>
    `select state_before, state_after, cast(count(*) as bigint) as members from (${plan}) p group by 1, 2`;
  const pairs: Move[] = [];
  for await (const { rows } of ask(ground, outputs, sqlOf, records_max))
    for (const row of rows)
      pairs.push({
        from: row["state_before"] as Standing,
        to: row["state_after"] as Standing,
        members: Number(row["members"]),
      });
  return told(pairs);
}

function told(pairs: readonly Move[]): LostWhatIf {
  const sum = (test: (move: Move) => boolean) =>
    pairs.reduce((total, move) => total + (test(move) ? move.members : 0), 0);
  return {
    lost_before: sum(({ from }) => from === "lost"),
    lost_after: sum(({ to }) => to === "lost"),
    becomes_lost: sum(({ from, to }) => to === "lost" && from !== "lost"),
    no_longer_lost: sum(({ from, to }) => from === "lost" && to !== "lost"),
    standings: STANDINGS.map((one) => ({
      standing: one,
      before: sum(({ from }) => from === one),
      after: sum(({ to }) => to === one),
    })),
    moves: STANDINGS.flatMap((from) => STANDINGS.map((to) => ({ from, to })))
      .map(({ from, to }) => ({ from, to, members: sum((move) => move.from === from && move.to === to) }))
      .filter(({ from, to, members }) => from !== to && members > 0),
  };
}
