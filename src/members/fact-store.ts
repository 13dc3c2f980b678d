import type { Tx } from "../store/index.ts";
import type { Fact } from "./profile-fact.ts";

/**
 * Keeps facts. Of what a live source repeats, a fact stays only where it changes something or is the newest: its newest
 * statement has to stand for itself, since one of a day in between may still come and must not win over it. Facts that
 * may be taken back are kept one by one, and nothing rests on them.
 */
export async function insertFacts(tx: Tx, facts: readonly Fact[]): Promise<void> {
  if (facts.length === 0) return;
  await tx.query(
    `with arriving as (
       select * from unnest($1::bigint[], $2::text[], $3::uuid[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::text[], $8::text[], $9::text[], $10::boolean[])
         as u (party_id, field, record_id, source_id, person_id, observed_at, value, token, hint, undoable)
     ), placed as (
       select u.*, before.record_id as before_id, before.observed_at as before_at, coalesce(before.same, false) as repeats,
         exists (${neighbour("select 1", ">", "u")}) as overtaken
       from arriving u left join lateral (
         ${neighbour("select o.record_id, o.observed_at, (o.value, o.token) is not distinct from (u.value, u.token) as same", "<", "u")}
         order by o.observed_at desc, o.record_id desc limit 1) before on not u.undoable and u.person_id is null
     ), repeated as (
       delete from members.fact f using placed p cross join lateral (
         ${neighbour("select (o.value, o.token) is not distinct from (p.value, p.token) as same", "<", "p", "p.before_at, p.before_id")}
         order by o.observed_at desc, o.record_id desc limit 1) first
       where p.repeats and first.same and not p.overtaken
         and f.party_id = p.party_id and f.field = p.field and f.record_id = p.before_id
     )
     insert into members.fact (party_id, field, record_id, source_id, person_id, observed_at, value, token, hint, undoable)
     select party_id, field, record_id, source_id, person_id, observed_at, value, token, hint, undoable
     from placed where not (repeats and overtaken)
     on conflict do nothing`,
    [
      facts.map((f) => f.party_id),
      facts.map((f) => f.field),
      facts.map((f) => f.record_id),
      facts.map((f) => f.source_id),
      facts.map((f) => f.person_id),
      facts.map((f) => f.observed_at),
      facts.map((f) => f.value),
      facts.map((f) => f.token),
      facts.map((f) => f.hint),
      facts.map((f) => f.undoable),
    ],
  );
}

/** Live facts `o` of the same source about the same thing as `row`, said before or after an instant. */
function neighbour(select: string, side: "<" | ">", row: string, at = `${row}.observed_at, ${row}.record_id`): string {
  return `${select} from members.fact o where o.party_id = ${row}.party_id and o.field = ${row}.field
           and o.source_id = ${row}.source_id and not o.undoable and (o.observed_at, o.record_id) ${side} (${at})`;
}
