import type { Tx } from "../store/index.ts";

/** Members who would go from one tier to another. */
export interface Move {
  readonly from_rank: number;
  readonly to_rank: number;
  readonly direction: -1 | 0 | 1;
  readonly members: number;
  /** Net spend of the 365 days of RFM. */
  readonly spend_minor: number;
  readonly examples: readonly number[];
}

const EXAMPLES = 3;

/** The matrix of pg_temp.tier_placed against the present standings. */
export async function moveMatrix(tx: Tx): Promise<Move[]> {
  const rows = await tx.query<Omit<Move, "examples"> & { examples: readonly string[] }>(
    `select coalesce(s.rank, 0) as from_rank, p.rank as to_rank, sign(p.rank - p.mapped_rank)::int as direction, count(*) as members,
       coalesce(sum(r.m_minor), 0)::bigint as spend_minor,
       (array_agg(p.member_id order by p.qualifying desc, p.member_id))[1:${EXAMPLES}] as examples
     from pg_temp.tier_placed p left join tiers.standing s using (member_id) left join catalogue.rfm r using (member_id)
     group by 1, 2, 3 order by 1, 2, 3`,
  );
  return rows.map((row) => ({ ...row, examples: row.examples.map(Number) }));
}

export interface PlacedTier {
  readonly rank: number;
  readonly members: number;
  readonly spend_minor: number;
  readonly qualifying: number;
}

/** Members and spend of each tier as simulated, empty ones too. */
export async function placedTiers(tx: Tx, tiers: number): Promise<PlacedTier[]> {
  return tx.query<PlacedTier>(
    `select t.rank, count(p.member_id) as members, coalesce(sum(r.m_minor), 0)::bigint as spend_minor,
       coalesce(sum(p.qualifying), 0)::bigint as qualifying
     from generate_series(0, $1::int - 1) t (rank) left join pg_temp.tier_placed p using (rank) left join catalogue.rfm r using (member_id)
     group by t.rank order by t.rank`,
    [tiers],
  );
}
