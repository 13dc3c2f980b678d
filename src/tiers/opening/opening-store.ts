import { type Opening, openingRows, openingStore, type TotalLine } from "../../members/index.ts";
import type { Tx } from "../../store/index.ts";
import type { ReadTier } from "./reading.ts";

export type TierOpening = Opening<readonly TotalLine[]>;
export const openings = openingStore<TierOpening>("tiers");
export const rows = openingRows<ReadTier>("tiers");

/** A tier to be held until a day, by a member's number. */
export interface BroughtTier {
  readonly row: number;
  readonly owner: number;
  readonly tier: string;
  readonly from_day: string;
  readonly until_day: string;
}

/** Writes the floors. @returns their numbers by row */
export async function addFloors(
  tx: Tx,
  { opening_id, file_name }: TierOpening,
  tiers: readonly BroughtTier[],
  now: Date,
): Promise<Map<number, number>> {
  const made = await tx.query<{ grant_id: number; member_id: number }>(
    `insert into tiers.grant (member_id, tier, from_day, until_day, reason, person_id, granted_at, state, opening_id)
     select b.owner, b.tier, b.from_day, b.until_day, $2, (select made_by from tiers.opening where opening_id = $1), $3, 'in_force', $1
     from json_to_recordset($4) as b (owner bigint, tier text, from_day date, until_day date)
     on conflict (member_id) where opening_id is not null and state = 'in_force' do nothing
     returning grant_id, member_id`,
    [opening_id, file_name, now, JSON.stringify(tiers)],
  );
  const byOwner = new Map(made.map(({ member_id, grant_id }) => [member_id, grant_id]));
  return new Map(tiers.flatMap(({ row, owner }) => (byOwner.has(owner) ? [[row, byOwner.get(owner) ?? 0]] : [])));
}

/**
 * Lets the standings of whoever has those floors go on from there, where that is better than what they have earned, and
 * keeps what they had. @returns the members whose standing was lifted
 */
export async function liftStandings(tx: Tx, grant_ids: readonly number[]): Promise<number[]> {
  const lifted = await tx.query<{ member_id: number }>(
    `with brought as (
       select distinct on (p.member_id) p.member_id, g.grant_id, g.from_day, g.until_day, t.rank
       from tiers.grant g join catalogue.parties p on p.party_id = g.member_id join tiers.step t on t.tier = g.tier
       where g.grant_id = any($1) and p.member_id is not null
       order by p.member_id, t.rank desc, g.until_day desc, g.grant_id
     ), better as (
       select b.*, s.earned_rank, s.since_day, s.period_until from brought b join tiers.standing s using (member_id)
       where b.rank > s.earned_rank or (b.rank = s.earned_rank and b.until_day > s.period_until)
     ), noted as (
       insert into tiers.opening_standing (grant_id, member_id, before_rank, before_since, before_until, set_rank, set_until)
       select grant_id, member_id, earned_rank, since_day, period_until, rank, until_day from better
     )
     update tiers.standing s set earned_rank = b.rank, period_until = b.until_day, amount_until = date '0001-01-01',
       since_day = case when b.rank > s.rank then b.from_day else s.since_day end
     from better b where s.member_id = b.member_id returning s.member_id`,
    [grant_ids],
  );
  return lifted.map(({ member_id }) => member_id);
}

/** The floors of rows as they are now, with the standing that each made and the one that is there. */
export interface Floor {
  readonly grant_id: number;
  readonly state: string;
  /** The member who has the number now. */
  readonly member_id: number | null;
  readonly lifted: boolean;
  readonly is_joined: boolean;
  readonly is_as_set: boolean;
}

export async function floorsOf(tx: Tx, grant_ids: readonly number[]): Promise<Map<number, Floor>> {
  const found = await tx.query<Floor>(
    `select g.grant_id, g.state, p.member_id, o.grant_id is not null as lifted,
       p.member_id is distinct from g.member_id or s.combines is not null as is_joined,
       coalesce(s.earned_rank = o.set_rank and s.period_until = o.set_until, false) as is_as_set
     from tiers.grant g left join catalogue.parties p on p.party_id = g.member_id
     left join tiers.opening_standing o using (grant_id) left join tiers.standing s on s.member_id = p.member_id
     where g.grant_id = any($1)`,
    [grant_ids],
  );
  return new Map(found.map((floor) => [floor.grant_id, floor]));
}

/** Ends floors, and gives the standings that they lifted back what they had. @returns the members */
export async function takeFloors(tx: Tx, grant_ids: readonly number[], reason: string, now: Date): Promise<number[]> {
  const ended = await tx.query<{ member_id: number }>(
    `update tiers.grant g set state = 'ended', ended_at = $2, end_reason = $3 from catalogue.parties p
     where g.grant_id = any($1) and g.state = 'in_force' and p.party_id = g.member_id and p.member_id is not null returning p.member_id`,
    [grant_ids, now, reason],
  );
  await tx.query(
    `update tiers.standing s set earned_rank = o.before_rank, period_until = o.before_until, amount_until = date '0001-01-01',
       since_day = case when s.rank = o.set_rank then o.before_since else s.since_day end
     from tiers.opening_standing o where o.grant_id = any($1) and s.member_id = o.member_id`,
    [grant_ids],
  );
  return ended.map(({ member_id }) => member_id);
}
