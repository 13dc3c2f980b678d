import { DAY_MS, dayOf, SeasonPlan, startOfDay } from "./calendar.ts";
import { PERSONS_MAX } from "./phones.ts";

/** The size, seed and span of one world. Everything else follows from these by arithmetic. */
export interface World {
  /** How many have joined when the history is HISTORY_DAYS old: what the pace of joining follows from. */
  readonly members: number;
  /** Persons there may be: the members, and whoever joins until the last slice of the history is over. */
  readonly persons: number;
  readonly seed: number;
  /** First instant of the recorded history (00:00 Asia/Shanghai) and the end of it, exclusive. */
  readonly from: number;
  readonly until: number;
  /** First and last day number. */
  readonly day_from: number;
  readonly day_to: number;
  readonly seasons: SeasonPlan;
  /** How many of the identities are in trouble: MESS_RATES times this. */
  readonly trouble: number;
  /** Whether deliveries are late, repeated and out of order at the rates of DELIVERY. */
  readonly untidy: boolean;
}

export interface WorldOptions {
  readonly members?: number;
  readonly seed?: number;
  /** End of the history; the caller's clock, nothing here reads the time. */
  readonly until: Date;
  /** Start of the history; two years before `until` by default. Keep it and move `until` to let the same world live on. */
  readonly from?: Date;
  readonly untidy?: boolean;
  /** 1 for tests of identity; a fifth of it by default, so that a demo shows a handful of open questions. */
  readonly trouble?: number;
}

export const MEMBERS_DEFAULT = 6_000;
export const SEED_DEFAULT = 20_260_218;
/** Two years before the last closed day, and some days more: growth and repurchase rates need 730 days behind them. */
export const HISTORY_DAYS = 735;
/** Members join over this many days before the history begins. */
export const JOINED_BEFORE_DAYS = 1_460;

/** Share of the members who had joined before the history began, and how the pace of joining bends after that. */
export const JOINED_BEFORE_SHARE = 0.45;
export const JOINING_BEND = 0.9;
/** No slice of the history is longer (stream.ts). */
export const SLICE_DAYS_MAX = 28;

/** No person with this index or a higher one joins in the first `days` of the history: joinedAt the other way round. */
function personsWithin(members: number, days: number): number {
  const share = JOINED_BEFORE_SHARE + (1 - JOINED_BEFORE_SHARE) * (days / HISTORY_DAYS) ** (1 / JOINING_BEND);
  return Math.min(PERSONS_MAX, Math.max(members, Math.ceil(share * members)));
}

/** Share of the deliveries that come late, twice or before what they follow. */
export const DELIVERY = { late: 0.008, repeated: 0.005, late_days_max: 3 } as const;

export function createWorld(options: WorldOptions): World {
  const members = options.members ?? MEMBERS_DEFAULT;
  if (!Number.isSafeInteger(members) || members < 1 || members > PERSONS_MAX) {
    throw new RangeError(`members is ${members}; it should be a whole number from 1 to ${PERSONS_MAX}`);
  }
  const until = options.until.getTime();
  const day_to = dayOf(until - 1);
  const day_from = options.from === undefined ? day_to + 1 - HISTORY_DAYS : dayOf(options.from.getTime());
  if (day_to < day_from) throw new RangeError("until lies before the start of the history");
  return {
    members,
    // The last slice is lived to its end, then cut: also those who join there must be the same wherever the history ends.
    persons: personsWithin(members, day_to + 1 + SLICE_DAYS_MAX - day_from),
    seed: options.seed ?? SEED_DEFAULT,
    from: startOfDay(day_from),
    until,
    day_from,
    day_to,
    // A slice may be made past the end before it is cut, and joins reach back: the plan covers both.
    seasons: new SeasonPlan(day_from - JOINED_BEFORE_DAYS, Math.max(day_to, day_from + HISTORY_DAYS) + 40),
    trouble: options.trouble ?? 0.2,
    untidy: options.untidy ?? true,
  };
}

/** Day `n` of the history as an instant. */
export function worldInstant(world: World, days: number): number {
  return world.from + days * DAY_MS;
}
