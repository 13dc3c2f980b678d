import type { Ground } from "../../ground.ts";
import { AccessTokens, type Given } from "./access-tokens.ts";
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

const tokens = new AccessTokens();
const accountOf = ({ app_id, app_secret, origin }: WechatSettings) => [origin ?? "", app_id, app_secret];

/**
 * The stable token: as long as it lives the service gives the same one to every process, so that none ends another's.
 * @throws TokenRefused, OutgoingRefused, OutgoingFailed
 */
export function wechatToken(ground: Ground, settings: WechatSettings): Promise<string> {
  return tokens.tokenOf(ground, accountOf(settings), () => fetchToken(settings));
}

export function forgetToken(settings: WechatSettings, token: string): void {
  tokens.forget(accountOf(settings), token);
}

async function fetchToken(settings: WechatSettings): Promise<Given> {
  const { app_id, app_secret } = settings;
  const asked = { grant_type: "client_credential", appid: app_id, secret: app_secret, force_refresh: false };
  const answer = await callWechat(settings, "/cgi-bin/stable_token", asked);
  const { access_token, expires_in, errcode, errmsg } = answerOf(answer);
  if (typeof access_token !== "string" || typeof expires_in !== "number")
    throw new TokenRefused(String(errcode ?? `http_${answer.status}`), String(errmsg ?? ""));
  return { token: access_token, expires_s: expires_in };
}
