import { fontStack } from "./tokens.ts";

/** The pixels of one character in the system's own font. */
function pixelsOf(character: string): string {
  const canvas = document.createElement("canvas");
  canvas.width = 24;
  canvas.height = 24;
  const context = canvas.getContext("2d");
  if (!context) return character;
  context.font = `18px ${fontStack(false)}`;
  context.fillText(character, 2, 20);
  return canvas.toDataURL();
}

/**
 * Loads the bundled Chinese font only where the system has none: two different characters that look the same are two
 * empty boxes. It never holds back the first paint.
 */
export async function ensureChineseFont(): Promise<void> {
  if (pixelsOf("回") !== pixelsOf("头")) return;
  await import("@fontsource-variable/noto-sans-sc/wght.css");
  document.documentElement.style.setProperty("--ht-font", fontStack(true));
}
