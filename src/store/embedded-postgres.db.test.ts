import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeLog } from "../platform/log.ts";
import { sleep } from "../platform/timers.ts";
import { type EmbeddedServer, startEmbedded } from "./embedded-postgres.ts";

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
