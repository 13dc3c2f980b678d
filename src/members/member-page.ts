import { sourceById } from "../ingest/index.ts";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import { storeNames } from "./catalogue-names.ts";
import { conflictsOfParties, type ConflictView } from "./conflict-store.ts";
import { joinsOfParties, type JoinView } from "./join-store.ts";
import { flagsOf, maskedValues, PROFILE_ROW, type ProfileRow } from "./member-row.ts";
import { PERSONAL_FIELDS, profileField } from "./profile-field.ts";
import { identifierRule } from "./rules.ts";
import { seenMembers, seenValues } from "./shown.ts";
import type { IdentityKind } from "../ingest/index.ts";

export interface MemberPageData {
  readonly member_id: number;
  readonly name_masked: string | null;
  readonly phone_masked: string | null;
  readonly joined_at: Date;
  readonly join_channel: string | null;
  readonly home_store: string | null;
  readonly associate: string | null;
  readonly flags: readonly string[];
  readonly identities: readonly IdentityView[];
  readonly facts: readonly FactView[];
  readonly consents: readonly ConsentView[];
  readonly reachable: readonly ReachView[];
  readonly joins: readonly JoinView[];
  readonly conflicts: readonly ConflictView[];
  readonly parties: number;
  readonly totals: { readonly orders: number; readonly net_fen: number; readonly last_order_at: Date | null };
}

export interface IdentityView {
  /** The value's blind index: what it is called in requests. */
  readonly value_id: string;
  readonly kind: string;
  readonly masked: string;
  readonly strength: string;
  readonly source: string | null;
  readonly first_seen_at: Date;
  readonly last_seen_at: Date;
  readonly state: "active" | "quarantined" | "retired";
}

interface Said {
  readonly value_masked: string | null;
  /** A code in words, where it has any. */
  readonly words: Words | null;
  readonly source: string | null;
  readonly observed_at: Date;
}
interface Words {
  readonly zh: string;
  readonly en: string;
}
export interface FactView extends Said {
  readonly field: string;
  readonly zh: string;
  readonly en: string;
  /** What other sources say that is not the same. */
  readonly others: readonly Said[];
}
export interface ConsentView {
  readonly purpose: string;
  readonly medium: string;
  readonly state: string;
  readonly text_version: string | null;
  readonly at: Date;
  readonly via: string | null;
  readonly source: string | null;
}
export interface ReachView {
  readonly medium: string;
  readonly ok: boolean;
  readonly reason: string | null;
}

/**
 * The member of a party id (a member is called by one of them), or of one that was absorbed. Whoever has stores of their
 * own gets to members of those, and to one they found just now; to them the others do not exist. @throws members.not_found
 */
export async function memberIdAt(tx: Tx, id: number): Promise<number> {
  const member_id = (await memberIdsAt(tx, [id])).get(id);
  if (member_id === undefined) throw problem("members.not_found", { member_id: id });
  return member_id;
}

/** The same for many; who is not there, or not to be seen, is not in it. */
export async function memberIdsAt(tx: Tx, ids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const { rows } = await tx.client.query<{ party_id: number; member_id: number }>({
    name: "members_ids_at",
    text: `select p.party_id, f.member_id from members.party p join members.profile f using (member_id)
     where p.party_id = any($1::bigint[]) and p.erased_at is null and ${seenMembers(2)}`,
    values: [ids, ...seenValues(tx.scope)],
  });
  return new Map(rows.map(({ party_id, member_id }) => [party_id, member_id]));
}

export async function partyIds(tx: Tx, member_id: number): Promise<number[]> {
  const rows = await tx.query<{ party_id: number }>(
    "select party_id from members.party where member_id = $1 order by party_id",
    [member_id],
  );
  return rows.map((row) => row.party_id);
}

/** Everything about one member but the timeline, with values masked. */
export async function memberPage(tx: Tx, ground: Ground, id: number): Promise<MemberPageData> {
  const member_id = await memberIdAt(tx, id);
  const parties = await partyIds(tx, member_id);
  const profile = await tx.one<ProfileRow>(`select ${PROFILE_ROW} from members.profile f where member_id = $1`, [
    member_id,
  ]);
  if (profile === undefined) throw problem("members.not_found", { member_id: id });
  const holdings = await holdingRows(tx, parties);
  const facts = await factRows(tx, parties);
  const tokens = [...holdings, ...facts].map((row) => row.token).filter((token) => token !== null);
  const values = await maskedValues(tx, ground, tokens);
  const open = (token: string) => values.get(token) ?? null;
  const sources = await sourceNames(
    tx,
    [...holdings, ...facts].map((row) => row.source_id),
  );
  const stores = await storeNames(tx, [profile.home_store_code, ...storeCodes(facts)]);
  const consents = await consentViews(tx, member_id, parties, sources);
  return {
    member_id,
    name_masked: profile.name_token === null ? null : open(profile.name_token),
    phone_masked: profile.phone_token === null ? null : open(profile.phone_token),
    joined_at: profile.joined_at,
    join_channel: profile.join_channel,
    home_store: profile.home_store_code === null ? null : (stores.get(profile.home_store_code) ?? null),
    associate: profile.associate_code,
    flags: flagsOf(profile),
    identities: identityViews(holdings, open, sources),
    facts: factViews(facts.filter(isShown(tx.scope)), open, sources, wordsFrom(ground, stores)),
    consents,
    reachable: reachability(holdings, facts, consents),
    joins: await joinsOfParties(tx, ground, parties),
    conflicts: await conflictsOfParties(tx, ground, parties),
    parties: parties.length,
    totals: { orders: profile.orders, net_fen: profile.net_minor, last_order_at: profile.last_order_at },
  };
}

interface HoldingRow {
  readonly kind: IdentityKind;
  readonly token: string;
  readonly source_id: number;
  readonly first_at: Date;
  readonly last_at: Date;
  readonly ended: boolean;
  readonly quarantined: boolean;
}

async function holdingRows(tx: Tx, parties: readonly number[]): Promise<HoldingRow[]> {
  return tx.query<HoldingRow>(
    `select h.kind, h.token, (array_agg(h.source_id order by h.first_at))[1] as source_id, min(h.first_at) as first_at, max(h.last_at) as last_at,
       bool_and(h.ended_at is not null and (h.stated_at is null or h.stated_at <= h.ended_at)) as ended,
       exists (select 1 from members.quarantine q where q.token = h.token and q.released_at is null) as quarantined
     from members.holding h where h.party_id = any($1::bigint[]) group by h.kind, h.token order by min(h.first_at), min(h.tie), h.token`,
    [parties],
  );
}

interface FactRow {
  readonly field: string;
  readonly source_id: number | null;
  readonly person_id: number | null;
  readonly observed_at: Date;
  readonly value: string | null;
  readonly token: string | null;
  readonly hint: string | null;
}

/** The newest of every source and person for each field, best first. */
async function factRows(tx: Tx, parties: readonly number[]): Promise<FactRow[]> {
  return tx.query<FactRow>(
    `select * from (
       select distinct on (field, source_id) field, source_id, person_id, observed_at, value, token, hint
       from members.fact where party_id = any($1::bigint[]) and field <> 'city_tier'
       order by field, source_id, observed_at desc, record_id desc) newest
     order by field, (person_id is not null) desc, observed_at desc`,
    [parties],
  );
}

export async function sourceNames(tx: Tx, source_ids: readonly (number | null)[]): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  for (const source_id of new Set(source_ids)) {
    if (source_id !== null) names.set(source_id, (await sourceById(tx, source_id)).name);
  }
  return names;
}

/** Facts that tell about the person go with the personal values: where those are left out, so are these. */
function isShown({ personal }: Scope): (row: FactRow) => boolean {
  return (row) => personal !== "omit" || !PERSONAL_FIELDS.has(row.field);
}

type Open = (token: string) => string | null;

function identityViews(rows: readonly HoldingRow[], open: Open, sources: ReadonlyMap<number, string>): IdentityView[] {
  return rows.map((row) => ({
    value_id: row.token,
    kind: row.kind,
    masked: open(row.token) ?? "***",
    strength: identifierRule(row.kind).strength,
    source: sources.get(row.source_id) ?? null,
    first_seen_at: row.first_at,
    last_seen_at: row.last_at,
    state: row.quarantined ? "quarantined" : row.ended ? "retired" : "active",
  }));
}

const STORE_FIELD = "home_store_code";
const storeCodes = (facts: readonly FactRow[]) =>
  facts.flatMap(({ field, value }) => (field === STORE_FIELD && value !== null ? [value] : []));

type WordsOf = (field: string, value: string | null) => Words | null;

/** Words for codes: a store's name, and the listed values of the profile. */
function wordsFrom(ground: Ground, stores: ReadonlyMap<string, string>): WordsOf {
  const columns = ground.catalogue.get("members").columns;
  return (field, value) => {
    if (value === null) return null;
    const store = field === STORE_FIELD ? stores.get(value) : undefined;
    if (store !== undefined) return { zh: store, en: store };
    const listed = columns.find(({ name }) => name === field)?.values?.find((one) => one.value === value);
    return listed === undefined ? null : { zh: listed.zh, en: listed.en };
  };
}

function factViews(
  rows: readonly FactRow[],
  open: Open,
  sources: ReadonlyMap<number, string>,
  wordsOf: WordsOf,
): FactView[] {
  const byField = new Map<string, FactRow[]>();
  for (const row of rows) byField.set(row.field, [...(byField.get(row.field) ?? []), row]);
  const views: FactView[] = [];
  for (const [field, said] of byField) {
    const [best, ...rest] = said;
    if (best === undefined) continue;
    const { zh, en } = profileField(field);
    const say = (row: FactRow): Said => ({
      value_masked: row.token === null ? row.value : open(row.token),
      words: row.token === null ? wordsOf(row.field, row.value) : null,
      source: row.source_id === null ? null : (sources.get(row.source_id) ?? null),
      observed_at: row.observed_at,
    });
    // Sealed values differ in their tokens by person; what they say is compared by their hint or their mask.
    const meaning = (row: FactRow) => row.hint ?? say(row).value_masked;
    const others = rest.filter((row) => meaning(row) !== meaning(best)).map(say);
    views.push({ field, zh, en, ...say(best), others });
  }
  return views;
}

async function consentViews(
  tx: Tx,
  member_id: number,
  parties: readonly number[],
  known: ReadonlyMap<number, string>,
): Promise<ConsentView[]> {
  const rows = await tx.query<Omit<ConsentView, "source"> & { source_id: number | null }>(
    `select c.purpose, c.medium, c.state, c.text_version, c.at, e.via, e.source_id
     from catalogue.consents c left join lateral (
       select via, source_id from members.consent e
       where e.party_id = any($2::bigint[]) and (e.purpose, e.medium, e.state, e.at) = (c.purpose, c.medium, c.state, c.at) limit 1) e on true
     where c.member_id = $1 order by c.purpose, c.medium`,
    [member_id, parties],
  );
  const names = new Map([
    ...known,
    ...(await sourceNames(
      tx,
      rows.map((row) => row.source_id).filter((id) => id === null || !known.has(id)),
    )),
  ]);
  return rows.map(({ source_id, ...row }) => ({
    ...row,
    source: source_id === null ? null : (names.get(source_id) ?? null),
  }));
}

/** By which media a member can be reached for marketing, and why not by the others. */
function reachability(
  holdings: readonly HoldingRow[],
  facts: readonly FactRow[],
  consents: readonly ConsentView[],
): ReachView[] {
  const holds = (kind: string) => holdings.some((row) => row.kind === kind && !row.ended && !row.quarantined);
  const friend = facts.find((row) => row.field === "wecom_friend")?.value === "true";
  const media: [medium: string, address: boolean, missing: string][] = [
    ["sms", holds("phone"), "no_phone"],
    ["email", holds("email"), "no_email"],
    ["wechat", holds("openid"), "no_openid"],
    ["wecom", friend, "no_wecom_friend"],
  ];
  return media.map(([medium, address, missing]) => {
    const consent = consents.find((c) => c.purpose === "marketing" && c.medium === medium)?.state;
    const reason = address
      ? consent === "granted"
        ? null
        : consent === undefined
          ? "no_consent"
          : `consent_${consent}`
      : missing;
    return { medium, ok: reason === null, reason };
  });
}
