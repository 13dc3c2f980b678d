import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { memberRowsById } from "../../members/index.ts";
import { type ActInWords, addDays, Day, Instant, problem, startOfDay } from "../../platform/index.ts";
import { countOutcomes, listMessages, type LogFilter, type LoggedMessage } from "./log-store.ts";
import { logWorkbook } from "./log-workbook.ts";
import { Id, iso, Key, Nullable, read, Reason, ReasonWordFields, reasonWords, tags, Word } from "./route-parts.ts";

const LISTED_MAX = 100;
export const MESSAGES_EXPORTED_MAX = 50_000;
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const DAYS = 7;
/** Names are masked unless the matrix gives L3 in clear. */
const list = { access: { permission: "channels.read", level: "L3", enter: "L2" } } as const;

const filters = {
  state: Type.Optional(Word),
  reason: Type.Optional(Word),
  channel: Type.Optional(Word),
  template: Type.Optional(Key),
  source: Type.Optional(Word),
  delivery: Type.Optional(Word),
  member_id: Type.Optional(Id),
  message_id: Type.Optional(Id),
  from: Type.Optional(Day),
  to: Type.Optional(Day),
};
const ListQuery = Type.Object({
  ...filters,
  cursor: Type.Optional(Id),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LISTED_MAX })),
});
const CountQuery = Type.Object({
  channel: filters.channel,
  template: filters.template,
  source: filters.source,
  member_id: filters.member_id,
  from: filters.from,
  to: filters.to,
});
const Exporting = Type.Object(
  {
    ...filters,
    reason_of_export: Reason,
    language: Type.Optional(Type.Union([Type.Literal("zh"), Type.Literal("en")])),
  },
  { additionalProperties: false },
);
const Logged = Type.Object({
  message_id: Type.Integer(),
  member_id: Type.Integer(),
  name_masked: Nullable(Type.String()),
  source: Type.String(),
  effect_key: Type.String({ description: "What asked for it, in the words of its source" }),
  channel: Type.String(),
  template: Type.String(),
  template_name: Type.String(),
  version: Nullable(Type.Integer()),
  test: Type.Boolean({ description: "Tried a template on the seed list" }),
  state: Type.String(),
  reason: Nullable(Type.String()),
  ...ReasonWordFields,
  requested_at: Instant,
  at: Nullable(Instant),
  due_at: Nullable(Instant),
  cost_minor: Type.Integer(),
  parts: Type.Integer(),
  service_code: Nullable(Type.String()),
  delivery: Nullable(
    Type.String({ description: "delivered, failed, silent: whether it arrived, by the service's word" }),
  ),
  delivery_code: Nullable(Type.String()),
  delivery_at: Nullable(Instant),
});
const Counted = Type.Object({
  channel: Type.String(),
  state: Type.String(),
  reason: Nullable(Type.String()),
  ...ReasonWordFields,
  messages: Type.Integer(),
  cost_minor: Type.Integer(),
});

type Filters = Omit<LogFilter, "from" | "before"> & { readonly from?: string; readonly to?: string };

function filterOf(ground: Ground, { from, to, ...rest }: Filters): LogFilter {
  const { timezone } = ground.config;
  return {
    ...rest,
    from: from === undefined ? undefined : startOfDay(from, timezone),
    before: to === undefined ? undefined : startOfDay(addDays(to, 1), timezone),
  };
}

const shown = (row: LoggedMessage, names: ReadonlyMap<number, string | null>) => ({
  ...row,
  name_masked: names.get(row.member_id) ?? null,
  ...reasonWords(row.reason),
  requested_at: row.requested_at.toISOString(),
  at: iso(row.at),
  due_at: iso(row.due_at),
  delivery_at: iso(row.delivery_at),
});

/** What became of each message: listed, counted, given out as a file. */
export function logRoutes(app: FastifyInstance, ground: Ground): void {
  listRoute(app, ground);
  countRoute(app, ground);
  exportRoute(app, ground);
}

function listRoute(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    "/api/messages",
    {
      schema: {
        summary: "Messages, the newest first, each with how it ended and why nothing went out",
        tags,
        querystring: ListQuery,
        response: { 200: Type.Object({ items: Type.Array(Logged), next_cursor: Nullable(Type.Integer()) }) },
      },
      config: list,
    },
    async (request) => {
      const { limit = 50, cursor = null, ...filter } = request.query;
      return ground.store.read(request.scope, async (tx) => {
        const page = { after: cursor, limit: limit + 1 };
        const rows = await listMessages(tx, filterOf(ground, filter as Filters), request.scope, page);
        const members = await memberRowsById(tx, ground, [...new Set(rows.map(({ member_id }) => member_id))]);
        const names = new Map(members.map(({ member_id, name_masked }) => [member_id, name_masked]));
        const items = rows.slice(0, limit).map((row) => shown(row, names));
        return { items, next_cursor: rows.length > limit ? (items.at(-1)?.message_id ?? null) : null };
      });
    },
  );
}

function countRoute(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof CountQuery> }>(
    "/api/messages/outcomes",
    {
      schema: {
        summary: `How messages asked for in a period stand, by channel and reason; without a first day those of the last ${DAYS} days`,
        tags,
        querystring: CountQuery,
        response: { 200: Type.Object({ items: Type.Array(Counted) }) },
      },
      config: read,
    },
    async (request) => {
      const filter = filterOf(ground, request.query as Filters);
      const from = filter.from ?? new Date(ground.clock.now().getTime() - DAYS * 86_400_000);
      const rows = await ground.store.read(request.scope, (tx) =>
        countOutcomes(tx, { ...filter, from }, request.scope),
      );
      return { items: rows.map((row) => ({ ...row, ...reasonWords(row.reason) })) };
    },
  );
}

async function exportInWords(ground: Ground, request: FastifyRequest): Promise<ActInWords> {
  const { reason_of_export, language: _, ...filter } = request.body as Static<typeof Exporting>;
  const { state, reason, ...counted } = filterOf(ground, filter as Filters);
  const rows = await ground.store.read(request.scope, (tx) => countOutcomes(tx, counted, request.scope));
  const isOpen = (one: string) => ["waiting", "sending", "asking"].includes(one);
  const messages = rows
    .filter((row) => state === undefined || row.state === state || (state === "open" && isOpen(row.state)))
    .filter((row) => reason === undefined || row.reason === reason)
    .reduce((sum, row) => sum + row.messages, 0);
  return {
    reason: reason_of_export,
    words: async () => ({
      zh: `导出发送记录，共 ${messages} 条，含会员编号`,
      en: `Export ${messages} messages of the send log with their members' numbers`,
    }),
  };
}

function exportRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof Exporting> }>(
    "/api/messages/export",
    {
      schema: {
        summary: `The send log as an Excel file of up to ${MESSAGES_EXPORTED_MAX} messages`,
        tags,
        body: Exporting,
        produces: [XLSX],
      } as object,
      config: {
        access: {
          permission: "channels.export",
          level: "L3",
          audit: "channels.messages_exported",
          approval: (request: FastifyRequest) => exportInWords(ground, request),
        },
      },
    },
    async (request, reply) => {
      const { reason_of_export, language = "zh", ...filter } = request.body;
      const wanted = filterOf(ground, filter as Filters);
      const rows = await ground.store.write(request.scope, async (tx) => {
        const found = await listMessages(tx, wanted, request.scope, { limit: MESSAGES_EXPORTED_MAX + 1 });
        if (found.length > MESSAGES_EXPORTED_MAX)
          throw problem("channels.export_too_large", { limit: MESSAGES_EXPORTED_MAX });
        await request.settle(tx, { messages: found.length });
        return found;
      });
      Object.assign(request.audit_subject, { messages: rows.length, reason: reason_of_export });
      return reply
        .type(XLSX)
        .header("content-disposition", 'attachment; filename="messages.xlsx"')
        .send(await logWorkbook(rows, language === "en" ? "en" : "zh"));
    },
  );
}
