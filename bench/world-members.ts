import { randomBytes } from "node:crypto";
import pg from "pg";
import { bulkSql } from "../examples/tea-house/bulk.ts";
import { firstPhone } from "../examples/tea-house/phones.ts";
import { CITIES, STORES } from "../examples/tea-house/places.ts";
import { startOfDay, utcText } from "../examples/tea-house/calendar.ts";
import type { Ground } from "../src/ground.ts";
import { birthdayHint, nameHint } from "../src/members/component-store.ts";
import { looseKey, nameKey, phoneLast4Key, surnameKey } from "../src/members/profile-fact.ts";
import { SALT_BYTES } from "../src/vault/key-store.ts";
import { sealOne } from "../src/vault/sealed-values.ts";
import { bytes, type Cell, copyRows, withoutIndexes } from "./world-copy.ts";

/** Sources of the bench world, in the order of their ids. */
export const BENCH_SOURCES = ["crm", "mini_program", "mall", "pos", "service"] as const;

const SURNAMES = [..."王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余"];
const GIVEN = [
  ..."芳娜敏静丽艳娟霞秀玲桂英华慧巧美云莲真雪荣爱妹香月莺媛红春菊兰凤洁梅琳素倩婷雅欣怡梦伟强磊军洋勇杰涛明",
];

/**
 * Only the values of each so-many-th member are truly sealed (45 µs each: five minutes for a million members); the
 * tables are filled up to their size with rows that nothing opens. Benches that open values take these members.
 */
export const SEALED_EVERY = 10;

/** What a person at the counter would type to find member `n` of the bench world. */
export function benchMember(n: number): { member_id: number; phone: string; card_no: string; name: string } {
  const name = [
    SURNAMES[(n * 7) % SURNAMES.length],
    GIVEN[(n * 13) % GIVEN.length],
    GIVEN[Math.floor(n / 50) % GIVEN.length],
  ].join("");
  return { member_id: n + 1, phone: firstPhone(n), card_no: `SY${String(n).padStart(8, "0")}`, name };
}

interface BulkMember {
  readonly member: number;
  readonly joined_day: number;
  readonly city: number;
  readonly store: number;
  readonly gender: number;
  readonly birth_year: number;
  readonly birth_month: number;
  readonly birth_day: number;
  readonly has_mini: boolean;
}

const TABLES = {
  party: "members.party (party_id, anchor_kind, anchor_token, member_id, source_id, made_at)",
  holding: `members.holding (party_id, kind, token, source_id, first_at, last_at, stated_at, kept_first_at, kept_last_at,
    kept_stated_at)`,
  fact: "members.fact (party_id, field, record_id, source_id, person_id, observed_at, value, token, hint)",
  consent: "members.consent (party_id, purpose, medium, record_id, state, text_version, at, via, source_id, person_id)",
  search: "members.search_key (party_id, kind, key, source_token)",
  join: `members.join_log (party_a, party_b, member_kept, member_absorbed, rule, kind, token, joined_at)`,
  profile: `members.profile (member_id, joined_at, join_channel, gender, birth_year, birth_month, birth_day, city, city_tier,
    home_store_code, phone_verified, wechat_bound, wecom_friend, has_phone, has_email, has_openid, is_staff, is_test,
    is_wholesale, is_reseller, profile_filled, name_token, phone_token, sources, changed_at)`,
  sealed: "vault.sealed (token, kind, ciphertext)",
} as const;
type Table = keyof typeof TABLES;

/** Rows of one chunk of members, by table. */
class Rows {
  readonly all = new Map<Table | "key", Cell[][]>();

  add(table: Table | "key", ...row: Cell[]): void {
    const list = this.all.get(table);
    if (list === undefined) this.all.set(table, [row]);
    else list.push(row);
  }
}

const CHUNK_MEMBERS = 10_000;

/** Ciphertexts of the length of a phone's, for the values that are not truly sealed. */
const FILL_SEALED = `
  insert into vault.sealed (token, kind, ciphertext)
  select token, kind, decode('0101' || left(md5(token), 28) || md5(token || 'x') || left(md5(token || 'y'), 18), 'hex') from (
    select token, kind from members.holding where party_id <= $1 and (party_id - 1) % $2 <> 0
    union all
    select token, kind from members.holding where party_id > $1 and kind = 'openid' and (party_id - $1 - 1) % $2 <> 0
    union all
    select token, field from members.fact where token is not null and (party_id - 1) % $2 <> 0) t`;
const FILL_KEYS = `
  insert into sealing_key (token, salt)
  select left(translate(encode(decode(md5(n::text), 'hex'), 'base64'), '+/', '-_'), 22), decode(md5('s' || n), 'hex')
  from generate_series(1, $1::bigint) n`;

/** Fills the identity side: parties, identifiers, facts, search keys, profiles and the vault with its key store. */
export async function fillMembers(
  ground: Ground,
  urls: { readonly admin: string; readonly keys: string },
  options: { readonly members: number; readonly seed: number; readonly until_day: number },
): Promise<void> {
  const client = new pg.Client({ connectionString: urls.admin });
  const keys = new pg.Client({ connectionString: urls.keys });
  await client.connect();
  await keys.connect();
  const sql = bulkSql({ ...options, dialect: "postgresql" });
  const names = Object.values(TABLES).map((table) => table.split(" ")[0] as string);
  await keys.query("alter table sealing_key drop constraint sealing_key_pkey");
  await withoutIndexes(client, names, async () => {
    for (let from = 0; from < options.members; from += CHUNK_MEMBERS) {
      const to = Math.min(from + CHUNK_MEMBERS, options.members);
      const chunk = sql.members.replace(
        `generate_series(0::bigint, ${options.members - 1}::bigint)`,
        `generate_series(${from}::bigint, ${to - 1}::bigint)`,
      );
      const { rows } = await client.query<BulkMember>({ text: chunk, types: { getTypeParser: numberParser } });
      const made = new Rows();
      for (const row of rows) new MemberRows(made, ground, options.members, row).write();
      const { all } = made;
      await Promise.all([
        copyRows(keys, "sealing_key (token, salt)", all.get("key") ?? []),
        (async () => {
          for (const [name, target] of Object.entries(TABLES))
            await copyRows(client, target, all.get(name as Table) ?? []);
        })(),
      ]);
    }
    await client.query(FILL_SEALED, [options.members, SEALED_EVERY]);
  });
  await keys.query(FILL_KEYS, [Math.round(5 * options.members * (1 - 1 / SEALED_EVERY))]);
  await keys.query("alter table sealing_key add primary key (token)");
  await keys.query("analyze");
  await client.query("select setval('members.party_party_id_seq', $1)", [2 * options.members + 1]);
  await client.end();
  await keys.end();
}

/** Every number as a number: the rows hold nothing beyond 2^53. */
function numberParser(oid: number): (text: string) => unknown {
  return oid === 16 ? (text) => text === "t" : Number;
}

/** Writes the rows of one member. */
class MemberRows {
  private readonly rows: Rows;
  private readonly ground: Ground;
  private readonly members: number;
  private readonly row: BulkMember;
  private readonly at: string;

  constructor(rows: Rows, ground: Ground, members: number, row: BulkMember) {
    this.rows = rows;
    this.ground = ground;
    this.members = members;
    this.row = row;
    this.at = utcText(startOfDay(row.joined_day) + 36_000_000);
  }

  write(): void {
    const { vault } = this.ground;
    const n = this.row.member;
    const { phone, card_no, name } = benchMember(n);
    const crm_id = `C${String(n).padStart(8, "0")}`;
    const e164 = `+86${phone}`;
    const tokens = {
      crm_id: vault.token("crm_id", crm_id, "crm"),
      card_no: vault.token("card_no", card_no, "crm"),
      phone: vault.token("phone", e164),
    };
    this.rows.add("party", n + 1, "crm_id", tokens.crm_id, n + 1, 1, this.at);
    for (const [kind, token] of Object.entries(tokens)) this.hold(n + 1, 1, kind, token);
    this.seal(tokens.crm_id, "crm_id", crm_id);
    this.seal(tokens.card_no, "card_no", card_no);
    this.seal(tokens.phone, "phone", e164);
    const store = STORES[this.row.store]?.code ?? "";
    this.search(n + 1, "phone_last4", phoneLast4Key(vault, phone.slice(-4), store), tokens.phone);
    this.search(n + 1, "card_no", looseKey(vault, "card_no", card_no), tokens.card_no);
    this.search(n + 1, "crm_id", looseKey(vault, "crm_id", crm_id), tokens.crm_id);
    const name_token = this.facts(name, tokens.crm_id, store);
    if (this.row.has_mini) this.mini(tokens.phone);
    this.profile(name_token, tokens.phone, store);
  }

  private seal(token: string, kind: string, value: string): void {
    if (this.row.member % SEALED_EVERY !== 0) return;
    const salt = randomBytes(SALT_BYTES);
    this.rows.add("key", token, bytes(salt));
    this.rows.add("sealed", token, kind, bytes(sealOne(this.ground.vault.access, { token, kind, value }, salt)));
  }

  private hold(party: number, source: number, kind: string, token: string): void {
    const at = this.at;
    this.rows.add("holding", party, kind, token, source, at, at, at, at, at, at);
  }

  private search(party: number, kind: string, key: string, source_token: string): void {
    this.rows.add("search", party, kind, key, source_token);
  }

  /** @returns the token of the name */
  private facts(name: string, owner: string, store: string): string {
    const { row, rows, at } = this;
    const { vault } = this.ground;
    const party = row.member + 1;
    const record_id = `00000000-0000-4000-8000-${row.member.toString(16).padStart(12, "0")}`;
    const fact = (field: string, value: string | null, token: string | null = null, hint: string | null = null): void =>
      rows.add("fact", party, field, record_id, 1, null, at, value, token, hint);
    const two = (value: number) => String(value).padStart(2, "0");
    const birthday = `${row.birth_year}-${two(row.birth_month)}-${two(row.birth_day)}`;
    const name_token = vault.token("text name", name, owner);
    const birthday_token = vault.token("text birthday", birthday, owner);
    this.seal(name_token, "name", name);
    this.seal(birthday_token, "birthday", birthday);
    const surname = surnameKey(vault, name.slice(0, 1));
    fact("name", null, name_token, nameHint({ form: "full", token: nameKey(vault, name), surname }));
    const born = { year: row.birth_year, month: row.birth_month, day: row.birth_day, calendar: "solar" } as const;
    fact("birthday", null, birthday_token, birthdayHint(born));
    fact("gender", row.gender === 0 ? "female" : "male");
    fact("city", CITIES[row.city]?.name ?? "");
    fact("joined_at", at);
    fact("join_channel", "store");
    fact("home_store_code", store);
    this.search(party, "name", nameKey(vault, name), name_token);
    this.search(party, "surname", surname, name_token);
    if (party % 2 === 0) {
      rows.add("consent", party, "marketing", "sms", record_id, "granted", "privacy-2025.1", at, "crm", 1, null);
    }
    return name_token;
  }

  /** The same person in the mini program, joined by the phone. */
  private mini(phone: string): void {
    const { vault } = this.ground;
    const member_id = this.row.member + 1;
    const party = this.members + member_id;
    const openid = `oTbench${this.row.member.toString(36).padStart(8, "0")}`;
    const token = vault.token("openid", openid, "mini_program");
    this.rows.add("party", party, "openid", token, member_id, 2, this.at);
    this.hold(party, 2, "openid", token);
    this.hold(party, 2, "phone", phone);
    this.seal(token, "openid", openid);
    this.search(party, "openid", looseKey(vault, "openid", openid), token);
    this.rows.add("join", member_id, party, member_id, party, "same_phone", "phone", phone, this.at);
  }

  private profile(name_token: string, phone_token: string, store: string): void {
    const { row, at } = this;
    const city = CITIES[row.city];
    const mini = row.has_mini;
    const born = [row.birth_year, row.birth_month, row.birth_day];
    const gender = row.gender === 0 ? "female" : "male";
    const flags = [false, false, false, false];
    const known = [mini ? 9 : 8, name_token, phone_token, mini ? 2 : 1, at];
    const place = [city?.name ?? null, city?.tier ?? null, store];
    this.rows.add(
      "profile",
      row.member + 1,
      at,
      "store",
      gender,
      ...born,
      ...place,
      true,
      mini,
      false,
      true,
      false,
      mini,
      ...flags,
      ...known,
    );
  }
}
