import { type HttpAnswer, postOutgoing } from "../../platform/alerts/outgoing.ts";
import type { WechatSettings } from "./carrier-settings.ts";

const WECHAT_HOST = "api.weixin.qq.com";
const TIMEOUT_MS = 10_000;

/** A call of the service's own API, with its JSON. @throws OutgoingRefused, OutgoingFailed */
export async function callWechat(
  { origin }: Pick<WechatSettings, "origin">,
  path: string,
  body: unknown,
): Promise<HttpAnswer> {
  const open = origin === null ? [] : [origin];
  return postOutgoing(`${origin ?? `https://${WECHAT_HOST}`}${path}`, body, {
    rule: { hosts: [WECHAT_HOST], open },
    timeout_ms: TIMEOUT_MS,
  });
}

/** What it answered; nothing where that is no JSON. */
export const answerOf = ({ text }: HttpAnswer): Readonly<Record<string, unknown>> => {
  try {
    const read = JSON.parse(text) as unknown;
    return typeof read === "object" && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};
