import type { Tx } from "../store/index.ts";
import type { Verdict } from "./split.ts";

export interface Decider {
  readonly person_id: number | null;
  readonly reason: string;
  readonly now: Date;
}

/** Keeps a verdict. @param held_by the decision whose consequences it holds back. */
export async function insertDecision(
  tx: Tx,
  { verdict, sides }: Verdict,
  by: Decider,
  held_by: number | null = null,
): Promise<number> {
  const row = await tx.one<{ decision_id: number }>(
    `insert into members.decision (verdict, person_id, reason, held_by, decided_at) values ($1, $2, $3, $4, $5) returning decision_id`,
    [verdict, by.person_id, by.reason, held_by, by.now],
  );
  if (row === undefined) throw new Error("a decision was not stored");
  const parties = sides.flatMap((side, i) => side.map((party_id) => [party_id, i] as const));
  await tx.query(
    "insert into members.decision_party (decision_id, party_id, side) select $1, * from unnest($2::bigint[], $3::smallint[])",
    [row.decision_id, parties.map(([party_id]) => party_id), parties.map(([, side]) => side)],
  );
  return row.decision_id;
}

/** Takes back verdicts of one kind that stand between two sides, with what they hold back. */
export async function revokeBetween(
  tx: Tx,
  verdict: "join" | "apart",
  sides: readonly [readonly number[], readonly number[]],
  now: Date,
): Promise<void> {
  await tx.query(
    `with between as (
       select distinct d.decision_id from members.decision d
       join members.decision_party x on x.decision_id = d.decision_id
       join members.decision_party y on y.decision_id = d.decision_id and y.side <> x.side
       where d.verdict = $1 and d.revoked_at is null and x.party_id = any($2::bigint[]) and y.party_id = any($3::bigint[]))
     update members.decision set revoked_at = $4
     where revoked_at is null and (decision_id in (select decision_id from between) or held_by in (select decision_id from between))`,
    [verdict, sides[0], sides[1], now],
  );
}

export async function partiesOfMember(tx: Tx, member_id: number): Promise<number[]> {
  const rows = await tx.query<{ party_id: number }>(
    "select party_id from members.party where member_id = $1 order by party_id",
    [member_id],
  );
  return rows.map((row) => row.party_id);
}
