import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { auditedCommand } from "./access/index.ts";
import { type Composition, compose, migrateAll } from "./composition.ts";
import type { Config } from "./config.ts";
import { loadDomains } from "./domains.ts";
import { followLiveIndex } from "./exchange-command.ts";
import { systemClock } from "./platform/clock.ts";
import { newUuid } from "./platform/ids.ts";
import { makeLog } from "./platform/log.ts";
import { Problem, problem } from "./platform/errors.ts";
import {
  backUp,
  checkRestored,
  claimFolder,
  fill,
  gatherJournals,
  migrationsOf,
  noteDrill,
  readBackup,
  releaseFolder,
  type RestoreCheck,
} from "./recovery/index.ts";
import { openDatabases, readMigrations, SYSTEM_SCOPE } from "./store/index.ts";
import { journalFile, ringOf } from "./vault/index.ts";

type Say = (line: string) => void;

export const BACKUP_USAGE = `huitou backup --to DIR --keys-to DIR
                    a backup while the platform works; the keys into a folder apart
                    在运行中备份；密钥放在另一个目录
huitou restore --from DIR --keys DIR [--journal FILE …]
                    into an empty HUITOU_DATA (or DATABASE_URL) · 恢复到空的数据目录（或数据库）
  --check           into a scratch folder, look, throw it away · 只在临时目录里试恢复并检查
  --force-into-new  HUITOU_DATA holds data: into a new folder beside it · 已有数据时恢复到旁边的新目录`;

/** Aborts at Ctrl-C or SIGTERM for as long as `run` works. */
async function interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, onSignal);
  try {
    return await run(stop.signal);
  } catch (error) {
    throw stop.signal.aborted && !(error instanceof Problem) ? problem("recovery.interrupted") : error;
  } finally {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, onSignal);
  }
}

/** `huitou backup …`. @returns the exit code */
export async function backupCommand(composition: Composition, args: readonly string[], say: Say): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { to: { type: "string" }, "keys-to": { type: "string" } },
  });
  const { to, "keys-to": keys_to } = values;
  if (to === undefined || keys_to === undefined) {
    say(BACKUP_USAGE);
    return 2;
  }
  const { ground, databases, domains } = composition;
  const began = ground.wall.now().getTime();
  const result = await interruptible((signal) =>
    backUp({ ground, admin_url: databases.admin_url, domains, to, keys_to, progress: progressOf(say), signal }),
  );
  const seconds = ((ground.wall.now().getTime() - began) / 1000).toFixed(1);
  say(`数据 · data: ${result.folder}`);
  say(`密钥 · keys: ${result.keys_folder}`);
  say(
    `${result.rows} rows, ${result.files} files, ${result.bytes} bytes, ${seconds} s, ${result.snapshot_at.toISOString()}`,
  );
  return 0;
}

const SAID_EVERY_MS = 1_000;

/** A line a second at most. */
function progressOf(say: Say): (what: string) => void {
  let said_ms = 0;
  return (what) => {
    const now_ms = systemClock.now().getTime();
    if (now_ms - said_ms < SAID_EVERY_MS) return;
    said_ms = now_ms;
    say(`… ${what}`);
  };
}

/** `huitou restore …`. @returns the exit code: 0 whole, 1 a check failed, 2 wrong use */
export async function restoreCommand(config: Config, args: readonly string[], say: Say): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      from: { type: "string" },
      keys: { type: "string" },
      journal: { type: "string", multiple: true, default: [] },
      check: { type: "boolean", default: false },
      "force-into-new": { type: "boolean", default: false },
    },
  });
  if (values.from === undefined || values.keys === undefined) {
    say(BACKUP_USAGE);
    return 2;
  }
  const asked = { from: values.from, keys: values.keys, journals: values.journal, say };
  return interruptible((signal) =>
    values.check
      ? drill(config, { ...asked, signal })
      : restoreForGood(config, { ...asked, signal }, values["force-into-new"]),
  );
}

interface Asked {
  readonly from: string;
  readonly keys: string;
  readonly journals: readonly string[];
  readonly say: Say;
  readonly signal: AbortSignal;
}

interface Restored {
  readonly composition: Composition;
  readonly backup_id: string;
  readonly checks: readonly RestoreCheck[];
}

/** Restores into `target` and opens it. @param live where the journal of the running installation is looked for */
async function restoreInto(target: Config, live: Config, asked: Asked, scratch: boolean): Promise<Restored> {
  const { from, say, signal } = asked;
  const progress = progressOf(say);
  const log = makeLog("warn");
  const domains = await loadDomains();
  const manifest = await readBackup(from, asked.keys, progress, signal);
  const migrations = migrationsOf(
    manifest,
    await readMigrations(domains.flatMap((d) => (d.migrations === undefined ? [] : [d.migrations]))),
  );
  await claimFolder(target.data_dir, target.database_url === "");
  const place = (config: Config, ring: string) =>
    journalFile({ data_dir: config.data_dir, journal_dir: config.deletion_journal }, ring);
  const ring = await ringOf(asked.keys);
  const journals = await gatherJournals(place(target, ring), [place(live, ring), ...asked.journals]);
  const databases = await openDatabases({ ...target, log, throwaway: scratch });
  let composition: Composition | undefined;
  try {
    const migrate = () => migrateAll(databases, domains, log, migrations);
    const { data_dir } = target;
    await fill({ from, keys_from: asked.keys, manifest, data_dir, databases, migrate, progress, signal });
    signal.throwIfAborted();
    await followLiveIndex(target, live, databases, say);
    composition = await compose({ config: target, clock: systemClock, log, domains, databases, restoring: true });
    const checks = await checkRestored(composition.ground, domains, manifest, journals);
    const opened = composition;
    const close = async () => {
      await opened.close();
      await databases.stop();
    };
    return { composition: { ...opened, close }, backup_id: manifest.backup_id, checks };
  } catch (error) {
    await composition?.close();
    await databases.stop();
    throw error;
  }
}

async function restoreForGood(config: Config, asked: Asked, beside: boolean): Promise<number> {
  const began = systemClock.now();
  const stamp = began.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  const taken = existsSync(join(config.data_dir, "keys"));
  const target = beside && taken ? { ...config, data_dir: `${config.data_dir}-restored-${stamp}` } : config;
  const { composition, backup_id, checks } = await restoreInto(target, config, asked, false);
  const ok = checks.every((check) => check.ok);
  try {
    const { ground } = composition;
    const drill = { drill_id: newUuid(began), backup_id, kind: "restore" as const, at: began, ok, checks };
    await auditedCommand(ground, "command.restore", async () => {
      const duration_ms = ground.wall.now().getTime() - began.getTime();
      await ground.store.write(SYSTEM_SCOPE, (tx) => noteDrill(tx, { ...drill, duration_ms }));
      return ok;
    });
    await releaseFolder(target.data_dir);
  } finally {
    await composition.close();
  }
  report(asked.say, checks, began);
  asked.say(`HUITOU_DATA=${target.data_dir}`);
  return ok ? 0 : 1;
}

/** Restores into a folder of its own, looks, and throws it away; the outcome is kept in the running installation. */
async function drill(config: Config, asked: Asked): Promise<number> {
  const began = systemClock.now();
  const folder = await mkdtemp(join(tmpdir(), "huitou-drill-"));
  // the embedded server runs as another user when we are root
  await chmod(folder, 0o755);
  const data_dir = join(folder, "data");
  const target = { ...config, data_dir, database_url: "", keys_database_url: "", deletion_journal: "" };
  let restored: Restored;
  try {
    restored = await restoreInto(target, config, asked, true);
    await restored.composition.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { backup_id, checks } = restored;
  const ok = checks.every((check) => check.ok);
  const duration_ms = systemClock.now().getTime() - began.getTime();
  report(asked.say, checks, began);
  if (config.database_url !== "" || existsSync(join(config.data_dir, "keys", "master.json"))) {
    const live = await compose({ config, clock: systemClock, log: makeLog("warn"), domains: await loadDomains() });
    try {
      const row = { drill_id: newUuid(began), backup_id, kind: "check" as const, at: began, duration_ms, ok, checks };
      await auditedCommand(live.ground, "command.restore_check", async () => {
        await live.ground.store.write(SYSTEM_SCOPE, (tx) => noteDrill(tx, row));
        return ok;
      });
    } finally {
      await live.close();
    }
  }
  return ok ? 0 : 1;
}

function report(say: Say, checks: readonly RestoreCheck[], began: Date): void {
  for (const { ok, name, zh, en } of checks) say(`${ok ? "✓" : "✗"} ${name}: ${zh} · ${en}`);
  const seconds = ((systemClock.now().getTime() - began.getTime()) / 1000).toFixed(1);
  const ok = checks.every((check) => check.ok);
  say(ok ? `恢复完好，${seconds} 秒 · whole, ${seconds} s` : "有检查未通过 · a check failed");
}
