import { expect } from "vitest";
import type { Ground } from "../../src/ground.ts";
import { SYSTEM_SCOPE, type Tx } from "../../src/store/index.ts";

/** Connections of this database that wait for a lock; what they run is not for the application's role to see. */
const WAITING = `select pid from pg_locks join pg_stat_activity using (pid)
  where not granted and datname = current_database()`;

/** Does `act` while a transaction that has done `add` is still open, and ends that one when the act waits for it. */
export async function whileAdding<Answer>(
  { store }: Ground,
  add: (tx: Tx) => Promise<unknown>,
  act: () => Promise<Answer>,
): Promise<Answer> {
  const added = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const open = store.write(SYSTEM_SCOPE, async (tx) => {
    await add(tx);
    added.resolve();
    await end.promise;
  });
  await Promise.race([added.promise, open]);
  const answer = act();
  try {
    await expect.poll(() => store.read(SYSTEM_SCOPE, (tx) => tx.query(WAITING))).not.toEqual([]);
  } finally {
    end.resolve();
    await open;
  }
  return answer;
}
