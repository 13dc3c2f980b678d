import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { memberRowsById } from "../../members/index.ts";
import { aboutOne, Instant, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { countOutcomes, endStop, listMessages, setStop, stops } from "./log-store.ts";
import { Policy } from "./policy.ts";
import { policyInForce, savePolicy } from "./policy-store.ts";
import { REASON_WORDS } from "./reasons.ts";
import { Content, parseContent, renderContent } from "./template.ts";
import { listTemplates, moveVersion, saveDraft, templateNamed, type TemplateRow } from "./template-store.ts";

const tags = ["messages"];
const read = { access: { permission: "channels.read", level: "L2" } } as const;
const manage = { access: { permission: "channels.manage", level: "L2" } } as const;
const closed = { additionalProperties: false } as const;
const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const Key = Type.String({ pattern: "^[a-z][a-z0-9_]{1,58}$" });
const Word = Type.String({ pattern: "^[a-z_]{2,40}$" });
const Category = Type.Union([Type.Literal("marketing"), Type.Literal("service")]);
const Reason = Type.String({ minLength: 2, maxLength: 400 });
const What = Type.Union(["all", "sms", "email", "inbox", "webhook"].map((what) => Type.Literal(what)));
const LISTED_MAX = 100;
const DAYS_MAX = 90;
const DAY_MS = 86_400_000;
const nothing = { 204: Type.Null() };
const iso = (at: Date | null) => at?.toISOString() ?? null;

const Logged = Type.Object({
  message_id: Type.Integer(),
  member_id: Type.Integer(),
  source: Type.String(),
  channel: Type.String(),
  template: Type.String(),
  state: Type.String(),
  reason: Nullable(Type.String()),
  reason_zh: Nullable(Type.String()),
  reason_en: Nullable(Type.String()),
  requested_at: Instant,
  at: Nullable(Instant),
  due_at: Nullable(Instant),
  cost_minor: Type.Integer(),
  parts: Type.Integer(),
  service_code: Nullable(Type.String()),
});
const Version = Type.Object({
  version: Type.Integer(),
  content: Content,
  state: Type.String(),
  state_reason: Nullable(Type.String()),
  saved_at: Instant,
  state_at: Instant,
});
const Template = Type.Object({
  template: Type.String(),
  channel: Type.String(),
  category: Type.String(),
  versions: Type.Array(Version),
});
const ListQuery = Type.Object({
  state: Type.Optional(Word),
  reason: Type.Optional(Word),
  channel: Type.Optional(Word),
  template: Type.Optional(Key),
  member_id: Type.Optional(Id),
  cursor: Type.Optional(Id),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LISTED_MAX })),
});
const TemplateParams = Type.Object({ template: Key });
const VersionParams = Type.Object({ template: Key, version: Type.Integer({ minimum: 1, maximum: 1_000_000 }) });
const DraftBody = Type.Object({ category: Category, content: Content }, closed);
const MoveBody = Type.Object(
  {
    to: Type.Union(["submitted", "approved", "rejected", "retired"].map((state) => Type.Literal(state))),
    reason: Type.Optional(Reason),
  },
  closed,
);
const PreviewBody = Type.Object(
  {
    content: Content,
    member_id: Type.Optional(Id),
    variables: Type.Record(Type.String({ pattern: "^[a-z][a-z0-9_]{0,39}$" }), Type.String({ maxLength: 200 })),
  },
  closed,
);

const byOf = (ground: Ground, request: FastifyRequest) => ({
  person_id: request.person?.person_id ?? null,
  now: ground.clock.now(),
});

/** Templates, the gate's rules, its stop buttons, and what became of each message. */
export function messageRoutes(app: FastifyInstance, ground: Ground): void {
  logRoutes(app, ground);
  countRoutes(app, ground);
  stopRoutes(app, ground);
  policyRoutes(app, ground);
  templateRoutes(app, ground);
  moveRoutes(app, ground);
  previewRoutes(app, ground);
}

function logRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    "/api/messages",
    {
      schema: {
        summary: "Messages, the newest first, each with how it ended and why nothing went out",
        tags,
        querystring: ListQuery,
        response: { 200: Type.Object({ items: Type.Array(Logged), next_cursor: Nullable(Type.Integer()) }) },
      },
      config: read,
    },
    async (request) => {
      const { limit = 50, ...filter } = request.query;
      const rows = await ground.store.read(request.scope, (tx) =>
        listMessages(tx, { ...filter, limit: limit + 1 }, request.scope),
      );
      const items = rows.slice(0, limit).map((row) => ({
        ...row,
        reason_zh: REASON_WORDS[row.reason ?? ""]?.zh ?? null,
        reason_en: REASON_WORDS[row.reason ?? ""]?.en ?? null,
        requested_at: row.requested_at.toISOString(),
        at: iso(row.at),
        due_at: iso(row.due_at),
      }));
      return { items, next_cursor: rows.length > limit ? (items.at(-1)?.message_id ?? null) : null };
    },
  );
}

function countRoutes(app: FastifyInstance, ground: Ground): void {
  const DaysQuery = Type.Object({ days: Type.Optional(Type.Integer({ minimum: 1, maximum: DAYS_MAX })) });
  app.get<{ Querystring: Static<typeof DaysQuery> }>(
    "/api/messages/outcomes",
    {
      schema: {
        summary: "How messages of the last days ended, by channel and reason",
        tags,
        querystring: DaysQuery,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                channel: Type.String(),
                state: Type.String(),
                reason: Nullable(Type.String()),
                reason_zh: Nullable(Type.String()),
                reason_en: Nullable(Type.String()),
                messages: Type.Integer(),
                cost_minor: Type.Integer(),
              }),
            ),
          }),
        },
      },
      config: read,
    },
    async (request) => {
      const since = new Date(ground.clock.now().getTime() - (request.query.days ?? 7) * DAY_MS);
      const rows = await ground.store.read(SYSTEM_SCOPE, (tx) => countOutcomes(tx, since));
      return {
        items: rows.map((row) => ({
          ...row,
          reason_zh: REASON_WORDS[row.reason ?? ""]?.zh ?? null,
          reason_en: REASON_WORDS[row.reason ?? ""]?.en ?? null,
        })),
      };
    },
  );
}

function stopRoutes(app: FastifyInstance, ground: Ground): void {
  const StopBody = Type.Object({ what: What, reason: Reason }, closed);
  const StopQuery = Type.Object({ what: What });
  app.get(
    "/api/messages/stops",
    {
      schema: {
        summary: "What is stopped: everything, or a channel",
        tags,
        response: {
          200: Type.Object({
            items: Type.Array(Type.Object({ what: Type.String(), reason: Type.String(), stopped_at: Instant })),
          }),
        },
      },
      config: read,
    },
    async () => {
      const rows = await ground.store.read(SYSTEM_SCOPE, stops);
      return { items: rows.map((row) => ({ ...row, stopped_at: row.stopped_at.toISOString() })) };
    },
  );
  app.post<{ Body: Static<typeof StopBody> }>(
    "/api/messages/stops",
    {
      schema: { summary: "Stop everything, or a channel, at once", tags, body: StopBody, response: nothing },
      config: manage,
    },
    async (request, reply) => {
      const { what, reason } = request.body;
      Object.assign(request.audit_subject, { what, reason });
      await ground.store.write(SYSTEM_SCOPE, (tx) => setStop(tx, String(what), reason, byOf(ground, request)));
      return reply.code(204).send();
    },
  );
  app.delete<{ Querystring: Static<typeof StopQuery> }>(
    "/api/messages/stops",
    {
      schema: {
        summary: "Let messages out again; what was held back stays held",
        tags,
        querystring: StopQuery,
        response: nothing,
      },
      config: manage,
    },
    async (request, reply) => {
      Object.assign(request.audit_subject, { what: request.query.what });
      await ground.store.write(SYSTEM_SCOPE, (tx) => endStop(tx, String(request.query.what)));
      return reply.code(204).send();
    },
  );
}

function policyRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/messages/policy",
    { schema: { summary: "The rules of the gate", tags, response: { 200: Policy } }, config: read },
    async () => ground.store.read(SYSTEM_SCOPE, policyInForce),
  );
  app.put<{ Body: Policy }>(
    "/api/messages/policy",
    {
      schema: {
        summary: "Change the rules of the gate; they hold from the next message on",
        tags,
        body: Policy,
        response: nothing,
      },
      config: manage,
    },
    async (request, reply) => {
      await ground.store.write(SYSTEM_SCOPE, (tx) => savePolicy(tx, request.body, byOf(ground, request)));
      return reply.code(204).send();
    },
  );
}

const shown = ({ template, channel, category, versions }: TemplateRow) => ({
  template,
  channel,
  category,
  versions: versions.map(({ version, content, state, state_reason, saved_at, state_at }) => ({
    version,
    content,
    state,
    state_reason,
    saved_at: saved_at.toISOString(),
    state_at: state_at.toISOString(),
  })),
});

/** @throws channels.template_unreadable, saying where */
function requireReadable(content: Content): void {
  try {
    parseContent(content);
  } catch (error) {
    throw problem("channels.template_unreadable", { why: (error as Error).message.slice(0, 300) });
  }
}

function templateRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/messages/templates",
    {
      schema: {
        summary: "Templates with their versions and where each stands in its approval",
        tags,
        response: { 200: Type.Object({ items: Type.Array(Template) }) },
      },
      config: read,
    },
    async () => ({ items: (await ground.store.read(SYSTEM_SCOPE, (tx) => listTemplates(tx))).map(shown) }),
  );
  app.put<{ Params: Static<typeof TemplateParams>; Body: Static<typeof DraftBody> }>(
    "/api/messages/templates/:template/draft",
    {
      schema: {
        summary: "Save a template's draft; the first one makes the template",
        tags,
        params: TemplateParams,
        body: DraftBody,
        response: { 200: Type.Object({ version: Type.Integer() }) },
      },
      config: aboutOne("message_template", manage),
    },
    async (request) => {
      requireReadable(request.body.content);
      const wanted = { ...request.body, template: request.params.template };
      const version = await ground.store.write(SYSTEM_SCOPE, (tx) => saveDraft(tx, wanted, byOf(ground, request)));
      return { version };
    },
  );
}

/** From where a version may move to each state. */
const FROM = {
  submitted: ["draft"],
  approved: ["draft", "submitted"],
  rejected: ["submitted"],
  retired: ["approved"],
} as const;

function moveRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof VersionParams>; Body: Static<typeof MoveBody> }>(
    "/api/messages/templates/:template/versions/:version/state",
    {
      schema: {
        summary: "Note that a version was filed, approved, rejected, or is no longer used",
        tags,
        params: VersionParams,
        body: MoveBody,
        response: nothing,
      },
      config: aboutOne("message_template", manage),
    },
    async (request, reply) => {
      const to = request.body.to as keyof typeof FROM;
      const reason = request.body.reason ?? null;
      Object.assign(request.audit_subject, { version: request.params.version, to });
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await templateNamed(tx, request.params.template);
        await moveVersion(tx, request.params, { from: FROM[to], to, reason }, byOf(ground, request));
      });
      return reply.code(204).send();
    },
  );
}

function previewRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof PreviewBody> }>(
    "/api/messages/preview",
    {
      schema: {
        summary: "Words as a member would read them, the name masked; nothing is sent",
        tags,
        body: PreviewBody,
        response: {
          200: Type.Object({
            title: Type.String(),
            text: Type.String(),
            parts: Type.Integer(),
            letters: Type.Integer(),
          }),
        },
      },
      config: read,
    },
    async (request) => {
      const { content, member_id, variables } = request.body;
      requireReadable(content);
      const [member] =
        member_id === undefined
          ? []
          : await ground.store.read({ ...request.scope, personal: "mask" }, (tx) =>
              memberRowsById(tx, ground, [member_id]),
            );
      const scope = { variables, member: { name: member?.name_masked ?? "王**", number: member?.member_id ?? 0 } };
      try {
        const { title, text, parts } = renderContent(parseContent(content), scope);
        return { title, text, parts, letters: text.length };
      } catch (error) {
        throw problem("channels.template_unreadable", { why: (error as Error).message.slice(0, 300) });
      }
    },
  );
}
