import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { createSource, rotateKey, type SourceKind } from "../../src/ingest/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { sleep } from "../../src/platform/timers.ts";
import { type Databases, openDatabases, SYSTEM_SCOPE } from "../../src/store/index.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const log = makeLog("fatal");

export interface RigSource {
  readonly source_id: number;
  readonly write_key: string;
}

/**
 * The real server as its own process and a real PostgreSQL that forgets nothing, each of which can be killed at any
 * moment. PostgreSQL stands behind a fixed port, so that the server finds it again after a restart.
 */
export class Rig {
  readonly folder: string;
  readonly segment: RigSource;
  readonly sensors: RigSource;
  readonly #front: Front;
  #databases: Databases;
  #server: ChildProcess | undefined;
  port = 0;

  private constructor(folder: string, databases: Databases, front: Front, segment: RigSource, sensors: RigSource) {
    this.folder = folder;
    this.#databases = databases;
    this.#front = front;
    this.segment = segment;
    this.sensors = sensors;
  }

  static async start(folder?: string): Promise<Rig> {
    const at = folder ?? (await mkdtemp(join(tmpdir(), "huitou-kill-")));
    // PostgreSQL runs as another user when we are root.
    await chmod(at, 0o755);
    const databases = await openDatabases({
      data_dir: join(at, "database"),
      database_url: "",
      keys_database_url: "",
      log,
    });
    const front = await openFront();
    front.target = Number(new URL(databases.admin_url).port);
    const url = throughFront(databases, front);
    await mkdir(join(at, "server"), { recursive: true });
    const config = loadConfig({ HUITOU_DATA: join(at, "server"), DATABASE_URL: url.toString() });
    const composition = await compose({ config, clock: systemClock, log, domains: await loadDomains() });
    const { store } = composition.ground;
    const make = (kind: SourceKind): Promise<RigSource> =>
      store.write(SYSTEM_SCOPE, async (tx) => {
        const source = await createSource(tx, { key: kind, name: kind, kind }, new Date());
        return { source_id: source.source_id, write_key: await rotateKey(tx, source.source_id, new Date(), 0) };
      });
    const rig = new Rig(at, databases, front, await make("segment"), await make("sensors"));
    await composition.close();
    await rig.startServer();
    return rig;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get database_url(): string {
    return throughFront(this.#databases, this.#front).toString();
  }

  async startServer(): Promise<void> {
    this.port = await freePort();
    const env = {
      ...process.env,
      VITEST: "",
      HUITOU_DATA: join(this.folder, "server"),
      DATABASE_URL: this.database_url,
      PORT: String(this.port),
      LOG_LEVEL: "fatal",
    };
    for (;;) {
      const child = spawn(process.execPath, ["src/main.ts", "all", "--empty"], {
        cwd: ROOT,
        env,
        stdio: ["ignore", "pipe", "ignore"],
      });
      this.#server = child;
      if (await saysReady(child)) return;
      // PostgreSQL may still be recovering.
      await sleep(200);
    }
  }

  killServer(): Promise<void> {
    return new Promise((resolve) => {
      const child = this.#server;
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) resolve();
      else {
        child.once("exit", () => resolve());
        child.kill("SIGKILL");
      }
    });
  }

  /** Kills the postmaster; its children notice and end by themselves. It stays away until `startPostgres`. */
  killPostgres(): void {
    const { embedded } = this.#databases;
    const pid = embedded?.pid();
    void embedded?.leave();
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  }

  async startPostgres(): Promise<void> {
    for (;;) {
      try {
        this.#databases = await openDatabases({
          data_dir: join(this.folder, "database"),
          database_url: "",
          keys_database_url: "",
          log,
        });
        this.#front.target = Number(new URL(this.#databases.admin_url).port);
        return;
      } catch {
        // The dead server's children still hold its memory for a moment.
        await sleep(100);
      }
    }
  }

  async query<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.database_url });
    await client.connect();
    try {
      return (await client.query(text, values)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  /** Requests that wait on the disk. */
  async spooled(): Promise<number> {
    const spool = join(this.folder, "server", "spool");
    return existsSync(spool) ? (await readdir(spool)).length : 0;
  }

  /** Waits until nothing waits: neither in the spool nor before the pipeline. */
  async settled(): Promise<void> {
    for (;;) {
      const spooled = await this.spooled();
      const [row] = await this.query<{ waiting: number }>(
        "select count(*)::int as waiting from ingest.inbox where state = 'received'",
      );
      if (spooled === 0 && row?.waiting === 0) return;
      await sleep(100);
    }
  }

  async close(keep = false): Promise<void> {
    await this.killServer();
    await this.#databases.stop().catch(() => undefined);
    this.#front.close();
    if (!keep) await rm(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}

/** The address by TCP at the fixed port; the server's own socket would go round the front. */
function throughFront(databases: Databases, front: Front): URL {
  const url = new URL(databases.admin_url);
  url.port = String(front.port);
  url.searchParams.delete("host");
  return url;
}

function saysReady(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    let text = "";
    child.stdout?.on("data", (data: Buffer) => {
      text += data.toString();
      if (/^ready$/m.test(text)) resolve(true);
    });
    child.once("exit", () => resolve(false));
  });
}

interface Front {
  readonly port: number;
  /** The port behind. */
  target: number;
  close(): void;
}

/** A fixed port before PostgreSQL's own, which is new at each start. */
async function openFront(): Promise<Front> {
  const open = new Set<Socket>();
  const front = { port: 0, target: 0, close: () => {} };
  const server: Server = createServer((near) => {
    const far = connect(front.target, "127.0.0.1");
    open.add(near).add(far);
    near.pipe(far).pipe(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  front.port = (server.address() as { port: number }).port;
  front.close = () => {
    for (const socket of open) socket.destroy();
    server.close();
  };
  return front;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
