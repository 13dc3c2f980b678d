import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import type { PartyView } from "./join-store.ts";
import { maskedValues, memberRowsById, type MemberRow } from "./member-row.ts";
import { conflictRule } from "./rules.ts";

export interface ConflictView {
  readonly conflict_id: number;
  readonly conflict: string;
  readonly conflict_zh: string;
  readonly conflict_en: string;
  readonly hard: boolean;
  readonly state: string;
  readonly found_at: Date;
  readonly closed_at: Date | null;
  readonly reason: string | null;
  readonly evidence: readonly { readonly kind: string; readonly masked: string }[];
  readonly parties: readonly (PartyView & { readonly member_id: number })[];
  /** The two sides as members; one is null while nobody but a device or a bare number is known. */
  readonly members: readonly (MemberRow | null)[];
}

export interface ConflictRow {
  readonly conflict_id: number;
  readonly conflict: string;
  readonly kind: string;
  readonly token: string;
  readonly state: string;
  readonly found_at: Date;
  readonly closed_at: Date | null;
  readonly reason: string | null;
  readonly party_a: number;
  readonly kind_a: string;
  readonly token_a: string;
  readonly member_a: number;
  readonly party_b: number;
  readonly kind_b: string;
  readonly token_b: string;
  readonly member_b: number;
}

const CONFLICTS = `
  select c.conflict_id, c.conflict, c.kind, c.token, c.state, c.found_at, c.closed_at, c.reason,
    c.party_a, a.anchor_kind as kind_a, a.anchor_token as token_a, a.member_id as member_a,
    c.party_b, b.anchor_kind as kind_b, b.anchor_token as token_b, b.member_id as member_b
  from members.conflict c join members.party a on a.party_id = c.party_a join members.party b on b.party_id = c.party_b`;

/** How many identity conflicts wait for a person. */
export async function openConflicts(tx: Tx): Promise<number> {
  const row = await tx.one<{ count: number }>(
    "select count(*)::int as count from members.conflict where state = 'open'",
  );
  return row?.count ?? 0;
}

async function views(tx: Tx, ground: Ground, rows: readonly ConflictRow[]): Promise<ConflictView[]> {
  const masked = await maskedValues(
    tx,
    ground,
    rows.flatMap((row) => [row.token, row.token_a, row.token_b]),
  );
  const members = await memberRowsById(tx, ground, [...new Set(rows.flatMap((row) => [row.member_a, row.member_b]))]);
  const byId = new Map(members.map((row) => [row.member_id, row]));
  return rows.map((row) => {
    const { zh, en, hard } = conflictRule(row.conflict);
    return {
      conflict_id: row.conflict_id,
      conflict: row.conflict,
      conflict_zh: zh,
      conflict_en: en,
      hard,
      state: row.state,
      found_at: row.found_at,
      closed_at: row.closed_at,
      reason: row.reason,
      evidence: [{ kind: row.kind, masked: masked.get(row.token) ?? "***" }],
      parties: [
        { party_id: row.party_a, kind: row.kind_a, masked: masked.get(row.token_a) ?? "***", member_id: row.member_a },
        { party_id: row.party_b, kind: row.kind_b, masked: masked.get(row.token_b) ?? "***", member_id: row.member_b },
      ],
      members: [byId.get(row.member_a) ?? null, byId.get(row.member_b) ?? null],
    };
  });
}

const SHOWN_MAX = 50;

/** Open conflicts that any of these parties is a side of. */
export async function conflictsOfParties(
  tx: Tx,
  ground: Ground,
  party_ids: readonly number[],
): Promise<ConflictView[]> {
  const rows = await tx.query<ConflictRow>(
    `${CONFLICTS} where c.state = 'open' and (c.party_a = any($1::bigint[]) or c.party_b = any($1::bigint[])) order by c.conflict_id limit ${SHOWN_MAX}`,
    [party_ids],
  );
  return views(tx, ground, rows);
}

export interface ConflictPage {
  readonly items: readonly ConflictView[];
  readonly next_cursor: string | null;
  readonly open: number;
}

export async function listConflicts(
  tx: Tx,
  ground: Ground,
  query: { state?: string; conflict?: string; cursor?: string; limit?: number },
): Promise<ConflictPage> {
  const limit = Math.min(query.limit ?? 50, 200);
  const place = decodeCursor(query.cursor, 1);
  const rows = await tx.query<ConflictRow>(
    `${CONFLICTS} where ($1::text is null or c.state = $1) and ($2::text is null or c.conflict = $2) and ($3::bigint is null or c.conflict_id < $3)
     order by c.conflict_id desc limit $4`,
    [query.state ?? "open", query.conflict ?? null, place?.[0] ?? null, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: await views(tx, ground, shown),
    next_cursor: rows.length > limit && last !== undefined ? encodeCursor([last.conflict_id]) : null,
    open: await openConflicts(tx),
  };
}

/** @throws members.conflict_not_found, members.conflict_settled */
export async function openConflict(tx: Tx, conflict_id: number): Promise<ConflictRow> {
  const row = await tx.one<ConflictRow>(`${CONFLICTS} where c.conflict_id = $1 for update of c`, [conflict_id]);
  if (row === undefined) throw problem("members.conflict_not_found", { conflict_id });
  if (row.state !== "open") throw problem("members.conflict_settled", { conflict_id, state: row.state });
  return row;
}

/** Closes a conflict by a person's decision, and with it every other open one between the same two sides. */
export async function closeConflicts(
  tx: Tx,
  sides: readonly [readonly number[], readonly number[]],
  state: "joined" | "kept_apart",
  by: { person_id: number | null; reason: string; now: Date },
): Promise<void> {
  await tx.query(
    `update members.conflict set state = $3, closed_at = $4, person_id = $5, reason = $6 where state in ('open', 'gone')
       and ((party_a = any($1::bigint[]) and party_b = any($2::bigint[])) or (party_a = any($2::bigint[]) and party_b = any($1::bigint[])))`,
    [sides[0], sides[1], state, by.now, by.person_id, by.reason],
  );
}

/** Shows that two sides which share a value were kept apart only because a split would have joined them anew. */
export async function recordHeld(
  tx: Tx,
  sides: readonly [readonly number[], readonly number[]],
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into members.conflict (conflict, party_a, party_b, kind, token, found_at)
     select 'held_after_split', least(x.party_id, y.party_id), greatest(x.party_id, y.party_id), x.kind, x.token, $3
     from members.holding x join members.holding y on y.token = x.token
     where x.party_id = any($1::bigint[]) and y.party_id = any($2::bigint[]) order by x.kind, x.token limit 1
     on conflict do nothing`,
    [sides[0], sides[1], now],
  );
}
