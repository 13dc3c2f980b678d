import { auditedCommand } from "./access/index.ts";
import { compose } from "./composition.ts";
import type { Config } from "./config.ts";
import { loadDomains } from "./domains.ts";
import { systemClock } from "./platform/clock.ts";
import { Problem } from "./platform/errors.ts";
import { makeLog } from "./platform/log.ts";
import { sleep } from "./platform/timers.ts";
import { type Databases, openDatabases } from "./store/index.ts";
import {
  beginExchange,
  dropExchange,
  followIndex,
  type KeyAccess,
  openKeys,
  requireAlone,
  requireReady,
  runExchange,
} from "./vault/index.ts";

type Say = (line: string) => void;

/** A process that had read the key ring before the exchange began has come to its first question by then. */
const LATECOMERS_MS = 2_000;

/**
 * `huitou keys exchange-index`: another index key, and every token under it, while the platform is stopped.
 * @throws vault.exchange_not_alone, vault.exchange_waits_for, vault.exchange_left
 */
export async function exchangeIndexCommand(config: Config, say: Say): Promise<void> {
  const log = makeLog("warn");
  const databases = await openDatabases({ ...config, log });
  try {
    await requireAlone([databases.admin_url, databases.keys_url]);
    const begun = await withKeys(config, databases, beginExchange);
    if (!begun) await sleep(LATECOMERS_MS);
    try {
      await requireAlone([databases.admin_url, databases.keys_url]);
      await exchange(config, databases, begun, say);
    } catch (error) {
      const code = error instanceof Problem ? error.code : "";
      if (UNDONE.has(code) || (!begun && REFUSED.has(code))) await withKeys(config, databases, dropExchange);
      throw error;
    }
  } finally {
    await databases.stop();
  }
}

/** The record store was set back whole, and the key store comes behind it. */
const UNDONE = new Set(["vault.exchange_left"]);
/** Said before anything was moved. */
const REFUSED = new Set(["vault.exchange_not_alone", "vault.exchange_waits_for"]);

async function exchange(config: Config, databases: Databases, begun: boolean, say: Say): Promise<void> {
  const log = makeLog("warn");
  const domains = await loadDomains();
  const composition = await compose({ config, clock: systemClock, log, domains, databases, exchanging: true });
  const { ground } = composition;
  try {
    if (!begun) await requireReady({ ground, domains });
    await auditedCommand(ground, "command.keys", async () => {
      say(
        begun
          ? "接着做未完成的更换 · going on with an unfinished exchange"
          : "开始更换索引密钥 · exchanging the index key",
      );
      const progress = (what: string) => say(`… ${what}`);
      const end = await runExchange({ ground, admin_url: databases.admin_url, domains, progress });
      say(
        `索引密钥第 ${end.version} 版：标记 ${end.tokens} 个，重新密封 ${end.values} 个，改写 ${end.rows} 行，旧标记剩 0；审计记录中 ${end.kept} 行仍按旧标记称呼，随保留期消失。请立刻做一次备份。`,
      );
      say(
        `Version ${end.version} of the index key: ${end.tokens} tokens, ${end.values} values sealed anew, ${end.rows} rows rewritten, 0 old tokens left; ${end.kept} rows of the audit log still name values by old tokens until their retention ends. Make a backup now.`,
      );
      return true;
    });
  } finally {
    await composition.close();
  }
}

/**
 * Brings what was restored from a backup of before an exchange to the index key that `live` has now, where that is the same
 * installation: only then the journal of deletions says who must not come back.
 */
export async function followLiveIndex(target: Config, live: Config, databases: Databases, say: Say): Promise<void> {
  if (!(await withKeys(target, databases, (access) => followIndex(access, keysOf(live)), true))) return;
  say("… index key");
  const domains = await loadDomains();
  const log = makeLog("warn");
  const parts = { clock: systemClock, log, domains, databases, exchanging: true, restoring: true };
  const composition = await compose({ config: target, ...parts });
  try {
    const { ground } = composition;
    await runExchange({ ground, admin_url: databases.admin_url, domains, progress: () => undefined });
  } finally {
    await composition.close();
  }
}

const keysOf = (config: Config) => ({
  data_dir: config.data_dir,
  master_key: config.master_key,
  master_key_before: config.master_key_before,
  suite: config.crypto_suite,
});

async function withKeys<T>(
  config: Config,
  { keys_url }: Databases,
  run: (access: KeyAccess) => Promise<T>,
  journal_later = false,
): Promise<T> {
  const access = await openKeys({
    ...keysOf(config),
    keys_url,
    journal_dir: config.deletion_journal,
    now: systemClock.now(),
    onError: () => undefined,
    exchanging: true,
    journal_later,
  });
  try {
    return await run(access);
  } finally {
    await access.keys.close();
  }
}
