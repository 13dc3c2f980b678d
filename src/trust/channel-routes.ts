import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { activeStaff } from "../access/index.ts";
import type { Ground } from "../ground.ts";
import { aboutOne } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { attemptsOf, changeChannel, channelById, deleteChannel, insertChannel, listChannels } from "./channel-store.ts";
import { requireAddress, sendTest, shownAddress } from "./channels.ts";
import { roster, saveRoster } from "./roster.ts";
import { manage, personOf, read, tags } from "./route-parts.ts";
import { simAddress } from "./sender.ts";

const Name = Type.String({ minLength: 1, maxLength: 60 });
const LevelMin = Type.Union([Type.Literal("warn"), Type.Literal("alarm")]);
const Address = Type.String({ minLength: 8, maxLength: 500 });
const Secret = Type.Optional(Type.String({ minLength: 1, maxLength: 200 }));
const NewBody = Type.Object(
  {
    kind: Type.Union([Type.Literal("wecom"), Type.Literal("dingtalk"), Type.Literal("feishu"), Type.Literal("mail")]),
    name: Name,
    address: Type.Optional(Address),
    secret: Secret,
    level_min: LevelMin,
  },
  { additionalProperties: false },
);
const ChangeBody = Type.Object(
  {
    name: Type.Optional(Name),
    level_min: Type.Optional(LevelMin),
    enabled: Type.Optional(Type.Boolean()),
    address: Type.Optional(Address),
    secret: Secret,
  },
  { additionalProperties: false },
);
const Params = Type.Object({ channel_id: Type.Integer({ minimum: 1 }) });
const RosterBody = Type.Object(
  {
    person_ids: Type.Array(Type.Integer({ minimum: 1 }), { maxItems: 30 }),
    rotation_days: Type.Integer({ minimum: 1, maximum: 90 }),
    starts_on: Type.String({ format: "date", maxLength: 10 }),
  },
  { additionalProperties: false },
);
const ATTEMPTS_SHOWN = 10;
const nothing = { 204: Type.Null() };
type ChannelParams = { Params: Static<typeof Params> };

const robotOf = (address: string | undefined, secret: string | undefined) =>
  address === undefined ? undefined : { address, ...(secret === undefined ? {} : { secret }) };

export function channelRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/trust/channels",
    { schema: { summary: "Where alerts go, and how the last ones went", tags }, config: read },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const items = [];
        for (const channel of await listChannels(tx))
          items.push({ ...channel, attempts: await attemptsOf(tx, channel.channel_id, ATTEMPTS_SHOWN) });
        const mail_ready = ground.config.smtp_url !== "";
        return { items, mail_ready, simulator: (await simAddress(tx))?.http ?? null };
      }),
  );
  app.post<{ Body: Static<typeof NewBody> }>(
    "/api/trust/channels",
    {
      schema: { summary: "Add an alert channel; its address and secret are never shown again", tags, body: NewBody },
      config: manage,
    },
    async (request, reply) => {
      const { kind, name, address, secret, level_min } = request.body;
      const robot = kind === "mail" ? undefined : robotOf(address, secret);
      await requireAddress(ground, kind, robot);
      request.audit_subject["kind"] = kind;
      const channel_id = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        insertChannel(tx, ground, {
          kind,
          name,
          robot: robot ?? null,
          address_shown: robot === undefined ? "" : shownAddress(robot.address),
          level_min,
          enabled: true,
          simulated: false,
          created_by: personOf(request),
        }),
      );
      return reply.code(201).send({ channel_id });
    },
  );
  oneChannelRoutes(app, ground);
  rosterRoutes(app, ground);
}

function oneChannelRoutes(app: FastifyInstance, ground: Ground): void {
  const one = aboutOne("channel", manage);
  app.patch<ChannelParams & { Body: Static<typeof ChangeBody> }>(
    "/api/trust/channels/:channel_id",
    {
      schema: { summary: "Change an alert channel", tags, params: Params, body: ChangeBody, response: nothing },
      config: one,
    },
    async (request, reply) => {
      const { channel_id } = request.params;
      const { address, secret, ...change } = request.body;
      const robot = robotOf(address, secret);
      const { kind } = await ground.store.read(SYSTEM_SCOPE, (tx) => channelById(tx, channel_id));
      if (robot !== undefined) await requireAddress(ground, kind, robot);
      Object.assign(request.audit_subject, { ...change, address: robot !== undefined });
      await ground.store.write(SYSTEM_SCOPE, (tx) =>
        changeChannel(tx, ground, channel_id, {
          ...change,
          robot,
          address_shown: robot === undefined ? undefined : shownAddress(robot.address),
        }),
      );
      return reply.code(204).send();
    },
  );
  app.delete<ChannelParams>(
    "/api/trust/channels/:channel_id",
    { schema: { summary: "Take an alert channel away", tags, params: Params, response: nothing }, config: one },
    async (request, reply) => {
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await channelById(tx, request.params.channel_id);
        await deleteChannel(tx, request.params.channel_id);
      });
      return reply.code(204).send();
    },
  );
  app.post<ChannelParams>(
    "/api/trust/channels/:channel_id/test",
    { schema: { summary: "Send a test, and say what the service answered", tags, params: Params }, config: one },
    async (request) => {
      const { name = "", email = "" } = request.person ?? {};
      const { ok, code, text } = await sendTest(ground, request.params.channel_id, { name, email });
      Object.assign(request.audit_subject, { ok, code });
      return { ok, code, text };
    },
  );
}

function rosterRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/trust/roster",
    { schema: { summary: "Who is on call, and who may be", tags }, config: read },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const { members, on_call, rotation_days, starts_on } = await roster(tx, ground);
        const named = (people: readonly { person_id: number; name: string; role: string }[]) =>
          people.map(({ person_id, name, role }) => ({ person_id, name, role }));
        const staff = named(await activeStaff(tx));
        return { members: named(members), on_call: named(on_call), rotation_days, starts_on, staff };
      }),
  );
  app.put<{ Body: Static<typeof RosterBody> }>(
    "/api/trust/roster",
    { schema: { summary: "Name who is on call", tags, body: RosterBody, response: nothing }, config: manage },
    async (request, reply) => {
      await ground.store.write(SYSTEM_SCOPE, (tx) => saveRoster(tx, request.body));
      return reply.code(204).send();
    },
  );
}
