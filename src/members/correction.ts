import type { Ground } from "../ground.ts";
import { businessDay, newUuid, problem } from "../platform/index.ts";
import { emit, type Tx } from "../store/index.ts";
import { afterDecision } from "./deciding.ts";
import type { Decider } from "./decision-store.ts";
import { insertFacts } from "./fact-store.ts";
import { memberIdAt, partyIds } from "./member-page.ts";
import { forgetParties } from "./party-memory.ts";
import { accountOf, lockIdentities } from "./party-store.ts";
import { readName } from "./person-trait.ts";
import { cityFacts, type Fact, parseBirthday, sealedFact, type SearchKey } from "./profile-fact.ts";
import { profileField } from "./profile-field.ts";
import { insertSearchKeys, refreshProfiles } from "./profile-store.ts";
import { settle } from "./settling.ts";

/** Fields that a person may correct in place. */
export const CORRECTABLE = [
  "gender",
  "city",
  "province",
  "occupation",
  "children",
  "home_store_code",
  "associate_code",
] as const;

/** Fields that say who somebody is: sealed, found by blind index, and corrected by a request that was checked. */
export const CORRECTABLE_SEALED = ["name", "birthday", "address"] as const;

export interface Said {
  readonly field: string;
  readonly value: string;
}

/** A correction that was made: by its record it can be taken back. */
export interface Corrected {
  readonly member_id: number;
  readonly record_id: string;
  /** What stood there before, in clear: for whoever keeps it as evidence, sealed. */
  readonly before: string | null;
}

const LENGTHS = { name: [1, 60], address: [5, 200] } as const;
const BIRTH_YEAR_MIN = 1900;

const isSealed = (field: string) => (CORRECTABLE_SEALED as readonly string[]).includes(field);

/**
 * The value as it will be kept.
 * @throws members.correction_invalid with what is wrong with a name, a birthday or an address
 */
export function correctedValue(ground: Ground, { field, value }: Said): string {
  const { zh, en } = profileField(field);
  const invalid = (reason_zh: string, reason_en: string) =>
    problem("members.correction_invalid", { field, field_zh: zh, field_en: en, reason_zh, reason_en });
  const text = value.normalize("NFKC").trim().replaceAll(/\s+/g, " ");
  if (!isSealed(field)) return value;
  if (field === "birthday") {
    const day = dayOf(text);
    if (day === undefined) throw invalid("请写成 1988-03-12 这样的公历日期", "write a date like 1988-03-12");
    if (day > businessDay(ground.clock.now(), ground.config.timezone))
      throw invalid("这一天还没有到", "that day has not come yet");
    return day;
  }
  const [min, max] = LENGTHS[field as keyof typeof LENGTHS];
  if ("never_key" in ground.vault.normalise(field, text) || text.includes("*"))
    throw invalid("请写完整的内容，不要用占位字或星号", "write it in full, without a placeholder or asterisks");
  if (text.length < min || text.length > max)
    throw invalid(`请写 ${min} 到 ${max} 个字`, `write ${min} to ${max} characters`);
  if (field === "name" && readName(text).form === "other" && /\d/.test(text))
    throw invalid("姓名里不应有数字", "a name has no digits");
  return text;
}

function dayOf(text: string): string | undefined {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  if (day === undefined || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text) return undefined;
  return day.getUTCFullYear() > BIRTH_YEAR_MIN && parseBirthday(text, "solar") !== null ? text : undefined;
}

/**
 * Keeps a person's correction: it beats every source, also later ones. A name, a birthday or an address is sealed under a
 * token of its own, searched by its blind indexes, and counts for who is who.
 * @throws members.not_found, members.correction_invalid
 */
export async function correctField(tx: Tx, ground: Ground, id: number, said: Said, by: Decider): Promise<Corrected> {
  const value = correctedValue(ground, said);
  await lockIdentities(tx);
  const member_id = await memberIdAt(tx, id);
  const parties = await partyIds(tx, member_id);
  const { party_id } = await accountOf(tx, parties);
  const record_id = newUuid(ground.clock.now());
  const before = await presentValue(tx, ground, parties, said.field);
  const { facts, keys } = await factsSaid(tx, ground, { party_id, record_id, field: said.field, value }, by);
  await insertFacts(tx, facts);
  await insertSearchKeys(tx, keys);
  await changedByHand(tx, ground, isSealed(said.field) ? parties : [], member_id, by.now);
  return { member_id, record_id, before };
}

/** Takes a correction back: what the sources say counts again, and the value it brought is gone with its key. */
export async function undoCorrection(
  tx: Tx,
  ground: Ground,
  { member_id: id, record_id }: Pick<Corrected, "member_id" | "record_id">,
  by: Decider,
): Promise<number> {
  await lockIdentities(tx);
  const member_id = await memberIdAt(tx, id);
  const parties = await partyIds(tx, member_id);
  const gone = await tx.query<{ token: string | null }>(
    "delete from members.fact where party_id = any($1::bigint[]) and record_id = $2 returning token",
    [parties, record_id],
  );
  const tokens = gone.flatMap(({ token }) => (token === null ? [] : [token]));
  await tx.query("delete from members.search_key where party_id = any($1::bigint[]) and source_token = any($2)", [
    parties,
    tokens,
  ]);
  await changedByHand(tx, ground, tokens.length > 0 ? parties : [], member_id, by.now);
  // last, because the key store is another database
  if (tokens.length > 0) await ground.vault.destroy(tx, tokens, by.now);
  return member_id;
}

async function factsSaid(
  tx: Tx,
  ground: Ground,
  { party_id, record_id, field, value }: Said & { readonly party_id: number; readonly record_id: string },
  by: Decider,
): Promise<{ readonly facts: Fact[]; readonly keys: SearchKey[] }> {
  const fact = (name: string, plain: string | null): Fact => ({
    party_id,
    field: name,
    record_id,
    source_id: null,
    person_id: by.person_id,
    observed_at: by.now,
    value: plain,
    token: null,
    hint: null,
    undoable: true,
  });
  if (!isSealed(field)) {
    const values = field === "city" ? cityFacts(value) : [[field, value] as const];
    return { facts: values.map(([name, plain]) => fact(name, plain)), keys: [] };
  }
  const token = ground.vault.token(`text ${field}`, value, `correction ${record_id}`);
  await ground.vault.seal(tx, [{ token, kind: field, value }]);
  const { hint, keys } = sealedFact(ground.vault, party_id, { field, clear: value, token });
  return { facts: [{ ...fact(field, null), token, hint }], keys };
}

/** What counts for a field now, in the order of the profile: a person's word first, then the newest. */
async function presentValue(tx: Tx, ground: Ground, parties: readonly number[], field: string): Promise<string | null> {
  const row = await tx.one<{ value: string | null; token: string | null }>(
    `select value, token from members.fact where party_id = any($1::bigint[]) and field = $2
     order by (person_id is not null) desc, observed_at desc, record_id desc limit 1`,
    [parties, field],
  );
  if (row?.token == null) return row?.value ?? null;
  return (await ground.vault.open(tx, [row.token])).get(row.token)?.value ?? null;
}

/** @param parties whose names or birthdays are others now: who is who is judged again */
async function changedByHand(
  tx: Tx,
  ground: Ground,
  parties: readonly number[],
  member_id: number,
  now: Date,
): Promise<void> {
  if (parties.length > 0) await afterDecision(tx, await settle(tx, parties, now), now);
  await refreshProfiles(tx, [member_id], now);
  await forgetParties(tx);
  await emit(tx, "members.changed", [{ member_ids: [member_id] }]);
}
