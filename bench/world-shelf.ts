import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadDomains } from "../src/domains.ts";
import { readMigrations } from "../src/store/index.ts";

/** What a world is of; two of the same are the same data but for the day on which they end. */
export interface WorldKind {
  readonly members: number;
  readonly seed: number;
  readonly events_per_member: number;
}

/** Beside the data folder of a kept world, written last: a folder without it is not whole. */
interface Label extends WorldKind {
  readonly orders: number;
  readonly lines: number;
  readonly made_at: string;
  /** Checksums by number of the migrations it was made with; newer ones run when it is opened. */
  readonly migrations: Readonly<Record<string, string>>;
}

const LABEL = "world.json";

/** Where worlds are kept so that the next bench need not make them: BENCH_WORLD_DIR; undefined: nowhere. */
export function shelf(): string | undefined {
  const place = process.env["BENCH_WORLD_DIR"] ?? "";
  return place === "" ? undefined : place;
}

/**
 * A folder for a world: of a kept one its copy, so that what a bench writes does not stay (BENCH_WORLD_IN_PLACE=1 opens
 * the kept one itself: one bench at a time, and what it writes stays). `made` tells whether it is filled already.
 */
export async function takeWorld(
  kind: WorldKind,
): Promise<{ data_dir: string; made: { orders: number; lines: number } | undefined; keeps: boolean }> {
  const found = await findWorld(kind);
  const inPlace = process.env["BENCH_WORLD_IN_PLACE"] === "1";
  if (found !== undefined && inPlace) return { data_dir: found.place, made: found.label, keeps: true };
  const data_dir = await mkdtemp(join(shelf() ?? tmpdir(), "huitou-world-"));
  if (found !== undefined) await run("cp", ["-a", `${found.place}/.`, data_dir]);
  await chmod(data_dir, 0o755);
  return { data_dir, made: found?.label, keeps: false };
}

/** Puts a filled and closed world on the shelf. */
export async function keepWorld(
  data_dir: string,
  kind: WorldKind,
  made: { readonly orders: number; readonly lines: number },
): Promise<void> {
  const place = shelf();
  if (place === undefined) return;
  await mkdir(place, { recursive: true });
  const label: Label = { ...kind, ...made, made_at: new Date().toISOString(), migrations: await checksums() };
  await writeFile(join(data_dir, LABEL), JSON.stringify(label, undefined, 2));
  const folder = join(place, folderOf(kind));
  await rm(folder, { recursive: true, force: true });
  await rename(data_dir, folder);
}

/** The kept world of a kind, if all migrations it was made with are as they were. */
async function findWorld(kind: WorldKind): Promise<{ place: string; label: Label } | undefined> {
  const root = shelf();
  if (root === undefined) return undefined;
  await mkdir(root, { recursive: true });
  const name = folderOf(kind);
  if (!(await readdir(root)).includes(name)) return undefined;
  const place = join(root, name);
  const text = await readFile(join(place, LABEL), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const label = JSON.parse(text) as Label;
  const present = await checksums();
  return Object.entries(label.migrations).every(([number, sum]) => present[number] === sum)
    ? { place, label }
    : undefined;
}

function folderOf({ members, seed, events_per_member }: WorldKind): string {
  return `tea-${members}-${seed}-${events_per_member}`;
}

async function checksums(): Promise<Record<string, string>> {
  const domains = await loadDomains(process.env["BENCH_DOMAINS"]?.split(","));
  const migrations = await readMigrations(domains.flatMap((d) => (d.migrations === undefined ? [] : [d.migrations])));
  return Object.fromEntries(migrations.map(({ number, checksum }) => [String(number), checksum]));
}

function run(program: string, args: readonly string[]): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(program, args, { stdio: "inherit" });
    child.on("error", failed);
    child.on("exit", (code) => (code === 0 ? done() : failed(new Error(`${program} ended with code ${code}`))));
  });
}
