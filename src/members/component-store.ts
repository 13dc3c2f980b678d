import type { IdentityKind } from "../ingest/index.ts";
import type { Tx } from "../store/index.ts";
import { crowdedValuesOf, holdersOf } from "./crowding.ts";
import type { Component, CrowdedValue, Decision, FoundConflict, Holding, Party } from "./evidence.ts";
import { standingJoins } from "./join-log-store.ts";
import type { ActiveJoin } from "./join-ledger.ts";
import { dayOf } from "./party-memory.ts";
import type { Birthday, NameTrait } from "./person-trait.ts";
import { LIMITS } from "./rules.ts";

/** Parties with their evidence and how they stand at present. */
export interface LoadedComponent {
  readonly component: Component;
  /** party → member */
  readonly current: ReadonlyMap<number, number>;
  readonly active: readonly ActiveJoin[];
  /** Shared values that were in quarantine and are not barred here: whether they stay there is to be found again. */
  readonly reconsidered: ReadonlySet<string>;
}

/** Of the parties given, those that share something with another: only they can join or part. */
export async function partiesInTouch(tx: Tx, party_ids: readonly number[]): Promise<number[]> {
  if (party_ids.length === 0) return [];
  const rows = await tx.query<{ party_id: number }>(
    // `limit 1` inside each lateral keeps the planner on the indexes whatever it believes about the tables' size: the
    // same question as `exists … or exists …` took 5.7 s for 5,000 parties of a freshly filled table, this 60 ms.
    `select t.party_id from unnest($1::bigint[]) as t (party_id) cross join lateral (
       select 1 from members.holding h cross join lateral (
         select 1 from members.holding o where o.token = h.token and o.party_id <> h.party_id limit 1) other
       where h.party_id = t.party_id limit 1) shared
     union
     select t.party_id from unnest($1::bigint[]) as t (party_id) join members.party p on p.party_id = t.party_id cross join lateral (
       select 1 from members.party o where o.member_id = p.member_id and o.party_id <> p.party_id limit 1) fellow`,
    [party_ids],
  );
  return rows.map((row) => row.party_id);
}

/** Values of these parties that so many hold that they are not looked at one by one. */
export async function massHeldValues(tx: Tx, party_ids: readonly number[]): Promise<CrowdedValue[]> {
  if (party_ids.length === 0) return [];
  return tx.query<CrowdedValue>(
    `select h.kind, h.token, c.holders::int as holders
     from (select distinct kind, token from members.holding where party_id = any($1::bigint[])) h
     cross join lateral (select count(*) as holders from (select 1 from members.holding o where o.token = h.token limit 5000) l) c
     where c.holders > $2 and not exists (select 1 from members.quarantine q where q.token = h.token)`,
    [party_ids, LIMITS.holders_examined_max],
  );
}

/** Parties whose standing join rests on one of these values. */
export async function partiesJoinedBy(tx: Tx, tokens: readonly string[]): Promise<number[]> {
  if (tokens.length === 0) return [];
  const rows = await tx.query<{ party_a: number; party_b: number }>(
    "select party_a, party_b from members.join_log where token = any($1::text[]) and undone_at is null",
    [tokens],
  );
  return rows.flatMap((row) => [row.party_a, row.party_b]);
}

/**
 * One step from some parties to all that share a value, a member or a decision with them. `offset 0` makes each step a
 * look-up by index whatever the statistics say: a recursive query over the same tables took 59 s for 4,000 parties of
 * a database that was never analyzed (the planner expected 1.3 M holders of a value), these steps take 0.2 s.
 */
const NEIGHBOURS = `
  select o.party_id from unnest($1::bigint[]) r (party_id)
  cross join lateral (select token from members.holding where party_id = r.party_id offset 0) h
  cross join lateral (select 1 where not exists (
    select 1 from members.quarantine q where q.token = h.token and q.released_at is null) offset 0) free
  cross join lateral (select party_id from members.holding where token = h.token offset 0) o
  union
  select o.party_id from unnest($1::bigint[]) r (party_id)
  cross join lateral (select member_id from members.party where party_id = r.party_id offset 0) p
  cross join lateral (select party_id from members.party where member_id = p.member_id offset 0) o
  union
  select o.party_id from unnest($1::bigint[]) r (party_id)
  cross join lateral (select decision_id from members.decision_party where party_id = r.party_id offset 0) d
  cross join lateral (select party_id from members.decision_party where decision_id = d.decision_id offset 0) o`;

/** Everything reachable from the parties over shared values, present members and decisions, the parties included. */
async function partiesAround(tx: Tx, party_ids: readonly number[]): Promise<number[]> {
  const found = new Set(party_ids);
  let edge = [...found];
  while (edge.length > 0) {
    const rows = await tx.query<{ party_id: number }>(NEIGHBOURS, [edge]);
    edge = rows.map((row) => row.party_id).filter((id) => !found.has(id));
    for (const id of edge) found.add(id);
  }
  return [...found];
}

interface PartyRow {
  readonly party_id: number;
  readonly member_id: number;
  readonly anchor_kind: IdentityKind;
  readonly anchor_token: string;
  readonly source_id: number | null;
}

/**
 * Everybody whom a change of these parties can concern: those around them and, for shared values in quarantine that
 * these hold, all holders of the value with those around them. Other values in quarantine lead no further.
 */
export async function partiesConcerned(
  tx: Tx,
  party_ids: readonly number[],
): Promise<{ readonly party_ids: readonly number[]; readonly reconsidered: ReadonlySet<string> }> {
  const near = await partiesAround(tx, party_ids);
  const reconsidered = await crowdedValuesOf(tx, near);
  const holders = await holdersOf(tx, reconsidered);
  const all = holders.length === 0 ? near : await partiesAround(tx, [...near, ...holders]);
  return { party_ids: all, reconsidered: new Set(reconsidered) };
}

/** Loads whatever can touch the given parties, with all that decides about it. */
export async function loadComponent(tx: Tx, party_ids: readonly number[]): Promise<LoadedComponent> {
  const { party_ids: around, reconsidered } = await partiesConcerned(tx, party_ids);
  const rows = await tx.query<PartyRow>(
    `select party_id, member_id, anchor_kind, anchor_token, source_id from members.party
     where party_id = any($1::bigint[]) and erased_at is null`,
    [around],
  );
  const ids = rows.map((row) => row.party_id);
  const { holdings, ties } = await holdingsOf(tx, ids);
  const traits = await traitsOf(tx, ids);
  const tokens = [...new Set([...holdings.values()].flatMap((held) => held.map((h) => h.token)))];
  const quarantine = await tx.query<{ token: string; released: boolean }>(
    "select token, released_at is not null as released from members.quarantine where token = any($1::text[])",
    [tokens],
  );
  const parties = rows.map(
    (row): Party => ({
      party_id: row.party_id,
      anchor: { kind: row.anchor_kind, token: row.anchor_token },
      source_id: row.source_id,
      holdings: holdings.get(row.party_id) ?? [],
      names: traits.names.get(row.party_id) ?? [],
      birthdays: traits.birthdays.get(row.party_id) ?? [],
    }),
  );
  return {
    component: {
      parties,
      decisions: await decisionsAmong(tx, ids),
      barred: new Set(quarantine.filter((q) => !q.released && !reconsidered.has(q.token)).map((q) => q.token)),
      released: new Set(quarantine.filter((q) => q.released).map((q) => q.token)),
      ties,
    },
    current: new Map(rows.map((row) => [row.party_id, row.member_id])),
    active: await standingJoins(tx, ids),
    reconsidered,
  };
}

interface HoldingRow {
  readonly party_id: number;
  readonly kind: IdentityKind;
  readonly token: string;
  readonly first_at: Date;
  readonly last_at: Date;
  readonly stated_at: Date | null;
  readonly ended_at: Date | null;
  readonly tie: number | null;
}

async function holdingsOf(
  tx: Tx,
  party_ids: readonly number[],
): Promise<{ readonly holdings: Map<number, Holding[]>; readonly ties: ReadonlyMap<string, number> }> {
  const rows = await tx.query<HoldingRow>(
    "select party_id, kind, token, first_at, last_at, stated_at, ended_at, tie from members.holding where party_id = any($1::bigint[])",
    [party_ids],
  );
  const byParty = new Map<number, Holding[]>();
  const ties = new Map<string, number>();
  for (const row of rows) {
    if (row.tie !== null) ties.set(row.token, row.tie);
    const last_day = dayOf(row.last_at.getTime());
    // Bound again after it was unbound: it holds.
    const ended =
      row.ended_at !== null &&
      (row.stated_at === null || row.stated_at <= row.ended_at) &&
      last_day <= dayOf(row.ended_at.getTime());
    const holding: Holding = {
      kind: row.kind,
      token: row.token,
      first_day: dayOf(row.first_at.getTime()),
      last_day,
      stated: row.stated_at !== null,
      ended_day: ended && row.ended_at !== null ? dayOf(row.ended_at.getTime()) : null,
    };
    const held = byParty.get(row.party_id);
    if (held === undefined) byParty.set(row.party_id, [holding]);
    else held.push(holding);
  }
  return { holdings: byParty, ties };
}

/** Names and birthdays of parties: a person's correction where there is one, else the newest of every source. */
async function traitsOf(tx: Tx, party_ids: readonly number[]) {
  const rows = await tx.query<{ party_id: number; field: string; hint: string; by_person: boolean }>(
    `select distinct on (party_id, field, source_id) party_id, field, hint, person_id is not null as by_person
     from members.fact where party_id = any($1::bigint[]) and field in ('name', 'birthday') and hint is not null
     order by party_id, field, source_id, observed_at desc, record_id`,
    [party_ids],
  );
  const corrected = new Set(rows.filter((row) => row.by_person).map((row) => `${row.party_id} ${row.field}`));
  const names = new Map<number, NameTrait[]>();
  const birthdays = new Map<number, Birthday[]>();
  for (const row of rows) {
    if (!row.by_person && corrected.has(`${row.party_id} ${row.field}`)) continue;
    if (row.field === "name") append(names, row.party_id, parseNameHint(row.hint));
    else append(birthdays, row.party_id, parseBirthdayHint(row.hint));
  }
  return { names, birthdays };
}

function append<Value>(map: Map<number, Value[]>, key: number, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

export function nameHint(name: NameTrait): string {
  return [name.form, name.token, name.surname ?? ""].join(" ");
}

function parseNameHint(hint: string): NameTrait {
  const [form = "other", token = "", surname = ""] = hint.split(" ");
  return { form: form as NameTrait["form"], token, surname: surname === "" ? null : surname };
}

export function birthdayHint(birthday: Birthday): string {
  return [birthday.year ?? "", birthday.month, birthday.day, birthday.calendar].join(" ");
}

function parseBirthdayHint(hint: string): Birthday {
  const [year = "", month, day, calendar] = hint.split(" ");
  return {
    year: year === "" ? null : Number(year),
    month: Number(month),
    day: Number(day),
    calendar: calendar === "lunar" ? "lunar" : "solar",
  };
}

async function decisionsAmong(tx: Tx, party_ids: readonly number[]): Promise<Decision[]> {
  const rows = await tx.query<{ decision_id: number; verdict: Decision["verdict"]; side: number; party_id: number }>(
    `select d.decision_id, d.verdict, s.side, s.party_id from members.decision d join members.decision_party s using (decision_id)
     where d.revoked_at is null and d.decision_id in (select decision_id from members.decision_party where party_id = any($1::bigint[]))
     order by d.decision_id, s.party_id`,
    [party_ids],
  );
  const byId = new Map<number, { decision_id: number; verdict: Decision["verdict"]; sides: [number[], number[]] }>();
  for (const row of rows) {
    let decision = byId.get(row.decision_id);
    if (decision === undefined) {
      decision = { decision_id: row.decision_id, verdict: row.verdict, sides: [[], []] };
      byId.set(row.decision_id, decision);
    }
    decision.sides[row.side === 0 ? 0 : 1].push(row.party_id);
  }
  return [...byId.values()];
}

const HOLDERS_REFRESHED_MAX = 5_000;

/** Members who hold one of these values, up to a bound: what their profiles show of it may have changed. */
export async function membersHolding(tx: Tx, tokens: readonly string[]): Promise<number[]> {
  if (tokens.length === 0) return [];
  const rows = await tx.query<{ member_id: number }>(
    `select distinct p.member_id from (
       select party_id from members.holding where token = any($1::text[]) limit ${HOLDERS_REFRESHED_MAX}) h
     join members.party p using (party_id)`,
    [tokens],
  );
  return rows.map((row) => row.member_id);
}

/** Opens the conflicts found among these parties and closes those that are no more; settled ones stay settled. */
export async function recordConflicts(
  tx: Tx,
  party_ids: readonly number[],
  found: readonly FoundConflict[],
  now: Date,
): Promise<void> {
  const shown = found.filter((f) => f.conflict !== "decided_apart");
  await tx.query(
    `with found as (
       select distinct conflict, least(a, b) as party_a, greatest(a, b) as party_b, kind, token
       from unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[]) as f (conflict, a, b, kind, token)
     ), closed as (
       update members.conflict c set state = 'gone', closed_at = $7
       where c.state = 'open' and c.conflict <> 'held_after_split' and c.party_a = any($1::bigint[]) and c.party_b = any($1::bigint[])
         and not exists (select 1 from found f where (f.conflict, f.party_a, f.party_b, f.token) = (c.conflict, c.party_a, c.party_b, c.token))
     )
     insert into members.conflict as c (conflict, party_a, party_b, kind, token, found_at)
     select conflict, party_a, party_b, kind, token, $7 from found
     on conflict (party_a, party_b, token, conflict) do update set state = 'open', found_at = excluded.found_at, closed_at = null
       where c.state = 'gone'`,
    [
      party_ids,
      shown.map((f) => f.conflict),
      shown.map((f) => f.a),
      shown.map((f) => f.b),
      shown.map((f) => f.kind),
      shown.map((f) => f.token),
      now,
    ],
  );
}
