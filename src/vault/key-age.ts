import type { Ground } from "../ground.ts";
import type { Indicator } from "../store/index.ts";
import { versionsOf } from "./master-versions.ts";

const DAY_MS = 86_400_000;
/** A master key is changed each year; a month before it is said. */
export const KEY_AGE_WARN_DAYS = 330;
export const KEY_AGE_ALARM_DAYS = 365;

/** When the master key in force was made; undefined before anything was sealed. */
async function masterKeyMade({ vault }: Pick<Ground, "vault">): Promise<Date | undefined> {
  return (await versionsOf(vault.access.keys.pool)).at(-1)?.made_at;
}

export const keyAge: Indicator = {
  name: "vault.key_age",
  zh: "主密钥使用天数",
  en: "Age of the master key",
  how: { zh: "主密钥生成或上次轮换至今的天数", en: "Days since the master key was made or last exchanged" },
  unit: "days",
  direction: "above",
  warn: KEY_AGE_WARN_DAYS,
  alarm: KEY_AGE_ALARM_DAYS,
  window_minutes: null,
  advice: {
    zh: "运行 huitou keys rotate 轮换主密钥（不停机），并确认旧密钥的备份已按规定保管。",
    en: "Run huitou keys rotate, while the platform works, and see that copies of the old key are kept as the rules say.",
  },
  link: "/trust/keys",
  read: async ({ ground, at }) => {
    const made_at = await masterKeyMade(ground);
    if (made_at === undefined) return [];
    return [{ part: "", value: Math.max(0, Math.floor((at.getTime() - made_at.getTime()) / DAY_MS)) }];
  },
  // a key cannot be made older: it is looked at from the day on which it would be
  inject: async ({ ground, at }, limit) => {
    const made_at = (await masterKeyMade(ground)) ?? at;
    return { part: "", at: new Date(made_at.getTime() + (limit + 1) * DAY_MS) };
  },
};
