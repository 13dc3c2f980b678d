import type pg from "pg";
import type { IndexTokens } from "../index-tokens.ts";
import type { KeyAccess } from "../key-access.ts";

const PAGE = 5_000;

const SCHEMA = `
  create table if not exists exchanged_key (old text primary key, token text not null unique);
  create table if not exists index_exchange (version int primary key, finished_at timestamptz not null);`;

async function inTransaction<T>(pool: pg.Pool, run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await run(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Whether the key store has the tokens of this version already: what is left then is the files. */
export async function keysMoved(access: KeyAccess, version: number): Promise<boolean> {
  await access.keys.pool.query(SCHEMA);
  const { rowCount } = await access.keys.pool.query("select 1 from index_exchange where version = $1", [version]);
  return rowCount === 1;
}

/** Lists all values that have or had a key, with the token that each is to have. @returns how many */
export function listTokens(access: KeyAccess, to: IndexTokens, from_version: number): Promise<number> {
  return inTransaction(access.keys.pool, async (client) => {
    await client.query("truncate exchanged_key");
    let after = "";
    let count = 0;
    for (;;) {
      const { rows } = await client.query<{ token: string }>(
        "select token from sealing_key where token > $1 and token not like 'named:%' order by token limit $2",
        [after, PAGE],
      );
      if (rows.length === 0) return count;
      const tokens = rows.map(({ token }) => token);
      await client.query("insert into exchanged_key select * from unnest($1::text[], $2::text[])", [
        tokens,
        tokens.map((token) => to.moved(token, from_version)),
      ]);
      count += rows.length;
      after = rows.at(-1)?.token ?? "";
    }
  });
}

/** The tokens listed, in portions. */
export async function* listedTokens(access: KeyAccess): AsyncGenerator<string[]> {
  for (let after = ""; ; ) {
    const { rows } = await access.keys.pool.query<{ old: string }>(
      "select old from exchanged_key where old > $1 order by old limit $2",
      [after, PAGE],
    );
    if (rows.length === 0) return;
    yield rows.map(({ old }) => old);
    after = rows.at(-1)?.old ?? "";
  }
}

/** Salts under the new tokens and the journal's table with them, in one transaction. The record store has moved before. */
export async function moveKeys(access: KeyAccess, to: IndexTokens, now: Date): Promise<void> {
  await inTransaction(access.keys.pool, async (client) => {
    await client.query("update sealing_key k set token = e.token from exchanged_key e where e.old = k.token");
    await client.query("update master_version set moved_to = null");
    await access.journal.moveTo(client, to);
    await client.query("truncate exchanged_key");
    await client.query("insert into index_exchange values ($1, $2)", [to.version, now]);
  });
  // rows of before are gone from the files too, not only out of sight
  await access.keys.pool.query("vacuum full sealing_key");
  await access.keys.pool.query("vacuum full deletion");
}
