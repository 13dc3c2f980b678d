import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { BenefitDefinition } from "./benefit.ts";

export interface Waiting {
  readonly entitlement_id: number;
  readonly benefit: string;
  readonly owner: number;
  readonly period: string;
  readonly due_day: BusinessDay;
  readonly last_day: BusinessDay | null;
  readonly definition: BenefitDefinition;
  /** The member who has the number now; null: erased. */
  readonly member_id: number | null;
  /** The same of the same period was given under another number of the member. */
  readonly given_already: boolean;
}

/** The next that are due or are to be tried again, locked; others work on others. */
export async function waitingEntitlements(tx: Tx, today: BusinessDay, limit: number): Promise<Waiting[]> {
  return tx.query<Waiting>(
    `with next as materialized (
       select entitlement_id from benefits.entitlement
       where state = 'due' or (state = 'failed' and retry_day <= $1::date)
       order by entitlement_id limit $2 for update skip locked
     )
     select e.entitlement_id, e.benefit, e.owner, e.period, e.due_day, e.last_day, v.definition, p.member_id,
       exists (select from catalogue.parties o join benefits.entitlement s on s.owner = o.party_id
         where o.member_id = p.member_id and s.benefit = e.benefit and s.period = e.period and s.entitlement_id <> e.entitlement_id
           and (s.state in ('granted', 'fulfilled', 'expired') or (s.state = 'due' and s.entitlement_id < e.entitlement_id)))
         as given_already
     from next n join benefits.entitlement e using (entitlement_id)
     join benefits.benefit_version v using (benefit, version)
     left join catalogue.parties p on p.party_id = e.owner
     order by e.entitlement_id`,
    [today, limit],
  );
}

/** What became of one. */
export interface Outcome {
  readonly entitlement_id: number;
  readonly state: "granted" | "fulfilled" | "failed";
  readonly reason: string | null;
  readonly retry_day: BusinessDay | null;
  readonly last_day: BusinessDay | null;
  readonly issuance_id: number | null;
  readonly points: number | null;
}

export async function writeOutcomes(tx: Tx, outcomes: readonly Outcome[], now: Date): Promise<void> {
  if (outcomes.length === 0) return;
  await tx.query(
    `update benefits.entitlement e set state = o.state, reason = o.reason, retry_day = o.retry_day, last_day = o.last_day,
       issuance_id = o.issuance_id, points = o.points, attempts = attempts + 1,
       granted_at = case when o.state = 'failed' then null else $8::timestamptz end,
       ended_at = case when o.state = 'granted' then null else $8::timestamptz end
     from unnest($1::bigint[], $2::text[], $3::text[], $4::date[], $5::date[], $6::bigint[], $7::bigint[])
       as o (entitlement_id, state, reason, retry_day, last_day, issuance_id, points)
     where e.entitlement_id = o.entitlement_id`,
    [
      outcomes.map((one) => one.entitlement_id),
      outcomes.map((one) => one.state),
      outcomes.map((one) => one.reason),
      outcomes.map((one) => one.retry_day),
      outcomes.map((one) => one.last_day),
      outcomes.map((one) => one.issuance_id),
      outcomes.map((one) => one.points),
      now,
    ],
  );
}

/** The newest batch of each coupon that still has codes and days to give. */
export async function openBatches(
  tx: Tx,
  coupons: readonly string[],
  today: BusinessDay,
): Promise<Map<string, number>> {
  const rows = await tx.query<{ coupon: string; batch_id: number }>(
    `select distinct on (c.key) c.key as coupon, b.batch_id
     from benefits.batch b join benefits.coupon c using (coupon_id)
     where c.key = any($1) and b.kind = 'unique' and b.state = 'open' and c.state = 'live' and b.made < b.number
       and (b.last_day is null or b.last_day >= $2::date)
     order by c.key, b.batch_id desc`,
    [coupons, today],
  );
  return new Map(rows.map((row) => [row.coupon, row.batch_id]));
}

/** All numbers of members. */
export async function numbersOfMembers(tx: Tx, member_ids: readonly number[]): Promise<Map<number, number[]>> {
  const rows = await tx.query<{ member_id: number; numbers: number[] }>(
    `select member_id, array_agg(party_id order by party_id) as numbers from catalogue.parties
     where member_id = any($1::bigint[]) group by member_id`,
    [member_ids],
  );
  return new Map(rows.map((row) => [row.member_id, row.numbers]));
}

/** Of what was granted and not taken in time. @returns how many */
export async function expireGranted(tx: Tx, today: BusinessDay, now: Date, limit: number): Promise<number> {
  return tx.execute(
    `update benefits.entitlement e set state = 'expired', ended_at = $2,
       reason = case v.definition->'give'->>'kind' when 'redemption' then 'not_redeemed' when 'invitation' then 'not_attended'
         else 'not_collected' end
     from (select entitlement_id from benefits.entitlement where state = 'granted' and last_day < $1::date
       order by last_day, entitlement_id limit $3 for update skip locked) n, benefits.benefit_version v
     where e.entitlement_id = n.entitlement_id and v.benefit = e.benefit and v.version = e.version`,
    [today, now, limit],
  );
}

export interface Reminded {
  readonly entitlement_id: number;
  readonly owner: number;
  readonly benefit: string;
  readonly last_day: BusinessDay;
}

/** Marks as reminded whoever is to be: once each. */
export async function takeReminders(tx: Tx, today: BusinessDay, now: Date, limit: number): Promise<Reminded[]> {
  return tx.query<Reminded>(
    `update benefits.entitlement e set reminded_at = $2
     from (select g.entitlement_id from benefits.entitlement g join benefits.benefit_version v using (benefit, version)
       where g.state = 'granted' and g.reminded_at is null and g.last_day >= $1::date
         and g.last_day - (v.definition->>'remind_days')::int <= $1::date
       order by g.entitlement_id limit $3 for update of g skip locked) n
     where e.entitlement_id = n.entitlement_id returning e.entitlement_id, e.owner, e.benefit, e.last_day`,
    [today, now, limit],
  );
}

/** Makes due what another domain gives, each once for its key. */
export async function insertEntitled(
  tx: Tx,
  one: { readonly benefit: string; readonly version: number; readonly due_day: BusinessDay; readonly now: Date },
  gifts: readonly { readonly member_id: number; readonly key: string }[],
): Promise<void> {
  await tx.execute(
    `insert into benefits.entitlement (benefit, version, owner, period, due_day, made_at)
     select $1, $2, u.owner, u.key, $3, $4 from unnest($5::bigint[], $6::text[]) u (owner, key)
     on conflict on constraint entitlement_once do nothing`,
    [
      one.benefit,
      one.version,
      one.due_day,
      one.now,
      gifts.map((gift) => gift.member_id),
      gifts.map((gift) => gift.key),
    ],
  );
}
