import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { provePassword } from "../people.ts";
import { requireStrong } from "../rights.ts";
import { requireNothingOwed, type SignedIn } from "../sessions.ts";
import { bindTablet } from "./binding.ts";
import { TABLET_IDLE_MINUTES } from "./device.ts";
import { acceptPin, mayHavePin, removePin, setPin } from "./pins.ts";
import { pinOf } from "./pin-store.ts";
import { takeTurn, tillOf } from "./turns.ts";

const tags = ["access"];
const strict = { additionalProperties: false };
const Instant = Type.String({ format: "date-time" });
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([Type.Null(), schema]);
const Pin = Type.String({ maxLength: 20 });
const Till = Type.Object({
  /** null: this browser is no store's tablet. */
  tablet: orNull(
    Type.Object({
      name: Type.String(),
      store_code: Type.String(),
      store_name: Type.String(),
      expires_at: Instant,
    }),
  ),
  people: Type.Array(Type.Object({ person_id: Type.Integer(), name: Type.String(), has_pin: Type.Boolean() })),
  idle_minutes: Type.Integer(),
});
const OwnPin = Type.Object({
  /** Whether the person's role and stores go with a PIN. */
  may_have: Type.Boolean(),
  set_at: orNull(Instant),
  locked_until: orNull(Instant),
  /** Whether the present password is asked for: not of somebody who has none. */
  password_asked: Type.Boolean(),
});
const SetBody = Type.Object({ pin: Pin, password: Type.Optional(Type.String({ maxLength: 256 })) }, strict);
const open = { access: { public: true } } as const;

/** The screen of a bound tablet, before and when clerks take turns; the device's own cookie opens it. */
export function tillRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/till",
    {
      schema: { summary: "The store and the clerks of this tablet", tags, response: { 200: Till } },
      config: open,
    },
    async (request) => {
      const till = await tillOf(ground, request);
      if (till === undefined) return { tablet: null, people: [], idle_minutes: TABLET_IDLE_MINUTES };
      const tablet = { ...till.tablet, expires_at: till.tablet.expires_at.toISOString() };
      return { tablet, people: [...till.people], idle_minutes: TABLET_IDLE_MINUTES };
    },
  );
  app.post<{ Body: { code: string } }>(
    "/api/till/binding",
    {
      schema: {
        summary: "Make this browser a store's tablet by a one-time code",
        tags,
        body: Type.Object({ code: Type.String({ minLength: 1, maxLength: 40 }) }, strict),
        response: { 204: Type.Null() },
      },
      config: open,
    },
    async (request, reply) => {
      await bindTablet(ground, request, reply, request.body.code);
      return reply.code(204).send();
    },
  );
  app.post<{ Body: { person_id: number; pin: string } }>(
    "/api/till/session",
    {
      schema: {
        summary: "Work at this tablet by one's PIN; whoever worked there before is out",
        tags,
        body: Type.Object({ person_id: Type.Integer({ minimum: 1 }), pin: Pin }, strict),
        response: { 204: Type.Null() },
      },
      config: open,
    },
    async (request, reply) => {
      await takeTurn(ground, request, reply, request.body);
      return reply.code(204).send();
    },
  );
  app.post<{ Body: { token: string; pin: string } }>(
    "/api/pin",
    {
      schema: {
        summary: "Set a PIN by a one-time link",
        tags,
        body: Type.Object({ token: Type.String({ maxLength: 100 }), pin: Pin }, strict),
        response: { 204: Type.Null() },
      },
      config: open,
    },
    async (request, reply) => {
      await acceptPin(ground, request, request.body.token, request.body.pin);
      return reply.code(204).send();
    },
  );
  ownPinRoutes(app, ground);
}

function self(signed: SignedIn | undefined): SignedIn {
  if (signed === undefined) throw problem("access.not_signed_in");
  requireNothingOwed(signed);
  return signed;
}

function ownPinRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/me/pin",
    {
      schema: { summary: "Whether I have a PIN for my store's tablets", tags, response: { 200: OwnPin } },
      config: { access: { own: true } },
    },
    async (request) => {
      const { person } = self(request.signed_in);
      const pin = await ground.store.read(SYSTEM_SCOPE, (tx) => pinOf(tx, person.person_id));
      const now = ground.wall.now();
      const locked = pin?.locked_until != null && pin.locked_until > now ? pin.locked_until.toISOString() : null;
      return {
        may_have: mayHavePin(person, now),
        set_at: pin?.set_at.toISOString() ?? null,
        locked_until: locked,
        password_asked: person.password_hash !== null,
      };
    },
  );
  app.put<{ Body: Static<typeof SetBody> }>(
    "/api/me/pin",
    {
      schema: {
        summary: "Give myself a PIN; what I have open at tablets ends",
        tags,
        body: SetBody,
        response: { 204: Type.Null() },
      },
      config: { access: { own: true, audit: "access.pin_set" } },
    },
    async (request, reply) => {
      const signed = self(request.signed_in);
      requireStrong(ground, signed);
      const { pin, password } = request.body;
      if (signed.person.password_hash !== null)
        await provePassword(ground, signed.person, signed.policy, password ?? "");
      await setPin(ground, signed.person, pin);
      return reply.code(204).send();
    },
  );
  app.delete(
    "/api/me/pin",
    {
      schema: { summary: "Have no PIN any more", tags, response: { 204: Type.Null() } },
      config: { access: { own: true, audit: "access.pin_take" } },
    },
    async (request, reply) => {
      const { person } = self(request.signed_in);
      await ground.store.write(SYSTEM_SCOPE, (tx) => removePin(tx, person.person_id));
      return reply.code(204).send();
    },
  );
}
