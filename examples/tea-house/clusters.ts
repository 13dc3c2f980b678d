import type { Truth } from "./truth.ts";
import type { Ground } from "../../src/ground.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { normalise } from "../../src/vault/index.ts";

/** The blind index by which an identifier of the world is known behind the edge. */
export function tokenOf(ground: Ground, identity: { kind: string; value: string; namespace?: string }): string {
  const normal = normalise(identity.kind, identity.value);
  if (!("value" in normal)) throw new Error(`${identity.kind} is no key: ${normal.never_key}`);
  return ground.vault.token(identity.kind, normal.value, identity.namespace);
}

/** In which member each account of the world was found, by account id. Accounts that left no trace are missing. */
export async function clustersOf(ground: Ground, truth: Truth): Promise<Map<string, number>> {
  const accounts = new Map<string, string>();
  for (const account of truth.accounts.values()) {
    const key = account.keys[0];
    if (key !== undefined) accounts.set(tokenOf(ground, key), account.id);
  }
  const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ token: string; member_id: number }>(
      `select distinct on (h.token) h.token, p.member_id
       from members.holding h join members.party p using (party_id)
       where h.token = any($1::text[])
       order by h.token, (p.anchor_token = h.token) desc, p.party_id`,
      [[...accounts.keys()]],
    ),
  );
  return new Map(rows.map((row) => [accounts.get(row.token) ?? "", row.member_id]));
}
