import type { Ground } from "../../ground.ts";
import {
  given,
  type GivenKind,
  type OpeningRow,
  refused,
  rowReader,
  type RowOutcome,
  rowsOfKind,
  rowsThere,
} from "../../members/index.ts";
import { problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { lock } from "../dirty-store.ts";
import { evaluate, todayOf } from "../evaluate.ts";
import { ladderState } from "../ladder-store.ts";
import { ownersOf } from "../grant-store.ts";
import {
  addFloors,
  type BroughtTier,
  type Floor,
  floorsOf,
  liftStandings,
  openings,
  rows,
  takeFloors,
  type TierOpening,
} from "./opening-store.ts";
import { type ReadTier, readTier, TIER_FIELDS } from "./reading.ts";

/** One tier of a member, whatever the file says of it. */
const content = (owner: number) => [owner];

/** Tiers that members bring from the system before: a floor until its last day, from which the evaluation goes on. */
export const openingTiers: GivenKind<TierOpening, ReadTier> = {
  store: openings,
  fields: TIER_FIELDS,
  ...rowsOfKind<TierOpening, ReadTier>(rows, content),
  async reader(ground, reading, columns) {
    const state = await ground.store.read(SYSTEM_SCOPE, ladderState);
    if (state === undefined) throw problem("tiers.none_in_force");
    const facts = { ladder: state.definition, today: todayOf(ground) };
    return rowReader(reading, { columns, timezone: ground.config.timezone }, (row) => readTier(row, facts));
  },
  twice: "tiers.opening_member_twice",
  async look(tx, found) {
    const there = await rowsThere({ rows, content }, tx, found);
    return new Map([...there].map((row) => [row, { code: "members.opening_there", params: {} }]));
  },
  async totals(tx, { opening_id }) {
    const line = (what: string) => (sum: { key: string | null; n: number }) => ({ what, ...sum });
    return [
      { what: "members", key: null, n: await rows.members(tx, opening_id) },
      ...(await rows.sums(tx, opening_id, { by: "tier" })).map(line("tier")),
      ...(await rows.sums(tx, opening_id, { by: "until_day", month: true })).map(line("month")),
    ];
  },
  lines: (sums) => sums,
  give,
  takeBack,
};

async function give(
  tx: Tx,
  ground: Ground,
  opening: TierOpening,
  found: readonly OpeningRow<ReadTier>[],
): Promise<RowOutcome[]> {
  await lock(tx);
  const state = await ladderState(tx);
  if (state === undefined) throw problem("tiers.none_in_force");
  const today = todayOf(ground);
  const known = new Set(state.definition.tiers.map((tier) => tier.key));
  const owners = await ownersOf(
    tx,
    found.map(({ owner }) => owner),
  );
  const outcomes: RowOutcome[] = [];
  const tiers: BroughtTier[] = [];
  for (const { row, owner, item } of found) {
    const { tier, from_day, until_day } = item;
    // between the signature and this portion a midnight, an erasure or another ladder may have come
    if (!owners.has(owner)) outcomes.push(refused(row, "members.opening_nobody"));
    else if (!known.has(tier))
      outcomes.push(refused(row, "tiers.opening_tier_unknown", { tier, ladder: state.definition.zh }));
    else if (until_day === null) outcomes.push({ ...given(row, 0), made: null });
    else if (until_day < today) outcomes.push(refused(row, "members.opening_over", { last_day: until_day }));
    else tiers.push({ row, owner, tier, from_day, until_day });
  }
  // everyone stands where the amounts say before what they bring is laid over it
  const members = [...new Set(owners.values())];
  await evaluate(tx, ground, state, members, today);
  const floors = await addFloors(tx, opening, tiers, ground.clock.now());
  await liftStandings(tx, [...floors.values()]);
  await evaluate(tx, ground, state, members, today, "opening");
  const brought = tiers.map(({ row }) => {
    const grant_id = floors.get(row);
    return grant_id === undefined ? refused(row, "members.opening_there") : given(row, grant_id);
  });
  return [...outcomes, ...brought];
}

/** Why a floor stays where it is; null: it goes. */
function staysFor(floor: Floor | undefined): string | null {
  if (floor === undefined || floor.state !== "in_force" || floor.member_id === null) return "tiers.opening_ended";
  if (!floor.lifted) return null;
  if (floor.is_joined) return "tiers.opening_joined";
  return floor.is_as_set ? null : "tiers.opening_changed";
}

async function takeBack(
  tx: Tx,
  ground: Ground,
  _opening: TierOpening,
  found: readonly OpeningRow<ReadTier>[],
): Promise<RowOutcome[]> {
  await lock(tx);
  const state = await ladderState(tx);
  if (state === undefined) throw problem("tiers.none_in_force");
  const owners = await ownersOf(
    tx,
    found.map(({ owner }) => owner),
  );
  const members = [...new Set(owners.values())];
  // what happened meanwhile is seen first
  await evaluate(tx, ground, state, members);
  const floors = await floorsOf(
    tx,
    found.flatMap(({ made }) => made ?? []),
  );
  const outcomes = found.map(({ row, made }): RowOutcome => {
    const why = made === null ? null : staysFor(floors.get(made));
    return { row, state: why === null ? "undone" : "kept", made, why, params: {} };
  });
  const going = outcomes.flatMap(({ state: to, made }) => (to === "undone" && made !== null ? [made] : []));
  await takeFloors(tx, going, "opening_undone", ground.clock.now());
  await evaluate(tx, ground, state, members, todayOf(ground), "opening_undone");
  return outcomes;
}
