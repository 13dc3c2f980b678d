import type { Ground } from "../../ground.ts";
import {
  type HttpAnswer,
  OutgoingFailed,
  OutgoingRefused,
  postOutgoing,
  sendOutgoing,
} from "../../platform/alerts/outgoing.ts";
import { AccessTokens, type Given } from "./access-tokens.ts";
import type { WecomSettings } from "./carrier-settings.ts";
import { Pacer } from "./pacer.ts";
import { answerOf } from "./wechat-call.ts";

const HOST = "qyapi.weixin.qq.com";
const TIMEOUT_MS = 10_000;
/** Calls a second, well below the 10,000 a minute of a company. */
const pacer = new Pacer(50);
const TOKEN_CODES = new Set(["40014", "42001"]);

/** A call that came to nothing. `sent` is false when the service certainly did not act on it. */
export class WecomFailed extends Error {
  readonly code: string;
  readonly sent: boolean;
  constructor(code: string, sent: boolean) {
    super(`WeCom: ${code}`);
    this.name = "WecomFailed";
    this.code = code;
    this.sent = sent;
  }
}

export interface Called {
  readonly status: number;
  readonly code: string;
  readonly answer: Readonly<Record<string, unknown>>;
}

const tokens = new AccessTokens();
const accountOf = ({ corp_id, corp_secret, origin }: WecomSettings) => [origin ?? "", corp_id, corp_secret];
const optionsOf = ({ origin }: WecomSettings) => ({
  rule: { hosts: [HOST], open: origin === null ? [] : [origin] },
  timeout_ms: TIMEOUT_MS,
});
const baseOf = ({ origin }: WecomSettings) => origin ?? `https://${HOST}`;

/** @throws WecomFailed, OutgoingRefused, OutgoingFailed */
export function wecomToken(ground: Ground, settings: WecomSettings): Promise<string> {
  return tokens.tokenOf(ground, accountOf(settings), () => fetchToken(settings));
}

async function fetchToken(settings: WecomSettings): Promise<Given> {
  const { corp_id, corp_secret } = settings;
  const query = new URLSearchParams({ corpid: corp_id, corpsecret: corp_secret });
  const answer = answerOf(
    await sendOutgoing(
      `${baseOf(settings)}/cgi-bin/gettoken?${query}`,
      { method: "GET", headers: {} },
      optionsOf(settings),
    ),
  );
  const { access_token, expires_in } = answer;
  if (typeof access_token !== "string" || typeof expires_in !== "number")
    throw new WecomFailed(String(answer["errcode"] ?? "no_token"), false);
  return { token: access_token, expires_s: expires_in };
}

/** A token that ended in between is fetched anew once, because then nothing was done. @throws WecomFailed */
export async function callWecom(ground: Ground, settings: WecomSettings, path: string, body: unknown): Promise<Called> {
  for (let tried = 1; ; tried += 1) {
    const token = await wecomToken(ground, settings).catch((error: unknown) => {
      throw error instanceof WecomFailed
        ? new WecomFailed(`token_${error.code}`, false)
        : new WecomFailed("no_token", false);
    });
    await pacer.turn();
    const called = await posted(settings, `${path}?access_token=${encodeURIComponent(token)}`, body);
    if (tried > 1 || !TOKEN_CODES.has(called.code)) return called;
    tokens.forget(accountOf(settings), token);
  }
}

async function posted(settings: WecomSettings, path: string, body: unknown): Promise<Called> {
  let got: HttpAnswer;
  try {
    got = await postOutgoing(`${baseOf(settings)}${path}`, body, optionsOf(settings));
  } catch (error) {
    if (error instanceof OutgoingRefused) throw new WecomFailed(`refused_${error.reason}`, false);
    if (error instanceof OutgoingFailed) throw new WecomFailed(error.sent ? "no_answer" : "not_sent", error.sent);
    throw error;
  }
  const answer = answerOf(got);
  return { status: got.status, answer, code: String(answer["errcode"] ?? `http_${got.status}`) };
}
