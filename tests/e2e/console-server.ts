import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const READY_MS_MAX = 300_000;
const STOP_MS_MAX = 20_000;

/** A whole server of its own: embedded PostgreSQL, a small tea house, the built console. */
export interface ConsoleServer {
  readonly url: string;
  /** Address of the one-time set-up page. */
  readonly setup: string;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** Waits for the line "ready"; @returns everything printed until then */
function untilReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const give = (error: Error) => reject(new Error(`${error.message}\n${text.slice(-4_000)}`));
    const late = setTimeout(() => give(new Error("the server did not become ready")), READY_MS_MAX);
    const take = (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (!/^ready$/m.test(text)) return;
      clearTimeout(late);
      resolve(text);
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    child.once("exit", (code) => give(new Error(`the server ended with ${code}`)));
  });
}

/** What a test says of the server beside its arguments: an address known before its start, more of the environment. */
export interface ServerOptions {
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export async function startServer(
  members: number,
  args: readonly string[] = [],
  options: ServerOptions = {},
): Promise<ConsoleServer> {
  const port = options.port ?? (await freePort());
  const data = await mkdtemp(join(tmpdir(), "huitou-e2e-"));
  await chmod(data, 0o755);
  const child = spawn(process.execPath, [MAIN, "all", ...args], {
    env: {
      ...process.env,
      PORT: String(port),
      HUITOU_DATA: data,
      HUITOU_DELETION_JOURNAL: data,
      HUITOU_DEMO_MEMBERS: String(members),
      DATABASE_URL: "",
      LOG_LEVEL: "warn",
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = async () => {
    child.removeAllListeners("exit");
    child.kill("SIGTERM");
    const killer = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
    if (child.exitCode === null) await once(child, "exit");
    clearTimeout(killer);
    await rm(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  };
  // one that came too late would go on computing beside all other tests
  const text = await untilReady(child).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const setup = /^set-up: (\S+)$/m.exec(text)?.[1];
  if (setup === undefined) throw new Error(`no set-up link in:\n${text}`);
  return { url: `http://127.0.0.1:${port}`, setup, stop };
}
