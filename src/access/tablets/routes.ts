import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { aboutOne } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import type { PersonRow } from "../access-store.ts";
import { requireStrong } from "../rights.ts";
import { endTablet, makeTablet, renewCode } from "./binding.ts";
import { TABLETS_PER_STORE } from "./device.ts";
import { offerPin, takePin } from "./pins.ts";
import { clerksOf, type ListedTablet, listTablets, storesKnown } from "./tablet-store.ts";

const tags = ["access"];
const strict = { additionalProperties: false };
const Instant = Type.String({ format: "date-time" });
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([Type.Null(), schema]);
const State = Type.Union([
  Type.Literal("waiting"),
  Type.Literal("bound"),
  Type.Literal("expired"),
  Type.Literal("revoked"),
]);
const Tablets = Type.Object({
  items: Type.Array(
    Type.Object({
      tablet_id: Type.Integer(),
      store_code: Type.String(),
      name: Type.String(),
      state: State,
      made_at: Instant,
      made_by_name: Type.String(),
      bound_at: orNull(Instant),
      /** When the binding ends by itself. */
      expires_at: orNull(Instant),
      last_seen_at: orNull(Instant),
      /** Who worked at it last. */
      last_person: orNull(Type.String()),
      locked_until: orNull(Instant),
    }),
  ),
  stores: Type.Array(Type.Object({ store_code: Type.String(), name: Type.String() })),
  /** Clerks of these stores, with what is known of their PIN. */
  clerks: Type.Array(
    Type.Object({
      person_id: Type.Integer(),
      name: Type.String(),
      stores: Type.Array(Type.String()),
      pin_set_at: orNull(Instant),
      pin_locked_until: orNull(Instant),
    }),
  ),
  per_store_max: Type.Integer(),
});
const MakeBody = Type.Object(
  {
    store_code: Type.String({ minLength: 1, maxLength: 100 }),
    name: Type.String({ minLength: 1, maxLength: 60 }),
  },
  strict,
);
const Code = Type.Object({ tablet_id: Type.Integer(), code: Type.String(), expires_at: Instant });
const TabletParams = Type.Object({ tablet_id: Type.Integer() });
const PersonParams = Type.Object({ person_id: Type.Integer() });

const look = { access: { permission: "people.tablets", level: "L2" } } as const;
const act = (audit: string) => ({ access: { permission: "people.tablets", level: "L2", audit } }) as const;

/** Whoever gives a device or a PIN into other hands has shown a second factor just now, if there is one. @throws access.step_up_required */
function actorOf(ground: Ground, request: FastifyRequest): PersonRow {
  if (request.signed_in === undefined) throw problem("access.not_signed_in");
  requireStrong(ground, request.signed_in, "people.tablets");
  return request.signed_in.person;
}

const iso = (at: Date | null) => at?.toISOString() ?? null;

function stateOf(tablet: ListedTablet, now: Date): Static<typeof State> {
  if (tablet.revoked_at !== null) return "revoked";
  if (tablet.expires_at !== null) return tablet.expires_at > now ? "bound" : "expired";
  return (tablet.code_expires_at ?? now) > now ? "waiting" : "expired";
}

function tabletView(tablet: ListedTablet, now: Date) {
  const locked = tablet.locked_until !== null && tablet.locked_until > now ? tablet.locked_until : null;
  return {
    tablet_id: tablet.tablet_id,
    store_code: tablet.store_code,
    name: tablet.name,
    state: stateOf(tablet, now),
    made_at: tablet.made_at.toISOString(),
    made_by_name: tablet.made_by_name,
    bound_at: iso(tablet.bound_at),
    expires_at: iso(tablet.expires_at),
    last_seen_at: iso(tablet.last_seen_at),
    last_person: tablet.last_person,
    locked_until: iso(locked),
  };
}

/** Tablets of stores and the PINs of their clerks, for whoever looks after them: of one's own stores. */
export function tabletRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/tablets",
    {
      schema: { summary: "Tablets of my stores, and their clerks", tags, response: { 200: Tablets } },
      config: look,
    },
    async (request) => {
      const now = ground.wall.now();
      const { stores } = request.scope;
      return ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        items: (await listTablets(tx, stores)).map((tablet) => tabletView(tablet, now)),
        stores: await storesKnown(tx, stores),
        clerks: (await clerksOf(tx, stores, now)).map((clerk) => ({
          ...clerk,
          stores: [...clerk.stores],
          pin_set_at: iso(clerk.pin_set_at),
          pin_locked_until: iso(clerk.pin_locked_until),
        })),
        per_store_max: TABLETS_PER_STORE,
      }));
    },
  );
  bindingRoutes(app, ground);
  clerkRoutes(app, ground);
}

function bindingRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof MakeBody> }>(
    "/api/tablets",
    {
      schema: {
        summary: "Register a tablet for a store; the answer holds the code to type in at it",
        tags,
        body: MakeBody,
        response: { 201: Code },
      },
      config: act("access.tablet_make"),
    },
    async (request, reply) => {
      request.audit_subject["store_code"] = request.body.store_code;
      const by = actorOf(ground, request).person_id;
      const made = await makeTablet(ground, by, request.scope, request.body);
      request.audit_subject["tablet_id"] = made.tablet_id;
      return reply.code(201).send({ ...made, expires_at: made.expires_at.toISOString() });
    },
  );
  app.post<{ Params: Static<typeof TabletParams> }>(
    "/api/tablets/:tablet_id/code",
    {
      schema: {
        summary: "Another code for a tablet whose browser lost its binding",
        tags,
        params: TabletParams,
        response: { 201: Code },
      },
      config: aboutOne("tablet", act("access.tablet_code")),
    },
    async (request, reply) => {
      actorOf(ground, request);
      const made = await renewCode(ground, request.scope, request.params.tablet_id);
      return reply.code(201).send({ ...made, expires_at: made.expires_at.toISOString() });
    },
  );
  app.delete<{ Params: Static<typeof TabletParams> }>(
    "/api/tablets/:tablet_id",
    {
      schema: { summary: "End a tablet for good", tags, params: TabletParams, response: { 204: Type.Null() } },
      config: aboutOne("tablet", act("access.tablet_end")),
    },
    async (request, reply) => {
      const by = actorOf(ground, request).person_id;
      await endTablet(ground, by, request.scope, request.params.tablet_id);
      return reply.code(204).send();
    },
  );
}

function clerkRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof PersonParams> }>(
    "/api/people/:person_id/pin-link",
    {
      schema: {
        summary: "A one-time link with which a clerk sets their PIN",
        tags,
        params: PersonParams,
        response: { 201: Type.Object({ link: Type.String(), expires_at: Instant }) },
      },
      config: aboutOne("person", act("access.pin_link")),
    },
    async (request, reply) => {
      const by = actorOf(ground, request);
      const { link, expires_at } = await offerPin(ground, by, request.scope, request.params.person_id);
      return reply.code(201).send({ link, expires_at: expires_at.toISOString() });
    },
  );
  app.delete<{ Params: Static<typeof PersonParams> }>(
    "/api/people/:person_id/pin",
    {
      schema: { summary: "Take a clerk's PIN away", tags, params: PersonParams, response: { 204: Type.Null() } },
      config: aboutOne("person", act("access.pin_take")),
    },
    async (request, reply) => {
      await takePin(ground, actorOf(ground, request), request.scope, request.params.person_id);
      return reply.code(204).send();
    },
  );
}
