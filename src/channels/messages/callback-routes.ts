import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { requireStrong } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { aboutOne, hashSecret, newSecret, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { heardAt, saveCallback } from "./receipt-store.ts";
import { takeDeliveries } from "./receipts.ts";
import { takeReplies } from "./replies.ts";
import { byOf, ChannelWord, connect, tags } from "./route-parts.ts";
import { readReports } from "./sms-reports.ts";

const ITEMS_MAX = 1_000;
const Params = Type.Object({ channel: ChannelWord });
const TokenParams = Type.Object({ token: Type.String({ pattern: "^[\\w-]{20,100}$" }) });
/** What a service tells, in its own form: a list, or one thing. */
const Item = Type.Record(Type.String({ maxLength: 100 }), Type.Unknown());
const Body = Type.Union([Type.Array(Item, { maxItems: ITEMS_MAX }), Item]);
/** The services' own words for "heard". */
const HEARD = { code: 0, msg: "成功", result: 0, errmsg: "OK" } as const;

/** Addresses at which services tell us by themselves what became of messages. */
export function callbackRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof Params> }>(
    "/api/messages/carriers/:channel/callback",
    {
      schema: {
        summary: "Make the address at which the SMS service tells receipts; the one before it is no longer heard",
        tags,
        params: Params,
        response: { 201: Type.Object({ address: Type.String({ description: "Shown once: a secret is part of it" }) }) },
      },
      config: aboutOne("message_channel", connect),
    },
    async (request, reply) => {
      if (request.signed_in === undefined) throw problem("access.not_signed_in");
      requireStrong(ground, request.signed_in, "channels.connect");
      const { channel } = request.params;
      if (channel !== "sms") throw problem("channels.carrier_fixed", { channel });
      Object.assign(request.audit_subject, { channel });
      const secret = newSecret();
      await ground.store.write(SYSTEM_SCOPE, (tx) =>
        saveCallback(tx, channel, hashSecret(secret), byOf(ground, request)),
      );
      return reply.code(201).send({ address: `${ground.config.public_url}/api/message-callbacks/${secret}` });
    },
  );
  app.post<{ Params: Static<typeof TokenParams>; Body: Static<typeof Body> }>(
    "/api/message-callbacks/:token",
    {
      schema: {
        summary: "What an SMS service tells by itself: receipts and replies",
        tags,
        params: TokenParams,
        body: Body,
        response: {
          200: Type.Object({
            code: Type.Integer(),
            msg: Type.String(),
            result: Type.Integer(),
            errmsg: Type.String(),
          }),
        },
      },
      config: { access: { source: true } },
    },
    async (request) => {
      const items = Array.isArray(request.body) ? request.body : [request.body];
      const { deliveries, replies, others } = readReports(items);
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const channel = await heardAt(tx, hashSecret(request.params.token), ground.wall.now());
        if (channel === undefined) throw problem("channels.callback_unknown");
        await takeDeliveries(tx, ground, deliveries);
        await takeReplies(tx, ground, replies);
      });
      if (others > 0) ground.log.warn({ others }, "a service told of messages that are none of ours");
      return HEARD;
    },
  );
}
