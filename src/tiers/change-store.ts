import { emit, type Tx } from "../store/index.ts";
import { markMembersDirty } from "../tags/index.ts";
import { type Evaluation, grantedSql } from "./standing-store.ts";

/** One member's change of tier. `from` is null for someone who was never placed before. */
export interface TierChange {
  readonly member_id: number;
  readonly from: string | null;
  readonly to: string;
  readonly reason: ChangeReason;
  /** 1: up, −1: down. */
  readonly direction: -1 | 0 | 1;
}

export const CHANGE_REASONS = [
  "placed",
  "earned",
  "fell",
  "granted",
  "grant_ended",
  "joined",
  "split",
  "ladder_changed",
  "corrected",
  "opening",
  "opening_undone",
] as const;
export type ChangeReason = (typeof CHANGE_REASONS)[number];

/** Changes told in one outbox event. */
const CHANGES_MAX = 1_000;

/** Why members were moved by something other than their amounts: filled before `settleRanks`, read by it. */
export async function newMoves(tx: Tx): Promise<void> {
  await tx.query("drop table if exists pg_temp.tier_moved");
  await tx.query(
    "create temporary table tier_moved (member_id bigint primary key, reason text not null, rank int not null) on commit drop",
  );
}

export type MoveReason = "opening" | "opening_undone";

/** Whoever of these is moved by what was just written for them is moved for this reason. */
export async function moveFor(tx: Tx, member_ids: readonly number[], reason: MoveReason): Promise<void> {
  await tx.query(
    `insert into pg_temp.tier_moved select member_id, $2, earned_rank from tiers.standing where member_id = any($1)`,
    [member_ids, reason],
  );
}

/** Grants whose last day has passed end. */
export async function endGrants({ tx, ground, today }: Evaluation): Promise<void> {
  await tx.query(
    `update tiers.grant set state = 'ended', ended_at = $2, end_reason = 'expired'
     where state = 'in_force' and until_day < $1::date`,
    [today, ground.clock.now()],
  );
}

/**
 * Shows the better of what is earned and what is granted, and writes down every change with its reason and amounts.
 * @returns the changes.
 */
export async function settleRanks(evaluation: Evaluation): Promise<TierChange[]> {
  const { tx, ground, ladder, today, member_ids } = evaluation;
  return tx.query<TierChange>(
    `with granted as (${grantedSql("tiers.step", "($3::bigint[] is null or p.member_id = any($3))")}),
     next as (
       select s.member_id, s.rank as old_rank, s.grant_id as old_grant, greatest(s.earned_rank, coalesce(g.rank, 0)) as new_rank,
         case when g.rank > s.earned_rank then g.grant_id end as new_grant
       from tiers.standing s left join granted g using (member_id) where $3::bigint[] is null or s.member_id = any($3)
     ), reasoned as (
       select n.*, c.amount as closed_amount, w.member_id is not null as is_new, m.rank as moved_rank,
         case when w.member_id is not null then 'placed'
           when m.reason is not null then m.reason
           when n.new_rank > n.old_rank then case when n.new_grant is null then 'earned' else 'granted' end
           when n.old_grant is not null then 'grant_ended'
           when c.is_fall then 'fell' else 'corrected' end as reason
       from next n left join pg_temp.tier_closed c using (member_id) left join pg_temp.tier_new w using (member_id)
         left join pg_temp.tier_moved m using (member_id)
       where n.new_rank <> n.old_rank or n.new_grant is distinct from n.old_grant
     ), dated as (
       select r.*, case when r.reason = 'fell' then c.day else $1::date end as day from reasoned r left join pg_temp.tier_closed c using (member_id)
     ), written as (
       update tiers.standing s set rank = r.new_rank, grant_id = r.new_grant,
         since_day = case when r.new_rank = r.old_rank or r.moved_rank = r.new_rank then s.since_day else r.day end
       from dated r where r.member_id = s.member_id
       returning s.member_id, s.rank, s.qualifying, s.previous, s.grant_id
     ), noted as (
       insert into tiers.history (member_id, ladder, version, from_tier, to_tier, direction, day, at, reason, evidence)
       select w.member_id, t.ladder, t.version, case when not r.is_new then o.tier end, n.tier, sign(r.new_rank - r.old_rank), r.day, $2, r.reason,
         jsonb_strip_nulls(jsonb_build_object('qualifying', w.qualifying, 'previous', w.previous, 'closed', r.closed_amount,
           'entry', n.entry_amount, 'grant_id', coalesce(r.new_grant, r.old_grant), 'measure', $4::text))
       from written w join dated r using (member_id) join tiers.step n on n.rank = w.rank join tiers.step o on o.rank = r.old_rank
         cross join tiers.state t
       where r.new_rank <> r.old_rank
       returning member_id, from_tier, to_tier, reason, direction
     )
     select member_id, from_tier as "from", to_tier as "to", reason, direction from noted order by member_id`,
    [today, ground.clock.now(), member_ids, ladder.measure.kind],
  );
}

/** Tells later domains, and the tags, whose tier changed. First placements are known to the tags only. */
export async function announceChanges(tx: Tx, changes: readonly TierChange[], now: Date): Promise<void> {
  const moved = changes.filter((change) => change.from !== null);
  const events: { changes: readonly TierChange[] }[] = [];
  for (let i = 0; i < moved.length; i += CHANGES_MAX) events.push({ changes: moved.slice(i, i + CHANGES_MAX) });
  await emit(tx, "tiers.changed", events);
  await markMembersDirty(
    tx,
    changes.map((change) => change.member_id),
    now,
  );
}
