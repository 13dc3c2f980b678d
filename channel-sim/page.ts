import type { Arrived, Kind } from "./message-log.ts";

const NAMES: Readonly<Record<Kind, string>> = {
  wecom: "企业微信群机器人",
  dingtalk: "钉钉群机器人",
  feishu: "飞书群机器人",
  mail: "邮件",
  sms: "短信（阿里云）",
  wechat: "微信订阅消息",
  wecom_app: "企业微信（待导购确认）",
  webhook: "Webhook 接收端",
};
const SHOWN_MAX = 100;

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function row(message: Arrived): string {
  const answer = message.answer === null ? "没有应答（按旋钮扣下）" : escape(JSON.stringify(message.answer));
  return `<article class="${message.taken ? "" : "refused"}">
<header><b>${NAMES[message.kind]}</b> <time>${escape(message.at.replace("T", " ").slice(0, 19))} UTC</time> <code>${escape(message.to)}</code>
<span>${message.taken ? "已送达" : "被拒绝"}</span></header>
<h2>${escape(message.title)}</h2><pre>${escape(message.text)}</pre><footer>应答 ${answer}</footer></article>`;
}

/** What arrived, newest first, as a plain page that renews itself. */
export function page(messages: readonly Arrived[]): string {
  const shown = messages.slice(-SHOWN_MAX).reverse();
  const list =
    shown.length === 0
      ? "<p>还没有消息。在「告警与值班」里点「发送测试」，或在「消息模板」里试发一条。</p>"
      : shown.map(row).join("\n");
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<meta name="viewport" content="width=device-width"><title>通道模拟器</title><style>
:root{color-scheme:light dark}body{font:14px/1.6 system-ui,sans-serif;max-width:760px;margin:24px auto;padding:0 16px}
article{border:1px solid #8884;border-radius:8px;padding:8px 14px;margin:12px 0}article.refused{border-left:4px solid #c0392b}
header{display:flex;gap:10px;flex-wrap:wrap;font-size:13px}header span{margin-left:auto}h1{font-size:20px}h2{font-size:15px;margin:6px 0}
pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:4px 0}footer{font-size:12px;opacity:.75}code{overflow-wrap:anywhere}
</style></head><body><h1>通道模拟器 channel-sim</h1>
<p>示例世界发出的告警和消息在这里，没有真的发给任何人。共 ${messages.length} 条，最新在前。</p>
${list}</body></html>`;
}
