import { createReadStream } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Receiver } from "./receiver.ts";

const BODY_BYTES_MAX = 65_536;

/**
 * The receiver's wire. POST /v1/checkpoints takes one checkpoint and answers its receipt (201; 200 when it was there
 * already; 409 with the newest when it goes back or forks; 403, 400). GET /v1/installations/:id/checkpoints gives all
 * lines (JSON, one a line), …/newest the newest, /v1/public-key the key that receipts are signed with.
 */
export function serveReceiver(receiver: Receiver): Server {
  return createServer((request, response) => {
    route(receiver, request, response).catch((error: Error) => {
      process.stderr.write(`${error.message}\n`);
      if (response.headersSent) response.destroy();
      else answer(response, 500, { code: "audit_receiver.failed" });
    });
  });
}

async function route(receiver: Receiver, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = ""] = (request.url ?? "").split("?");
  if (request.method === "POST" && path === "/v1/checkpoints") {
    const body = await bodyOf(request);
    if (body === undefined) return answer(response, 400, { code: "audit_receiver.malformed" });
    const { status, body: given } = await receiver.take(body);
    return answer(response, status, given);
  }
  if (request.method !== "GET") return answer(response, 405, { code: "audit_receiver.method" });
  if (path === "/v1/public-key") {
    response.writeHead(200, { "content-type": "application/x-pem-file" }).end(receiver.public_key);
    return;
  }
  const [, installation = "", what] = /^\/v1\/installations\/([0-9a-f-]{36})\/(checkpoints|newest)$/.exec(path) ?? [];
  const file = receiver.fileOf(installation);
  if (file === undefined) return answer(response, 404, { code: "audit_receiver.unknown_installation" });
  if (what === "newest") return answer(response, 200, { newest: receiver.newest(installation) ?? null });
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  createReadStream(file).pipe(response);
}

/** The JSON of a request; undefined when it is none or larger than any checkpoint. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString("utf8"));
  } catch {
    return undefined;
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
