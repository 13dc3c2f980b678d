import type { Tx } from "../store/index.ts";
import { type EntityStatement, readStored, type StatedKind, type StoredStatement } from "./reading.ts";
import { copyRows, type Shape } from "./record-set.ts";

export interface EntityKey {
  readonly kind: StatedKind;
  readonly entity: string;
  readonly entity_source_id: number;
}

const STATEMENT: Shape = {
  record_id: "uuid",
  kind: "text",
  entity_source_id: "bigint",
  entity: "text",
  version_at: "timestamptz",
  occurred_at: "timestamptz",
  received_at: "timestamptz",
  party_id: "bigint",
  is_whole: "boolean",
  body: "jsonb",
};

/** One writer at a time: folds read what they replace. */
export async function lockTrade(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('trade', 0))");
}

/** All that was ever said about these entities. */
export async function statementsOf(tx: Tx, keys: readonly EntityKey[]): Promise<EntityStatement[]> {
  if (keys.length === 0) return [];
  const rows = await tx.query<StoredStatement>(
    `select s.record_id, s.kind, s.entity_source_id, s.entity, s.version_at, s.occurred_at, s.received_at, s.party_id, s.is_whole, s.body
     from unnest($1::text[], $2::text[], $3::bigint[]) as k (kind, entity, entity_source_id)
     join trade.statement s using (kind, entity, entity_source_id)`,
    [keys.map((k) => k.kind), keys.map((k) => k.entity), keys.map((k) => k.entity_source_id)],
  );
  return rows.map(readStored);
}

/** Adds statements that are not there yet; the lock keeps them from arriving twice at once. */
export async function insertStatements(tx: Tx, statements: readonly EntityStatement[]): Promise<void> {
  await copyRows(
    tx,
    "trade.statement",
    STATEMENT,
    statements.map((statement) => ({ ...statement, body: statement.stated })),
  );
}

/** Takes statements back. @returns the entities they were about. */
export async function deleteStatements(tx: Tx, record_ids: readonly string[]): Promise<EntityKey[]> {
  return tx.query<EntityKey>(
    `with gone as (delete from trade.statement where record_id = any($1::uuid[]) returning kind, entity, entity_source_id)
     select distinct kind, entity, entity_source_id from gone`,
    [record_ids],
  );
}

/** Which of these records have been taken in already. */
export async function knownRecords(tx: Tx, record_ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ record_id: string }>(
    "select record_id from trade.statement where record_id = any($1::uuid[])",
    [record_ids],
  );
  return new Set(rows.map((row) => row.record_id));
}
