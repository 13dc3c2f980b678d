import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { aboutOne } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { listPeople, type PersonRow } from "../access-store.ts";
import { PERMISSION_NAMES } from "../permission-names.ts";
import { requireStrong } from "../rights.ts";
import {
  CLIENT_PERMISSIONS,
  type ClientKeyRow,
  EXPIRY_DAYS_DEFAULT,
  EXPIRY_DAYS_MAX,
  OVERLAP_HOURS_MAX,
  RATE_PER_MINUTE_DEFAULT,
  RATE_PER_MINUTE_MAX,
} from "./client.ts";
import { keysOf, listClients, type ListedClient } from "./client-store.ts";
import { changeClient, endClient, makeClient, rotateKey } from "./making.ts";

const tags = ["access"];
const strict = { additionalProperties: false };
const Instant = Type.String({ format: "date-time" });
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([Type.Null(), schema]);
const EXPIRY = { expiry_days: Type.Integer({ minimum: 1, maximum: EXPIRY_DAYS_MAX, default: EXPIRY_DAYS_DEFAULT }) };
const FIELDS = {
  name: Type.String({ minLength: 1, maxLength: 60 }),
  owner_id: Type.Integer({ minimum: 1 }),
  permissions: Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 100, uniqueItems: true }),
  stores: orNull(Type.Array(Type.String({ pattern: "^[^,]{1,100}$" }), { minItems: 1, maxItems: 500 })),
  addresses: Type.Array(Type.String({ maxLength: 60 }), { maxItems: 20 }),
  rate_per_minute: Type.Integer({ minimum: 1, maximum: RATE_PER_MINUTE_MAX }),
};
const MakeBody = Type.Object(
  {
    ...FIELDS,
    stores: Type.Optional(FIELDS.stores),
    addresses: Type.Optional(FIELDS.addresses),
    rate_per_minute: Type.Optional(FIELDS.rate_per_minute),
    ...EXPIRY,
  },
  strict,
);
const ChangeBody = Type.Partial(Type.Object(FIELDS), strict);
const RotateBody = Type.Object(
  { overlap_hours: Type.Integer({ minimum: 0, maximum: OVERLAP_HOURS_MAX }), ...EXPIRY },
  strict,
);
const ClientParams = Type.Object({ client_id: Type.Integer() });
const KeyParams = Type.Object({ client_id: Type.Integer(), key_id: Type.Integer() });
const MadeKey = { key: Type.String(), expires_at: Instant };
const State = Type.Union([
  Type.Literal("active"),
  Type.Literal("no_key"),
  Type.Literal("owner_gone"),
  Type.Literal("revoked"),
]);
const Key = Type.Object({
  key_id: Type.Integer(),
  prefix: Type.String(),
  made_at: Instant,
  expires_at: Instant,
  /** Whether it opens anything at this moment. */
  good: Type.Boolean(),
});
const Clients = Type.Object({
  items: Type.Array(
    Type.Object({
      client_id: Type.Integer(),
      ...FIELDS,
      owner_name: Type.String(),
      owner_role: Type.String(),
      state: State,
      made_at: Instant,
      revoked_at: orNull(Instant),
      last_used_at: orNull(Instant),
      last_used_ip: orNull(Type.String()),
      /** The last time that a key of it was refused something, from where, and the code of the error. */
      last_refused_at: orNull(Instant),
      last_refused_ip: orNull(Type.String()),
      last_refused_why: orNull(Type.String()),
      keys: Type.Array(Key),
    }),
  ),
  people: Type.Array(Type.Object({ id: Type.Integer(), name: Type.String(), role: Type.String() })),
  permissions: Type.Array(Type.Object({ permission: Type.String(), zh: Type.String(), en: Type.String() })),
});

const manage = { access: { permission: "people.manage", level: "L2" } } as const;
const act = (audit: string) => ({ access: { permission: "people.manage", level: "L2", audit } }) as const;

/** Whoever gives keys has shown a second factor just now, if there is one. @throws access.step_up_required */
function actorOf(ground: Ground, request: FastifyRequest): PersonRow {
  if (request.signed_in === undefined) throw problem("access.not_signed_in");
  requireStrong(ground, request.signed_in, "people.manage");
  return request.signed_in.person;
}

/** Programs that call the API by keys of their own: made, changed, given other keys, ended. */
export function clientRoutes(app: FastifyInstance, ground: Ground): void {
  listRoutes(app, ground);
  makeRoutes(app, ground);
  keyRoutes(app, ground);
}

function stateOf(client: ListedClient, keys: readonly Static<typeof Key>[]): Static<typeof State> {
  if (client.revoked_at !== null) return "revoked";
  if (client.owner_disabled) return "owner_gone";
  return keys.some((key) => key.good) ? "active" : "no_key";
}

function keyView(key: ClientKeyRow, now: Date): Static<typeof Key> {
  return {
    key_id: key.key_id,
    prefix: key.prefix,
    made_at: key.made_at.toISOString(),
    expires_at: key.expires_at.toISOString(),
    good: key.revoked_at === null && key.expires_at > now,
  };
}

const iso = (at: Date | null) => at?.toISOString() ?? null;

function clientView(client: ListedClient, keys: readonly Static<typeof Key>[]) {
  const { owner_disabled: _, ...row } = client;
  return {
    ...row,
    permissions: [...client.permissions],
    stores: client.stores === null ? null : [...client.stores],
    addresses: [...client.addresses],
    state: stateOf(client, keys),
    made_at: client.made_at.toISOString(),
    revoked_at: iso(client.revoked_at),
    last_used_at: iso(client.last_used_at),
    last_refused_at: iso(client.last_refused_at),
    // ended ones are history: the newest few tell enough
    keys: keys.filter((key, at) => key.good || at < 3),
  };
}

function listRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/clients",
    {
      schema: { summary: "Programs that call the API, and their keys", tags, response: { 200: Clients } },
      config: manage,
    },
    () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const clients = await listClients(tx);
        const now = ground.wall.now();
        const keys = await keysOf(
          tx,
          clients.map((client) => client.client_id),
        );
        const people = await listPeople(tx);
        return {
          items: clients.map((client) =>
            clientView(
              client,
              keys.filter((key) => key.client_id === client.client_id).map((key) => keyView(key, now)),
            ),
          ),
          people: people
            .filter((person) => person.disabled_at === null && person.has_come)
            .map(({ person_id, name, role }) => ({ id: person_id, name, role })),
          permissions: CLIENT_PERMISSIONS.map((permission) => ({ permission, ...PERMISSION_NAMES[permission] })),
        };
      }),
  );
}

function makeRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof MakeBody> }>(
    "/api/clients",
    {
      schema: {
        summary: "Let a program call the API; the answer holds its key, this once",
        tags,
        body: MakeBody,
        response: { 201: Type.Object({ ...ClientParams.properties, ...MadeKey }) },
      },
      config: act("access.client_make"),
    },
    async (request, reply) => {
      const {
        expiry_days,
        stores = null,
        addresses = [],
        rate_per_minute = RATE_PER_MINUTE_DEFAULT,
        ...rest
      } = request.body;
      const client = { ...rest, stores, addresses, rate_per_minute };
      const { name: _, ...told } = client;
      Object.assign(request.audit_subject, { ...told, expiry_days });
      const made = await makeClient(ground, actorOf(ground, request), client, expiry_days);
      request.audit_subject["client_id"] = made.client_id;
      return reply.code(201).send({ ...made, expires_at: made.expires_at.toISOString() });
    },
  );
  app.patch<{ Params: Static<typeof ClientParams>; Body: Static<typeof ChangeBody> }>(
    "/api/clients/:client_id",
    {
      schema: {
        summary: "Change what a program may do; counts from its next call on",
        tags,
        params: ClientParams,
        body: ChangeBody,
        response: { 204: Type.Null() },
      },
      config: aboutOne("client", act("access.client_change")),
    },
    async (request, reply) => {
      const { name: _, ...told } = request.body;
      Object.assign(request.audit_subject, told);
      await changeClient(ground, actorOf(ground, request), request.params.client_id, request.body);
      return reply.code(204).send();
    },
  );
  app.delete<{ Params: Static<typeof ClientParams> }>(
    "/api/clients/:client_id",
    {
      schema: {
        summary: "End a program and all its keys, at once and for good",
        tags,
        params: ClientParams,
        response: { 204: Type.Null() },
      },
      config: aboutOne("client", act("access.client_end")),
    },
    async (request, reply) => {
      await endClient(ground, actorOf(ground, request), request.params.client_id);
      return reply.code(204).send();
    },
  );
}

function keyRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof ClientParams>; Body: Static<typeof RotateBody> }>(
    "/api/clients/:client_id/keys",
    {
      schema: {
        summary: "Another key for a program, shown this once; the one before stays good for the hours of the overlap",
        tags,
        params: ClientParams,
        body: RotateBody,
        response: { 201: Type.Object(MadeKey) },
      },
      config: aboutOne("client", act("access.client_rotate")),
    },
    async (request, reply) => {
      Object.assign(request.audit_subject, request.body);
      const made = await rotateKey(ground, actorOf(ground, request), request.params.client_id, request.body);
      return reply.code(201).send({ key: made.key, expires_at: made.expires_at.toISOString() });
    },
  );
  app.delete<{ Params: Static<typeof KeyParams> }>(
    "/api/clients/:client_id/keys/:key_id",
    {
      schema: { summary: "End one key of a program at once", tags, params: KeyParams, response: { 204: Type.Null() } },
      config: aboutOne("client", act("access.client_key_end")),
    },
    async (request, reply) => {
      const { client_id, key_id } = request.params;
      await endClient(ground, actorOf(ground, request), client_id, key_id);
      return reply.code(204).send();
    },
  );
}
