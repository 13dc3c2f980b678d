import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import type { Ground } from "../ground.ts";
import { launchBrowser } from "../platform/browser.ts";
import { problem } from "../platform/index.ts";

const VIEWPORT = { width: 1100, height: 688 };
const FOLDER = "robots";

interface Held {
  readonly browser: Browser;
  users: number;
}

const held = new WeakMap<Ground, Promise<Held>>();

/** Files that pages give lie in a folder of their process until its browser goes; what a killed one left is removed here. */
export async function clearDownloads(ground: Ground): Promise<void> {
  const folder = join(ground.config.data_dir, FOLDER);
  for (const name of await readdir(folder).catch(() => []))
    if (!isAlive(Number(name))) await rm(join(folder, name), { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const ownFolder = (ground: Ground) => join(ground.config.data_dir, FOLDER, String(process.pid));

async function launch(ground: Ground): Promise<Held> {
  const downloads = ownFolder(ground);
  await mkdir(downloads, { recursive: true, mode: 0o700 });
  try {
    const browser = await launchBrowser({ executable: ground.config.chromium, downloads });
    browser.on("disconnected", () => held.delete(ground));
    return { browser, users: 0 };
  } catch (error) {
    const reason = ((error as Error).message.split("\n")[0] ?? "").slice(0, 200);
    throw problem("robots.no_browser", { reason });
  }
}

/** Runs with a context of its own in the one browser of this process, which goes when nobody needs it. @throws robots.no_browser */
export async function withContext<T>(
  ground: Ground,
  proxy: string,
  work: (context: BrowserContext) => Promise<T>,
): Promise<T> {
  let made = held.get(ground);
  if (made === undefined) {
    made = launch(ground);
    held.set(ground, made);
    made.catch(() => held.delete(ground));
  }
  const one = await made;
  one.users += 1;
  try {
    const context = await one.browser.newContext({
      proxy: { server: proxy },
      viewport: VIEWPORT,
      acceptDownloads: true,
      locale: "zh-CN",
      timezoneId: ground.config.timezone,
      serviceWorkers: "block",
    });
    try {
      return await work(context);
    } finally {
      await context.close().catch(() => undefined);
    }
  } finally {
    one.users -= 1;
    if (one.users === 0) {
      if (held.get(ground) === made) held.delete(ground);
      await one.browser.close().catch(() => undefined);
      await rm(ownFolder(ground), { recursive: true, force: true });
    }
  }
}
