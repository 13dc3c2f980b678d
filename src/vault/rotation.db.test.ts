import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { sleep } from "../platform/timers.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { vaultJobs } from "./jobs.ts";
import { keyStatus } from "./key-status.ts";
import { versionsOf } from "./master-versions.ts";
import { beginRotation, continueRotation, destroyUnused } from "./rotation.ts";
import { openVault, type Vault } from "./vault.ts";

const LONG = process.env["HUITOU_LONG"] === "1";
const VALUES = LONG ? 20_000 : 3_000;
const world = withDatabase();
/** Another process on the same keys: it has its own memory of the ring. */
let other: Vault;

const open = (suite: "intl" | "gm") => {
  const { composition, clock } = world();
  return openVault({
    data_dir: composition.ground.config.data_dir,
    keys_url: composition.databases.keys_url,
    master_key: "",
    master_key_before: "",
    suite,
    journal_dir: "",
    wall: clock,
    onError: () => undefined,
  });
};
beforeAll(async () => {
  other = await open("intl");
});
afterAll(() => other.close());

const value = (n: number) => {
  const text = `+86199${String(n).padStart(8, "0")}`;
  return { token: world().ground.vault.token("phone", text), kind: "phone", value: text };
};
const seal = (vault: Vault, from: number, to: number) =>
  world().ground.store.write(SYSTEM_SCOPE, (tx) =>
    vault.seal(
      tx,
      Array.from({ length: to - from }, (_, i) => value(from + i)),
    ),
  );
async function expectReadable(vault: Vault, numbers: readonly number[]): Promise<void> {
  const wanted = numbers.map(value);
  const opened = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
    vault.open(
      tx,
      wanted.map((v) => v.token),
    ),
  );
  for (const one of wanted) expect(opened.get(one.token)?.value).toBe(one.value);
}
const headers = () =>
  world().ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ suite: number; version: number; count: number }>(
      `select get_byte(ciphertext, 0) as suite, get_byte(ciphertext, 1) as version, count(*)::int as count
       from vault.sealed group by 1, 2 order by 1, 2`,
    ),
  );
const go = (signal = new AbortController().signal, vault?: Vault, progress = async () => {}) => {
  const { ground } = world();
  return continueRotation({ ground: { ...ground, vault: vault ?? ground.vault }, signal, progress });
};

describe("a rotation of the master key", () => {
  it("leaves every value readable at every moment, for this and another process, while both go on sealing", async () => {
    const { ground } = world();
    await seal(ground.vault, 0, VALUES);
    const name = await ground.vault.namedKey("batch 1");
    const batch = name.encrypt(Buffer.from("a batch"), "1");
    expect(await beginRotation(ground)).toBe(2);
    let moving = true;
    let next = VALUES;
    let reads = 0;
    const readers = [ground.vault, other].map(async (vault) => {
      while (moving) {
        const [numbers] = fc.sample(fc.array(fc.nat({ max: next - 1 }), { minLength: 1, maxLength: 40 }), 1);
        await expectReadable(vault, numbers ?? []);
        reads += 1;
      }
    });
    const writer = (async () => {
      while (moving) {
        await seal(next % 2 === 0 ? other : ground.vault, next, next + 7);
        next += 7;
        await sleep(5);
      }
    })();
    const end = await go();
    moving = false;
    await Promise.all([...readers, writer]);
    expect(reads).toBeGreaterThan(5);
    expect(end).toMatchObject({ version: 2, left: 0, unreadable: 0 });
    expect(end.moved).toBeGreaterThanOrEqual(VALUES);
    expect(await headers()).toEqual([{ suite: 1, version: 2, count: next }]);
    await expectReadable(other, [0, VALUES - 1, next - 1]);
    expect(value(5).token).toBe(other.token("phone", value(5).value));
    expect((await (await open("intl")).namedKey("batch 1")).decrypt(batch, "1").toString()).toBe("a batch");
  });

  it("keeps the old version for a day, then destroys it, and everything is still there", async () => {
    const { ground, clock } = world();
    expect(await destroyUnused(ground)).toEqual([]);
    clock.advance({ hours: 25 });
    expect(await destroyUnused(ground)).toEqual([1]);
    expect([...ground.vault.access.keyring().masters.keys()]).toEqual([2]);
    const fresh = await open("intl");
    await expectReadable(fresh, [0, 1, VALUES - 1]);
    await fresh.close();
    await expectReadable(other, [2, 3]);
  });

  it("changes the suite too: what was sealed by one is read by the other, before, during and after", async () => {
    const { ground, clock } = world();
    const gm = await open("gm");
    await seal(gm, 900_000, 900_010);
    expect((await headers()).map((row) => [row.suite, row.version])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    await expectReadable(ground.vault, [900_001, 4]);
    const envelope = (await ground.vault.namedKey("export 9")).encrypt(Buffer.from("x"), "part");
    await beginRotation({ ...ground, vault: gm });
    await go(undefined, gm);
    expect((await headers()).map((row) => [row.suite, row.version])).toEqual([[2, 3]]);
    await expectReadable(ground.vault, [900_001, 4, 5]);
    expect((await gm.namedKey("export 9")).decrypt(envelope, "part").toString()).toBe("x");
    clock.advance({ hours: 25 });
    expect(await destroyUnused({ ...ground, vault: gm })).toEqual([2]);
    await gm.close();
  });

  it("can be stopped, says how much is left, refuses a second one meanwhile, and goes on", async () => {
    const { ground } = world();
    await beginRotation(ground);
    const stop = new AbortController();
    const end = await go(stop.signal, undefined, async () => stop.abort());
    expect(end.left).toBeGreaterThan(0);
    const status = await keyStatus(ground);
    expect(status).toMatchObject({ current_version: 4, provider: "file", suite: "intl", age_days: 0 });
    expect(status.versions.at(-1)?.left_values).toBe(end.left);
    expect(await ground.metrics.metrics()).toContain(`huitou_vault_rotation_left ${end.left}`);
    await expect(beginRotation(ground)).rejects.toMatchObject({ code: "vault.rotation_unfinished" });
    expect(await destroyUnused(ground)).toEqual([]);
    const after = await go();
    expect(after).toMatchObject({ left: 0 });
    expect(after.moved).toBeLessThanOrEqual(end.left);
    await expectReadable(other, [0, 900_003]);
  });

  it("does not destroy a version while one altered value is sealed under it", async () => {
    const { ground, clock } = world();
    const { token } = value(7);
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query(
        "update vault.sealed set ciphertext = set_byte(ciphertext, 20, get_byte(ciphertext, 20) # 1) where token = $1",
        [token],
      ),
    );
    await beginRotation(ground);
    expect(await go()).toMatchObject({ left: 1, unreadable: 1 });
    clock.advance({ days: 3 });
    expect(await destroyUnused(ground)).toEqual([]);
    expect((await versionsOf(ground.vault.access.keys.pool)).at(-1)).toMatchObject({
      left_values: 1,
      unreadable_values: 1,
    });
    await ground.store.write(SYSTEM_SCOPE, (tx) => tx.query("delete from vault.sealed where token = $1", [token]));
    expect(await go()).toMatchObject({ left: 0 });
  });

  it("is taken up by the hourly job, also when a restore has brought old values back", async () => {
    const { ground, clock } = world();
    const care = vaultJobs.find((job) => job.kind === "vault.key_care");
    const run = () =>
      care?.run({
        ground,
        job_id: "x",
        input: {},
        signal: new AbortController().signal,
        cancelled: () => false,
        progress: async () => {},
      });
    const before = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.one<{ ciphertext: Buffer }>("select ciphertext from vault.sealed where token = $1", [value(8).token]),
    );
    await beginRotation(ground);
    await run();
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      tx.query("update vault.sealed set ciphertext = $2 where token = $1", [value(8).token, before?.ciphertext]),
    );
    clock.advance({ days: 2 });
    expect(await run()).toEqual({ destroyed: [] });
    await expectReadable(ground.vault, [8]);
    expect((await run()) as unknown).toEqual({ destroyed: [] });
    await expectReadable(ground.vault, [8]);
    clock.advance({ days: 2 });
    expect(await run()).toEqual({ destroyed: [3, 4, 5] });
    await expectReadable(ground.vault, [8, 9]);
  });
});
