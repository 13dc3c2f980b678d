import type { Tx } from "../store/index.ts";
import type { CrowdedValue } from "./evidence.ts";
import { LIMITS } from "./rules.ts";

/**
 * Values that too many people share. A quarantine for that reason is a finding, not a decision: it is looked at again
 * whenever somebody who holds the value changes, and goes when stronger evidence shows that its holders are fewer
 * persons. Otherwise it would matter in which order the evidence came.
 */

/**
 * Shared values in quarantine that some of these parties hold, and few enough to be looked at one by one. `offset 0`
 * for the same reason as in component-store.ts: index look-ups whatever the statistics say.
 */
export async function crowdedValuesOf(tx: Tx, party_ids: readonly number[]): Promise<string[]> {
  if (party_ids.length === 0) return [];
  const rows = await tx.query<{ token: string }>(
    `select q.token from (
       select distinct h.token from unnest($1::bigint[]) r (party_id)
       cross join lateral (select token from members.holding where party_id = r.party_id offset 0) h) held
     cross join lateral (
       select token from members.quarantine where token = held.token and reason = 'shared' and released_at is null offset 0) q
     cross join lateral (
       select count(*) as holders from (select 1 from members.holding o where o.token = q.token limit $2 + 1) l) c
     where c.holders <= $2`,
    [party_ids, LIMITS.holders_examined_max],
  );
  return rows.map((row) => row.token);
}

/** Parties that hold one of these values. */
export async function holdersOf(tx: Tx, tokens: readonly string[]): Promise<number[]> {
  if (tokens.length === 0) return [];
  const rows = await tx.query<{ party_id: number }>(
    "select distinct party_id from members.holding where token = any($1::text[])",
    [tokens],
  );
  return rows.map((row) => row.party_id);
}

/** Values more than the allowed number of members hold: they join nobody from now on. What a person released stays so. */
export async function quarantineValues(
  tx: Tx,
  values: readonly CrowdedValue[],
  reason: "shared" | "staff" | "person",
  now: Date,
): Promise<void> {
  if (values.length === 0) return;
  await tx.query(
    `insert into members.quarantine (token, kind, reason, holders, since)
     select token, kind, $4, holders, $5 from unnest($1::text[], $2::text[], $3::int[]) as u (token, kind, holders)
     on conflict (token) do update set reason = excluded.reason, holders = excluded.holders,
         since = case when quarantine.reason = excluded.reason then quarantine.since else excluded.since end
       where quarantine.released_at is null and quarantine.reason = 'shared'
         and (quarantine.reason, quarantine.holders) is distinct from (excluded.reason, excluded.holders)`,
    [values.map((v) => v.token), values.map((v) => v.kind), values.map((v) => v.holders), reason, now],
  );
}

/** Ends the quarantine of values that fewer people share than was thought. */
export async function liftValues(tx: Tx, tokens: readonly string[]): Promise<void> {
  if (tokens.length === 0) return;
  await tx.query(
    "delete from members.quarantine where token = any($1::text[]) and reason = 'shared' and released_at is null",
    [tokens],
  );
}
