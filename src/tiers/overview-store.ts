import type { Scope, Tx } from "../store/index.ts";

export interface TierRow {
  readonly tier: string;
  readonly rank: number;
  readonly entry_amount: number;
  readonly renewal_amount: number;
  readonly members: number;
  /** Of these, held by a grant. */
  readonly granted: number;
  /** Sum of the qualifying amounts of the current window. */
  readonly qualifying: number;
  /** Net spend of the 365 days of RFM, its buyers, and those with two purchase days or more. */
  readonly spend_minor: number;
  readonly buyers: number;
  readonly repeat_buyers: number;
}

/** All tiers of the ladder in force with who stands on them, lowest first. */
export async function tierRows(tx: Tx): Promise<TierRow[]> {
  return tx.query<TierRow>(
    `select p.tier, p.rank, p.entry_amount, p.renewal_amount, count(s.member_id) as members,
       count(*) filter (where s.rank > s.earned_rank) as granted, coalesce(sum(s.qualifying), 0)::bigint as qualifying,
       coalesce(sum(r.m_minor), 0)::bigint as spend_minor, count(r.member_id) as buyers, count(*) filter (where r.f >= 2) as repeat_buyers
     from tiers.step p left join tiers.standing s using (rank) left join catalogue.rfm r on r.member_id = s.member_id
     group by p.rank order by p.rank`,
  );
}

export interface StageCell {
  readonly rank: number;
  /** Null where the stage is not computed yet. */
  readonly stage: string | null;
  readonly members: number;
}

/** Members by tier and lifecycle stage (the tag of that name), without empty cells. */
export async function stageCells(tx: Tx): Promise<StageCell[]> {
  return tx.query<StageCell>(
    `select s.rank, t.value ->> 'lifecycle_stage' as stage, count(*) as members
     from tiers.standing s left join catalogue.member_tags t using (member_id) group by 1, 2 order by 1, 2`,
  );
}

/** How many tiers were changed since a day, by direction; first placements are not counted. */
export async function moveCounts(tx: Tx, since_day: string): Promise<{ up: number; down: number }> {
  const row = await tx.one<{ up: number; down: number }>(
    `select count(distinct member_id) filter (where direction > 0) as up, count(distinct member_id) filter (where direction < 0) as down
     from tiers.history where day >= $1::date and from_tier is not null`,
    [since_day],
  );
  return row ?? { up: 0, down: 0 };
}

/** Which members a list holds. */
export interface ListQuery {
  readonly list: "tier" | "near" | "fall" | "moved";
  /** tier: this tier; near: those whose next tier it is; fall, moved: those who hold it now. */
  readonly tier?: string;
  /** near: at most this much is missing. */
  readonly within?: number;
  /** moved: since this day, in this direction. */
  readonly since_day?: string;
  readonly direction?: "up" | "down";
}

export interface ListRow {
  readonly member_id: number;
  readonly tier: string;
  readonly since_day: string;
  readonly valid_until: string | null;
  readonly qualifying: number;
  readonly next_tier: string | null;
  readonly missing: number | null;
  /** fall: what is missing to keep the tier, the last day to earn it, and the tier otherwise. */
  readonly to_keep: number | null;
  readonly decided_on: string | null;
  readonly falls_to: string | null;
  readonly is_manual: boolean;
  /** moved: the newest change since the day. */
  readonly from_tier: string | null;
  readonly reason: string | null;
  readonly moved_on: string | null;
  readonly place: number;
}

interface ListRules {
  readonly grace_days: number;
  readonly downgrade: "one_step" | "to_earned";
  readonly entries: readonly number[];
  readonly today: string;
}

/** The lists by what orders them: the smaller `place` first, then the member's number. */
const LISTS: Readonly<Record<ListQuery["list"], { readonly place: string; readonly where: string }>> = {
  tier: { place: "-b.qualifying", where: "($5::text is null or b.tier = $5)" },
  near: {
    place: "b.missing",
    where: "b.missing > 0 and b.missing <= b.within and ($5::text is null or b.next_tier = $5)",
  },
  fall: { place: "b.to_keep", where: "b.falls_to_rank < b.rank and ($5::text is null or b.tier = $5)" },
  moved: {
    place: "-b.moved_id",
    where: "b.moved_id is not null and ($5::text is null or b.tier = $5)",
  },
};

/**
 * Standings with what the lists ask of them. $1 grace days, $2 entries above the lowest, $3 one step only, $4 today,
 * $6 what may be missing, $7 and $8 since when and in which direction, $9 stores of the person.
 */
const BASE = `
  with standing as (
    select s.member_id, s.rank, p.tier, s.since_day, case when s.rank > s.earned_rank then g.until_day else s.period_until end as valid_until,
      s.qualifying, n.tier as next_tier, n.entry_amount - s.qualifying as missing, s.rank > s.earned_rank as is_manual, s.period_until,
      e.renewal_amount, s.closing, $6::bigint as within,
      -- in the grace what was bought since counts too
      greatest(s.closing, case when s.period_until < $4::date then s.qualifying else s.closing end) as best
    from tiers.standing s join tiers.step p on p.rank = s.rank left join tiers.step n on n.rank = s.rank + 1
      left join tiers.step e on e.rank = s.earned_rank left join tiers.grant g on g.grant_id = s.grant_id
    where $9::text[] is null or exists (select from catalogue.members m where m.member_id = s.member_id and m.home_store_code = any($9))
  ), judged as (
    select *, width_bucket(best, $2::bigint[]) as reached from standing
  ), base as (
    select j.*, case when j.period_until is null or j.is_manual or j.reached >= j.rank or j.closing >= j.renewal_amount then j.rank
        when $3 then greatest(j.rank - 1, j.reached) else j.reached end as falls_to_rank,
      case when j.period_until is not null then greatest(j.renewal_amount - j.closing, 0) end as to_keep,
      j.period_until + $1::int as decided_on
    from judged j
  ), moved as (
    select distinct on (h.member_id) h.member_id, h.history_id, h.from_tier, h.reason, h.day from tiers.history h
    where $7::date is not null and h.day >= $7::date and h.from_tier is not null and ($8::int is null or h.direction = $8)
    order by h.member_id, h.history_id desc
  ), b as (
    select base.*, m.history_id as moved_id, m.from_tier, m.reason, m.day as moved_on, f.tier as falls_to
    from base left join moved m using (member_id) left join tiers.step f on f.rank = base.falls_to_rank and base.falls_to_rank < base.rank
  )`;

const DIRECTIONS = { up: 1, down: -1 } as const;

function valuesOf(query: ListQuery, rules: ListRules, scope: Scope): unknown[] {
  return [
    rules.grace_days,
    rules.entries,
    rules.downgrade === "one_step",
    rules.today,
    query.tier ?? null,
    query.within ?? null,
    query.since_day ?? null,
    query.direction === undefined ? null : DIRECTIONS[query.direction],
    scope.stores === "all" ? null : scope.stores,
  ];
}

/** A page of a list behind `after`. */
export async function listPage(
  tx: Tx,
  query: ListQuery,
  rules: ListRules,
  scope: Scope,
  after: readonly [number, number] | undefined,
  limit: number,
): Promise<ListRow[]> {
  const { place, where } = LISTS[query.list];
  return tx.query<ListRow>(
    `${BASE}
     select member_id, tier, since_day, valid_until, qualifying, next_tier, missing, to_keep, decided_on, falls_to, is_manual,
       from_tier, reason, moved_on, ${place} as place
     from b where ${where} and ($10::bigint is null or (${place}, member_id) > ($10, $11::bigint))
     order by ${place}, member_id limit $12`,
    [...valuesOf(query, rules, scope), after?.[0] ?? null, after?.[1] ?? null, limit],
  );
}

/** How many members a list holds, by tier (of `near`: by the tier that is near). */
export async function listCounts(
  tx: Tx,
  query: ListQuery,
  rules: ListRules,
  scope: Scope,
): Promise<{ tier: string; members: number; amount: number }[]> {
  const { where } = LISTS[query.list];
  const by = query.list === "near" ? "next_tier" : "tier";
  const amount = query.list === "near" ? "missing" : "to_keep";
  return tx.query(
    `${BASE} select ${by} as tier, count(*) as members, coalesce(sum(${amount}), 0)::bigint as amount from b
     where ${where} group by 1 order by 1`,
    valuesOf(query, rules, scope),
  );
}
