import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { staffNames } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { memberRowsById, reachedMembers } from "../../members/index.ts";
import { aboutOne, Instant, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { byOf, closed, Id, manage, nothing, Nullable, tags, Variables, VersionParams } from "./route-parts.ts";
import { removeSeed, requestTests, saveSeed, seedMembers } from "./seed-store.ts";
import { templateNamed } from "./template-store.ts";

const list = { access: { permission: "channels.read", level: "L3", enter: "L2" } } as const;
const MemberParams = Type.Object({ member_id: Id });
const SeedBody = Type.Object(
  {
    member_id: Id,
    mine: Type.Optional(Type.Boolean({ description: "My own member account" })),
    note: Type.Optional(Type.String({ maxLength: 60 })),
  },
  closed,
);
const Seed = Type.Object({
  member_id: Type.Integer(),
  name_masked: Nullable(Type.String()),
  flags: Type.Array(Type.String()),
  mine: Type.Boolean(),
  person_name: Nullable(Type.String({ description: "Whose own account it is" })),
  note: Type.String(),
  added_by_name: Nullable(Type.String()),
  added_at: Instant,
});
const Keyed = Type.Object({ "idempotency-key": Type.String({ pattern: "^[!-~]+$", minLength: 1, maxLength: 100 }) });
const TestBody = Type.Object(
  {
    to: Type.Union([Type.Literal("me"), Type.Literal("all")], {
      description: "me: my own account of the seed list; all: the whole list",
    }),
    variables: Variables,
  },
  closed,
);

/** The seed list, and trials of a template on it; they go through the gate and reach nobody else. */
export function testRoutes(app: FastifyInstance, ground: Ground): void {
  seedRoutes(app, ground);
  seedActRoutes(app, ground);
  sendRoute(app, ground);
}

function seedRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/messages/seeds",
    {
      schema: {
        summary: "The seed list: accounts of colleagues and test accounts on which templates are tried",
        tags,
        response: { 200: Type.Object({ items: Type.Array(Seed) }) },
      },
      config: list,
    },
    async (request) =>
      ground.store.read({ ...SYSTEM_SCOPE, personal: request.scope.personal ?? "mask" }, async (tx) => {
        const rows = await seedMembers(tx);
        const ids = rows.map(({ member_id }) => member_id);
        const members = new Map((await memberRowsById(tx, ground, ids)).map((one) => [one.member_id, one]));
        const names = await staffNames(
          tx,
          rows.flatMap(({ person_id, added_by }) => [person_id, added_by]),
        );
        const me = request.person?.person_id;
        return {
          items: rows.map(({ member_id, person_id, note, added_by, added_at }) => ({
            member_id,
            name_masked: members.get(member_id)?.name_masked ?? null,
            flags: [...(members.get(member_id)?.flags ?? [])],
            mine: person_id !== null && person_id === me,
            person_name: names.get(person_id ?? 0) ?? null,
            note,
            added_by_name: names.get(added_by ?? 0) ?? null,
            added_at: added_at.toISOString(),
          })),
        };
      }),
  );
}

/** Whether whoever asks may see a member at all. */
const isSeen = async (ground: Ground, { scope }: FastifyRequest, member_id: number): Promise<boolean> =>
  (await ground.store.read(scope, (tx) => memberRowsById(tx, ground, [member_id]))).length > 0;

function seedActRoutes(app: FastifyInstance, ground: Ground): void {
  app.put<{ Body: Static<typeof SeedBody> }>(
    "/api/messages/seeds",
    {
      schema: {
        summary: "Put a colleague's or a test account on the seed list; others are refused",
        tags,
        body: SeedBody,
        response: nothing,
      },
      config: manage,
    },
    async (request, reply) => {
      const { mine = false, note = "" } = request.body;
      const by = byOf(ground, request);
      Object.assign(request.audit_subject, { member_id: request.body.member_id, mine });
      if (!(await isSeen(ground, request, request.body.member_id)))
        throw problem("channels.seed_refused", { member_id: request.body.member_id });
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const [member] = await reachedMembers(tx, [request.body.member_id], null);
        if (member === undefined || !(member.is_staff || member.is_test))
          throw problem("channels.seed_refused", { member_id: request.body.member_id });
        await saveSeed(tx, { member_id: member.member_id, person_id: mine ? by.person_id : null, note }, by);
      });
      return reply.code(204).send();
    },
  );
  app.delete<{ Params: Static<typeof MemberParams> }>(
    "/api/messages/seeds/:member_id",
    {
      schema: { summary: "Take an account off the seed list", tags, params: MemberParams, response: nothing },
      config: aboutOne("member", manage),
    },
    async (request, reply) => {
      const { member_id } = request.params;
      if (!(await isSeen(ground, request, member_id))) throw problem("channels.seed_unknown", { member_id });
      await ground.store.write(SYSTEM_SCOPE, (tx) => removeSeed(tx, member_id));
      return reply.code(204).send();
    },
  );
}

function sendRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof VersionParams>; Body: Static<typeof TestBody>; Headers: Static<typeof Keyed> }>(
    "/api/messages/templates/:template/versions/:version/test",
    {
      schema: {
        summary: "Try a version on the seed list; the same key again is the same messages",
        tags,
        params: VersionParams,
        headers: Keyed,
        body: TestBody,
        response: { 200: Type.Object({ message_ids: Type.Array(Type.Integer()), fresh: Type.Integer() }) },
      },
      config: aboutOne("message_template", manage),
    },
    async (request) => {
      const { template, version } = request.params;
      const { to, variables } = request.body;
      const by = byOf(ground, request);
      const { message_ids, fresh } = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const { versions } = await templateNamed(tx, template);
        const tried = versions.find((one) => one.version === version);
        if (tried === undefined || tried.state === "rejected" || tried.state === "retired")
          throw problem("channels.version_state", { template, version });
        const seeds = await seedMembers(tx);
        const member_ids = seeds
          .filter(({ person_id }) => to === "all" || (person_id !== null && person_id === by.person_id))
          .map(({ member_id }) => member_id);
        if (member_ids.length === 0) throw problem("channels.no_seed");
        return requestTests(
          tx,
          {
            template,
            version,
            variables,
            member_ids,
            key: `${by.person_id ?? 0}.${request.headers["idempotency-key"]}`,
          },
          by.now,
        );
      });
      Object.assign(request.audit_subject, { version, to, messages: message_ids.length });
      return { message_ids: [...message_ids], fresh };
    },
  );
}
