import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { requireStrong } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { accept, type ClearRecord, ensureSource } from "../../ingest/index.ts";
import { aboutOne, hashSecret, newSecret, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { wechatSettings } from "./carrier-settings.ts";
import { heardAt, saveCallback } from "./receipt-store.ts";
import { inWorld } from "./receipts.ts";
import { byOf, connect, tags } from "./route-parts.ts";
import { keepServiceWords } from "./service-word-store.ts";
import { SUBSCRIPTION } from "./subscription-stage.ts";
import { keepPushSecret, pushSecretOf } from "./wechat-push-store.ts";
import {
  isSealedSigned,
  isSigned,
  openPush,
  type Pushed,
  type PushQuery,
  type PushSecret,
  readPush,
} from "./wechat-push.ts";

const Short = Type.String({ maxLength: 200 });
const TokenParams = Type.Object({ token: Type.String({ pattern: "^[\\w-]{20,100}$" }) });
const Query = Type.Object({
  signature: Type.Optional(Short),
  msg_signature: Type.Optional(Short),
  encrypt_type: Type.Optional(Short),
  openid: Type.Optional(Short),
  timestamp: Type.String({ pattern: "^\\d{1,12}$" }),
  nonce: Short,
  echostr: Type.Optional(Short),
});
type Call = { Params: Static<typeof TokenParams>; Querystring: Static<typeof Query> };
const SOURCE = { key: "huitou_wechat", name: "微信 · 小程序消息推送 / WeChat", kind: "rest" } as const;
const BODY_BYTES_MAX = 65_536;
const AES_KEY_LETTERS = 43;

/** Where WeChat tells by itself who agreed to subscribe messages, and which arrived. */
export function wechatPushRoutes(app: FastifyInstance, ground: Ground): void {
  makeRoute(app, ground);
  // WeChat names its JSON by other types as well
  void app.register(async (inner) => {
    inner.removeAllContentTypeParsers();
    inner.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
    greetRoute(inner, ground);
    hearRoute(inner, ground);
  });
}

function makeRoute(app: FastifyInstance, ground: Ground): void {
  app.post(
    "/api/messages/carriers/wechat/push",
    {
      schema: {
        summary: "Make the address, token and key at which WeChat tells of subscribe messages; those before end",
        tags,
        response: {
          201: Type.Object({
            address: Type.String({ description: "URL; shown once, as everything here" }),
            token: Type.String({ description: "Token" }),
            aes_key: Type.String({ description: "EncodingAESKey" }),
          }),
        },
      },
      config: aboutOne("message_channel", connect),
    },
    async (request, reply) => {
      if (request.signed_in === undefined) throw problem("access.not_signed_in");
      requireStrong(ground, request.signed_in, "channels.connect");
      Object.assign(request.audit_subject, { channel: "wechat" });
      const [path, token] = [newSecret(), randomBytes(16).toString("hex")];
      const aes_key = randomBytes(32).toString("base64").slice(0, AES_KEY_LETTERS).replaceAll(/[+/]/g, "A");
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await saveCallback(tx, "wechat", hashSecret(path), byOf(ground, request));
        await keepPushSecret(tx, ground, { token, aes_key });
      });
      const address = `${ground.config.public_url}/api/message-callbacks/${path}/wechat`;
      return reply.code(201).send({ address, token, aes_key });
    },
  );
}

/** The words behind an address. @throws channels.callback_unknown */
async function secretOf(ground: Ground, path: string): Promise<PushSecret> {
  const secret = await ground.store.read(SYSTEM_SCOPE, (tx) => pushSecretOf(tx, ground, hashSecret(path)));
  if (secret === undefined) throw problem("channels.callback_unknown");
  return secret;
}

function greetRoute(app: FastifyInstance, ground: Ground): void {
  app.get<Call>(
    "/api/message-callbacks/:token/wechat",
    {
      schema: {
        summary: "WeChat asks whether the address is ours",
        tags,
        params: TokenParams,
        querystring: Query,
        response: { 200: Type.String() },
      },
      config: { access: { source: true } },
    },
    async (request, reply) => {
      const secret = await secretOf(ground, request.params.token);
      if (!isSigned(secret, request.query)) throw problem("channels.push_unsigned");
      return reply.type("text/plain").send(request.query.echostr ?? "");
    },
  );
}

function hearRoute(app: FastifyInstance, ground: Ground): void {
  app.post<Call>(
    "/api/message-callbacks/:token/wechat",
    {
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        summary: "What WeChat tells: who agreed to subscribe messages, and which arrived",
        tags,
        params: TokenParams,
        querystring: Query,
        response: { 200: Type.String({ description: "success" }) },
      },
      config: { access: { source: true } },
    },
    async (request, reply) => {
      const { token } = request.params;
      const secret = await secretOf(ground, token);
      const settings = await ground.store.read(SYSTEM_SCOPE, (tx) => wechatSettings(tx, ground));
      const body = bodyOf(secret, settings?.app_id ?? "", request.query, String(request.body ?? ""));
      const pushed = readPush(body);
      await ground.store.write(SYSTEM_SCOPE, (tx) => heardAt(tx, hashSecret(token), ground.wall.now()));
      // what is about something else is heard, so that it is not told again
      if (pushed !== undefined) await take(ground, pushed, settings?.openid_namespace ?? "");
      return reply.type("text/plain").send("success");
    },
  );
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const read = JSON.parse(text) as unknown;
    if (typeof read === "object" && read !== null) return read as Record<string, unknown>;
  } catch {
    // said below
  }
  throw problem("channels.push_not_json");
}

/** @throws channels.push_unsigned, channels.push_not_json */
function bodyOf(secret: PushSecret, app_id: string, query: PushQuery, text: string): unknown {
  // in the open only whoever knows the token gets as far as being read
  if (query.msg_signature === undefined) {
    if (!isSigned(secret, query)) throw problem("channels.push_unsigned");
    return parsed(text);
  }
  const sealed = String(parsed(text)["Encrypt"] ?? "");
  if (!isSealedSigned(secret, query, sealed)) throw problem("channels.push_unsigned");
  const open = openPush(secret, app_id, sealed);
  if (open === undefined) throw problem("channels.push_unsigned");
  return parsed(open);
}

/** Words are records like those of any source; what arrived waits for the message it belongs to. */
async function take(ground: Ground, { openid, at, events }: Pushed, namespace: string): Promise<void> {
  const { vault } = ground;
  const normal = vault.normalise("openid", openid);
  if (!("value" in normal)) return;
  const address_token = vault.token("openid", normal.value, namespace);
  const records = events.flatMap((event, place): ClearRecord[] =>
    event.kind === "word"
      ? [
          {
            kind: SUBSCRIPTION,
            key: `${at.getTime()} ${event.template} ${event.word} ${address_token} ${place}`,
            occurred_at: inWorld(ground, { at }).at.toISOString(),
            identities: [{ kind: "openid", value: openid, namespace }],
            body: { service_template: event.template, state: event.word },
          },
        ]
      : [],
  );
  if (records.length > 0) await accept(ground, await ensureSource(ground, SOURCE), records, { protocol: "rest" });
  const sent = events.flatMap((event) =>
    event.kind === "sent"
      ? [
          {
            service_id: event.service_id,
            address_token,
            service_template: event.template,
            state: event.ok ? ("delivered" as const) : ("failed" as const),
            code: event.code.slice(0, 60),
            at,
          },
        ]
      : [],
  );
  await ground.store.write(SYSTEM_SCOPE, (tx) => keepServiceWords(tx, "wechat", sent));
}
