import type { Tx } from "../store/index.ts";
import type { RecordEvidence, SeenHolding, Span } from "./observation.ts";
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
  readonly kept_first_at: Date | null;
  readonly kept_last_at: Date | null;
  readonly kept_stated_at: Date | null;
  readonly kept_ended_at: Date | null;
}

const SPANS = "first_at, last_at, stated_at, ended_at, kept_first_at, kept_last_at, kept_stated_at, kept_ended_at";
const ms = (at: Date | null): number | null => (at === null ? null : at.getTime());

function keptOf(row: PartyRow): Span | null {
  if (row.kept_first_at === null || row.kept_last_at === null) return null;
  return {
    first_ms: row.kept_first_at.getTime(),
    last_ms: row.kept_last_at.getTime(),
    stated_ms: ms(row.kept_stated_at),
    ended_ms: ms(row.kept_ended_at),
  };
}

/** Parties by the identifiers that name them, with all their holdings. */
export async function partiesByAnchor(tx: Tx, anchor_tokens: readonly string[]): Promise<Map<string, KnownParty>> {
  const found = new Map<string, KnownParty>();
  if (anchor_tokens.length === 0) return found;
  const rows = await tx.query<PartyRow>(
    `select p.party_id, p.anchor_token, h.token, ${SPANS}
     from members.party p join members.holding h using (party_id) where p.anchor_token = any($1::text[])`,
    [anchor_tokens],
  );
  for (const row of rows) {
    let party = found.get(row.anchor_token) as { party_id: number; holdings: Map<string, KnownHolding> } | undefined;
    if (party === undefined) {
      party = { party_id: row.party_id, holdings: new Map() };
      found.set(row.anchor_token, party);
    }
    const { first_at, last_at, stated_at, ended_at } = row;
    party.holdings.set(row.token, {
      all: {
        first_ms: first_at.getTime(),
        last_ms: last_at.getTime(),
        stated_ms: ms(stated_at),
        ended_ms: ms(ended_at),
      },
      kept: keptOf(row),
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

const at = (time: number | null | undefined): Date | null =>
  time === null || time === undefined ? null : new Date(time);

/** Adds holdings or widens the times of known ones. */
export async function upsertHoldings(tx: Tx, rows: readonly HoldingRow[]): Promise<void> {
  if (rows.length === 0) return;
  const widened = SPANS.split(", ").map((column) => {
    const wider = column.endsWith("first_at") ? "least" : "greatest";
    return `${column} = ${wider}(h.${column}, excluded.${column})`;
  });
  await tx.query(
    `insert into members.holding as h (party_id, kind, token, source_id, ${SPANS})
     select * from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
       $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[])
     on conflict (party_id, token) do update set ${widened.join(", ")}`,
    [
      rows.map((r) => r.party_id),
      rows.map((r) => r.kind),
      rows.map((r) => r.token),
      rows.map((r) => r.source_id),
      ...[(r: HoldingRow): Span | null => r.all, (r: HoldingRow): Span | null => r.kept].flatMap((span) => [
        rows.map((r) => at(span(r)?.first_ms)),
        rows.map((r) => at(span(r)?.last_ms)),
        rows.map((r) => at(span(r)?.stated_ms)),
        rows.map((r) => at(span(r)?.ended_ms)),
      ]),
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

/** The party that a fact said by a person is kept with: the member's oldest account. */
export async function accountOf(
  tx: Tx,
  parties: readonly number[],
): Promise<{ party_id: number; source_id: number; home_store_code: string | null }> {
  const row = await tx.one<{ party_id: number; source_id: number; home_store_code: string | null }>(
    `select p.party_id, coalesce(p.source_id, 0) as source_id, f.home_store_code
     from members.party p left join members.profile f using (member_id)
     where p.party_id = any($1::bigint[]) order by p.anchor_kind in ('phone', 'email', 'cookie'), p.party_id limit 1`,
    [parties],
  );
  if (row === undefined) throw new Error("a member without a party");
  return row;
}
