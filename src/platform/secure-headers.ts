import type { FastifyInstance } from "fastify";

const YEAR_SECONDS = 31_536_000;

/** Pages of the console: everything from this server; antd writes its styles into the page. */
export const CONSOLE_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

/** The API reference writes its settings into the page. */
export const REFERENCE_POLICY = CONSOLE_POLICY.replace(
  "default-src 'self';",
  "default-src 'self'; script-src 'self' 'unsafe-inline';",
);

/** Answers of the API are data: a browser that opens one as a page runs nothing of it. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/**
 * What every answer says to a browser (OWASP ASVS 5.0 V3.4). A route that has set a header keeps its own.
 * @param https whether people reach this server by https: only then it may ask browsers to come by nothing else.
 */
export function secureHeaders(app: FastifyInstance, { https }: { readonly https: boolean }): void {
  const headers: Record<string, string> = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "content-security-policy": DATA_POLICY,
    ...(https ? { "strict-transport-security": `max-age=${YEAR_SECONDS}` } : {}),
  };
  app.addHook("onSend", async (request, reply, payload) => {
    for (const [name, value] of Object.entries(headers)) if (!reply.hasHeader(name)) reply.header(name, value);
    // answers hold what one person may see: no proxy and no shared machine keeps them
    if (request.url.startsWith("/api/") && !reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
    return payload;
  });
}
