import { isUtf8 } from "node:buffer";
import { gunzipSync } from "node:zlib";
import type { FastifyRequest } from "fastify";
import { problem } from "../platform/index.ts";

/** The bytes of a request with gzip undone, within `limit_bytes`. */
export function bodyBytes(request: FastifyRequest, limit_bytes: number): Buffer {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (body.length > limit_bytes) throw problem("ingest.batch_too_large", { bytes: body.length, limit_bytes });
  // The server may have undone the encoding already: the bytes say it, the header does not.
  if (body[0] !== 0x1f || body[1] !== 0x8b) return body;
  try {
    return gunzipSync(body, { maxOutputLength: limit_bytes });
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE")
      throw problem("ingest.batch_too_large", { bytes: `> ${limit_bytes}`, limit_bytes });
    throw problem("ingest.form_invalid", { reason: "not whole gzip" });
  }
}

/** @throws ingest.json_invalid with the parser's position, never with the content */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw problem("ingest.json_invalid", { reason: "not UTF-8" });
  // A byte order mark is no part of JSON, but some senders write one.
  const text =
    bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.toString("utf8", 3) : bytes.toString("utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    throw problem("ingest.json_invalid", {
      reason: text.trim() === "" ? "empty" : position === undefined ? "it ends early" : `at character ${position}`,
    });
  }
}

/** The write key a request carries: Basic user name, Bearer token, or what the body or the address says. */
export function writeKeyOf(request: FastifyRequest, ...others: readonly unknown[]): string | undefined {
  const [scheme, credentials = ""] = (request.headers.authorization ?? "").split(/\s+/, 2);
  if (scheme?.toLowerCase() === "basic") {
    const user = Buffer.from(credentials, "base64").toString("utf8").split(":")[0];
    if (user !== undefined && user !== "") return user;
  }
  if (scheme?.toLowerCase() === "bearer" && credentials !== "") return credentials;
  return others.find((value): value is string => typeof value === "string" && value !== "");
}
