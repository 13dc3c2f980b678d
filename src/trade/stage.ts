import type { Ground } from "../ground.ts";
import type { IdentifiedRecord, StageReject } from "../ingest/index.ts";
import type { Tx } from "../store/index.ts";
import { rebuildMasters, writeStubs } from "./master-rebuild.ts";
import { announce, Changes } from "./changes.ts";
import { isFault, type LineFault } from "./line.ts";
import { sweepStubs } from "./master-store.ts";
import type { OrderBody } from "./order.ts";
import { type EntityStatement, isStated, readRecord, type StatedKind } from "./reading.ts";
import type { ReturnBody } from "./return.ts";
import { rebuildOrders, rebuildReturns } from "./sale-rebuild.ts";
import { settle } from "./settlement.ts";
import {
  deleteStatements,
  type EntityKey,
  insertStatements,
  knownRecords,
  lockTrade,
  statementsOf,
} from "./statement-store.ts";

/** One entity with all that was ever said about it; without statements it has been taken back. */
export interface Entity {
  readonly key: EntityKey;
  readonly statements: readonly EntityStatement[];
}

/**
 * The trade stage of the pipeline: adds the records' statements and folds every entity they speak of anew. A record
 * seen before changes nothing. A few SQL statements whatever the size of the batch.
 */
export async function apply(tx: Tx, ground: Ground, records: readonly IdentifiedRecord[]): Promise<StageReject[]> {
  const mine = records.filter((record) => isStated(record.kind));
  if (mine.length === 0) return [];
  await lockTrade(tx);
  const known = await knownRecords(
    tx,
    mine.map((record) => record.record_id),
  );
  const rejects: StageReject[] = [];
  const fresh = new Map<string, EntityStatement>();
  for (const record of mine) {
    if (known.has(record.record_id)) continue;
    const read = readRecord(record);
    if (isFault(read)) rejects.push({ record_id: record.record_id, code: read.code, params: read.params });
    else fresh.set(read.record_id, read);
  }
  if (fresh.size === 0) return rejects;
  const statements = [...fresh.values()];
  const keys = distinctKeys(statements);
  const before = await statementsOf(tx, keys);
  await insertStatements(tx, statements);
  const changes = await rebuild(tx, ground, entitiesOf(keys, [...before, ...statements]));
  const refused = new Set(rejects.map(({ record_id }) => record_id));
  const taken = mine.filter(
    ({ kind, record_id }) => (kind === "order" || kind === "return") && !refused.has(record_id),
  );
  await announce(tx, ground, changes, new Set(taken.flatMap(({ party_id }) => party_id ?? [])));
  return rejects;
}

/** Takes back what records brought in: their statements go, and the rest is folded anew. */
export async function retract(tx: Tx, ground: Ground, records: readonly IdentifiedRecord[]): Promise<void> {
  await lockTrade(tx);
  const record_ids = records.map((record) => record.record_id);
  const keys = await deleteStatements(tx, record_ids);
  if (keys.length === 0) return;
  const changes = await rebuild(tx, ground, entitiesOf(keys, await statementsOf(tx, keys)));
  const gone = records
    .filter((record) => isStated(record.kind))
    .map(readRecord)
    .filter(isReadable);
  await sweepStubs(tx, skusOf(gone), storesOf(gone), record_ids);
  await announce(tx, ground, changes);
}

async function rebuild(tx: Tx, ground: Ground, entities: readonly Entity[]): Promise<Changes> {
  const byKind = Map.groupBy(entities, (entity) => entity.key.kind);
  const of = (kind: StatedKind) => byKind.get(kind) ?? [];
  const rules = { currency: ground.config.currency, timezone: ground.config.timezone };
  const changes = new Changes();
  await rebuildMasters(tx, { products: of("product"), stores: of("store"), staff: of("staff") });
  const sales = [...of("order"), ...of("return")].flatMap((entity) => entity.statements);
  await writeStubs(tx, sales);
  const orders = await rebuildOrders(tx, rules, of("order"), changes);
  const returns = await rebuildReturns(tx, rules, of("return"), changes);
  const settled = await settle(tx, [...new Set([...orders, ...returns])]);
  changes.settled(settled.orders, settled.returns);
  return changes;
}

const textKey = (key: EntityKey) => `${key.kind}\0${key.entity_source_id}\0${key.entity}`;

function distinctKeys(statements: readonly EntityStatement[]): EntityKey[] {
  const keys = new Map<string, EntityKey>();
  for (const { kind, entity, entity_source_id } of statements) {
    const key = { kind, entity, entity_source_id };
    keys.set(textKey(key), key);
  }
  return [...keys.values()];
}

function entitiesOf(keys: readonly EntityKey[], statements: readonly EntityStatement[]): Entity[] {
  const byKey = Map.groupBy(statements, textKey);
  return keys.map((key) => ({ key, statements: byKey.get(textKey(key)) ?? [] }));
}

function isReadable(read: EntityStatement | LineFault): read is EntityStatement {
  return !isFault(read);
}

function skusOf(statements: readonly EntityStatement[]): string[] {
  const skus = new Set(statements.filter((s) => s.kind === "product").map((s) => s.entity));
  for (const { body } of statements) {
    const lines: readonly { sku: string }[] = (body as OrderBody & ReturnBody).lines ?? [];
    for (const line of lines) skus.add(line.sku);
  }
  return [...skus];
}

function storesOf(statements: readonly EntityStatement[]): string[] {
  return [
    ...new Set(statements.flatMap((s) => (s.kind === "store" ? s.entity : ((s.body as OrderBody).store_code ?? [])))),
  ];
}
