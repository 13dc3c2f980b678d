import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import type { Tx } from "../../store/index.ts";
import { carriers } from "./gate-store.ts";
import type { Channel } from "./request.ts";

const KEY = "channels.carriers";
const contextOf = (channel: Channel) => `channels.carrier ${channel}`;

export const AliyunSettings = Type.Object(
  {
    access_key_id: Type.String({ minLength: 8, maxLength: 60 }),
    access_key_secret: Type.String({ minLength: 8, maxLength: 100 }),
  },
  { additionalProperties: false },
);
/** `origin`: the simulator of an example world or a test, in the place of the service; never typed by people. */
export type AliyunSettings = Static<typeof AliyunSettings> & { readonly origin: string | null };

/** Keeps how a channel is reached, sealed. @param shown what people see of it */
export async function saveCarrier(
  tx: Tx,
  ground: Ground,
  channel: Channel,
  { settings, shown, cost_minor }: { readonly settings: unknown; readonly shown: string; readonly cost_minor: number },
): Promise<void> {
  const key = await ground.vault.namedKey(KEY);
  const sealed = key.encrypt(Buffer.from(JSON.stringify(settings)), contextOf(channel));
  await tx.query(
    `update channels.carrier set settings_sealed = $2, settings_shown = $3, cost_minor = $4, failures = 0, paused_until = null
     where channel = $1`,
    [channel, sealed, shown, cost_minor],
  );
}

async function settingsOf<Settings>(tx: Tx, ground: Ground, channel: Channel): Promise<Settings | undefined> {
  const row = (await carriers(tx)).find((one) => one.channel === channel);
  if (row?.settings_sealed == null) return undefined;
  const key = await ground.vault.namedKey(KEY);
  return JSON.parse(key.decrypt(row.settings_sealed, contextOf(channel)).toString("utf8")) as Settings;
}

export function aliyunSettings(tx: Tx, ground: Ground): Promise<AliyunSettings | undefined> {
  return settingsOf<AliyunSettings>(tx, ground, "sms");
}
