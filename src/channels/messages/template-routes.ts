import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { staffNames } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { aboutOne, Instant } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { previewContent } from "./preview.ts";
import {
  byOf,
  closed,
  Id,
  manage,
  nothing,
  Nullable,
  read,
  Reason,
  requireReadable,
  tags,
  TemplateParams,
  Variables,
  VersionParams,
} from "./route-parts.ts";
import { listSigns, requireFiled, saveSign, type SignState } from "./sign-store.ts";
import { Content } from "./template.ts";
import {
  listTemplates,
  type MoveRow,
  movesOf,
  moveVersion,
  saveDraft,
  templateNamed,
  type TemplateRow,
} from "./template-store.ts";

const Category = Type.Union([Type.Literal("marketing"), Type.Literal("service")]);
const Version = Type.Object({
  version: Type.Integer(),
  content: Content,
  state: Type.String(),
  state_reason: Nullable(Type.String()),
  saved_at: Instant,
  saved_by_name: Nullable(Type.String()),
  state_at: Instant,
  moves: Type.Array(
    Type.Object({
      to: Type.String(),
      reason: Nullable(Type.String()),
      at: Instant,
      by_name: Nullable(Type.String()),
    }),
  ),
});
const Template = Type.Object({
  template: Type.String(),
  name: Type.String({ description: "Empty where it has only its key" }),
  channel: Type.String(),
  category: Type.String(),
  versions: Type.Array(Version),
});
const DraftBody = Type.Object(
  { category: Category, content: Content, name: Type.Optional(Type.String({ maxLength: 60 })) },
  closed,
);
const MoveBody = Type.Object(
  {
    to: Type.Union(["submitted", "approved", "rejected", "retired"].map((state) => Type.Literal(state))),
    reason: Type.Optional(Reason),
  },
  closed,
);
const PreviewBody = Type.Object({ content: Content, member_id: Type.Optional(Id), variables: Variables }, closed);

/** What may be said: templates, their versions and where each stands, how they read, and the signatures of SMS. */
export function templateRoutes(app: FastifyInstance, ground: Ground): void {
  listRoutes(app, ground);
  moveRoutes(app, ground);
  previewRoutes(app, ground);
  signRoutes(app, ground);
}

const shown = (
  { template, name, channel, category, versions }: TemplateRow,
  moves: readonly MoveRow[],
  names: ReadonlyMap<number, string>,
) => ({
  template,
  name,
  channel,
  category,
  versions: versions.map(({ version, content, state, state_reason, saved_by, saved_at, state_at }) => ({
    version,
    content,
    state,
    state_reason,
    saved_at: saved_at.toISOString(),
    saved_by_name: names.get(saved_by ?? 0) ?? null,
    state_at: state_at.toISOString(),
    moves: moves
      .filter((move) => move.template === template && move.version === version)
      .map(({ to_state, reason, moved_by, moved_at }) => ({
        to: to_state,
        reason,
        at: moved_at.toISOString(),
        by_name: names.get(moved_by ?? 0) ?? null,
      })),
  })),
});

function listRoutes(app: FastifyInstance, ground: Ground): void {
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
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const rows = await listTemplates(tx);
        const moves = await movesOf(tx);
        const people = [
          ...rows.flatMap(({ versions }) => versions.map(({ saved_by }) => saved_by)),
          ...moves.map(({ moved_by }) => moved_by),
        ];
        const names = await staffNames(tx, [...new Set(people)]);
        return { items: rows.map((row) => shown(row, moves, names)) };
      }),
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
        const { versions } = await templateNamed(tx, request.params.template);
        const content = versions.find((one) => one.version === request.params.version)?.content;
        if (to === "approved" && content?.kind === "sms") await requireFiled(tx, content.sign_name);
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
      return previewContent(ground, request.scope, content, { member_id: member_id ?? null, variables });
    },
  );
}

function signRoutes(app: FastifyInstance, ground: Ground): void {
  const State = Type.Union(["filing", "filed", "refused"].map((state) => Type.Literal(state)));
  const SignBody = Type.Object(
    {
      sign_name: Type.String({ minLength: 1, maxLength: 24 }),
      state: State,
      note: Type.Optional(Type.String({ maxLength: 200 })),
    },
    closed,
  );
  const Sign = Type.Object({
    sign_name: Type.String(),
    state: State,
    note: Type.String(),
    changed_at: Instant,
    changed_by_name: Nullable(Type.String()),
  });
  app.get(
    "/api/messages/signs",
    {
      schema: {
        summary: "Signatures of SMS and where each stands with the operators",
        tags,
        response: { 200: Type.Object({ items: Type.Array(Sign) }) },
      },
      config: read,
    },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const rows = await listSigns(tx);
        const names = await staffNames(
          tx,
          rows.map((row) => row.changed_by),
        );
        return {
          items: rows.map(({ changed_by, changed_at, ...row }) => ({
            ...row,
            changed_at: changed_at.toISOString(),
            changed_by_name: names.get(changed_by ?? 0) ?? null,
          })),
        };
      }),
  );
  app.put<{ Body: Static<typeof SignBody> }>(
    "/api/messages/signs",
    {
      schema: {
        summary: "Note where a signature stands; a text with one that is not on file is not approved",
        tags,
        body: SignBody,
        response: nothing,
      },
      config: manage,
    },
    async (request, reply) => {
      const { sign_name, state, note = "" } = request.body;
      Object.assign(request.audit_subject, { sign_name, state });
      const sign = { sign_name, state: state as SignState, note };
      await ground.store.write(SYSTEM_SCOPE, (tx) => saveSign(tx, sign, byOf(ground, request)));
      return reply.code(204).send();
    },
  );
}
