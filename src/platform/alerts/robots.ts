import { createHmac } from "node:crypto";
import { type AlertMessage, cutBytes, markdownOf, type Robot, type RobotAnswer } from "./message.ts";

interface ErrAnswer {
  readonly errcode?: number;
  readonly errmsg?: string;
}

function errAnswer(body: unknown, limited: readonly number[]): RobotAnswer {
  const { errcode, errmsg } = (body ?? {}) as ErrAnswer;
  return {
    ok: errcode === 0,
    code: String(errcode ?? "none"),
    text: errmsg ?? "",
    limited: errcode !== undefined && limited.includes(errcode),
  };
}

/** 企业微信 group robot: the key in its address is all there is; 20 messages a minute. */
export const wecom: Robot = {
  kind: "wecom",
  host: "qyapi.weixin.qq.com",
  per_minute_max: 20,
  pause_seconds: 60,
  bytes_max: 4_096,
  request: (address, _secret, message) => ({
    url: address,
    body: { msgtype: "markdown", markdown: { content: markdownOf(message, wecom.bytes_max) } },
  }),
  answer: (body) => errAnswer(body, [45_009]),
};

/** `sign` of 钉钉: base64 of HMAC-SHA256 with the secret over "<milliseconds>\n<secret>". */
export function dingtalkSign(secret: string, timestamp_ms: number): string {
  return createHmac("sha256", secret).update(`${timestamp_ms}\n${secret}`).digest("base64");
}

/** 钉钉 group robot: 20 messages a minute, then ten minutes of silence. */
export const dingtalk: Robot = {
  kind: "dingtalk",
  host: "oapi.dingtalk.com",
  per_minute_max: 20,
  pause_seconds: 600,
  bytes_max: 18_000,
  request: (address, secret, message, now) => {
    const url = new URL(address);
    if (secret !== undefined) {
      url.searchParams.set("timestamp", String(now.getTime()));
      url.searchParams.set("sign", dingtalkSign(secret, now.getTime()));
    }
    const text = markdownOf(message, dingtalk.bytes_max);
    return { url: url.toString(), body: { msgtype: "markdown", markdown: { title: message.title, text } } };
  },
  answer: (body) => errAnswer(body, [130_101, 90_030]),
};

/** `sign` of 飞书: base64 of HMAC-SHA256 over nothing, with "<seconds>\n<secret>" as its key. */
export function feishuSign(secret: string, timestamp_seconds: number): string {
  return createHmac("sha256", `${timestamp_seconds}\n${secret}`).update("").digest("base64");
}

const FEISHU_LINE_BYTES_MAX = 2_000;
const FEISHU_LINES_MAX = 60;

function feishuPost(message: AlertMessage) {
  const paragraph = (text: string) => [{ tag: "text", text: cutBytes(text, FEISHU_LINE_BYTES_MAX) }];
  const lines = message.lines.slice(0, FEISHU_LINES_MAX);
  const content = [...lines.map(paragraph), [{ tag: "a", text: message.number, href: message.link }]];
  return { post: { zh_cn: { title: cutBytes(message.title, FEISHU_LINE_BYTES_MAX), content } } };
}

/** 飞书 group robot: 100 messages a minute, 20 KB each. */
export const feishu: Robot = {
  kind: "feishu",
  host: "open.feishu.cn",
  per_minute_max: 100,
  pause_seconds: 60,
  bytes_max: 20_000,
  request: (address, secret, message, now) => {
    const seconds = Math.floor(now.getTime() / 1000);
    const signed = secret === undefined ? {} : { timestamp: String(seconds), sign: feishuSign(secret, seconds) };
    let content = feishuPost(message);
    for (
      let keep = Math.min(message.lines.length, FEISHU_LINES_MAX);
      Buffer.byteLength(JSON.stringify(content)) > feishu.bytes_max - 500;
      keep--
    )
      content = feishuPost({ ...message, lines: [...message.lines.slice(0, Math.max(0, keep - 1)), "…"] });
    return { url: address, body: { ...signed, msg_type: "post", content } };
  },
  answer: (body) => {
    const { code, msg } = (body ?? {}) as { code?: number; msg?: string };
    return { ok: code === 0, code: String(code ?? "none"), text: msg ?? "", limited: code === 11_232 };
  },
};

export const ROBOTS: Readonly<Record<Robot["kind"], Robot>> = { wecom, dingtalk, feishu };
