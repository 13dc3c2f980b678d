import { createCipheriv, createHash, randomBytes } from "node:crypto";

export const WECHAT_APP_ID = "wx0123456789abcdef";
export const WECHAT_SECRET = "sim-wechat-app-secret-0123456789";

const TOKEN_S = 7_200;
/** As WeChat's documents limit the values of a field by its kind. */
const FIELDS: Readonly<Record<string, RegExp>> = {
  thing: /^.{1,20}$/u,
  number: /^-?(?=.{1,32}$)\d+(\.\d+)?$/,
  letter: /^[A-Za-z]{1,32}$/,
  symbol: /^[^\p{L}\p{N}\s]{1,5}$/u,
  character_string: /^[\x20-\x7e]{1,32}$/,
  time: /^[\d年月日:\-/.~ ]{4,60}$/,
  date: /^\d{4}[年\-/.]\d{1,2}[月\-/.]\d{1,2}日?( ?\d{1,2}:\d{2}(:\d{2})?)?/,
  amount: /^\p{Sc}?\d{1,10}(\.\d+)?元?$/u,
  phone_number: /^[\d+() -]{1,17}$/,
  car_number: /^.{1,8}$/u,
  name: /^(\p{Script=Han}{1,10}|[\x20-\x7e]{1,20})$/u,
  phrase: /^\p{Script=Han}{1,5}$/u,
};

export interface WechatJudged {
  readonly status: number;
  readonly to: string;
  readonly title: string;
  readonly text: string;
  readonly taken: boolean;
  readonly answer: Record<string, unknown>;
}

/** Where WeChat tells what happens, and with what it signs: as it is filled into its console. */
export interface WechatPush {
  readonly address: string;
  readonly token: string;
  /** Null: in the open. */
  readonly aes_key: string | null;
}

const sha1 = (...parts: readonly string[]) =>
  createHash("sha1")
    .update([...parts].sort().join(""))
    .digest("hex");

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The side of WeChat that sends subscribe messages of a mini program: tokens, acceptances, fields and their limits. */
export class Wechat {
  readonly #now_ms: () => number;
  #token: { readonly value: string; readonly until_ms: number } | undefined;
  #count = 0;
  /** What each openid has left of each template. */
  readonly #left = new Map<string, number>();
  /** Fields of templates that are known; one that is not takes any field of a known kind. */
  readonly templates = new Map<string, readonly string[]>();
  push: WechatPush | undefined;
  /** What is told of messages: with what code after how long; null: nothing. */
  sent: { readonly code: string; readonly after_ms: number } | null = { code: "0", after_ms: 0 };
  onPush: ((to: string, body: unknown, after_ms: number) => void) | undefined;
  /** Whoever never answered here is taken to have agreed: for a world that outlives its simulator. */
  trusting = false;
  /** Messages that a day takes. */
  quota = 1_000_000;

  constructor(now_ms: () => number) {
    this.#now_ms = now_ms;
  }

  matches(pathname: string): boolean {
    return pathname === "/cgi-bin/stable_token" || pathname === "/cgi-bin/message/subscribe/send";
  }

  /** Whether a call sends something; the other one asks for a token. */
  sends(pathname: string): boolean {
    return pathname.endsWith("/send");
  }

  judge(url: URL, body: Record<string, unknown>): WechatJudged {
    return this.sends(url.pathname) ? this.#send(url, body) : this.#tokenFor(body);
  }

  /** The token ends before its time, as when somebody fetches one in another way. */
  endToken(): void {
    this.#token = undefined;
  }

  /** A member answers in the mini program, or (in the settings) takes it back. */
  answer(openid: string, template: string, choice: "accept" | "reject", where: "popup" | "settings" = "popup"): void {
    const key = `${openid} ${template}`;
    if (choice === "accept" && where === "popup") this.#left.set(key, (this.#left.get(key) ?? 0) + 1);
    if (choice === "reject" && where === "settings") this.#left.delete(key);
    this.#tell(openid, where === "popup" ? "subscribe_msg_popup_event" : "subscribe_msg_change_event", 0, {
      TemplateId: template,
      SubscribeStatusString: choice,
      ...(where === "popup" ? { PopupScene: "0" } : {}),
    });
  }

  left(openid: string, template: string): number {
    return this.#left.get(`${openid} ${template}`) ?? 0;
  }

  /** What somebody may have been promised elsewhere: so much is left, and nobody is told. */
  setLeft(openid: string, template: string, left: number): void {
    this.#left.set(`${openid} ${template}`, left);
  }

  #tokenFor(body: Record<string, unknown>): WechatJudged {
    const to = text(body["appid"]);
    const no = (errcode: number, errmsg: string) => this.#refused(to, "stable_token", errcode, errmsg);
    if (body["grant_type"] !== "client_credential") return no(40002, "invalid grant_type");
    if (to !== WECHAT_APP_ID) return no(40013, "invalid appid");
    if (body["secret"] !== WECHAT_SECRET) return no(40125, "invalid appsecret");
    const now_ms = this.#now_ms();
    if (this.#token === undefined || this.#token.until_ms <= now_ms || body["force_refresh"] === true)
      this.#token = { value: randomBytes(48).toString("base64url"), until_ms: now_ms + TOKEN_S * 1_000 };
    const { value, until_ms } = this.#token;
    const answer = { access_token: value, expires_in: Math.ceil((until_ms - now_ms) / 1_000) };
    return { status: 200, to, title: "stable_token", text: "", taken: false, answer };
  }

  #send(url: URL, body: Record<string, unknown>): WechatJudged {
    const [to, template] = [text(body["touser"]), text(body["template_id"])];
    const data = (typeof body["data"] === "object" && body["data"] !== null ? body["data"] : {}) as Record<
      string,
      { readonly value?: unknown }
    >;
    const shown = Object.entries(data)
      .map(([name, one]) => `${name}: ${String(one.value)}`)
      .join("\n");
    const wrong = this.#wrong(url, to, template, data);
    if (wrong !== undefined) return this.#refused(to, template, wrong[0], wrong[1], shown);
    this.#count += 1;
    if (this.#left.has(`${to} ${template}`)) this.setLeft(to, template, this.left(to, template) - 1);
    const msgid = this.#now_ms() * 1_000 + this.#count;
    const page = text(body["page"]);
    if (this.sent !== null) {
      const { code, after_ms } = this.sent;
      this.#tell(to, "subscribe_msg_sent_event", after_ms, {
        TemplateId: template,
        MsgID: String(msgid),
        ErrorCode: code,
        ErrorStatus: code === "0" ? "success" : "failed:user block",
      });
    }
    const answer = { errcode: 0, errmsg: "ok", msgid };
    const words = page === "" ? shown : `${shown}\n→ ${page}`;
    return { status: 200, to, title: template, text: words, taken: true, answer };
  }

  #wrong(
    url: URL,
    to: string,
    template: string,
    data: Record<string, { readonly value?: unknown }>,
  ): readonly [number, string] | undefined {
    const given = url.searchParams.get("access_token") ?? "";
    if (given !== this.#token?.value) return [40001, "invalid credential, access_token is invalid or not latest"];
    if (this.#token.until_ms <= this.#now_ms()) return [42001, "access_token expired"];
    if (this.#count >= this.quota) return [45009, "reach max api daily quota limit"];
    if (!/^[\w-]{20,64}$/.test(template)) return [40037, "invalid template_id"];
    if (!/^o[\w-]{20,40}$/.test(to)) return [40003, "invalid openid"];
    const field = this.#wrongField(template, data);
    if (field !== undefined) return [47003, `argument invalid! data.${field}.value invalid`];
    if (!this.#agrees(to, template)) return [43101, "user refuse to accept the msg"];
    return undefined;
  }

  #agrees(openid: string, template: string): boolean {
    if (this.trusting && !this.#left.has(`${openid} ${template}`)) return true;
    return this.left(openid, template) > 0;
  }

  /** A field that is missing, not of the template, or beyond what its kind takes. */
  #wrongField(template: string, data: Record<string, { readonly value?: unknown }>): string | undefined {
    const known = this.templates.get(template);
    const names = Object.keys(data);
    const missing = known?.find((name) => !names.includes(name));
    if (missing !== undefined) return missing;
    if (names.length === 0) return "thing1";
    return names.find((name) => {
      const value = data[name]?.value;
      const rule = FIELDS[name.replace(/\d+$/, "")];
      const fits = typeof value === "string" && rule?.test(value) === true && (known?.includes(name) ?? true);
      return !fits;
    });
  }

  #refused(to: string, title: string, errcode: number, errmsg: string, shown = ""): WechatJudged {
    const rid = randomBytes(8).toString("hex");
    const answer = { errcode, errmsg: `${errmsg} rid: ${rid}` };
    return { status: 200, to, title, text: shown === "" ? errmsg : shown, taken: false, answer };
  }

  #tell(openid: string, event: string, after_ms: number, one: Record<string, string>): void {
    const { push } = this;
    if (push === undefined) return;
    const seconds = Math.floor(this.#now_ms() / 1_000);
    const body = {
      ToUserName: "gh_simulator",
      FromUserName: openid,
      CreateTime: seconds,
      MsgType: "event",
      Event: event,
      List: [one],
    };
    const [timestamp, nonce] = [String(seconds), randomBytes(5).toString("hex")];
    const asked = new URLSearchParams({ signature: sha1(push.token, timestamp, nonce), timestamp, nonce, openid });
    if (push.aes_key === null) return this.onPush?.(`${push.address}?${asked}`, body, after_ms);
    const Encrypt = sealed(push.aes_key, JSON.stringify(body));
    asked.set("encrypt_type", "aes");
    asked.set("msg_signature", sha1(push.token, timestamp, nonce, Encrypt));
    this.onPush?.(`${push.address}?${asked}`, { ToUserName: body.ToUserName, Encrypt }, after_ms);
  }

  /** As WeChat asks once whether an address is whose it seems. */
  greeting(): string | undefined {
    const { push } = this;
    if (push === undefined) return undefined;
    const [timestamp, nonce] = [String(Math.floor(this.#now_ms() / 1_000)), randomBytes(5).toString("hex")];
    const signature = sha1(push.token, timestamp, nonce);
    return `${push.address}?${new URLSearchParams({ signature, timestamp, nonce, echostr: nonce })}`;
  }
}

/** AES-256-CBC over random bytes, length, text and app, padded to 32: the message encryption of WeChat's platform. */
function sealed(aes_key: string, body: string): string {
  const key = Buffer.from(`${aes_key}=`, "base64");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(body));
  const plain = Buffer.concat([randomBytes(16), length, Buffer.from(body), Buffer.from(WECHAT_APP_ID)]);
  const pad = 32 - (plain.length % 32);
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(Buffer.concat([plain, Buffer.alloc(pad, pad)])), cipher.final()]).toString(
    "base64",
  );
}
