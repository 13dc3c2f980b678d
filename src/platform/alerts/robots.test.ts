import { describe, expect, it } from "vitest";
import { type AlertMessage, cutBytes } from "./message.ts";
import { dingtalk, dingtalkSign, feishu, feishuSign, wecom } from "./robots.ts";

const SECRET = "SEC-tea-house-2026";
const now = new Date(1_764_460_800_000);
const message: AlertMessage = {
  number: "IN7-opened",
  title: "山野茶 告警：登录失败",
  lines: ["当前 42", "请在 12:05 前确认"],
  link: "https://huitou.example/trust/incidents/7",
};

// the signatures were computed with Python's hmac from the services' documents
describe("signatures of the robots", () => {
  it("钉钉: the secret signs milliseconds and secret, and goes into the address", () => {
    expect(dingtalkSign(SECRET, now.getTime())).toBe("iZMoZjjv/BzMOipLaMEIeQn8E9dtIxnynEqy/+Ro9Fw=");
    const { url } = dingtalk.request("https://oapi.dingtalk.com/robot/send?access_token=abc", SECRET, message, now);
    expect(url).toBe(
      "https://oapi.dingtalk.com/robot/send?access_token=abc&timestamp=1764460800000&sign=iZMoZjjv%2FBzMOipLaMEIeQn8E9dtIxnynEqy%2F%2BRo9Fw%3D",
    );
  });

  it("飞书: seconds and secret are the key, over nothing, and go into the body", () => {
    expect(feishuSign(SECRET, 1_764_460_800)).toBe("zv4mI+5sgwhTG8h6uGaJ2z04GKS8K99XVgum4p1V9xw=");
    const { body } = feishu.request("https://open.feishu.cn/open-apis/bot/v2/hook/x", SECRET, message, now);
    expect(body).toMatchObject({
      timestamp: "1764460800",
      sign: "zv4mI+5sgwhTG8h6uGaJ2z04GKS8K99XVgum4p1V9xw=",
      msg_type: "post",
      content: { post: { zh_cn: { title: message.title } } },
    });
  });

  it("企业微信: Markdown, signed by nothing", () => {
    const address = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k";
    expect(wecom.request(address, undefined, message, now)).toEqual({
      url: address,
      body: {
        msgtype: "markdown",
        markdown: {
          content:
            "**山野茶 告警：登录失败**\n\n> 当前 42\n\n> 请在 12:05 前确认\n\n[IN7-opened](https://huitou.example/trust/incidents/7)",
        },
      },
    });
  });
});

describe("bounds and answers", () => {
  it("a text is cut to bytes between characters, and the link stays", () => {
    expect(cutBytes("回头回头", 12)).toBe("回头回头");
    expect(cutBytes("回头回头", 11)).toBe("回头…");
    const long = { ...message, lines: Array.from({ length: 400 }, (_, n) => `第 ${n} 行 一行很长的说明文字`) };
    const { body } = wecom.request("https://qyapi.weixin.qq.com/", undefined, long, now);
    const content = (body as { markdown: { content: string } }).markdown.content;
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4_096);
    expect(content.endsWith(`(${message.link})`)).toBe(true);
    const post = feishu.request(
      "https://open.feishu.cn/",
      SECRET,
      { ...long, lines: long.lines.map((l) => l.repeat(80)) },
      now,
    );
    expect(Buffer.byteLength(JSON.stringify(post.body))).toBeLessThanOrEqual(20_480);
  });

  it("answers are read as the services give them", () => {
    expect(wecom.answer({ errcode: 0, errmsg: "ok" })).toMatchObject({ ok: true, limited: false });
    expect(wecom.answer({ errcode: 45_009, errmsg: "api freq out of limit" })).toMatchObject({
      ok: false,
      limited: true,
    });
    expect(dingtalk.answer({ errcode: 310_000, errmsg: "sign not match" })).toMatchObject({
      ok: false,
      limited: false,
    });
    expect(dingtalk.answer({ errcode: 130_101, errmsg: "send too fast" })).toMatchObject({ ok: false, limited: true });
    expect(feishu.answer({ code: 0, msg: "success" })).toMatchObject({ ok: true });
    expect(feishu.answer({ code: 11_232, msg: "frequency limited" })).toMatchObject({ ok: false, limited: true });
    for (const robot of [wecom, dingtalk, feishu]) expect(robot.answer({})).toMatchObject({ ok: false, code: "none" });
  });
});
