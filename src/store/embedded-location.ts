import { createHash, randomUUID } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { chown, cp, mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, parse, resolve } from "node:path";

/** The system user that runs PostgreSQL when we are root, which PostgreSQL refuses. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

export interface EmbeddedLocation {
  /** Folder that holds bin/, lib/ and share/ of PostgreSQL. */
  readonly native_dir: string;
  /** The cluster's data folder. */
  readonly cluster_dir: string;
  readonly user: ServerUser | undefined;
  /** A sentence for the log when something had to move. */
  readonly note: string | undefined;
}

const SYSTEM_DIR = "/var/lib/huitou";

/** Whether a user who is neither owner nor group can walk down to `path`. */
export function reachableByOthers(path: string): boolean {
  let at = resolve(path);
  const { root } = parse(at);
  while (!existsSync(at)) at = dirname(at);
  for (;;) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === root) return true;
    at = dirname(at);
  }
}

/** Finds postgres, then nobody, in a passwd file's text: any existing non-root user will do. */
export function pickServerUser(passwd: string): ServerUser | undefined {
  const users = new Map(
    passwd.split("\n").flatMap((line) => {
      const [name, , uid, gid] = line.split(":");
      return name !== undefined && uid !== undefined && gid !== undefined
        ? [[name, { name, uid: Number(uid), gid: Number(gid) }] as const]
        : [];
    }),
  );
  return users.get("huitou") ?? users.get("postgres") ?? users.get("nobody");
}

/**
 * Where binaries and data lie. As root they must be reachable by the server's own user: below a folder closed to
 * others (root's home, say) both move to /var/lib/huitou, and the note says so.
 */
export async function locateEmbedded(native_dir: string, data_dir: string): Promise<EmbeddedLocation> {
  const wanted = join(data_dir, "postgresql");
  if (process.getuid?.() !== 0) return { native_dir, cluster_dir: wanted, user: undefined, note: undefined };
  const user = pickServerUser(await readFile("/etc/passwd", "utf8"));
  if (user === undefined) {
    throw new Error(
      "PostgreSQL refuses to run as root and this system has no user postgres or nobody. Create one, run as another user, or set DATABASE_URL · PostgreSQL 不能以 root 运行，请新建用户、换用户运行或设置 DATABASE_URL",
    );
  }
  const notes: string[] = [];
  let native = native_dir;
  if (!reachableByOthers(native_dir)) {
    native = join(SYSTEM_DIR, `programs-${shortHash(native_dir)}-${await packageVersion(native_dir)}`);
    await copyWhole(native_dir, native);
    notes.push(`PostgreSQL's binaries were copied to ${native}`);
  }
  let cluster = wanted;
  if (!reachableByOthers(data_dir)) {
    cluster = join(SYSTEM_DIR, `data-${shortHash(data_dir)}`);
    notes.push(`the database is kept in ${cluster}`);
  }
  await mkdir(cluster, { recursive: true });
  await chown(cluster, user.uid, user.gid);
  const note =
    notes.length === 0
      ? undefined
      : `${data_dir} is closed to the user "${user.name}" that runs PostgreSQL, so ${notes.join(" and ")}.`;
  return { native_dir: native, cluster_dir: cluster, user, note };
}

/** Keeps a folder under a name that nothing looks for. @returns that name */
export async function setAside(cluster_dir: string): Promise<string> {
  for (let n = 1; ; n += 1) {
    const aside = `${cluster_dir}.former-${n}`;
    if (existsSync(aside)) continue;
    await rename(cluster_dir, aside);
    return aside;
  }
}

/**
 * Copies aside and renames: several servers may start at once, and none may run programs whose libraries another is still
 * copying. Whoever comes second keeps the copy of the first.
 */
async function copyWhole(from: string, to: string): Promise<void> {
  if (existsSync(to)) return;
  const aside = `${to}.${process.pid}-${randomUUID()}`;
  try {
    // as they are: otherwise links are made to point back into the folder that is closed
    await cp(from, aside, { recursive: true, verbatimSymlinks: true });
    await rename(aside, to);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
}

/** An upgraded package must not meet the copy of the one before. */
async function packageVersion(native_dir: string): Promise<string> {
  const manifest = await readFile(join(dirname(native_dir), "package.json"), "utf8").catch(() => "{}");
  return (JSON.parse(manifest) as { version?: string }).version ?? "unknown";
}

function shortHash(text: string): string {
  return createHash("sha256").update(resolve(text)).digest("hex").slice(0, 12);
}
