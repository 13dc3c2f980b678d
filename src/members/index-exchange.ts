import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";
import type { MovedTokens } from "../vault/index.ts";
import { Clusters } from "./clusters.ts";

/** Tokens in columns that are not called so. */
const TOKENS = [
  "select key as token from members.search_key where kind <> 'phone_last4'",
  "select part as token from members.fact cross join lateral unnest(string_to_array(hint, ' ')) part where field = 'name' and hint is not null",
];

/** Values that more parties than this hold join nobody whatever their order. */
const HOLDERS_MAX = 1_000;
const ROWS_A_STATEMENT = 20_000;

/**
 * The exchange of the index key. Every token becomes another one, so that the order in which ties are settled is noted before:
 * who is who must not depend on a key. Last-four keys have a form of their own.
 */
export const indexExchange = {
  tokens: TOKENS,
  carry: async (tx: Tx, _ground: Ground, moved: MovedTokens): Promise<void> => {
    await noteTies(tx);
    await moveLast4(tx, moved);
  },
};

/** Gives the tokens of each component their places in the order that held until now. */
async function noteTies(tx: Tx): Promise<void> {
  await tx.query(
    "create temp table tie_component (party_id bigint primary key, component bigint not null) on commit drop",
  );
  const together = (await componentsOf(tx)).filter((ids) => ids.length > 1);
  const rows = together.flatMap((ids) => ids.map((id) => [id, ids[0] ?? id] as const));
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    const some = rows.slice(at, at + ROWS_A_STATEMENT);
    await tx.query("insert into tie_component select * from unnest($1::bigint[], $2::bigint[])", [
      some.map(([party_id]) => party_id),
      some.map(([, component]) => component),
    ]);
  }
  await tx.query("analyze tie_component");
  await tx.query(
    `with held as (
       select c.component, h.token, min(h.tie) as tie from members.holding h join tie_component c using (party_id) group by 1, 2
     ), placed as (
       select component, token, row_number() over (partition by component order by tie nulls last, token) - 1 as place from held
     )
     update members.holding h set tie = p.place from placed p join tie_component c using (component)
     where h.party_id = c.party_id and h.token = p.token`,
  );
}

/** Parties that a resolution may look at together: of one member, with a value in common, or judged by a person. */
async function componentsOf(tx: Tx): Promise<(readonly number[])[]> {
  const groups = await tx.query<{ ids: number[] }>(
    `select array_agg(party_id::float8) as ids from members.party group by member_id having count(*) > 1
     union all
     select array_agg(party_id::float8) from members.holding group by token having count(*) between 2 and ${HOLDERS_MAX}
     union all
     select array_agg(distinct party_id::float8) from members.decision_party group by decision_id having count(*) > 1`,
  );
  const clusters = new Clusters(new Set(groups.flatMap(({ ids }) => ids)));
  for (const { ids } of groups) {
    const [first = 0, ...others] = ids;
    for (const id of others) clusters.unite(first, id);
  }
  return clusters.all();
}

/** All at once: a new key of one may be an old key of another. */
async function moveLast4(tx: Tx, moved: MovedTokens): Promise<void> {
  const rows = await tx.query<{ key: string }>(
    "select distinct key from members.search_key where kind = 'phone_last4'",
  );
  const keys = rows.map(({ key }) => key);
  await tx.query(
    `create temp table last4_key on commit drop as
     select distinct s.party_id, s.kind, n.moved as key, s.source_token from members.search_key s
       join unnest($1::text[], $2::text[]) as n (old, moved) on n.old = s.key where s.kind = 'phone_last4'`,
    [keys, keys.map((key) => moved.movedShort(key))],
  );
  await tx.query("delete from members.search_key where kind = 'phone_last4'");
  await tx.query(
    "insert into members.search_key (party_id, kind, key, source_token) select party_id, kind, key, source_token from last4_key",
  );
}
