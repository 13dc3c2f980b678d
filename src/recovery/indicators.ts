import { installedAt, type Indicator, type Look } from "../store/index.ts";
import { newestBackup, newestDrill } from "./recovery-store.ts";

const MINUTE_MS = 60_000;
/** A daily backup may be two hours late; after three days without one somebody is called. */
export const BACKUP_WARN_MINUTES = 26 * 60;
export const BACKUP_ALARM_MINUTES = 72 * 60;

/** Since when there is something to lose: the newest backup's moment, or that of the installation. */
async function savedUntil({ tx, at }: Look): Promise<Date> {
  const backup = await newestBackup(tx);
  if (backup !== undefined) return backup.snapshot_at;
  return (await installedAt(tx)) ?? at;
}

const backupAge: Indicator = {
  name: "recovery.backup_age",
  zh: "距上次备份",
  en: "Since the last backup",
  how: {
    zh: "最近一次备份的数据时刻距今的分钟数；从未备份时，从安装算起",
    en: "Minutes since the moment of the newest backup; without any, since the installation",
  },
  unit: "minutes",
  direction: "above",
  warn: BACKUP_WARN_MINUTES,
  alarm: BACKUP_ALARM_MINUTES,
  window_minutes: null,
  advice: {
    zh: "在主机上运行 huitou backup，并检查定时任务和备份盘的空间。超过一天没有备份，出事时这一段数据回不来。",
    en: "Run huitou backup on the host, then look at the schedule and at the space of the backup's disk. What is newer than the last backup would be lost.",
  },
  link: "/trust/backups",
  read: async (look) => {
    const value = Math.floor((look.at.getTime() - (await savedUntil(look)).getTime()) / MINUTE_MS);
    return [{ part: "", value: Math.max(0, value) }];
  },
  inject: async (look, limit) => ({
    part: "",
    at: new Date((await savedUntil(look)).getTime() + (limit + 1) * MINUTE_MS),
  }),
};

const failedDrill: Indicator = {
  name: "recovery.failed_drill",
  zh: "试恢复未通过",
  en: "A tried restore was not whole",
  how: { zh: "最近一次试恢复中没有通过的检查数", en: "Checks that the last tried restore did not pass" },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 1,
  window_minutes: null,
  advice: {
    zh: "看 huitou restore --check 的输出，换一份备份再试；密钥对不上时，用同一次的密钥备份。",
    en: "Read what huitou restore --check says and try another backup; where keys do not fit, take the key backup of the same run.",
  },
  link: "/trust/backups",
  read: async ({ tx }) => {
    const checks = (await newestDrill(tx))?.checks ?? [];
    return [{ part: "", value: checks.filter((check) => !check.ok).length }];
  },
  inject: async ({ tx, at }, limit) => {
    await tx.query(
      `insert into recovery.drill (drill_id, backup_id, kind, at, duration_ms, ok, checks)
       select gen_random_uuid(), gen_random_uuid(), 'check', $1::timestamptz + interval '1 day', 0, false,
         (select jsonb_agg(jsonb_build_object('name', 'synthetic', 'ok', false)) from generate_series(1, $2))`,
      [at, limit],
    );
    return { part: "" };
  },
};

export const recoveryIndicators: readonly Indicator[] = [backupAge, failedDrill];
