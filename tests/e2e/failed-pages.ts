import type { BrowserContext } from "playwright-core";
import { afterEach } from "vitest";

const contexts = new Set<BrowserContext>();

/** From now on a failed test says what the pages of this context showed. */
export function watchPages(context: BrowserContext): void {
  contexts.add(context);
  context.on("close", () => contexts.delete(context));
}

const TEXT_MAX = 2_500;

/** A time-out in a browser names an element that did not come; what stood there instead is what one wants to know. */
afterEach(async ({ task }) => {
  if (task.result?.state !== "fail") return;
  for (const page of [...contexts].flatMap((context) => context.pages())) {
    const text = await page.evaluate("document.body.innerText").catch((error: Error) => error.message);
    process.stderr.write(`\n${task.name}\n${page.url()}\n${String(text).slice(0, TEXT_MAX)}\n`);
  }
});
