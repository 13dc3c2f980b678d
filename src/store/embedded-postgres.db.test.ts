import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeLog } from "../platform/log.ts";
import { sleep } from "../platform/timers.ts";
import { clusterFolder, type EmbeddedServer, startEmbedded } from "./embedded-postgres.ts";

let data_dir = "";
let last: EmbeddedServer;
const open = () => startEmbedded({ data_dir, log: makeLog("fatal"), throwaway: true });

async function answers(server: EmbeddedServer): Promise<unknown> {
  const client = new pg.Client({ connectionString: server.url("postgres") });
  await client.connect();
  const { rows } = await client.query("select 1 as one");
  await client.end();
  return rows[0];
}

/** kill -9 of the server while nobody watches over it. */
async function kill(server: EmbeddedServer): Promise<void> {
  await server.leave();
  const pid = server.pid();
  if (pid === undefined) throw new Error("no server to kill");
  process.kill(pid, "SIGKILL");
  while (server.pid() !== undefined) await sleep(20);
}

beforeEach(async () => {
  data_dir = await mkdtemp(join(tmpdir(), "huitou-embedded-"));
  await chmod(data_dir, 0o755);
  last = await open();
});
afterEach(async () => {
  await last.stop();
  await rm(data_dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

test("a killed server that another process starts again is found on its old port by those who used it", async () => {
  const first = last;
  await kill(first);
  last = await open();
  expect(last.port).toBe(first.port);
  expect(await answers(first)).toEqual({ one: 1 });
});

test("two processes that start a killed server at once both end with the one server", async () => {
  const first = last;
  await kill(first);
  const both = await Promise.all([open(), open()]);
  await both[0].leave();
  last = both[1];
  expect(both.map((server) => server.port)).toEqual([first.port, first.port]);
  expect(await answers(first)).toEqual({ one: 1 });
});

test.runIf(process.getuid?.() === 0)(
  "a data folder made again below a closed one begins anew, and the database of the removed one is set aside whole",
  async () => {
    const home = join(data_dir, "home");
    const inner = join(home, "data");
    await mkdir(inner, { recursive: true });
    await chmod(home, 0o700);
    const start = () => startEmbedded({ data_dir: inner, log: makeLog("fatal"), throwaway: true });
    const former = await start();
    const cluster = await clusterFolder(inner);
    await former.leave();
    // removed while its server still runs, as somebody does who only wants to begin again
    await rm(inner, { recursive: true });
    const second = await start();
    try {
      expect(await answers(second)).toEqual({ one: 1 });
      expect(existsSync(join(`${cluster}.former-1`, "PG_VERSION"))).toBe(true);
    } finally {
      await second.stop();
      for (const folder of [cluster, `${cluster}.former-1`]) await rm(folder, { recursive: true, force: true });
    }
  },
);

test("a database whose password was lost is refused in words, and stays as it is", async () => {
  await last.stop();
  const secret = join(data_dir, "keys", "postgresql-password");
  await rename(secret, `${secret}.away`);
  await expect(open()).rejects.toThrow("its password is missing");
  await rename(`${secret}.away`, secret);
  last = await open();
  expect(await answers(last)).toEqual({ one: 1 });
});
