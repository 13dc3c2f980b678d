import type { Tx } from "../../store/index.ts";
import type { PersonRow } from "../access-store.ts";
import type { ClientKeyRow, ClientRow } from "./client.ts";

const CLIENT = `c.client_id, c.name, c.owner_id, c.permissions, c.stores, c.addresses, c.rate_per_minute, c.made_at, c.revoked_at,
  c.last_used_at, c.last_used_ip, c.last_refused_at, c.last_refused_why, c.last_refused_ip`;

/** Who a key belongs to and what counts at this moment, in one statement. */
export interface FoundKey extends ClientRow {
  readonly key_expires_at: Date;
  readonly key_revoked_at: Date | null;
  readonly owner: Pick<PersonRow, "role" | "scope_regions" | "scope_stores" | "scope_brands"> & {
    readonly disabled: boolean;
  };
  readonly matrix_version: number | null;
}

/** By the hash of a key, in hexadecimal; a key that nobody has is not there. */
export async function clientsOfKeys(
  tx: Tx,
  key_hashes: readonly Buffer[],
  now: Date,
): Promise<ReadonlyMap<string, FoundKey>> {
  const { rows } = await tx.client.query<FoundKey & { readonly key_hash: string }>({
    name: "access_clients_of_keys",
    text: `select encode(k.key_hash, 'hex') as key_hash, ${CLIENT}, k.expires_at as key_expires_at, k.revoked_at as key_revoked_at,
       jsonb_build_object('role', p.role, 'scope_regions', p.scope_regions, 'scope_stores', p.scope_stores,
         'scope_brands', p.scope_brands, 'disabled', p.disabled_at is not null or coalesce(p.leaves_at <= $2, false)) as owner,
       (select version from access.matrix_version where state = 'active') as matrix_version
     from access.client_key k join access.client c using (client_id) join access.person p on p.person_id = c.owner_id
     where k.key_hash = any($1::bytea[])`,
    values: [key_hashes, now],
  });
  return new Map(rows.map(({ key_hash, ...found }) => [key_hash, found]));
}

/** Last use, written once in so many seconds whatever the number of calls and processes. */
export async function touchClient(tx: Tx, client_id: number, now: Date, ip: string, before: Date): Promise<void> {
  await tx.query(
    `update access.client set last_used_at = $2, last_used_ip = $3
     where client_id = $1 and (last_used_at is null or last_used_at <= $4)`,
    [client_id, now, ip, before],
  );
}

export async function touchRefused(
  tx: Tx,
  client_id: number,
  refused: { readonly now: Date; readonly ip: string; readonly why: string; readonly before: Date },
): Promise<void> {
  await tx.query(
    `update access.client set last_refused_at = $2, last_refused_why = $3, last_refused_ip = $4
     where client_id = $1 and (last_refused_at is null or last_refused_at <= $5 or last_refused_why <> $3)`,
    [client_id, refused.now, refused.why, refused.ip, refused.before],
  );
}

export interface ListedClient extends ClientRow {
  readonly owner_name: string;
  readonly owner_role: string;
  readonly owner_disabled: boolean;
}

/** The ones in use first, the newest of each. */
export function listClients(tx: Tx): Promise<ListedClient[]> {
  return tx.query<ListedClient>(
    `select ${CLIENT}, p.name as owner_name, p.role as owner_role, p.disabled_at is not null as owner_disabled
     from access.client c join access.person p on p.person_id = c.owner_id order by c.revoked_at is not null, c.client_id desc`,
  );
}

export function keysOf(tx: Tx, client_ids: readonly number[]): Promise<ClientKeyRow[]> {
  return tx.query<ClientKeyRow>(
    `select key_id, client_id, prefix, made_at, expires_at, revoked_at from access.client_key
     where client_id = any($1) order by key_id desc`,
    [client_ids],
  );
}

/** Locked until the transaction ends: of two rotations at once the second one sees the first. */
export function clientForChange(tx: Tx, client_id: number): Promise<ClientRow | undefined> {
  return tx.one<ClientRow>(`select ${CLIENT} from access.client c where c.client_id = $1 for update`, [client_id]);
}

export interface NewClient {
  readonly name: string;
  readonly owner_id: number;
  readonly permissions: readonly string[];
  readonly stores: readonly string[] | null;
  readonly addresses: readonly string[];
  readonly rate_per_minute: number;
}

/** @returns undefined where another client in use has this name */
export async function insertClient(
  tx: Tx,
  client: NewClient,
  made_by: number,
  made_at: Date,
): Promise<number | undefined> {
  const row = await tx.one<{ client_id: number }>(
    `insert into access.client (name, owner_id, permissions, stores, addresses, rate_per_minute, made_by, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (lower(name)) where revoked_at is null do nothing returning client_id`,
    [
      client.name,
      client.owner_id,
      client.permissions,
      client.stores,
      client.addresses,
      client.rate_per_minute,
      made_by,
      made_at,
    ],
  );
  return row?.client_id;
}

/** @returns false where another client in use has this name */
export async function updateClient(tx: Tx, client_id: number, client: NewClient): Promise<boolean> {
  const changed = await tx.execute(
    `update access.client set name = $2, owner_id = $3, permissions = $4, stores = $5, addresses = $6, rate_per_minute = $7
     where client_id = $1 and not exists (select 1 from access.client o where lower(o.name) = lower($2)
       and o.revoked_at is null and o.client_id <> $1)`,
    [
      client_id,
      client.name,
      client.owner_id,
      client.permissions,
      client.stores,
      client.addresses,
      client.rate_per_minute,
    ],
  );
  return changed > 0;
}

export async function countClients(tx: Tx): Promise<number> {
  const row = await tx.one<{ count: number }>("select count(*) as count from access.client where revoked_at is null");
  return row?.count ?? 0;
}

export async function insertKey(
  tx: Tx,
  key: {
    readonly client_id: number;
    readonly prefix: string;
    readonly key_hash: Buffer;
    readonly made_by: number;
    readonly made_at: Date;
    readonly expires_at: Date;
  },
): Promise<void> {
  await tx.query(
    `insert into access.client_key (client_id, prefix, key_hash, made_by, made_at, expires_at) values ($1, $2, $3, $4, $5, $6)`,
    [key.client_id, key.prefix, key.key_hash, key.made_by, key.made_at, key.expires_at],
  );
}

/** Of the keys before a new one the newest stays good until `ends_at`, the others end now. */
export async function retireKeys(tx: Tx, client_id: number, now: Date, ends_at: Date): Promise<void> {
  await tx.query(
    `update access.client_key set
       revoked_at = case when $3 <= $2 or key_id < (select max(key_id) from access.client_key where client_id = $1) then $2 end,
       expires_at = greatest(made_at, least(expires_at, $3))
     where client_id = $1 and revoked_at is null and expires_at > $2`,
    [client_id, now, ends_at],
  );
}

export async function revokeClient(tx: Tx, client_id: number, by: number, now: Date): Promise<boolean> {
  await tx.query("update access.client_key set revoked_at = $2 where client_id = $1 and revoked_at is null", [
    client_id,
    now,
  ]);
  const revoked = await tx.execute(
    "update access.client set revoked_at = $3, revoked_by = $2 where client_id = $1 and revoked_at is null",
    [client_id, by, now],
  );
  return revoked > 0;
}

export async function revokeKey(tx: Tx, client_id: number, key_id: number, now: Date): Promise<boolean> {
  return (
    (await tx.execute(
      "update access.client_key set revoked_at = $3 where client_id = $1 and key_id = $2 and revoked_at is null",
      [client_id, key_id, now],
    )) > 0
  );
}
