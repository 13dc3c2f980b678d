import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { settled } from "./console-pages.ts";
import { type ConsoleServer, startServer } from "./console-server.ts";

/** A server of its own, set up over the API, and a browser signed in as its owner. */
export interface OwnerSession {
  readonly server: ConsoleServer;
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly get: <T>(path: string) => Promise<T>;
  readonly post: <T>(path: string, body: unknown) => Promise<T>;
  /** Opens a page of the console and waits until nothing on it loads any more. */
  readonly open: (path: string, width?: number) => Promise<Page>;
  readonly close: () => Promise<void>;
}

const PASSWORD = "kettle over open fire";

export async function ownerSession(members: number, args: readonly string[] = []): Promise<OwnerSession> {
  const [server, browser] = await Promise.all([startServer(members, args), launchBrowser()]);
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "zh-CN" });
  const headers = { origin: server.url };
  const post = async <T>(path: string, data: unknown): Promise<T> => {
    const answer = await context.request.post(server.url + path, { data, headers });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const token = new URL(server.setup).searchParams.get("token");
  await post("/api/setup", {
    token,
    brand_name: "山野茶",
    name: "林晓",
    email: "lin@shanye.example",
    password: PASSWORD,
  });
  return {
    server,
    browser,
    context,
    post,
    get: async <T>(path: string) => {
      const answer = await context.request.get(server.url + path);
      if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
      return (await answer.json()) as T;
    },
    open: async (path, width = 1440) => {
      const page = await context.newPage();
      await page.setViewportSize({ width, height: width > 800 ? 900 : 844 });
      await page.goto(server.url + path);
      await settled(page);
      return page;
    },
    close: async () => {
      await browser.close();
      await server.stop();
    },
  };
}
