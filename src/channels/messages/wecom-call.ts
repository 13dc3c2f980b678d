import { createHash } from "node:crypto";
import type { Ground } from "../../ground.ts";
import {
  type HttpAnswer,
  OutgoingFailed,
  OutgoingRefused,
  postOutgoing,
  sendOutgoing,
} from "../../platform/alerts/outgoing.ts";
import type { WecomSettings } from "./carrier-settings.ts";
import { Pacer } from "./pacer.ts";
import { answerOf } from "./wechat-call.ts";

const HOST = "qyapi.weixin.qq.com";
const TIMEOUT_MS = 10_000;
const MARGIN_MS = 300_000;
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

const held = new Map<string, { readonly token: string; readonly until_ms: number }>();
const keyOf = ({ corp_id, corp_secret, origin }: WecomSettings) =>
  createHash("sha256")
    .update(`${origin ?? ""} ${corp_id} ${corp_secret}`)
    .digest("base64url");
const optionsOf = ({ origin }: WecomSettings) => ({
  rule: { hosts: [HOST], open: origin === null ? [] : [origin] },
  timeout_ms: TIMEOUT_MS,
});
const baseOf = ({ origin }: WecomSettings) => origin ?? `https://${HOST}`;

/** Whoever asks again gets the same token as long as it lives. @throws WecomFailed, OutgoingRefused, OutgoingFailed */
export async function wecomToken(ground: Ground, settings: WecomSettings): Promise<string> {
  const key = keyOf(settings);
  const known = held.get(key);
  const now_ms = ground.wall.now().getTime();
  if (known !== undefined && known.until_ms > now_ms) return known.token;
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
  const life_ms = Math.max(expires_in * 1_000 - MARGIN_MS, expires_in * 500);
  held.set(key, { token: access_token, until_ms: now_ms + life_ms });
  return access_token;
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
    const key = keyOf(settings);
    if (held.get(key)?.token === token) held.delete(key);
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
