import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setUp } from "../../src/access/index.ts";
import { type Composition, compose } from "../../src/composition.ts";
import { loadConfig } from "../../src/config.ts";
import { loadDomains } from "../../src/domains.ts";
import { drainPipeline } from "../../src/ingest/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { makeLog } from "../../src/platform/log.ts";
import { sleep } from "../../src/platform/timers.ts";
import { readBackup, recoveryState } from "../../src/recovery/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { Load } from "./ingest-load.ts";
import { Rig } from "./ingest-rig.ts";

const LONG = process.env["HUITOU_LONG"] === "1";
const LOAD_MS = LONG ? 20_000 : 2_500;
const KILLS = LONG ? 6 : 1;
const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

let rig: Rig;
const below = (name: string) => join(rig.folder, name);
const only = async (of: string) => join(below(of), (await readdir(below(of)))[0] ?? "");

beforeAll(async () => {
  rig = await Rig.start();
  await mkdir(below("tmp"), { mode: 0o755 });
});
afterAll(() => rig.close());

interface Command {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<number | null>;
}

/** @param live against the running server's database, or for a data folder of its own */
function huitou(args: readonly string[], data: string, live: boolean | string): Command {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: {
      ...process.env,
      VITEST: "",
      HUITOU_DATA: below(data),
      DATABASE_URL: typeof live === "string" ? live : live ? rig.database_url : "",
      LOG_LEVEL: "warn",
      TMPDIR: below("tmp"),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data: Buffer) => (text += data.toString()));
  return { child, said: () => text, ended: once(child, "exit").then(([code]) => code as number | null) };
}

async function runs(
  args: readonly string[],
  data: string,
  live: boolean,
): Promise<{ code: number | null; said: string }> {
  const command = huitou(args, data, live);
  const code = await command.ended;
  return { code, said: command.said() };
}

async function opened<T>(data: string, live: boolean, run: (composition: Composition) => Promise<T>): Promise<T> {
  const composition = await compose({
    config: loadConfig({ HUITOU_DATA: below(data), DATABASE_URL: live ? rig.database_url : "" }),
    clock: systemClock,
    log: makeLog("fatal"),
    domains: await loadDomains(),
  });
  try {
    return await run(composition);
  } finally {
    await composition.close();
  }
}

const BACKUP = (name: string) => ["backup", "--to", below(name), "--keys-to", below(`${name}-keys`)];
const RESTORE = async (...more: string[]) => [
  "restore",
  "--from",
  await only("b"),
  "--keys",
  await only("b-keys"),
  ...more,
];

test("a backup amid writes restores to one moment: whatever was acknowledged before it, and an audit log that holds", async () => {
  await opened("server", true, ({ ground }) =>
    setUp(
      ground,
      { brand_name: "山野茶", name: "林", email: "o@example.com", password: "longjing-spring-1987" },
      undefined,
    ),
  );
  const load = new Load(rig, { segment: 4, sensors: 2 });
  await sleep(LOAD_MS);
  const before = new Set(load.acknowledged);
  expect(before.size).toBeGreaterThan(100);
  const backup = await runs(BACKUP("b"), "server", true);
  await load.stop();
  expect(backup.code, backup.said).toBe(0);
  expect(load.acknowledged.size).toBeGreaterThan(before.size);

  const restore = await runs(await RESTORE(), "restored", false);
  expect(restore.code, restore.said).toBe(0);
  expect(restore.said).toContain("✓ access.audit_chain");
  await opened("restored", false, async ({ ground }) => {
    await drainPipeline(ground);
    const { store } = ground;
    const found = await store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ record_id: string }>("select record_id from ingest.record where record_id = any($1::uuid[])", [
        [...before],
      ]),
    );
    expect(found).toHaveLength(before.size);
    const [counts] = await store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ inbox: number; records: number }>(
        "select (select sum(accepted)::int from ingest.inbox) as inbox, (select count(*)::int from ingest.record) as records",
      ),
    );
    // one moment: each batch with all of its records or not at all
    expect(counts?.inbox).toBe(counts?.records);
    // and numbers go on behind those that are there
    await store.write(SYSTEM_SCOPE, (tx) =>
      tx.query(
        "insert into ingest.source (key, name, kind, namespace, rate_per_second_max, event_bytes_max, batch_bytes_max, created_at) values ('x', 'x', 'rest', 'x', 1, 1, 1, now())",
      ),
    );
  });
});

test("a drill restores into a folder of its own, leaves nothing, and its outcome is known", async () => {
  const drill = await runs(await RESTORE("--check"), "server", true);
  expect(drill.code, drill.said).toBe(0);
  expect((await readdir(below("tmp"))).filter((name) => name.startsWith("huitou-"))).toEqual([]);
  await opened("server", true, async ({ ground }) => {
    const state = await recoveryState(ground);
    expect(state.drill).toMatchObject({ kind: "check", ok: true, backup_id: state.backup?.backup_id });
    expect(state.backup_age_seconds).toBeLessThan(240);
    expect(await ground.metrics.metrics()).toMatch(/huitou_backup_age_seconds \d+\n/);
    expect(await ground.metrics.metrics()).toContain("huitou_restore_drill_ok 1");
  });
});

test("an altered or missing file, keys of another run and a folder with data are refused by name", async () => {
  await cp(await only("b"), below("altered/x"), { recursive: true });
  const name = "ingest.record.copy.zst";
  const file = below(`altered/x/tables/${name}`);
  const read = async () =>
    readBackup(below("altered/x"), await only("b-keys"), () => undefined, new AbortController().signal);
  expect((await read()).format).toBe("huitou-backup/1");
  const bytes = await readFile(file);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await writeFile(file, bytes);
  await expect(read()).rejects.toMatchObject({ code: "recovery.altered", params: { file } });
  await rm(file);
  await expect(read()).rejects.toMatchObject({ code: "recovery.not_a_backup", params: { file } });
  await writeFile(
    below("altered/x/manifest.json"),
    (await readFile(below("altered/x/manifest.json"), "utf8")).replace("zst", "zst "),
  );
  await expect(read()).rejects.toMatchObject({ code: "recovery.altered" });
  const taken = await runs(await RESTORE(), "restored", false);
  expect(taken.code).toBe(2);
  expect(taken.said).toContain("--force-into-new");
});

test.runIf(LONG)("it restores into an external server too, once", async () => {
  const url = new URL(rig.database_url);
  url.pathname = "/restored_here";
  const args = await RESTORE();
  const into = async () => {
    const command = huitou(args, "external", url.toString());
    return { code: await command.ended, said: command.said() };
  };
  const first = await into();
  expect(first.code, first.said).toBe(0);
  await rm(below("external"), { recursive: true });
  expect((await into()).said).toContain("restored_here");
});

test("Ctrl-C amid a backup leaves nothing half", async () => {
  const backup = huitou(BACKUP("stopped"), "server", true);
  while (!existsSync(below("stopped")) && backup.child.exitCode === null) await sleep(5);
  backup.child.kill("SIGINT");
  expect(await backup.ended).not.toBe(0);
  expect(await readdir(below("stopped"))).toEqual([]);
  expect(await readdir(below("stopped-keys"))).toEqual([]);
});

test("kill -9 amid a restore: what is there is never started, and the restore begun anew is whole", async () => {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const restore = huitou(await RESTORE(), "killed", false);
    while (!existsSync(below("killed/restore-unfinished")) && restore.child.exitCode === null) await sleep(5);
    await sleep(400 + 500 * kill);
    restore.child.kill("SIGKILL");
    await restore.ended;
    const start = await runs(["keys", "status"], "killed", false);
    expect(start.code).toBe(2);
    expect(start.said).toContain("huitou restore");
  }
  const again = await runs(await RESTORE(), "killed", false);
  expect(again.code, again.said).toBe(0);
});
