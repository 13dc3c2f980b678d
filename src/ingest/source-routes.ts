import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../ground.ts";
import { aboutOne, newSecret } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { secretContext, SECRETS_KEY } from "./gate.ts";
import { LIMITS } from "./limits.ts";
import { SOURCE_KINDS, type Source, type SourceKind } from "./source.ts";
import { sourceVolume } from "./source-figures.ts";
import { checkSettings } from "./source-settings.ts";
import {
  changeSource,
  createSource,
  rotateKey,
  setSourceSecret,
  sourceById,
  type SourceChange,
} from "./source-store.ts";
import { bareView, sourceViews } from "./source-view.ts";

const tags = ["ingest"];
const read = { access: { permission: "data.read", level: "L2" } } as const;
const manage = { access: { permission: "data.manage", level: "L2" } } as const;
const IdParams = Type.Object({ id: Type.Integer() });
const Any = Type.Any();

const NewSourceBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 60 }),
  kind: Type.Enum(SOURCE_KINDS as unknown as string[]),
  key: Type.String({ pattern: "^[a-z0-9][a-z0-9_.-]{0,62}$" }),
  namespace: Type.Optional(Type.String({ minLength: 1, maxLength: 63 })),
  settings: Type.Optional(Any),
  expected_every_seconds: Type.Optional(Type.Union([Type.Null(), Type.Integer({ minimum: 1 })])),
});
const ChangeBody = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    state: Type.Optional(Type.Enum(["live", "paused"])),
    namespace: Type.Optional(Type.String({ minLength: 1, maxLength: 63 })),
    settings: Type.Optional(Any),
    rate_per_second_max: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    event_bytes_max: Type.Optional(Type.Integer({ minimum: 1_024, maximum: LIMITS.sensors_bytes_max })),
    batch_bytes_max: Type.Optional(Type.Integer({ minimum: 1_024, maximum: 2 * LIMITS.batch_bytes_max })),
    expected_every_seconds: Type.Optional(Type.Union([Type.Null(), Type.Integer({ minimum: 1 })])),
  },
  { additionalProperties: false },
);

/** What people do with sources. */
export function sourceRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/sources",
    {
      schema: { summary: "Sources with their volume, freshness and completeness", tags, response: { 200: Any } },
      config: read,
    },
    async () => ({ items: await sourceViews(ground) }),
  );
  createRoute(app, ground);
  app.patch<{ Params: { id: number }; Body: SourceChange & { settings?: unknown } }>(
    "/api/sources/:id",
    {
      schema: { summary: "Change a source", tags, params: IdParams, body: ChangeBody, response: { 200: Any } },
      config: aboutOne("source", manage),
    },
    async (request) => {
      const { settings, ...change } = request.body;
      const checked = settings === undefined ? {} : { settings: checkSettings(settings) };
      const source = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        changeSource(tx, request.params.id, { ...change, ...checked }),
      );
      note(request, { source: source.key });
      return bareView(source, ground.clock.now());
    },
  );
  keyRoutes(app, ground);
  volumeRoute(app, ground);
}

function createRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{
    Body: {
      name: string;
      kind: SourceKind;
      key: string;
      namespace?: string;
      settings?: unknown;
      expected_every_seconds?: number | null;
    };
  }>(
    "/api/sources",
    {
      schema: {
        summary: "Make a source; its write key is shown this once",
        tags,
        body: NewSourceBody,
        response: { 201: Any },
      },
      config: manage,
    },
    async (request, reply) => {
      const { settings, ...input } = request.body;
      const now = ground.clock.now();
      const made = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const source = await createSource(tx, { ...input, settings: checkSettings(settings ?? {}) }, now);
        const write_key = await rotateKey(tx, source.source_id, ground.wall.now(), 0);
        const signing_secret = await giveSecret(tx, ground, source);
        return {
          source: bareView(source, now),
          write_key,
          ...(signing_secret === undefined ? {} : { signing_secret }),
        };
      });
      note(request, { source: made.source.key });
      return reply.code(201).send(made);
    },
  );
}

function keyRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: { id: number } }>(
    "/api/sources/:id/rotate-key",
    {
      schema: {
        summary: "A new write key; the old one works for a day more",
        tags,
        params: IdParams,
        response: { 200: Any },
      },
      config: aboutOne("source", manage),
    },
    async (request) => {
      const now = ground.wall.now();
      const write_key = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await sourceById(tx, request.params.id);
        return rotateKey(tx, request.params.id, now, LIMITS.key_overlap_hours);
      });
      note(request, { source_id: request.params.id });
      return { write_key, old_keys_end_at: new Date(now.getTime() + LIMITS.key_overlap_hours * 3_600_000) };
    },
  );
  app.put<{ Params: { id: number }; Body: { secret: string } }>(
    "/api/sources/:id/signing-secret",
    {
      schema: {
        summary: "The secret with which the sender signs (Standard Webhooks, Shopify)",
        tags,
        params: IdParams,
        body: Type.Object({ secret: Type.String({ minLength: 16, maxLength: 200 }) }),
        response: { 200: Any },
      },
      config: aboutOne("source", manage),
    },
    async (request) => {
      const { id } = request.params;
      const sealed = await sealSecret(ground, id, request.body.secret);
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await sourceById(tx, id);
        await setSourceSecret(tx, id, sealed);
      });
      note(request, { source_id: id });
      return { source_id: id };
    },
  );
}

function volumeRoute(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: { id: number }; Querystring: { days?: number } }>(
    "/api/sources/:id/volume",
    {
      schema: {
        summary: "Records per business day",
        tags,
        params: IdParams,
        querystring: Type.Object({ days: Type.Optional(Type.Integer({ minimum: 1, maximum: 400 })) }),
        response: { 200: Any },
      },
      config: aboutOne("source", read),
    },
    async (request) => {
      const now = ground.clock.now();
      const days = await ground.store.read(SYSTEM_SCOPE, (tx) =>
        sourceVolume(tx, request.params.id, request.query.days ?? 30, now, ground.config.timezone),
      );
      return { days };
    },
  );
}

/** Webhook and Shopify sources get a signing secret at birth. */
async function giveSecret(tx: Tx, ground: Ground, source: Source): Promise<string | undefined> {
  if (source.kind !== "webhook" && source.kind !== "shopify") return undefined;
  const secret =
    source.kind === "webhook" ? `whsec_${Buffer.from(newSecret(), "base64url").toString("base64")}` : newSecret();
  await setSourceSecret(tx, source.source_id, await sealSecret(ground, source.source_id, secret));
  return secret;
}

async function sealSecret(ground: Ground, source_id: number, secret: string): Promise<Buffer> {
  return (await ground.vault.namedKey(SECRETS_KEY)).encrypt(Buffer.from(secret), secretContext(source_id));
}

function note(request: FastifyRequest, subject: Record<string, unknown>): void {
  Object.assign(request.audit_subject, subject);
}
