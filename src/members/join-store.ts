import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { maskedValues } from "./member-row.ts";
import { ruleSentence } from "./rules.ts";

export interface PartyView {
  readonly party_id: number;
  readonly kind: string;
  readonly masked: string;
}

export interface JoinView {
  readonly join_id: number;
  readonly at: Date;
  readonly rule: string;
  readonly rule_zh: string;
  readonly rule_en: string;
  readonly evidence: readonly { readonly kind: string; readonly masked: string }[];
  readonly parties: readonly PartyView[];
  readonly member_id: number;
  readonly member_kept: number;
  readonly member_absorbed: number;
  readonly person_id: number | null;
  readonly undoable: boolean;
  readonly undone_at: Date | null;
  readonly undone_by: string | null;
  readonly undone_reason: string | null;
}

interface JoinRow {
  readonly join_id: number;
  readonly joined_at: Date;
  readonly rule: string;
  readonly kind: string | null;
  readonly token: string | null;
  readonly party_a: number;
  readonly kind_a: string;
  readonly token_a: string;
  readonly party_b: number;
  readonly kind_b: string;
  readonly token_b: string;
  readonly member_id: number;
  readonly member_kept: number;
  readonly member_absorbed: number;
  readonly person_id: number | null;
  readonly undone_at: Date | null;
  readonly undone_by: string | null;
  readonly undone_reason: string | null;
}

const JOINS = `
  select j.join_id, j.joined_at, j.rule, j.kind, j.token, j.party_a, a.anchor_kind as kind_a, a.anchor_token as token_a,
    j.party_b, b.anchor_kind as kind_b, b.anchor_token as token_b, a.member_id, j.member_kept, j.member_absorbed, j.person_id,
    j.undone_at, j.undone_by, j.undone_reason
  from members.join_log j join members.party a on a.party_id = j.party_a join members.party b on b.party_id = j.party_b`;

async function views(tx: Tx, ground: Ground, rows: readonly JoinRow[]): Promise<JoinView[]> {
  const tokens = rows.flatMap((row) => [row.token, row.token_a, row.token_b]).filter((token) => token !== null);
  const masked = await maskedValues(tx, ground, tokens);
  return rows.map((row) => {
    const { zh, en } = ruleSentence(row.rule);
    return {
      join_id: row.join_id,
      at: row.joined_at,
      rule: row.rule,
      rule_zh: zh,
      rule_en: en,
      evidence:
        row.token === null || row.kind === null ? [] : [{ kind: row.kind, masked: masked.get(row.token) ?? "***" }],
      parties: [
        { party_id: row.party_a, kind: row.kind_a, masked: masked.get(row.token_a) ?? "***" },
        { party_id: row.party_b, kind: row.kind_b, masked: masked.get(row.token_b) ?? "***" },
      ],
      member_id: row.member_id,
      member_kept: row.member_kept,
      member_absorbed: row.member_absorbed,
      person_id: row.person_id,
      undoable: row.undone_at === null,
      undone_at: row.undone_at,
      undone_by: row.undone_by,
      undone_reason: row.undone_reason,
    };
  });
}

const JOINS_SHOWN_MAX = 100;

/** Joins that any of these parties took part in, newest first. */
export async function joinsOfParties(tx: Tx, ground: Ground, party_ids: readonly number[]): Promise<JoinView[]> {
  const rows = await tx.query<JoinRow>(
    `${JOINS} where j.join_id in (
       select join_id from members.join_log where party_a = any($1::bigint[])
       union select join_id from members.join_log where party_b = any($1::bigint[]))
     order by j.join_id desc limit ${JOINS_SHOWN_MAX}`,
    [party_ids],
  );
  return views(tx, ground, rows);
}

export interface JoinPage {
  readonly items: readonly JoinView[];
  readonly next_cursor: string | null;
}

/** All joins, newest first. @param state `standing`, `undone` or all. */
export async function listJoins(
  tx: Tx,
  ground: Ground,
  query: { state?: string; cursor?: string; limit?: number },
): Promise<JoinPage> {
  const limit = Math.min(query.limit ?? 50, 200);
  const place = decodeCursor(query.cursor, 1);
  const condition =
    query.state === "standing" ? "j.undone_at is null" : query.state === "undone" ? "j.undone_at is not null" : "true";
  const rows = await tx.query<JoinRow>(
    `${JOINS} where ${condition} and ($1::bigint is null or j.join_id < $1) order by j.join_id desc limit $2`,
    [place?.[0] ?? null, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: await views(tx, ground, shown),
    next_cursor: rows.length > limit && last !== undefined ? encodeCursor([last.join_id]) : null,
  };
}
