import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type AliyunJudged as SmsJudged, AliyunSms, CALM_FATE, type Fate } from "./aliyun.ts";
import { mailServer } from "./mail.ts";
import { type Arrived, CALM, Dials, type Dial, KINDS, type Kind, MessageLog, OUTCOMES } from "./message-log.ts";
import { page } from "./page.ts";
import { Pushes } from "./pushes.ts";
import { TencentSms } from "./tencent.ts";
import { WebhookReceiver } from "./webhook.ts";
import { Wecom } from "./wecom.ts";
import { Wechat, type WechatPush } from "./wechat.ts";
import { dingtalkRobot, feishuRobot, type SimRobot, wecomRobot } from "./robots.ts";

export interface ChannelSim {
  /** http://host:port */
  readonly url: string;
  /** smtp://host:port */
  readonly smtp_url: string;
  readonly log: MessageLog;
  readonly dials: Dials;
  readonly aliyun: AliyunSms;
  readonly tencent: TencentSms;
  readonly wechat: Wechat;
  readonly wecom: Wecom;
  /** What services tell by themselves, and where. */
  readonly pushes: Pushes;
  /** The secret with which a robot's calls must be signed; null: it asks for none. */
  setSecret(kind: Kind, secret: string | null): void;
  stop(): Promise<void>;
}

export interface SimOptions {
  readonly host?: string;
  readonly port?: number;
  readonly smtp_port?: number;
  /** What the services take for now, in ms since 1970; the machine's own time unless a test has another. */
  readonly now_ms?: () => number;
}

const BODY_BYTES_MAX = 1_048_576;

/** The secret of a robot until it is told another one. */
export const simSecret = (kind: Kind): string => `sim-secret-${kind}`;

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_BYTES_MAX) throw new Error("body too large");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function jsonOf(body: Buffer): Record<string, unknown> {
  try {
    const value = JSON.parse(body.toString("utf8")) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function send(response: ServerResponse, status: number, body: unknown, type = "application/json; charset=utf-8"): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

const ALIYUN_FAULTS = {
  http_500: { Code: "InternalError", Message: "busy" },
  error: { Code: "isp.SYSTEM_ERROR", Message: "busy" },
};
const tencentFault = (Code: string) => ({ Response: { Error: { Code, Message: "busy" }, RequestId: "0" } });
const TENCENT_FAULTS = {
  http_500: tencentFault("InternalError"),
  error: tencentFault("InternalError.OtherError"),
};

/** A service whose calls and answers are JSON of WeChat's kind. */
interface Spoken {
  readonly kind: Kind;
  /** Whether the call is a message; what is only asked is answered, whatever the dial says. */
  readonly sends: boolean;
  /** What it says when it is too busy. */
  readonly busy: string;
  readonly judge: (body: Record<string, unknown>) => Omit<Arrived, "id" | "at" | "kind" | "answer"> & {
    readonly status?: number;
    readonly answer: Record<string, unknown>;
  };
}

class Sim {
  readonly #now_ms: () => number;

  constructor(now_ms: () => number) {
    this.#now_ms = now_ms;
    this.wechat = new Wechat(now_ms);
    this.wecom = new Wecom(now_ms);
    this.wechat.onPush = (to, body, after_ms) => this.pushes.tellAt(to, body, after_ms);
    this.aliyun.onReport = (items, after_ms) => this.pushes.tell(items, after_ms);
    this.tencent.onReport = (items, after_ms) => this.pushes.tell(items, after_ms);
  }

  readonly log = new MessageLog();
  readonly dials = new Dials();
  readonly robots: readonly SimRobot[] = [wecomRobot(), dingtalkRobot(), feishuRobot()];
  readonly aliyun = new AliyunSms();
  readonly tencent = new TencentSms(() => this.aliyun.fate);
  readonly wechat: Wechat;
  readonly wecom: Wecom;
  readonly webhook = new WebhookReceiver();
  readonly pushes = new Pushes();
  readonly secrets = new Map<Kind, string | null>(KINDS.map((kind) => [kind, simSecret(kind)]));

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://sim");
    const robot = request.method === "POST" ? this.robots.find((one) => one.matches(url.pathname)) : undefined;
    if (robot !== undefined) return this.#robot(robot, url, request, response);
    if (request.method === "POST" && this.aliyun.matches(request)) {
      const asks = request.headers["x-acs-action"] !== "SendSms";
      return this.#sms(request, response, asks, ALIYUN_FAULTS, (body, at_ms) =>
        this.aliyun.judge(request, url, body, at_ms),
      );
    }
    if (request.method === "POST" && this.tencent.matches(request)) {
      const asks = request.headers["x-tc-action"] !== "SendSms";
      return this.#sms(request, response, asks, TENCENT_FAULTS, (body, at_ms) =>
        this.tencent.judge(request, body, at_ms),
      );
    }
    if (request.method === "POST" && this.wechat.matches(url.pathname))
      return this.#json(request, response, {
        kind: "wechat",
        sends: this.wechat.sends(url.pathname),
        busy: "system error",
        judge: (body) => this.wechat.judge(url, body),
      });
    if (this.wecom.matches(url.pathname))
      return this.#json(request, response, {
        kind: "wecom_app",
        sends: this.wecom.prepares(url.pathname),
        busy: "system busy",
        judge: (body) => this.wecom.judge(url, body),
      });
    if (request.method === "POST" && this.webhook.matches(url.pathname)) return this.#hook(url, request, response);
    if (url.pathname === "/") return send(response, 200, page(this.log.list()), "text/html; charset=utf-8");
    if (url.pathname === "/sim/log") return this.#log(url, request, response);
    if (url.pathname === "/sim/dials") return this.#dialled(request, response);
    if (url.pathname === "/sim/fates" && request.method === "PUT") return this.#fated(request, response);
    if (url.pathname === "/sim/replies" && request.method === "POST") return this.#replied(request, response);
    if (url.pathname === "/sim/subscriptions" && request.method === "POST") return this.#agreed(request, response);
    if (url.pathname === "/sim/confirmations" && request.method === "POST") return this.#confirmed(request, response);
    if (url.pathname === "/sim/callbacks" && request.method === "PUT") return this.#pointed(request, response);
    if (url.pathname === "/sim/secrets" && request.method === "PUT") return this.#told(request, response);
    return send(response, 404, { error: "nothing speaks here" });
  }

  async #robot(robot: SimRobot, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const dial = this.dials.take(robot.kind);
    if (dial.outcome === "refuse") {
      request.socket.destroy();
      return;
    }
    const body = await bodyOf(request);
    await wait(dial.slow_ms);
    if (dial.outcome === "http_500") return send(response, 500, "busy", "text/plain");
    if (dial.outcome === "error") return send(response, 200, robot.fault);
    if (dial.outcome === "redirect") {
      response.writeHead(307, { location: "/sim/log" });
      response.end();
      return;
    }
    const call = { url, body: jsonOf(body), bytes: body.length, at_ms: this.#now_ms() };
    const { answer, ...judged } = robot.judge(call, this.secrets.get(robot.kind) ?? null);
    const lost = dial.outcome === "lost";
    this.log.add({ at: new Date(call.at_ms).toISOString(), kind: robot.kind, ...judged, answer: lost ? null : answer });
    if (lost) request.socket.destroy();
    else send(response, 200, answer);
  }

  // what is asked is answered, whatever the dial of sending says; a service that is away does not answer at all
  async #sms(
    request: IncomingMessage,
    response: ServerResponse,
    asks: boolean,
    faults: { readonly http_500: unknown; readonly error: unknown },
    judge: (body: Buffer, at_ms: number) => SmsJudged,
  ): Promise<void> {
    const dial = asks ? CALM : this.dials.take("sms");
    if (dial.outcome === "refuse") {
      request.socket.destroy();
      return;
    }
    const body = await bodyOf(request);
    await wait(dial.slow_ms);
    if (dial.outcome === "http_500") return send(response, 500, faults.http_500);
    if (dial.outcome === "error") return send(response, 200, faults.error);
    const at_ms = this.#now_ms();
    const { status, answer, ...judged } = judge(body, at_ms);
    const lost = dial.outcome === "lost";
    if (!asks || status !== 200)
      this.log.add({ at: new Date(at_ms).toISOString(), kind: "sms", ...judged, answer: lost ? null : answer });
    if (lost) request.socket.destroy();
    else send(response, status, answer);
  }

  async #json(request: IncomingMessage, response: ServerResponse, { kind, sends, busy, judge }: Spoken): Promise<void> {
    const dial = sends ? this.dials.take(kind) : CALM;
    if (dial.outcome === "refuse") {
      request.socket.destroy();
      return;
    }
    const body = await bodyOf(request);
    await wait(dial.slow_ms);
    if (dial.outcome === "http_500") return send(response, 500, "busy", "text/plain");
    if (dial.outcome === "error") return send(response, 200, { errcode: -1, errmsg: busy });
    const { status = 200, answer, ...judged } = judge(jsonOf(body));
    const lost = dial.outcome === "lost";
    const at = new Date(this.#now_ms()).toISOString();
    if (sends) this.log.add({ at, kind, ...judged, answer: lost ? null : answer });
    if (lost) request.socket.destroy();
    else send(response, status, answer);
  }

  async #hook(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const dial = this.dials.take("webhook");
    if (dial.outcome === "refuse") {
      request.socket.destroy();
      return;
    }
    const body = await bodyOf(request);
    await wait(dial.slow_ms);
    if (dial.outcome === "http_500" || dial.outcome === "error") return send(response, 500, { error: "busy" });
    const at_ms = this.#now_ms();
    const { status, answer, ...judged } = this.webhook.judge(url.pathname, request.headers, body, at_ms);
    const lost = dial.outcome === "lost";
    this.log.add({ at: new Date(at_ms).toISOString(), kind: "webhook", ...judged, answer: lost ? null : answer });
    if (lost) request.socket.destroy();
    else send(response, status, answer);
  }

  #log(url: URL, request: IncomingMessage, response: ServerResponse): void {
    if (request.method === "DELETE") this.log.clear();
    const kind = url.searchParams.get("kind") ?? undefined;
    send(response, 200, { items: this.log.list({ kind, since: Number(url.searchParams.get("since") ?? 0) }) });
  }

  async #dialled(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === "PUT") {
      for (const [kind, dial] of Object.entries(jsonOf(await bodyOf(request)))) {
        const wanted = dial as Partial<Dial>;
        if (!KINDS.includes(kind as Kind) || (wanted.outcome !== undefined && !OUTCOMES.includes(wanted.outcome)))
          return send(response, 400, { error: `kinds: ${KINDS.join(", ")}; outcomes: ${OUTCOMES.join(", ")}` });
        this.dials.set(kind as Kind, wanted);
      }
    }
    send(response, 200, this.dials.all());
  }

  async #fated(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wanted = jsonOf(await bodyOf(request)) as Partial<Fate>;
    this.aliyun.fate = { ...CALM_FATE, ...wanted };
    send(response, 200, this.aliyun.fate);
  }

  /** Somebody answers an SMS: `{"phone": "13800000001", "content": "TD"}`. */
  async #replied(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { phone, content } = jsonOf(await bodyOf(request));
    if (typeof phone !== "string" || typeof content !== "string")
      return send(response, 400, { error: "phone, content" });
    this.pushes.tell([this.aliyun.reply(phone, content, this.#now_ms())], 0);
    send(response, 202, { to: this.pushes.to ?? null });
  }

  /** Somebody is asked in the mini program: `{"openid": "o…", "template_id": "…", "choice": "accept"}`. */
  async #agreed(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { openid, template_id, choice, where } = jsonOf(await bodyOf(request));
    if (typeof openid !== "string" || typeof template_id !== "string" || (choice !== "accept" && choice !== "reject"))
      return send(response, 400, { error: "openid, template_id, choice: accept or reject" });
    this.wechat.answer(openid, template_id, choice, where === "settings" ? "settings" : "popup");
    send(response, 202, { left: this.wechat.left(openid, template_id) });
  }

  /** An associate presses send in WeCom: `{"userid": "S001-01"}`. */
  async #confirmed(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { userid } = jsonOf(await bodyOf(request));
    if (typeof userid !== "string") return send(response, 400, { error: "userid" });
    send(response, 202, { sent: this.wecom.confirm(userid) });
  }

  /** Where services tell what became of messages: `{"sms": "https://…"}`, null for nowhere. */
  async #pointed(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { sms, wechat } = jsonOf(await bodyOf(request));
    if (sms !== undefined) this.pushes.to = typeof sms === "string" ? sms : undefined;
    if (wechat !== undefined) this.wechat.push = pushOf(wechat);
    send(response, 200, { sms: this.pushes.to ?? null, wechat: this.wechat.push?.address ?? null });
  }

  async #told(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [kind, secret] of Object.entries(jsonOf(await bodyOf(request))))
      if (KINDS.includes(kind as Kind)) this.secrets.set(kind as Kind, typeof secret === "string" ? secret : null);
    send(response, 200, { kinds: KINDS });
  }
}

/** `{"address": "https://…", "token": "…", "aes_key": "…"}`; null for nowhere. */
function pushOf(given: unknown): WechatPush | undefined {
  const { address, token, aes_key } = (typeof given === "object" && given !== null ? given : {}) as Record<
    string,
    unknown
  >;
  if (typeof address !== "string" || typeof token !== "string") return undefined;
  return { address, token, aes_key: typeof aes_key === "string" ? aes_key : null };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((done, fail) => {
    server.once("error", fail);
    server.listen(port, host, () => done((server.address() as AddressInfo).port));
  });
}

/** Starts both sides. A port of 0 is any free one. */
export async function startChannelSim(options: SimOptions = {}): Promise<ChannelSim> {
  const { host = "127.0.0.1", port = 0, smtp_port = 0 } = options;
  const sim = new Sim(options.now_ms ?? Date.now);
  const http = createServer((request, response) => {
    sim.answer(request, response).catch(() => response.destroy());
  });
  const mail = mailServer(sim.log, sim.dials);
  mail.on("error", () => undefined);
  const http_port = await listen(http, port, host);
  const mail_port = await listen(mail.server as unknown as Server, smtp_port, host);
  return {
    url: `http://${host}:${http_port}`,
    smtp_url: `smtp://${host}:${mail_port}`,
    log: sim.log,
    dials: sim.dials,
    aliyun: sim.aliyun,
    tencent: sim.tencent,
    wechat: sim.wechat,
    wecom: sim.wecom,
    pushes: sim.pushes,
    setSecret: (kind, secret) => void sim.secrets.set(kind, secret),
    stop: async () => {
      sim.pushes.stop();
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
      await new Promise<void>((done) => mail.close(() => done()));
    },
  };
}
