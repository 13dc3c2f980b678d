import { maskText } from "../vault/index.ts";
import { meaningOfName } from "./personal-pattern.ts";

const CHARACTERS_MAX = 2_000;
const PERSONAL = new Set([
  "name",
  "identities",
  "distinct_id",
  "userId",
  "anonymousId",
  "login_id",
  "anonymous_id",
  "original_id",
  "value",
]);

/** An original as people may see it: shape and plain values, everything that is or may be personal masked. */
export function previewOf(original: unknown): string {
  const text = JSON.stringify(original, (name, value: unknown) => {
    if (typeof value === "string")
      return PERSONAL.has(name) || meaningOfName(name).personal !== undefined ? "▮" : maskText(value);
    if (typeof value === "number" && (meaningOfName(name).personal !== undefined || (value >= 13e9 && value < 2e10)))
      return "▮";
    if (name === "identities" && typeof value === "object" && value !== null)
      return Array.isArray(value) ? value.map(kindOnly) : Object.keys(value);
    return value;
  });
  const shown = text ?? "";
  return shown.length > CHARACTERS_MAX ? `${shown.slice(0, CHARACTERS_MAX)}…` : shown;
}

function kindOnly(identity: unknown): unknown {
  return typeof identity === "object" && identity !== null && "kind" in identity
    ? (identity as { kind: unknown }).kind
    : "▮";
}
