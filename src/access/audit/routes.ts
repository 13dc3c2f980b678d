import type { FastifyInstance } from "fastify";
import { Type, type Static } from "typebox";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { Instant } from "../../platform/request-schema.ts";
import { SYSTEM_SCOPE, startJob } from "../../store/index.ts";
import { newestCheckpoint, newestHead, type Kept } from "./audit-store.ts";
import { VERIFY_JOB } from "./jobs.ts";
import { verifySentences } from "./sentences.ts";
import { RESULTS, searchAudit } from "./search.ts";
import { receiverState } from "./sender.ts";
import { lastVerification } from "./verification.ts";
import { auditWorkbook } from "./workbook.ts";

const PAGE_ROWS = 50;
/** Rows of one workbook; more are asked for by a narrower time. */
const EXPORT_ROWS_MAX = 20_000;
const read = { access: { permission: "audit.read", level: "L2" } } as const;
const tags = ["access"];
const text = (maxLength: number) => Type.Optional(Type.String({ maxLength }));
const instant = Type.Optional(Instant);
const Search = {
  person_id: Type.Optional(Type.Integer({ minimum: 1 })),
  actor: text(40),
  action: text(100),
  object: text(100),
  from: instant,
  to: instant,
  result: Type.Optional(Type.Union(RESULTS.map((result) => Type.Literal(result)))),
  text: text(100),
};
const SearchQuery = Type.Object({
  ...Search,
  cursor: Type.Optional(Type.Integer()),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
});

const ExportQuery = Type.Object({
  ...Search,
  language: Type.Optional(Type.Union([Type.Literal("zh"), Type.Literal("en")])),
});

export function auditRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof SearchQuery> }>(
    "/api/audit",
    {
      schema: { summary: "Search the audit log, newest first", tags, querystring: SearchQuery },
      config: read,
    },
    async ({ query: { cursor, limit = PAGE_ROWS, ...search } }) => {
      const items = await ground.store.read(SYSTEM_SCOPE, (tx) => searchAudit(tx, search, cursor ?? null, limit));
      return { items, next_cursor: items.length === limit ? (items.at(-1)?.sequence ?? null) : null };
    },
  );
  app.get<{ Querystring: Static<typeof ExportQuery> }>(
    "/api/audit/audit.xlsx",
    {
      schema: { summary: "What a search of the audit log finds, as a workbook", tags, querystring: ExportQuery },
      config: { access: { permission: "audit.read", level: "L2", audit: "audit.export" } },
    },
    async (request, reply) => {
      const { language = "zh", ...search } = request.query;
      const rows = await ground.store.read(SYSTEM_SCOPE, (tx) => searchAudit(tx, search, null, EXPORT_ROWS_MAX + 1));
      if (rows.length > EXPORT_ROWS_MAX) throw problem("access.audit_export_too_large", { limit: EXPORT_ROWS_MAX });
      Object.assign(request.audit_subject, search, { rows: rows.length });
      return reply
        .type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .header("content-disposition", 'attachment; filename="audit.xlsx"')
        .send(await auditWorkbook(rows, language));
    },
  );
  chainRoutes(app, ground);
}

function chainRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/audit/chain",
    { schema: { summary: "The chain: newest row, checkpoints, receiver, last verification", tags }, config: read },
    async () => {
      const [head, checkpoint, witnessed, oldest] = await ground.store.read(
        SYSTEM_SCOPE,
        async (tx) =>
          [
            await newestHead(tx),
            await newestCheckpoint(tx),
            await newestCheckpoint(tx, { witnessed: true }),
            await tx.one<{ at: Date }>("select at from access.audit order by sequence limit 1"),
          ] as const,
      );
      const verified = await lastVerification(ground);
      return {
        newest: head ?? null,
        oldest_at: oldest?.at ?? null,
        retention_days: ground.config.audit_days,
        checkpoint: checkpoint === undefined ? null : pointOf(checkpoint),
        witnessed: witnessed === undefined ? null : pointOf(witnessed),
        receiver: await receiverState(ground),
        verified:
          verified === undefined
            ? null
            : {
                ...verified,
                sentences_zh: verifySentences(verified.result, "zh"),
                sentences_en: verifySentences(verified.result, "en"),
              },
      };
    },
  );
  app.post(
    "/api/audit/verification",
    {
      schema: { summary: "Verify the whole chain now, as a job", tags },
      config: { access: { permission: "audit.read", level: "L2", audit: "audit.verify" } },
    },
    async (request, reply) => {
      const job_id = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        startJob(tx, ground, VERIFY_JOB, {}, { person_id: request.person?.person_id ?? null, key: VERIFY_JOB }),
      );
      request.audit_subject["job_id"] = job_id;
      return reply.code(202).send({ job_id });
    },
  );
}

function pointOf({ checkpoint, made_at }: Kept) {
  return { sequence: checkpoint.sequence, made_at };
}
