import type { Page } from "playwright-core";
import { PERSONAL_IN_TEXT } from "../vault/index.ts";
import { chineseFont } from "./chinese-font.ts";

/** What must not be seen in a picture. */
export interface Covers {
  readonly selectors: readonly string[];
  /** Secrets and personal values that were typed in this run. */
  readonly values: readonly string[];
}

const MARK = "data-huitou-cover";
const TRIES = 3;
const PICTURE_MS_MAX = 10_000;
const QUALITY = 60;

interface Marking extends Covers {
  readonly mark: string;
  readonly patterns: readonly string[];
}

/** Runs in the page: marks what is to be covered. @returns how many it had not marked before */
function markCovered({ selectors, values, patterns, mark }: Marking): number {
  let fresh = 0;
  const cover = (element: Element | null) => {
    if (element === null || element.hasAttribute(mark)) return;
    element.setAttribute(mark, "");
    fresh += 1;
  };
  const tells = (text: string) =>
    values.some((value) => text.includes(value)) || patterns.some((pattern) => new RegExp(pattern).test(text));
  const look = (root: Document | ShadowRoot) => {
    for (const selector of ["input[type=password]", "iframe", ...selectors])
      for (const element of root.querySelectorAll(selector)) cover(element);
    for (const field of root.querySelectorAll<HTMLInputElement>("input, textarea"))
      if (tells(field.value)) cover(field);
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot !== null) look(element.shadowRoot);
      for (const node of element.childNodes)
        if (node.nodeType === 3 && tells(node.textContent ?? "")) cover(node.parentElement);
    }
  };
  look(document);
  return fresh;
}

/**
 * The page as a picture in which secrets and people are covered before it is taken. What comes onto the page meanwhile makes
 * it be taken anew; undefined: no picture that is sure to be covered.
 */
export async function coveredPicture(page: Page, covers: Covers): Promise<Buffer | undefined> {
  const marking: Marking = { ...covers, mark: MARK, patterns: PERSONAL_IN_TEXT.map(({ source }) => source) };
  try {
    const style = await chineseFont(page).catch(() => undefined);
    await page.evaluate(markCovered, marking);
    for (let n = 0; n < TRIES; n += 1) {
      const picture = await page.screenshot({
        type: "jpeg",
        quality: QUALITY,
        scale: "css",
        animations: "disabled",
        timeout: PICTURE_MS_MAX,
        mask: [page.locator(`[${MARK}]`)],
        maskColor: "#8a94a6",
        ...(style === undefined ? {} : { style }),
      });
      if ((await page.evaluate(markCovered, marking)) === 0) return picture;
    }
  } catch {
    // the page went on to another one, or is gone
  }
  return undefined;
}
