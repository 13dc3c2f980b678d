import { createHmac, timingSafeEqual } from "node:crypto";
import type { Kind } from "./message-log.ts";
import { Rate } from "./rate.ts";

export interface RobotCall {
  readonly url: URL;
  readonly body: Record<string, unknown>;
  readonly bytes: number;
  readonly at_ms: number;
}

/** What a robot made of a call: the message when it is a right one, and its answer. */
export interface Judged {
  readonly to: string;
  readonly title: string;
  readonly text: string;
  readonly taken: boolean;
  readonly answer: Record<string, unknown>;
}

export interface SimRobot {
  readonly kind: Extract<Kind, "wecom" | "dingtalk" | "feishu">;
  matches(path: string): boolean;
  judge(call: RobotCall, secret: string | null): Judged;
  /** The service's own code for a fault of its own. */
  readonly fault: Record<string, unknown>;
}

const HOUR_MS = 3_600_000;

function hmac(key: string, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

function same(given: string | null | undefined, right: string): boolean {
  const [a, b] = [Buffer.from(given ?? ""), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function part(body: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = body[name];
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

const firstLine = (text: string) => (text.split("\n")[0] ?? "").replaceAll(/[*#>]/g, "").trim();

export function wecomRobot(): SimRobot {
  const rate = new Rate([[60_000, 20]]);
  return {
    kind: "wecom",
    fault: { errcode: -1, errmsg: "system busy" },
    matches: (path) => path === "/cgi-bin/webhook/send",
    judge: ({ url, body, at_ms }) => {
      const to = url.searchParams.get("key") ?? "";
      const type = textOf(body["msgtype"]);
      const text = textOf(part(body, type)["content"]);
      const refuse = (errcode: number, errmsg: string): Judged => ({
        to,
        title: firstLine(text),
        text,
        taken: false,
        answer: { errcode, errmsg },
      });
      if (to === "") return refuse(93_000, "invalid webhook url");
      if (type !== "text" && type !== "markdown") return refuse(40_008, "invalid message type");
      if (text === "") return refuse(44_004, "empty content");
      if (Buffer.byteLength(text) > (type === "text" ? 2_048 : 4_096))
        return refuse(40_058, `${type}.content exceed max length`);
      if (rate.exceeded(to, at_ms)) return refuse(45_009, "api freq out of limit");
      return { to, title: firstLine(text), text, taken: true, answer: { errcode: 0, errmsg: "ok" } };
    },
  };
}

export function dingtalkRobot(): SimRobot {
  const rate = new Rate([[60_000, 20]], 600_000);
  return {
    kind: "dingtalk",
    fault: { errcode: -1, errmsg: "系统繁忙" },
    matches: (path) => path === "/robot/send",
    judge: ({ url, body, at_ms }, secret) => {
      const to = url.searchParams.get("access_token") ?? "";
      const type = textOf(body["msgtype"]);
      const message = part(body, type);
      const text = textOf(message[type === "text" ? "content" : "text"]);
      const title = textOf(message["title"]) || firstLine(text);
      const refuse = (errcode: number, errmsg: string): Judged => ({
        to,
        title,
        text,
        taken: false,
        answer: { errcode, errmsg },
      });
      if (to === "") return refuse(300_001, "token is not exist");
      if (secret !== null) {
        const stamp = url.searchParams.get("timestamp") ?? "";
        if (!/^\d{13}$/.test(stamp) || Math.abs(at_ms - Number(stamp)) > HOUR_MS)
          return refuse(310_000, "invalid timestamp");
        if (!same(url.searchParams.get("sign"), hmac(secret, `${stamp}\n${secret}`)))
          return refuse(310_000, "sign not match");
      }
      if (type !== "text" && type !== "markdown") return refuse(400_101, "invalid msgtype");
      if (text === "" || title === "") return refuse(40_035, "缺少参数 text");
      if (rate.exceeded(to, at_ms)) return refuse(130_101, "send too fast, exceed 20 times per minute");
      return { to, title, text, taken: true, answer: { errcode: 0, errmsg: "ok" } };
    },
  };
}

function feishuText(body: Record<string, unknown>): { title: string; text: string } {
  const content = part(body, "content");
  if (body["msg_type"] === "text") return { title: firstLine(textOf(content["text"])), text: textOf(content["text"]) };
  const page = part(part(content, "post"), "zh_cn");
  const rows = Array.isArray(page["content"]) ? (page["content"] as { text?: string; href?: string }[][]) : [];
  const lines = rows.map((row) => row.map((piece) => [piece.text, piece.href].filter(Boolean).join(" ")).join(""));
  return { title: textOf(page["title"]), text: lines.join("\n") };
}

export function feishuRobot(): SimRobot {
  const rate = new Rate([
    [60_000, 100],
    [1_000, 5],
  ]);
  return {
    kind: "feishu",
    fault: { code: 9_499, msg: "Bad Request" },
    matches: (path) => path.startsWith("/open-apis/bot/v2/hook/"),
    judge: ({ url, body, bytes, at_ms }, secret) => {
      const to = url.pathname.slice("/open-apis/bot/v2/hook/".length);
      const { title, text } = feishuText(body);
      const refuse = (code: number, msg: string): Judged => ({
        to,
        title,
        text,
        taken: false,
        answer: { code, msg, data: {} },
      });
      if (to === "") return refuse(19_001, "param invalid: incoming webhook access token invalid");
      if (secret !== null) {
        const stamp = textOf(body["timestamp"]);
        const late = !/^\d{10}$/.test(stamp) || Math.abs(at_ms - Number(stamp) * 1000) > HOUR_MS;
        if (late || !same(textOf(body["sign"]), hmac(`${stamp}\n${secret}`, "")))
          return refuse(19_021, "sign match fail or timestamp is not within one hour from current time");
      }
      if (body["msg_type"] !== "text" && body["msg_type"] !== "post")
        return refuse(19_002, "params error, msg_type need");
      if (bytes > 20_480) return refuse(9_499, "Bad Request: body too large");
      if (text === "") return refuse(19_002, "params error, content is empty");
      if (rate.exceeded(to, at_ms)) return refuse(11_232, "frequency limited");
      return {
        to,
        title,
        text,
        taken: true,
        answer: { code: 0, msg: "success", data: {}, StatusCode: 0, StatusMessage: "success" },
      };
    },
  };
}
