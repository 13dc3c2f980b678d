import { readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { replayDeletions } from "./deletion-replay.ts";

const world = withDatabase();
const journal = () => world().ground.vault.access.journal;
const lines = async () => (await journal().read(journal().file)).map((entry) => entry.tokens);
const value = (n: number) => {
  const text = `+86199${String(n).padStart(8, "0")}`;
  return { token: world().ground.vault.token("phone", text), kind: "phone", value: text };
};
const write = <T>(run: Parameters<typeof store.write<T>>[1]) => store.write<T>(SYSTEM_SCOPE, run);
let store: ReturnType<typeof world>["ground"]["store"];
/** The key store's tables as an earlier key back-up holds them. */
let earlier: string;

const keysQuery = (text: string, values: unknown[] = []) => world().ground.vault.access.keys.pool.query(text, values);
async function backUpKeys(): Promise<void> {
  const { rows } = await keysQuery(
    `select json_build_object('sealing_key', (select json_agg(k) from sealing_key k), 'deletion',
      (select coalesce(json_agg(d), '[]') from deletion d))::text as all`,
  );
  earlier = (rows[0] as { all: string }).all;
}
async function restoreKeys(): Promise<void> {
  await keysQuery("truncate sealing_key, deletion");
  for (const table of ["sealing_key", "deletion"])
    await keysQuery(
      `insert into ${table} select * from json_populate_recordset(null::${table}, $1::json->'${table}')`,
      [earlier],
    );
}

beforeEach(() => {
  store = world().ground.store;
});

describe("the journal of deletions", () => {
  it("has each destruction in table and file, chained", async () => {
    const { ground, clock } = world();
    await write((tx) => ground.vault.seal(tx, [value(1), value(2)]));
    await write((tx) => ground.vault.destroy(tx, [value(1).token], clock.now(), { domain: "members", ids: [7] }));
    await ground.vault.namedKey("upload 1");
    await ground.vault.destroyNamedKey("upload 1", clock.now());
    const entries = await journal().read(journal().file);
    expect(entries.map((entry) => [entry.tokens, entry.about])).toEqual([
      [[value(1).token], { domain: "members", ids: [7] }],
      [["named:upload 1"], null],
    ]);
    expect(entries[1]?.previous).toBe(entries[0]?.hash);
    expect(await readFile(journal().file, "utf8")).not.toContain("199000");
  });

  it("replays into an older key store, but spares what was collected again later", async () => {
    const { ground, clock } = world();
    const [gone, again] = [value(10), value(11)];
    await write((tx) => ground.vault.seal(tx, [gone, again]));
    const kept = await write((tx) =>
      tx.query("select * from vault.sealed where token = any($1)", [[gone.token, again.token]]),
    );
    await backUpKeys();
    await replayDeletions(ground, []);
    await write((tx) => ground.vault.destroy(tx, [again.token], clock.now()));
    await write((tx) => ground.vault.seal(tx, [again]));
    await write((tx) => ground.vault.destroy(tx, [gone.token], clock.now()));
    await restoreKeys();
    expect((await ground.vault.access.keys.find([gone.token, again.token])).size).toBe(2);
    expect(await journal().reconcile()).toBe(2);
    expect((await ground.vault.access.keys.find([gone.token, again.token])).size).toBe(0);
    // the ciphertexts of the data back-up are back as well: the replay takes them away
    await write(async (tx) => {
      for (const row of kept as { token: string; kind: string; ciphertext: Buffer }[])
        await tx.query(
          "insert into vault.sealed values ($1, $2, $3) on conflict (token) do update set ciphertext = $3",
          [row.token, row.kind, row.ciphertext],
        );
    });
    expect(await replayDeletions(ground, [])).toBe(2);
    expect(
      await write((tx) => tx.query("select 1 from vault.sealed where token = any($1)", [[gone.token, again.token]])),
    ).toEqual([]);
    expect(await replayDeletions(ground, [])).toBe(0);
    expect(await journal().reconcile()).toBe(0);
    // a key made after its destruction is not meant by the entry
    await write((tx) => ground.vault.seal(tx, [again]));
    await backUpKeys();
    await write((tx) => ground.vault.destroy(tx, [value(2).token], clock.now()));
    await restoreKeys();
    expect(await journal().reconcile()).toBe(1);
    expect((await write((tx) => ground.vault.open(tx, [again.token]))).size).toBe(1);
  });

  it("brings a file that is behind up to the table, and goes on after a line that a crash cut off", async () => {
    const before = await lines();
    const text = await readFile(journal().file, "utf8");
    await writeFile(journal().file, text.slice(0, text.indexOf("\n") + 20));
    expect(await journal().reconcile()).toBe(0);
    expect((await lines()).map((tokens) => tokens.join())).toEqual(
      expect.arrayContaining(before.map((tokens) => tokens.join())),
    );
  });

  it("of two key stores that went on apart is joined: both their deletions hold, and it stays readable", async () => {
    const { ground, clock } = world();
    await write((tx) => ground.vault.seal(tx, [value(20), value(21)]));
    await backUpKeys();
    await write((tx) => ground.vault.destroy(tx, [value(20).token], clock.now()));
    const other = await readFile(journal().file, "utf8");
    await restoreKeys();
    await writeFile(journal().file, "");
    await journal().reconcile();
    await write((tx) => ground.vault.destroy(tx, [value(21).token], clock.now()));
    await writeFile(`${world().ground.config.data_dir}/other.jsonl`, other);
    expect(await journal().reconcile([`${world().ground.config.data_dir}/other.jsonl`])).toBe(1);
    expect((await ground.vault.access.keys.find([value(20).token, value(21).token])).size).toBe(0);
    expect(await journal().reconcile([`${world().ground.config.data_dir}/other.jsonl`])).toBe(0);
    await replayDeletions(ground, []);
  });
});

describe("a journal that does not hold", () => {
  let whole = "";
  beforeEach(async () => {
    whole = await readFile(journal().file, "utf8");
  });
  afterEach(() => writeFile(journal().file, whole));

  it("is refused when a line was altered", async () => {
    await writeFile(journal().file, whole.replace('"named:upload 1"', '"named:upload 2"'));
    await expect(journal().reconcile()).rejects.toMatchObject({ code: "vault.journal_altered" });
  });

  it("stops a deletion that could not be written down", async () => {
    const { ground, clock } = world();
    const one = value(30);
    await write((tx) => ground.vault.seal(tx, [one]));
    const blocked = `${journal().file}/in-a-file`;
    Object.defineProperty(journal(), "file", { value: blocked, configurable: true, writable: true });
    try {
      await expect(write((tx) => ground.vault.destroy(tx, [one.token], clock.now()))).rejects.toMatchObject({
        code: "vault.journal_unwritable",
      });
    } finally {
      Object.defineProperty(journal(), "file", {
        value: blocked.replace("/in-a-file", ""),
        configurable: true,
        writable: true,
      });
    }
    expect((await write((tx) => ground.vault.open(tx, [one.token]))).get(one.token)?.value).toBe(one.value);
  });
});
