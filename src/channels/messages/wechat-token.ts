import { createHash } from "node:crypto";
import type { Ground } from "../../ground.ts";
import type { WechatSettings } from "./carrier-settings.ts";
import { answerOf, callWechat } from "./wechat-call.ts";

/** The service gives no token. */
export class TokenRefused extends Error {
  readonly code: string;
  constructor(code: string, text: string) {
    super(text);
    this.name = "TokenRefused";
    this.code = code;
  }
}

interface Held {
  readonly token: string;
  readonly until_ms: number;
}

/** By settings: a changed secret asks for a token of its own. */
const held = new Map<string, Held>();
const asking = new Map<string, Promise<Held>>();
/** A token is not used to its very last second. */
const MARGIN_MS = 300_000;

const keyOf = ({ app_id, app_secret, origin }: WechatSettings) =>
  createHash("sha256")
    .update(`${origin ?? ""} ${app_id} ${app_secret}`)
    .digest("base64url");

/**
 * The stable token: as long as it lives the service gives the same one to every process, so that none ends another's.
 * @throws TokenRefused, OutgoingRefused, OutgoingFailed
 */
export async function wechatToken(ground: Ground, settings: WechatSettings): Promise<string> {
  const key = keyOf(settings);
  const known = held.get(key);
  if (known !== undefined && known.until_ms > ground.wall.now().getTime()) return known.token;
  const open = asking.get(key) ?? fetchToken(ground, settings).finally(() => asking.delete(key));
  asking.set(key, open);
  const fresh = await open;
  held.set(key, fresh);
  return fresh.token;
}

/** What the service no longer takes is asked for anew; another one that came meanwhile stays. */
export function forgetToken(settings: WechatSettings, token: string): void {
  const key = keyOf(settings);
  if (held.get(key)?.token === token) held.delete(key);
}

async function fetchToken(ground: Ground, settings: WechatSettings): Promise<Held> {
  const { app_id, app_secret } = settings;
  const asked = { grant_type: "client_credential", appid: app_id, secret: app_secret, force_refresh: false };
  const answer = await callWechat(settings, "/cgi-bin/stable_token", asked);
  const { access_token, expires_in, errcode, errmsg } = answerOf(answer);
  if (typeof access_token !== "string" || typeof expires_in !== "number")
    throw new TokenRefused(String(errcode ?? `http_${answer.status}`), String(errmsg ?? ""));
  // a token that has little left is used for what it has left
  const life_ms = Math.max(expires_in * 1_000 - MARGIN_MS, (expires_in * 1_000) / 2);
  return { token: access_token, until_ms: ground.wall.now().getTime() + life_ms };
}
