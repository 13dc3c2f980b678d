import type { Browser, BrowserContext, Page } from "playwright-core";
import { inject } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { settled } from "./console-pages.ts";
import { type ConsoleServer, type ServerOptions, startServer } from "./console-server.ts";
import { watchPages } from "./failed-pages.ts";

/** A browser signed in as the owner of a server. */
export interface OwnerSession {
  readonly server: ConsoleAddress;
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly get: <T>(path: string) => Promise<T>;
  readonly post: <T>(path: string, body: unknown) => Promise<T>;
  readonly put: (path: string, body: unknown) => Promise<void>;
  /** Opens a page of the console and waits until nothing on it loads any more. */
  readonly open: (path: string, width?: number) => Promise<Page>;
  readonly close: () => Promise<void>;
}

export const OWNER = { email: "lin@shanye.example", password: "kettle over open fire" };
type ConsoleAddress = Pick<ConsoleServer, "url" | "setup">;

/** Signed in to the server that all files share: what a file leaves there, the next one finds. */
export async function sharedSession(): Promise<OwnerSession> {
  return signedIn(inject("console"), await launchBrowser());
}

/** Signed in to a server of its own, for a test that needs another world or other arguments. */
export async function ownerSession(
  members: number,
  args: readonly string[] = [],
  options: ServerOptions = {},
): Promise<OwnerSession> {
  const [server, browser] = await Promise.all([startServer(members, args, options), launchBrowser()]);
  const session = await signedIn(server, browser);
  return {
    ...session,
    close: async () => {
      await session.close();
      await server.stop();
    },
  };
}

/** @param server is set up over the API first, if nobody did that. */
async function signedIn(server: ConsoleAddress, browser: Browser): Promise<OwnerSession> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "zh-CN" });
  watchPages(context);
  const headers = { origin: server.url };
  const post = async <T>(path: string, data: unknown): Promise<T> => {
    const answer = await context.request.post(server.url + path, { data, headers });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const state = await context.request.get(`${server.url}/api/session/state`);
  if (((await state.json()) as { setup_required: boolean }).setup_required) {
    const token = new URL(server.setup).searchParams.get("token");
    await post("/api/setup", { token, brand_name: "山野茶", name: "林晓", ...OWNER });
  } else await post("/api/session", OWNER);
  return {
    server,
    browser,
    context,
    post,
    put: async (path, data) => {
      const answer = await context.request.put(server.url + path, { data, headers });
      if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    },
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
    close: () => browser.close(),
  };
}
