import type { FastifyInstance } from "fastify";
import { Type, type Static } from "typebox";
import { beyondOwn, recordLookup, requireLookup } from "../access/index.ts";
import type { Ground } from "../ground.ts";
import { aboutOne, addDays, Instant, isDay, problem, startOfDay } from "../platform/index.ts";
import { careRoutes } from "./care-routes.ts";
import { identityRoutes } from "./identity-routes.ts";
import { liveRoute } from "./live.ts";
import { listMembers, type ListQuery as Listed, SORT_NAMES } from "./member-list.ts";
import { memberIdAt, memberPage } from "./member-page.ts";
import { SEARCH_CHARACTERS_MAX } from "./search.ts";
import { lookedBeyond, searchMembers } from "./search-store.ts";
import { timeline } from "./timeline.ts";

const tags = ["members"];
const text = (maxLength: number) => Type.Optional(Type.String({ maxLength }));
const ListQuery = Type.Object({
  cursor: text(200),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  sort: Type.Optional(Type.Union(SORT_NAMES.map((name) => Type.Literal(name)))),
  segment_id: text(100),
  rfm: text(20),
  tag: text(200),
  store: text(100),
  city: text(100),
  flag: text(20),
  joined_from: Type.Optional(Instant),
  joined_to: Type.Optional(Instant),
  // business days, both included
  joined: Type.Optional(
    Type.String({ pattern: "^(19|20|21)\\d\\d-\\d{2}-\\d{2}\\.\\.(19|20|21)\\d\\d-\\d{2}-\\d{2}$" }),
  ),
});
const SearchQuery = Type.Object({ q: Type.String({ minLength: 1, maxLength: SEARCH_CHARACTERS_MAX }) });
const Id = Type.Object({ id: Type.Integer({ minimum: 1 }) });
const TimelineQuery = Type.Object({
  cursor: text(300),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  kinds: text(400),
});

const read = { access: { permission: "members.read", level: "L3", enter: "L2" } } as const;

/** Routes of this domain. Every value of a person in their answers is masked. */
export function memberRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    "/api/members",
    { schema: { summary: "Members by cursor, newest or largest first", tags, querystring: ListQuery }, config: read },
    ({ query, scope }) => ground.store.read(scope, (tx) => listMembers(tx, ground, withJoinDays(query, ground), scope)),
  );
  app.get<{ Querystring: Static<typeof SearchQuery> }>(
    "/api/members/search",
    {
      schema: {
        summary:
          "Find members by one thing typed whole: phone, its last four digits, card, mall or CRM number, e-mail, name, surname, member number",
        tags,
        querystring: SearchQuery,
      },
      config: { access: { permission: "members.search", level: "L3", audit: "members.search" } },
    },
    async (request) => {
      const { scope } = request;
      await requireLookup(ground, scope);
      const answer = await ground.store.read(beyondOwn(scope), (tx) =>
        searchMembers(tx, ground, request.query.q, scope),
      );
      const beyond = lookedBeyond(answer, scope);
      if (beyond !== null && scope.person_id !== undefined) await recordLookup(ground, scope.person_id, beyond);
      // What was typed is personal: the audit row keeps how it was read and whom it showed.
      Object.assign(request.audit_subject, {
        understood_as: answer.understood_as,
        found: answer.items.map((item) => item.member_id),
      });
      return answer;
    },
  );
  app.get<{ Params: Static<typeof Id> }>(
    "/api/members/:id",
    {
      schema: { summary: "One member: identities, facts with sources, consents, joins, conflicts", tags, params: Id },
      config: aboutOne("member", {
        access: { permission: "members.read", level: "L3", enter: "L2", audit: "members.view" },
      }),
    },
    (request) => ground.store.read(request.scope, (tx) => memberPage(tx, ground, request.params.id)),
  );
  app.get<{ Params: Static<typeof Id>; Querystring: Static<typeof TimelineQuery> }>(
    "/api/members/:id/timeline",
    {
      schema: {
        summary: "Everything that happened, newest first, by cursor",
        tags,
        params: Id,
        querystring: TimelineQuery,
      },
      config: aboutOne("member", read),
    },
    (request) =>
      ground.store.read(request.scope, async (tx) => {
        const { cursor, limit, kinds } = request.query;
        const member_id = await memberIdAt(tx, request.params.id);
        return timeline(tx, ground, member_id, {
          ...(cursor === undefined ? {} : { cursor }),
          ...(limit === undefined ? {} : { limit }),
          kinds: kinds === undefined ? [] : kinds.split(",").filter((kind) => kind !== ""),
        });
      }),
  );
  careRoutes(app, ground);
  identityRoutes(app, ground);
  liveRoute(app, ground);
}

/** The instants between which members joined who did so on these business days. */
function withJoinDays({ joined, ...query }: Static<typeof ListQuery>, ground: Ground): Listed {
  if (joined === undefined) return query;
  const [from = "", to = ""] = joined.split("..");
  for (const day of [from, to])
    if (!isDay(day)) throw problem("platform.invalid_input", { place: "query.joined", reason: `no such day: ${day}` });
  const instant = (day: string) => startOfDay(day, ground.config.timezone).toISOString();
  return { ...query, joined_from: instant(from), joined_to: instant(addDays(to, 1)) };
}
