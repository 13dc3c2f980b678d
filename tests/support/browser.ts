import type { Browser } from "playwright-core";
import { launchBrowser as launch } from "../../src/platform/browser.ts";

const WAIT_MS_MAX = 150_000;

/** The Chromium of the package: tests have the same browser everywhere. */
export async function launchBrowser(): Promise<Browser> {
  return patient(await launch({ packaged: true }));
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
