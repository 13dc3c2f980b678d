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

export const TencentSettings = Type.Object(
  {
    secret_id: Type.String({ minLength: 8, maxLength: 60 }),
    secret_key: Type.String({ minLength: 8, maxLength: 100 }),
    sdk_app_id: Type.String({ pattern: "^\\d{6,16}$", description: "SmsSdkAppId of the application" }),
  },
  { additionalProperties: false },
);
export type TencentSettings = Static<typeof TencentSettings> & { readonly origin: string | null };

/** The mini program that sends subscribe messages. */
export const WechatSettings = Type.Object(
  {
    app_id: Type.String({ pattern: "^wx[0-9a-f]{16}$", description: "AppID of the mini program" }),
    app_secret: Type.String({ minLength: 16, maxLength: 100 }),
    openid_namespace: Type.String({
      minLength: 1,
      maxLength: 63,
      description: "Namespace in which the mini program's data source names openids: its key unless it says another",
    }),
  },
  { additionalProperties: false },
);
export type WechatSettings = Static<typeof WechatSettings> & { readonly origin: string | null };

/** The company whose associates write to their customers. */
export const WecomSettings = Type.Object(
  {
    corp_id: Type.String({ pattern: "^ww[0-9A-Za-z]{14,18}$", description: "CorpID" }),
    corp_secret: Type.String({ minLength: 16, maxLength: 100, description: "Secret of the customer contact app" }),
  },
  { additionalProperties: false },
);
export type WecomSettings = Static<typeof WecomSettings> & { readonly origin: string | null };

/** How a mail server takes a connection: encrypted from its first byte, or from its greeting on. */
export const MailServerSettings = Type.Object(
  {
    host: Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9.-]{1,200}$" }),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    security: Type.Union([Type.Literal("tls"), Type.Literal("starttls")]),
    user: Type.String({ minLength: 1, maxLength: 200 }),
    password: Type.String({ minLength: 1, maxLength: 200 }),
    from: Type.String({
      pattern: "^[^\\r\\n<>]{0,60}(<[^@<>\\s]+@[^@<>\\s]+>|[^@<>\\s]+@[^@<>\\s]+)$",
      maxLength: 160,
    }),
  },
  { additionalProperties: false },
);
/** `simulator`: the address of the one of an example world, in the place of the server; never typed by people. */
export type MailSettings = Static<typeof MailServerSettings> | { readonly simulator: string; readonly from: string };

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

/** Forgets how a channel is reached: what is asked for waits until it is set up again. */
export async function forgetCarrier(tx: Tx, channel: Channel): Promise<void> {
  await tx.query(
    "update channels.carrier set settings_sealed = null, settings_shown = '', failures = 0, paused_until = null where channel = $1",
    [channel],
  );
}

export async function saveCost(tx: Tx, channel: Channel, cost_minor: number): Promise<void> {
  await tx.query("update channels.carrier set cost_minor = $2 where channel = $1", [channel, cost_minor]);
}

async function settingsOf<Settings>(tx: Tx, ground: Ground, channel: Channel): Promise<Settings | undefined> {
  const row = (await carriers(tx)).find((one) => one.channel === channel);
  if (row?.settings_sealed == null) return undefined;
  const key = await ground.vault.namedKey(KEY);
  return JSON.parse(key.decrypt(row.settings_sealed, contextOf(channel)).toString("utf8")) as Settings;
}

/** Of whichever service sends SMS. */
export type SmsSettings = AliyunSettings | TencentSettings;

export function smsSettings(tx: Tx, ground: Ground): Promise<SmsSettings | undefined> {
  return settingsOf<SmsSettings>(tx, ground, "sms");
}

export function mailSettings(tx: Tx, ground: Ground): Promise<MailSettings | undefined> {
  return settingsOf<MailSettings>(tx, ground, "email");
}

export function wechatSettings(tx: Tx, ground: Ground): Promise<WechatSettings | undefined> {
  return settingsOf<WechatSettings>(tx, ground, "wechat");
}

export function wecomSettings(tx: Tx, ground: Ground): Promise<WecomSettings | undefined> {
  return settingsOf<WecomSettings>(tx, ground, "wecom");
}
