import type { Scope, Tx } from "../../store/index.ts";

export interface ReplyRow {
  readonly reply_key: string;
  readonly sender_token: string;
  readonly effect: "withdrawn" | "nobody" | "kept";
  readonly word: string | null;
  readonly text_sealed: Buffer | null;
  readonly member_ids: readonly number[];
  readonly at: Date;
  readonly heard_at: Date;
}

/** @returns whether it was not there yet */
export async function insertReply(tx: Tx, row: ReplyRow): Promise<boolean> {
  const inserted = await tx.execute(
    `insert into channels.sms_reply (reply_key, sender_token, effect, word, text_sealed, member_ids, at, heard_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (reply_key) do nothing`,
    [row.reply_key, row.sender_token, row.effect, row.word, row.text_sealed, row.member_ids, row.at, row.heard_at],
  );
  return inserted > 0;
}

export interface ListedReply {
  readonly reply_id: number;
  readonly effect: ReplyRow["effect"];
  readonly word: string | null;
  readonly member_ids: readonly number[];
  readonly at: Date;
}

/** Replies, the newest first, of the stores whose members somebody may see. @param before a reply number: those before it */
export function listReplies(tx: Tx, scope: Scope, before: number | null, limit: number): Promise<ListedReply[]> {
  return tx.query(
    `select r.reply_id, r.effect, r.word, r.at, array(
         select n from unnest(r.member_ids) n
         where $3::text[] is null or exists (select from catalogue.members f where f.member_id = n and f.home_store_code = any($3))
       ) as member_ids
     from channels.sms_reply r
     where ($1::bigint is null or r.reply_id < $1) and ($3::text[] is null or exists (
       select from catalogue.members f where f.member_id = any(r.member_ids) and f.home_store_code = any($3)))
     order by r.reply_id desc limit $2`,
    [before, limit, scope.stores === "all" ? null : scope.stores],
  );
}

/** Texts that erased members may have written. That somebody withdrew stays, with nothing that says who. */
export async function forgetReplies(tx: Tx, numbers: readonly number[]): Promise<void> {
  await tx.query(
    `update channels.sms_reply set text_sealed = null, sender_token = '',
       member_ids = array(select unnest(member_ids) except select unnest($1::bigint[]))
     where member_ids && $1::bigint[]`,
    [numbers],
  );
}
