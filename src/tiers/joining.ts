/** What a member has earned, apart from the amounts that the sales tell. */
export interface Earned {
  readonly earned_rank: number;
  readonly since_day: string;
  /** Last day of the period whose end decides; null on the lowest step. */
  readonly period_until: string | null;
}

/** One number of a member and what is stored under it. */
export interface StoredNumber {
  readonly number: number;
  /** The member the number belongs to now. */
  readonly owner: number;
  readonly standing: (Earned & { readonly combines: readonly number[] | null }) | null;
  readonly kept: Earned | null;
}

/** What has to be written so that standings follow who is who. */
export interface Regrouping {
  readonly member_id: number;
  readonly earned: Earned;
  /** All numbers that count together; null: the member's own alone. */
  readonly combines: readonly number[] | null;
  /** Own standings to keep for the day a join is undone. */
  readonly keep: readonly (Earned & { readonly number: number })[];
  readonly reason: "joined" | "split";
}

/** The better tier wins; of equal ones the longer period, then the earlier beginning. */
export function betterOf(a: Earned, b: Earned): Earned {
  if (a.earned_rank !== b.earned_rank) return a.earned_rank > b.earned_rank ? a : b;
  const [until_a, until_b] = [a.period_until ?? "", b.period_until ?? ""];
  if (until_a !== until_b) return until_a > until_b ? a : b;
  return a.since_day <= b.since_day ? a : b;
}

/**
 * How one member's standing must change because numbers came to it or left it; undefined when none did. While numbers
 * only come, the standing goes on from where it is; when one leaves, what each of the others had alone counts again.
 */
export function regroup(member_id: number, numbers: readonly StoredNumber[]): Regrouping | undefined {
  const mine = numbers.find((row) => row.number === member_id);
  const current = mine?.standing ?? null;
  const before = current === null ? [] : (current.combines ?? [member_id]);
  const now = numbers.map((row) => row.number).toSorted((a, b) => a - b);
  const came = numbers.filter((row) => !before.includes(row.number));
  const left = before.some((number) => !now.includes(number));
  if (!left && came.length === 0) return undefined;
  const own = numbers.flatMap((row) => {
    const earned = row.kept ?? row.standing;
    return earned === null ? [] : [{ number: row.number, ...plain(earned) }];
  });
  const parts = !left && current !== null ? [current, ...came.flatMap((row) => row.standing ?? row.kept ?? [])] : own;
  const [first, ...rest] = parts;
  if (first === undefined) return undefined;
  return {
    member_id,
    earned: plain(rest.reduce((best: Earned, part) => betterOf(best, part), first)),
    combines: now.length > 1 ? now : null,
    keep: now.length > 1 ? own : [],
    reason: left || current === null ? "split" : "joined",
  };
}

const plain = ({ earned_rank, since_day, period_until }: Earned): Earned => ({ earned_rank, since_day, period_until });
