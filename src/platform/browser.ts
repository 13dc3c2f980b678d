import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type LaunchOptions } from "playwright-core";

export interface BrowserOptions {
  /** A program that people named; "": the system's own where there is one, else the one of the package. */
  readonly executable?: string;
  /** Only the one of the package: the same browser everywhere. */
  readonly packaged?: boolean;
  /** Where files that pages give are put. */
  readonly downloads?: string;
}

const SYSTEM = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const PACKAGE = new URL("../../node_modules/@sparticuz/chromium/", import.meta.url);
// the package's own arguments put all pages into one process and switch cross-origin rules off; nobody here wants either
const ARGS = ["--disable-dev-shm-usage", "--disable-gpu", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp"];

/** A headless Chromium. */
export async function launchBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const downloads = options.downloads === undefined ? {} : { downloadsPath: options.downloads };
  const named = options.executable ?? "";
  const own = named === "" && options.packaged !== true ? SYSTEM.find((path) => existsSync(path)) : named;
  if (own === undefined || own === "") return launchPackaged({ ...downloads, headless: true });
  // Chromium's own sandbox refuses to run for the superuser
  const chromiumSandbox = process.getuid?.() !== 0;
  return chromium.launch({ ...downloads, executablePath: own, args: ARGS, headless: true, chromiumSandbox });
}

/**
 * The package unpacks into TMPDIR and reuses what it finds there whatever its version, so each version has a folder of its
 * own.
 */
async function launchPackaged(launch: LaunchOptions): Promise<Browser> {
  const { version } = JSON.parse(readFileSync(new URL("package.json", PACKAGE), "utf8")) as { version: string };
  const folder = join(tmpdir(), `huitou-chromium-${version}`);
  await mkdir(folder, { recursive: true });
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    const { default: pack, inflate, setupLambdaEnvironment } = await import("@sparticuz/chromium");
    const executablePath = await pack.executablePath();
    const options = { ...launch, executablePath, args: ["--no-sandbox", ...ARGS] };
    try {
      return await chromium.launch(options);
    } catch (error) {
      // A machine without libnss3: the package carries a copy.
      if (!/lib(nss|nspr)/.test(String(error))) throw error;
      await inflate(new URL("bin/al2023.tar.br", PACKAGE).pathname);
      setupLambdaEnvironment(join(folder, "al2023", "lib"));
      return await chromium.launch(options);
    }
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}
