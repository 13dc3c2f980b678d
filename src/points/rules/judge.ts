import type { BusinessDay } from "../../platform/index.ts";
import { type Earned, eventEarns, type MemberFacts, orderEarns } from "./earning.ts";
import type { Cause } from "./facts-store.ts";
import { CapUse, capPeriods, type CapPeriod, type Given } from "./limits.ts";
import type { EarnRule, Programme } from "./programme.ts";

/** The terms under which a cause is judged. */
export interface Judged {
  readonly programme: string;
  readonly version: number;
  readonly definition: Programme;
}

/** What a rule is to give for a cause from now on, and has given so far. */
export interface Change {
  readonly cause: string;
  readonly rule: string;
  readonly owner: number;
  readonly day: BusinessDay;
  readonly before: number;
  readonly points: number;
  /** The rule by its terms; absent where those are not known any more. */
  readonly terms?: { readonly rule: EarnRule; readonly programme: Programme };
  readonly periods: readonly CapPeriod[];
}

export interface Judgement {
  readonly changes: readonly Change[];
  /** Terms of causes that earn for the first time, with the facts that decided. */
  readonly fresh: readonly (Judged & { readonly cause: string; readonly facts: Partial<MemberFacts> })[];
}

export interface JudgeInput {
  /** Causes of one member, oldest first. */
  readonly causes: readonly Cause[];
  /** What the member's numbers have been given, with whether some of it was refused. */
  readonly given: readonly (Given & { readonly refused?: string | null })[];
  /** Terms that a cause has already, or those of its day; undefined: it earns nothing. */
  readonly termsFor: (
    cause: Cause,
  ) => (Judged & { readonly kept?: { readonly facts: Partial<MemberFacts> } }) | undefined;
  /** The terms that a cause was judged by which is gone: what it was given returns to the budget that paid. */
  readonly keptFor?: (cause: string) => Judged | undefined;
}

/**
 * What one member's orders and events are to give, compared with what they have given: a function of nothing but its
 * arguments. Within a limit the earlier cause comes first; what was given stays as long as its cause is worth it.
 */
export function judge({ causes, given, termsFor, keptFor }: JudgeInput): Judgement {
  const use = new CapUse(given);
  const byCause = Map.groupBy(given, (row) => row.cause);
  const changes: Change[] = [];
  const fresh: Judgement["fresh"][number][] = [];
  for (const row of gone(causes, given)) {
    use.add(row.rule, row.day, -row.points);
    const programme = keptFor?.(row.cause)?.definition;
    const rule = programme?.rules.find(({ key }) => key === row.rule);
    const terms = programme === undefined || rule === undefined ? {} : { terms: { rule, programme } };
    changes.push({ ...row, before: row.points, points: 0, periods: [], ...terms });
  }
  for (const cause of causes) {
    const terms = termsFor(cause);
    if (terms === undefined) continue;
    const rows = byCause.get(cause.cause) ?? [];
    const earned = earnedBy(cause, terms);
    const found = changesOf(cause, { earned, rows, terms, use });
    if (found.length === 0) continue;
    changes.push(...found);
    if (terms.kept === undefined) fresh.push({ ...terms, cause: cause.cause, facts: factsOf(cause) });
  }
  return { changes, fresh };
}

/** Given for what is no longer there, or is somebody else's now. */
function gone(causes: readonly Cause[], given: JudgeInput["given"]): JudgeInput["given"] {
  const owners = new Map(causes.map((cause) => [cause.cause, cause.owner]));
  return given.filter((row) => owners.get(row.cause) !== row.owner && row.points > 0);
}

const factsOf = (cause: Cause): Partial<MemberFacts> => ("order" in cause ? cause.order.member : {});

function earnedBy(
  cause: Cause,
  { definition, kept }: { readonly definition: Programme; readonly kept?: { readonly facts: Partial<MemberFacts> } },
): Earned[] {
  if ("event" in cause) return eventEarns(definition, cause.event);
  const { order } = cause;
  return orderEarns(definition, kept === undefined ? order : { ...order, member: { ...order.member, ...kept.facts } });
}

function changesOf(
  cause: Cause,
  {
    earned,
    rows,
    terms,
    use,
  }: {
    readonly earned: readonly Earned[];
    readonly rows: JudgeInput["given"];
    readonly terms: Judged;
    readonly use: CapUse;
  },
): Change[] {
  const own = rows.filter((row) => row.owner === cause.owner);
  const keys = [...new Set([...own.map((row) => row.rule), ...earned.map((one) => one.rule)])];
  return keys.flatMap((key): Change[] => {
    const row = own.find((one) => one.rule === key);
    const rule = terms.definition.rules.find((one) => one.key === key);
    const before = row?.points ?? 0;
    const raw = earned.find((one) => one.rule === key)?.points ?? 0;
    const periods = capPeriods(rule?.caps, cause.day);
    const points = raw <= before ? raw : before + Math.min(raw - before, use.left(key, periods));
    use.add(key, cause.day, points - before);
    if (points === before && (row?.refused ?? null) === null) return [];
    const { day, owner } = cause;
    const of = rule === undefined ? {} : { terms: { rule, programme: terms.definition } };
    return [{ cause: cause.cause, rule: key, owner, day, before, points, periods, ...of }];
  });
}
