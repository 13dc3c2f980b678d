import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";

/** The console's own Chinese font, in a hundred small files by characters. */
const FOLDER = new URL("../../console/node_modules/@fontsource-variable/noto-sans-sc/", import.meta.url);
const FAMILY = "Huitou Chinese";
const TEXT_MAX = 20_000;

interface Part {
  readonly name: string;
  readonly range: string;
  holds(code: number): boolean;
}

let known: Promise<readonly Part[]> | undefined;

function partOf([key, range]: [string, string]): Part {
  const spans = range.split(",").map((one) => {
    const [from = "0", to = from] = one.trim().replace(/^U\+/i, "").split("-");
    return [Number.parseInt(from, 16), Number.parseInt(to, 16)] as const;
  });
  return {
    name: key.replace(/[[\]]/g, ""),
    range,
    holds: (code) => spans.some(([from, to]) => code >= from && code <= to),
  };
}

function parts(): Promise<readonly Part[]> {
  known ??= readFile(new URL("unicode.json", FOLDER), "utf8").then(
    (text) => Object.entries(JSON.parse(text) as Record<string, string>).map(partOf),
    // an installation without the console's packages
    () => [],
  );
  return known;
}

/** Runs in the page: its Chinese characters, where the system has no font that shows them. */
function missingCharacters(max: number): string {
  const pixels = (character: string) => {
    const context = new OffscreenCanvas(24, 24).getContext("2d");
    if (context === null) return character;
    context.font = "18px sans-serif";
    context.fillText(character, 2, 20);
    return context.getImageData(0, 0, 24, 24).data.join();
  };
  if (pixels("回") !== pixels("头")) return "";
  const fields = [...document.querySelectorAll("input, textarea")].map((field) => (field as HTMLInputElement).value);
  const text = `${document.body.innerText} ${fields.join(" ")}`.slice(0, max);
  return [...new Set(text)].filter((character) => character.charCodeAt(0) >= 0x2e80).join("");
}

/** Runs in the page. */
async function addFonts({ family, fonts }: { family: string; fonts: readonly { range: string; base64: string }[] }) {
  const there = new Set(
    [...document.fonts].filter((one) => one.family.includes(family)).map((one) => one.unicodeRange),
  );
  for (const { range, base64 } of fonts) {
    const face = new FontFace(
      family,
      Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)),
      {
        unicodeRange: range,
      },
    );
    if (there.has(face.unicodeRange)) continue;
    document.fonts.add(await face.load());
  }
}

/**
 * Makes Chinese readable in pictures on a machine without a Chinese font: two different characters that look the same are two
 * empty boxes. @returns the style to take the picture with; undefined: none is needed
 */
export async function chineseFont(page: Page): Promise<string | undefined> {
  const characters = [...(await page.evaluate(missingCharacters, TEXT_MAX))].map((one) => one.codePointAt(0) ?? 0);
  if (characters.length === 0) return undefined;
  const wanted = (await parts()).filter((part) => characters.some((code) => part.holds(code)));
  const fonts = await Promise.all(
    wanted.map(async ({ name, range }) => ({
      range,
      base64: (await readFile(new URL(`files/noto-sans-sc-${name}-wght-normal.woff2`, FOLDER))).toString("base64"),
    })),
  );
  if (fonts.length === 0) return undefined;
  await page.evaluate(addFonts, { family: FAMILY, fonts });
  return `*, *::before, *::after { font-family: "DejaVu Sans", Arial, "${FAMILY}", sans-serif !important; }`;
}
