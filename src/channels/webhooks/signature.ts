import { createHmac, randomBytes } from "node:crypto";

/** Standard Webhooks: how a secret is written. */
export const SECRET_PREFIX = "whsec_";
const SECRET_BYTES = 32;

export function newWebhookSecret(): string {
  return `${SECRET_PREFIX}${randomBytes(SECRET_BYTES).toString("base64")}`;
}

export interface Signed {
  readonly webhook_id: string;
  readonly timestamp_s: number;
  readonly body: string;
}

/** One signature for each secret, as receivers that still know the one before expect it. */
export function signatures(secrets: readonly string[], { webhook_id, timestamp_s, body }: Signed): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice(SECRET_PREFIX.length), "base64");
      return `v1,${createHmac("sha256", key).update(`${webhook_id}.${timestamp_s}.${body}`).digest("base64")}`;
    })
    .join(" ");
}
