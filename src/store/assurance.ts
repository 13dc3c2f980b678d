import { ROLES } from "./roles.ts";
import type { Tx } from "./store.ts";

/** What the database says of itself, for whoever assesses the installation. */
export interface DatabaseFacts {
  readonly checksums: boolean;
  readonly role: string;
  readonly superuser: boolean;
  readonly bypasses_rows: boolean;
  /** Tables of the domains that the application's role owns: none, or it could change their policies. */
  readonly owned_tables: number;
  readonly replicas: number;
  readonly encrypted: boolean;
  /** On this very machine, so that nothing travels. */
  readonly local: boolean;
}

export async function databaseFacts(tx: Tx): Promise<DatabaseFacts> {
  const row = await tx.one<DatabaseFacts>(
    `select current_setting('data_checksums') = 'on' as checksums, current_user::text as role, r.rolsuper as superuser,
       r.rolbypassrls as bypasses_rows,
       (select count(*)::int from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and c.relowner = r.oid and n.nspname not like 'pg\\_%') as owned_tables,
       (select count(*)::int from pg_stat_replication) as replicas,
       coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as encrypted,
       coalesce(inet_server_addr() <<= '127.0.0.0/8'::inet or inet_server_addr() = '::1'::inet, true) as local
     from pg_roles r where r.rolname = current_user`,
  );
  if (row === undefined) throw new Error("the database does not know the application's role");
  return row;
}

export interface ScopedTable {
  readonly name: string;
  readonly policies: boolean;
}

/** Names of stores and regions, which everybody of the brand may know. */
const DIRECTORIES = ["trade.store", "trade.region"];

/**
 * Tables that people with a part of the rows may read and that carry a store or region, or one member's facts, with
 * whether policies hold the scoped role to its rows.
 */
export function scopedTables(tx: Tx): Promise<ScopedTable[]> {
  return tx.query<ScopedTable>(
    `select n.nspname || '.' || c.relname as name, c.relrowsecurity and exists (
         select 1 from pg_policy p where p.polrelid = c.oid) as policies
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname in ('members', 'trade', 'tags', 'segments')
       and exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         and a.attname in ('home_store_code', 'store_code', 'region_code'))
       and n.nspname || '.' || c.relname <> all ($1) and has_table_privilege('${ROLES.scoped}', c.oid, 'select')
     order by 1`,
    [DIRECTORIES],
  );
}

/** Whether a role of ours may do something to a table. */
export async function mayOn(tx: Tx, table: string, privilege: string): Promise<boolean> {
  const row = await tx.one<{ may: boolean }>("select has_table_privilege(current_user, $1, $2) as may", [
    table,
    privilege,
  ]);
  return row?.may ?? false;
}
