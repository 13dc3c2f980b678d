import { copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedWorld } from "../../examples/tea-house/seed.ts";
import { type Composition, compose } from "../../src/composition.ts";
import type { Ground } from "../../src/ground.ts";
import { ensureSource, type Source } from "../../src/ingest/index.ts";
import { loadComponent } from "../../src/members/component-store.ts";
import { searchMembers } from "../../src/members/search-store.ts";
import { resolve } from "../../src/members/resolver.ts";
import { settle } from "../../src/members/settling.ts";
import { timeline } from "../../src/members/timeline.ts";
import { makeLog } from "../../src/platform/log.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { beginExchange, dropExchange, openVault, requireReady, runExchange } from "../../src/vault/index.ts";
import { tokensIn } from "../../src/vault/exchange/token-text.ts";
import { withDatabase } from "../support/database.ts";
import { eraseNow } from "../support/erase-member.ts";
import { id, memberOf, record, rows, send } from "../support/member-records.ts";

const world = withDatabase();
const UNTIL = new Date("2026-11-22T08:00:00Z");
let now: Composition;
let crm: Source;
let pos: Source;
const ground = (): Ground => now.ground;
const read = <Row>(text: string, values: readonly unknown[] = []) => rows<Row>(ground(), text, values);

/** As another process opens the installation. */
const open = (exchanging = false) => {
  const { composition, clock, domains } = world();
  const { databases, ground: first } = composition;
  const options = { config: first.config, clock, log: makeLog("fatal"), domains, databases, migrated: true };
  return compose({ ...options, exchanging });
};

async function exchange(): Promise<Awaited<ReturnType<typeof runExchange>>> {
  const { databases, domains } = world().composition;
  await now.close();
  const opened = await open(true);
  const { access } = opened.ground.vault;
  try {
    await beginExchange(access);
    await requireReady({ ground: opened.ground, domains });
    const progress = () => undefined;
    return await runExchange({ ground: opened.ground, admin_url: databases.admin_url, domains, progress });
  } catch (error) {
    await dropExchange(access);
    throw error;
  } finally {
    await opened.close();
    now = await open();
  }
}

async function superuser<Row extends pg.QueryResultRow>(text: string, keys = false): Promise<Row[]> {
  const { admin_url, keys_url } = world().composition.databases;
  const client = new pg.Client({ connectionString: keys ? keys_url : admin_url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Who is who and what is known of them, by everything but tokens. */
async function everybody(): Promise<Record<string, unknown>> {
  const opened = async (text: string) => {
    const found = await read<Record<string, unknown>>(text);
    const tokens = found.flatMap((row) =>
      Object.entries(row).flatMap(([k, v]) => (k.endsWith("token") && v !== null ? [String(v)] : [])),
    );
    const clear = await ground().store.read(SYSTEM_SCOPE, (tx) => ground().vault.open(tx, tokens));
    return found
      .map((row) =>
        JSON.stringify(
          Object.entries(row).map(([k, v]) =>
            k.endsWith("token") && v !== null ? (clear.get(String(v))?.value ?? "?") : v,
          ),
        ),
      )
      .toSorted();
  };
  return {
    parties: await opened("select party_id, member_id, anchor_kind, anchor_token from members.party"),
    holdings: await opened("select party_id, kind, token, first_at, last_at, stated_at, ended_at from members.holding"),
    facts: await opened(
      "select party_id, field, record_id, value, token, split_part(hint, ' ', 1) as form from members.fact",
    ),
    profiles: await opened("select p.*, null as changed_at from members.profile p"),
    joins: await opened("select join_id, party_a, party_b, rule, token, undone_at from members.join_log"),
    conflicts: await opened("select conflict_id, conflict, party_a, party_b, kind, state, token from members.conflict"),
    quarantine: await opened("select kind, reason, holders, token from members.quarantine"),
    staff: await opened("select staff_code, name_token from trade.staff"),
    ends: await opened("select party_id, kind, count(*)::int as n from members.search_key group by 1, 2"),
  };
}

/** What a person finds who types the values of some members. */
async function found(): Promise<unknown[]> {
  const some = await read<{ member_id: number; name_token: string | null; phone_token: string | null }>(
    "select member_id, name_token, phone_token from members.profile where phone_token is not null order by member_id limit 25",
  );
  const scope = SYSTEM_SCOPE;
  return ground().store.read(scope, async (tx) => {
    const clear = await ground().vault.open(
      tx,
      some.flatMap((one) => [one.name_token ?? "", one.phone_token ?? ""]),
    );
    const answers: unknown[] = [];
    for (const { member_id, name_token, phone_token } of some) {
      const phone = clear.get(phone_token ?? "")?.value ?? "";
      const name = clear.get(name_token ?? "")?.value ?? "";
      for (const typed of [phone, name, name.slice(0, 1), phone.slice(-4)]) {
        if (typed === "") continue;
        const { items, understood_as, more } = await searchMembers(tx, ground(), typed, scope);
        // nobody promises an order of what is found
        const shown = items.map((item) => JSON.stringify([item.member_id, item.matched_by])).toSorted();
        answers.push([member_id, understood_as, more ? items.length : shown]);
      }
    }
    return answers;
  });
}

async function timelines(): Promise<unknown[]> {
  const some = await read<{ member_id: number }>("select member_id from members.profile order by member_id limit 20");
  return ground().store.read(SYSTEM_SCOPE, async (tx) => {
    const lines: unknown[] = [];
    for (const { member_id } of some) lines.push(await timeline(tx, ground(), member_id, {}));
    return lines;
  });
}

/** Every token there is, wherever it is known to be one. */
async function allTokens(): Promise<Set<string>> {
  const keys = await superuser<{ token: string }>("select token from sealing_key where token not like 'named:%'", true);
  const more = await superuser<{ token: string }>(
    `select token from vault.sealed union select token from members.holding union select anchor_token from members.party
     union select key from members.search_key where kind <> 'phone_last4' union select name_token from trade.staff where name_token is not null
     union select p from members.fact, unnest(string_to_array(hint, ' ')) p where field = 'name'`,
  );
  return new Set([...keys, ...more].map(({ token }) => token).filter((token) => token.length === 22));
}

/** Looks at the text of every row of every table and view of both databases, and at the journal: written apart from the exchange's own scan. */
async function placesOf(tokens: ReadonlySet<string>): Promise<string[]> {
  const places: string[] = [];
  const tables = `select n.nspname || '.' || quote_ident(c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'v', 'm') and n.nspname !~ '^(pg_|information_schema)'`;
  for (const keys of [false, true])
    for (const { name } of await superuser<{ name: string }>(tables, keys)) {
      const lines = await superuser<{ line: string }>(`select t::text as line from ${name} t`, keys);
      const hits = lines.filter(({ line }) => tokensIn(line).some((token) => tokens.has(token))).length;
      if (hits > 0) places.push(`${name} ${hits}`);
    }
  const journal = await readFile(ground().vault.access.journal.file, "utf8").catch(() => "");
  if (tokensIn(journal).some((token) => tokens.has(token))) places.push("journal");
  return places;
}

let STRANGER = "";
const before: { all?: Record<string, unknown>; found?: unknown[]; lines?: unknown[]; tokens: Set<string> } = {
  tokens: new Set(),
};
let erased_before = 0;

beforeAll(async () => {
  const { ground: first, clock } = world();
  clock.set(UNTIL);
  now = await open();
  await seedWorld(ground(), { members: 160, seed: 4, until: UNTIL });
  crm = await ensureSource(ground(), { key: "own_crm", name: "CRM", kind: "rest" });
  pos = await ensureSource(ground(), { key: "own_pos", name: "POS", kind: "rest" });
  await send(ground(), crm, [
    record("member", "2026-05-01", [id("crm_id", "X1"), id("phone", "13812345670")], {
      name: "王丽",
      birthday: "1988-03-12",
    }),
    record("member", "2026-05-01", [id("crm_id", "X2"), id("phone", "13812345671")], {
      name: "赵敏",
      address: "杭州市西湖区一路 1 号",
    }),
    record("review", "2026-05-02", [id("crm_id", "X1")], { text: "请打 13812345670 找王丽", rating: 5 }),
    record("custom", "2026-05-02", [id("crm_id", "X1")], {
      name: "x",
      properties: { "13812345678": 3, contact: "13812345679" },
    }),
    // two numbers of one kind: which one names the party must not hang on the key
    record("review", "2026-05-03", [id("phone", "13912340001"), id("phone", "13912340002")], { text: "好", rating: 4 }),
    record("review", "2026-05-03", [id("phone", "13912340004"), id("phone", "13912340003")], { text: "好", rating: 4 }),
  ]);
  erased_before = await memberOf(ground(), crm, "crm_id", "X2");
  await eraseNow(ground(), erased_before);
  await mkdir(join(first.config.data_dir, "before"), { recursive: true });
  for (const name of ["master.json", "kek.json"])
    await copyFile(join(first.config.data_dir, "keys", name), join(first.config.data_dir, "before", name));
  STRANGER = ground().vault.token("openid", "a stranger", "wx");
  before.all = await everybody();
  before.found = await found();
  before.lines = await timelines();
  before.tokens = await allTokens();
});
afterAll(() => now.close());

describe("an exchange of the index key", () => {
  it("refuses while batches wait, in words, and the installation starts as it was", async () => {
    const [first] = await read<{ inbox_id: number }>("select max(inbox_id) as inbox_id from ingest.inbox");
    await superuser(`update ingest.inbox set state = 'received' where inbox_id = ${first?.inbox_id}`);
    await expect(exchange()).rejects.toMatchObject({ code: "vault.exchange_waits_for" });
    await superuser(`update ingest.inbox set state = 'applied' where inbox_id = ${first?.inbox_id}`);
    expect(now.ground.vault.access.keyring().index.version).toBe(1);
    expect(await everybody()).toEqual(before.all);
  });

  it("that finds a token in bytes of a table it cannot rewrite undoes everything and names the place", async () => {
    const token = [...before.tokens][0] ?? "";
    await superuser("create table trade.tomorrow (note text, held bytea, many text[], doc jsonb, stranger_token text)");
    await superuser(`insert into trade.tomorrow (held, stranger_token) values ('${token}', '${STRANGER}')`);
    await expect(exchange()).rejects.toMatchObject({
      code: "vault.exchange_left",
      params: { places: "trade.tomorrow (1)" },
    });
    expect(await everybody()).toEqual(before.all);
    await superuser(
      `update trade.tomorrow set held = null, note = 'household ${token} sms', many = '{${token}}', doc = '{"a": [{"x": "${token}"}]}'`,
    );
  });

  it("leaves none of the tokens of before anywhere, nor in a table that nobody told it of", async () => {
    const end = await exchange();
    expect(end).toMatchObject({ version: 2, unreadable: 0 });
    expect(end.values).toBeGreaterThan(500);
    expect(await placesOf(before.tokens)).toEqual([]);
    const [row] = await superuser<{
      note: string;
      many: string[];
      doc: { a: { x: string }[] };
      stranger_token: string;
    }>("select * from trade.tomorrow");
    const moved = row?.many[0] ?? "";
    expect([row?.note, row?.doc.a[0]?.x]).toEqual([`household ${moved} sms`, moved]);
    expect((await allTokens()).has(moved)).toBe(true);
    // of nobody whom the platform knows: nothing was ever sealed under it
    expect(row?.stranger_token).toBe(ground().vault.token("openid", "a stranger", "wx"));
    expect(row?.stranger_token).not.toBe(STRANGER);
  });

  it("changes nothing of who is who and what is known of them, found or shown", async () => {
    expect(await everybody()).toEqual(before.all);
    expect(await found()).toEqual(before.found);
    expect(await timelines()).toEqual(before.lines);
  });

  it("keeps the order in which ties are settled: every member judged anew is who they were, by the same links", async () => {
    const parties = await read<{ party_id: number }>("select party_id from members.party where erased_at is null");
    const ids = parties.map(({ party_id }) => party_id);
    const settled = await ground().store.write(SYSTEM_SCOPE, (tx) => settle(tx, ids, world().clock.now()));
    expect([settled.joins, settled.splits]).toEqual([0, 0]);
    const { component } = await ground().store.read(SYSTEM_SCOPE, (tx) => loadComponent(tx, ids));
    expect(component.ties?.size).toBeGreaterThan(50);
    const links = resolve(component).links.map(({ a, b }) => [a, b].toSorted((x, y) => x - y).join(" "));
    const standing = await read<{ pair: string }>(
      "select least(party_a, party_b) || ' ' || greatest(party_a, party_b) as pair from members.join_log where undone_at is null",
    );
    expect(links.length).toBe(standing.length);
    expect(await everybody()).toEqual(before.all);
  });

  it("new records join the members of before, and what is said again is known", async () => {
    const member = await memberOf(ground(), crm, "crm_id", "X1");
    expect(member).toBeGreaterThan(0);
    const count = async () => (await read<{ n: number }>("select count(*)::int as n from members.fact"))[0]?.n;
    const sealed = async () => (await read<{ n: number }>("select count(*)::int as n from vault.sealed"))[0]?.n;
    const [facts, values] = [await count(), await sealed()];
    await send(ground(), crm, [
      record("member", "2026-05-20", [id("crm_id", "X1"), id("phone", "13812345670")], {
        name: "王丽",
        birthday: "1988-03-12",
      }),
    ]);
    // the name said again has the same token as before: its newest statement stands beside the first, nothing is sealed anew
    expect(await sealed()).toBe(values);
    expect(await count()).toBeLessThanOrEqual((facts ?? 0) + 2);
    await send(ground(), pos, [
      record("member", "2026-05-21", [id("card_no", "Y1"), id("phone", "13812345670")], { name: "王丽" }),
    ]);
    expect(await memberOf(ground(), pos, "card_no", "Y1")).toBe(member);
    const parties = async () => (await read<{ n: number }>("select count(*)::int as n from members.party"))[0]?.n;
    const known = await parties();
    await send(ground(), crm, [
      record("review", "2026-05-23", [id("phone", "13912340002"), id("phone", "13912340001")], {
        text: "好",
        rating: 4,
      }),
      record("review", "2026-05-23", [id("phone", "13912340003"), id("phone", "13912340004")], {
        text: "好",
        rating: 4,
      }),
    ]);
    expect(await parties()).toBe(known);
  });

  it("a conflict of two names is one of before and after: another name on the number stays apart, the same one does not", async () => {
    await send(ground(), pos, [
      record("member", "2026-05-22", [id("card_no", "Y2"), id("phone", "13812345670")], {
        name: "孙悟",
        birthday: "1999-11-30",
      }),
    ]);
    const member = await memberOf(ground(), crm, "crm_id", "X1");
    expect(await memberOf(ground(), pos, "card_no", "Y2")).not.toBe(member);
  });

  it("erases a member whole; keys of before the exchange do not open beside its journal", async () => {
    const member = await memberOf(ground(), crm, "crm_id", "X1");
    await eraseNow(ground(), member);
    const scope = SYSTEM_SCOPE;
    const answer = await ground().store.read(scope, (tx) => searchMembers(tx, ground(), "13812345670", scope));
    expect(answer.items.map((item) => item.member_id)).not.toContain(member);
    expect((await ground().vault.access.journal.status()).entries).toBeGreaterThan(1);
    const { config } = ground();
    const ring = join(config.data_dir, "before");
    const old_dir = join(config.data_dir, "restored");
    await mkdir(join(old_dir, "keys"), { recursive: true });
    for (const name of ["master.json", "kek.json"]) await copyFile(join(ring, name), join(old_dir, "keys", name));
    const opening = openVault({
      data_dir: old_dir,
      keys_url: world().composition.databases.keys_url,
      master_key: "",
      master_key_before: "",
      suite: "intl",
      journal_dir: join(ground().vault.access.journal.file, ".."),
      wall: world().clock,
      onError: () => undefined,
    });
    const code = await opening.then(
      () => "opened",
      (error: { code?: string }) => error.code,
    );
    expect(code).toBe("vault.journal_newer");
  });

  it("a second one follows the first", async () => {
    const all = await everybody();
    const tokens = await allTokens();
    expect(await exchange()).toMatchObject({ version: 3 });
    expect(await placesOf(tokens)).toEqual([]);
    expect(await placesOf(before.tokens)).toEqual([]);
    expect(await everybody()).toEqual(all);
    const member = await memberOf(ground(), pos, "card_no", "Y2");
    await send(ground(), pos, [record("login", "2026-05-25", [id("card_no", "Y2")])]);
    expect(await memberOf(ground(), pos, "card_no", "Y2")).toBe(member);
  });
});
