import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { openOne } from "./sealed-values.ts";

export interface KeyProbe {
  readonly opened: number;
  readonly unreadable: number;
  /** Ciphertexts whose key is not there: of deletions that a restore has yet to repeat. */
  readonly without_key: number;
}

/** Opens some values, spread over all of them, and keeps none: whether keys and data belong together. */
export async function probeValues({ store, vault }: Pick<Ground, "store" | "vault">, most: number): Promise<KeyProbe> {
  return store.read(SYSTEM_SCOPE, async (tx) => {
    const rows = await tx.query<{ token: string; kind: string; ciphertext: Buffer }>(
      `select token, kind, ciphertext from vault.sealed
       where ('x' || substr(md5(token), 1, 8))::bit(32)::bigint % greatest((select count(*) from vault.sealed) / $1, 1) = 0 limit $1`,
      [most],
    );
    const salts = await vault.access.keys.find(rows.map((row) => row.token));
    let [opened, unreadable] = [0, 0];
    for (const row of rows) {
      const salt = salts.get(row.token);
      if (salt === undefined) continue;
      await openOne(vault.access, row, salt).then(
        () => (opened += 1),
        () => (unreadable += 1),
      );
    }
    return { opened, unreadable, without_key: rows.length - opened - unreadable };
  });
}
