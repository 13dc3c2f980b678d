import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { BenchWorld } from "./world.ts";

const START_SECONDS_MAX = 600;
const STOP_SECONDS_MAX = 40;
/** The kernel counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** The real server in a process of its own. */
export interface LiveServer {
  readonly address: string;
  readonly pid: number;
  /** Ends it: by itself within STOP_SECONDS_MAX, else by force. */
  stop(): Promise<void>;
}

/** Starts the server on the world's database, which keeps what it says it keeps. @throws when it is not ready in time. */
export async function startServer({ composition, ground }: BenchWorld): Promise<LiveServer> {
  const port = await freePort();
  const child = spawn(process.execPath, ["--max-semi-space-size=32", "src/main.ts", "all", "--empty"], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: {
      ...process.env,
      HUITOU_DATA: ground.config.data_dir,
      DATABASE_URL: composition.databases.admin_url,
      PORT: String(port),
      LOG_LEVEL: "error",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const orphan = () => child.kill("SIGKILL");
  process.once("exit", orphan);
  const stop = async () => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_SECONDS_MAX * 1_000);
    await ended;
    clearTimeout(timer);
    process.off("exit", orphan);
  };
  try {
    await readiness(child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop };
}

function readiness(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the server was not ready within ${START_SECONDS_MAX} s`)),
      START_SECONDS_MAX * 1_000,
    );
    child.stdout?.on("data", (data: Buffer) => {
      if (!data.toString().includes("ready")) return;
      clearTimeout(timer);
      resolve();
    });
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`the server ended with ${code}`));
    });
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** Processor seconds that a process used so far, and those of its children that live or have ended. 0 where the system does not tell. */
export function processorSeconds(pid: number | undefined, children = false): number {
  const own = ticksOf(pid);
  if (!children) return own / TICKS_PER_SECOND;
  let all = own;
  for (const name of numericNames()) if (parentOf(name) === pid) all += ticksOf(Number(name));
  return all / TICKS_PER_SECOND;
}

function numericNames(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** The fields of a process's line behind its name, from the third on. */
function statOf(pid: number | string | undefined): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
  } catch {
    return [];
  }
}

function parentOf(pid: string): number | undefined {
  return Number(statOf(pid)[1]);
}

/** utime, stime, cutime and cstime. */
function ticksOf(pid: number | undefined): number {
  return statOf(pid)
    .slice(11, 15)
    .reduce((sum, text) => sum + Number(text), 0);
}
