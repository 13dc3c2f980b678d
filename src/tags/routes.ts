import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { memberIdAt, tellTagLevels } from "../members/index.ts";
import { aboutOne, problem } from "../platform/index.ts";
import { startJob, type Tx } from "../store/index.ts";
import type { TagBook } from "./book.ts";
import { customRoutes } from "./custom-routes.ts";
import { tagDetail, tagList } from "./catalogue-view.ts";
import { lineageRoutes } from "./lineage-routes.ts";
import { abstainedTags, memberTags } from "./member-tags.ts";
import { bookOf } from "./registry.ts";
import { reviewRoutes } from "./review-routes.ts";
import { followSwitches, writeSwitch } from "./switch-store.ts";

const tags = ["tags"];
const read = { access: { permission: "tags.read", level: "L2" } } as const;
const Language = { zh: Type.String(), en: Type.String() };
const Spread = Type.Object({
  value: Type.String(),
  ...Language,
  from: Type.Union([Type.String(), Type.Null()]),
  to: Type.Union([Type.String(), Type.Null()]),
  count: Type.Integer(),
  condition: Type.Unknown(),
});
const TagView = Type.Object({
  key: Type.String(),
  ...Language,
  sentence_zh: Type.String(),
  sentence_en: Type.String(),
  owner: Type.String(),
  family: Type.String(),
  kind: Type.String(),
  unit: Type.Union([Type.String(), Type.Null()]),
  window: Type.Object(Language),
  freshness: Type.String(),
  privacy: Type.String(),
  values: Type.Array(
    Type.Object({ value: Type.String(), ...Language, meaning_zh: Type.String(), meaning_en: Type.String() }),
  ),
  /** Made by people in the console. */
  custom: Type.Boolean(),
  enabled: Type.Boolean(),
  optional: Type.Boolean(),
  /** In the example world, whose data are made up. */
  example_accuracy: Type.Union([
    Type.Object({ judged: Type.Integer(), right: Type.Integer(), coverage: Type.Number() }),
    Type.Null(),
  ]),
  /** Whether it judges people: those who refuse profiling have no value. */
  profiling: Type.Boolean(),
  members_with_value: Type.Integer(),
  abstained: Type.Integer(),
  coverage: Type.Number(),
  computed_at: Type.Union([Type.String(), Type.Null()]),
  stale: Type.Boolean(),
  state: Type.Union(["fresh", "behind", "stuck", "failed"].map((state) => Type.Literal(state))),
  as_of: Type.String(),
  failure: Type.Union([Type.String(), Type.Null()]),
  difference: Type.Union([Type.Integer(), Type.Null()]),
  full_at: Type.Union([Type.String(), Type.Null()]),
  distribution: Type.Array(Spread),
});
const TagDetail = Type.Intersect([
  TagView,
  Type.Object({
    example: Type.Unknown(),
    /** Names of what the example's rows hold. */
    example_relations: Type.Array(
      Type.Object({
        name: Type.String(),
        ...Language,
        columns: Type.Array(
          Type.Object({
            name: Type.String(),
            ...Language,
            unit: Type.Union([Type.String(), Type.Null()]),
            values: Type.Array(Type.Object({ value: Type.String(), ...Language })),
          }),
        ),
      }),
    ),
    expression: Type.Unknown(),
    sql: Type.Object({ postgresql: Type.String(), duckdb: Type.String() }),
  }),
]);
const MemberTag = Type.Object({
  key: Type.String(),
  ...Language,
  family: Type.String(),
  value: Type.String(),
  display_zh: Type.String(),
  display_en: Type.String(),
  computed_at: Type.String(),
  why: Type.Object(Language),
});
/** A tag that the member has no value of, because they refuse to be judged. */
const Abstained = Type.Object({ key: Type.String(), ...Language, family: Type.String() });
const Switch = Type.Object({ enabled: Type.Boolean() }, { additionalProperties: false });
const KeyParams = Type.Object({ key: Type.String({ maxLength: 60 }) });
const MemberParams = Type.Object({ id: Type.Integer({ minimum: 1 }) });

export function tagRoutes(app: FastifyInstance, ground: Ground): void {
  const book = bookOf(ground);
  tellTagLevels(ground, (key) => book.get(key)?.definition.privacy);

  app.get(
    "/api/tags",
    {
      schema: {
        tags,
        summary: "The catalogue of tags",
        response: { 200: Type.Object({ items: Type.Array(TagView) }) },
      },
      config: read,
    },
    async (request) => {
      const list = async (tx: Tx) => {
        await followSwitches(tx, book);
        return tagList(tx, ground, book);
      };
      return { items: await ground.store.read(request.scope, list) };
    },
  );

  app.get<{ Params: Static<typeof KeyParams> }>(
    "/api/tags/:key",
    {
      schema: { tags, summary: "One tag", params: KeyParams, response: { 200: TagDetail } },
      config: aboutOne("tag", read),
    },
    async (request) => {
      const { key } = request.params;
      return ground.store.read(request.scope, async (tx) => {
        await followSwitches(tx, book);
        const tag = book.get(key) ?? book.off.get(key);
        if (tag === undefined) throw problem("tags.not_found", { key });
        return tagDetail(tx, ground, book, tag);
      });
    },
  );

  app.get<{ Params: Static<typeof MemberParams> }>(
    "/api/members/:id/tags",
    {
      schema: {
        tags,
        summary: "A member's tags, each with why",
        params: MemberParams,
        response: { 200: Type.Object({ items: Type.Array(MemberTag), abstained: Type.Array(Abstained) }) },
      },
      config: aboutOne("member", { access: { permission: "members.read", level: "L3", enter: "L2" } }),
    },
    ({ scope, params }) =>
      ground.store.read(scope, async (tx) => {
        const member_id = await memberIdAt(tx, params.id);
        return {
          items: await memberTags(tx, ground, book, member_id),
          abstained: await abstainedTags(tx, book, member_id),
        };
      }),
  );

  computingRoutes(app, ground, book);
  customRoutes(app, ground, book);
  reviewRoutes(app, ground, book);
  lineageRoutes(app, ground, book);
}

/** What makes everyone be computed again. */
function computingRoutes(app: FastifyInstance, ground: Ground, book: TagBook): void {
  app.put<{ Params: Static<typeof KeyParams>; Body: Static<typeof Switch> }>(
    "/api/tags/:key/enabled",
    {
      schema: {
        tags,
        summary: "Switch a tag that is off by default on or off; everyone is computed again",
        params: KeyParams,
        body: Switch,
        response: { 200: Type.Object({ job_id: Type.String() }) },
      },
      config: aboutOne("tag", { access: { permission: "tags.manage", level: "L2", audit: "tags.switch" } }),
    },
    async (request) => {
      const { key } = request.params;
      const definition = (book.off.get(key) ?? book.get(key))?.definition;
      if (definition === undefined) throw problem("tags.not_found", { key });
      if (definition.default !== "off") throw problem("tags.always_on", { key });
      const person_id = request.person?.person_id ?? null;
      const { enabled } = request.body;
      Object.assign(request.audit_subject, { key, enabled });
      const job_id = await ground.store.write(request.scope, async (tx) => {
        await writeSwitch(tx, key, enabled, person_id, ground.clock.now());
        // a key of its own: a full computation that already runs has begun without this tag
        return startJob(tx, ground, "tags.full", {}, { key: `switch ${key} ${enabled}`, person_id });
      });
      await ground.store.read(request.scope, (tx) => followSwitches(tx, book));
      return { job_id };
    },
  );

  app.post(
    "/api/tags/full",
    {
      schema: {
        tags,
        summary: "Compute all tags of all members and compare",
        response: { 200: Type.Object({ job_id: Type.String() }) },
      },
      config: { access: { permission: "tags.manage", level: "L2", audit: "tags.full" } },
    },
    async (request) => {
      const person_id = request.person?.person_id ?? null;
      const start = () =>
        ground.store.write(request.scope, (tx) => startJob(tx, ground, "tags.full", {}, { key: "full", person_id }));
      return { job_id: await start() };
    },
  );
}
