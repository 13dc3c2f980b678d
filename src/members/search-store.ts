import type { Ground } from "../ground.ts";
import type { Scope, Tx } from "../store/index.ts";
import { mask } from "../vault/index.ts";
import { memberRowsById, type MemberRow } from "./member-row.ts";
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

const SHOWN_MAX = 20;
/** Matches of a common surname that are looked at; the answer says when there were more. */
const MATCHES_MAX = 400;
const STORES_MAX = 2_000;
/** Ways to search that many people share: only within the stores that the searching person may see. */
const BROAD: ReadonlySet<UnderstoodAs> = new Set(["phone_last4", "name", "surname"]);

interface Match {
  readonly member_id: number;
  readonly token: string | null;
}

/**
 * Finds members by one thing typed whole. The first reading of it that finds anybody is the answer; the reading is told
 * also when nobody is found.
 */
export async function searchMembers(tx: Tx, ground: Ground, text: string, scope: Scope): Promise<SearchAnswer> {
  const stores = scope.stores === "all" ? await knownStores(tx) : scope.stores;
  const terms = understand(text, ground.vault, stores);
  for (const term of terms) {
    const matches = await visible(tx, await trueMatches(tx, ground, term), term, scope);
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

async function trueMatches(tx: Tx, ground: Ground, term: SearchTerm): Promise<Match[]> {
  if (term.member_id !== null) {
    return tx.query<Match>(
      "select member_id, null as token from members.party where party_id = $1 and erased_at is null",
      [term.member_id],
    );
  }
  const rows =
    term.tokens.length > 0
      ? await tx.query<Match>(
          `select distinct p.member_id, h.token from members.holding h join members.party p using (party_id)
           where h.token = any($1::text[]) and p.erased_at is null limit ${MATCHES_MAX}`,
          [term.tokens],
        )
      : await tx.query<Match>(
          `select distinct p.member_id, k.source_token as token from members.search_key k join members.party p using (party_id)
           where k.key = any($1::text[]) and p.erased_at is null limit ${MATCHES_MAX}`,
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

async function visible(tx: Tx, matches: Match[], term: SearchTerm, scope: Scope): Promise<Match[]> {
  if (matches.length === 0) return matches;
  const restricted = scope.stores !== "all" && BROAD.has(term.as);
  const rows = await tx.query<{ member_id: number }>(
    `select member_id from members.profile where member_id = any($1::bigint[]) ${restricted ? "and home_store_code = any($2::text[])" : ""}`,
    restricted ? [matches.map((m) => m.member_id), scope.stores] : [matches.map((m) => m.member_id)],
  );
  const allowed = new Set(rows.map((row) => row.member_id));
  return matches.filter((match) => allowed.has(match.member_id));
}

async function answer(tx: Tx, ground: Ground, term: SearchTerm, matches: readonly Match[]): Promise<SearchAnswer> {
  const byMember = new Map<number, string[]>();
  for (const { member_id, token } of matches) {
    const tokens = byMember.get(member_id) ?? [];
    if (token !== null) tokens.push(token);
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
      return clear === undefined ? [] : [{ kind: clear.kind, masked: mask(clear.kind, clear.value) }];
    }),
  }));
  return { understood_as: term.as, items, more: byMember.size > SHOWN_MAX || matches.length >= MATCHES_MAX };
}
