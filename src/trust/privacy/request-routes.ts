import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { DETAIL_KINDS, type MemberRow, memberIdAt, memberRowsById } from "../../members/index.ts";
import { aboutOne, addDays, businessDay, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { mask } from "../../vault/index.ts";
import { correctionOf } from "./correction-store.ts";
import { correctionView } from "./corrections.ts";
import { daysLeft } from "./due-day.ts";
import { KIND_INFO, REFUSAL_GROUNDS, REQUEST_KINDS } from "./request-kind.ts";
import { cancel, checkDetails, fileRequest, handle, refuse, storesOf, verify, wishedValue } from "./requests.ts";
import { listRequests, lockRequest, queueCounts, requestById, type RequestRow, stepsOf } from "./request-store.ts";

const tags = ["privacy"];
export const literals = <const Values extends readonly string[]>(values: Values) =>
  Type.Union(values.map((value) => Type.Literal(value)));
const file = { access: { permission: "privacy.file", level: "L3" } } as const;
const see = { access: { permission: "privacy.read", level: "L2" } } as const;
const act = { access: { permission: "privacy.handle", level: "L3" } } as const;
export const RequestId = Type.Object({ request_id: Type.Integer({ minimum: 1 }) });

/** Days before the due day from which a request counts as urgent. */
const SOON_DAYS = 3;
const PAGE = 100;

const Consent = Type.Object({
  purpose: Type.String({ minLength: 1, maxLength: 60 }),
  medium: Type.String({ minLength: 1, maxLength: 30 }),
});
const Filing = Type.Object({
  kind: literals(REQUEST_KINDS),
  member_id: Type.Integer({ minimum: 1 }),
  via: literals(["counter", "phone", "letter"]),
  field: Type.Optional(Type.String({ maxLength: 40 })),
  value: Type.Optional(Type.String({ maxLength: 200 })),
  consents: Type.Optional(Type.Array(Consent, { minItems: 1, maxItems: 50 })),
  about: Type.Optional(Type.String({ maxLength: 200 })),
});
const List = Type.Object({
  state: Type.Optional(literals(["open", "overdue", "closed", "all"])),
  kind: Type.Optional(literals(REQUEST_KINDS)),
  member_id: Type.Optional(Type.Integer({ minimum: 1 })),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
});
const Check = Type.Union([
  Type.Object({
    how: Type.Literal("two_details"),
    details: Type.Array(
      Type.Object({ kind: literals(DETAIL_KINDS), value: Type.String({ minLength: 1, maxLength: 100 }) }),
      { minItems: 2, maxItems: 5 },
    ),
  }),
  // seen and given back: neither number nor picture is kept
  Type.Object({ how: Type.Literal("document"), document: literals(["id_card", "passport", "power_of_attorney"]) }),
]);
const Handling = Type.Object({ answer: Type.Optional(Type.String({ maxLength: 4_000 })) });
const Refusal = Type.Object({
  ground: literals(REFUSAL_GROUNDS),
  reason: Type.String({ minLength: 10, maxLength: 1_000 }),
});

const actorOf = (request: FastifyRequest) => ({ person_id: request.person?.person_id ?? null });

/** The queue of personal rights: filed, checked, done or refused, with clocks. */
export function requestRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof List> }>(
    "/api/privacy/requests",
    { schema: { tags, summary: "Rights requests with their clocks", querystring: List }, config: see },
    async ({ query, scope }) => {
      const stores = storesOf(scope);
      const today = todayOf(ground);
      const { rows, counts } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        rows: await listRequests(tx, stores, today, {
          state: query.state ?? "open",
          kind: query.kind ?? null,
          member_id: query.member_id ?? null,
          before: query.before ?? null,
          limit: PAGE + 1,
        }),
        counts: await queueCounts(tx, stores, today, addDays(today, SOON_DAYS)),
      }));
      const shown = rows.slice(0, PAGE);
      const members = await ground.store.read(scope, (tx) => membersOf(tx, ground, shown));
      return {
        today,
        counts,
        kinds: KIND_INFO,
        items: shown.map((row) => viewOf(row, today, members)),
        more: rows.length > PAGE,
      };
    },
  );
  app.post<{ Body: Static<typeof Filing> }>(
    "/api/privacy/requests",
    { schema: { tags, summary: "File a request for a member", body: Filing }, config: file },
    async (request, reply) => {
      const { kind, member_id, via, value, ...wish } = request.body;
      const number = await ground.store.read(request.scope, (tx) => memberIdAt(tx, member_id));
      const request_id = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        fileRequest(tx, ground, { kind, member_id: number, via, wish, value }, actorOf(request)),
      );
      Object.assign(request.audit_subject, { request_id, kind, member_id: number });
      return reply.code(201).send({ request_id });
    },
  );
  oneRoute(app, ground);
  actRoutes(app, ground);
}

function oneRoute(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: Static<typeof RequestId> }>(
    "/api/privacy/requests/:request_id",
    {
      schema: { tags, summary: "One request with its steps", params: RequestId },
      config: aboutOne("rights_request", {
        access: { ...see.access, level: "L3", enter: "L2", audit: "privacy.view" },
      }),
    },
    async ({ params, scope }) => {
      const { row, steps, correction } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        row: await requestById(tx, params.request_id, storesOf(scope)),
        steps: await stepsOf(tx, params.request_id),
        correction: await correctionOf(tx, params.request_id),
      }));
      const members = await ground.store.read(scope, (tx) => membersOf(tx, ground, [row]));
      const value = await wishedValue(ground, row);
      const shown = value === null || scope.personal === "clear" ? value : mask(row.wish.field ?? "", value);
      return {
        ...viewOf(row, todayOf(ground), members),
        value: shown,
        correction: await correctionView(ground, correction, scope.personal === "clear"),
        answer: row.answer,
        outcome: row.outcome,
        steps,
      };
    },
  );
  app.get<{ Params: Static<typeof RequestId> }>(
    "/api/privacy/requests/:request_id/proof",
    {
      schema: { tags, summary: "The signed proof of a closed request", params: RequestId },
      config: aboutOne("rights_request", see),
    },
    async ({ params, scope }, reply) => {
      const row = await ground.store.read(SYSTEM_SCOPE, (tx) => requestById(tx, params.request_id, storesOf(scope)));
      if (row.proof === null) throw problem("privacy.no_proof", { request_id: row.request_id });
      return reply
        .header("content-disposition", `attachment; filename="rights-proof-${row.request_id}.json"`)
        .send(row.proof);
    },
  );
}

/** Runs an act on a request that the person may reach. */
function acting(ground: Ground, request: FastifyRequest, run: (tx: Tx, row: RequestRow) => Promise<void>) {
  const { request_id } = request.params as Static<typeof RequestId>;
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const row = await lockRequest(tx, request_id, storesOf(request.scope));
    Object.assign(request.audit_subject, { kind: row.kind, member_id: row.member_id });
    await run(tx, row);
    const { state } = await requestById(tx, request_id, null);
    return { request_id, state };
  });
}

function actRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof RequestId>; Body: Static<typeof Check> }>(
    "/api/privacy/requests/:request_id/identity",
    {
      schema: { tags, summary: "Record the check of the requester's identity", params: RequestId, body: Check },
      config: aboutOne("rights_request", file),
    },
    async (request) => {
      const { body } = request;
      let failed: { readonly wrong: readonly string[]; readonly left: number } | undefined;
      const answer = await acting(ground, request, async (tx, row) => {
        Object.assign(request.audit_subject, { how: body.how });
        if (body.how === "document") {
          return verify(tx, ground, row, { how: "document", details: [body.document] }, actorOf(request));
        }
        const checked = await checkDetails(tx, ground, row, body.details, actorOf(request));
        if (checked.wrong.length > 0) failed = checked;
      });
      if (failed !== undefined)
        throw problem("privacy.details_wrong", { wrong: failed.wrong.join(", "), left: failed.left });
      return answer;
    },
  );
  app.post<{ Params: Static<typeof RequestId>; Body: Static<typeof Handling> }>(
    "/api/privacy/requests/:request_id/handle",
    {
      schema: { tags, summary: "Do what was asked", params: RequestId, body: Handling },
      config: aboutOne("rights_request", act),
    },
    (request) =>
      acting(ground, request, (tx, row) => handle(tx, ground, row, actorOf(request), request.body.answer ?? null)),
  );
  app.post<{ Params: Static<typeof RequestId>; Body: Static<typeof Refusal> }>(
    "/api/privacy/requests/:request_id/refuse",
    {
      schema: { tags, summary: "Refuse, with a ground and a reason", params: RequestId, body: Refusal },
      config: aboutOne("rights_request", act),
    },
    (request) => acting(ground, request, (tx, row) => refuse(tx, ground, row, request.body, actorOf(request))),
  );
  app.post<{ Params: Static<typeof RequestId> }>(
    "/api/privacy/requests/:request_id/cancel",
    {
      schema: { tags, summary: "The member took the request back", params: RequestId },
      config: aboutOne("rights_request", act),
    },
    (request) => acting(ground, request, (tx, row) => cancel(tx, ground, row, actorOf(request))),
  );
}

export function todayOf(ground: Ground): string {
  return businessDay(ground.clock.now(), ground.config.timezone);
}

async function membersOf(tx: Tx, ground: Ground, rows: readonly RequestRow[]): Promise<Map<number, MemberRow>> {
  const found = await memberRowsById(tx, ground, [...new Set(rows.map(({ member_id }) => member_id))]);
  return new Map(found.map((member) => [member.member_id, member]));
}

function viewOf(row: RequestRow, today: string, members: ReadonlyMap<number, MemberRow>) {
  const member = members.get(row.member_id);
  return {
    request_id: row.request_id,
    kind: row.kind,
    state: row.state,
    member_id: row.member_id,
    name_masked: member?.name_masked ?? null,
    phone_masked: member?.phone_masked ?? null,
    home_store: member?.home_store ?? null,
    via: row.via,
    wish: row.wish,
    received_at: row.received_at,
    due_day: row.due_day,
    days_left: row.closed_at === null ? daysLeft(row.due_day, today) : null,
    verified_at: row.verified_at,
    verified_how: row.verified_how,
    verified_details: row.verified_details,
    closed_at: row.closed_at,
    refusal_ground: row.refusal_ground,
    refusal_reason: row.refusal_reason,
    job_id: row.job_id,
    has_proof: row.proof !== null,
  };
}
