import type { Ground } from "../ground.ts";
import { memberRowsById } from "../members/index.ts";
import type { Tx } from "../store/index.ts";
import { todayOf } from "./evaluate.ts";
import { type LadderDefinition, stepsOf } from "./ladder.ts";
import { placeAll, prepare } from "./standing-store.ts";
import { type Move, moveMatrix, type PlacedTier, placedTiers } from "./what-if-store.ts";

export interface WhatIf {
  readonly day: string;
  readonly protect: boolean;
  readonly members: number;
  readonly up: number;
  readonly down: number;
  readonly same: number;
  /** From the present tier (rank in the ladder in force) to the one of the ladder tried. */
  readonly moves: readonly Move[];
  readonly tiers: readonly PlacedTier[];
}

/**
 * What putting a ladder in force would do to everyone today, counted from the present standings. Nothing is kept.
 * @param protect a higher tier that is held stays until its period ends.
 */
export async function simulate(
  tx: Tx,
  ground: Ground,
  definition: LadderDefinition,
  protect: boolean,
): Promise<WhatIf> {
  const today = todayOf(ground);
  await prepare(tx, null);
  await placeAll({ tx, ground, ladder: definition, steps: stepsOf(definition), today, member_ids: null }, protect);
  const moves = await moveMatrix(tx);
  const sum = (wanted: (move: Move) => boolean) =>
    moves.filter(wanted).reduce((total, move) => total + move.members, 0);
  return {
    day: today,
    protect,
    members: sum(() => true),
    up: sum((move) => move.direction > 0),
    down: sum((move) => move.direction < 0),
    same: sum((move) => move.direction === 0),
    moves,
    tiers: await placedTiers(tx, stepsOf(definition).length),
  };
}

/** A simulation with its examples as whoever asks may see them: members of other stores than theirs are left out. */
export async function withExamples(tx: Tx, ground: Ground, result: WhatIf) {
  const rows = await memberRowsById(tx, ground, [...new Set(result.moves.flatMap((move) => move.examples))]);
  const names = new Map(rows.map((row) => [row.member_id, row.name_masked]));
  const moves = result.moves.map((move) => ({
    ...move,
    examples: move.examples
      .filter((member_id) => names.has(member_id))
      .map((member_id) => ({ member_id, name_masked: names.get(member_id) ?? null })),
  }));
  return { ...result, moves };
}
