import type { TierChange } from "./change-store.ts";
import { periodSql } from "./amount-store.ts";
import type { Evaluation } from "./standing-store.ts";

/**
 * Moves everyone from the steps of the ladder so far to where pg_temp.tier_placed says.
 * @param swap puts the new ladder's steps in the place of the old ones.
 * @returns members whose tier has another name or height now.
 */
export async function moveAll(
  { tx, ground, ladder, steps, today }: Evaluation,
  swap: () => Promise<void>,
): Promise<TierChange[]> {
  await tx.query("create temporary table tier_old_step on commit drop as select rank, tier from tiers.step");
  await swap();
  const { until } = periodSql(ladder.window, "$1::date", "m.join_day");
  await tx.query(
    `with target as (select * from unnest($1::text[]) with ordinality as t (tier, place))
     update tiers.kept k set earned_rank = coalesce(t.place - 1, least(k.earned_rank, $2::int))
     from pg_temp.tier_old_step o left join target t using (tier) where o.rank = k.earned_rank`,
    [steps.map((step) => step.tier), steps.length - 1],
  );
  const changes = await tx.query<TierChange>(
    `with moved as (
       select p.member_id, p.earned_rank, p.rank, p.grant_id, p.mapped_rank, s.since_day, o.tier as from_tier, n.tier as to_tier, p.qualifying,
         n.entry_amount, case when p.earned_rank > 0 then ${until} end as period_until,
         o.tier <> n.tier or p.rank <> p.mapped_rank as is_other
       from pg_temp.tier_placed p join tiers.standing s using (member_id) join catalogue.members m using (member_id)
       join pg_temp.tier_old_step o on o.rank = s.rank join tiers.step n on n.rank = p.rank
     ), written as (
       update tiers.standing s set earned_rank = m.earned_rank, rank = m.rank, grant_id = m.grant_id, period_until = m.period_until,
         since_day = case when m.is_other then $1::date else s.since_day end, amount_until = date '0001-01-01'
       from moved m where m.member_id = s.member_id
     ), noted as (
       insert into tiers.history (member_id, ladder, version, from_tier, to_tier, direction, day, at, reason, evidence)
       select m.member_id, t.ladder, t.version, m.from_tier, m.to_tier, sign(m.rank - m.mapped_rank), $1, $2, 'ladder_changed',
         jsonb_build_object('qualifying', m.qualifying, 'entry', m.entry_amount, 'measure', $3::text)
       from moved m cross join tiers.state t where m.is_other
       returning member_id, from_tier, to_tier, reason, direction
     )
     select member_id, from_tier as "from", to_tier as "to", reason, direction from noted order by member_id`,
    [today, ground.clock.now(), ladder.measure.kind],
  );
  return changes;
}
