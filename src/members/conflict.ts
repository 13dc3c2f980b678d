import { ACCOUNT_KINDS, LIMITS, type ConflictKind } from "./rules.ts";
import type { Holding, Party } from "./evidence.ts";
import { birthdaysAgree, birthdaysDiffer, namesAgree, namesDiffer } from "./person-trait.ts";

/** What speaks for two groups of parties being one person besides a shared value: 0, 1 (name or birthday) or 2. */
export function agreement(x: readonly Party[], y: readonly Party[]): number {
  const names = namesAgree(
    x.flatMap((p) => p.names),
    y.flatMap((p) => p.names),
  );
  const birthdays = birthdaysAgree(
    x.flatMap((p) => p.birthdays),
    y.flatMap((p) => p.birthdays),
  );
  return Number(names) + Number(birthdays);
}

/** The reason, if any, why two parties can never be one person, whatever value they share. */
export function hardConflict(p: Party, q: Party): ConflictKind | null {
  if (valuesDiffer(p, q, "id_number")) return "id_number_differs";
  if (valuesDiffer(p, q, "unionid")) return "unionid_differs";
  if (unbound(p, q) || unbound(q, p)) return "source_apart";
  if (namesDiffer(p.names, q.names) && birthdaysDiffer(p.birthdays, q.birthdays)) return "person_differs";
  return null;
}

function valuesDiffer(p: Party, q: Party, kind: "id_number" | "unionid"): boolean {
  const mine = p.holdings.filter((h) => h.kind === kind && h.ended_day === null);
  const theirs = q.holdings.filter((h) => h.kind === kind && h.ended_day === null);
  if (mine.length === 0 || theirs.length === 0) return false;
  return !mine.some((h) => theirs.some((other) => other.token === h.token));
}

/** Whether `p` was once bound to the account that names `q`, and the source took that back. */
function unbound(p: Party, q: Party): boolean {
  if (!ACCOUNT_KINDS.has(q.anchor.kind)) return false;
  return p.holdings.some((h) => h.ended_day !== null && h.token === q.anchor.token);
}

/** Reasons that stop one shared value from joining two groups, though nothing forbids that they are one person. */
export function doubt(
  x: readonly Party[],
  y: readonly Party[],
  holding: { kind: string; token: string },
): ConflictKind | null {
  if (holding.kind !== "phone" && holding.kind !== "email") return null;
  const agreed = agreement(x, y);
  if (holding.kind === "phone") {
    const passedOn = numberPassedOn(x, y, holding.token, agreed);
    if (passedOn !== null) return passedOn;
  }
  if (agreed > 0) return null;
  const names = [x.flatMap((p) => p.names), y.flatMap((p) => p.names)] as const;
  const birthdays = [x.flatMap((p) => p.birthdays), y.flatMap((p) => p.birthdays)] as const;
  if (namesDiffer(...names)) return "name_differs";
  if (birthdaysDiffer(...birthdays)) return "birthday_differs";
  return sameSourceTwice(x, y) ? "same_source_twice" : null;
}

function sameSourceTwice(x: readonly Party[], y: readonly Party[]): boolean {
  return x.some(
    (p) =>
      ACCOUNT_KINDS.has(p.anchor.kind) &&
      p.anchor.kind !== "unionid" &&
      y.some(
        (q) => q.anchor.kind === p.anchor.kind && q.source_id === p.source_id && q.anchor.token !== p.anchor.token,
      ),
  );
}

interface Span {
  readonly first: number;
  readonly last: number;
  readonly given_up: number | null;
}

/**
 * Whether a number has passed from one owner to the next between the two groups. The earlier group's hold on it lasts
 * as long as the account was seen at all, unless it took another number or the source unbound it.
 */
function numberPassedOn(x: readonly Party[], y: readonly Party[], token: string, agreed: number): ConflictKind | null {
  const mine = spanOf(x, token);
  const theirs = spanOf(y, token);
  const [early, late] = mine.first <= theirs.first ? [mine, theirs] : [theirs, mine];
  const newcomer = mine.first <= theirs.first ? y : x;
  const veteran = mine.first <= theirs.first ? x : y;
  // Name and birthday both the same: the same person came back.
  if (agreed === 2) return null;
  if (early.given_up !== null && late.first > early.given_up && agreed === 0) return "number_given_up";
  if (late.first - early.last <= LIMITS.recycled_days) return null;
  return bringsNewWechat(newcomer, veteran) ? "number_recycled" : null;
}

function spanOf(group: readonly Party[], token: string): Span {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  let given_up: number | null = null;
  let kept = false;
  for (const party of group) {
    const holding = party.holdings.find((h) => h.token === token);
    if (holding === undefined) continue;
    const seen = party.holdings.find((h) => h.token === party.anchor.token)?.last_day ?? holding.last_day;
    const end = endOf(party, holding);
    first = Math.min(first, holding.first_day);
    last = Math.max(last, end === null ? Math.max(seen, holding.last_day) : holding.last_day);
    if (end === null) kept = true;
    else given_up = Math.max(given_up ?? end, end);
  }
  return { first, last, given_up: kept ? null : given_up };
}

/** The day on which an account stopped using a number: unbound by the source, or another number stated in its place. */
function endOf(party: Party, holding: Holding): number | null {
  if (holding.ended_day !== null) return holding.ended_day;
  if (!ACCOUNT_KINDS.has(party.anchor.kind)) return null;
  const successors = party.holdings
    .filter((h) => h.kind === holding.kind && h.stated && h.token !== holding.token && h.first_day > holding.last_day)
    .map((h) => h.first_day);
  return successors.length === 0 ? null : Math.min(...successors);
}

function bringsNewWechat(newcomer: readonly Party[], veteran: readonly Party[]): boolean {
  const known = new Set(veteran.flatMap((p) => p.holdings.map((h) => h.token)));
  return newcomer.some((p) =>
    p.holdings.some((h) => (h.kind === "openid" || h.kind === "unionid") && !known.has(h.token)),
  );
}
