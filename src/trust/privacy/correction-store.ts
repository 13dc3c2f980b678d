import type { Tx } from "../../store/index.ts";

export interface CorrectionRow {
  readonly request_id: number;
  readonly member_id: number;
  readonly field: string;
  readonly record_id: string;
  readonly before_sealed: Buffer | null;
  readonly made_at: Date;
  readonly undo_until: Date;
  readonly keep_until: string;
  readonly undone_at: Date | null;
  readonly undone_reason: string | null;
}

const COLUMNS =
  "request_id, member_id, field, record_id, before_sealed, made_at, undo_until, keep_until, undone_at, undone_reason";

export async function insertCorrection(
  tx: Tx,
  made: Omit<CorrectionRow, "undone_at" | "undone_reason">,
): Promise<void> {
  await tx.query(
    `insert into trust.correction (request_id, member_id, field, record_id, before_sealed, made_at, undo_until, keep_until)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      made.request_id,
      made.member_id,
      made.field,
      made.record_id,
      made.before_sealed,
      made.made_at,
      made.undo_until,
      made.keep_until,
    ],
  );
}

export function correctionOf(tx: Tx, request_id: number): Promise<CorrectionRow | undefined> {
  return tx.one<CorrectionRow>(`select ${COLUMNS} from trust.correction where request_id = $1`, [request_id]);
}

/** Marks it as taken back, in the statement that judges whether it still may be. @returns undefined when it may not */
export function markCorrectionUndone(
  tx: Tx,
  request_id: number,
  by: { readonly person_id: number | null; readonly reason: string; readonly now: Date },
): Promise<CorrectionRow | undefined> {
  return tx.one<CorrectionRow>(
    `update trust.correction set undone_at = $2, undone_by = $3, undone_reason = $4
     where request_id = $1 and undone_at is null and undo_until >= $2 returning ${COLUMNS}`,
    [request_id, by.now, by.person_id, by.reason],
  );
}

/** Takes the earlier values away: those past their day, or those of members. @returns their requests */
export async function dropCorrections(
  tx: Tx,
  {
    today,
    now,
    member_ids,
  }: { readonly today: string; readonly now: Date; readonly member_ids: readonly number[] | null },
): Promise<number[]> {
  const rows = await tx.query<{ request_id: number }>(
    `update trust.correction set before_sealed = null, dropped_at = $2
     where before_sealed is not null and case when $3::bigint[] is null then keep_until <= $1::date
       else member_id = any($3) or member_id in (select member_id from catalogue.parties where party_id = any($3)) end
     returning request_id`,
    [today, now, member_ids],
  );
  return rows.map(({ request_id }) => request_id);
}
