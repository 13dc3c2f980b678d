import type { Tx } from "../store/index.ts";

export interface Grant {
  readonly grant_id: number;
  readonly member_id: number;
  readonly tier: string;
  readonly from_day: string;
  readonly until_day: string;
  readonly reason: string;
  readonly person_id: number | null;
  readonly granted_at: Date;
  readonly state: "waiting" | "in_force" | "ended";
  readonly ended_at: Date | null;
  readonly end_reason: string | null;
}

const GRANT =
  "g.grant_id, g.member_id, g.tier, g.from_day, g.until_day, g.reason, g.person_id, g.granted_at, g.state, g.ended_at, g.end_reason";

/** Adds a grant in force. A second person's approval will put `waiting` before it. @returns its id. */
export async function addGrant(
  tx: Tx,
  grant: Pick<Grant, "member_id" | "tier" | "from_day" | "until_day" | "reason" | "person_id" | "granted_at">,
): Promise<number> {
  const row = await tx.one<{ grant_id: number }>(
    `insert into tiers.grant (member_id, tier, from_day, until_day, reason, person_id, granted_at, state)
     values ($1, $2, $3, $4, $5, $6, $7, 'in_force') returning grant_id`,
    [grant.member_id, grant.tier, grant.from_day, grant.until_day, grant.reason, grant.person_id, grant.granted_at],
  );
  return row?.grant_id ?? 0;
}

/** The same grant, in force, for several members. */
export async function addGrants(
  tx: Tx,
  member_ids: readonly number[],
  grant: Pick<Grant, "tier" | "from_day" | "until_day" | "reason" | "person_id" | "granted_at">,
): Promise<void> {
  await tx.execute(
    `insert into tiers.grant (member_id, tier, from_day, until_day, reason, person_id, granted_at, state)
     select unnest($1::bigint[]), $2, $3, $4, $5, $6, $7, 'in_force'`,
    [member_ids, grant.tier, grant.from_day, grant.until_day, grant.reason, grant.person_id, grant.granted_at],
  );
}

export async function grantById(tx: Tx, grant_id: number): Promise<Grant | undefined> {
  return tx.one<Grant>(`select ${GRANT} from tiers.grant g where grant_id = $1`, [grant_id]);
}

export async function endGrant(
  tx: Tx,
  grant_id: number,
  by: { readonly person_id: number | null; readonly reason: string; readonly now: Date },
): Promise<void> {
  await tx.query(
    "update tiers.grant set state = 'ended', ended_at = $2, ended_by = $3, end_reason = $4 where grant_id = $1 and state <> 'ended'",
    [grant_id, by.now, by.person_id, by.reason],
  );
}

/** The member who has this number now; undefined when nobody has. */
export async function ownerOf(tx: Tx, number: number): Promise<number | undefined> {
  const row = await tx.one<{ member_id: number | null }>(
    "select member_id from catalogue.parties where party_id = $1",
    [number],
  );
  return row?.member_id ?? undefined;
}

/** The members who have these numbers now. */
export async function ownersOf(tx: Tx, numbers: readonly number[]): Promise<Map<number, number>> {
  const rows = await tx.query<{ party_id: number; member_id: number }>(
    "select party_id, member_id from catalogue.parties where party_id = any($1) and member_id is not null",
    [numbers],
  );
  return new Map(rows.map(({ party_id, member_id }) => [party_id, member_id]));
}

export async function isOfStores(tx: Tx, member_id: number, stores: readonly string[]): Promise<boolean> {
  const row = await tx.one("select 1 from catalogue.members where member_id = $1 and home_store_code = any($2)", [
    member_id,
    stores,
  ]);
  return row !== undefined;
}

/** Grants of a member under any of its numbers, newest first. */
export async function grantsOf(tx: Tx, member_id: number, limit: number): Promise<Grant[]> {
  return tx.query<Grant>(
    `select ${GRANT} from tiers.grant g join catalogue.parties p on p.party_id = g.member_id
     where p.member_id = $1 order by g.grant_id desc limit $2`,
    [member_id, limit],
  );
}

export interface HistoryRow {
  readonly history_id: number;
  readonly number: number;
  readonly ladder: string;
  readonly version: number;
  readonly from_tier: string | null;
  readonly to_tier: string;
  readonly direction: number;
  readonly day: string;
  readonly at: Date;
  readonly reason: string;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** Changes of a member's tier under any of its numbers, newest first. */
export async function historyOf(tx: Tx, member_id: number, limit: number): Promise<HistoryRow[]> {
  return tx.query<HistoryRow>(
    `select h.history_id, h.member_id as number, h.ladder, h.version, h.from_tier, h.to_tier, h.direction, h.day, h.at, h.reason, h.evidence
     from tiers.history h join catalogue.parties p on p.party_id = h.member_id
     where p.member_id = $1 order by h.history_id desc limit $2`,
    [member_id, limit],
  );
}

export interface MemberTier {
  readonly member_id: number;
  readonly ladder: string;
  readonly tier: string;
  readonly tier_rank: number;
  readonly since_day: string | null;
  readonly valid_until: string | null;
  readonly qualifying_minor: number;
  readonly next_tier: string | null;
  readonly to_next_minor: number | null;
  readonly is_manual: boolean;
  readonly to_keep_minor: number | null;
}

export async function memberTier(tx: Tx, member_id: number): Promise<MemberTier | undefined> {
  return tx.one<MemberTier>("select * from catalogue.member_tier where member_id = $1", [member_id]);
}
