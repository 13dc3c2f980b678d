import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

const ROOT = new URL("../../../", import.meta.url);

export interface Assets {
  readonly version: string;
  readonly packages: number;
  readonly without_hash: number;
  readonly lock_hash: string;
}

/** What this installation is made of: version, components of the lockfile, and the hash of that list. */
export async function assetsOf(): Promise<Assets> {
  const lock = await readFile(new URL("package-lock.json", ROOT), "utf8");
  const { packages = {}, version = "" } = JSON.parse(lock) as {
    version?: string;
    packages?: Record<string, { integrity?: string; link?: boolean }>;
  };
  const installed = Object.entries(packages).filter(([path, { link }]) => path !== "" && link !== true);
  return {
    version,
    packages: installed.length,
    without_hash: installed.filter(([, { integrity }]) => integrity === undefined).length,
    lock_hash: createHash("sha256").update(lock).digest("hex"),
  };
}
