import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Ground } from "../ground.ts";
import { type Problem, problem, sentence } from "../platform/index.ts";
import type { AcceptResult } from "./accept.ts";
import { decodeContext, limitEvents, takeDecoded, takeRate, takeSensors, takeSensorsDurably } from "./collect.ts";
import { judgeSensors } from "./debug.ts";
import type { Gate } from "./gate.ts";
import { LIMITS } from "./limits.ts";
import { isObject, textOf } from "./protocols/decoded.ts";
import { decodeRest } from "./protocols/rest.ts";
import { decodeSegment, SEGMENT_TYPES, segmentMessages, type SegmentType } from "./protocols/segment.ts";
import { parseSensorsForm, type SensorsForm } from "./protocols/sensors-payload.ts";
import { decodeShopify } from "./protocols/shopify.ts";
import {
  checkShopifySignature,
  checkStandardWebhook,
  decodeWebhook,
  SIGNATURE_SECONDS_MAX,
} from "./protocols/webhook.ts";
import { bodyBytes, parseJson, writeKeyOf } from "./request-body.ts";
import type { Source } from "./source.ts";
import type { Spool } from "./spool.ts";

interface Parts {
  readonly ground: Ground;
  readonly gate: Gate;
  readonly spool: Spool;
}

const bySource = { access: { source: true } } as const;
const doc = (summary: string) => ({ summary, tags: ["ingest"] });
const SHORT: Readonly<Record<string, SegmentType>> = {
  t: "track",
  i: "identify",
  p: "page",
  s: "screen",
  g: "group",
  a: "alias",
};
/** 43 bytes: a transparent pixel. */
const GIF = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

/** The addresses that SDKs, webhooks and REST clients send to. Bodies arrive as bytes: each protocol reads its own. */
export function collectRoutes(app: FastifyInstance, parts: Parts): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.addHook("onRequest", async (request, reply) => allowOrigins(request, reply));
  segmentRoutes(app, parts);
  sensorsRoutes(app, parts);
  webhookRoutes(app, parts);
  restRoutes(app, parts);
}

/** Browsers send from the brand's own pages, with their cookies or without: the write key is what counts. */
async function allowOrigins(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { origin } = request.headers;
  if (origin === undefined) return;
  reply
    .header("access-control-allow-origin", origin)
    .header("vary", "origin")
    .header("access-control-allow-credentials", "true");
}

function preflight(app: FastifyInstance, path: string): void {
  app.options(path, { schema: { hide: true }, config: bySource }, async (request, reply) =>
    reply
      .header("access-control-allow-methods", "GET, POST, OPTIONS")
      .header(
        "access-control-allow-headers",
        request.headers["access-control-request-headers"] ?? "content-type, authorization",
      )
      .header("access-control-max-age", "86400")
      .code(204)
      .send(),
  );
}

function segmentRoutes(app: FastifyInstance, parts: Parts): void {
  const paths: [string, SegmentType | undefined][] = [
    ["batch", undefined],
    ["b", undefined],
    ["import", undefined],
    ...SEGMENT_TYPES.map((type): [string, SegmentType] => [type, type]),
    ...Object.entries(SHORT),
  ];
  for (const [path, type] of paths) {
    const schema = path.length === 1 || path === "import" ? { hide: true } : doc(`Segment HTTP API: ${path}`);
    preflight(app, `/v1/${path}`);
    app.post(
      `/v1/${path}`,
      { schema, config: bySource, bodyLimit: 2 * LIMITS.batch_bytes_max },
      async (request, reply) => {
        try {
          await takeSegment(parts, request, type);
          return await reply.code(200).send({ success: true });
        } catch (error) {
          throw asSegmentError(error);
        }
      },
    );
  }
}

async function takeSegment(
  { ground, gate }: Parts,
  request: FastifyRequest,
  type: SegmentType | undefined,
): Promise<void> {
  const received_at = ground.clock.now();
  // The key may be in the body, and the body's limit belongs to the key: first the general limit, then the source's.
  const bytes = bodyBytes(request, 2 * LIMITS.batch_bytes_max);
  const payload = parseJson(bytes);
  if (!isObject(payload)) throw problem("ingest.json_invalid", { reason: "not an object" });
  const source = await gate.byWriteKey(writeKeyOf(request, payload["writeKey"]), ["segment"]);
  limitBytes(source, bytes);
  const messages = segmentMessages(payload, type);
  limitEvents(messages.length);
  takeRate(gate, source, messages.length);
  const decoded = decodeSegment(messages, payload["sentAt"], decodeContext(ground, source, received_at));
  await takeDecoded(ground, source, decoded, { protocol: "segment", received_at, bytes: bytes.length });
}

function limitBytes(source: Source, bytes: Buffer): void {
  if (bytes.length <= source.batch_bytes_max) return;
  throw problem("ingest.batch_too_large", { bytes: bytes.length, limit_bytes: source.batch_bytes_max });
}

/** The Segment API knows 400 for what can never be taken: its SDKs repeat neither 400 nor 413, but expect the first. */
function asSegmentError(error: unknown): unknown {
  if ((error as Problem).status === 413) Object.assign(error as object, { status: 400 });
  return error;
}

const SENSORS_BODY_MAX = Math.ceil((LIMITS.sensors_bytes_max * 4) / 3) * 3;

function sensorsRoutes(app: FastifyInstance, parts: Parts): void {
  for (const path of ["/sa", "/sa.gif"]) {
    const options = { schema: doc("Sensors protocol: data, data_list"), config: bySource, bodyLimit: SENSORS_BODY_MAX };
    preflight(app, path);
    const handler = async (request: FastifyRequest, reply: FastifyReply) => {
      const source = await sensorsSource(parts, request, reply);
      if (source === undefined) return reply;
      const form = sensorsForm(parts.ground, request);
      try {
        await takeSensorsDurably(parts.ground, parts.gate, parts.spool, source, form);
      } catch (error) {
        parts.ground.log.error(
          { error: String(error), source: source.key },
          "neither database nor disk took a Sensors request",
        );
        return hangUp(request, reply);
      }
      if (path === "/sa.gif" || request.method === "GET") {
        return reply.type("image/gif").header("cache-control", "no-store").send(GIF);
      }
      return reply.code(200).send("");
    };
    app.post(path, options, handler);
    app.get(path, options, handler);
  }
  debugRoute(app, parts);
}

/** The source of a Sensors request. A key that was right once keeps its sender's queue: no answer rather than a refusal. */
async function sensorsSource(
  { ground, gate }: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Source | undefined> {
  const { token } = request.query as { token?: string };
  try {
    return await gate.byWriteKey(writeKeyOf(request, token), ["sensors"]);
  } catch (error) {
    if ((error as Problem).code !== "ingest.source_paused") throw error;
    ground.log.warn(
      { params: (error as Problem).params },
      "a paused source sends; it gets no answer, so that it keeps its queue",
    );
    await hangUp(request, reply);
    return undefined;
  }
}

/** Ends the connection without an answer. */
function hangUp(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}

function sensorsForm(ground: Ground, request: FastifyRequest): { form: SensorsForm; received_at: Date; bytes: number } {
  const query = request.url.slice(request.url.indexOf("?") + 1);
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const { data, data_list, gzip, crc, ext, payload, payloads } = {
    ...(request.url.includes("?") ? parseSensorsForm(query) : {}),
    ...parseSensorsForm(body.toString("utf8")),
  };
  const form = Object.fromEntries(
    Object.entries({ data, data_list, gzip, crc, ext, payload, payloads }).filter(([, value]) => value !== undefined),
  ) as SensorsForm;
  return { form, received_at: ground.clock.now(), bytes: body.length + query.length };
}

/** Debug mode of the SDKs: says what would become of each message; stores it unless `Dry-Run: true`. */
function debugRoute(app: FastifyInstance, { ground, gate }: Parts): void {
  preflight(app, "/debug");
  app.post(
    "/debug",
    { schema: doc("Sensors protocol, debug mode"), config: bySource, bodyLimit: SENSORS_BODY_MAX },
    async (request, reply) => {
      const { token } = request.query as { token?: string };
      const source = await gate.byWriteKey(writeKeyOf(request, token), ["sensors"]);
      const taken = sensorsForm(ground, request);
      if (String(request.headers["dry-run"]).toLowerCase() === "true") {
        return reply.send(await judgeSensors(ground, source, taken));
      }
      const result = await takeSensors(ground, source, taken);
      return reply.send(answerOf(result));
    },
  );
}

function webhookRoutes(app: FastifyInstance, { ground, gate }: Parts): void {
  const options = { config: bySource, bodyLimit: 2 * LIMITS.batch_bytes_max };
  app.post("/hooks/:key", { ...options, schema: doc("Generic webhook of a source") }, async (request, reply) => {
    const received_at = ground.clock.now();
    const source = gate.admit(await gate.byName((request.params as { key: string }).key), ["webhook"]);
    const bytes = bodyBytes(request, source.batch_bytes_max);
    const delivery_id = await authoriseWebhook(ground, gate, source, request, bytes);
    takeRate(gate, source, 1);
    const decoded = decodeWebhook(parseJson(bytes), delivery_id, decodeContext(ground, source, received_at));
    const result = await takeDecoded(ground, source, decoded, {
      protocol: "webhook",
      received_at,
      bytes: bytes.length,
    });
    return reply.send(answerOf(result));
  });
  app.post(
    "/shopify/:key",
    { ...options, schema: doc("Shopify-shaped webhook of a source") },
    async (request, reply) => {
      const received_at = ground.clock.now();
      const source = gate.admit(await gate.byName((request.params as { key: string }).key), ["shopify"]);
      const bytes = bodyBytes(request, source.batch_bytes_max);
      const secret = gate.secret(source.source_id);
      const signature = textOf(request.headers["x-shopify-hmac-sha256"]);
      if (
        secret === undefined ||
        signature === undefined ||
        !checkShopifySignature(secret, signature, rawBody(request))
      ) {
        throw problem("ingest.signature_wrong");
      }
      takeRate(gate, source, 1);
      const topic = textOf(request.headers["x-shopify-topic"]) ?? "";
      const decoded = decodeShopify(topic, parseJson(bytes), decodeContext(ground, source, received_at));
      const result = await takeDecoded(ground, source, decoded, {
        protocol: "shopify",
        received_at,
        bytes: bytes.length,
      });
      return reply.send(answerOf(result));
    },
  );
}

const rawBody = (request: FastifyRequest): Buffer => (Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));

/** By signature when the source has a secret (or must have one), else by write key. @returns the sender's delivery id */
async function authoriseWebhook(
  ground: Ground,
  gate: Gate,
  source: Source,
  request: FastifyRequest,
  bytes: Buffer,
): Promise<string | undefined> {
  const header = (name: string) => textOf(request.headers[name]);
  const id = header("webhook-id");
  const signature = header("webhook-signature");
  const secret = gate.secret(source.source_id);
  if (signature !== undefined || source.settings.signed === true) {
    const timestamp = header("webhook-timestamp") ?? "";
    if (secret === undefined || id === undefined || signature === undefined) throw problem("ingest.signature_wrong");
    const raw = request.headers["content-encoding"] === undefined ? bytes : rawBody(request);
    const check = checkStandardWebhook(secret, { id, timestamp, signature }, raw, ground.wall.now());
    if (check === "wrong") throw problem("ingest.signature_wrong");
    if (check === "stale") throw problem("ingest.signature_stale", { limit_seconds: SIGNATURE_SECONDS_MAX });
    return id;
  }
  const { token } = request.query as { token?: string };
  const found = await gate.byWriteKey(writeKeyOf(request, token, header("x-api-key")), ["webhook"]);
  if (found.source_id !== source.source_id) throw problem("ingest.key_unknown");
  return id ?? header("idempotency-key");
}

function restRoutes(app: FastifyInstance, { ground, gate }: Parts): void {
  preflight(app, "/api/records");
  app.post(
    "/api/records",
    { schema: doc("Vocabulary records in batches"), config: bySource, bodyLimit: 2 * LIMITS.batch_bytes_max },
    async (request, reply) => {
      const received_at = ground.clock.now();
      const source = await gate.byWriteKey(writeKeyOf(request), ["rest"]);
      const bytes = bodyBytes(request, source.batch_bytes_max);
      const payload = parseJson(bytes);
      const records = Array.isArray(payload)
        ? (payload as unknown[])
        : isObject(payload) && Array.isArray(payload["records"])
          ? (payload["records"] as unknown[])
          : undefined;
      if (records === undefined)
        throw problem("ingest.json_invalid", { reason: "neither a list nor { records: [ … ] }" });
      limitEvents(records.length);
      takeRate(gate, source, records.length);
      const decoded = decodeRest(records, textOf(request.headers["idempotency-key"]));
      const result = await takeDecoded(ground, source, decoded, { protocol: "rest", received_at, bytes: bytes.length });
      return reply.send({
        ...answerOf(result),
        problems: decoded.rejects.map(({ place, code, params }) => ({
          place,
          code,
          detail: sentence(code, params, "en"),
          detail_zh: sentence(code, params, "zh"),
        })),
      });
    },
  );
}

function answerOf(result: AcceptResult): Record<string, unknown> {
  return {
    accepted: result.accepted,
    duplicates: result.duplicates,
    rejected: result.rejected,
    outcomes: result.outcomes.map(({ status, record_id, code, params }) => ({
      status,
      ...(record_id === undefined ? {} : { record_id }),
      ...(code === undefined
        ? {}
        : { code, detail: sentence(code, params ?? {}, "en"), detail_zh: sentence(code, params ?? {}, "zh") }),
    })),
  };
}
