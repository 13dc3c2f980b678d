import { DAY_MS } from "./calendar.ts";
import { joinedAt, rhythmOf } from "./persons.ts";
import { uniformOf } from "./random.ts";
import type { World } from "./world.ts";

/**
 * What is wrong or doubtful about how a person is known. At most one of these for a person:
 * - `couple`: uses the phone of the partner (the person one index before), names and birthdays tell them apart
 * - `couple_silent`: the same, but the records do not tell them apart
 * - `relatives`: same phone, both with an identity card number: two people beyond doubt
 * - `recycled`: holds a number that a customer silent for over 180 days gave up
 * - `number_changed`: a new phone later, same WeChat
 * - `duplicate`: two records in the CRM
 */
export type Mess = "couple" | "couple_silent" | "relatives" | "recycled" | "number_changed" | "duplicate" | undefined;

/** Shares of persons (of pairs of persons for the first three) in a world of full trouble. */
export const MESS_RATES = {
  couple: 0.018,
  couple_silent: 0.002,
  relatives: 0.004,
  recycled: 0.03,
  number_changed: 0.014,
  duplicate: 0.025,
} as const;

const MESS_STREAM = 2;
/** A number goes back to the operator and out again not earlier than this. */
export const RECYCLED_AFTER_DAYS = 200;

function pairMess(world: World, pair: number): "couple" | "couple_silent" | "relatives" | undefined {
  const draw = uniformOf(world.seed, MESS_STREAM, pair, 1);
  const { couple, couple_silent, relatives } = MESS_RATES;
  const scaled = draw / world.trouble;
  if (scaled < couple) return "couple";
  if (scaled < couple + couple_silent) return "couple_silent";
  return scaled < couple + couple_silent + relatives ? "relatives" : undefined;
}

/** The pair's trouble when this person is one of the two. */
export function pairOf(world: World, index: number): { kind: Mess; second: boolean } | undefined {
  const pair = index >> 1;
  if ((pair << 1) + 1 >= world.members) return undefined;
  const kind = pairMess(world, pair);
  return kind === undefined ? undefined : { kind, second: (index & 1) === 1 };
}

export function messOf(world: World, index: number): Mess {
  const pair = pairOf(world, index);
  if (pair !== undefined) return pair.kind;
  const draw = uniformOf(world.seed, MESS_STREAM, index, 2) / world.trouble;
  const { recycled, number_changed, duplicate } = MESS_RATES;
  if (draw < recycled) return formerOwner(world, index) === undefined ? undefined : "recycled";
  if (draw < recycled + number_changed) return "number_changed";
  return draw < recycled + number_changed + duplicate ? "duplicate" : undefined;
}

/** How many earlier persons are asked whether their number is free. */
const CANDIDATES_MAX = 24;

/** Whose number the newcomer got: somebody long silent whose own records are in order. */
export function formerOwner(world: World, index: number): number | undefined {
  const joined = joinedAt(world, index);
  if (joined < world.from + 250 * DAY_MS) return undefined;
  for (let nth = 0; nth < CANDIDATES_MAX; nth++) {
    const candidate = Math.floor(index * uniformOf(world.seed, MESS_STREAM, index, 3, nth));
    const clean = uniformOf(world.seed, MESS_STREAM, candidate, 2) > 0.2 && pairOf(world, candidate) === undefined;
    if (!clean) continue;
    if (rhythmOf(world, candidate).churned + RECYCLED_AFTER_DAYS * DAY_MS < joined) return candidate;
  }
  return undefined;
}
