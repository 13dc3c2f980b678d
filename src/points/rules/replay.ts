import type { Ground } from "../../ground.ts";
import { type BusinessDay, startOfDay, addDays } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { type Cause, eventCauses, orderCauses } from "./facts-store.ts";
import { judge } from "./judge.ts";
import type { Programme } from "./programme.ts";
import { walletsOf } from "./settle-store.ts";

/** Members whose orders are read at once. */
const MEMBERS_A_STEP = 400;
const MEMBERS_SHOWN = 20;

/** What a programme would have given. */
export interface ReplayTotals {
  readonly points: number;
  readonly members: number;
  readonly orders: number;
  /** By rule, most points first. */
  readonly rules: readonly { readonly rule: string; readonly points: number; readonly causes: number }[];
  readonly months: readonly { readonly month: string; readonly points: number }[];
}

/** A programme on real history, beside another one: nothing is given. */
export interface Replay {
  readonly from_day: BusinessDay;
  readonly to_day: BusinessDay;
  /** Members with orders or rewarded events in these days. */
  readonly members: number;
  readonly draft: ReplayTotals;
  readonly against: ReplayTotals | null;
  /** Members who would have got more, less, the same. */
  readonly more: number;
  readonly less: number;
  readonly same: number;
  /** The largest differences either way. */
  readonly examples: readonly {
    readonly member_id: number;
    readonly draft: number;
    readonly against: number;
  }[];
}

class Totals {
  #points = 0;
  #members = 0;
  #orders = 0;
  readonly #rules = new Map<string, { points: number; causes: number }>();
  readonly #months = new Map<string, number>();

  /** @returns what the member gets under the programme */
  add(programme: Programme, causes: readonly Cause[]): number {
    const terms = { programme: programme.key, version: 0, definition: programme };
    const { changes } = judge({ causes, given: [], termsFor: () => terms });
    const orders = new Set<string>();
    let member = 0;
    for (const { rule, points, day, cause } of changes) {
      member += points;
      const known = this.#rules.get(rule) ?? { points: 0, causes: 0 };
      this.#rules.set(rule, { points: known.points + points, causes: known.causes + 1 });
      const month = day.slice(0, 7);
      this.#months.set(month, (this.#months.get(month) ?? 0) + points);
      if (cause.startsWith("order:")) orders.add(cause);
    }
    this.#points += member;
    this.#orders += orders.size;
    if (member > 0) this.#members += 1;
    return member;
  }

  result(): ReplayTotals {
    const rules = [...this.#rules].map(([rule, row]) => ({ rule, ...row })).toSorted((a, b) => b.points - a.points);
    const months = [...this.#months]
      .map(([month, points]) => ({ month, points }))
      .toSorted((a, b) => (a.month < b.month ? -1 : 1));
    return { points: this.#points, members: this.#members, orders: this.#orders, rules, months };
  }
}

const kindsOf = (programmes: readonly Programme[]) => [
  ...new Set(programmes.flatMap(({ rules }) => rules.flatMap((rule) => (rule.kind === "event" ? [rule.event] : [])))),
];

async function causesFrom(
  tx: Tx,
  after: number,
  { programmes, from_day, until }: { programmes: readonly Programme[]; from_day: BusinessDay; until: Date },
): Promise<{ readonly last: number | undefined; readonly causes: Cause[] }> {
  const rows = await tx.query<{ member_id: number }>(
    "select member_id from catalogue.members where member_id > $1 order by member_id limit $2",
    [after, MEMBERS_A_STEP],
  );
  const member_ids = rows.map(({ member_id }) => member_id);
  if (member_ids.length === 0) return { last: undefined, causes: [] };
  const numbers = [...(await walletsOf(tx, member_ids)).values()].flat();
  const orders = await orderCauses(tx, numbers, from_day, until);
  const events = await eventCauses(tx, numbers, { kinds: kindsOf(programmes), since: from_day, until });
  const causes = [...orders, ...events].toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  return { last: member_ids.at(-1), causes };
}

/**
 * What a programme would have given for the real orders and events of some days, beside another one (or nothing).
 * Budgets are taken to suffice; limits count from the first of these days.
 * @param step is told how many members are done, and says whether to go on
 */
export async function replay(
  ground: Ground,
  wanted: {
    readonly draft: Programme;
    readonly against: Programme | null;
    readonly from_day: BusinessDay;
    readonly to_day: BusinessDay;
  },
  step: (done: number) => Promise<boolean>,
): Promise<Replay | undefined> {
  const { draft, against, from_day, to_day } = wanted;
  const programmes = against === null ? [draft] : [draft, against];
  const until = new Date(startOfDay(addDays(to_day, 1), ground.config.timezone).getTime() - 1);
  const [drafted, other] = [new Totals(), new Totals()];
  const counts = { more: 0, less: 0, same: 0, members: 0 };
  let examples: Replay["examples"][number][] = [];
  let [after, done] = [0, 0];
  for (;;) {
    if (!(await step(done))) return undefined;
    const { last, causes } = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      causesFrom(tx, after, { programmes, from_day, until }),
    );
    if (last === undefined) break;
    for (const [member_id, own] of Map.groupBy(causes, (cause) => cause.member_id)) {
      const gets = {
        member_id,
        draft: drafted.add(draft, own),
        against: against === null ? 0 : other.add(against, own),
      };
      counts.members += 1;
      const change = Math.sign(gets.draft - gets.against);
      counts[change > 0 ? "more" : change < 0 ? "less" : "same"] += 1;
      if (change !== 0) examples.push(gets);
    }
    examples = largest(examples);
    [after, done] = [last, done + MEMBERS_A_STEP];
  }
  const result = { draft: drafted.result(), against: against === null ? null : other.result() };
  return { from_day, to_day, ...counts, ...result, examples };
}

function largest(examples: readonly Replay["examples"][number][]): Replay["examples"][number][] {
  const sorted = examples.toSorted((a, b) => b.draft - b.against - (a.draft - a.against) || a.member_id - b.member_id);
  if (sorted.length <= 2 * MEMBERS_SHOWN) return sorted;
  return [...sorted.slice(0, MEMBERS_SHOWN), ...sorted.slice(-MEMBERS_SHOWN)];
}
