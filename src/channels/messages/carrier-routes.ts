import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { requireStrong } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { aboutOne, Instant, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { channelSim } from "../channel-sim.ts";
import { wantedKinds } from "../webhooks/endpoint-store.ts";
import {
  AliyunSettings,
  forgetCarrier,
  MailServerSettings,
  saveCarrier,
  saveCost,
  TencentSettings,
  WechatSettings,
  WecomSettings,
} from "./carrier-settings.ts";
import { carrierViews } from "./carrier-view-store.ts";
import { stops } from "./log-store.ts";
import type { Channel } from "./request.ts";
import { ChannelWord, closed, connect, iso, nothing, Nullable, read, tags } from "./route-parts.ts";
import { trySms } from "./sms.ts";
import { tryMail } from "./smtp.ts";
import { tryWechat } from "./wechat.ts";
import { tryWecom } from "./wecom.ts";

const Cost = Type.Integer({ minimum: 0, maximum: 100_000, description: "Minor units for a billed part" });
const Params = Type.Object({ channel: ChannelWord });
const SetBody = Type.Object(
  {
    settings: Type.Union([AliyunSettings, TencentSettings, WechatSettings, WecomSettings, MailServerSettings]),
    cost_minor: Cost,
  },
  closed,
);
const CostBody = Type.Object({ cost_minor: Cost }, closed);
const Count = Type.Integer();
const Carrier = Type.Object({
  channel: Type.String(),
  kind: Type.Union([Type.Literal("service"), Type.Literal("own")]),
  ready: Type.Boolean({ description: "Messages of this channel can go out" }),
  settings_shown: Type.String(),
  stopped: Type.Boolean(),
  cost_minor: Count,
  failures: Type.Integer({ description: "Batches in a row of which nothing arrived" }),
  paused_until: Nullable(Instant),
  waiting: Count,
  under_way: Count,
  prepared: Type.Integer({ description: "With associates, who have yet to send them" }),
  oldest_due_at: Nullable(Instant),
  accepted_day: Count,
  refused_day: Count,
  held_day: Count,
  unknown_day: Count,
  delivered_day: Count,
  failed_day: Type.Integer({ description: "Taken by the service, and did not arrive by its word" }),
  cost_day_minor: Count,
  callback_at: Nullable(Instant),
  heard_at: Nullable(Instant),
  last_accepted_at: Nullable(Instant),
});
const one = aboutOne("message_channel", connect);
type One = { Params: { channel: Channel } };

/** Keys to services outside are given by people who have shown a second factor just now, if there is one. @throws access.step_up_required */
function requireConnector(ground: Ground, request: FastifyRequest): void {
  if (request.signed_in === undefined) throw problem("access.not_signed_in");
  requireStrong(ground, request.signed_in, "channels.connect");
}

const SERVICES: ReadonlySet<Channel> = new Set(["sms", "email", "wechat", "wecom"]);
const isService = (channel: Channel) => SERVICES.has(channel);
/** Of which channel settings are. */
const channelOf = (settings: Static<typeof SetBody>["settings"]): Channel =>
  "host" in settings ? "email" : "app_id" in settings ? "wechat" : "corp_id" in settings ? "wecom" : "sms";

/** @throws channels.carrier_fixed */
function requireService(channel: Channel): void {
  if (!isService(channel)) throw problem("channels.carrier_fixed", { channel });
}

/** How each channel is reached and does; its service is set up, tried and taken away. */
export function carrierRoutes(app: FastifyInstance, ground: Ground): void {
  listRoute(app, ground);
  setRoutes(app, ground);
  forgetRoute(app, ground);
  tryRoute(app, ground);
}

function listRoute(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/messages/carriers",
    {
      schema: {
        summary: "Each channel: how it is reached, what waits, and how the last 24 hours went",
        tags,
        response: {
          200: Type.Object({
            items: Type.Array(Carrier),
            simulator: Nullable(Type.String({ description: "Where messages of an example world are seen" })),
          }),
        },
      },
      config: read,
    },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const stopped = new Set((await stops(tx)).map(({ what }) => what));
        const rows = await carrierViews(tx, ground.clock.now());
        const mail_named = ground.config.smtp_url !== "";
        const heard = (await wantedKinds(tx)).has("message.requested");
        const ready = (channel: Channel, is_set_up: boolean) =>
          channel === "inbox" || is_set_up || (channel === "email" && mail_named) || (channel === "webhook" && heard);
        const items = rows.map(({ is_set_up, ...row }) => ({
          ...row,
          kind: isService(row.channel) ? ("service" as const) : ("own" as const),
          ready: ready(row.channel, is_set_up),
          settings_shown: row.channel === "email" && !is_set_up && mail_named ? "HUITOU_SMTP_URL" : row.settings_shown,
          stopped: stopped.has("all") || stopped.has(row.channel),
          paused_until: iso(row.paused_until),
          oldest_due_at: iso(row.oldest_due_at),
          last_accepted_at: iso(row.last_accepted_at),
          callback_at: iso(row.callback_at),
          heard_at: iso(row.heard_at),
        }));
        return { items, simulator: (await channelSim(tx))?.http ?? null };
      }),
  );
}

/** What people see of a service: which one, and the ends of its key. */
function shownOf(settings: Static<typeof SetBody>["settings"]): string {
  if ("host" in settings) return `${settings.host}:${settings.port} · ${settings.from}`;
  const ends = (id: string) => `${id.slice(0, 4)}…${id.slice(-2)}`;
  if ("app_id" in settings) return `${settings.app_id} · ${settings.openid_namespace}`;
  if ("corp_id" in settings) return settings.corp_id;
  return "secret_id" in settings
    ? `${ends(settings.secret_id)} · ${settings.sdk_app_id}`
    : ends(settings.access_key_id);
}

function setRoutes(app: FastifyInstance, ground: Ground): void {
  app.put<One & { Body: Static<typeof SetBody> }>(
    "/api/messages/carriers/:channel",
    {
      schema: {
        summary: "Set up the service of a channel; what is typed goes to the vault and is never shown again",
        tags,
        params: Params,
        body: SetBody,
        response: nothing,
      },
      config: one,
    },
    async (request, reply) => {
      requireConnector(ground, request);
      const { channel } = request.params;
      const { settings, cost_minor } = request.body;
      requireService(channel);
      if (channelOf(settings) !== channel) throw problem("channels.carrier_settings", { channel });
      const shown = shownOf(settings);
      Object.assign(request.audit_subject, { channel, shown, cost_minor });
      const kept = "host" in settings ? settings : { ...settings, origin: null };
      await ground.store.write(SYSTEM_SCOPE, (tx) =>
        saveCarrier(tx, ground, channel, { settings: kept, shown, cost_minor }),
      );
      return reply.code(204).send();
    },
  );
  app.patch<One & { Body: Static<typeof CostBody> }>(
    "/api/messages/carriers/:channel",
    {
      schema: {
        summary: "What a billed part of a channel costs; budgets count it",
        tags,
        params: Params,
        body: CostBody,
        response: nothing,
      },
      config: one,
    },
    async (request, reply) => {
      const { channel } = request.params;
      Object.assign(request.audit_subject, { channel, cost_minor: request.body.cost_minor });
      await ground.store.write(SYSTEM_SCOPE, (tx) => saveCost(tx, channel, request.body.cost_minor));
      return reply.code(204).send();
    },
  );
}

function forgetRoute(app: FastifyInstance, ground: Ground): void {
  app.delete<One>(
    "/api/messages/carriers/:channel",
    {
      schema: {
        summary: "Take the keys of a channel's service away; messages wait until it is set up again",
        tags,
        params: Params,
        response: nothing,
      },
      config: one,
    },
    async (request, reply) => {
      requireConnector(ground, request);
      const { channel } = request.params;
      requireService(channel);
      Object.assign(request.audit_subject, { channel });
      await ground.store.write(SYSTEM_SCOPE, (tx) => forgetCarrier(tx, channel));
      return reply.code(204).send();
    },
  );
}

const TRIES = { sms: trySms, email: tryMail, wechat: tryWechat, wecom: tryWecom };

function tryRoute(app: FastifyInstance, ground: Ground): void {
  app.post<One>(
    "/api/messages/carriers/:channel/test",
    {
      schema: {
        summary: "Sign in to the service of a channel and say what it answered; nothing is sent to anybody",
        tags,
        params: Params,
        response: { 200: Type.Object({ ok: Type.Boolean(), code: Type.String(), text: Type.String() }) },
      },
      config: one,
    },
    async (request) => {
      const { channel } = request.params;
      requireService(channel);
      const tried = await TRIES[channel as keyof typeof TRIES](ground);
      Object.assign(request.audit_subject, { channel, ok: tried.ok, code: tried.code });
      return tried;
    },
  );
}
