import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { expect, it } from "vitest";
import { LiveStream } from "../../examples/tea-house/live.ts";
import type { Demo } from "../../examples/tea-house/seed.ts";
import { SOURCES, type SourceName } from "../../examples/tea-house/sheet.ts";
import { makeLog } from "../../src/platform/log.ts";
import { sleep } from "../../src/platform/timers.ts";
import { openDatabases } from "../../src/store/index.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** Every start lives through the history again: the quick run has one kill and two starts after the first. */
const KILLS = process.env["HUITOU_LONG"] === "1" ? 6 : 1;
const RECORDS_BETWEEN = 6;

/** Starts the demo and waits until it is ready. */
async function start(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [MAIN, "all", ...args], { env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  while (!/^ready$/m.test(text)) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}\n${text}`);
    await sleep(50);
  }
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once("exit", done));
  child.kill(signal);
  await ended;
}

it(`a live demo that is killed, times: ${KILLS}, leaves no hole, replays nothing, and its clock never goes back`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "huitou-live-"));
  await chmod(folder, 0o755);
  const log = makeLog("fatal");
  const databases = await openDatabases({
    data_dir: join(folder, "database"),
    database_url: "",
    keys_database_url: "",
    log,
  });
  const port = 20_000 + (process.pid % 20_000);
  const env = {
    ...process.env,
    VITEST: "",
    HUITOU_DATA: join(folder, "server"),
    HUITOU_DEMO_MEMBERS: "400",
    DATABASE_URL: databases.admin_url,
    PORT: String(port),
    LOG_LEVEL: "fatal",
  };
  const pool = new pg.Pool({ connectionString: databases.admin_url, max: 2 });
  const one = async <T>(sql: string): Promise<T> => (await pool.query(sql)).rows[0] as T;
  const records = async () => (await one<{ n: number }>("select count(*)::int as n from ingest.record")).n;
  const world = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/world`);
    return new Date(((await answer.json()) as { now: string }).now).getTime();
  };
  let child = await start(env, ["--live=600"]);
  try {
    const { value: demo } = await one<{ value: Demo }>("select value from store.setting where name = 'seeded'");
    let last = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const wanted = (await records()) + RECORDS_BETWEEN;
      while ((await records()) < wanted) await sleep(20);
      last = await world();
      await end(child, "SIGKILL");
      child = await start(env, ["--live=600"]);
      const now = await world();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
    await end(child, "SIGTERM");

    const { value: places } = await one<{ value: Partial<Record<SourceName, number>> }>(
      "select value from store.setting where name = 'demo_sent_until_ms'",
    );
    const stream = await LiveStream.open(demo, {});
    // what came with the seeding was received no later than its end
    for (const source of SOURCES) {
      const letters = stream.waiting(source, places[source] ?? 0, Number.POSITIVE_INFINITY);
      const keys = new Set(letters.map(({ happening }) => happening.record.key));
      const stored = await one<{ accepted: number; sent: number }>(
        `select coalesce(sum(accepted), 0)::int as accepted, coalesce(sum(accepted + duplicates), 0)::int as sent
         from ingest.inbox join ingest.source using (source_id)
         where key = '${source}' and received_at > '${demo.until}'::timestamptz + interval '1 second'`,
      );
      expect({ source, ...stored }).toEqual({ source, accepted: keys.size, sent: letters.length });
    }
    // the lead is kept: started without --live the world stands where it was, and no later than a moment after
    child = await start(env, []);
    expect(await world()).toBeGreaterThanOrEqual(last);
  } finally {
    await end(child, "SIGKILL").catch(() => undefined);
    await pool.end();
    await databases.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
});
