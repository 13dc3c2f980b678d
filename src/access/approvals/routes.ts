import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type, type Static } from "typebox";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { aboutOne, unapproved } from "../../platform/http.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import type { PersonRow } from "../access-store.ts";
import { currentMatrix } from "../matrix-live.ts";
import { requireStrong } from "../rights.ts";
import { requireNothingOwed } from "../sessions.ts";
import { refuseActsWhileViewing } from "../view-as.ts";
import { type ApprovalRow, stateOf } from "./approval.ts";
import { approvalsOf, pastApprovals, waitingApprovals } from "./approval-store.ts";
import { approversFor, mayDecide } from "./approvers.ts";
import { decide, withdraw } from "./deciding.ts";
import { execute } from "./executing.ts";
import { approvalWorkbook } from "./workbook.ts";

const tags = ["access"];
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PAGE = 50;
/** Requests that wait and are looked at for one person. */
const WAITING_MAX = 500;
const HISTORY_MAX = 5_000;
const COMMENT_LENGTH_MAX = 400;

const Text = Type.String();
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([Type.Null(), schema]);
const Instant = Type.String({ format: "date-time" });
const Approval = Type.Object({
  approval_id: Type.Integer(),
  state: Text,
  permission: Text,
  level: Text,
  words_zh: Text,
  words_en: Text,
  reason: Text,
  requester_id: Type.Integer(),
  requester: Text,
  asked_at: Instant,
  expires_at: Instant,
  approver: orNull(Text),
  decided_at: orNull(Instant),
  comment: orNull(Text),
  alone: Type.Boolean(),
  executed_at: orNull(Instant),
  outcome: orNull(Type.Object({}, { additionalProperties: true })),
  /** Of one that waits: who may decide. */
  waiting_for: Type.Array(Text),
  /** Nobody else can: whoever asked may decide. */
  may_alone: Type.Boolean(),
});
const Page = Type.Object({ items: Type.Array(Approval), next_cursor: orNull(Type.Integer()) });
const Cursor = Type.Object({ cursor: Type.Optional(Type.Integer({ minimum: 1 })) });
const Id = Type.Object({ approval_id: Type.Integer({ minimum: 1 }) });
const Language = Type.Object({ language: Type.Optional(Type.Union([Type.Literal("zh"), Type.Literal("en")])) });
const DecisionBody = Type.Object(
  {
    decision: Type.Union([Type.Literal("approved"), Type.Literal("refused")]),
    comment: Type.Optional(Type.String({ maxLength: COMMENT_LENGTH_MAX })),
  },
  { additionalProperties: false },
);

const own = (audit?: string) => ({ access: { own: true, ...(audit === undefined ? {} : { audit }) } }) as const;
const decides = (audit?: string) =>
  ({ access: { permission: "approvals.decide", level: "L2", ...(audit === undefined ? {} : { audit }) } }) as const;

/** The person of a route about their own requests: with nothing owed, and through their own eyes. */
function self(request: FastifyRequest): PersonRow {
  const signed = request.signed_in;
  if (signed === undefined) throw problem("access.not_signed_in");
  requireNothingOwed(signed);
  refuseActsWhileViewing(request, signed.session);
  return signed.person;
}

function person(request: FastifyRequest): PersonRow {
  if (request.person === undefined) throw problem("access.not_signed_in");
  return request.person;
}

async function view(ground: Ground, row: ApprovalRow) {
  const state = stateOf(row, ground.wall.now());
  const { others, second } = state === "waiting" ? await approversFor(ground, row) : { others: [], second: [] };
  return {
    ...row,
    state,
    waiting_for: second.map(({ name }) => name),
    may_alone: state === "waiting" && others.length === 0,
  };
}

const viewed = (ground: Ground, rows: readonly ApprovalRow[]) => Promise.all(rows.map((row) => view(ground, row)));

async function page(ground: Ground, rows: readonly ApprovalRow[]) {
  return {
    items: await viewed(ground, rows),
    next_cursor: rows.length === PAGE ? (rows.at(-1)?.approval_id ?? null) : null,
  };
}

/** What this person may decide about now, their own where nobody else can. */
async function waitingFor(ground: Ground, by: PersonRow): Promise<ApprovalRow[]> {
  const now = ground.wall.now();
  const rows = await ground.store.read(SYSTEM_SCOPE, (tx) => waitingApprovals(tx, now, WAITING_MAX));
  const chosen = await Promise.all(
    rows.map(async (row) => {
      const { others, second } = await approversFor(ground, row);
      if (row.requester_id !== by.person_id) return second.some((one) => one.person_id === by.person_id);
      return others.length === 0 && mayDecide(ground, await currentMatrix(ground), by, row);
    }),
  );
  return rows.filter((_, place) => chosen[place]);
}

/** Acts that wait for a colleague: seen, decided, withdrawn, carried out. */
export function approvalRoutes(app: FastifyInstance, ground: Ground): void {
  ownRoutes(app, ground);
  ownActRoutes(app, ground);
  decidingRoutes(app, ground);
  historyRoutes(app, ground);
}

function ownRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/approvals/count",
    {
      schema: {
        summary: "How many requests wait for me, and how many of mine are ready to be carried out",
        tags,
        response: { 200: Type.Object({ for_me: Type.Integer(), ready: Type.Integer() }) },
      },
      config: own(),
    },
    async (request) => {
      const me = self(request);
      const now = ground.wall.now();
      const mine = await ground.store.read(SYSTEM_SCOPE, (tx) => approvalsOf(tx, me.person_id, null, PAGE));
      return {
        for_me: (await waitingFor(ground, me)).length,
        ready: mine.filter((row) => stateOf(row, now) === "approved").length,
      };
    },
  );
  app.get<{ Querystring: Static<typeof Cursor> }>(
    "/api/approvals/mine",
    {
      schema: { summary: "What I asked for, newest first", tags, querystring: Cursor, response: { 200: Page } },
      config: own(),
    },
    async (request) => {
      const me = self(request);
      const before = request.query.cursor ?? null;
      return page(ground, await ground.store.read(SYSTEM_SCOPE, (tx) => approvalsOf(tx, me.person_id, before, PAGE)));
    },
  );
}

function ownActRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof Id> }>(
    "/api/approvals/:approval_id/withdraw",
    {
      schema: {
        summary: "Take back a request of mine that waits",
        tags,
        params: Id,
        response: { 204: Type.Null() },
      },
      config: own("approvals.withdraw"),
    },
    async (request, reply) => {
      await withdraw(ground, self(request), request.params.approval_id);
      return reply.code(204).send();
    },
  );
  app.post<{ Params: Static<typeof Id> }>(
    "/api/approvals/:approval_id/execute",
    {
      schema: {
        summary: "Carry out what was approved, once; the answer is that of the act itself",
        tags,
        params: Id,
      },
      config: own("approvals.execute"),
    },
    async (request, reply) => {
      self(request);
      const { status, body, type } = await execute(app, ground, request, request.params.approval_id);
      if (type !== "") reply.type(type);
      return reply.code(status).send(body);
    },
  );
}

function decidingRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/approvals",
    {
      schema: {
        summary: "Requests that wait for me, oldest first",
        tags,
        response: { 200: Type.Object({ items: Type.Array(Approval) }) },
      },
      config: decides(),
    },
    async (request) => ({ items: await viewed(ground, await waitingFor(ground, person(request))) }),
  );
  app.post<{ Params: Static<typeof Id>; Body: Static<typeof DecisionBody> }>(
    "/api/approvals/:approval_id/decide",
    {
      schema: {
        summary: "Approve or refuse, as a second person with a second factor shown just now",
        tags,
        params: Id,
        body: DecisionBody,
        response: { 200: Approval },
      },
      config: aboutOne("approval", decides("approvals.decide")),
    },
    async (request) => {
      const { signed_in: signed } = request;
      if (signed === undefined) throw problem("access.not_signed_in");
      const { decision, comment } = request.body;
      request.audit_subject["decision"] = decision;
      if (!signed.session.has_factor) throw problem("access.approval_needs_factor");
      requireStrong(ground, signed, "approvals.decide");
      const text = comment?.trim() ?? "";
      const row = await decide(ground, signed.person, request.params.approval_id, {
        decision,
        comment: text === "" ? null : text,
      });
      request.audit_subject["alone"] = row.alone;
      return view(ground, row);
    },
  );
}

function historyRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof Cursor> }>(
    "/api/approvals/history",
    {
      schema: {
        summary: "What was decided or is over, newest first",
        tags,
        querystring: Cursor,
        response: { 200: Page },
      },
      config: decides(),
    },
    async ({ query }) => {
      const now = ground.wall.now();
      return page(
        ground,
        await ground.store.read(SYSTEM_SCOPE, (tx) => pastApprovals(tx, now, query.cursor ?? null, PAGE)),
      );
    },
  );
  app.get<{ Querystring: Static<typeof Language> }>(
    "/api/approvals/history.xlsx",
    {
      schema: { summary: `The last ${HISTORY_MAX} as an Excel file`, tags, querystring: Language, produces: [XLSX] },
      config: unapproved("who asked for what and who decided; no data of members", decides("approvals.history_export")),
    },
    async ({ query }, reply) => {
      const now = ground.wall.now();
      const rows = await ground.store.read(SYSTEM_SCOPE, (tx) => pastApprovals(tx, now, null, HISTORY_MAX));
      return reply
        .type(XLSX)
        .header("content-disposition", 'attachment; filename="huitou-approvals.xlsx"')
        .send(await approvalWorkbook(rows, now, query.language ?? "zh"));
    },
  );
}
