import type { Store, Tx } from "./store.ts";

/**
 * Stops the statement that a transaction runs at this moment, from another connection; its query fails with 57014.
 * The platform's role may not signal the login it was taken on from (which may be a superuser's), so the cancelling
 * statement, and only it, runs as the login.
 */
export async function stopStatement(store: Store, tx: Tx): Promise<void> {
  const pid = (tx.client as unknown as { processID: number | null }).processID;
  await store.pool.query(
    `with login as materialized (select set_config('role', 'none', true) as role)
     select pg_cancel_backend($1) from login where role is not null`,
    [pid],
  );
}
