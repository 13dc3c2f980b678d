import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { locateEmbedded, pickServerUser, reachableByOthers } from "./embedded-location.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "huitou-location-"));
  await chmod(folder, 0o755);
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

describe("where the embedded server may live", () => {
  it("sees a closed folder anywhere on the way, also above folders that do not exist yet", async () => {
    expect(reachableByOthers(join(folder, "data", "new"))).toBe(true);
    await mkdir(join(folder, "home", "project"), { recursive: true });
    await chmod(join(folder, "home"), 0o700);
    expect(reachableByOthers(join(folder, "home", "project", "data"))).toBe(false);
  });

  it.runIf(process.getuid?.() === 0)("moves data out of a folder closed to the server's user and says so", async () => {
    const home = join(folder, "home");
    await mkdir(home, { mode: 0o700 });
    const location = await locateEmbedded("/usr", join(home, "data"));
    expect(location.cluster_dir).toMatch(/^\/var\/lib\/huitou\/data-[0-9a-f]{12}$/);
    expect(location.note).toContain("is closed to the user");
    await rm(location.cluster_dir, { recursive: true, force: true });
    const open = await locateEmbedded("/usr", join(folder, "data"));
    expect(open).toMatchObject({ cluster_dir: join(folder, "data", "postgresql"), note: undefined });
  });

  it.runIf(process.getuid?.() === 0)(
    "copies links as links within the copy: what they point at is closed too",
    async () => {
      const native = join(folder, "home", "native");
      await mkdir(join(native, "lib"), { recursive: true });
      await writeFile(join(native, "lib", "libicuuc.so.60.2"), "library");
      await symlink("libicuuc.so.60.2", join(native, "lib", "libicuuc.so.60"));
      await chmod(join(folder, "home"), 0o700);
      const { native_dir } = await locateEmbedded(native, join(folder, "data"));
      const found = await realpath(join(native_dir, "lib", "libicuuc.so.60"));
      await rm(native_dir, { recursive: true, force: true });
      expect(found).toBe(join(native_dir, "lib", "libicuuc.so.60.2"));
    },
  );

  it.runIf(process.getuid?.() === 0)("gives nobody programs that another start is still copying", async () => {
    const native = join(folder, "home", "native");
    await mkdir(join(native, "bin"), { recursive: true });
    await mkdir(join(native, "lib"));
    await writeFile(join(native, "bin", "postgres"), "program");
    const libraries = Array.from({ length: 200 }, (_, at) => `lib${at}.so`);
    for (const library of libraries) await writeFile(join(native, "lib", library), "library");
    await chmod(join(folder, "home"), 0o700);

    const copied: string[] = [];
    const startNow = async (): Promise<void> => {
      const { native_dir } = await locateEmbedded(native, join(folder, "data"));
      expect(await readdir(join(native_dir, "lib"))).toHaveLength(libraries.length);
      copied.push(native_dir);
    };
    const starts: Promise<void>[] = [];
    for (let at = 0; at < 40; at += 1) {
      starts.push(startNow());
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(starts);
    const [copy = ""] = copied;
    expect(new Set(copied)).toEqual(new Set([copy]));
    expect(existsSync(copy)).toBe(true);
    const beside = (await readdir(dirname(copy))).filter((name) => name.startsWith(basename(copy)));
    expect(beside).toEqual([basename(copy)]);
    await rm(copy, { recursive: true, force: true });
  });

  it("picks a user that is not root", () => {
    expect(pickServerUser("root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n")).toEqual({
      name: "nobody",
      uid: 65534,
      gid: 65534,
    });
    expect(pickServerUser("nobody:x:65534:65534::/:\npostgres:x:101:104::/:\n")?.name).toBe("postgres");
    expect(pickServerUser("root:x:0:0::/:\n")).toBeUndefined();
  });
});
