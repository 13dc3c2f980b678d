import type { Tx } from "../../store/index.ts";

/** Calls that one token may make within a minute; the table refuses more. */
export const CALLS_A_MINUTE_MAX = 60;
const MINUTE_MS = 60_000;

export interface SubjectToken {
  readonly token_id: number;
  readonly member_id: number;
  readonly expires_at: Date;
}

export async function insertToken(
  tx: Tx,
  made: { hash: Buffer; member_id: number; made_by: number; made_at: Date; expires_at: Date },
): Promise<number> {
  const row = await tx.one<{ token_id: number }>(
    "insert into trust.subject_token (hash, member_id, made_by, made_at, expires_at) values ($1, $2, $3, $4, $5) returning token_id",
    [made.hash, made.member_id, made.made_by, made.made_at, made.expires_at],
  );
  return row?.token_id ?? 0;
}

/** Counts a call of a token that holds, in the statement that looks it up. `busy`: it holds, and has no call left. */
export async function useToken(tx: Tx, hash: Buffer, now: Date): Promise<SubjectToken | "busy" | undefined> {
  const minute = new Date(now.getTime() - MINUTE_MS);
  const used = await tx.one<SubjectToken>(
    `update trust.subject_token set calls = case when minute_at > $3 then calls + 1 else 1 end,
       minute_at = case when minute_at > $3 then minute_at else $2 end
     where hash = $1 and revoked_at is null and expires_at > $2 and (minute_at is null or minute_at <= $3 or calls < ${CALLS_A_MINUTE_MAX})
     returning token_id, member_id, expires_at`,
    [hash, now, minute],
  );
  if (used !== undefined) return used;
  const held = await tx.one(
    "select 1 from trust.subject_token where hash = $1 and revoked_at is null and expires_at > $2",
    [hash, now],
  );
  return held === undefined ? undefined : "busy";
}

/** Ends every token of these members. */
export async function revokeTokens(tx: Tx, member_ids: readonly number[], now: Date): Promise<number> {
  return tx.execute(
    "update trust.subject_token set revoked_at = $2 where member_id = any($1::bigint[]) and revoked_at is null",
    [member_ids, now],
  );
}

/** Tokens long past their time say nothing any more. */
export async function forgetTokensBefore(tx: Tx, before: Date): Promise<number> {
  return tx.execute("delete from trust.subject_token where expires_at < $1", [before]);
}
