import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Migration } from "../store/index.ts";
import "./errors.ts";
import { refuseOverlap } from "./backup.ts";
import type { BackupManifest } from "./manifest.ts";
import { claimFolder, gatherJournals, migrationsOf, refuseHalfRestored, releaseFolder } from "./restore.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "huitou-restore-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const migration = (number: number, checksum = `c${number}`): Migration => ({ number, name: "x", sql: "", checksum });
const made = (...numbers: number[]) =>
  ({ migrations: numbers.map((number) => ({ number, checksum: `c${number}` })) }) as unknown as BackupManifest;

describe("a backup of another version", () => {
  it("of before is restored by its own migrations; the newer ones run behind it", () => {
    const known = [migration(1), migration(2), migration(3)];
    expect(migrationsOf(made(1, 3), known).map((m) => m.number)).toEqual([1, 3]);
  });

  it("of later, or with a migration that was rewritten, is refused by number", () => {
    expect(() => migrationsOf(made(1, 2), [migration(1)])).toThrow(expect.objectContaining({ params: { number: 2 } }));
    expect(() => migrationsOf(made(1), [migration(1, "other")])).toThrow(
      expect.objectContaining({ code: "recovery.software_too_old" }),
    );
  });
});

describe("data and keys", () => {
  it.each([
    ["/b", "/b"],
    ["/b", "/b/keys"],
    ["/b/data", "/b"],
    ["b/../c", "c/k"],
  ])("%s and %s lie within each other", (data, keys) => {
    expect(() => refuseOverlap(data, keys)).toThrow(expect.objectContaining({ code: "recovery.folders_overlap" }));
  });

  it.each([
    ["/b/data", "/b/keys"],
    ["/b", "/bk"],
    ["b", "..b"],
  ])("%s and %s lie apart", (data, keys) => expect(() => refuseOverlap(data, keys)).not.toThrow());
});

describe("the folder of a restore", () => {
  it("with data in it is never taken; an unfinished one is emptied and taken again", async () => {
    const data = join(folder, "data");
    await claimFolder(data, false);
    expect(() => refuseHalfRestored(data)).toThrow(expect.objectContaining({ code: "recovery.half_restored" }));
    await writeFile(join(data, "left"), "");
    await claimFolder(data, false);
    await releaseFolder(data);
    refuseHalfRestored(data);
    await writeFile(join(data, "master"), "");
    await expect(claimFolder(data, false)).rejects.toMatchObject({ code: "recovery.not_empty" });
  });

  it("gets one journal of all there are, without a line that a crash cut off", async () => {
    const [target, a, b] = ["t", "a", "b"].map((name) => join(folder, name));
    await writeFile(a as string, "1\n2\n");
    await writeFile(b as string, "1\n2\n3\n4");
    expect(await gatherJournals(target as string, [a as string, b as string, join(folder, "none")])).toBe(2);
    expect(await readFile(target as string, "utf8")).toBe("1\n2\n3\n");
  });
});
