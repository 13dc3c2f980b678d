import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { requireFreshFactor } from "../../access/index.ts";
import { aboutOne, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { maskText } from "../../vault/index.ts";
import { listRetained, retainedById } from "./erasure-store.ts";
import { lastAnswers, listNotices, listProcessors, markAnswered, markTold, saveProcessor } from "./processor-store.ts";
import { literals, RequestId, todayOf } from "./request-routes.ts";
import { storesOf } from "./requests.ts";
import { requestById } from "./request-store.ts";
import { openRetained } from "./retained.ts";

const tags = ["privacy"];
const see = { access: { permission: "privacy.read", level: "L2" } } as const;
const act = { access: { permission: "privacy.handle", level: "L2" } } as const;
const publish = { access: { permission: "privacy.publish", level: "L2" } } as const;
const LISTED_MAX = 500;
const ANSWERS_MAX = 100;

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const Draft = Type.Object({
  name: text(120),
  service: text(400),
  data_classes: Type.Array(text(60), { minItems: 1, maxItems: 30 }),
  contract_no: text(120),
  contract_until: Type.Union([Type.Null(), Type.String({ format: "date" })]),
  contact: text(200),
  state: literals(["active", "ended"]),
});
const Told = Type.Object({ processor_id: Type.Integer({ minimum: 1 }), how: text(200) });
const Answered = Type.Object({
  processor_id: Type.Integer({ minimum: 1 }),
  answer: literals(["deleted", "not_held", "kept_by_law"]),
});
const RetainedId = Type.Object({ retained_id: Type.Integer({ minimum: 1 }) });

const byOf = (request: FastifyRequest, ground: Ground) => ({
  person_id: request.person?.person_id ?? null,
  now: ground.clock.now(),
});

/** Processors with their contracts, who was told of a deletion, and what law retains. */
export function processorRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/privacy/processors",
    {
      schema: { tags, summary: "Processors with their contracts, notices not answered yet, and the last answers" },
      config: see,
    },
    () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        today: todayOf(ground),
        items: await listProcessors(tx),
        notices: await listNotices(tx, null, LISTED_MAX),
        answered: await lastAnswers(tx, ANSWERS_MAX),
      })),
  );
  app.put<{ Body: Static<typeof Draft> }>(
    "/api/privacy/processors",
    { schema: { tags, summary: "Register a processor, or change the one of this name", body: Draft }, config: publish },
    async (request) => {
      const processor_id = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        saveProcessor(tx, request.body, byOf(request, ground)),
      );
      Object.assign(request.audit_subject, { processor_id, state: request.body.state });
      return { processor_id };
    },
  );
  noticeRoutes(app, ground);
  retainedRoutes(app, ground);
}

function noticeRoutes(app: FastifyInstance, ground: Ground): void {
  const requireNotice = (found: boolean, request_id: number, processor_id: number) => {
    if (!found) throw problem("privacy.notice_not_found", { request_id, processor_id });
  };
  app.get<{ Params: Static<typeof RequestId> }>(
    "/api/privacy/requests/:request_id/notices",
    {
      schema: { tags, summary: "Which processors were told of a deletion, and what they answered", params: RequestId },
      config: aboutOne("rights_request", see),
    },
    ({ params, scope }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        await requestById(tx, params.request_id, storesOf(scope));
        return { items: await listNotices(tx, params.request_id, LISTED_MAX) };
      }),
  );
  app.post<{ Params: Static<typeof RequestId>; Body: Static<typeof Told> }>(
    "/api/privacy/requests/:request_id/told",
    {
      schema: { tags, summary: "A processor was told", params: RequestId, body: Told },
      config: aboutOne("rights_request", act),
    },
    async (request) => {
      const { request_id } = request.params;
      const { processor_id, how } = request.body;
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await requestById(tx, request_id, storesOf(request.scope));
        const notice = { request_id, processor_id, how: maskText(how) };
        requireNotice(await markTold(tx, notice, byOf(request, ground)), request_id, processor_id);
      });
      return { request_id, processor_id };
    },
  );
  app.post<{ Params: Static<typeof RequestId>; Body: Static<typeof Answered> }>(
    "/api/privacy/requests/:request_id/answered",
    {
      schema: { tags, summary: "A processor answered", params: RequestId, body: Answered },
      config: aboutOne("rights_request", act),
    },
    async (request) => {
      const { request_id } = request.params;
      const { processor_id, answer } = request.body;
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await requestById(tx, request_id, storesOf(request.scope));
        const found = await markAnswered(tx, { request_id, processor_id, answer }, ground.clock.now());
        requireNotice(found, request_id, processor_id);
      });
      return { request_id, processor_id };
    },
  );
}

function retainedRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/privacy/retained",
    { schema: { tags, summary: "What law retains of erased members, without its content" }, config: see },
    () => ground.store.read(SYSTEM_SCOPE, async (tx) => ({ items: await listRetained(tx, LISTED_MAX) })),
  );
  app.get<{ Params: Static<typeof RetainedId> }>(
    "/api/privacy/retained/:retained_id",
    {
      schema: { tags, summary: "The content of what law retains", params: RetainedId },
      config: aboutOne("retained", {
        access: { permission: "privacy.retained", level: "L4", audit: "privacy.retained_view" },
      }),
    },
    async (request) => {
      const { retained_id } = request.params;
      requireFreshFactor(ground, request, "privacy.retained");
      const row = await ground.store.read(SYSTEM_SCOPE, (tx) => retainedById(tx, retained_id));
      if (row === undefined) throw problem("privacy.retained_not_found", { retained_id });
      Object.assign(request.audit_subject, { request_id: row.request_id, kind: row.kind });
      const { sealed: _, ...shown } = row;
      return { ...shown, content: await openRetained(ground, row) };
    },
  );
}
