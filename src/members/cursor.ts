import { problem } from "../platform/index.ts";

/** Where a page ended, as an opaque text. */
export function encodeCursor(place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** @throws members.cursor_invalid when the text is not a cursor of `length` parts. */
export function decodeCursor(text: string | undefined, length: number): unknown[] | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    const place = JSON.parse(Buffer.from(text, "base64url").toString("utf8")) as unknown;
    if (Array.isArray(place) && place.length === length) return place;
  } catch {
    // falls through: whatever it is, it is no cursor of ours
  }
  throw problem("members.cursor_invalid");
}
