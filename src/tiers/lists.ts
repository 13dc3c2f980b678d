import type { Ground } from "../ground.ts";
import { memberRowsById } from "../members/index.ts";
import { addDays, problem } from "../platform/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import { coverageGaps, dirtyCount } from "./dirty-store.ts";
import { todayOf } from "./evaluate.ts";
import { type LadderDefinition, stepsOf } from "./ladder.ts";
import type { LadderState } from "./ladder-store.ts";
import { type ListQuery, listCounts, listPage, moveCounts, stageCells, tierRows } from "./overview-store.ts";

/** Moves of so many days, today included, are "this week". */
const WEEK_DAYS = 7;
/** By default a member is near the next tier when a tenth of its first threshold is missing. */
const NEAR_PART = 10;

export const nearDefault = (ladder: LadderDefinition): number =>
  Math.max(1, Math.floor((stepsOf(ladder)[1]?.entry_amount ?? 0) / NEAR_PART));

const rulesOf = (ground: Ground, { definition }: LadderState) => ({
  grace_days: definition.grace_days,
  downgrade: definition.downgrade,
  entries: stepsOf(definition)
    .slice(1)
    .map((step) => step.entry_amount),
  today: todayOf(ground),
});

/** Above so many members the page's numbers are counted at most every few seconds. */
const COUNTED_ALWAYS_MAX = 100_000;
const COUNTS_KEPT_MS = 10_000;
/** Different questions of which the answer is kept. */
const KEPT_MAX = 50;
type Overview = Awaited<ReturnType<typeof overview>>;
const kept = new WeakMap<Ground, Map<string, Overview>>();

/** As `overview`; of many members a few seconds old. */
export async function recentOverview(
  tx: Tx,
  ground: Ground,
  state: LadderState,
  scope: Scope,
  within: number,
): Promise<Overview> {
  const answers = kept.get(ground) ?? new Map<string, Overview>();
  kept.set(ground, answers);
  const question = JSON.stringify([state.ladder, state.version, scope.stores, within]);
  const known = answers.get(question);
  if (known !== undefined && ground.clock.now().getTime() - known.counted_at.getTime() < COUNTS_KEPT_MS) return known;
  const fresh = await overview(tx, ground, state, scope, within);
  if (answers.size >= KEPT_MAX) answers.clear();
  if (fresh.members > COUNTED_ALWAYS_MAX) answers.set(question, fresh);
  return fresh;
}

/** The ladder in force with everyone on it: members, amounts, who is near, who would fall, who moved. */
export async function overview(tx: Tx, ground: Ground, state: LadderState, scope: Scope, within: number) {
  const rules = rulesOf(ground, state);
  const week = addDays(rules.today, 1 - WEEK_DAYS);
  const rows = await tierRows(tx);
  const gaps = await coverageGaps(tx);
  const named = new Map(state.definition.tiers.map((tier) => [tier.key, tier]));
  return {
    state: "ready",
    counted_at: ground.clock.now(),
    ladder: state.ladder,
    version: state.version,
    definition: state.definition,
    day: state.day,
    today: rules.today,
    full_at: state.full_at,
    difference: state.difference,
    marked: (await dirtyCount(tx)).marks,
    members: gaps.members,
    coverage: { exactly_one: gaps.members - gaps.without, without: gaps.without, strangers: gaps.strangers },
    tiers: rows.map((row) => ({ ...row, ...pickNames(named.get(row.tier)) })),
    near: { within, by_tier: await listCounts(tx, { list: "near", within }, rules, scope) },
    fall: { by_tier: await listCounts(tx, { list: "fall" }, rules, scope) },
    moved: { since_day: week, ...(await moveCounts(tx, week)) },
  };
}

const pickNames = (tier: LadderDefinition["tiers"][number] | undefined) => ({
  zh: tier?.zh ?? "",
  en: tier?.en ?? "",
  benefits: tier?.benefits ?? [],
});

/** One page of members behind a number of the overview. */
export async function membersOfList(
  tx: Tx,
  ground: Ground,
  state: LadderState,
  query: ListQuery,
  page: { readonly scope: Scope; readonly cursor: string | undefined; readonly limit: number },
) {
  const rules = rulesOf(ground, state);
  const asked: ListQuery =
    query.list === "moved"
      ? { ...query, since_day: query.since_day ?? addDays(rules.today, 1 - WEEK_DAYS) }
      : { ...query, within: query.within ?? nearDefault(state.definition) };
  const rows = await listPage(tx, asked, rules, page.scope, readCursor(page.cursor), page.limit);
  const members = await memberRowsById(
    tx,
    ground,
    rows.map((row) => row.member_id),
  );
  const facts = new Map(rows.map((row) => [row.member_id, row]));
  const last = rows.at(-1);
  return {
    items: members.map((member) => ({ ...member, standing: facts.get(member.member_id) })),
    next_cursor: rows.length === page.limit && last !== undefined ? writeCursor([last.place, last.member_id]) : null,
  };
}

/** Tier × lifecycle stage, and which cells have a treatment. */
export async function coverageMatrix(tx: Tx) {
  const cells = await stageCells(tx);
  const members = cells.reduce((sum, cell) => sum + cell.members, 0);
  // treatments come with journeys; until then no cell has one, and the share says so
  const treated = 0;
  return { members, treated, treatments: 0, cells: cells.map((cell) => ({ ...cell, treatments: 0 })) };
}

const writeCursor = (place: readonly [number, number]) => Buffer.from(place.join(":")).toString("base64url");

/** @throws tiers.cursor_invalid */
function readCursor(cursor: string | undefined): readonly [number, number] | undefined {
  if (cursor === undefined || cursor === "") return undefined;
  const [place, member, ...more] = Buffer.from(cursor, "base64url").toString("utf8").split(":").map(Number);
  if (more.length > 0 || !Number.isSafeInteger(place) || !Number.isSafeInteger(member))
    throw problem("tiers.cursor_invalid");
  return [place ?? 0, member ?? 0];
}
