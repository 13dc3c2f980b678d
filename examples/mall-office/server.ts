import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Dials, exportOf, Office, ordersOf } from "./office.ts";
import { Pages } from "./pages.ts";

export interface MallOffice {
  /** http://host:port */
  readonly url: string;
  readonly office: Office;
  /** Changes some dials; the others stay as they are. */
  dial(change: Partial<Dials>): void;
  stop(): Promise<void>;
}

const BODY_BYTES_MAX = 65_536;
const DAY = /^\d{4}-\d\d-\d\d$/;
const DAYS_MAX = 31;
const DAY_MS = 86_400_000;

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > BODY_BYTES_MAX) throw new Error("body too large");
  }
  return new URLSearchParams(text);
}

function sessionOf(request: IncomingMessage): string | undefined {
  return /(?:^|; )office=([0-9a-f]{64})/.exec(request.headers.cookie ?? "")?.[1];
}

function html(response: ServerResponse, body: string, status = 200): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
  response.end(body);
}

function go(response: ServerResponse, location: string, cookie?: string): void {
  response.writeHead(303, { location, ...(cookie === undefined ? {} : { "set-cookie": cookie }) });
  response.end();
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(body));
}

function daysBetween(from: string, to: string): string[] {
  if (!DAY.test(from) || !DAY.test(to)) return [];
  const [first, last] = [Date.parse(from), Date.parse(to)];
  const days = Math.min(DAYS_MAX, Math.floor((last - first) / DAY_MS) + 1);
  return Array.from({ length: Math.max(0, days) }, (_, n) => new Date(first + n * DAY_MS).toISOString().slice(0, 10));
}

class Server {
  readonly office = new Office();

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://office");
    if (url.pathname.startsWith("/sim/")) return this.#sim(url, request, response);
    await wait(this.office.dials.slow_ms);
    const pages = new Pages(this.office.dials);
    if (url.pathname === "/login") {
      if (request.method !== "POST") return html(response, pages.signIn());
      const form = await formOf(request);
      const session = this.office.signIn(form.get("user") ?? "", form.get("password") ?? "");
      if (session === undefined) return html(response, pages.signIn("账号或密码不正确"), 401);
      return go(response, "/orders", `office=${session}; HttpOnly; SameSite=Lax; Path=/`);
    }
    if (url.pathname === "/favicon.ico") return html(response, "", 404);
    if (!this.office.admits(sessionOf(request))) return go(response, "/login");
    return this.#inside(url, request, response, pages);
  }

  async #inside(url: URL, request: IncomingMessage, response: ServerResponse, pages: Pages): Promise<void> {
    const of = (name: string) => url.searchParams.get(name) ?? "";
    const days = daysBetween(of("from"), of("to"));
    switch (`${request.method} ${url.pathname}`) {
      case "GET /orders":
        return html(response, pages.orders(of("from"), of("to"), days.flatMap(ordersOf)));
      case "GET /orders/export": {
        this.office.exports.push(...days);
        response.writeHead(200, {
          "content-type": "text/csv; charset=utf-8",
          "content-disposition": `attachment; filename="orders-${of("from")}.csv"`,
        });
        const [first = "", ...more] = days.map(exportOf);
        response.end(first + more.map((text) => text.slice(text.indexOf("\n") + 1)).join(""));
        return;
      }
      case "GET /gifts": {
        const { gifts } = this.office;
        const found = of("reference") === "" ? gifts.slice(-20) : gifts.filter((g) => g.reference === of("reference"));
        return html(response, pages.gifts(of("reference"), found));
      }
      case "GET /gifts/new":
        return html(response, pages.newGift());
      case "POST /gifts": {
        const form = await formOf(request);
        const text = (name: string) => (form.get(name) ?? "").trim();
        const taken = this.office.take({ reference: text("reference"), phone: text("phone"), gift: text("gift") });
        await wait(this.office.dials.answer_late_ms);
        return typeof taken === "string"
          ? html(response, pages.newGift(taken), 422)
          : go(response, `/gifts/${taken.order_no}`);
      }
      default: {
        const order = this.office.gifts.find(({ order_no }) => url.pathname === `/gifts/${order_no}`);
        if (order !== undefined) return html(response, pages.gift(order));
        return url.pathname === "/" ? go(response, "/orders") : html(response, "没有这个页面", 404);
      }
    }
  }

  async #sim(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { gifts, exports, sign_ins } = this.office;
    if (url.pathname === "/sim/log") return json(response, { gifts, exports, sign_ins });
    if (request.method === "PUT") {
      let text = "";
      for await (const chunk of request) text += String(chunk);
      this.office.dials = { ...this.office.dials, ...(JSON.parse(text) as Partial<Dials>) };
    }
    json(response, this.office.dials);
  }
}

/** A mall's back office that has pages and no API. A port of 0 is any free one. */
export async function startMallOffice(options: { host?: string; port?: number } = {}): Promise<MallOffice> {
  const { host = "127.0.0.1", port = 0 } = options;
  const server = new Server();
  const http = createServer((request, response) => {
    server.answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((done, fail) => {
    http.once("error", fail);
    http.listen(port, host, done);
  });
  return {
    url: `http://${host}:${(http.address() as AddressInfo).port}`,
    office: server.office,
    dial: (change) => {
      server.office.dials = { ...server.office.dials, ...change };
    },
    stop: async () => {
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
    },
  };
}
