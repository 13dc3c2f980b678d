import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import "./errors.ts";
import { openKeyManagement } from "./key-management.ts";
import { IndexTokens } from "./index-tokens.ts";
import { addMaster, addNextIndex, dropMasters, endNextIndex, openKeyring, readKeyring } from "./keyring.ts";
import { SUITES } from "./suites.ts";

const now = new Date("2026-11-22T02:00:00Z");
let data_dir = "";
beforeEach(async () => {
  data_dir = await mkdtemp(join(tmpdir(), "huitou-keyring-"));
});
afterEach(() => rm(data_dir, { recursive: true, force: true }));

const managed = (master_key = "", master_key_before = "", suite: "intl" | "gm" = "intl") =>
  openKeyManagement({ data_dir, master_key, master_key_before, suite });
const opened = async (...kek: Parameters<typeof managed>) =>
  openKeyring(await managed(...kek), { data_dir, suite: kek[2] ?? "intl", keysExist: true, now });
const made = async (...kek: Parameters<typeof managed>) =>
  openKeyring(await managed(...kek), { data_dir, suite: kek[2] ?? "intl", keysExist: false, now });
const stored = () => readFile(join(data_dir, "keys", "master.json"), "utf8");

describe("the key ring", () => {
  it("holds no key in clear, in files that only their owner reads", async () => {
    const ring = await made();
    const text = await stored();
    for (const key of [ring.current.key, ring.index.key, ring.content.key])
      for (const encoding of ["base64url", "hex", "base64"] as const)
        expect(text).not.toContain(key.toString(encoding));
    for (const name of ["master.json", "kek.json"])
      expect((await stat(join(data_dir, "keys", name))).mode & 0o777).toBe(0o600);
    expect((await opened()).current.key).toEqual(ring.current.key);
  });

  it("takes over the file of the first version: same key, same index, so that every value and token stays", async () => {
    const key = randomBytes(32);
    await mkdir(join(data_dir, "keys"));
    await writeFile(
      join(data_dir, "keys", "master.json"),
      JSON.stringify({ version: 1, key: key.toString("base64url") }),
    );
    const ring = await opened("", "", "gm");
    expect(ring.current).toMatchObject({ version: 1, key });
    expect(ring.index.suite).toBe(SUITES.intl);
    expect(ring.index.key).toEqual(SUITES.intl.derive(key, Buffer.alloc(0), "huitou blind index 1"));
    expect(await stored()).not.toContain(key.toString("base64url"));
    expect((await opened()).index.key).toEqual(ring.index.key);
    expect(ring.content).toEqual(ring.index);
  });

  it("has a key of its own for contents; a ring from before keeps the one by which its contents were recognised", async () => {
    const management = await managed();
    const ring = await made();
    expect(ring.content.key).not.toEqual(ring.index.key);
    const moved = await addMaster(management, data_dir, ring, now);
    expect(moved.content.key).toEqual(ring.content.key);
    expect((await readKeyring(management, data_dir)).content.key).toEqual(ring.content.key);
    const { content: _, ...before } = JSON.parse(await stored()) as Record<string, unknown>;
    await writeFile(join(data_dir, "keys", "master.json"), JSON.stringify(before));
    for (const start of ["the first", "the next"]) {
      const taken = await opened();
      expect(taken.content, start).toEqual(taken.index);
      expect(taken.index.key, start).toEqual(ring.index.key);
    }
    expect(JSON.parse(await stored())).toHaveProperty("content");
  });

  it("keeps the index key while master keys come and go", async () => {
    const management = await managed();
    const first = await made();
    const second = await addMaster(management, data_dir, first, now);
    expect(second.current.version).toBe(2);
    expect(second.index.key).toEqual(first.index.key);
    const third = await dropMasters(management, data_dir, second, new Set([1]));
    expect([...third.masters.keys()]).toEqual([2]);
    expect((await readKeyring(management, data_dir)).index.key).toEqual(first.index.key);
  });

  it("keeps the index keys of before an exchange inside the one in force, through rotations, starts and another KEK", async () => {
    const management = await managed();
    const first = await made();
    const begun = await addNextIndex(management, data_dir, first, "gm");
    expect(begun.index.key).toEqual(first.index.key);
    // broken off and begun again it is the same exchange
    const again = await addNextIndex(management, data_dir, await readKeyring(management, data_dir), "intl");
    expect(again.next_index?.key).toEqual(begun.next_index?.key);
    await endNextIndex(management, data_dir, again, "in force");
    const moved = await opened(randomBytes(32).toString("base64"));
    expect(moved).toMatchObject({ index: { version: 2, suite: SUITES.gm }, content: { version: 1 } });
    expect(moved.index.before?.key).toEqual(first.index.key);
    expect(moved.next_index).toBeUndefined();
    const [old, now_in_force] = [new IndexTokens(first.index), new IndexTokens(moved.index)];
    const token = old.token("phone|", "+8613812345670");
    expect(now_in_force.token("phone|", "+8613812345670")).toBe(now_in_force.moved(token, 1));
    expect(now_in_force.root("phone|", "+8613812345670")).toBe(token);
    expect(now_in_force.token("phone|", "+8613812345670")).not.toBe(token);
    const short = old.short("4", "search phone_last4|S1", "5670");
    expect(now_in_force.short("4", "search phone_last4|S1", "5670")).toBe(now_in_force.movedShort(short, 1));
  });

  it("is as it was when an exchange was refused", async () => {
    const management = await managed();
    const first = await made();
    await endNextIndex(management, data_dir, await addNextIndex(management, data_dir, first, "intl"), "dropped");
    expect(await readKeyring(management, data_dir)).toMatchObject({ index: { version: 1, key: first.index.key } });
    expect((await readKeyring(management, data_dir)).next_index).toBeUndefined();
  });

  it("that is gone although keys exist stops the start", async () => {
    await expect(opened()).rejects.toMatchObject({ code: "vault.master_key_missing" });
  });
});

describe("the key-encryption key", () => {
  const [first, second] = [randomBytes(32).toString("base64"), randomBytes(32).toString("hex")];

  it("moves from the file to the environment: then the data folder alone opens nothing", async () => {
    const ring = await made();
    expect((await opened(first)).current.key).toEqual(ring.current.key);
    expect(existsSync(join(data_dir, "keys", "kek.json"))).toBe(false);
    await expect(opened()).rejects.toMatchObject({ code: "vault.kek_missing" });
  });

  it("is changed by giving the one before for one start", async () => {
    const ring = await made(first);
    await expect(opened(second)).rejects.toMatchObject({ code: "vault.kek_missing" });
    expect((await opened(second, first)).current.key).toEqual(ring.current.key);
    expect((await opened(second)).current.key).toEqual(ring.current.key);
    await expect(opened(first)).rejects.toMatchObject({ code: "vault.kek_missing" });
  });

  it("of another length is refused by name", async () => {
    await expect(managed("c2hvcnQ=")).rejects.toMatchObject({
      code: "vault.kek_malformed",
      params: { name: "HUITOU_MASTER_KEY" },
    });
  });

  it("wraps by the suite of the installation, and an altered file is noticed", async () => {
    const ring = await made(first, "", "gm");
    const file = JSON.parse(await stored()) as { masters: { wrapped: string }[] };
    const bytes = Buffer.from(file.masters[0]?.wrapped ?? "", "base64url");
    expect(bytes[0]).toBe(SUITES.gm.id);
    expect(ring.index.suite).toBe(SUITES.gm);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    file.masters[0] = { ...file.masters[0], wrapped: bytes.toString("base64url") };
    await writeFile(join(data_dir, "keys", "master.json"), JSON.stringify(file));
    await expect(opened(first)).rejects.toMatchObject({ code: "vault.unreadable" });
  });
});
