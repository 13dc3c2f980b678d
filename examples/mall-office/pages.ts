import type { Dials, GiftOrder, OrderLine } from "./office.ts";

/** Words that a release changes, by element: as they were, as they are next, as nobody expects them. */
const WORDS = {
  user: ["账号", "登录账号", "你是谁"],
  password: ["密码", "登录密码", "口令"],
  sign_in: ["登录", "立即登录", "走起"],
  from: ["开始日期", "起始日期", "打头"],
  to: ["结束日期", "截止日期", "收尾"],
  search: ["查询", "搜索", "瞧瞧"],
  export: ["导出订单", "下载订单明细", "拿走"],
  new_gift: ["新建礼品单", "录入礼品单", "来一单"],
  reference: ["外部单号", "第三方单号", "暗号"],
  phone: ["会员手机号", "收件会员手机", "找谁"],
  gift: ["礼品", "礼品名称", "送啥"],
  submit: ["提交", "确认提交", "妥了"],
  order_no: ["礼品单号", "礼品订单编号", "编个号"],
} as const;
type Element = keyof typeof WORDS;
const AT = { usual: 0, new: 1, strange: 2 } as const;

const STYLE = `:root{color-scheme:light}body{font:14px/1.6 system-ui,"Noto Sans SC",sans-serif;margin:0;background:#f5f6f8;color:#1d2129}
header{background:#1f3a5f;color:#fff;padding:10px 24px;display:flex;gap:24px;align-items:center}header a{color:#dbe7ff}
main{max-width:980px;margin:20px auto;background:#fff;padding:20px 24px;border-radius:6px}h1{font-size:18px;margin:0 0 14px}
form{display:flex;flex-wrap:wrap;gap:12px;align-items:end;margin:0 0 16px}label{display:grid;gap:4px;font-size:13px}
input,select{padding:6px 8px;border:1px solid #c9cdd4;border-radius:4px;min-width:180px}
button,.button{background:#1f66c1;color:#fff;border:0;border-radius:4px;padding:8px 16px;cursor:pointer;text-decoration:none}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #e5e6eb;padding:6px 8px;text-align:left;font-size:13px}
.alert{color:#b42318;background:#fee4e2;padding:8px 12px;border-radius:4px;margin:0 0 12px}.note{color:#4e5969;font-size:13px}`;

export function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Pages as the dials have them. */
export class Pages {
  readonly #dials: Dials;

  constructor(dials: Dials) {
    this.#dials = dials;
  }

  #word(element: Element): string {
    return WORDS[element][AT[this.#dials.words]];
  }

  #id(element: Element): string {
    return this.#dials.test_ids ? ` data-testid="${element.replaceAll("_", "-")}"` : "";
  }

  #here(element: Element, html: string): string {
    return this.#dials.missing.includes(element) ? "" : html;
  }

  #field(element: Element, type: string, value = ""): string {
    const input = `<input name="${element}" type="${type}" value="${escape(value)}"${this.#id(element)}>`;
    return this.#here(element, `<label>${this.#word(element)}${input}</label>`);
  }

  #button(element: Element, more = ""): string {
    return this.#here(element, `<button${this.#id(element)}${more}>${this.#word(element)}</button>`);
  }

  #page(title: string, body: string): string {
    return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} · 云集商城后台</title><style>${STYLE}</style></head><body>
<header><b>云集商城 · 商家后台</b><nav><a href="/orders">订单</a> · <a href="/gifts">礼品单</a></nav></header>
<main><h1>${title}</h1>${body}</main></body></html>`;
  }

  signIn(why = ""): string {
    const alert = why === "" ? "" : `<p class="alert" role="alert">${escape(why)}</p>`;
    return this.#page(
      "商家登录",
      `${alert}<form method="post" action="/login" id="login">${this.#field("user", "text")}${this.#field("password", "password")}
${this.#button("sign_in")}</form><p class="note">这是示例用的模拟后台，不是真实的商城。</p>`,
    );
  }

  orders(from: string, to: string, lines: readonly OrderLine[]): string {
    const rows = lines
      .slice(0, 20)
      .map(
        (line) =>
          `<tr><td>${line.order_no}</td><td>${line.placed_at}</td><td>${line.phone}</td><td>${line.product}</td><td>${line.paid}</td></tr>`,
      )
      .join("");
    return this.#page(
      "订单",
      `<form method="get" action="/orders" id="orders">${this.#field("from", "date", from)}${this.#field("to", "date", to)}
${this.#button("search")}${this.#button("export", ' formaction="/orders/export"')}</form>
<table><thead><tr><th>订单号</th><th>下单时间</th><th>手机号</th><th>商品</th><th>实付</th></tr></thead><tbody>${rows}</tbody></table>
<p class="note">共 ${lines.length} 行</p>`,
    );
  }

  gifts(reference: string, found: readonly GiftOrder[]): string {
    const rows = found
      .map(
        (one) =>
          `<tr><td data-testid="found-no">${one.order_no}</td><td>${escape(one.reference)}</td><td>${escape(one.gift)}</td><td>${one.phone}</td></tr>`,
      )
      .join("");
    const link = `<a class="button" href="/gifts/new"${this.#id("new_gift")}>${this.#word("new_gift")}</a>`;
    return this.#page(
      "礼品单",
      `<form method="get" action="/gifts" id="gifts">${this.#field("reference", "search", reference)}${this.#button("search")}</form>
<p>${this.#here("new_gift", link)}</p><table id="found"><thead><tr><th>礼品单号</th><th>外部单号</th><th>礼品</th><th>手机号</th></tr></thead>
<tbody>${rows}</tbody></table><p class="note" role="status">共 ${found.length} 张礼品单</p>`,
    );
  }

  newGift(why = ""): string {
    const alert = why === "" ? "" : `<p class="alert" role="alert">${escape(why)}</p>`;
    return this.#page(
      "录入礼品单",
      `${alert}<form method="post" action="/gifts" id="gift">${this.#field("reference", "text")}${this.#field("phone", "tel")}
${this.#field("gift", "text")}${this.#button("submit")}</form>`,
    );
  }

  gift(order: GiftOrder): string {
    return this.#page(
      "礼品单已受理",
      `<p>${this.#word("order_no")}：<strong id="order-no"${this.#id("order_no")}>${order.order_no}</strong></p>
<p>外部单号 ${escape(order.reference)} · ${escape(order.gift)}</p>`,
    );
  }
}
