import type { Ground } from "../../ground.ts";
import { addDays, type BusinessDay } from "../../platform/index.ts";
import { emit, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import type { Settle } from "../ledger/command.ts";
import { slideWithin } from "../ledger/slide-store.ts";
import { settleWithin } from "../ledger/within.ts";
import { lastDayOf, slideOf } from "./expiry.ts";
import { type Cause, eventCauses, orderCauses } from "./facts-store.ts";
import { type Change, judge, type Judgement } from "./judge.ts";
import type { EarnRule, Programme } from "./programme.ts";
import { allTerms, type Terms, termsOn } from "./programme-store.ts";
import {
  type CapUseChange,
  changeCapUse,
  type EarningRow,
  earningsOf,
  keepEarnings,
  keepTerms,
  takeMarks,
  termsOf,
  trySettleLock,
  walletsOf,
} from "./settle-store.ts";

/** Marks taken at once: some tenths of a second, of which the ledger is locked for the last part. */
export const MARKS_MAX = 500;

/** What a rule of a cause is called in the ledger. */
export const referenceOf = ({ cause, rule, owner }: Pick<Change, "cause" | "rule" | "owner">): string =>
  `${cause}:${rule}:${owner}`;

/** The budget that pays, and the programme's where that is another one. Limits count on the day of what earned. */
function budgetsOf(rule: EarnRule, programme: Programme, budget_day: BusinessDay) {
  const budget = rule.budget ?? programme.budget;
  if (budget === undefined) return {};
  const within = programme.budget;
  return { budget, budget_day, ...(within === undefined || within === budget ? {} : { within }) };
}

/** The ledger's command that brings a rule's points for a cause to what they are to be. */
function commandOf(change: Change, wallet: readonly number[]): Settle {
  const { owner, points, day, terms } = change;
  const base = { type: "settle", owner, wallet, points, reference: referenceOf(change) } as const;
  if (terms === undefined) return base;
  const { rule, programme } = terms;
  const active_from = addDays(day, rule.pending_days ?? programme.pending_days);
  const expiry = rule.expiry ?? programme.expiry;
  const last_day = lastDayOf(expiry, active_from);
  // the order itself is the first activity, and it counts by its own day
  const slide = slideOf(expiry, day);
  return {
    ...base,
    active_from,
    ...(last_day === null ? {} : { last_day }),
    ...(slide === undefined ? {} : { slide }),
    ...budgetsOf(rule, programme, day),
  };
}

/** Events that any terms reward. */
export const eventKinds = (terms: readonly Terms[]): string[] => [
  ...new Set(
    terms.flatMap(({ definition }) => definition.rules.flatMap((rule) => (rule.kind === "event" ? [rule.event] : []))),
  ),
];

/**
 * Brings what members have earned to what their orders and events are worth now, in the caller's transaction. Doing it
 * twice changes nothing more. @param strangers numbers that are no member's: what they were given is taken back
 * @returns how many points of rules, and numbers whose points live longer, changed
 */
export async function settleMembers(
  tx: Tx,
  ground: Ground,
  { member_ids, strangers = [] }: { readonly member_ids: readonly number[]; readonly strangers?: readonly number[] },
): Promise<number> {
  const terms = await allTerms(tx);
  const since = terms.at(-1)?.from_day;
  if (since === undefined || (member_ids.length === 0 && strangers.length === 0)) return 0;
  const now = ground.clock.now();
  const wallets = await walletsOf(tx, member_ids);
  const numbers = [...wallets.values()].flat();
  const given = await earningsOf(tx, [...numbers, ...strangers]);
  const causes = [
    ...(await orderCauses(tx, numbers, since, now)),
    ...(await eventCauses(tx, numbers, { kinds: eventKinds(terms), since, until: now })),
  ];
  const judgements = await judgeAll(tx, { terms, wallets, given, causes, strangers });
  const changes = judgements.flatMap((one) => one.changes);
  const fresh = judgements.flatMap((one) => one.fresh);
  await keepTerms(
    tx,
    fresh.map(({ cause, programme, version, facts }) => ({ cause, programme, version, facts })),
    now,
  );
  const walletOf = new Map([...wallets.values()].flatMap((numbers) => numbers.map((number) => [number, numbers])));
  await write(tx, ground, changes, (owner) => walletOf.get(owner) ?? [owner]);
  const moved = await slideWithin(tx, ground, [...wallets.values()]);
  if (moved.length > 0) await emit(tx, "points.changed", [{ party_ids: moved }]);
  return changes.length + moved.length;
}

async function judgeAll(
  tx: Tx,
  {
    terms,
    wallets,
    given,
    causes,
    strangers,
  }: {
    readonly terms: readonly Terms[];
    readonly wallets: ReadonlyMap<number, readonly number[]>;
    readonly given: readonly EarningRow[];
    readonly causes: readonly Cause[];
    readonly strangers: readonly number[];
  },
): Promise<Judgement[]> {
  const kept = await termsOf(tx, [...new Set([...given, ...causes].map(({ cause }) => cause))]);
  const versions = new Map(terms.map((one) => [`${one.programme} ${one.version}`, one]));
  const termsFor = (cause: Cause) => {
    const own = kept.get(cause.cause);
    const found = own === undefined ? termsOn(terms, cause.day) : versions.get(`${own.programme} ${own.version}`);
    if (found === undefined) return undefined;
    return own === undefined ? found : { ...found, kept: own };
  };
  const causesOf = Map.groupBy(causes, (cause) => cause.member_id);
  const givenTo = Map.groupBy(given, (row) => row.owner);
  const lists = [...wallets].map(([member_id, numbers]) => ({
    causes: (causesOf.get(member_id) ?? []).toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0)),
    given: numbers.flatMap((number) => givenTo.get(number) ?? []),
  }));
  const keptFor = (cause: string) => {
    const own = kept.get(cause);
    return own === undefined ? undefined : versions.get(`${own.programme} ${own.version}`);
  };
  const alone = strangers.map((number) => ({ causes: [], given: givenTo.get(number) ?? [] }));
  return [...lists, ...alone].map((list) => judge({ ...list, termsFor, keptFor }));
}

/** Writes what changed: limits first, whose constraint may refuse, then the ledger, whose lock is held the shortest. */
async function write(
  tx: Tx,
  ground: Ground,
  changes: readonly Change[],
  walletOf: (owner: number) => readonly number[],
): Promise<void> {
  if (changes.length === 0) return;
  const commands = changes.map((change) => commandOf(change, walletOf(change.owner)));
  const outcomes = await settleWithin(tx, ground, commands);
  const rows = changes.map((change, at): EarningRow => {
    const outcome = outcomes[at];
    const refused = outcome !== undefined && "refused" in outcome ? outcome.refused : null;
    const { cause, rule, owner, day, points, before } = change;
    return { cause, rule, owner, day, points: refused === null ? points : before, refused, wanted: points };
  });
  const uses = changes.flatMap(({ owner, rule, periods, before }, at): CapUseChange[] =>
    periods.map(({ period, cap }) => ({ owner, rule, period, cap, change: (rows[at]?.points ?? before) - before })),
  );
  await changeCapUse(tx, uses);
  await keepEarnings(tx, rows);
  await emit(tx, "points.changed", [{ party_ids: [...new Set(changes.map(({ owner }) => owner))] }]);
}

/** One round of the worker: the oldest marks. @returns how many it took */
export async function settleMarked(ground: Ground): Promise<number> {
  const round = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    if (!(await trySettleLock(tx))) return { marks: 0, changed: 0 };
    const marked = await takeMarks(tx, MARKS_MAX);
    return { marks: marked.marks, changed: await settleMembers(tx, ground, marked) };
  });
  if (round.changed > 0) ground.signals.emit("points.changed", {});
  return round.marks;
}

/** Until nothing is marked any more: for tests and seeding. */
export async function settleEarnings(ground: Ground): Promise<void> {
  while ((await settleMarked(ground)) > 0);
}
