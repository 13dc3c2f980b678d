import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const WAIT_MS_MAX = 150_000;

/**
 * A headless Chromium from npm. The package unpacks into TMPDIR and reuses what it finds there whatever its version, so
 * each version has a folder of its own.
 */
export async function launchBrowser(): Promise<Browser> {
  const manifest = new URL("../../node_modules/@sparticuz/chromium/package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const folder = join(tmpdir(), `huitou-chromium-${version}`);
  await mkdir(folder, { recursive: true });
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    const { default: pack, inflate, setupLambdaEnvironment } = await import("@sparticuz/chromium");
    const executablePath = await pack.executablePath();
    // The package's own arguments put all pages into one process and switch cross-origin rules off; tests want neither.
    const args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];
    const options = { executablePath, args, headless: true };
    try {
      return patient(await chromium.launch(options));
    } catch (error) {
      // A machine without libnss3: the package carries a copy.
      if (!/lib(nss|nspr)/.test(String(error))) throw error;
      await inflate(
        join(new URL("../../node_modules/@sparticuz/chromium/bin", import.meta.url).pathname, "al2023.tar.br"),
      );
      setupLambdaEnvironment(join(folder, "al2023", "lib"));
      return patient(await chromium.launch(options));
    }
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}

/** A busy machine is no failure: what a page is waited for has minutes, not the half of one that is usual. */
function patient(browser: Browser): Browser {
  const make = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await make(options);
    context.setDefaultTimeout(WAIT_MS_MAX);
    return context;
  };
  return browser;
}
