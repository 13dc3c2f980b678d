import { createHash, randomBytes } from "node:crypto";

export const WECOM_CORP_ID = "ww0123456789abcdef";
export const WECOM_SECRET = "sim-wecom-customer-contact-secret";

const TOKEN_S = 7_200;
const CUSTOMERS_MAX = 10_000;
const PAGE_MAX = 1_000;
const PATHS = new Set([
  "/cgi-bin/gettoken",
  "/cgi-bin/externalcontact/add_msg_template",
  "/cgi-bin/externalcontact/get_groupmsg_send_result",
  "/cgi-bin/externalcontact/get_groupmsg_list_v2",
  "/cgi-bin/externalcontact/cancel_groupmsg_send",
]);

/** 0: the associate has not sent it. 1: sent. 2: no friend any more. 3: got another broadcast. */
type Standing = 0 | 1 | 2 | 3;

interface Task {
  readonly msgid: string;
  readonly sender: string;
  readonly text: string;
  readonly at_ms: number;
  readonly customers: Map<string, Standing>;
  cancelled: boolean;
}

export interface WecomJudged {
  readonly to: string;
  readonly title: string;
  readonly text: string;
  readonly taken: boolean;
  readonly answer: Record<string, unknown>;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The customer contact side of WeCom: broadcasts that associates have to confirm. */
export class Wecom {
  readonly #now_ms: () => number;
  readonly #tasks = new Map<string, Task>();
  #token: { readonly value: string; readonly until_ms: number } | undefined;
  #count = 0;
  /** Who follows which customers; null: everybody follows everybody. */
  friends: ReadonlyMap<string, ReadonlySet<string>> | null = null;

  constructor(now_ms: () => number) {
    this.#now_ms = now_ms;
  }

  matches(pathname: string): boolean {
    return PATHS.has(pathname);
  }

  /** Whether a call makes a broadcast; the others ask or take back. */
  prepares(pathname: string): boolean {
    return pathname.endsWith("/add_msg_template");
  }

  endToken(): void {
    this.#token = undefined;
  }

  /** The associate presses send: everybody of the task gets it, or fails as said. @returns how many got it */
  confirm(userid: string, failing: Readonly<Record<string, 2 | 3>> = {}): number {
    let sent = 0;
    for (const task of this.#tasks.values()) {
      if (task.sender !== userid || task.cancelled) continue;
      for (const [customer, standing] of task.customers) {
        if (standing !== 0) continue;
        const how = failing[customer] ?? 1;
        task.customers.set(customer, how);
        if (how === 1) sent += 1;
      }
    }
    return sent;
  }

  /** Somebody of the company makes a broadcast in WeCom itself. */
  byHand(sender: string, words: string, customers: readonly string[]): void {
    this.#prepare({ chat_type: "single", sender, text: { content: words }, external_userid: [...customers] });
  }

  /** As after a long time: it knows no task any more. */
  forget(): void {
    this.#tasks.clear();
  }

  tasks(): readonly { readonly sender: string; readonly text: string; readonly customers: number }[] {
    return [...this.#tasks.values()].map(({ sender, text: words, customers }) => ({
      sender,
      text: words,
      customers: customers.size,
    }));
  }

  judge(url: URL, body: Record<string, unknown>): WecomJudged {
    if (url.pathname === "/cgi-bin/gettoken") return this.#tokenFor(url);
    const given = url.searchParams.get("access_token") ?? "";
    if (given !== this.#token?.value) return no(40014, "invalid access_token");
    if (this.#token.until_ms <= this.#now_ms()) return no(42001, "access_token expired");
    if (this.prepares(url.pathname)) return this.#prepare(body);
    if (url.pathname.endsWith("/get_groupmsg_list_v2")) return this.#list(body);
    const task = this.#tasks.get(text(body["msgid"]));
    if (task === undefined) return no(41066, "invalid msgid");
    if (url.pathname.endsWith("/cancel_groupmsg_send")) {
      task.cancelled = true;
      return asked({ errcode: 0, errmsg: "ok" });
    }
    return this.#result(task, body);
  }

  #tokenFor(url: URL): WecomJudged {
    if (url.searchParams.get("corpid") !== WECOM_CORP_ID) return no(40013, "invalid corpid");
    if (url.searchParams.get("corpsecret") !== WECOM_SECRET) return no(40001, "invalid credential");
    const now_ms = this.#now_ms();
    if (this.#token === undefined || this.#token.until_ms <= now_ms)
      this.#token = { value: randomBytes(48).toString("base64url"), until_ms: now_ms + TOKEN_S * 1_000 };
    const { value, until_ms } = this.#token;
    return asked({ errcode: 0, errmsg: "ok", access_token: value, expires_in: Math.ceil((until_ms - now_ms) / 1_000) });
  }

  #prepare(body: Record<string, unknown>): WecomJudged {
    const sender = text(body["sender"]);
    const customers = Array.isArray(body["external_userid"]) ? body["external_userid"].map(String) : [];
    const words = text((body["text"] as { content?: unknown } | undefined)?.content);
    const refuse = (code: number, why: string) => ({ ...no(code, why), to: sender, text: words });
    if (body["chat_type"] !== "single") return refuse(40058, "chat_type should be single");
    if (sender === "" || !/^[\w.@-]{1,64}$/.test(sender)) return refuse(60111, "userid not found");
    if (words === "" || Buffer.byteLength(words) > 4_000) return refuse(45002, "content size out of limit");
    if (customers.length === 0 || customers.length > CUSTOMERS_MAX || new Set(customers).size !== customers.length)
      return refuse(40058, "external_userid: 1 to 10000, each once");
    if (customers.some((one) => !/^wm[\w-]{10,40}$/.test(one))) return refuse(40096, "invalid external userid");
    const friends = this.friends === null ? undefined : (this.friends.get(sender) ?? new Set<string>());
    const fail_list = friends === undefined ? [] : customers.filter((one) => !friends.has(one));
    if (fail_list.length === customers.length) return refuse(41048, "no customer to send");
    this.#count += 1;
    const now_ms = this.#now_ms();
    const msgid = `msg${createHash("sha256").update(`${now_ms} ${this.#count}`).digest("hex").slice(0, 24)}`;
    const reached = customers.filter((one) => !fail_list.includes(one));
    const own = new Map(reached.map((one) => [one, 0 as Standing]));
    this.#tasks.set(msgid, { msgid, sender, text: words, at_ms: now_ms, customers: own, cancelled: false });
    const answer = { errcode: 0, errmsg: "ok", fail_list, msgid };
    return { to: sender, title: `${reached.length} 位客户，待 ${sender} 确认`, text: words, taken: true, answer };
  }

  #result(task: Task, body: Record<string, unknown>): WecomJudged {
    const limit = Math.min(Number(body["limit"] ?? 500), PAGE_MAX);
    if (text(body["userid"]) !== task.sender)
      return asked({ errcode: 0, errmsg: "ok", next_cursor: "", send_list: [] });
    const from = Number(text(body["cursor"]) || 0);
    const all = [...task.customers].map(([external_userid, status]) => ({
      external_userid,
      userid: task.sender,
      status,
    }));
    const next_cursor = from + limit < all.length ? String(from + limit) : "";
    return asked({ errcode: 0, errmsg: "ok", next_cursor, send_list: all.slice(from, from + limit) });
  }

  #list(body: Record<string, unknown>): WecomJudged {
    const [start, end] = [Number(body["start_time"]), Number(body["end_time"])];
    if (!(start > 0) || !(end >= start) || end - start > 31 * 86_400)
      return no(40058, "start_time, end_time: a month at most");
    const limit = Math.min(Number(body["limit"] ?? 50), 100);
    const from = Number(text(body["cursor"]) || 0);
    const all = [...this.#tasks.values()].filter(({ at_ms }) => at_ms / 1_000 >= start && at_ms / 1_000 <= end + 1);
    const group_msg_list = all.slice(from, from + limit).map((one) => ({
      msgid: one.msgid,
      create_time: String(Math.floor(one.at_ms / 1_000)),
      create_type: 0,
      text: { content: one.text },
    }));
    return asked({
      errcode: 0,
      errmsg: "ok",
      next_cursor: from + limit < all.length ? String(from + limit) : "",
      group_msg_list,
    });
  }
}

const asked = (answer: Record<string, unknown>): WecomJudged => ({ to: "", title: "", text: "", taken: false, answer });
const no = (errcode: number, errmsg: string): WecomJudged => ({
  ...asked({ errcode, errmsg }),
  title: errmsg,
});
