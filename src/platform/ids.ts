import { createHash, randomBytes } from "node:crypto";

/** Random bytes for ids are drawn for so many at once: asking the system for each takes longer than all else about it. */
const DRAWN = 256;
let drawn = Buffer.alloc(0);
let used = 0;

function draw(): Buffer {
  if (used >= drawn.length) {
    drawn = randomBytes(16 * DRAWN);
    used = 0;
  }
  used += 16;
  return drawn.subarray(used - 16, used);
}

/** A UUID version 7 (RFC 9562): sorts by time, so that indexes on it grow at one end. */
export function newUuid(now: Date): string {
  const bytes = draw();
  bytes.writeUIntBE(now.getTime(), 0, 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return formatUuid(bytes);
}

/** The first 16 bytes of SHA-256 over the parts, joined by NUL, as a UUID: equal parts give equal ids. */
export function hashUuid(...parts: readonly (string | number)[]): string {
  return formatUuid(createHash("sha256").update(parts.join("\0")).digest());
}

/** 16 bytes as 8-4-4-4-12 hexadecimal digits. */
export function formatUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** An opaque secret of 32 random bytes, base64url. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** SHA-256 of a secret, for storage: a leaked table opens nothing. */
export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
