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
  readonly text_sealed: Buffer | null;
  readonly member_ids: readonly number[];
  readonly at: Date;
  readonly answered_at: Date | null;
  readonly answered_by: number | null;
}

export interface ReplyFilter {
  /** open: another text that nobody has answered yet. */
  readonly effect?: ReplyRow["effect"] | "open" | undefined;
  readonly member_id?: number | undefined;
  readonly sender_token?: string | undefined;
}

const STORES =
  "coalesce(exists (select from catalogue.members f where f.member_id = any(r.member_ids) and f.home_store_code = any($1)), false)";
const SEEN = `($1::text[] is null or ${STORES})`;
const storesOf = (scope: Scope) => (scope.stores === "all" ? null : scope.stores);

/** Replies, the newest first, of the stores whose members somebody may see. @param before a reply number: those before it */
export function listReplies(
  tx: Tx,
  scope: Scope,
  filter: ReplyFilter,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<ListedReply[]> {
  return tx.query(
    `select r.reply_id, r.effect, r.word, r.text_sealed, r.at, r.answered_at, r.answered_by, array(
         select n from unnest(r.member_ids) n
         where $1::text[] is null or exists (select from catalogue.members f where f.member_id = n and f.home_store_code = any($1))
       ) as member_ids
     from channels.sms_reply r
     where ${SEEN} and ($2::bigint is null or r.reply_id < $2)
       and ($4::text is null or r.effect = $4 or ($4 = 'open' and r.effect = 'kept' and r.answered_at is null))
       and ($5::bigint is null or r.member_ids @> array[$5::bigint]) and ($6::text is null or r.sender_token = $6)
     order by r.reply_id desc limit $3`,
    [storesOf(scope), before, limit, filter.effect ?? null, filter.member_id ?? null, filter.sender_token ?? null],
  );
}

/** Notes that a reply was answered, or was not. @returns whether it is one that asks for an answer and may be seen */
export async function markAnswered(
  tx: Tx,
  scope: Scope,
  reply_id: number,
  answered: { readonly at: Date; readonly by: number | null } | null,
): Promise<boolean> {
  const found = await tx.execute(
    `update channels.sms_reply r set answered_at = $3, answered_by = $4 where ${SEEN} and r.reply_id = $2 and r.effect = 'kept'`,
    [storesOf(scope), reply_id, answered?.at ?? null, answered?.by ?? null],
  );
  return found > 0;
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
