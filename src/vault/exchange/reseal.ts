import { Problem } from "../../platform/errors.ts";
import type { Tx } from "../../store/index.ts";
import type { KeyAccess } from "../key-access.ts";
import { openOne, sealOne } from "../sealed-values.ts";

const ROWS = 500;

interface Row {
  readonly token: string;
  readonly kind: string;
  readonly ciphertext: Buffer;
  readonly moved: string;
}

export interface Resealed {
  readonly values: number;
  /** Ciphertexts without a key: what they held was destroyed. */
  readonly dead: number;
  /** Altered before: they stay as they are, and open nothing. */
  readonly unreadable: number;
}

/** Seals every value anew under its new token, which is authenticated with it and part of its key. */
export async function resealValues(tx: Tx, access: KeyAccess, progress: (done: number) => void): Promise<Resealed> {
  const found = { values: 0, dead: 0, unreadable: 0 };
  let after = "";
  for (;;) {
    const rows = await tx.query<Row>(
      `select s.token, s.kind, s.ciphertext, m.new as moved from vault.sealed s join exchanged_token m on m.old = s.token
       where s.token > $1 order by s.token limit ${ROWS}`,
      [after],
    );
    if (rows.length === 0) return found;
    after = rows.at(-1)?.token ?? "";
    const salts = await access.keys.find(rows.map(({ token }) => token));
    const dead = rows.filter(({ token }) => !salts.has(token)).map(({ token }) => token);
    const made: { token: string; moved: string; ciphertext: Buffer }[] = [];
    for (const row of rows) {
      const salt = salts.get(row.token);
      if (salt === undefined) continue;
      const sealed = await resealed(access, row, salt);
      if (sealed === undefined) found.unreadable += 1;
      made.push({ token: row.token, moved: row.moved, ciphertext: sealed ?? row.ciphertext });
    }
    await tx.query("delete from vault.sealed where token = any($1)", [dead]);
    await tx.query(
      `update vault.sealed s set token = n.moved, ciphertext = n.ciphertext
       from unnest($1::text[], $2::text[], $3::bytea[]) as n (token, moved, ciphertext) where s.token = n.token`,
      [made.map((one) => one.token), made.map((one) => one.moved), made.map((one) => one.ciphertext)],
    );
    found.values += made.length;
    found.dead += dead.length;
    progress(found.values);
  }
}

async function resealed(access: KeyAccess, row: Row, salt: Buffer): Promise<Buffer | undefined> {
  try {
    return sealOne(access, { ...(await openOne(access, row, salt)), token: row.moved }, salt);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "vault.unreadable") throw error;
    return undefined;
  }
}
