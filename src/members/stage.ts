import type { IdentifiedRecord, Stage, StageBatch, StageReject } from "../ingest/index.ts";
import type { Ground } from "../ground.ts";
import { businessDay } from "../platform/index.ts";
import { emit, type Tx } from "../store/index.ts";
import { quarantineValues } from "./crowding.ts";
import { consentsOf } from "./consent.ts";
import { announceLive, insertEvents } from "./event-store.ts";
import { observe, type SeenParty } from "./observation.ts";
import { addsTo, changesIdentity, knownAfter, partyMemoryOf, type KnownParty } from "./party-memory.ts";
import {
  insertEvidence,
  insertParties,
  lockIdentities,
  partiesByAnchor,
  upsertHoldings,
  type HoldingRow,
} from "./party-store.ts";
import {
  factsOf,
  looseKey,
  phoneLast4Key,
  sealedToken,
  type Fact,
  type SearchKey,
  type SearchKeyKind,
} from "./profile-fact.ts";
import { insertFacts } from "./fact-store.ts";
import { insertConsents, insertSearchKeys, membersOfParties, refreshProfiles } from "./profile-store.ts";
import { reconsider } from "./reconsidering.ts";
import { retract } from "./retraction.ts";
import { settle } from "./settling.ts";
import { isTimelineKind, timelineEvent } from "./timeline-event.ts";

const IMPERSONAL: ReadonlySet<string> = new Set(["product", "store", "staff", "item"]);

/** What identity made of a batch. */
interface Identified {
  readonly ids: ReadonlyMap<string, number>;
  readonly made: readonly number[];
  /** Parties about which something new was learnt that matters for who they are. */
  readonly touched: ReadonlySet<number>;
  /** Parties that were seen on a day on which they had not been seen before. */
  readonly extended: readonly number[];
  /** Parties that were seen earlier than was known. */
  readonly earlier: readonly number[];
  readonly newHoldings: readonly HoldingRow[];
}

/** The pipeline's stage of this domain: who it is, what was said about them, what happened. */
export const stage: Stage = {
  domain: "members",
  apply: async (tx, ground, records, batch) => {
    await ground.vault.seal(
      tx,
      [...batch.clear.values()].map(({ token, kind, value }) => ({ token, kind, value })),
    );
    const personal = records.filter((record) => !IMPERSONAL.has(record.kind));
    const memory = partyMemoryOf(ground);
    await lockIdentities(tx);
    const transaction_id = await memory.begin(tx);
    await quarantineStaffNumbers(tx, ground, records);
    const { parties, evidence, anonymous } = observe(personal);
    const { known, loaded } = await knownParties(tx, memory, [...parties.keys()]);
    const identified = await storeParties(tx, ground, parties, known);
    await insertEvidence(
      tx,
      evidence.map((row) => ({ ...row, party_id: idOf(identified.ids, row.anchor_token) })),
    );
    for (const party of parties.values())
      for (const record of party.records) record.party_id = idOf(identified.ids, party.anchor.token);
    const facts = await storeFacts(tx, ground, personal, batch, identified);
    await resolveAndRefresh(tx, ground, identified, facts);
    await storeEvents(tx, ground, personal);
    if (records.length > 1) {
      memory.learn(transaction_id, learntOf(parties, identified.ids, known, loaded));
    }
    return anonymous.filter((record) => isTimelineKind(record.kind) || record.kind === "member").map(rejectNobody);
  },
  retract,
};

function rejectNobody(record: IdentifiedRecord): StageReject {
  return { record_id: record.record_id, code: "members.no_identity", params: { kind: record.kind } };
}

function idOf(ids: ReadonlyMap<string, number>, anchor_token: string): number {
  const party_id = ids.get(anchor_token);
  if (party_id === undefined) throw new Error("a party of the batch was not stored");
  return party_id;
}

/** A clerk's own number is typed in for customers who give none: it never tells who somebody is. */
async function quarantineStaffNumbers(tx: Tx, ground: Ground, records: readonly IdentifiedRecord[]): Promise<void> {
  const values = records
    .filter((record) => record.kind === "staff")
    .flatMap((record) => record.identities.filter((identity) => identity.kind === "phone" || identity.kind === "email"))
    .map(({ kind, token }) => ({ kind, token, holders: 0 }));
  if (values.length === 0) return;
  await quarantineValues(tx, values, "staff", ground.clock.now());
  await reconsider(
    tx,
    ground,
    values.map((value) => value.token),
  );
}

async function knownParties(
  tx: Tx,
  memory: ReturnType<typeof partyMemoryOf>,
  anchors: readonly string[],
): Promise<{ known: Map<string, KnownParty>; loaded: ReadonlySet<string> }> {
  const known = new Map<string, KnownParty>();
  const loaded = new Set<string>();
  for (const anchor of anchors) {
    const party = memory.find(anchor);
    if (party === undefined) loaded.add(anchor);
    else known.set(anchor, party);
  }
  for (const [anchor, party] of await partiesByAnchor(tx, [...loaded])) known.set(anchor, party);
  return { known, loaded };
}

/**
 * What the memory does not hold already. Remembering all parties of a batch anew made 1 KB of each that outlived the
 * round: garbage collection was a third of the pipeline's time.
 */
function learntOf(
  parties: ReadonlyMap<string, SeenParty>,
  ids: ReadonlyMap<string, number>,
  known: ReadonlyMap<string, KnownParty>,
  loaded: ReadonlySet<string>,
): Map<string, KnownParty> {
  const learnt = new Map<string, KnownParty>();
  for (const [token, seen] of parties) {
    const before = known.get(token);
    const after = knownAfter(idOf(ids, token), before, seen);
    if (after !== before || loaded.has(token)) learnt.set(token, after);
  }
  return learnt;
}

async function storeParties(
  tx: Tx,
  ground: Ground,
  parties: ReadonlyMap<string, SeenParty>,
  known: ReadonlyMap<string, KnownParty>,
): Promise<Identified> {
  const fresh = [...parties.values()].filter((party) => !known.has(party.anchor.token));
  const made = await insertParties(
    tx,
    fresh.map(({ anchor, source_id }) => ({ kind: anchor.kind, token: anchor.token, source_id })),
    ground.clock.now(),
  );
  const ids = new Map([...parties.keys()].map((token) => [token, known.get(token)?.party_id ?? made.get(token) ?? -1]));
  const rows: HoldingRow[] = [];
  const touched = new Set<number>();
  const extended: number[] = [];
  const earlier: number[] = [];
  const newHoldings: HoldingRow[] = [];
  for (const [anchor, party] of parties) {
    const before = known.get(anchor);
    const party_id = idOf(ids, anchor);
    for (const seen of party.holdings.values()) {
      const had = before?.holdings.get(seen.token);
      if (!addsTo(had, seen)) continue;
      const row: HoldingRow = { ...seen, party_id, source_id: party.source_id };
      rows.push(row);
      if (had === undefined) newHoldings.push(row);
      else if (seen.token === anchor) extended.push(party_id);
      if (changesIdentity(had, seen)) touched.add(party_id);
      else if (had !== undefined && seen.all.first_ms < had.all.first_ms) earlier.push(party_id);
    }
  }
  await upsertHoldings(tx, rows);
  return { ids, made: [...made.values()], touched, extended, earlier, newHoldings };
}

interface StoredFacts {
  /** Parties whose name or birthday may have changed. */
  readonly traits: ReadonlySet<number>;
  /** Parties about which anything was said. */
  readonly parties: ReadonlySet<number>;
}

async function storeFacts(
  tx: Tx,
  ground: Ground,
  records: readonly IdentifiedRecord[],
  batch: StageBatch,
  identified: Identified,
): Promise<StoredFacts> {
  const members = records.filter((record) => record.kind === "member" && record.party_id !== null);
  const open = await sealedTexts(tx, ground, members, batch);
  const facts: Fact[] = [];
  const keys: SearchKey[] = identifierKeys(ground, identified, records, batch);
  for (const record of members) {
    const said = factsOf(record, record.party_id ?? -1, ground.vault, open);
    facts.push(...said.facts);
    keys.push(...said.keys);
  }
  const consents = records.flatMap((record) => (record.party_id === null ? [] : consentsOf(record, record.party_id)));
  await insertFacts(tx, facts);
  await insertSearchKeys(tx, keys);
  await insertConsents(tx, consents);
  const traits = facts.filter((fact) => fact.field === "name" || fact.field === "birthday");
  return {
    traits: new Set(traits.map((fact) => fact.party_id)),
    parties: new Set([...facts, ...consents].map((row) => row.party_id)),
  };
}

/** Clear texts of member records: from the batch where they came with it, else from the vault. */
async function sealedTexts(
  tx: Tx,
  ground: Ground,
  members: readonly IdentifiedRecord[],
  batch: StageBatch,
): Promise<(token: string) => string | undefined> {
  const missing: string[] = [];
  for (const { body } of members) {
    for (const field of ["name", "birthday", "address", "occupation"]) {
      const token = sealedToken(body[field]);
      if (token !== undefined && !batch.clear.has(token)) missing.push(token);
    }
  }
  const opened = await ground.vault.open(tx, missing);
  return (token) => batch.clear.get(token)?.value ?? opened.get(token)?.value;
}

const LOOSE_KINDS: ReadonlySet<string> = new Set(["card_no", "mall_id", "crm_id", "openid"]);

/** Search keys of identifiers newly seen: last four digits of phones, account numbers whatever their source. */
function identifierKeys(
  ground: Ground,
  identified: Identified,
  records: readonly IdentifiedRecord[],
  batch: StageBatch,
): SearchKey[] {
  const stores = new Map<number, string>();
  for (const { party_id, body } of records) {
    const store = body["home_store_code"] ?? body["store_code"];
    if (party_id !== null && typeof store === "string" && !stores.has(party_id)) stores.set(party_id, store);
  }
  const keys: SearchKey[] = [];
  for (const { party_id, kind, token } of identified.newHoldings) {
    const value = batch.clear.get(token)?.value;
    if (value === undefined) continue;
    const add = (key_kind: SearchKeyKind, key: string) =>
      keys.push({ party_id, kind: key_kind, key, source_token: token });
    if (kind === "phone") add("phone_last4", phoneLast4Key(ground.vault, value.slice(-4), stores.get(party_id) ?? ""));
    else if (LOOSE_KINDS.has(kind)) add(kind as SearchKeyKind, looseKey(ground.vault, kind, value));
  }
  return keys;
}

async function resolveAndRefresh(tx: Tx, ground: Ground, identified: Identified, facts: StoredFacts): Promise<void> {
  const now = ground.clock.now();
  const late = await partiesInDoubt(tx, identified.extended);
  const settled = await settle(tx, [...identified.touched, ...facts.traits, ...late], now);
  const changed = new Set([...identified.made, ...identified.touched, ...identified.earlier, ...facts.parties]);
  const members = new Set([...(await membersOfParties(tx, [...changed])), ...settled.member_ids]);
  await refreshProfiles(tx, [...members], now);
  if (settled.member_ids.size > 0) {
    await emit(tx, "members.totals_due", [{ party_ids: await partiesOfMembers(tx, [...settled.member_ids]) }]);
  }
  if (identified.made.length > 0) await emit(tx, "members.created", [{ party_ids: identified.made }]);
  // what a profile shows of identifiers (a bound WeChat, the day of joining) changes without a fact
  const shown = [...facts.parties, ...identified.touched, ...identified.earlier];
  if (shown.length > 0) await emit(tx, "members.changed", [{ member_ids: await membersOfParties(tx, shown) }]);
}

/** Being seen on further days can only matter where a number's owner is in doubt (see conflict.ts). */
async function partiesInDoubt(tx: Tx, party_ids: readonly number[]): Promise<number[]> {
  if (party_ids.length === 0) return [];
  const rows = await tx.query<{ party_id: number }>(
    `select t.party_id from unnest($1::bigint[]) as t (party_id) where exists (
       select 1 from members.party p join members.party o on o.member_id = p.member_id
       join members.conflict c on o.party_id in (c.party_a, c.party_b) and c.state = 'open' where p.party_id = t.party_id)`,
    [party_ids],
  );
  return rows.map((row) => row.party_id);
}

async function partiesOfMembers(tx: Tx, member_ids: readonly number[]): Promise<number[]> {
  const rows = await tx.query<{ party_id: number }>(
    "select party_id from members.party where member_id = any($1::bigint[])",
    [member_ids],
  );
  return rows.map((row) => row.party_id);
}

async function storeEvents(tx: Tx, ground: Ground, records: readonly IdentifiedRecord[]): Promise<void> {
  const happened = records.filter((record) => record.party_id !== null && isTimelineKind(record.kind));
  const counterparts = await counterpartParties(tx, happened);
  await insertEvents(
    tx,
    happened.map((record) => timelineEvent(record, record.party_id ?? -1, counterparts.get(record.record_id) ?? null)),
  );
  if (happened.length === 0) return;
  const days = new Set(happened.map((record) => businessDay(record.occurred_at, ground.config.timezone)));
  await emit(tx, "catalogue.changed", [{ relation: "events", days: [...days].sort() }]);
  await announceLive(
    tx,
    happened.map((record) => record.party_id ?? -1),
  );
}

/** The other person of referrals, where somebody is known under one of the identifiers given. */
async function counterpartParties(tx: Tx, records: readonly IdentifiedRecord[]): Promise<Map<string, number>> {
  const tokens = new Map<string, string[]>();
  for (const { record_id, kind, body } of records) {
    if (kind !== "referral") continue;
    const { identities } = (body["counterpart"] ?? {}) as { identities?: { token: string }[] };
    if (identities !== undefined && identities.length > 0)
      tokens.set(
        record_id,
        identities.map((identity) => identity.token),
      );
  }
  if (tokens.size === 0) return new Map();
  const rows = await tx.query<{ token: string; party_id: number }>(
    `select h.token, min(h.party_id) as party_id from members.holding h where h.token = any($1::text[])
       and not exists (select 1 from members.quarantine q where q.token = h.token and q.released_at is null) group by h.token`,
    [[...tokens.values()].flat()],
  );
  const byToken = new Map(rows.map((row) => [row.token, row.party_id]));
  const found = new Map<string, number>();
  for (const [record_id, candidates] of tokens) {
    const token = candidates.find((candidate) => byToken.has(candidate));
    const party_id = token === undefined ? undefined : byToken.get(token);
    if (party_id !== undefined) found.set(record_id, party_id);
  }
  return found;
}
