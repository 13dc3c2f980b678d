import type { Tx } from "../store/index.ts";
import type { RecordEvidence, SeenHolding } from "./observation.ts";
import type { KnownHolding, KnownParty } from "./party-memory.ts";

const IDENTITY_LOCK = 480_821;

/** One writer of identities at a time: the pipeline, or a person's decision. Ends with the transaction. */
export async function lockIdentities(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock($1)", [IDENTITY_LOCK]);
}

interface PartyRow {
  readonly party_id: number;
  readonly anchor_token: string;
  readonly token: string;
  readonly first_at: Date;
  readonly last_at: Date;
  readonly stated_at: Date | null;
  readonly ended_at: Date | null;
  readonly lasting: boolean;
}

/** Parties by the identifiers that name them, with all their holdings. */
export async function partiesByAnchor(tx: Tx, anchor_tokens: readonly string[]): Promise<Map<string, KnownParty>> {
  const found = new Map<string, KnownParty>();
  if (anchor_tokens.length === 0) return found;
  const rows = await tx.query<PartyRow>(
    `select p.party_id, p.anchor_token, h.token, h.first_at, h.last_at, h.stated_at, h.ended_at, h.lasting
     from members.party p join members.holding h using (party_id) where p.anchor_token = any($1::text[])`,
    [anchor_tokens],
  );
  for (const row of rows) {
    let party = found.get(row.anchor_token) as { party_id: number; holdings: Map<string, KnownHolding> } | undefined;
    if (party === undefined) {
      party = { party_id: row.party_id, holdings: new Map() };
      found.set(row.anchor_token, party);
    }
    party.holdings.set(row.token, {
      first_ms: row.first_at.getTime(),
      last_ms: row.last_at.getTime(),
      stated_ms: row.stated_at?.getTime() ?? null,
      ended_ms: row.ended_at?.getTime() ?? null,
      lasting: row.lasting,
    });
  }
  return found;
}

export interface NewParty {
  readonly kind: string;
  readonly token: string;
  readonly source_id: number;
}

/** Makes parties in the order given; each begins as a member of its own. @returns their ids by anchor token. */
export async function insertParties(tx: Tx, parties: readonly NewParty[], now: Date): Promise<Map<string, number>> {
  if (parties.length === 0) return new Map();
  const rows = await tx.query<{ party_id: number; anchor_token: string }>(
    `insert into members.party (party_id, anchor_kind, anchor_token, member_id, source_id, made_at)
     select id, kind, token, id, source_id, $4 from (
       select nextval('members.party_party_id_seq') as id, kind, token, source_id
       from unnest($1::text[], $2::text[], $3::bigint[]) with ordinality as u (kind, token, source_id, place) order by place) n
     returning party_id, anchor_token`,
    [parties.map((p) => p.kind), parties.map((p) => p.token), parties.map((p) => p.source_id), now],
  );
  return new Map(rows.map((row) => [row.anchor_token, row.party_id]));
}

export type HoldingRow = SeenHolding & { readonly party_id: number; readonly source_id: number };

const at = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));

/** Adds holdings or widens the times of known ones. */
export async function upsertHoldings(tx: Tx, rows: readonly HoldingRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into members.holding as h (party_id, kind, token, source_id, first_at, last_at, stated_at, ended_at, lasting)
     select * from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::boolean[])
     on conflict (party_id, token) do update set first_at = least(h.first_at, excluded.first_at),
       last_at = greatest(h.last_at, excluded.last_at), stated_at = greatest(h.stated_at, excluded.stated_at),
       ended_at = greatest(h.ended_at, excluded.ended_at), lasting = h.lasting or excluded.lasting`,
    [
      rows.map((r) => r.party_id),
      rows.map((r) => r.kind),
      rows.map((r) => r.token),
      rows.map((r) => r.source_id),
      rows.map((r) => at(r.first_ms)),
      rows.map((r) => at(r.last_ms)),
      rows.map((r) => at(r.stated_ms)),
      rows.map((r) => at(r.ended_ms)),
      rows.map((r) => r.lasting),
    ],
  );
}

/** Keeps what each record that may be taken back evidences. */
export async function insertEvidence(tx: Tx, rows: readonly (RecordEvidence & { party_id: number })[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into members.evidence (record_id, party_id, token, kind, source_id, at, stated, ends)
     select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[], $7::boolean[], $8::boolean[])
     on conflict do nothing`,
    [
      rows.map((r) => r.record_id),
      rows.map((r) => r.party_id),
      rows.map((r) => r.token),
      rows.map((r) => r.kind),
      rows.map((r) => r.source_id),
      rows.map((r) => r.at),
      rows.map((r) => r.stated),
      rows.map((r) => r.ends),
    ],
  );
}

/** Which of these values join nobody at present. */
export async function barredAmong(tx: Tx, tokens: readonly string[]): Promise<Set<string>> {
  if (tokens.length === 0) return new Set();
  const rows = await tx.query<{ token: string }>(
    "select token from members.quarantine where token = any($1::text[]) and released_at is null",
    [tokens],
  );
  return new Set(rows.map((row) => row.token));
}
