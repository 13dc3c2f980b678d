import type pg from "pg";
import type { Tx } from "../store/index.ts";

/** What the key store knows of a version of the master key; the key itself is in the key ring. */
export interface MasterVersion {
  readonly version: number;
  readonly made_at: Date;
  /** Values that had to be sealed anew when this version came, and how many of them are left. */
  readonly total_values: number | null;
  readonly left_values: number | null;
  /** The last token sealed anew: where a rotation goes on. */
  readonly moved_to: string | null;
  /** Values that no key opens: they were altered. They stay as they are, and the versions before stay with them. */
  readonly unreadable_values: number;
  /** Since when it is proven that nothing is sealed under this version. */
  readonly emptied_at: Date | null;
  readonly destroyed_at: Date | null;
}

/** Class of the advisory locks on a version: who seals under it holds it shared, in both databases. */
const VERSION_LOCKS = 480_830;

/** Holds the version for this transaction: nobody can prove it unused before the end. */
export async function holdVersion(tx: Pick<Tx, "query">, version: number): Promise<void> {
  await tx.query("select pg_advisory_xact_lock_shared($1, $2)", [VERSION_LOCKS, version]);
}

/** Waits until nobody seals under the version any more; whoever comes later finds a newer one. */
export async function waitForHolders(tx: Pick<Tx, "query">, version: number): Promise<void> {
  await tx.query("select pg_advisory_xact_lock($1, $2)", [VERSION_LOCKS, version]);
}

export async function versionsOf(pool: pg.Pool | pg.PoolClient): Promise<MasterVersion[]> {
  const { rows } = await pool.query<MasterVersion>(
    `select version, made_at, total_values, left_values, moved_to, unreadable_values, emptied_at, destroyed_at
     from master_version order by version`,
  );
  return rows;
}

export async function noteVersion(pool: pg.Pool | pg.PoolClient, version: number, made_at: Date): Promise<void> {
  await pool.query("insert into master_version (version, made_at) values ($1, $2) on conflict do nothing", [
    version,
    made_at,
  ]);
}

export async function noteProgress(
  pool: pg.Pool,
  version: number,
  progress: { total: number; left: number; moved_to: string | null; unreadable: number },
): Promise<void> {
  await pool.query(
    "update master_version set total_values = $2, left_values = $3, moved_to = $4, unreadable_values = $5 where version = $1",
    [version, progress.total, progress.left, progress.moved_to, progress.unreadable],
  );
}

/** Versions before `current` hold nothing any more, or do again (a restore brought values back). */
export async function noteEmptied(pool: pg.Pool, current: number, emptied_at: Date | null): Promise<void> {
  await pool.query(
    `update master_version set emptied_at = case when $2::timestamptz is null then null else coalesce(emptied_at, $2) end
     where version < $1 and destroyed_at is null`,
    [current, emptied_at],
  );
}

export async function noteDestroyed(pool: pg.Pool, versions: readonly number[], now: Date): Promise<void> {
  await pool.query("update master_version set destroyed_at = $2 where version = any($1)", [versions, now]);
}
