import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";
import { looseKey } from "./profile-fact.ts";

/** By what a table of another system may name its members. */
export const MEMBER_KEYS = [
  "phone",
  "card_no",
  "crm_id",
  "mall_id",
  "openid",
  "unionid",
  "email",
  "member_id",
] as const;
export type MemberKey = (typeof MEMBER_KEYS)[number];

/** Values that are looked for under the same key whatever source gave them. */
const LOOSE: ReadonlySet<MemberKey> = new Set(["card_no", "crm_id", "mall_id", "openid"]);

/** Whom a value names: a member, nobody, or several. */
export type Named = { readonly member_id: number } | { readonly nobody: true } | { readonly several: true };

/** Members by values of one kind, as they stand in a table: each whole, in any spelling that the vault takes for the same. */
export async function membersByKey(
  tx: Tx,
  ground: Ground,
  kind: MemberKey,
  values: readonly string[],
): Promise<Map<string, Named>> {
  const keys = new Map<string, string>();
  for (const value of values) {
    const key = keyOf(ground, kind, value);
    if (key !== undefined) keys.set(value, key);
  }
  const wanted = [...new Set(keys.values())];
  const rows = await tx.query<{ key: string; member_id: number }>(
    `select distinct k.key, p.member_id from (${STATEMENTS[kind === "member_id" ? "number" : LOOSE.has(kind) ? "loose" : "token"]}) k
     join members.party p using (party_id) where p.erased_at is null`,
    [wanted],
  );
  const found = Map.groupBy(rows, ({ key }) => key);
  return new Map(
    values.map((value): [string, Named] => {
      const [first, other] = found.get(keys.get(value) ?? "") ?? [];
      if (first === undefined) return [value, { nobody: true }];
      return [value, other === undefined ? { member_id: first.member_id } : { several: true }];
    }),
  );
}

/** What a value is found by; undefined for one that can tell nobody (masked, a placeholder). */
function keyOf(ground: Ground, kind: MemberKey, value: string): string | undefined {
  if (kind === "member_id") return /^\d{1,15}$/.test(value) ? String(Number(value)) : undefined;
  const read = ground.vault.normalise(kind, value);
  if (!("value" in read)) return undefined;
  return LOOSE.has(kind) ? looseKey(ground.vault, kind, read.value) : ground.vault.token(kind, read.value);
}

const STATEMENTS = {
  number: "select party_id, party_id::text as key from members.party where party_id = any($1::bigint[])",
  loose: "select party_id, key from members.search_key where key = any($1::text[])",
  token: "select party_id, token as key from members.holding where token = any($1::text[]) and ended_at is null",
} as const;

/** Everybody who holds a value now, shared and quarantined ones too: what somebody says from it is said for all of them. */
export async function membersHolding(
  tx: Tx,
  ground: Ground,
  kind: "phone" | "email",
  value: string,
): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    `select distinct p.member_id from members.holding h join members.party p using (party_id)
     where h.token = $1 and (h.ended_at is null or h.stated_at > h.ended_at) and p.erased_at is null order by 1`,
    [ground.vault.token(kind, value)],
  );
  return rows.map(({ member_id }) => member_id);
}
