import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../ground.ts";
import { sentence, unapproved } from "../platform/index.ts";
import { startJob, SYSTEM_SCOPE } from "../store/index.ts";
import { previewOf } from "./preview.ts";
import { listRejects, type RejectFilter, rejectSummary, settleRejects } from "./reject-store.ts";
import { openOriginal } from "./replay.ts";

const tags = ["ingest"];
const read = { access: { permission: "data.read", level: "L2" } } as const;
/** The list shows a piece of the sealed original: who looked is written down before. */
const look = { access: { ...read.access, audit: "rejects.view" } } as const;
const manage = { access: { permission: "data.manage", level: "L2" } } as const;
const Any = Type.Any();
const PAGE_MAX = 100;
const IDS_MAX = 1_000;
const Ids = Type.Array(Type.Integer(), { maxItems: IDS_MAX });
const FilterBody = Type.Object(
  {
    reject_ids: Type.Optional(Ids),
    source_id: Type.Optional(Type.Integer()),
    code: Type.Optional(Type.String({ maxLength: 80 })),
  },
  { additionalProperties: false },
);

interface ListQuery {
  source_id?: number;
  code?: string;
  state?: string;
  cursor?: number;
  limit?: number;
}

/** What could not be used, why, and how to take it again. */
export function rejectRoutes(app: FastifyInstance, ground: Ground): void {
  const querystring = Type.Object({
    source_id: Type.Optional(Type.Integer()),
    code: Type.Optional(Type.String({ maxLength: 80 })),
    state: Type.Optional(Type.Enum(["open", "replayed", "dismissed", "expired"])),
    cursor: Type.Optional(Type.Integer()),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_MAX })),
  });
  app.get<{ Querystring: ListQuery }>(
    "/api/rejects",
    {
      schema: {
        summary: "Records that could not be used, with their reasons",
        tags,
        querystring,
        response: { 200: Any },
      },
      config: look,
    },
    async (request) => listPage(ground, request.query),
  );
  app.get(
    "/api/rejects/summary",
    { schema: { summary: "Open rejects by source and reason", tags, response: { 200: Any } }, config: read },
    async () => {
      const groups = await ground.store.read(SYSTEM_SCOPE, rejectSummary);
      return { items: groups.map(({ params, ...group }) => ({ ...group, ...sentences(group.code, params) })) };
    },
  );
  app.post<{ Body: RejectFilter }>(
    "/api/rejects/replay",
    {
      schema: { summary: "Take rejects through the edge again", tags, body: FilterBody, response: { 202: Any } },
      config: unapproved("takes in what sources sent, by the rules of every record", manage),
    },
    async (request, reply) => {
      const person_id = request.person?.person_id ?? null;
      const job_id = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        startJob(tx, ground, "ingest.replay", { ...request.body, person_id }, { person_id, key: "replay" }),
      );
      return reply.code(202).send({ job_id });
    },
  );
  app.post<{ Body: { reject_ids: number[] } }>(
    "/api/rejects/dismiss",
    {
      schema: {
        summary: "Set rejects aside for good; they stay visible",
        tags,
        body: Type.Object({ reject_ids: Ids }, { additionalProperties: false }),
        response: { 200: Any },
      },
      config: manage,
    },
    async (request) => {
      const person_id = request.person?.person_id ?? null;
      const dismissed = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        settleRejects(tx, request.body.reject_ids, "dismissed", ground.clock.now(), person_id),
      );
      return { dismissed: dismissed.length };
    },
  );
}

function sentences(code: string, params: Parameters<typeof sentence>[1]) {
  return { sentence_zh: sentence(code, params, "zh"), sentence_en: sentence(code, params, "en") };
}

async function listPage(ground: Ground, query: ListQuery): Promise<Record<string, unknown>> {
  const limit = query.limit ?? 50;
  const { source_id, code, state, cursor } = query;
  const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    listRejects(tx, { source_id, code, state }, cursor ?? null, limit),
  );
  const items = [];
  for (const row of rows) {
    const { original_sealed: _o, sealed_key: _k, inbox_id: _i, params, ...shown } = row;
    const sealed = await openOriginal(ground, row).catch(() => undefined);
    items.push({
      ...shown,
      ...sentences(row.code, params),
      preview: sealed === undefined ? null : previewOf(sealed.original),
    });
  }
  return { items, next_cursor: rows.length === limit ? (rows.at(-1)?.reject_id ?? null) : null };
}
