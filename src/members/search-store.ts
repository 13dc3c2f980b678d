import type { Ground } from "../ground.ts";
import type { Scope, Tx } from "../store/index.ts";
import { memberRowsById, type MemberRow } from "./member-row.ts";
import { shown } from "./shown.ts";
import { understand, type SearchTerm, type UnderstoodAs } from "./search.ts";

export interface FoundMember extends MemberRow {
  readonly matched_by: readonly { readonly kind: string; readonly masked: string }[];
}

export interface SearchAnswer {
  readonly understood_as: UnderstoodAs | null;
  readonly items: readonly FoundMember[];
  /** More were found than are shown. */
  readonly more: boolean;
}

/**
 * Members of other stores that a search found, or an empty list where an exact phone or code found nobody; null where it
 * did not look beyond the person's own stores.
 */
export function lookedBeyond({ understood_as, items }: SearchAnswer, { stores }: Scope): number[] | null {
  if (stores === "all" || understood_as === null || WITHIN_STORES.has(understood_as)) return null;
  const beyond = items.filter(({ home_store_code }) => home_store_code === null || !stores.includes(home_store_code));
  return items.length > 0 && beyond.length === 0 ? null : beyond.map((item) => item.member_id);
}

const SHOWN_MAX = 20;
/** Matches of a common surname that are looked at; the answer says when there were more. */
const MATCHES_MAX = 400;
const STORES_MAX = 2_000;
/**
 * Ways to search that many people share, and member numbers, which can be counted through: only within the stores that
 * the searching person may see.
 */
const WITHIN_STORES: ReadonlySet<UnderstoodAs> = new Set(["phone_last4", "name", "surname", "member_id"]);

interface Match {
  readonly member_id: number;
  readonly token: string | null;
}

/**
 * Finds members by one thing typed whole. The first reading of it that finds anybody is the answer; the reading is told
 * also when nobody is found. The transaction sees every store; `scope` says which ones the searching person has.
 */
export async function searchMembers(tx: Tx, ground: Ground, text: string, scope: Scope): Promise<SearchAnswer> {
  const stores = scope.stores === "all" ? await knownStores(tx) : scope.stores;
  const terms = understand(text, ground.vault, stores);
  for (const term of terms) {
    const matches = await matchesOf(tx, ground, term, scope);
    if (matches.length > 0) return answer(tx, ground, term, matches);
  }
  return { understood_as: terms[0]?.as ?? null, items: [], more: false };
}

/** Codes of the stores that members belong to (a loose index scan: distinct values without reading every row). */
async function knownStores(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ code: string }>(
    `with recursive store (code) as (
       (select home_store_code from members.profile where home_store_code is not null order by home_store_code limit 1)
       union all
       select (select f.home_store_code from members.profile f where f.home_store_code > s.code order by f.home_store_code limit 1)
       from store s where s.code is not null)
     select code from store where code is not null limit ${STORES_MAX}`,
  );
  return rows.map((row) => row.code);
}

/** Members that a term finds and the searching person may see; each with the sealed value that matched. */
async function matchesOf(tx: Tx, ground: Ground, term: SearchTerm, scope: Scope): Promise<Match[]> {
  const stores = scope.stores !== "all" && WITHIN_STORES.has(term.as) ? scope.stores : null;
  // No "distinct": the limit must stop the scan of a common surname early, and doubles are few.
  const found = (from: string, values: readonly unknown[]) =>
    tx.query<Match>(
      `select f.member_id, k.token from (${from}) k join members.party p using (party_id) join members.profile f using (member_id)
       where p.erased_at is null and ($2::text[] is null or f.home_store_code = any($2)) limit ${MATCHES_MAX}`,
      [...values, stores],
    );
  if (term.member_id !== null) {
    return found("select party_id, null::text as token from members.party where party_id = $1", [term.member_id]);
  }
  if (term.tokens.length > 0) {
    return found("select party_id, token from members.holding where token = any($1::text[])", [term.tokens]);
  }
  const rows = await found(
    "select party_id, source_token as token from members.search_key where key = any($1::text[])",
    [term.keys],
  );
  if (term.ends_with === null) return rows;
  const opened = await ground.vault.open(
    tx,
    rows.flatMap((row) => (row.token === null ? [] : [row.token])),
  );
  const wanted = term.ends_with;
  return rows.filter((row) => row.token !== null && opened.get(row.token)?.value.endsWith(wanted) === true);
}

async function answer(tx: Tx, ground: Ground, term: SearchTerm, matches: readonly Match[]): Promise<SearchAnswer> {
  const byMember = new Map<number, string[]>();
  for (const { member_id, token } of matches) {
    const tokens = byMember.get(member_id) ?? [];
    if (token !== null && !tokens.includes(token)) tokens.push(token);
    byMember.set(member_id, tokens);
  }
  const ids = [...byMember.keys()].slice(0, SHOWN_MAX);
  const rows = await memberRowsById(tx, ground, ids);
  const opened = await ground.vault.open(
    tx,
    ids.flatMap((id) => byMember.get(id) ?? []),
  );
  const items = rows.map((row) => ({
    ...row,
    matched_by: (byMember.get(row.member_id) ?? []).flatMap((token) => {
      const clear = opened.get(token);
      const seen = clear === undefined ? null : shown(tx.scope, clear.kind, clear.value);
      return clear === undefined || seen === null ? [] : [{ kind: clear.kind, masked: seen }];
    }),
  }));
  return { understood_as: term.as, items, more: byMember.size > SHOWN_MAX || matches.length >= MATCHES_MAX };
}
