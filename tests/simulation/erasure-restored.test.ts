import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Composition, compose } from "../../src/composition.ts";
import { type Config, loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import type { Ground } from "../../src/ground.ts";
import { createSource, type Source } from "../../src/ingest/index.ts";
import { refreshLake } from "../../src/lake/index.ts";
import { eraseMember } from "../../src/members/erasure.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { backupCommand, restoreCommand } from "../../src/recovery-commands.ts";
import { ownTables, setSetting, settingOf, SYSTEM_SCOPE } from "../../src/store/index.ts";
import { id, memberOf, record, send } from "../support/member-records.ts";

/** Who is erased, and who stays; they once shared a number. */
const GONE = { phone: "13900000111", name: "郑观澜", address: "厦门市思明区一路 1 号", email: "guanlan@example.com" };
const STAYS = { phone: "13900000222", name: "林停云", address: "泉州市鲤城区二路 2 号", email: "tingyun@example.com" };
const THIRD = { phone: "13900000333", name: "沈惟清", address: "漳州市芗城区三路 3 号", email: "weiqing@example.com" };
const CLEAR = Object.values(GONE);

let folder = "";
let composition: Composition;
let source: Source;
const at = (name: string): Config => loadConfig({ HUITOU_DATA: join(folder, name), HUITOU_DELETION_JOURNAL: folder });
const open = async (config: Config) =>
  compose({ config, clock: systemClock, log: makeLog("fatal"), domains: await loadDomains(), throwaway: true });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "huitou-erased-"));
  await chmod(folder, 0o755);
  composition = await open(at("live"));
  const { ground } = composition;
  source = await ground.store.write(SYSTEM_SCOPE, (tx) =>
    createSource(tx, { key: "crm", name: "crm", kind: "rest" }, new Date()),
  );
  for (const [n, person] of [GONE, STAYS, THIRD].entries()) {
    const identities = [id("crm_id", `E${n}`), id("phone", person.phone), id("email", person.email)];
    const { name, address } = person;
    await send(ground, source, [record("member", "2026-05-01", identities, { name, address })]);
    await send(ground, source, [
      record("review", "2026-05-02", [id("crm_id", `E${n}`)], { text: `${name}说茶香`, rating: 5 }),
    ]);
  }
  await refreshLake(ground);
});
afterAll(async () => {
  await composition.close();
  await rm(folder, { recursive: true, force: true });
});

const member = (ground: Ground, n: number) => memberOf(ground, source, "crm_id", `E${n}`);

/** Tokens by which somebody's values are sealed and found. */
function tokensOf({ store }: Ground, member_id: number): Promise<string[]> {
  return store.read(SYSTEM_SCOPE, async (tx) => {
    const found = await tx.query<{ token: string }>(
      `select token from members.holding join members.party using (party_id) where member_id = $1
       union select token from members.fact join members.party using (party_id) where member_id = $1 and token is not null
       union select s.value #>> '{}' from members.event join members.party using (party_id),
         jsonb_path_query(properties, 'lax $.**.sealed') s (value) where member_id = $1`,
      [member_id],
    );
    return found.map((row) => row.token);
  });
}

const readable = ({ store, vault }: Ground, tokens: readonly string[]) =>
  store.read(SYSTEM_SCOPE, async (tx) => [...(await vault.open(tx, tokens)).values()].map((clear) => clear.value));

/** Rows of every table, and bytes of every file, in which one of the texts stands. */
async function placesOf(ground: Ground, texts: readonly string[], schemas?: readonly string[]): Promise<string[]> {
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const found: string[] = [];
    for (const { name } of await ownTables(tx.client)) {
      if (schemas !== undefined && !schemas.includes(name.split(".")[0] ?? "")) continue;
      const rows = await tx.query<{ text: string }>(`select t::text as text from ${name} t`).catch(() => []);
      for (const { text } of rows) for (const one of texts) if (text.includes(one)) found.push(`${name}: ${one}`);
    }
    return found;
  });
}

async function filesWith(root: string, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath.includes("postgresql")) continue;
    const raw = await readFile(join(entry.parentPath, entry.name));
    const bytes = entry.name.endsWith(".zst") ? zstdDecompressSync(raw) : raw;
    for (const text of texts) if (bytes.includes(text)) found.push(`${entry.name}: ${text}`);
  }
  return found;
}

const said: string[] = [];
const say = (line: string) => said.push(line);
const folderOf = async (of: string) => join(folder, of, (await readdir(join(folder, of)))[0] ?? "");

test("crypto-shred one member, restore yesterday's data and key backup, look again: 0 readable bytes, 0 index rows", async () => {
  const { ground } = composition;
  const gone = await member(ground, 0);
  const tokens = await tokensOf(ground, gone);
  // what is looked for can be found: before, everything opens and is indexed
  expect((await readable(ground, tokens)).toSorted()).toEqual(expect.arrayContaining([`+86${GONE.phone}`, GONE.name]));
  expect((await placesOf(ground, tokens, ["members", "vault"])).length).toBeGreaterThan(8);

  expect(await backupCommand(composition, ["--to", join(folder, "b"), "--keys-to", join(folder, "k")], say)).toBe(0);
  const [from, keys] = [await folderOf("b"), await folderOf("k")];
  expect(await filesWith(join(folder, "b"), CLEAR)).toEqual([]);
  expect(await filesWith(join(folder, "b"), ["vault.sealed"])).not.toEqual([]);

  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    eraseMember(tx, ground, gone, { person_id: null, reason: "本人要求", now: ground.clock.now() }),
  );
  expect(await readable(ground, tokens)).toEqual([]);

  // the back-ups do bring the member back: only the journal knows better
  const unaware = { ...at("unaware"), deletion_journal: join(folder, "no-journal") };
  expect(await restoreCommand(unaware, ["--from", from, "--keys", keys], say)).toBe(0);
  const back = await open(unaware);
  expect(await readable(back.ground, tokens)).toEqual(expect.arrayContaining([`+86${GONE.phone}`, GONE.name]));
  await back.close();

  const config = at("restored");
  expect(await restoreCommand(config, ["--from", from, "--keys", keys], say)).toBe(0);
  const again = await open(config);
  try {
    const restored = again.ground;
    expect(await readable(restored, tokens)).toEqual([]);
    expect((await restored.vault.access.keys.find(tokens)).size).toBe(0);
    expect(await placesOf(restored, tokens, ["members", "vault"])).toEqual([]);
    expect(await placesOf(restored, CLEAR)).toEqual([]);
    expect(await filesWith(join(folder, "restored"), CLEAR)).toEqual([]);
    expect(await filesWith(join(folder, "live", "lake"), CLEAR)).toEqual([]);
    // nothing that the live installation let go of is back anywhere
    const count = (places: readonly string[]) =>
      Object.entries(Object.groupBy(places, (p) => p)).map(([p, all]) => [p, all?.length]);
    const live = new Map(count(await placesOf(ground, tokens)) as [string, number][]);
    for (const [place, rows] of count(await placesOf(restored, tokens)) as [string, number][])
      expect(rows, place).toBeLessThanOrEqual(live.get(place) ?? 0);
    // the other one is whole
    expect(await readable(restored, await tokensOf(restored, await member(restored, 1)))).toEqual(
      expect.arrayContaining([`+86${STAYS.phone}`, STAYS.name, STAYS.address]),
    );
  } finally {
    await again.close();
  }
});

test("a key that was restored by other means is destroyed again at the next start", async () => {
  const { ground } = composition;
  const other = await tokensOf(ground, await member(ground, 1));
  const { pool } = ground.vault.access.keys;
  const before = await pool.query("select * from sealing_key where token = any($1)", [other]);
  const journal = await pool.query("select max(sequence)::int as newest from deletion");
  await ground.store.write(SYSTEM_SCOPE, async (tx) =>
    eraseMember(tx, ground, await member(ground, 1), { person_id: null, reason: "本人要求", now: ground.clock.now() }),
  );
  for (const row of before.rows)
    await pool.query("update sealing_key set salt = $2, destroyed_at = null where token = $1", [row.token, row.salt]);
  await pool.query("delete from deletion where sequence > $1", [journal.rows[0].newest]);
  expect((await ground.vault.access.keys.find(other)).size).toBe(before.rows.length);
  await composition.close();
  composition = await open(at("live"));
  expect((await composition.ground.vault.access.keys.find(other)).size).toBe(0);
});

test("a record store that was set back alone, to a point in time, lets go again at the next start", async () => {
  const { ground } = composition;
  const { store } = ground;
  const third = await member(ground, 2);
  const tokens = await tokensOf(ground, third);
  const tables = ["members.holding", "members.fact", "members.search_key", "members.party", "vault.sealed"];
  const before = await store.read(SYSTEM_SCOPE, async (tx) => {
    const kept: [string, unknown][] = [];
    for (const table of tables) {
      const condition = table === "vault.sealed" ? "token = any($1)" : "party_id = $2 and $1::text[] is not null";
      const values = table === "vault.sealed" ? [tokens] : [tokens, third];
      kept.push([
        table,
        (await tx.query(`select json_agg(t) as rows from ${table} t where ${condition}`, values))[0]?.["rows"],
      ]);
    }
    return kept;
  });
  const mark = await store.read(SYSTEM_SCOPE, (tx) => settingOf<number>(tx, "vault.deletions_replayed"));
  await store.write(SYSTEM_SCOPE, (tx) =>
    eraseMember(tx, ground, third, { person_id: null, reason: "本人要求", now: ground.clock.now() }),
  );
  await store.write(SYSTEM_SCOPE, async (tx) => {
    await tx.query("delete from members.party where party_id = $1", [third]);
    for (const [table, rows] of before)
      await tx.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, [
        JSON.stringify(rows),
      ]);
    await setSetting(tx, "vault.deletions_replayed", mark ?? 0);
  });
  expect((await placesOf(ground, tokens, ["members", "vault"])).length).toBeGreaterThan(5);
  await composition.close();
  composition = await open(at("live"));
  expect(await placesOf(composition.ground, tokens, ["members", "vault"])).toEqual([]);
  expect(await member(composition.ground, 2)).toBe(-1);
});
