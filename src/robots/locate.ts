import type { Locator, Page } from "playwright-core";
import type { Target } from "../../robots/contract.ts";
import { problem, sleep } from "../platform/index.ts";
import { maskText } from "../vault/index.ts";

const LOOK_EVERY_MS = 120;
/** A place alone is trusted only on a page that has settled. */
const SETTLED_MS = 1_500;

/** The session has ended: the page is that of the log-in. */
export class SignedOut extends Error {}

export type Way = "role" | "label" | "text" | "test_id" | "position";

interface Found {
  readonly locator: Locator;
  readonly way: Way;
}

function* waysOf(page: Page, target: Target, settled: boolean): Generator<Found> {
  const { role, names, labels, texts, test_id, position } = target;
  if (role !== undefined && names === undefined) yield { locator: page.getByRole(role), way: "role" };
  for (const name of role === undefined ? [] : (names ?? []))
    yield { locator: page.getByRole(role ?? "button", { name, exact: true }), way: "role" };
  for (const label of labels ?? []) yield { locator: page.getByLabel(label, { exact: true }), way: "label" };
  for (const text of texts ?? []) yield { locator: page.getByText(text, { exact: true }), way: "text" };
  if (test_id !== undefined) yield { locator: page.getByTestId(test_id), way: "test_id" };
  if (position !== undefined && settled) yield { locator: page.locator(position), way: "position" };
}

/** Where it is now, by the first way that shows it. */
export async function seenNow(page: Page, target: Target, settled = true): Promise<Found | undefined> {
  for (const { locator, way } of waysOf(page, target, settled)) {
    const first = locator.first();
    if (await first.isVisible().catch(() => false)) return { locator: first, way };
  }
  return undefined;
}

/** Where a page is, without what stands in its query. */
export function placeOf(page: Page): string {
  const at = page.url();
  if (!URL.canParse(at)) return "";
  const { origin, pathname } = new URL(at);
  return maskText(origin === "null" ? at.slice(0, 60) : `${origin}${pathname}`).slice(0, 300);
}

export interface Waiting {
  readonly page: Page;
  readonly seconds: number;
  /** How the page of the log-in is known; undefined while signing in. */
  readonly ended: Target | undefined;
  readonly signal: AbortSignal;
}

/**
 * The first of some things to come onto the page, looked for in turn for as long as the robot has patience.
 * @throws SignedOut, robots.not_found
 */
export async function firstSeen(
  { page, seconds, ended, signal }: Waiting,
  targets: readonly Target[],
): Promise<Found & { readonly at: number }> {
  const began = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const waited = performance.now() - began;
    const settled = waited >= SETTLED_MS && (await isLoaded(page));
    for (const [at, target] of targets.entries()) {
      const found = await seenNow(page, target, settled);
      if (found !== undefined) return { ...found, at };
    }
    if (ended !== undefined && (await seenNow(page, ended)) !== undefined) throw new SignedOut();
    if (waited > seconds * 1000) break;
    await sleep(LOOK_EVERY_MS, signal);
  }
  throw problem("robots.not_found", {
    place: placeOf(page),
    seconds,
    what_zh: targets.map(({ what }) => what.zh).join("或"),
    what_en: targets.map(({ what }) => what.en).join(" or "),
  });
}

async function isLoaded(page: Page): Promise<boolean> {
  return page.evaluate(() => document.readyState === "complete").catch(() => false);
}
